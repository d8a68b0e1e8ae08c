//! Checks for paths that exist on one machine only.

use super::source::{Finding, Source};

/// Home folders' names that examples may use.
const MADE_UP: [&str; 4] = ["me", "u", "you", "user"];

/// Finds absolute paths below a user's home, root's, or a work folder. Tests may contain any path.
pub fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        for (number, line) in source.text.lines().enumerate() {
            if let Some(path) = machine_path(line) {
                let what =
                    format!("`{path}` exists on one machine only: name it from the repository's root, or make one up");
                findings.push(Finding::new(&source.path, number + 1, what));
            }
        }
    }
    findings
}

fn machine_path(line: &str) -> Option<&str> {
    line.match_indices('/').map(|(start, _)| (start, path_at(line, start))).find_map(|(start, path)| {
        // A path that continues a longer one is not absolute.
        let before = line[..start].chars().next_back();
        let starts = before.is_none_or(|c| !c.is_alphanumeric() && !"/._-~}>$".contains(c));
        let mut parts = path.split('/').skip(1);
        let own = match (parts.next(), parts.next()) {
            (Some("root" | "work"), Some(below)) => !below.is_empty(),
            (Some("home"), Some(name)) => !name.is_empty() && !MADE_UP.contains(&name),
            _ => false,
        };
        (starts && own).then_some(path)
    })
}

fn path_at(line: &str, start: usize) -> &str {
    let path = &line[start..];
    let end = path.find(|c: char| !c.is_alphanumeric() && !"/._-".contains(c)).unwrap_or(path.len());
    &path[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sources;

    #[test]
    fn paths_of_a_machine_are_found() {
        for (top, found) in [
            ("see /TOP/a.py", true),
            ("\"/TOP/a\"", true),
            ("file:///TOP/a", false),
            ("lsp/TOP/a", false),
            ("~/TOP/a", false),
            ("$HOME/TOP/a and ${X}/TOP/a", false),
            ("the folder /TOP", false),
        ] {
            for folder in ["root", "work", "home"] {
                let line = top.replace("TOP", folder);
                assert_eq!(
                    machine_path(&line).is_some(),
                    found && (folder != "home" || line.contains("a.py") || line.contains("/a\"")),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn made_up_homes_and_tests_are_no_finding() {
        let (own, made_up) = (format!("/{}/ann/x", "home"), "/home/me/x /home/u/x");
        assert_eq!(check(&sources(&[("README.md", made_up), ("lsp/tests/a.rs", &own)])), []);
        let found = check(&sources(&[("README.md", &format!("\n{made_up} {own}"))]));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].what.contains(&own)), (2, true));
    }
}

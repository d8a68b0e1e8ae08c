//! Files that documents name.

use std::collections::BTreeSet;

use super::source::{Finding, Source};

/// Folders in which a name in backticks is taken for a path.
const TOP: [&str; 7] = ["docs/", "editors/", "engine/", "fixtures/", "fuzz/", "lsp/", "xtask/"];

/// What is named in backticks in a Markdown file as a path from the root, and is not there. CHANGELOG.md speaks of the past.
pub fn check(sources: &[Source]) -> Vec<Finding> {
    let there: BTreeSet<&str> = sources.iter().flat_map(|source| folders(&source.path)).collect();
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.extension() == "md" && source.path != "CHANGELOG.md") {
        for (number, line) in source.text.lines().enumerate() {
            let missing = line.split('`').skip(1).step_by(2).flat_map(paths).find(|path| !is_there(&there, path));
            if let Some(path) = missing {
                let what = format!("`{path}` is not there: name the file that took its place");
                findings.push(Finding::new(&source.path, number + 1, what));
            }
        }
    }
    findings
}

/// A path and the folders that it lies in.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end]).chain([path])
}

/// The paths that a text in backticks stands for: several where it has braces, none where it is something else.
fn paths(text: &str) -> Vec<String> {
    let plain = |c: char| c.is_alphanumeric() || "/._-{},".contains(c);
    if !TOP.iter().any(|top| text.starts_with(top)) || !text.chars().all(plain) {
        return Vec::new();
    }
    match text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (names, after))) => names.split(',').map(|name| format!("{before}{name}{after}")).collect(),
        None => vec![text.to_owned()],
    }
}

/// Whether a file, a module's file or a folder has that name.
fn is_there(there: &BTreeSet<&str>, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    there.contains(path) || there.contains(format!("{path}.rs").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sources;

    #[test]
    fn documents_name_what_is_there() {
        for (text, missing) in [
            ("`lsp/src/a.rs`, `lsp/src/` and `lsp/src/a`", None),
            ("`lsp/src/{a,b/c}.rs`", None),
            ("`cargo test lsp/src/x`, `lsp/src/*.rs`, lsp/src/x, `/lsp/src/x`", None),
            ("one\n`lsp/src/x.rs`", Some((2, "lsp/src/x.rs"))),
            ("`lsp/src/{a,x}.rs`", Some((1, "lsp/src/x.rs"))),
            ("`lsp/sr`", Some((1, "lsp/sr"))),
        ] {
            let found = check(&sources(&[("lsp/src/a.rs", ""), ("lsp/src/b/c.rs", ""), ("README.md", text)]));
            let found = found.first().map(|finding| (finding.line, finding.what.split('`').nth(1).unwrap_or_default()));
            assert_eq!(found, missing, "{text}");
        }
        assert_eq!(check(&sources(&[("CHANGELOG.md", "`lsp/src/x.rs`"), ("a.rs", "`lsp/src/x.rs`")])), []);
    }
}

//! The change of a text as a patch that `patch -p1` and `git apply` take.

use std::path::{Component, Path};

use similar::TextDiff;

use crate::cli::source::Source;

/// The change from `before` to `after`; empty if there is none.
pub(super) fn of(source: &Source, before: &str, after: &str) -> String {
    let folder = std::env::current_dir().unwrap_or_default();
    let name = source.path().map_or_else(|| "stdin".to_owned(), |path| name(path, &folder));
    let diff = TextDiff::from_lines(before, after);
    diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string()
}

/// The name of a file in a patch: relative to the working directory, or, for one that is elsewhere, to the root.
fn name(path: &Path, folder: &Path) -> String {
    let path = folder.join(path);
    let mut whole: Vec<Component> = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(whole.pop()),
            other => whole.push(other),
        }
    }
    let within: Vec<Component> = folder.components().collect();
    let parts = whole.strip_prefix(within.as_slice()).unwrap_or(&whole);
    let parts = parts.iter().filter(|part| matches!(part, Component::Normal(_)));
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn names_are_relative() {
        for (path, expected) in [
            ("a.py", "a.py"),
            ("./src/a.py", "src/a.py"),
            ("/srv/here/src/a.py", "src/a.py"),
            ("../here/a.py", "a.py"),
            ("../there/a.py", "srv/there/a.py"),
            ("/tmp/a.py", "tmp/a.py"),
        ] {
            assert_eq!(name(Path::new(path), Path::new("/srv/here")), expected, "{path}");
        }
    }
}

//! The rules' input and output.

use std::fmt::{Display, Formatter};

/// A text file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path from the repository's root, with `/` on every system.
    pub path: String,
    pub text: String,
}

impl Source {
    /// Whether the file holds tests only: it is called `tests.rs`, or lies in a folder called `tests`.
    pub fn is_test(&self) -> bool {
        is_test(&self.path)
    }

    /// The ending of its name, without the dot.
    pub fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// Whether the path is one of a file that holds tests only.
pub fn is_test(path: &str) -> bool {
    path.rsplit('/').next() == Some("tests.rs") || path.split('/').any(|part| part == "tests")
}

/// Whether the path is `place`, a file without its ending, or lies in the folder of that name.
pub fn lies_in(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest == ".rs" || rest.starts_with('/'))
}

/// A violation of a rule, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub path: String,
    /// The line, from 1; 0 if the finding is about the whole file.
    pub line: usize,
    pub what: String,
}

impl Finding {
    pub fn new(path: impl Into<String>, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.into(), line, what: what.into() }
    }
}

impl Display for Finding {
    fn fmt(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.path, self.what),
            line => write!(out, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// Makes sources of pairs of path and text.
#[cfg(test)]
pub fn sources(files: &[(&str, &str)]) -> Vec<Source> {
    files.iter().map(|&(path, text)| Source { path: path.to_owned(), text: text.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_known_by_their_place() {
        for (path, test) in [
            ("lsp/src/turns/tests.rs", true),
            ("lsp/tests/wire.rs", true),
            ("engine/src/decode/tests/mod.rs", true),
            ("lsp/src/turns.rs", false),
            ("lsp/src/latests.rs", false),
        ] {
            assert_eq!(is_test(path), test, "{path}");
        }
    }

    #[test]
    fn a_place_is_a_file_or_a_folder() {
        assert!(lies_in("a/b.rs", "a/b"));
        assert!(lies_in("a/b/c.rs", "a/b"));
        assert!(lies_in("a/b.rs", "a"));
        assert!(!lies_in("a/bc.rs", "a/b"));
        assert!(!lies_in("a/b.py", "a/b"));
    }
}

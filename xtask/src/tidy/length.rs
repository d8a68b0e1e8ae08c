//! Checks for files that are too long to read at once.

use super::source::{Finding, Source};

/// Maximum number of lines of a source file.
pub const LIMIT: usize = 500;

/// The endings of source files.
const SOURCES: [&str; 4] = ["rs", "py", "lua", "ts"];

/// Finds files over the limit that are not exceptions, and exceptions that are not over it.
pub fn check(sources: &[Source], exceptions: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| SOURCES.contains(&source.extension())) {
        let lines = source.text.lines().count();
        if lines > LIMIT && !exceptions.iter().any(|(path, _)| *path == source.path) {
            let what = format!("has {lines} lines, and {LIMIT} are allowed: split it by what its parts are about");
            findings.push(Finding::new(&source.path, 0, what));
        }
    }
    for (path, _) in exceptions {
        let lines = sources.iter().find(|source| source.path == *path).map_or(0, |source| source.text.lines().count());
        if lines <= LIMIT {
            let what =
                format!("may be longer than {LIMIT} lines, and has {lines}: take it out of xtask/src/tidy/mod.rs");
            findings.push(Finding::new(*path, 0, what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sources;

    fn found(files: &[(&str, usize)], exceptions: &[(&str, &str)]) -> Vec<String> {
        let texts: Vec<_> = files.iter().map(|&(path, lines)| (path, "x\n".repeat(lines))).collect();
        let files: Vec<_> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
        check(&sources(&files), exceptions).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn files_within_the_limit_are_no_finding() {
        let files = [("a.rs", 500), ("b.md", 501), ("c.py", 501)];
        assert_eq!(found(&files, &[("c.py", "a table of words")]), [""; 0]);
    }

    #[test]
    fn files_over_it_are() {
        for path in ["a.rs", "a/tests/b.rs", "a.py", "a.lua", "a.ts"] {
            let expected = format!("{path}: has 501 lines, and 500 are allowed: split it by what its parts are about");
            assert_eq!(found(&[(path, 501)], &[]), [expected]);
        }
    }

    #[test]
    fn exceptions_that_are_none_are() {
        for (files, lines) in [(&[("a.rs", 500)][..], 500), (&[], 0)] {
            let expected =
                format!("a.rs: may be longer than 500 lines, and has {lines}: take it out of xtask/src/tidy/mod.rs");
            assert_eq!(found(files, &[("a.rs", "generated")]), [expected]);
        }
    }
}

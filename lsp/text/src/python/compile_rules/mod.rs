//! What Python's `compile()` refuses: Ruff's parser and its checker of semantic syntax errors, and the rules of CPython's
//! compiler that these do not have.
//!
//! Tree-sitter, which the rest of the crate asks, is made for broken text and takes far more than Python does.

mod blocks;
mod check;
mod context;
mod depth;
mod indentation;
mod names;
mod patterns;
#[cfg(test)]
mod tests;
mod tokens;
#[cfg(test)]
mod verdicts;
mod versions;

use ruff_python_ast::{PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use check::Check;

/// A place that Python's compiler refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The byte offset.
    pub at: usize,
    /// What is wrong.
    pub rule: String,
}

impl Violation {
    fn new(at: impl Into<usize>, rule: impl Into<String>) -> Self {
        Self { at: at.into(), rule: rule.into() }
    }
}

/// The Python whose compiler decides, as its major and minor version: the oldest that is still maintained, since 3.10 ended in
/// October 2026. What it takes, later ones take, but for a walrus or a `yield` in an annotation since 3.14. A text that needs a later one has one violation for each version in between, however much of
/// the later syntax it uses, so that a file that needs Python 3.13 may get more that does.
pub const OLDEST: (u8, u8) = (3, 11);

/// The places of a text that Python's compiler refuses, at most `limit` of them, in order. A text whose first line is
/// `if True:` is part of another: what is in that block may be in a function, a class or a loop.
#[must_use]
pub fn violations(text: &str, limit: usize) -> Vec<Violation> {
    violations_for(text, OLDEST, limit)
}

/// [`violations`] for the Python of another version, from 3.11 on.
#[must_use]
pub fn violations_for(text: &str, (major, minor): (u8, u8), limit: usize) -> Vec<Violation> {
    let mut found = all(text, PythonVersion { major, minor });
    found.sort_by_key(|violation| violation.at);
    found.truncate(limit);
    found
}

fn all(text: &str, version: PythonVersion) -> Vec<Violation> {
    if let Err(violation) = depth::check_tokens(text) {
        return vec![violation];
    }
    let options = ParseOptions::from(Mode::Module).with_target_version(version);
    let Some(parsed) = parse_unchecked(text, options).try_into_module() else { return Vec::new() };
    let found = depth::with_stack(parsed, |parsed| {
        let mut found: Vec<Violation> =
            parsed.errors().iter().map(|error| Violation::new(error.start(), error.error.to_string())).collect();
        tokens::check(text, parsed.tokens(), &mut found);
        indentation::check(text, parsed.tokens(), &mut found);
        let mut check = Check::new(text, version, found);
        check.module(parsed.suite());
        let mut found = check.into_found();
        // What Ruff and the rules here both know is one violation.
        found.sort_by_key(|violation| violation.at);
        found.dedup_by_key(|violation| violation.at);
        versions::unsupported(parsed.unsupported_syntax_errors(), version, &mut found);
        found
    });
    found.unwrap_or_else(|violation| vec![violation])
}

/// What `look` finds in a module's statements, of which those that cannot be read are left out; `None` for a text that is
/// nested too deeply.
pub(super) fn in_module<T>(text: &str, look: impl FnOnce(&[Stmt]) -> T) -> Option<T> {
    depth::check_tokens(text).ok()?;
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module)).try_into_module()?;
    depth::with_stack(parsed, |parsed| look(parsed.suite())).ok()
}

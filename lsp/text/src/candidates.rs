//! Alternatives for one turn: which of them are equal, and which is best. Pure.

mod required_names;
mod score;
#[cfg(test)]
mod tests;
mod undefined;

use std::collections::HashMap;

use codegen_core::Completion;
use tree_sitter::Tree;

use crate::document::parse_text;
use crate::turns;
pub use score::score;
pub use undefined::undefined;

/// The score of a piece of code beside its probability: what speaks for it and what against it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Score {
    /// Whether the document parses with the code in its place, or is no more broken than without it.
    pub parses: bool,
    /// Names that the prompt quotes or that later turns use, which nothing before them defines now.
    pub missing: Vec<String>,
    /// Names that later turns use in the sense they had before this turn, and that this code defines anew.
    pub shadows: Vec<String>,
    /// Names that the turn's present code defines and later turns use, and this one no longer defines.
    pub drops: Vec<String>,
    /// The complaint about the program once it was run up to and including this turn: the exception's last line, or a
    /// sentence on how else it ended. `None` if it was not run, or nothing speaks against it.
    pub raised: Option<String>,
    /// Whether the program was run.
    pub run: bool,
}

/// A piece of code that has been scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The number among the sampled candidates, from 0.
    pub index: usize,
    /// The completion, its text trimmed.
    pub completion: Completion,
    /// The score in its turn's place.
    pub score: Score,
    /// The number of sampled candidates that are equal to this one but for comments and white space.
    pub copies: usize,
}

/// Folds candidates that differ in comments and white space only into one. The most probable of them is kept, in the
/// place of the first.
#[must_use]
pub fn distinct(candidates: Vec<Ranked>) -> Vec<Ranked> {
    let mut found: Vec<Ranked> = Vec::with_capacity(candidates.len());
    let mut places: HashMap<String, usize> = HashMap::new();
    for candidate in candidates {
        let shape = shape(&candidate.completion.text);
        match places.get(&shape).and_then(|place| found.get_mut(*place)) {
            Some(same) => {
                let copies = same.copies + candidate.copies;
                if candidate.completion.mean_logprob > same.completion.mean_logprob {
                    *same = candidate;
                }
                same.copies = copies;
            }
            None => {
                places.insert(shape, found.len());
                found.push(candidate);
            }
        }
    }
    found
}

/// Whether two pieces of code differ in comments and white space only.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    shape(one) == shape(other)
}

/// Sorts by score, best first: what parses; then what did not raise; then fewest missing names; then fewest shadowed
/// and dropped ones; then the highest mean token log-probability; then the first sampled. Candidates without code come
/// last.
pub fn rank(candidates: &mut [Ranked]) {
    candidates.sort_by(|a, b| {
        let faults = |ranked: &Ranked| {
            let Score { parses, missing, shadows, drops, raised, .. } = &ranked.score;
            let empty = !turns::says_something(&ranked.completion.text);
            (empty, !parses, raised.is_some(), missing.len(), shadows.len() + drops.len())
        };
        let probable = || b.completion.mean_logprob.total_cmp(&a.completion.mean_logprob);
        faults(a).cmp(&faults(b)).then_with(probable).then(a.index.cmp(&b.index))
    });
}

/// The tokens of a program without comments, with signs where statements and blocks begin and end.
fn shape(program: &str) -> String {
    let program = turns::unindented(program);
    tokens(&parse_text(&program), &program)
}

fn tokens(tree: &Tree, text: &str) -> String {
    let mut shape = String::with_capacity(text.len());
    let mut cursor = tree.walk();
    // No token contains these signs; `\u{1}` stands between tokens.
    let sign = |kind: &str, begins: bool| match (kind, begins) {
        ("block", true) => "\u{2}",
        ("block", false) => "\u{3}",
        (kind, false) if kind.ends_with("_statement") || kind.ends_with("_definition") => "\u{4}",
        _ => "",
    };
    loop {
        let node = cursor.node();
        shape.push_str(sign(node.kind(), true));
        // A string is one token, white space in it included.
        let leaf = node.child_count() == 0 || node.kind() == "string";
        if leaf && !node.byte_range().is_empty() && !matches!(node.kind(), "comment" | ";") {
            shape.push_str(text.get(node.byte_range()).unwrap_or_default());
            shape.push('\u{1}');
        }
        if !leaf && cursor.goto_first_child() {
            continue;
        }
        loop {
            shape.push_str(sign(cursor.node().kind(), false));
            if cursor.goto_next_sibling() {
                break;
            }
            if !cursor.goto_parent() {
                return shape;
            }
        }
    }
}

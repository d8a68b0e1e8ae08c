//! From a cursor to what is asked of the model, and from its raw text to what is shown. Pure.
#![allow(missing_docs, clippy::unimplemented, unused_variables)]

use std::ops::Range;

use codegen_engine::StopRule;

use crate::document::Document;
use crate::turns::TurnOptions;

/// What a completion at the cursor should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The rest of the line.
    Line,
    /// A block, ended by the first dedent below this indentation (in columns).
    Block { indent: usize },
    /// The program text of the prompt directly above the cursor, ended by the paper's truncation.
    Turn { indent: usize },
}

/// What to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub kind: Kind,
    pub max_tokens: usize,
}

/// A suggestion: put `text` in place of `range`, which lies on the cursor's line and contains the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub range: Range<usize>,
    pub text: String,
}

/// What to ask for at the cursor; `None` where a suggestion is never wanted.
pub fn plan(document: &Document, offset: usize, options: &TurnOptions) -> Option<Plan> {
    unimplemented!()
}
/// The rule that ends the generation for a plan.
pub fn stop_rule(document: &Document, offset: usize, plan: &Plan) -> Box<dyn StopRule> {
    unimplemented!()
}
/// What of the raw text is shown: `None` if nothing worth showing is left.
pub fn finish(document: &Document, offset: usize, plan: &Plan, raw: &str) -> Option<Suggestion> {
    unimplemented!()
}

//! The turns of a document. Pure.
#![allow(missing_docs, clippy::unimplemented, unused_variables)]

use std::ops::Range;

use codegen_engine::synthesis::History;

use crate::document::Document;
use crate::edit::Edit;

/// What counts as a prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurnOptions {
    /// Only comments that start with this are prompts (say `#>`).
    pub marker: Option<String>,
}

/// A comment prompt and the program text below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The prompt's words: comment signs and indentation removed, lines joined by `\n`.
    pub prompt: String,
    /// The comment lines, from the first one's indentation to past the last one's line end.
    pub prompt_range: Range<usize>,
    /// The program text: from `prompt_range.end` to the next prompt of this indentation or the block's end, trailing
    /// blank lines excluded; empty if the turn has none yet.
    pub program_range: Range<usize>,
    /// The white space before the comment.
    pub indent: String,
}

/// All turns, in the order of their prompts.
pub fn turns(document: &Document, options: &TurnOptions) -> Vec<Turn> {
    unimplemented!()
}
/// The turn whose prompt stands directly above `offset`: the cursor's line is blank up to the cursor and the line above
/// it is the prompt's last.
pub fn turn_above(document: &Document, offset: usize, options: &TurnOptions) -> Option<Turn> {
    unimplemented!()
}
/// The turn that a position belongs to: in its prompt, its program text or the blank lines after that.
pub fn turn_at(document: &Document, offset: usize, options: &TurnOptions) -> Option<Turn> {
    unimplemented!()
}
/// The history of the turn: everything of the document before its prompt, as turns where it is turns.
pub fn history(document: &Document, turn: &Turn, options: &TurnOptions) -> History {
    unimplemented!()
}
/// The edit that puts `program` (without indentation, as generated) under the turn's prompt in place of what is there.
pub fn program_edit(document: &Document, turn: &Turn, program: &str) -> Edit {
    unimplemented!()
}

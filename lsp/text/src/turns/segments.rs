//! A whole document, divided into prompts, pieces of code and the rest.

use std::ops::Range;

use super::{TurnOptions, turns};
use crate::document::Document;

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The byte range; never empty.
    pub range: Range<usize>,
    /// The kind of the piece.
    pub kind: PartKind,
}

/// The kind of a piece of a document. Turns are given by their index in [`turns`]; a piece that lies in several turns
/// belongs to the innermost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// A piece of no turn.
    Other,
    /// A turn's prompt.
    Prompt(usize),
    /// A piece of a turn's code.
    Program(usize),
}

/// The parts of a document, in order, without gaps.
#[must_use]
pub fn parts(document: &Document, options: &TurnOptions) -> Vec<Part> {
    let turns = turns(document, options);
    let mut cutter = Cutter::default();
    // Turns whose code has not ended.
    let mut open: Vec<usize> = Vec::new();
    for (index, turn) in turns.iter().enumerate() {
        cutter.close(&mut open, turn.prompt_range.start, |index| turns[index].program_range.end);
        cutter.cut(turn.prompt_range.start, innermost(&open));
        cutter.cut(turn.prompt_range.end, PartKind::Prompt(index));
        open.push(index);
    }
    cutter.close(&mut open, document.len(), |index| turns[index].program_range.end);
    cutter.cut(document.len(), innermost(&open));
    cutter.parts
}

fn innermost(open: &[usize]) -> PartKind {
    open.last().map_or(PartKind::Other, |index| PartKind::Program(*index))
}

#[derive(Default)]
struct Cutter {
    at: usize,
    parts: Vec<Part>,
}

impl Cutter {
    /// Adds the part between the last cut and `end`.
    fn cut(&mut self, end: usize, kind: PartKind) {
        if end > self.at {
            self.parts.push(Part { range: self.at..end, kind });
            self.at = end;
        }
    }

    /// Ends the pieces of code that end at or before a place.
    fn close(&mut self, open: &mut Vec<usize>, place: usize, end: impl Fn(usize) -> usize) {
        while let Some(index) = open.pop_if(|index| end(*index) <= place) {
            self.cut(end(index), PartKind::Program(index));
        }
    }
}

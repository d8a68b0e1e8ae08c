//! A whole document, cut into prompts, pieces of code and the rest.

use std::ops::Range;

use super::{TurnOptions, turns};
use crate::document::Document;

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it is; never empty.
    pub range: Range<usize>,
    /// What it is.
    pub kind: PartKind,
}

/// What a piece of a document is. Turns are given by their place in [`turns`]; what lies in several is the innermost one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// Of no turn.
    Other,
    /// A turn's prompt.
    Prompt(usize),
    /// Of a turn's code.
    Program(usize),
}

/// The parts of a document, one after the other: together they are the document.
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
    /// What lies between the last cut and this one.
    fn cut(&mut self, end: usize, kind: PartKind) {
        if end > self.at {
            self.parts.push(Part { range: self.at..end, kind });
            self.at = end;
        }
    }

    /// Ends the pieces of code that end up to a place.
    fn close(&mut self, open: &mut Vec<usize>, place: usize, end: impl Fn(usize) -> usize) {
        while let Some(index) = open.pop_if(|index| end(*index) <= place) {
            self.cut(end(index), PartKind::Program(index));
        }
    }
}

//! The facts about a cursor that plans, stop rules and filters are decided by.

use crate::document::Document;
use crate::python::{self, Line};
use crate::turns;

/// A cursor in a document: what is worked out of the text once and then only read. It borrows the document, so that no fact
/// outlives the text it is about.
pub(super) struct Cursor<'d> {
    pub document: &'d Document,
    /// Between two characters of the line, before its line end.
    pub offset: usize,
    pub line: Line,
    /// The line's text before the cursor.
    pub left: String,
    /// The line's text behind the cursor.
    pub right: String,
    /// Columns of the cursor, if only white space is left of it.
    pub column: Option<usize>,
    /// Whether the cursor is inside brackets or a string that opened before it.
    pub continuation: bool,
    /// The nearest line above that is not blank.
    pub above: Option<Line>,
    /// The nearest line below that is not blank.
    pub below: Option<Line>,
}

impl<'d> Cursor<'d> {
    pub fn new(document: &'d Document, offset: usize) -> Self {
        let offset = python::char_boundary(document, offset);
        let line = python::line_at(document, offset);
        // There is a place between a carriage return and its line feed, but no cursor can be there.
        let offset = offset.min(line.end);
        let left = turns::shown_text(document, line.start..offset);
        Self {
            document,
            offset,
            right: document.slice(offset..line.end),
            column: left.trim().is_empty().then(|| column(&left)),
            continuation: python::is_continuation(document, offset),
            above: python::line_above(document, line.number),
            below: python::line_below(document, line.number),
            left,
            line,
        }
    }

    /// Whether nothing but white space is right of the cursor.
    pub fn ends_line(&self) -> bool {
        self.right.trim().is_empty()
    }

    /// Whether a header suggested here is to have a body: where a statement begins, unless it has one below.
    pub fn wants_bodies(&self) -> bool {
        let Some(column) = self.column.filter(|_| self.ends_line()) else { return false };
        !self.continuation && self.below.as_ref().is_none_or(|below| below.column <= column)
    }

    /// The lines above that are not blank, the nearest first.
    pub fn lines_above(&self) -> impl Iterator<Item = Line> {
        std::iter::successors(self.above.clone(), |line| python::line_above(self.document, line.number))
    }

    /// The lines below that are not blank, the nearest first.
    pub fn lines_below(&self) -> impl Iterator<Item = Line> {
        std::iter::successors(self.below.clone(), |line| python::line_below(self.document, line.number))
    }
}

/// Columns of the white space that `text` starts with, tabs reaching to the next multiple of eight.
pub(super) fn column(text: &str) -> usize {
    text.chars()
        .take_while(|char| matches!(char, ' ' | '\t'))
        .fold(0, |column, char| if char == '\t' { column + 8 - column % 8 } else { column + 1 })
}

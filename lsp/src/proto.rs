//! The only place that converts positions, and the only one that knows position encodings.
#![allow(missing_docs, clippy::unimplemented, unused_variables)]

use std::ops::Range;

use ropey::Rope;
use tower_lsp::ls_types as lsp;

use crate::document::Document;
use crate::edit::Edit;

/// What a position's `character` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    Utf8,
    #[default]
    Utf16,
    Utf32,
}

impl Encoding {
    /// The best that the client offers (utf-8, then utf-32, then utf-16), or utf-16, which every client must know.
    pub fn negotiate(offered: Option<&[lsp::PositionEncodingKind]>) -> Self {
        unimplemented!()
    }
    pub fn kind(self) -> lsp::PositionEncodingKind {
        unimplemented!()
    }
}

/// A position that is not in the document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PositionError {
    #[error("line {line} is past the end of the document, which has {lines} lines")]
    Line { line: u32, lines: usize },
    #[error("the range ends ({end}) before it starts ({start})")]
    Inverted { start: usize, end: usize },
}

/// A position as a byte offset. Characters past the line's end mean the line's end (LSP 3.17, Position); a position
/// inside a character means the character's start.
pub fn offset(rope: &Rope, position: lsp::Position, encoding: Encoding) -> Result<usize, PositionError> {
    unimplemented!()
}
pub fn range(rope: &Rope, range: lsp::Range, encoding: Encoding) -> Result<Range<usize>, PositionError> {
    unimplemented!()
}
pub fn position(rope: &Rope, offset: usize, encoding: Encoding) -> lsp::Position {
    unimplemented!()
}
pub fn lsp_range(rope: &Rope, range: Range<usize>, encoding: Encoding) -> lsp::Range {
    unimplemented!()
}
pub fn text_edit(rope: &Rope, edit: &Edit, encoding: Encoding) -> lsp::TextEdit {
    unimplemented!()
}
/// Applies a `didChange`: all of its changes, in order, or none. Returns the changes made, in bytes, each relative to
/// the text that the one before it left.
pub fn apply_changes(
    document: &mut Document,
    version: i32,
    changes: &[lsp::TextDocumentContentChangeEvent],
    encoding: Encoding,
) -> Result<Vec<Edit>, PositionError> {
    unimplemented!()
}

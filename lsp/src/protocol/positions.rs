//! The only place that converts positions, and the only one that knows position encodings.

use std::ops::Range;

use codegen_text::document::Document;
use codegen_text::edit::Edit;
use ropey::Rope;
use tower_lsp::ls_types as lsp;

/// The unit in which a position's `character` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: LSP's default.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// The best that the client offers (utf-8, then utf-32, then utf-16), or utf-16, which every client must know.
    #[must_use]
    pub fn negotiate(offered: Option<&[lsp::PositionEncodingKind]>) -> Self {
        let offered = offered.unwrap_or_default();
        [Self::Utf8, Self::Utf32].into_iter().find(|encoding| offered.contains(&encoding.kind())).unwrap_or_default()
    }

    /// The name on the wire.
    #[must_use]
    pub fn kind(self) -> lsp::PositionEncodingKind {
        match self {
            Self::Utf8 => lsp::PositionEncodingKind::UTF8,
            Self::Utf16 => lsp::PositionEncodingKind::UTF16,
            Self::Utf32 => lsp::PositionEncodingKind::UTF32,
        }
    }
}

/// A position that is not in the document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PositionError {
    #[error("line {line} is past the end of the document, which has {lines} lines")]
    Line {
        /// The requested line, from zero.
        line: u32,
        /// The number of lines of the document; the last one may be empty.
        lines: usize,
    },
    /// A range whose end comes first.
    #[error("the range ends ({end}) before it starts ({start})")]
    Inverted {
        /// The start, in bytes.
        start: usize,
        /// The end, in bytes.
        end: usize,
    },
}

/// A position as a byte offset. Characters past the line's end mean the line's end (LSP 3.17, Position); a position
/// inside a character means the character's start. The line just past the last one means the text's end: clients use it
/// in ranges that cover the whole document.
///
/// # Errors
///
/// [`PositionError::Line`] for lines further out.
pub fn offset(rope: &Rope, position: lsp::Position, encoding: Encoding) -> Result<usize, PositionError> {
    let lines = rope.len_lines();
    let line = position.line as usize;
    if line == lines {
        return Ok(rope.len_bytes());
    }
    if line > lines {
        return Err(PositionError::Line { line: position.line, lines });
    }
    let (start, end) = line_chars(rope, line);
    let character = position.character as usize;
    let char = match encoding {
        Encoding::Utf32 => start.saturating_add(character),
        Encoding::Utf8 => {
            let byte = rope.char_to_byte(start).saturating_add(character);
            if byte >= rope.len_bytes() { end } else { rope.byte_to_char(byte) }
        }
        Encoding::Utf16 => {
            let unit = rope.char_to_utf16_cu(start).saturating_add(character);
            if unit >= rope.len_utf16_cu() { end } else { rope.utf16_cu_to_char(unit) }
        }
    };
    Ok(rope.char_to_byte(char.min(end)))
}

/// A range as bytes.
///
/// # Errors
///
/// Those of [`offset`], and [`PositionError::Inverted`].
pub fn range(rope: &Rope, range: lsp::Range, encoding: Encoding) -> Result<Range<usize>, PositionError> {
    let start = offset(rope, range.start, encoding)?;
    let end = offset(rope, range.end, encoding)?;
    if start > end {
        return Err(PositionError::Inverted { start, end });
    }
    Ok(start..end)
}

/// A byte offset as a position. An offset inside a character or a line end means its start, and one past the text its
/// end.
#[must_use]
pub fn position(rope: &Rope, offset: usize, encoding: Encoding) -> lsp::Position {
    let char = rope.byte_to_char(offset.min(rope.len_bytes()));
    let line = rope.char_to_line(char);
    let (start, end) = line_chars(rope, line);
    let char = char.min(end);
    let character = match encoding {
        Encoding::Utf8 => rope.char_to_byte(char) - rope.char_to_byte(start),
        Encoding::Utf16 => rope.char_to_utf16_cu(char) - rope.char_to_utf16_cu(start),
        Encoding::Utf32 => char - start,
    };
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    lsp::Position::new(narrow(line), narrow(character))
}

/// A range of bytes as the client counts it.
#[must_use]
pub fn lsp_range(rope: &Rope, range: Range<usize>, encoding: Encoding) -> lsp::Range {
    lsp::Range::new(position(rope, range.start, encoding), position(rope, range.end, encoding))
}

/// An edit as the client counts it.
#[must_use]
pub fn text_edit(rope: &Rope, edit: &Edit, encoding: Encoding) -> lsp::TextEdit {
    lsp::TextEdit::new(lsp_range(rope, edit.range.clone(), encoding), edit.text.clone())
}

/// Applies a `didChange`: all of its changes, in order, or none. Returns the changes made, in bytes, each relative to
/// the text that the one before it left.
///
/// # Errors
///
/// That of the first change whose range is not in the text.
pub fn apply_changes(
    document: &mut Document,
    version: i32,
    changes: &[lsp::TextDocumentContentChangeEvent],
    encoding: Encoding,
) -> Result<Vec<Edit>, PositionError> {
    document.change(version, |draft| {
        for change in changes {
            let bytes = match change.range {
                Some(given) => range(draft.rope(), given, encoding)?,
                None => 0..draft.rope().len_bytes(),
            };
            draft.replace(bytes, &change.text);
        }
        Ok(())
    })
}

/// The chars of a line, without its line end.
fn line_chars(rope: &Rope, line: usize) -> (usize, usize) {
    let start = rope.line_to_char(line);
    let next = rope.line_to_char(line + 1);
    let is = |index: usize, wanted: char| index >= start && rope.get_char(index) == Some(wanted);
    let mut end = next;
    // Only the last line has no line end, and it cannot hold a carriage return or line feed.
    if next > start && (is(next - 1, '\n') || is(next - 1, '\r')) {
        end -= 1;
        if end > start && is(end, '\n') && is(end - 1, '\r') {
            end -= 1;
        }
    }
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiation_prefers_bytes() {
        let (eight, sixteen, thirty_two) =
            (lsp::PositionEncodingKind::UTF8, lsp::PositionEncodingKind::UTF16, lsp::PositionEncodingKind::UTF32);
        assert_eq!(Encoding::negotiate(None), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(Some(&[])), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(Some(&[lsp::PositionEncodingKind::new("utf-7")])), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(Some(&[sixteen.clone(), thirty_two.clone()])), Encoding::Utf32);
        assert_eq!(Encoding::negotiate(Some(&[sixteen, thirty_two, eight])), Encoding::Utf8);
    }

    #[test]
    fn positions_outside_lines_and_inside_characters() {
        // Bytes: a 0, snake 1..5, b 5, CRLF 6..8, c 8, CR 9, LS 10..13, LF 13; the last line is empty.
        let rope = Rope::from_str("a\u{1F40D}b\r\nc\r\u{2028}\n");
        let table = [
            (0, 0, [0, 0, 0]),
            (0, 2, [1, 1, 5]),
            (0, 3, [1, 5, 6]),
            (0, 4, [1, 6, 6]),
            (0, 9, [6, 6, 6]),
            (1, 1, [9, 9, 9]),
            (1, 9, [9, 9, 9]),
            (2, 1, [10, 13, 13]),
            (3, 0, [14, 14, 14]),
            (3, 7, [14, 14, 14]),
            (4, 0, [14, 14, 14]),
            (u32::MAX, u32::MAX, [0, 0, 0]),
        ];
        for (line, character, expected) in table {
            for (encoding, expected) in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32].into_iter().zip(expected) {
                let expected = if line > 4 { Err(PositionError::Line { line, lines: 4 }) } else { Ok(expected) };
                let got = offset(&rope, lsp::Position::new(line, character), encoding);
                assert_eq!(got, expected, "{line}:{character} {encoding:?}");
            }
        }
    }

    #[test]
    fn offsets_inside_a_line_end_are_the_line_s_end() {
        let rope = Rope::from_str("ab\r\nc");
        for offset in [2, 3] {
            assert_eq!(position(&rope, offset, Encoding::Utf16), lsp::Position::new(0, 2));
        }
        assert_eq!(position(&rope, 99, Encoding::Utf16), lsp::Position::new(1, 1));
    }
}

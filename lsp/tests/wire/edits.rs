//! Incremental changes checked against a naive model: a vector of characters, edited by counting.

use codegen_lsp::protocol::positions::{self, Encoding, PositionError};
use codegen_text::document::Document;
use proptest::prelude::*;
use tower_lsp::ls_types::{Position, Range, TextDocumentContentChangeEvent};

use crate::naive::Naive;

const SOURCE: &str = "import os\r\n\r\nclass A:\n    '''Docs \u{1F40D}.'''\n\n    def f(self, x):\n        y = [\n            x,\n        ]\n\
    \x20       return y  # caf\u{e9}\u{2028}\n\nif os:\n\tprint(f\"{os!r} e\u{301}\")\nelse:\n\tpass\n";

const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

/// Python with text that breaks editors: astral characters, combining marks, every kind of line end and characters that
/// only look like one.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "\n", "\r\n", "\r", "\n\n", "\u{2028}", "\u{2029}", "\u{85}", "\u{b}", "\u{c}", "\u{1F40D}", "\u{10FFFF}",
            "e\u{301}", "\u{e9}", "\u{4e2d}", "\u{1F468}\u{200D}\u{1F469}",
        ]),
        6 => prop::sample::select(vec![
            "x = 1\n", "def f(a):\n", "    return a\n", "\tpass\r\n", "if x:\n", "    y = [\n", "]\n", "# a prompt\n",
            "'''", "\"", "print(x)", "(", ")", ":", " ", "    ", "class A:\n", "else:\n", "\\\n", "f'{x}'",
        ]),
        1 => prop::sample::select(vec!["", "a", "pass", "return", "in", "0", "#"]),
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

/// A position that is mostly in the text, and sometimes past a line, past the text or inside a character.
fn position() -> impl Strategy<Value = Position> {
    (
        prop_oneof![30 => 0..3u32, 15 => 0..9u32, 1 => 0..40u32, 1 => Just(u32::MAX)],
        prop_oneof![9 => 0..20u32, 1 => Just(u32::MAX)],
    )
        .prop_map(|(line, character)| Position::new(line, character))
}

fn change() -> impl Strategy<Value = TextDocumentContentChangeEvent> {
    let range = prop_oneof![
        // Mostly in order, since an inverted range ends the notification.
        8 => (position(), position()).prop_map(|(a, b)| {
            Some(if (a.line, a.character) <= (b.line, b.character) { Range::new(a, b) } else { Range::new(b, a) })
        }),
        2 => position().prop_map(|at| Some(Range::new(at, at))),
        1 => (position(), position()).prop_map(|(start, end)| Some(Range::new(start, end))),
        1 => Just(None),
    ];
    (range, text()).prop_map(|(range, text)| TextDocumentContentChangeEvent { range, range_length: None, text })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_are_applied_as_the_protocol_says(
        start in prop::collection::vec(text(), 1..4).prop_map(|texts| texts.concat()),
        notifications in prop::collection::vec(prop::collection::vec(change(), 1..4), 1..8),
        encoding in prop::sample::select(ENCODINGS.to_vec()),
    ) {
        let mut document = Document::new(&start, 0);
        let mut naive = Naive::new(&start);
        for (version, changes) in (1..).zip(&notifications) {
            let (before, mut after) = (naive.clone(), naive.clone());
            let valid = changes.iter().all(|change| after.replace(change.range, &change.text, encoding));
            let result = positions::apply_changes(&mut document, version, changes, encoding);
            prop_assert_eq!(result.is_ok(), valid);
            match result {
                Ok(edits) => {
                    naive = after;
                    prop_assert_eq!(document.version(), version);
                    let mut replayed = before.text();
                    for edit in edits {
                        replayed.replace_range(edit.range, &edit.text);
                    }
                    prop_assert_eq!(replayed, naive.text());
                }
                Err(PositionError::Inverted { start, end }) => prop_assert!(start > end),
                Err(PositionError::Line { line, lines }) => prop_assert!(line as usize > lines),
            }
            prop_assert_eq!(document.text(), naive.text());

            let fresh = Document::new(&naive.text(), version);
            let (ours, theirs) = (document.tree().unwrap().root_node(), fresh.tree().unwrap().root_node());
            prop_assert_eq!(ours.end_byte(), theirs.end_byte());
            prop_assert_eq!(ours.end_position(), theirs.end_position());
            prop_assert_eq!(ours.has_error(), theirs.has_error());
            // The recovery of broken text depends, if rarely, on what could be reused of the old tree.
            if !theirs.has_error() {
                prop_assert_eq!(ours.to_sexp(), theirs.to_sexp());
            }
        }
    }

    /// Whole Python, broken by a change and repaired by its inverse: nothing of the broken tree may remain.
    #[test]
    fn mended_text_has_its_old_tree(at in 0.0..1.0f64, length in 0..40usize, text in text()) {
        let boundary = |at: usize| (0..=at.min(SOURCE.len())).rev().find(|&at| SOURCE.is_char_boundary(at)).unwrap();
        let start = boundary((SOURCE.len() as f64 * at) as usize);
        let end = boundary(start + length).max(start);
        let whole = Document::new(SOURCE, 0);
        prop_assert!(!whole.tree().unwrap().root_node().has_error());
        let mut document = whole.clone();
        document.edit(start..end, &text);
        document.edit(start..start + text.len(), &SOURCE[start..end]);
        prop_assert_eq!(document.text(), SOURCE);
        prop_assert_eq!(document.tree().unwrap().root_node().to_sexp(), whole.tree().unwrap().root_node().to_sexp());
    }

    #[test]
    fn positions_and_offsets_agree(text in text()) {
        let document = Document::new(&text, 0);
        let naive = Naive::new(&text);
        for encoding in ENCODINGS {
            for (index, (byte, _)) in text.char_indices().chain([(text.len(), ' ')]).enumerate() {
                let position = positions::position(document.rope(), byte, encoding);
                prop_assert_eq!(position, naive.position(index, encoding));
                let back = positions::offset(document.rope(), position, encoding).unwrap();
                let inside_line_end = naive.find(position, encoding).unwrap() != index;
                prop_assert!(back == byte || (inside_line_end && back + 1 == byte));
            }
            for line in 0..14 {
                for character in [0, 1, 2, 3, 5, 8, 13, u32::MAX] {
                    let position = Position::new(line, character);
                    let expected = naive.find(position, encoding).map(|index| naive.chars()[..index].iter().map(|c| c.len_utf8()).sum());
                    prop_assert_eq!(positions::offset(document.rope(), position, encoding).ok(), expected, "{:?}", position);
                }
            }
        }
    }
}

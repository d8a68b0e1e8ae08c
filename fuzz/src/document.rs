//! Compares edits of a document with the same edits of a string.
//!
//! An input is a text and edits. An edit's first two bytes, little-endian, are its start, and the third is its length
//! (254 means everything to the end); the rest is its text. Every change of the document makes up to two edits.

use std::convert::Infallible;
use std::ops::Range;

use codegen_text::document::Document;
use codegen_text::edit::{self, Edit};

use crate::{Target, fields};

/// Texts and edits of any kind.
pub const TARGET: Target = Target { name: "document", run, seeds };

const EDITS: usize = 24;
const ALL: u8 = 254;

fn run(data: &[u8]) -> bool {
    let mut parts = fields::split(data);
    let mut model = fields::text(parts.next().unwrap_or_default());
    let mut document = Document::new(&model, 0);
    let third = model.len() / 3;
    document.mark(fields::boundary(&model, third)..fields::boundary(&model, 2 * third), "x = 1");
    let edits: Vec<_> = parts.filter_map(read).take(EDITS).collect();
    for (version, edits) in (1..).zip(edits.chunks(2)) {
        let before = model.clone();
        let old = document.clone();
        let changed = document.change(version, |draft| {
            for (range, text) in edits {
                draft.replace(range.clone(), text);
                replace(&mut model, range, text);
                assert_eq!(draft.rope().len_bytes(), model.len());
            }
            Ok::<(), Infallible>(())
        });
        let Ok(changes) = changed;
        assert_eq!(document.text(), model);
        assert_eq!((document.version(), document.len(), document.is_empty()), (version, model.len(), model.is_empty()));
        replay(&before, &model, &changes);
        check_narrowed(&old, &model);
        check_parts(&document, &model);
        check_syntax(&document, &model);
    }
    true
}

fn read(part: &[u8]) -> Option<(Range<usize>, String)> {
    let ([low, high, length], text) = part.split_first_chunk::<3>()?;
    let start = usize::from(u16::from_le_bytes([*low, *high]));
    let end = if *length == ALL { usize::MAX } else { start + usize::from(*length) };
    Some((start..end, fields::text(text)))
}

/// Makes the edit on a string, as [`Document::edit`] is documented.
fn replace(model: &mut String, range: &Range<usize>, text: &str) {
    let end = fields::boundary(model, range.end);
    let start = fields::boundary(model, range.start).min(end);
    model.replace_range(start..end, text);
}

/// Checks that the reported edits turn the old text into the new one, and that positions outside them can be followed.
fn replay(before: &str, after: &str, changes: &[Edit]) {
    let mut text = before.to_owned();
    for change in changes {
        let next = {
            let mut next = text.clone();
            next.replace_range(change.range.clone(), &change.text);
            next
        };
        let half = fields::boundary(&text, text.len() / 2);
        for range in [0..half, half..text.len(), half..half] {
            let Some(moved) = edit::map_range(&range, change) else { continue };
            assert!(moved.start <= moved.end && moved.end <= next.len(), "{range:?} {change:?}");
            if change.range.end <= range.start || change.range.start >= range.end {
                assert_eq!(next[moved], text[range.clone()], "{range:?} {change:?}");
            }
        }
        if let Some(place) = edit::map(half, change, edit::Assoc::Before) {
            assert!(next.is_char_boundary(place), "{half} {change:?}");
        }
        text = next;
    }
    assert_eq!(text, after);
}

fn check_narrowed(old: &Document, new: &str) {
    let edit = edit::narrowed(old.rope(), new);
    assert_eq!(old.rope_with(&edit).to_string(), new, "{edit:?}");
}

/// Checks that marks and slices are at the string's character boundaries.
fn check_parts(document: &Document, model: &str) {
    for mark in document.marks().iter() {
        assert_eq!(document.slice(mark.range.clone()), model[mark.range.clone()]);
    }
    for end in [model.len() / 2, model.len() + 1] {
        let start = end / 2;
        let expected = &model[fields::boundary(model, start)..fields::boundary(model, end)];
        assert_eq!(document.slice(start..end), expected);
    }
}

/// Checks that the syntax is the same as that of the text parsed from scratch.
fn check_syntax(document: &Document, model: &str) {
    let fresh = Document::new(model, 0);
    assert_eq!(document.syntax_gap(), fresh.syntax_gap());
    let (Some(ours), Some(theirs)) = (document.tree(), fresh.tree()) else {
        assert!(document.tree().is_none() && fresh.tree().is_none());
        return;
    };
    let (ours, theirs) = (ours.root_node(), theirs.root_node());
    assert_eq!(ours.end_byte(), theirs.end_byte());
    assert_eq!(ours.end_position(), theirs.end_position());
    // How broken text is recovered depends on which parts of the old tree could be reused.
    if !theirs.has_error() {
        assert_eq!(ours.to_sexp(), theirs.to_sexp());
    }
    let outline = document.outline();
    for offset in 0..=model.len() {
        let _ = (outline.starts_comment(offset), outline.is_continuation(offset));
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let edit = |start: u16, length: u8, text: &str| [&start.to_le_bytes()[..], &[length], text.as_bytes()].concat();
    let text = "# one\nx = 1\n\ndef f(a):\r\n    \"\"\"Two.\"\"\"\r\n    return [a,\n        'é🐍']\n";
    let typed = ["# t", "wo", "\n", "y", " ", "= ", "(", "1", ")", "\n"];
    let typing = (0..).zip(typed).map(|(number, typed)| edit(12 + 2 * number, 0, typed));
    let whole = [edit(0, ALL, "x = 2\n"), edit(0, ALL, text), edit(6, 5, ""), edit(0, 0, "\r"), edit(1, 0, "\n")];
    let broken = [edit(22, 1, ""), edit(22, 0, ")"), edit(60, 9, "'''"), edit(60, 3, "\u{2028}"), edit(300, 2, "end")];
    let mut seeds = vec![fields::join(&[text])];
    for edits in [typing.collect::<Vec<_>>(), whole.to_vec(), broken.to_vec()] {
        seeds.push(fields::join(&[vec![text.as_bytes().to_vec()], edits].concat()));
    }
    seeds
}

//! Fuzzes the way from a model's raw text to the suggestion at a cursor.
//!
//! An input is the text before the cursor, the text after it, and the model's answer.

use std::ops::Range;

use codegen_text::completion::{self, Kind, Plan, Suggestion};
use codegen_text::document::Document;
use codegen_text::turns::TurnOptions;

use crate::{Target, fields};

/// Cursors and answers of any kind.
pub const TARGET: Target = Target { name: "completion", run, seeds };

fn run(data: &[u8]) -> bool {
    let [before, after, raw] = {
        let mut parts = fields::split(data).map(fields::text);
        std::array::from_fn(|_| parts.next().unwrap_or_default())
    };
    check_program(&raw);
    let document = Document::new(&format!("{before}{after}"), 1);
    let offset = before.len();
    let Ok(plan) = Plan::new(&document, offset, &TurnOptions::default()) else { return false };
    assert!(plan.max_tokens > 0);
    if let Some(cut) = plan.stop_rule().cut(&raw) {
        assert!(raw.is_char_boundary(cut), "{cut} in {raw:?}");
    }
    let whole = plan.finish(&raw, false);
    let unfinished = plan.finish(&raw, true);
    for suggestion in [&whole, &unfinished].into_iter().flatten() {
        check(&document, &line_around(&document.text(), offset), offset, &plan.kind, suggestion);
    }
    whole.is_ok()
}

fn check(document: &Document, line: &Range<usize>, offset: usize, kind: &Kind, suggestion: &Suggestion) {
    let Suggestion { range, text } = suggestion;
    let before = document.text();
    // A cursor cannot be between a carriage return and its line feed: it is before both.
    let cursor = offset.min(line.end);
    assert!(range.start <= cursor && cursor <= range.end, "{range:?} has no cursor {cursor}");
    assert!(line.start <= range.start && range.end <= line.end, "{range:?} leaves the line {line:?}");
    assert!(before.is_char_boundary(range.start) && before.is_char_boundary(range.end), "{range:?}");
    assert!(!text.trim().is_empty() && text.trim_end() == text, "{text:?} has white space at its end");
    let mut accepted = document.clone();
    accepted.edit(range.clone(), text);
    assert_eq!(accepted.text(), format!("{}{text}{}", &before[..range.start], &before[range.end..]));
    if let Kind::Turn { indent } | Kind::Block { indent } = *kind {
        assert!(indent <= before.len() * 8 + 1, "{kind:?}");
    }
    // To tree-sitter-python a carriage return alone is white space, so that what Python reads as two lines is broken.
    if accepted.text().replace("\r\n", "\n").contains('\r') {
        return;
    }
    let parses = |document: &Document| document.tree().is_some_and(|tree| !tree.root_node().has_error());
    assert!(!parses(document) || parses(&accepted), "{kind:?}: {text:?} breaks what parsed: {:?}", accepted.text());
}

/// The line that the offset lies on, without its end.
fn line_around(text: &str, offset: usize) -> Range<usize> {
    let ends = |c: char| c == '\n' || c == '\r';
    // Between a carriage return and its line feed is the end of the line before.
    let inside = text[..offset].ends_with('\r') && text[offset..].starts_with('\n');
    let offset = if inside { offset - 1 } else { offset };
    let start = text[..offset].rfind(ends).map_or(0, |at| at + 1);
    start..text[offset..].find(ends).map_or(text.len(), |at| offset + at)
}

/// Checks that a turn's code is a part of the model's answer, without white space at its end.
fn check_program(raw: &str) {
    for unfinished in [false, true] {
        let program = completion::program(raw, unfinished);
        assert!(raw.contains(program) && program.trim_end() == program, "{program:?} of {raw:?}");
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let cases = [
        ("x = 1\n", "\ny = 2\n", "if x:\n    f()\n    g()\n"),
        ("x = ", "\r\ny = 2\r\n", "foo(\n    1,\n)\ny"),
        ("print(x", ")", ", y)\n"),
        ("def f(x):\n    ", "", "    y = x\n        return y\n"),
        ("# one\n", "\n\n# two\nx = 1\n", "x = 1\ny = 2\n\n# two\n"),
        ("class A:\n    def f(self):\n        ", "\n", "try:\n            g()\n        finally:\n            h()\n"),
        ("x = \"\"\"", "\"\"\"\n", "text\"\"\"\n"),
        ("def f():\n    \"\"\"Docs.\"\"\"\n", "", "    a()\n    b()\n    b()\n    b()\n"),
        ("\tif é:", "", "\n\t\treturn '🐍'\n"),
    ];
    cases.iter().map(|(before, after, raw)| fields::join(&[before, after, raw])).collect()
}

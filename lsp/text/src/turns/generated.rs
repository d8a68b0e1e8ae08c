//! Finds out whether the code below a prompt is exactly what was generated for it.

use std::ops::Range;

use super::{Turn, insertion, program};
use crate::document::Document;
use crate::python;

/// The lines below the prompt that are `program`, as [`super::program_text`] returns it. `None` if they differ from it,
/// or if code continues right below them.
///
/// Line ends and blanks at the ends of lines do not count: editors change those by themselves. Blank lines between the
/// prompt and the program do not count either.
#[must_use]
pub fn generated_range(document: &Document, turn: &Turn, program: &str) -> Option<Range<usize>> {
    let first = insertion::first_below(document, turn)?;
    let (start, mut end, mut number) = (first.start, first.start, first.number);
    for expected in program.trim_matches('\n').lines() {
        let line = python::line(document, number).filter(|line| line.start < turn.program_range.end)?;
        let text = document.slice(line.start..line.end);
        if program::without(&text, &turn.indent).trim_end() != expected.trim_end() {
            return None;
        }
        (end, number) = (line.next, line.number + 1);
    }
    let ends = python::line(document, number).is_none_or(|below| {
        below.start >= turn.program_range.end
            || (below.is_blank() && !insertion::goes_on(document, turn, start, &below))
    });
    (end > start && ends).then_some(start..end)
}

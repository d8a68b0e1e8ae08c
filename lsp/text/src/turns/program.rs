//! Code on its way into a buffer and out of it: indentation and line ends.

use std::borrow::Cow;
use std::ops::Range;

use codegen_core::StopRule;
use codegen_core::Truncation;

use super::Turn;
use crate::document::Document;
use crate::document::indentation::Unit;
use crate::edit::Edit;
use crate::python;

/// The text with every line end as `\n`, the only line end in prompts.
pub(crate) fn line_feeds(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

/// A part of a document as models are shown it: line ends as `\n`, and without form feeds and byte order marks, which
/// divide a text into pages or mark its encoding and make no difference to the program.
pub(crate) fn shown_text(document: &Document, range: Range<usize>) -> String {
    let at_start = range.start == 0;
    let mut text = line_feeds(&document.slice(range));
    if text.contains('\u{c}') {
        text.retain(|char| char != '\u{c}');
    }
    if at_start && text.starts_with('\u{feff}') {
        text.remove(0);
    }
    text
}

/// Takes the turn's indentation off every line, and blank lines off both ends. Lines that are indented less lose what
/// they have.
pub(super) fn dedent(text: &str, indent: &str) -> String {
    trimmed(text.lines().map(|line| Cow::Borrowed(without(line, indent))).collect()).join("\n")
}

/// The line without as much of the turn's indentation as it has.
pub(super) fn without<'l>(line: &'l str, indent: &str) -> &'l str {
    let shared = line.bytes().zip(indent.bytes()).take_while(|(own, wanted)| own == wanted).count();
    line.get(shared..).unwrap_or_default()
}

/// Empties blank lines, and drops them at both ends.
fn trimmed(mut lines: Vec<Cow<'_, str>>) -> Vec<Cow<'_, str>> {
    for line in &mut lines {
        if line.trim().is_empty() {
            *line = Cow::Borrowed("");
        }
    }
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let blank = lines.iter().take_while(|line| line.is_empty()).count();
    lines.split_off(blank)
}

/// The lines of a generated program as they are written into the buffer, without line ends.
pub(super) fn lines(document: &Document, turn: &Turn, program: &str) -> Vec<String> {
    let program = line_feeds(program);
    let unit = Unit::at(document, turn.prompt_range.end);
    let shown = unit.to_model(&turn.indent);
    if let Some(lines) = indented(&program, &shown) {
        if shown == turn.indent {
            return owned(lines);
        }
        // The model writes the indentation that it was shown, which is not the buffer's.
        let text: Vec<_> = lines.iter().map(|line| without(line, &shown)).collect();
        return owned(reindented(unit, &text.join("\n"), &turn.indent));
    }
    match indented(&program, &turn.indent) {
        Some(lines) => owned(lines),
        None => owned(reindented(unit, &program, &turn.indent)),
    }
}

fn owned(lines: Vec<Cow<'_, str>>) -> Vec<String> {
    lines.into_iter().map(Cow::into_owned).collect()
}

pub(super) fn edit(document: &Document, turn: &Turn, program: &str) -> Edit {
    let lines = lines(document, turn, program);
    if lines.is_empty() {
        return Edit { range: turn.target.start..turn.target.start, text: String::new() };
    }
    let ending = python::line_ending(document);
    let mut text = String::new();
    let last = python::line_at(document, turn.prompt_range.start.max(turn.prompt_range.end.saturating_sub(1)));
    if last.end == last.next {
        // The prompt is the last line, and has no line end.
        text.push_str(ending);
    }
    for line in &lines {
        text.push_str(line);
        text.push_str(ending);
    }
    let mut range = turn.target.clone();
    let below = python::line_at(document, range.end);
    let next = if below.start < range.end || !below.is_blank() {
        Some(below)
    } else {
        python::line_below(document, below.number)
    };
    let fresh = range.is_empty() && turn.program_range.is_empty();
    // A form feed separates pages on purpose, so it stays.
    let spare = |end: usize| !document.slice(range.end..end).contains('\u{c}');
    match next {
        // The blank lines at the end of the file are replaced by the program.
        None if fresh && spare(document.len()) => range.end = document.len(),
        None => {}
        Some(next) => {
            let blank = next.start.saturating_sub(range.end) > 0;
            let comment = document.rope().get_byte(next.text) == Some(b'#') && next.start >= range.end;
            let same = shown_text(document, next.start..next.text) == turn.indent;
            if comment && same && ((fresh && spare(next.start)) || !blank) {
                range.end = next.start;
                text.push_str(ending);
            }
        }
    }
    Edit { range, text }
}

/// The lines of a program that was generated with the turn's indentation, up to the first that is indented less.
fn indented<'a>(program: &'a str, indent: &str) -> Option<Vec<Cow<'a, str>>> {
    let first = program.lines().find(|line| !line.trim().is_empty())?;
    if indent.is_empty() || !first.starts_with(indent) {
        return None;
    }
    // The model may have gone on past the end of its code.
    let end = Truncation::indented(indent, "").cut(program).unwrap_or(program.len());
    let program = &program[..end];
    let inside = string_lines(program, false);
    let lines = program.lines().enumerate().take_while(|(number, line)| {
        line.starts_with(indent) || line.trim().is_empty() || inside.binary_search(number).is_ok()
    });
    Some(trimmed(lines.map(|(_, line)| Cow::Borrowed(line)).collect()))
}

/// The lines of a program that was generated at the left edge, moved to the turn's indentation, in the buffer's unit.
/// Text inside a string is unchanged, since its value would change, except in docstrings.
fn reindented<'a>(unit: Unit, program: &str, indent: &str) -> Vec<Cow<'a, str>> {
    let inside = string_lines(program, true);
    let own = |number: usize, line: &str| !line.trim().is_empty() && inside.binary_search(&number).is_err();
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let lines = || program.lines().enumerate().filter(|(number, line)| own(*number, line));
    // Small models often copy a name from the prompt together with the space before it.
    let margin = lines().map(|(_, line)| blanks(line)).min().unwrap_or(0);
    let moved = |(number, line): (usize, &'_ str)| match own(number, line) {
        true => line.get(margin..).unwrap_or(line).to_owned(),
        false => line.to_owned(),
    };
    let moved: Vec<String> = program.lines().enumerate().map(moved).collect();
    let from = Unit::of(&moved.join("\n"));
    let shown = moved.iter().enumerate().map(|(number, line)| match own(number, line) {
        true => from.to_model(line),
        false => Cow::Borrowed(line.as_str()),
    });
    let shown = shown.collect::<Vec<_>>().join("\n");
    let written = unit.from_model("", &shown).unwrap_or(Cow::Borrowed(&shown));
    let lines = written.lines().enumerate().map(|(number, line)| match own(number, line) {
        true => Cow::Owned(format!("{indent}{line}")),
        false => Cow::Owned(line.to_owned()),
    });
    trimmed(lines.collect())
}

/// Numbers of the lines that start inside a string, in order; those of docstrings only if `docstrings` is not set.
fn string_lines(program: &str, but_docstrings: bool) -> Vec<usize> {
    python::string_rows(&crate::document::parse_text(program), but_docstrings)
}

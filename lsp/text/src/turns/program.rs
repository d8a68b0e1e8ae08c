//! Code on its way into a buffer and out of it: indentation and line ends.

use std::borrow::Cow;
use std::ops::Range;

use codegen_core::StopRule;
use codegen_core::Truncation;

use super::Turn;
use crate::document::Document;
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
    let lines = match indented(&program, &turn.indent) {
        Some(lines) => lines,
        None => reindented(document, &program, &turn.indent),
    };
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

/// The lines of a program that was generated at the left edge, moved to the turn's indentation, in the buffer's style.
/// Text inside a string is unchanged, since its value would change, except in docstrings.
fn reindented<'a>(document: &Document, program: &'a str, indent: &str) -> Vec<Cow<'a, str>> {
    let inside = string_lines(program, true);
    let style = Style::of(document, indent);
    let own = |&(number, line): &(usize, &str)| !line.trim().is_empty() && inside.binary_search(&number).is_err();
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let widths = || program.lines().enumerate().filter(own).map(|(_, line)| blanks(line));
    // Small models often copy a name from the prompt together with the space before it.
    let margin = widths().min().unwrap_or(0);
    let width = widths().map(|width| width - margin).filter(|&width| width > 1).min().unwrap_or(4);
    let lines = program.lines().enumerate().map(|(number, line)| {
        if !own(&(number, line)) {
            return Cow::Borrowed(line);
        }
        let line = line.get(margin..).unwrap_or(line);
        let text = line.trim_start_matches([' ', '\t']);
        let white = &line[..line.len() - text.len()];
        let white = match style {
            Style::Tabs => white.replace(&" ".repeat(width), "\t"),
            Style::Spaces(unit) => white.replace('\t', &" ".repeat(unit)),
        };
        Cow::Owned(format!("{indent}{white}{text}"))
    });
    trimmed(lines.collect())
}

/// Numbers of the lines that start inside a string, in order; those of docstrings only if `docstrings` is not set.
fn string_lines(program: &str, but_docstrings: bool) -> Vec<usize> {
    python::string_rows(&crate::document::parse_text(program), but_docstrings)
}

/// The unit of a buffer's indentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Tabs,
    Spaces(usize),
}

impl Style {
    /// Found by the turn's own indentation, or else by the document's first indented line of code.
    fn of(document: &Document, indent: &str) -> Self {
        if indent.contains('\t') {
            return Self::Tabs;
        }
        // Far enough to find a body in any file that has one; a limit, since buffers can be large.
        let lines = (0..document.rope().len_lines().min(2000)).filter_map(|number| python::line(document, number));
        for line in lines {
            let opens = line.column > 0 && !line.is_blank() && !python::is_continuation(document, line.text);
            if opens && indent.is_empty() && document.rope().get_byte(line.start) == Some(b'\t') {
                return Self::Tabs;
            }
            if opens {
                return Self::Spaces(if line.column <= 8 { line.column } else { 4 });
            }
        }
        Self::Spaces(4)
    }
}

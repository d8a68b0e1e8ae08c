//! From a cursor to what is asked of the model, and from its raw text to what is shown. Pure.

mod indentation;
mod overlap;
mod parse_guard;
mod repetition;
pub mod session;
mod stop;
#[cfg(test)]
mod tests;

use std::ops::Range;

use codegen_core::StopRule;
use codegen_core::Truncation;

use crate::document::Document;
use crate::document::scanner;
use crate::python::{self as python, Line, Place};
use crate::turns::{self, TurnOptions};

/// What a completion at the cursor should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The rest of the line; of the statement, where it goes on in brackets. A whole statement that is a header comes with
    /// the first statement of its body.
    Line,
    /// A block, ended by the first dedent below this indentation (in columns).
    Block {
        /// Columns; what has fewer is outside.
        indent: usize,
    },
    /// The code of the prompt directly above the cursor, ended by the paper's truncation.
    Turn {
        /// Columns of the prompt.
        indent: usize,
    },
}

/// What to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// How much of it.
    pub kind: Kind,
    /// Never more tokens than these.
    pub max_tokens: usize,
}

/// A suggestion: put `text` in place of `range`, which lies on the cursor's line and contains the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Bytes to replace.
    pub range: Range<usize>,
    /// The text, with the buffer's line ends.
    pub text: String,
}

const LINE_TOKENS: usize = 64;
const BLOCK_TOKENS: usize = 256;

/// The cursor's line, and what is left and right of the cursor on it.
struct Cursor {
    /// Between two characters of the line, before its line end.
    offset: usize,
    line: Line,
    left: String,
    right: String,
}

impl Cursor {
    fn new(document: &Document, offset: usize) -> Self {
        let offset = python::char_boundary(document, offset);
        let line = python::line_at(document, offset);
        // There is a place between a carriage return and its line feed, but no cursor can be there.
        let offset = offset.min(line.end);
        Self {
            offset,
            left: turns::shown_text(document, line.start..offset),
            right: document.slice(offset..line.end),
            line,
        }
    }

    /// Columns of the cursor, if only white space is left of it.
    fn column(&self) -> Option<usize> {
        self.left.trim().is_empty().then(|| indentation::column(&self.left))
    }
}

/// What to ask for at the cursor; `None` where a suggestion is never wanted: in comments, in front of text, in an empty
/// document.
#[must_use]
pub fn plan(document: &Document, offset: usize, options: &TurnOptions) -> Option<Plan> {
    let cursor = Cursor::new(document, offset);
    let offset = cursor.offset;
    // Brackets, quotes and the colon of a header are what editors put there themselves.
    if cursor.right.contains(|right: char| !right.is_whitespace() && !")]}\"':,".contains(right)) {
        return None;
    }
    let line = Plan { kind: Kind::Line, max_tokens: LINE_TOKENS };
    match python::place(document, offset) {
        Place::Comment => return None,
        Place::String | Place::Docstring => return (!cursor.left.trim().is_empty()).then_some(line),
        Place::Code => {}
    }
    let Some(column) = cursor.column() else {
        if !(cursor.right.trim().is_empty() && python::opens_block(document, &cursor.line)) {
            return Some(line);
        }
        let header = python::statement_column(document, &cursor.line);
        // A second body above the one that is there is nothing that anybody wants.
        let below = python::line_below(document, cursor.line.number);
        let block = Plan { kind: Kind::Block { indent: cursor.line.column + 1 }, max_tokens: BLOCK_TOKENS };
        return below.is_none_or(|below| below.column <= header).then_some(block);
    };
    if !cursor.right.trim().is_empty() || python::is_continuation(document, cursor.offset) {
        return Some(line);
    }
    if let Some(run) = turns::prompt_above(document, offset, options) {
        return Some(Plan { kind: Kind::Turn { indent: run.column }, max_tokens: BLOCK_TOKENS });
    }
    let above = python::line_above(document, cursor.line.number)?;
    let block = |indent| Some(Plan { kind: Kind::Block { indent }, max_tokens: BLOCK_TOKENS });
    let near = cursor.line.number - above.number <= 2;
    if near && python::opens_block(document, &above) {
        let header = python::statement_column(document, &above);
        if column > header || column == 0 {
            return block(column.max(header + 1));
        }
    } else if near && python::ends_docstring(document, &above) {
        let own = python::statement_column(document, &above);
        if own > 0 && (column == own || column == 0) {
            return block(own);
        }
    }
    Some(line)
}

/// Whether a header suggested at the cursor is to have a body: where a statement begins, unless it has one below.
fn wants_bodies(document: &Document, cursor: &Cursor) -> bool {
    let Some(column) = cursor.column().filter(|_| cursor.right.trim().is_empty()) else { return false };
    !python::is_continuation(document, cursor.offset)
        && python::line_below(document, cursor.line.number).is_none_or(|below| below.column <= column)
}

/// The rule that ends the generation for a plan.
#[must_use]
pub fn stop_rule(document: &Document, offset: usize, plan: &Plan) -> Box<dyn StopRule> {
    let cursor = Cursor::new(document, offset);
    match plan.kind {
        Kind::Line => Box::new(stop::Guarded::new(stop::LineRule::new(&cursor, wants_bodies(document, &cursor)))),
        Kind::Block { indent } => Box::new(stop::Guarded::new(stop::BlockRule::new(&cursor.left, indent))),
        Kind::Turn { .. } => {
            // The prompt is directly above, and its white space is what the truncation is relative to.
            let above = cursor.line.number.checked_sub(1).and_then(|number| python::line(document, number));
            let indent = above.map(|line| turns::shown_text(document, line.start..line.text)).unwrap_or_default();
            Box::new(stop::Guarded::new(stop::TurnRule::new(&cursor.left, &indent)))
        }
    }
}

/// What of the raw text is shown: `None` if nothing worth showing is left.
#[must_use]
pub fn finish(document: &Document, offset: usize, plan: &Plan, raw: &str) -> Option<Suggestion> {
    let cursor = Cursor::new(document, offset);
    let offset = cursor.offset;
    let mut text = turns::line_feeds(raw);
    if let Some(cut) = stop_rule(document, offset, plan).cut(&text) {
        text.truncate(cut);
    }
    let bodies = wants_bodies(document, &cursor);
    if plan.kind == Kind::Line {
        text = stop::one_statement(&cursor, bodies, text);
    }
    let mut text = trim_lines(&text);
    if cursor.column().is_some() {
        // The cursor's line is as blank as those that the model would leave above its text.
        text.drain(..text.len() - text.trim_start_matches('\n').len());
    }
    let text = indentation::fix(document, &cursor, &text);
    let text = overlap::right(&cursor, &text)?;
    let text = repetition::cut(document, &cursor, &text)?;
    let text = overlap::below(document, &cursor, &text)?;
    let (open, column) = (plan.kind == Kind::Line && !bodies, cursor.column().unwrap_or_default());
    let text = parse_guard::keep_parsing(document, offset, &text, |text| match open {
        true => text.trim_end(),
        false => without_open_end(text, column),
    })?;
    let text = text.trim_end();
    // Comments alone are what a model says that has nothing to say.
    if !turns::says_something(text) {
        return None;
    }
    let ending = python::line_ending(document);
    let text = if ending == "\n" { text.to_owned() } else { text.replace('\n', ending) };
    Some(Suggestion { range: offset..offset, text })
}

/// The rule that ends the code of a turn: the truncation of its history, and an end to what goes round in circles.
#[must_use]
pub fn program_rule(truncation: Truncation) -> Box<dyn StopRule> {
    Box::new(stop::Guarded::new(truncation))
}

/// What of a turn's raw text is written into the buffer, without white space at its end: what is said three times is said
/// once, and of a text that is `unfinished`, its tokens being used up, the last line goes as well. So does a statement at the
/// end whose string or bracket is still open: it would take what follows the turn into itself. Empty if no code is left.
#[must_use]
pub fn program(raw: &str, unfinished: bool) -> &str {
    let whole = match raw.rfind('\n') {
        Some(end) if unfinished => &raw[..end],
        _ => raw,
    };
    let text = without_open_end(scanner::closed(repetition::cut_program(whole)), 0).trim_end();
    if turns::says_something(text) { text } else { "" }
}

/// How many bytes of a turn's raw text are certain not to be cut as a repetition by [`program`], whatever follows them;
/// `ended`: nothing follows.
#[must_use]
pub fn unrepeated(raw: &str, ended: bool) -> usize {
    repetition::unrepeated(raw, ended)
}

/// [`finish`] for a text that ended because its tokens were used up: the last of several lines is probably but a part of
/// one, and goes.
#[must_use]
pub fn finish_unfinished(document: &Document, offset: usize, plan: &Plan, raw: &str) -> Option<Suggestion> {
    let whole = match raw.rfind('\n') {
        Some(end) if plan.kind != Kind::Line && !raw[..end].trim().is_empty() => &raw[..end],
        _ => raw,
    };
    finish(document, offset, plan, whole)
}

/// Without headers and decorators at the end, and without a `try` that nothing handles: the parser forgives that nothing
/// follows them, Python does not. Without comments at the end, either, which were to explain what did not come. The first
/// line begins at `column`.
fn without_open_end(text: &str, column: usize) -> &str {
    let mut text = text.trim_end();
    loop {
        let (rest, last) = text.rsplit_once('\n').unwrap_or(("", text));
        let last = last.trim_start();
        if last.starts_with(['@', '#']) || python::is_header(scanner::without_comment(last)) {
            text = rest.trim_end();
        } else if let Some(start) = open_try(text, column) {
            text = text[..start].trim_end();
        } else {
            return text;
        }
    }
}

/// Where a `try` starts that no `except` or `finally` follows.
fn open_try(text: &str, column: usize) -> Option<usize> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let (words, first) = (line.trim_start(), if start == 0 { column } else { 0 });
        let column = first + indentation::column(line);
        if !words.is_empty() && !words.starts_with('#') {
            while let Some(&(attempt, at)) = open.last().filter(|(attempt, _)| column <= *attempt) {
                if column < attempt || !stop::handles(words) {
                    return Some(at);
                }
                open.pop();
            }
            if scanner::without_comment(words) == "try:" {
                open.push((column, start));
            }
        }
        start += line.len() + 1;
    }
    open.first().map(|&(_, at)| at)
}

/// Without white space at the ends of lines and of the text.
fn trim_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

//! The prompt for a completion at an offset. Pure.
//!
//! A prompt is a head and a window. The window is the text directly before the cursor. Its start is where a statement
//! starts, and stays there while the cursor moves on: the KV cache of one prompt helps the next only as far as the two
//! begin alike. The head is what the window needs from above: imports, and the signatures around the window's start. It
//! depends on nothing near the cursor, for the same reason. What is shown of other files ([`super::related`]) stands before
//! the head.

use std::borrow::Cow;
use std::ops::Range;

use crate::document::Document;
use crate::document::indentation::Unit;
use crate::prompt::related::Block;
use crate::python::{self, Line};
use crate::turns::shown_text;

/// A prompt, and where in the document it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The text to continue: what is shown of other files and what is kept from above the window, then the document from `start` to where the text goes on. Line
    /// ends are `\n`, and levels are four spaces.
    pub prompt: String,
    /// Byte offset of the window's start, to be passed to the next request on this document. It stays where it is while
    /// it can, because every move throws the KV cache away, and moves far (a quarter of the budget) when it must.
    pub start: usize,
}

/// The largest number of bytes that are tokenized for every token of the budget. Runs of spaces are single tokens, so
/// code has more bytes to a token than prose; a window of more bytes would hold nearly nothing but white space.
const BYTES_PER_TOKEN: usize = 8;
/// Imports are searched for in this many lines from the top, and signatures in this many lines above the window.
const IMPORT_LINES: usize = 400;
const SIGNATURE_LINES: usize = 4000;
/// At most this many lines behind the cursor are shown.
const LINES_BEHIND: usize = 64;
/// Tokens that two texts can have more in one than apart.
const SEAM: usize = 2;

/// The context for a text that goes on at `offset`, within `budget` tokens, as `count` counts them. `related` is what is shown
/// of other files; it is left out where it would take more than half of the budget.
#[must_use]
pub fn build(
    document: &Document,
    offset: usize,
    budget: usize,
    related: &Block,
    previous_start: Option<usize>,
    count: &dyn Fn(&str) -> usize,
) -> Context {
    let offset = python::char_boundary(document, offset);
    let unit = Some(Unit::at(document, offset));
    let tokens = if related.text.is_empty() { 0 } else { count(&related.text) + SEAM };
    let (related, tokens) = if tokens <= budget / 2 { (related.text.as_str(), tokens) } else { ("", 0) };
    let context = Builder { document, offset, unit, budget: budget - tokens, count }.build(previous_start);
    Context { prompt: format!("{related}{}", context.prompt), start: context.start }
}

/// [`build`] for a document in another language than Python: its text as it stands, without a head.
#[must_use]
pub fn build_plain(
    document: &Document,
    offset: usize,
    budget: usize,
    previous_start: Option<usize>,
    count: &dyn Fn(&str) -> usize,
) -> Context {
    let offset = python::char_boundary(document, offset);
    Builder { document, offset, unit: None, budget, count }.build(previous_start)
}

/// What stands behind `offset`, as the model is shown it, for a model that reads it: the rest of the line and the lines
/// below, as many as have no more than `budget` tokens. It does not depend on what is before `offset`. `plain` is true for a
/// document that is no Python.
#[must_use]
pub fn behind(document: &Document, offset: usize, budget: usize, plain: bool, count: &dyn Fn(&str) -> usize) -> String {
    let offset = python::char_boundary(document, offset);
    let unit = (!plain).then(|| Unit::at(document, offset));
    let builder = Builder { document, offset, unit, budget, count };
    let first = python::line_at(document, offset);
    let (mut behind, mut left) = (String::new(), budget);
    for number in (first.number..).take(LINES_BEHIND) {
        let Some(line) = python::line(document, number) else { break };
        let shown = if number == first.number {
            let (whole, before) = (builder.shown(line.start..line.next), builder.shown(line.start..offset));
            whole.strip_prefix(before.as_str()).unwrap_or_default().to_owned()
        } else {
            builder.shown(line.start..line.next)
        };
        let Some(rest) = left.checked_sub(count(&shown)) else { break };
        left = rest;
        behind.push_str(&shown);
    }
    behind
}

struct Builder<'a> {
    document: &'a Document,
    /// The byte offset where the prompt ends.
    offset: usize,
    /// The document's unit of indentation; `None` for a document that is no Python.
    unit: Option<Unit>,
    budget: usize,
    count: &'a dyn Fn(&str) -> usize,
}

impl Builder<'_> {
    fn build(&self, previous_start: Option<usize>) -> Context {
        let kept = previous_start.filter(|&start| self.may_start(start)).and_then(|start| {
            let (prompt, tokens) = self.prompt(start, self.budget)?;
            Some((Context { prompt, start }, tokens))
        });
        match kept {
            Some((context, tokens)) if context.start == 0 || tokens >= self.budget / 4 => context,
            // The cursor has gone back to near the window's start: a window that shows more above it is taken, if it fits.
            Some((context, _)) => Some(self.choose()).filter(|chosen| chosen.start < context.start).unwrap_or(context),
            None => self.choose(),
        }
    }

    /// Whether a window can stay at `start`: false if the text above was changed since.
    fn may_start(&self, start: usize) -> bool {
        let line = python::line_at(self.document, start);
        // What begins in a long line goes on there, also when the cursor has come to the next.
        let long_line = line.number + 1 >= python::line_at(self.document, self.offset).number;
        start <= self.offset
            && self.offset - start <= self.budget.saturating_mul(BYTES_PER_TOKEN)
            && python::char_boundary(self.document, start) == start
            && (line.start == start || long_line)
    }

    /// The prompt whose window starts at `start`, and its tokens, if it has no more than `limit`.
    fn prompt(&self, start: usize, limit: usize) -> Option<(String, usize)> {
        let prompt = format!("{}{}", self.head(start), self.shown(start..self.offset));
        let tokens = (self.count)(&prompt);
        (tokens <= limit).then_some((prompt, tokens))
    }

    /// A new window that leaves a quarter of the budget free, so that it can stay for a while.
    fn choose(&self) -> Context {
        let target = self.budget - self.budget / 4;
        if let Some(context) = self.shrunk(target) {
            return context;
        }
        // The count does not fall with the text.
        let (prompt, _) = self.prompt(self.offset, self.budget).unwrap_or_default();
        Context { prompt, start: self.offset }
    }

    /// A window that has no more than `target` tokens together with its head. `None` if only an empty one has.
    fn shrunk(&self, target: usize) -> Option<Context> {
        let mut start = self.offset.saturating_sub(target.saturating_mul(BYTES_PER_TOKEN));
        // Each round removes the excess by the measured bytes to a token, and a little more: two or three rounds.
        for _ in 0..16 {
            start = self.snap(python::char_boundary(self.document, start));
            let window = self.shown(start..self.offset);
            let prompt = format!("{}{window}", self.head(start));
            let tokens = (self.count)(&prompt);
            if tokens <= target {
                let shown = start < self.offset || self.offset == 0;
                return shown.then_some(Context { prompt, start });
            }
            let excess = tokens - target;
            let length = self.offset - start;
            // At least a character, to whose beginning the start is taken back.
            start += (length * excess / tokens.max(1) + length / 32 + char::MAX.len_utf8()).min(length);
        }
        None
    }

    /// The next place from `from` on where a window can start, if that skips no more than half of the window: a
    /// statement, or else the least indented line. Without either, it is the next line, or `from` itself in the
    /// cursor's line.
    fn snap(&self, from: usize) -> usize {
        if from == 0 {
            return 0;
        }
        let half = from + (self.offset - from) / 2;
        let statements = self.unit.map(|_| python::statement_starts(self.document, self.offset, from..half + 1));
        let statement = statements
            .into_iter()
            .flatten()
            .map(|start| python::line_at(self.document, start).start)
            .find(|&start| start >= from);
        // Broken code may have no statements.
        let first = python::line_at(self.document, from).number;
        let lines =
            (first..).map_while(|number| python::line(self.document, number)).take_while(|line| line.start <= half);
        let line = lines.filter(|line| line.start >= from && !line.is_blank()).min_by_key(|line| line.column);
        // A window can start in the middle of the cursor's line only; see `may_start`.
        let next = python::line(self.document, first + 1).map(|line| line.start).filter(|&start| start < self.offset);
        statement.or(line.map(|line| line.start)).or(next).unwrap_or(from)
    }

    /// Imports and the signatures around the window's start, as far as they are above it, on about a quarter of the
    /// budget, and nothing where they would take more than half of it. That is for the window's start to decide, not for its length:
    /// a head that came or went while the user types would make every prompt a new one. For the same reason they are found by their lines
    /// rather than in the tree, which changes its shape around a cursor with every key.
    fn head(&self, start: usize) -> String {
        let first = python::line_at(self.document, start);
        if start == 0 || first.start != start || self.unit.is_none() {
            return String::new();
        }
        // Signatures come first, since the indentation has no meaning without them; then imports from the top, as far
        // as they fit.
        let room = self.budget / 4 * 3;
        let mut signatures = self.signatures(&first);
        while signatures.iter().map(String::len).sum::<usize>() > room && !signatures.is_empty() {
            signatures.remove(0);
        }
        let mut left = room - signatures.iter().map(String::len).sum::<usize>();
        let mut head = String::new();
        for import in self.imports(start) {
            match left.checked_sub(import.len()) {
                Some(rest) => left = rest,
                None => break,
            }
            head.push_str(&import);
        }
        if !head.is_empty() {
            head.push('\n');
        }
        head.extend(signatures);
        let half = self.budget / 2;
        // No token has less than a byte.
        let fits = head.len() <= half || (self.count)(&head) <= half;
        if fits { head } else { String::new() }
    }

    fn imports(&self, start: usize) -> Vec<String> {
        let mut imports = Vec::new();
        let mut number = 0;
        while let Some(line) = python::line(self.document, number).filter(|line| line.next <= start) {
            number += 1;
            if number > IMPORT_LINES {
                break;
            }
            let text = self.text(&line);
            let plain = text.starts_with("import ");
            let named = text.starts_with("from ") && text.contains(" import ");
            if !plain && !named {
                continue;
            }
            let mut import = format!("{text}\n");
            // The names of a long import stand in brackets on lines of their own.
            if text.contains('(') && !text.contains(')') {
                while let Some(line) = python::line(self.document, number).filter(|line| line.next <= start) {
                    number += 1;
                    let text = self.text(&line);
                    import.push_str(&text);
                    import.push('\n');
                    if text.contains(')') || number > IMPORT_LINES {
                        break;
                    }
                }
            }
            imports.push(import);
        }
        imports
    }

    /// The signatures of the classes and functions that the line is indented in, outermost first, each with its line
    /// end.
    fn signatures(&self, first: &Line) -> Vec<String> {
        let mut column = if first.is_blank() {
            python::line_below(self.document, first.number).map_or(0, |line| line.column)
        } else {
            first.column
        };
        let mut found = Vec::new();
        let lowest = first.number.saturating_sub(SIGNATURE_LINES);
        for number in (lowest..first.number).rev() {
            if column == 0 {
                break;
            }
            let Some(line) = python::line(self.document, number).filter(|line| !line.is_blank()) else { continue };
            if line.column >= column {
                continue;
            }
            let text = self.text(&line);
            let words = text.trim_start();
            if !["def ", "class ", "async def "].iter().any(|word| words.starts_with(word)) {
                // A less indented line of another kind is part of a bracket or a string, or opens a block such as a
                // loop.
                if words.trim_end().ends_with(':') && !words.starts_with('#') && !words.starts_with(')') {
                    column = line.column;
                }
                continue;
            }
            column = line.column;
            let mut signature = String::new();
            for number in number..first.number.min(number + 20) {
                let Some(line) = python::line(self.document, number) else { break };
                let text = self.text(&line);
                signature.push_str(&text);
                signature.push('\n');
                if text.trim_end().ends_with(':') {
                    break;
                }
            }
            found.push(signature);
        }
        found.reverse();
        found
    }

    fn text(&self, line: &Line) -> String {
        self.shown(line.start..line.end)
    }

    /// A part of the document as the model is shown it, by four spaces a level.
    fn shown(&self, range: Range<usize>) -> String {
        let text = shown_text(self.document, range);
        let Some(unit) = &self.unit else { return text };
        match unit.to_model(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(shown) => shown,
        }
    }
}

#[cfg(test)]
mod marks;
#[cfg(test)]
mod tests;

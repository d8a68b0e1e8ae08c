//! From a cursor to what is asked of the model, and from its raw text to what is shown. Pure.

mod above;
mod around;
pub mod confidence;
mod cursor;
mod cuts;
mod gate;
pub mod here;
mod indentation;
mod memory;
mod nesting;
mod noise;
mod overlap;
pub mod pace;
mod parse_guard;
pub mod plain;
pub mod raw;
mod refusal;
mod repetition;
pub mod session;
mod stop;
mod strange;
#[cfg(test)]
mod tests;
mod word;

use std::ops::Range;

use codegen_core::StopRule;
use codegen_core::Truncation;

use crate::document::Document;
use crate::document::scanner;
use crate::python::Identifiers;
use crate::python::{self as python, Place};
use crate::turns::{self, TurnOptions};
use cursor::Cursor;
pub use gate::{Judged, Rated, Threshold};
pub use refusal::{Likely, Refusal, Refused};
pub use stop::behind;
pub use word::{Held, Selected};

/// The kind of completion that is wanted at a cursor.
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

impl Kind {
    /// Tokens that a completion of this kind has at most.
    const fn max_tokens(&self) -> usize {
        match self {
            Self::Line => LINE_TOKENS,
            Self::Block { .. } | Self::Turn { .. } => BLOCK_TOKENS,
        }
    }
}

/// What to ask for at a cursor, when the answer ends, and what of it is shown. It owns the facts about the cursor, and is of
/// use for that document and offset only. Where the user has typed on, its [`Kind`] still holds and the facts do not:
/// [`Plan::at`] works them out again.
pub struct Plan<'d> {
    /// The kind of completion.
    pub kind: Kind,
    /// Tokens to generate at most.
    pub max_tokens: usize,
    cursor: Cursor<'d>,
}

/// A suggestion: the client puts `text` in place of `range`, which lies on the cursor's line and contains the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Bytes to replace.
    pub range: Range<usize>,
    /// The text, with the buffer's line ends.
    pub text: String,
}

const LINE_TOKENS: usize = 64;
const BLOCK_TOKENS: usize = 256;

impl<'d> Plan<'d> {
    /// Decides what to ask for at the cursor.
    ///
    /// # Errors
    /// A suggestion is never wanted there: in comments, in front of text, in an empty document.
    pub fn new(document: &'d Document, offset: usize, options: &TurnOptions) -> Result<Self, Refusal> {
        let cursor = Cursor::new(document, offset);
        let kind = kind(&cursor, options)?;
        Ok(Self { max_tokens: kind.max_tokens(), kind, cursor })
    }

    /// The plan of a `kind` that was decided on before, for a cursor behind what the user has typed of the completion.
    #[must_use]
    pub fn at(kind: Kind, document: &'d Document, offset: usize) -> Self {
        Self { max_tokens: kind.max_tokens(), kind, cursor: Cursor::new(document, offset) }
    }

    /// What stands before the cursor that the model is left to repeat; `names` gives the names of the text around the
    /// cursor, and is called inside words only.
    ///
    /// # Errors
    /// No name begins like the word there, or the entry does not.
    pub fn held(&self, selected: Option<&Selected>, names: impl FnOnce() -> Identifiers) -> Result<Held, Refusal> {
        Held::at(&self.cursor, selected, names)
    }

    /// The rule that ends the generation.
    #[must_use]
    pub fn stop_rule(&self) -> Box<dyn StopRule> {
        let cursor = &self.cursor;
        match self.kind {
            Kind::Line => Box::new(stop::Guarded::new(stop::LineRule::new(cursor))),
            Kind::Block { indent } => Box::new(stop::Guarded::new(stop::BlockRule::new(&cursor.left, indent))),
            Kind::Turn { .. } => {
                // The prompt is directly above, and its white space is what the truncation is relative to.
                let above = cursor.line.number.checked_sub(1).and_then(|number| python::line(cursor.document, number));
                let indent = above.map(|line| turns::shown_text(cursor.document, line.start..line.text));
                Box::new(stop::Guarded::new(stop::TurnRule::new(&cursor.left, &indent.unwrap_or_default())))
            }
        }
    }

    /// Returns the part of the raw text that is shown if all that can be is. `unfinished`: the text ended because its tokens
    /// were used up, so that its last line, or word, is probably but a part of one.
    ///
    /// # Errors
    /// Nothing worth showing is left.
    pub fn finish(&self, raw: &str, unfinished: bool) -> Result<Suggestion, Refusal> {
        let text = self.filtered(raw, unfinished)?;
        let whole = if self.endless(&text, unfinished) {
            let mut shorter = cuts::cuts(&self.cursor.left, &text).into_iter().filter(|&length| length < text.len());
            shorter.next().ok_or(Refusal::Endless)?
        } else {
            text.len()
        };
        self.inserted(&self.keep_parsing(&text[..whole])?)
    }

    /// Fits the rest of a suggestion that stands already to what is right of the cursor now.
    ///
    /// # Errors
    /// Nothing is left.
    pub fn refit(&self, rest: &str) -> Result<Suggestion, Refusal> {
        let text = overlap::right(&self.cursor, &turns::line_feeds(rest))?;
        self.inserted(&text)
    }

    /// The text without what repeats, what is noise, and what does not fit where the cursor is.
    fn filtered(&self, raw: &str, unfinished: bool) -> Result<String, Refusal> {
        let cursor = &self.cursor;
        let whole = match raw.rfind('\n') {
            Some(end) if unfinished && self.kind != Kind::Line && !raw[..end].trim().is_empty() => &raw[..end],
            _ => raw,
        };
        let mut text = turns::line_feeds(whole);
        if let Some(cut) = self.stop_rule().cut(&text) {
            text.truncate(cut);
        }
        if self.kind == Kind::Line {
            text = stop::one_statement(cursor, text);
        }
        let mut text = trim_lines(&text);
        if cursor.column.is_some() {
            // The cursor's line is as blank as those that the model would leave above its text.
            text.drain(..text.len() - text.trim_start_matches('\n').len());
        }
        if text.trim().is_empty() {
            return Err(Refusal::NothingWritten);
        }
        let text = indentation::fix(cursor, &self.kind, &text);
        if text.trim().is_empty() {
            return Err(Refusal::Indentation);
        }
        above::allows(cursor, &text)?;
        let text = overlap::right(cursor, &text)?;
        let text = repetition::cut(cursor, &text)?;
        let text = overlap::below(cursor, &text)?;
        noise::cut(cursor, &text)
    }

    /// Whether the text is one line that did not come to its end.
    fn endless(&self, text: &str, unfinished: bool) -> bool {
        unfinished && self.kind == Kind::Line && !text.contains('\n')
    }

    /// As much of the text as leaves the document no worse than it was.
    fn keep_parsing(&self, text: &str) -> Result<String, Refusal> {
        let cursor = &self.cursor;
        parse_guard::keep_parsing(cursor, text, |text| self.closed(text))
    }

    /// The text without what cannot be its end.
    fn closed<'t>(&self, text: &'t str) -> &'t str {
        let open = self.kind == Kind::Line && !self.cursor.wants_bodies();
        if open { text.trim_end() } else { without_open_end(text, self.cursor.column.unwrap_or_default()) }
    }

    /// The suggestion of a text with `\n` as line ends, if it says anything.
    fn inserted(&self, text: &str) -> Result<Suggestion, Refusal> {
        let text = text.trim_end();
        // A model that has nothing to say writes comments alone.
        if !turns::says_something(text) {
            return Err(if text.is_empty() { Refusal::NothingWritten } else { Refusal::CommentsOnly });
        }
        let ending = python::line_ending(self.cursor.document);
        let text = if ending == "\n" { text.to_owned() } else { text.replace('\n', ending) };
        Ok(Suggestion { range: self.cursor.offset..self.cursor.offset, text })
    }
}

/// Returns the kind of completion for the cursor; see [`Plan::new`].
fn kind(cursor: &Cursor, options: &TurnOptions) -> Result<Kind, Refusal> {
    let document = cursor.document;
    // Brackets, quotes and the colon of a header are what editors put there themselves.
    if cursor.right.contains(|right: char| !right.is_whitespace() && !")]}\"':,".contains(right)) {
        return Err(Refusal::BeforeText);
    }
    match python::place(document, cursor.offset) {
        Place::Comment => return Err(Refusal::Comment),
        Place::String | Place::Docstring if cursor.column.is_some() => return Err(Refusal::StringLine),
        Place::String | Place::Docstring => return Ok(Kind::Line),
        Place::Code => {}
    }
    let Some(column) = cursor.column else {
        if !(cursor.ends_line() && python::opens_block(document, &cursor.line)) {
            return Ok(Kind::Line);
        }
        let header = python::statement_column(document, &cursor.line);
        // Nobody wants a second body above the one that is there.
        let body = cursor.below.as_ref().is_some_and(|below| below.column > header);
        return if body { Err(Refusal::BodyBelow) } else { Ok(Kind::Block { indent: header + 1 }) };
    };
    if !cursor.ends_line() || cursor.continuation {
        return Ok(Kind::Line);
    }
    let prompt = turns::prompt_above(document, cursor.offset, options);
    if let Some(run) = prompt.filter(|run| run.offers(document, cursor.line.number, options)) {
        return Ok(Kind::Turn { indent: run.column });
    }
    let above = cursor.above.as_ref().ok_or(Refusal::NothingAbove)?;
    let near = cursor.line.number - above.number <= 2;
    if near && python::opens_block(document, above) {
        let header = python::statement_column(document, above);
        if column > header || column == 0 {
            return Ok(Kind::Block { indent: column.max(header + 1) });
        }
    } else if near && python::ends_docstring(document, above) {
        let own = python::statement_column(document, above);
        if own > 0 && (column == own || column == 0) {
            return Ok(Kind::Block { indent: own });
        }
    }
    Ok(Kind::Line)
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

/// The text without headers and decorators at its end, and without a `try` that nothing handles: the parser forgives that
/// nothing follows them, Python does not. Comments at the end go as well, as the code they explain did not come. The first
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

/// The byte offset of a `try` that no `except` or `finally` follows.
fn open_try(text: &str, column: usize) -> Option<usize> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let (words, first) = (line.trim_start(), if start == 0 { column } else { 0 });
        let column = first + cursor::column(line);
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

/// The text without white space at the ends of its lines and at its own.
fn trim_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

/// The beginning of a text whose lines are complete that can be shown before the rest is known, with its last line end;
/// `None` if that says nothing. The first line begins at `column`.
fn shown_lines(text: &str, column: usize) -> Option<&str> {
    let shown = without_open_end(scanner::closed(text), column);
    let end = shown.len() + text[shown.len()..].find('\n')? + 1;
    turns::says_something(shown).then_some(&text[..end])
}

//! Where a piece of code for a turn may go, and what it may take the place of. Pure.
//!
//! [`Turn::program_range`] is what a history shows below a prompt: all that stands there up to the next prompt, blank lines
//! and people's own code included, as the paper's multi-turn files have it. None of that may be replaced for being shown.
//! What may be is this:
//!
//! 1. What was generated for the prompt and is still exactly that ([`Turn::generated`]).
//! 2. The placeholder, `pass` or `...`, that is all there is of the function whose docstring or first comment the prompt
//!    is.
//! 3. For a command whose name says that it replaces ([`replacement`]): the lines that belong to the prompt. These are the
//!    lines that stand directly below it, without a blank line between, up to the first blank line between two statements
//!    of the prompt's own block. A blank line inside of a statement, as in a function's body or between the branches of an
//!    `if`, does not end them; the end of the prompt's block, the next prompt of its indentation and a section's heading
//!    do. A docstring's lines are its function's body, with or without a blank line between.
//!
//! Where none of these is there, the code goes between the prompt and what follows, if a statement can stand there.

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use tree_sitter::Node;

use super::{PromptKind, Turn};
use crate::document::Document;
use crate::python::{self, Line};

/// Where a piece of code may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Insertion {
    /// Right below the prompt; nothing goes.
    Insert {
        /// The offset past the prompt's last line.
        at: usize,
    },
    /// In place of what was generated for the prompt.
    ReplaceGenerated {
        /// Whole lines.
        range: Range<usize>,
    },
    /// In place of the `pass` or `...` of a function that has no other body.
    ReplacePlaceholder {
        /// Whole lines.
        range: Range<usize>,
    },
    /// Nowhere.
    Refuse(Refusal),
}

/// Why no code may be written for a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Code that was not generated here stands directly below the prompt.
    OwnCode {
        /// How many lines of it belong to the prompt; see [`replacement`].
        lines: usize,
    },
    /// Python does not let a statement stand there, for this reason.
    NoStatement(&'static str),
}

impl Refusal {
    /// What the user is told; `replace` is how code of one's own is replaced there: a command's or an option's name.
    #[must_use]
    pub fn message(&self, replace: &str) -> String {
        match self {
            Self::OwnCode { lines } => {
                let (stands, them) = match lines {
                    1 => ("1 line that was not generated here stands".to_owned(), "it"),
                    _ => (format!("{lines} lines that were not generated here stand"), "them"),
                };
                format!(
                    "{stands} directly below the prompt; {replace} replaces {them}, and with a blank line below the \
                     prompt code is put above {them}"
                )
            }
            Self::NoStatement(reason) => format!("no code can be written for this prompt: {reason}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message("\"Replace by generated code\""))
    }
}

/// Where a piece of code for the turn may go without replacing anything that was not generated here.
#[must_use]
pub fn insertion(document: &Document, turn: &Turn) -> Insertion {
    if let Some(range) = &turn.generated {
        return Insertion::ReplaceGenerated { range: range.clone() };
    }
    if let Some(range) = placeholder(document, turn) {
        return Insertion::ReplacePlaceholder { range };
    }
    let at = turn.prompt_range.end;
    if let Some(range) = own_lines(document, turn) {
        return Insertion::Refuse(match misplaced(document, turn, &range) {
            Some(reason) => Refusal::NoStatement(reason),
            None => Refusal::OwnCode { lines: line_count(document, &range) },
        });
    }
    match misplaced(document, turn, &(at..at)) {
        Some(reason) => Insertion::Refuse(Refusal::NoStatement(reason)),
        None => Insertion::Insert { at },
    }
}

/// What a command that replaces the user's own code may replace for the turn; empty where no line belongs to the prompt,
/// so that a piece of code is only put in.
///
/// # Errors
/// No statement can stand there.
pub fn replacement(document: &Document, turn: &Turn) -> Result<Range<usize>, Refusal> {
    match insertion(document, turn) {
        Insertion::Insert { at } => Ok(at..at),
        Insertion::ReplaceGenerated { range } | Insertion::ReplacePlaceholder { range } => Ok(range),
        Insertion::Refuse(refusal @ Refusal::OwnCode { .. }) => own_lines(document, turn).ok_or(refusal),
        Insertion::Refuse(refusal) => Err(refusal),
    }
}

/// The turn, its [`Turn::target`] decided: by [`replacement`] for a command that `replaces`, by [`insertion`] for all others.
///
/// # Errors
/// No code may be written for it.
pub fn resolved(document: &Document, turn: Turn, replaces: bool) -> Result<Turn, Refusal> {
    let target = if replaces {
        replacement(document, &turn)?
    } else {
        match insertion(document, &turn) {
            Insertion::Insert { at } => at..at,
            Insertion::ReplaceGenerated { range } | Insertion::ReplacePlaceholder { range } => range,
            Insertion::Refuse(refusal) => return Err(refusal),
        }
    };
    Ok(Turn { target, ..turn })
}

/// How many lines a range of whole lines has.
#[must_use]
pub fn line_count(document: &Document, range: &Range<usize>) -> usize {
    if range.is_empty() {
        return 0;
    }
    let last = python::line_at(document, range.end.saturating_sub(1));
    last.number + 1 - python::line_at(document, range.start).number
}

/// The first line of the code that is not blank.
pub(super) fn first_below(document: &Document, turn: &Turn) -> Option<Line> {
    let below = python::line_at(document, turn.prompt_range.end);
    let first = if below.is_blank() { python::line_below(document, below.number)? } else { below };
    (turn.program_range.contains(&first.start)).then_some(first)
}

/// The lines that belong to the prompt, generated or not; see the head of this module.
fn own_lines(document: &Document, turn: &Turn) -> Option<Range<usize>> {
    let below = python::line_at(document, turn.prompt_range.end);
    let first = first_below(document, turn)
        .filter(|first| first.number == below.number || turn.kind == PromptKind::Docstring)?;
    let (mut number, mut end) = (first.number, first.next);
    while let Some(line) = python::line(document, number + 1).filter(|line| line.start < turn.program_range.end) {
        if line.is_blank() && !goes_on(document, turn, first.start, &line) {
            break;
        }
        (number, end) = (line.number, line.next);
    }
    Some(first.start..end)
}

/// Whether what stands from `start` on goes on behind the blank line: a statement's body or next branch, an open bracket or
/// string.
pub(super) fn goes_on(document: &Document, turn: &Turn, start: usize, blank: &Line) -> bool {
    let Some(next) = python::line_below(document, blank.number).filter(|next| next.start < turn.program_range.end)
    else {
        return false;
    };
    let column = python::line_at(document, turn.prompt_range.start).column;
    if python::is_continuation(document, next.text) || next.column > column {
        return true;
    }
    // Where a comment between two statements belongs is anybody's guess.
    !is_comment(document, &next)
        && python::path(document, next.text).iter().any(|node| {
            let statement = ["_statement", "_definition"].iter().any(|ending| node.kind().ends_with(ending));
            statement && node.start_byte() >= start && node.start_byte() < blank.start
        })
}

/// The `pass` or `...` that is all there is of a function's body below the prompt.
fn placeholder(document: &Document, turn: &Turn) -> Option<Range<usize>> {
    if !matches!(document.slice(turn.program_range.clone()).trim(), "pass" | "...") {
        return None;
    }
    if turn.kind == PromptKind::Docstring {
        return Some(turn.program_range.clone());
    }
    let above = Above::of(document, turn).ok()??;
    let own = own_lines(document, turn).filter(|_| above.opens && above.starts_with(document, &["def", "async"]))?;
    let ends = next_code(document, own.end).is_none_or(|next| next.column <= above.start.column);
    ends.then_some(own)
}

/// Comments and blank lines that are gone over to find the statement above a prompt or below it; behind more of them it is
/// taken to be nothing to the prompt, so that files of comments cost no more than others.
const FAR: usize = 64;
/// Lines that are gone over to find the statement above a prompt that has its column.
const VERY_FAR: usize = 5000;

/// The statement that ends above a prompt.
struct Above {
    /// The line that it starts on.
    start: Line,
    /// Whether its last line opens a block.
    opens: bool,
}

impl Above {
    /// `None` if there is none; `Err` if it is too far away to be looked for.
    fn of(document: &Document, turn: &Turn) -> Result<Option<Self>, ()> {
        let mut last = python::line_at(document, turn.prompt_range.start);
        for passed in 0.. {
            match python::line_above(document, last.number) {
                Some(line) => last = line,
                None => return Ok(None),
            }
            if !is_comment(document, &last) {
                break;
            }
            if passed == FAR {
                return Err(());
            }
        }
        let opens = python::opens_block(document, &last);
        let mut start = last;
        while is_continued(document, &start) {
            match start.number.checked_sub(1).and_then(|number| python::line(document, number)) {
                Some(above) => start = above,
                None => break,
            }
        }
        Ok(Some(Self { start, opens }))
    }

    fn starts_with(&self, document: &Document, words: &[&str]) -> bool {
        words.contains(&word(document, &self.start).as_str())
    }
}

/// Why a statement of the turn's indentation cannot stand below its prompt in place of `gone`; `None` if it can.
///
/// Python's own rules of indentation, which syntax trees of broken programs forgive: the prompt's column is that of a block
/// which is open there, nothing that follows is part of a statement that would be cut in two, and what has to be the first
/// in its block stays that.
fn misplaced(document: &Document, turn: &Turn, gone: &Range<usize>) -> Option<&'static str> {
    if turn.kind == PromptKind::Docstring {
        return None;
    }
    let prompt = python::line_at(document, turn.prompt_range.start);
    let above = Above::of(document, turn).ok()?;
    let next = next_code(document, gone.end);
    let below = above.as_ref().filter(|above| above.opens).zip(next.as_ref());
    if below.is_some_and(|(above, next)| next.column > above.start.column && next.column < prompt.column) {
        // The block that is opened above has another indentation.
        return Some(INDENTATION);
    }
    misplaced_below(document, &prompt, above.as_ref())
        .or_else(|| next.as_ref().and_then(|next| misplaced_above(document, &prompt, next)))
        // Of lines that go the first tells as much.
        .or_else(|| {
            next_code(document, gone.start)
                .filter(|_| !gone.is_empty())
                .and_then(|first| branch(document, &prompt, &first))
        })
        .or_else(|| next.as_ref().and_then(|next| must_be_first(document, above.as_ref(), next)))
}

const INDENTATION: &str = "its indentation is that of no block there";

/// What the statement above the prompt has against a statement below it.
fn misplaced_below(document: &Document, prompt: &Line, above: Option<&Above>) -> Option<&'static str> {
    let Some(above) = above else { return (prompt.column > 0).then_some(INDENTATION) };
    if document.rope().get_byte(above.start.text) == Some(b'@') {
        return Some("it stands between a decorator and what that decorates");
    }
    if above.opens {
        if prompt.column <= above.start.column {
            return Some("the block above it has no statement yet");
        }
        let cases = above.starts_with(document, &["match"])
            && python::path(document, above.start.text).iter().any(|node| node.kind() == "match_statement");
        return cases.then_some("it stands between the cases of a `match`");
    }
    let sibling = sibling(document, prompt, &above.start)?;
    match sibling {
        None => Some(INDENTATION),
        Some(sibling) if white(document, &sibling) != white(document, prompt) => Some(INDENTATION),
        Some(sibling) if is_case(document, &sibling) => Some("it stands between the cases of a `match`"),
        Some(_) => None,
    }
}

/// The statement of the prompt's column that the block open there has above it, `Some(None)` if no block of that column is
/// open; `None` where the prompt stands at the left edge, which always is, and where that statement would be too far away.
#[allow(clippy::option_option)]
fn sibling(document: &Document, prompt: &Line, above: &Line) -> Option<Option<Line>> {
    if prompt.column == 0 {
        return None;
    }
    let mut line = above.clone();
    for _ in 0..VERY_FAR {
        if !is_comment(document, &line) && !is_continued(document, &line) && line.column <= prompt.column {
            return Some(Some(line).filter(|line| line.column == prompt.column));
        }
        match python::line_above(document, line.number) {
            Some(above) => line = above,
            None => return Some(None),
        }
    }
    None
}

/// What the statement behind the code has against it.
fn misplaced_above(document: &Document, prompt: &Line, next: &Line) -> Option<&'static str> {
    if next.column > prompt.column {
        return Some("what follows is indented deeper");
    }
    if next.column == prompt.column && white(document, next) != white(document, prompt) {
        return Some(INDENTATION);
    }
    branch(document, prompt, next)
}

/// Whether a line goes on with a statement that began above the prompt.
fn branch(document: &Document, prompt: &Line, line: &Line) -> Option<&'static str> {
    if line.column != prompt.column {
        return None;
    }
    if ["else", "elif", "except", "finally"].contains(&word(document, line).as_str()) {
        return Some("it stands between the branches of a statement");
    }
    is_case(document, line).then_some("it stands between the cases of a `match`")
}

/// Whether a line has to be the first statement of its block, or of the file.
fn must_be_first(document: &Document, above: Option<&Above>, next: &Line) -> Option<&'static str> {
    let first = match above {
        None => true,
        Some(above) => {
            above.opens && above.start.column < next.column && above.starts_with(document, &["def", "async", "class"])
        }
    };
    let path = python::path(document, next.text);
    let docstring = path.windows(2).any(|pair| {
        pair[0].kind() == "expression_statement" && pair[1].kind() == "string" && pair[0].start_byte() == next.text
    });
    if first && docstring {
        return Some("a docstring follows, which would be none below a statement");
    }
    // They come before everything else but the module's docstring.
    let root = document.tree()?.root_node();
    let head =
        python::children(root).take_while(is_of_the_head).filter(|node| node.kind() == "future_import_statement");
    head.last()
        .is_some_and(|import| import.start_byte() >= next.text)
        .then_some("an import from `__future__` follows, which has to come first")
}

/// Whether a statement may stand above an import from `__future__`, or is one. No more than that is looked at: a module may have
/// a hundred thousand statements.
fn is_of_the_head(node: &Node) -> bool {
    match node.kind() {
        "comment" | "future_import_statement" => true,
        "expression_statement" => node.named_child(0).is_some_and(|value| value.kind() == "string"),
        _ => false,
    }
}

/// The first line from `offset` on that a statement starts on.
fn next_code(document: &Document, offset: usize) -> Option<Line> {
    let first = python::line_at(document, offset);
    let mut line =
        if first.start < offset || first.is_blank() { python::line_below(document, first.number)? } else { first };
    for _ in 0..FAR {
        if !is_comment(document, &line) && !is_continued(document, &line) {
            return Some(line);
        }
        line = python::line_below(document, line.number)?;
    }
    None
}

fn is_comment(document: &Document, line: &Line) -> bool {
    document.rope().get_byte(line.text) == Some(b'#') && !python::is_continuation(document, line.text)
}

/// Whether a line goes on with what the one above it began: inside brackets or a string, or behind a backslash.
fn is_continued(document: &Document, line: &Line) -> bool {
    let backslash = || {
        let above = line.number.checked_sub(1).and_then(|number| python::line(document, number));
        above.is_some_and(|above| {
            above.end > above.text
                && document.rope().get_byte(above.end - 1) == Some(b'\\')
                && !is_comment(document, &above)
        })
    };
    python::is_continuation(document, line.text) || backslash()
}

fn is_case(document: &Document, line: &Line) -> bool {
    word(document, line) == "case"
        && python::path(document, line.text)
            .iter()
            .any(|node| node.kind() == "case_clause" && node.start_byte() == line.text)
}

/// The white space before a line's text.
fn white(document: &Document, line: &Line) -> String {
    document.slice(line.start..line.text)
}

/// The word that a line begins with.
fn word(document: &Document, line: &Line) -> String {
    let text = document.slice(line.text..line.end.min(line.text + 16));
    text.split(|char: char| !char.is_alphanumeric() && char != '_').next().unwrap_or_default().to_owned()
}

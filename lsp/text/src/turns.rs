//! The turns of a document: comment prompts and the code below them. Pure.
//!
//! Two questions are kept apart.
//!
//! **Where turns are** decides what a history shows. A prompt is a run of whole-line comments of one indentation that
//! starts a block, follows a blank line or a docstring. Its code runs to the next prompt of that indentation or the end
//! of the block. What a command may replace is a much smaller part: see [`insertion`]. Comments for tools, commented-out
//! code, rulers with their headings, addresses and licences are no prompts; notes are, since what stands below them has
//! to be shown to the model somehow. The docstring of a function that has no other body, or just `pass` or `...`, is a
//! prompt, too; the body is its code. With a marker, every run of comments that start with it is a prompt, and nothing
//! else is.
//!
//! **Which turns offer themselves** decides where a lens stands, what is written for a whole file, and what is suggested
//! below a comment: those that ask for code that is not there; see [`offers`].
//!
//! Asked for by name, by a command or a cursor, any whole-line comment is a prompt, also directly below code: see
//! [`named`]. It stays one while it stands there ([`Document::ask`]).

mod asking;
mod comment_run;
mod generated;
mod insertion;
mod lookup;
mod no_prompt;
mod offering;
mod program;
mod segments;
#[cfg(test)]
mod tests;

use std::ops::Range;

use codegen_core::History;

use crate::document::Document;
use crate::document::indentation::Unit;
use crate::edit::Edit;
use crate::python;
use comment_run::Run;
pub use generated::generated_range;
pub use insertion::{Insertion, Refusal, insertion, line_count, replacement, resolved};
pub use lookup::{Asked, Named, NoTurn, askable, named};
pub use no_prompt::NoPrompt;
pub use offering::{Silence, may_ask, offers, silence, silences};
pub(crate) use program::{line_feeds, shown_text};
pub use segments::{Part, PartKind, parts};

/// Options that decide what counts as a prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurnOptions {
    /// Only comments that start with this are prompts (say `#>`).
    pub marker: Option<String>,
}

/// The form of a prompt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PromptKind {
    /// Whole-line comments.
    #[default]
    Comment,
    /// The docstring of a function that has no other body yet.
    Docstring,
}

/// A prompt and the code below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The prompt's words: comment signs and indentation removed, lines joined by `\n`.
    pub prompt: String,
    /// The comment lines, or the docstring's, from the first one's indentation to past the last one's line end.
    pub prompt_range: Range<usize>,
    /// The code as histories show it: from `prompt_range.end` to the next prompt of this indentation or the block's
    /// end, trailing blank lines excluded, its last line end included; empty if the turn has none yet. A docstring's
    /// may hold a placeholder, which is no code; see [`program_text`].
    pub program_range: Range<usize>,
    /// The white space before the comment.
    pub indent: String,
    /// The form of the prompt.
    pub kind: PromptKind,
    /// The lines below the prompt that were generated for it and are exactly what was generated, where that is known;
    /// see [`crate::provenance::Records::texts`].
    pub generated: Option<Range<usize>>,
    /// Whether the user has asked for it by name, which makes it a turn wherever its comment stands; see
    /// [`Document::ask`].
    pub asked: bool,
    /// The bytes that a piece of code written for the turn replaces. Empty and right below the prompt unless
    /// [`resolved`] has decided otherwise.
    pub target: Range<usize>,
}

/// A turn, and the turn before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Linked {
    pub turn: Turn,
    column: usize,
    /// The turn before it in the same block, by its index among all turns.
    pub previous: Option<usize>,
    /// Whether a prompt or a heading of its own indentation ended its code.
    followed: bool,
}

/// All turns, in the order of their prompts.
#[must_use]
pub fn turns(document: &Document, options: &TurnOptions) -> Vec<Turn> {
    linked(document, options, &|_, _| false).into_iter().map(|linked| linked.turn).collect()
}

/// All turns, in the order of their prompts, with those docstrings above bodies for which `known` is true. Given the
/// turn and its code, `known` says whether the body was generated from the docstring, which syntax cannot tell.
#[must_use]
pub fn turns_known(document: &Document, options: &TurnOptions, known: &dyn Fn(&Turn, &str) -> bool) -> Vec<Turn> {
    linked(document, options, known).into_iter().map(|linked| linked.turn).collect()
}

/// [`turns_known`], with their places in their blocks.
pub(crate) fn linked(document: &Document, options: &TurnOptions, known: &dyn Fn(&Turn, &str) -> bool) -> Vec<Linked> {
    only_turns(document, walk(document, 0, options, false), known)
}

/// Leaves out the docstrings of functions that have a body already, unless `known` says that it was generated from
/// them.
fn only_turns(document: &Document, found: Vec<Linked>, known: &dyn Fn(&Turn, &str) -> bool) -> Vec<Linked> {
    let mut kept: Vec<Linked> = Vec::with_capacity(found.len());
    let mut places = Vec::with_capacity(found.len());
    for mut linked in found {
        places.push(kept.len());
        linked.previous = linked.previous.and_then(|previous| places.get(previous).copied());
        let is_turn = linked.turn.kind == PromptKind::Comment || {
            let program = program_text(document, &linked.turn);
            (program.is_empty() && !linked.followed) || (!program.is_empty() && known(&linked.turn, &program))
        };
        if is_turn {
            kept.push(linked);
        }
    }
    kept
}

/// The block of each turn: equal numbers for turns that follow each other in one block.
pub(crate) fn blocks(all: &[Linked]) -> Vec<usize> {
    let mut blocks: Vec<usize> = Vec::with_capacity(all.len());
    for (index, linked) in all.iter().enumerate() {
        // A block is numbered by its first turn.
        blocks.push(linked.previous.and_then(|previous| blocks.get(previous).copied()).unwrap_or(index));
    }
    blocks
}

/// The turn whose prompt stands directly above `offset`: the cursor's line is blank up to the cursor and the line above
/// it is the prompt's last.
#[must_use]
pub fn turn_above(document: &Document, offset: usize, options: &TurnOptions) -> Option<Turn> {
    let docstring = || {
        let line = python::line_at(document, offset);
        let above = line.number.checked_sub(1).filter(|_| line.text >= offset)?;
        comment_run::docstring_above(document, above).filter(|run| run.is_prompt(document, options))
    };
    let run = prompt_above(document, offset, options).or_else(docstring)?;
    let found = walk(document, run.first, options, true);
    only_turns(document, found, &|_, _| false).into_iter().next().map(|linked| linked.turn)
}

/// The comment prompt directly above `offset`: a cheaper [`turn_above`] for callers that ask on every key.
pub(crate) fn prompt_above(document: &Document, offset: usize, options: &TurnOptions) -> Option<Run> {
    let line = python::line_at(document, offset);
    if line.text < offset || line.number == 0 {
        return None;
    }
    let run = comment_run::run_around(document, line.number - 1, options)?;
    (run.last + 1 == line.number && run.is_prompt(document, options)).then_some(run)
}

/// The turn that a position belongs to: in its prompt, its code or the blank lines after that. The innermost, if there
/// are several.
#[must_use]
pub fn turn_at(document: &Document, offset: usize, options: &TurnOptions) -> Option<Turn> {
    let turns = turns(document, options);
    innermost(document, &turns, offset).and_then(|index| turns.into_iter().nth(index))
}

/// The index, in the document's order, of the turn that a position belongs to; see [`turn_at`].
#[must_use]
pub fn innermost(document: &Document, turns: &[Turn], offset: usize) -> Option<usize> {
    let line = python::line_at(document, offset);
    turns.iter().rposition(|turn| {
        let belongs = turn.prompt_range.start..turn.program_range.end.max(turn.prompt_range.end);
        // A text may end without a line end: there the last line is inside although it starts at no byte of its own.
        belongs.contains(&line.start)
            || (line.start >= belongs.end && line.is_blank() && {
                let above = python::line_above(document, line.number);
                above.is_some_and(|above| belongs.contains(&above.start))
            })
    })
}

/// The history of the turn: everything in the document before its prompt, as turns where it is turns. The code that
/// encloses a turn inside a block is the end of the preamble, and the history is indented as the turn is. Line ends are
/// `\n`, and levels are four spaces, whatever the document's own are.
#[must_use]
pub fn history(document: &Document, turn: &Turn, options: &TurnOptions) -> History {
    let unit = Unit::at(document, turn.prompt_range.end);
    let text = |range| unit.to_model(&shown_text(document, range)).into_owned();
    let indent = unit.to_model(&turn.indent).into_owned();
    if turn.kind == PromptKind::Docstring {
        // It is the only turn of its block, and the model is shown the function as it is.
        let (preamble, opening) = (text(0..turn.prompt_range.start), Some(text(turn.prompt_range.clone())));
        return History { preamble, turns: Vec::new(), indent, opening };
    }
    let all = linked(document, options, &|_, _| false);
    let own = all.iter().find(|other| other.turn.prompt_range.start == turn.prompt_range.start);
    let earlier = |later: &Linked| later.previous.and_then(|index| all.get(index));
    let mut before: Vec<&Turn> =
        std::iter::successors(own.and_then(earlier), |later| earlier(later)).map(|linked| &linked.turn).collect();
    before.reverse();
    let start = before.first().map_or(turn.prompt_range.start, |first| first.prompt_range.start);
    let turns = (before.iter().zip(before.iter().skip(1).copied().chain([turn])))
        .map(|(earlier, next)| {
            let below = text(earlier.prompt_range.end..next.prompt_range.start);
            (earlier.prompt.clone(), program::dedent(&below, &unit.to_model(&earlier.indent)))
        })
        // Turns without code are no examples for the model.
        .filter(|(_, program)| !program.is_empty())
        .collect();
    History { preamble: text(0..start), turns, indent, opening: None }
}

/// The text that the history of the `next` turn of the block shows below the prompt of the turn before it, in the document's
/// own indentation. This is more than that turn's code: text below a heading precedes the next turn, too.
pub(crate) fn shown(document: &Document, earlier: &Turn, next: &Turn) -> String {
    let range = earlier.prompt_range.end..next.prompt_range.start;
    program::dedent(&shown_text(document, range), &earlier.indent)
}

/// The turn's code as a history shows it: without the turn's indentation, blank lines at either end and carriage
/// returns. Empty if there is none, or just the `pass` or `...` that a function cannot do without.
#[must_use]
pub fn program_text(document: &Document, turn: &Turn) -> String {
    let text = text_of(document, turn, turn.program_range.clone());
    let placeholder = turn.kind == PromptKind::Docstring && matches!(text.trim_end(), "pass" | "...");
    if placeholder { String::new() } else { text }
}

/// A part of the turn's code, as [`program_text`] has the whole.
#[must_use]
pub fn text_of(document: &Document, turn: &Turn, range: Range<usize>) -> String {
    program::dedent(&shown_text(document, range), &turn.indent)
}

/// The header of the function whose docstring is the prompt; it adds to what the prompt asks for.
pub(crate) fn header(document: &Document, turn: &Turn) -> Option<String> {
    let line = python::line_at(document, turn.prompt_range.start);
    let docstring = python::docstring(document, &line).filter(|_| turn.kind == PromptKind::Docstring)?;
    Some(shown_text(document, docstring.header))
}

/// Whether a turn has no code. A placeholder such as `pass` below a docstring is none.
#[must_use]
pub fn is_empty(document: &Document, turn: &Turn) -> bool {
    program_text(document, turn).is_empty()
}

/// The edit that puts `program` under the turn's prompt in place of its [`Turn::target`]. `program` is as generated:
/// without indentation, or with the turn's, as [`history`] makes the model write it.
///
/// It takes the buffer's line ends and its unit of indentation, and one blank line is left between it and a prompt that
/// follows. A program without text leaves the buffer as it is.
#[must_use]
pub fn program_edit(document: &Document, turn: &Turn, program: &str) -> Edit {
    program::edit(document, turn, program)
}

/// The lines that [`program_edit`] writes for `program`, joined by `\n`, with the indentation that they will have.
#[must_use]
pub fn written_lines(document: &Document, turn: &Turn, program: &str) -> String {
    program::lines(document, turn, program).join("\n")
}

/// The [`program_text`] of the turn once [`program_edit`] has put `program` in place.
#[must_use]
pub fn written_text(document: &Document, turn: &Turn, program: &str) -> String {
    program::dedent(&program::lines(document, turn, program).join("\n"), &turn.indent)
}

/// A piece of code without the indentation of its first line, and without blank lines at either end.
pub(crate) fn unindented(program: &str) -> String {
    let program = line_feeds(program);
    let first = program.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    program::dedent(&program, &first[..first.len() - first.trim_start().len()])
}

/// Whether a piece of code has more than comments and blank lines, which models write when they have nothing else to
/// write.
#[must_use]
pub fn says_something(program: &str) -> bool {
    program.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}

/// The turns from a line on; if `one`, only the first, reading no line past its end.
fn walk(document: &Document, from: usize, options: &TurnOptions, one: bool) -> Vec<Linked> {
    let mut found: Vec<Linked> = Vec::new();
    // Turns whose block is still open, outermost first, by their index in `found`.
    let mut open: Vec<usize> = Vec::new();
    let mut number = from;
    while let Some(line) = python::line(document, number) {
        number += 1;
        if line.is_blank() {
            continue;
        }
        let run = comment_run::run_at(document, &line, options).or_else(|| comment_run::docstring_at(document, &line));
        let mut past = line.next;
        let mut column = line.column;
        if let Some(run) = run {
            past = run.range.end;
            number = run.last + 1;
            if run.is_prompt(document, options) {
                let mut previous = None;
                while let Some(index) = open.pop_if(|index| found[*index].column >= column) {
                    let same = found[index].column == column;
                    found[index].followed = same;
                    previous = Some(index).filter(|_| same && found[index].turn.kind == PromptKind::Comment);
                }
                if one && !found.is_empty() && open.is_empty() {
                    break;
                }
                extend(&mut found, &open, past, column);
                open.push(found.len());
                let turn = Turn { asked: run.is_asked(document), ..run.turn() };
                found.push(Linked { turn, column, previous, followed: false });
                continue;
            }
            if run.is_section() {
                // A heading ends the code: what follows was not asked for by the prompt above it.
                while let Some(index) = open.pop_if(|index| found[*index].column >= column) {
                    found[index].followed = found[index].column == column;
                }
            }
        } else if open.last().is_some_and(|&index| found[index].column > column) {
            if document.outline().is_continuation(line.text) {
                column = usize::MAX;
            } else {
                while open.pop_if(|index| found[*index].column > column).is_some() {}
            }
        }
        if one && !found.is_empty() && open.is_empty() {
            break;
        }
        extend(&mut found, &open, past, column);
    }
    found
}

/// Extends the code of the open turns that a line is indented for up to `past`, the line's end.
fn extend(found: &mut [Linked], open: &[usize], past: usize, column: usize) {
    for &index in open {
        if let Some(linked) = found.get_mut(index).filter(|linked| linked.column <= column) {
            linked.turn.program_range.end = past;
        }
    }
}

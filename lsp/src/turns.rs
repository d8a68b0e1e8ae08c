//! The turns of a document. Pure.
//!
//! A prompt is a run of whole-line comments of one indentation that starts a block or follows a blank line; its program
//! text runs to the next prompt of that indentation or the end of the block. With a marker, every run of comments that
//! start with it is a prompt, and nothing else is.

mod program;
mod prompt;
#[cfg(test)]
mod tests;

use std::ops::Range;

use codegen_engine::synthesis::History;

use crate::document::Document;
use crate::edit::Edit;
use crate::syntax;
pub(crate) use program::line_feeds;
use prompt::Run;

/// What counts as a prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurnOptions {
    /// Only comments that start with this are prompts (say `#>`).
    pub marker: Option<String>,
}

/// What a prompt is written as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PromptKind {
    /// Whole-line comments.
    #[default]
    Comment,
    /// The docstring of a function that has no other body yet.
    Docstring,
}

/// A prompt and the program text below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The prompt's words: comment signs and indentation removed, lines joined by `\n`.
    pub prompt: String,
    /// The comment lines, from the first one's indentation to past the last one's line end.
    pub prompt_range: Range<usize>,
    /// The program text: from `prompt_range.end` to the next prompt of this indentation or the block's end, trailing
    /// blank lines excluded, its last line end included; empty if the turn has none yet.
    pub program_range: Range<usize>,
    /// The white space before the comment.
    pub indent: String,
    /// What the prompt is written as.
    pub kind: PromptKind,
}

/// A turn, and which block it is in.
struct Placed {
    turn: Turn,
    column: usize,
    /// Equal for turns that follow each other in one block.
    block: usize,
}

/// All turns, in the order of their prompts.
#[must_use]
pub fn turns(document: &Document, options: &TurnOptions) -> Vec<Turn> {
    placed(document, 0, options, false).into_iter().map(|placed| placed.turn).collect()
}

/// The turn whose prompt stands directly above `offset`: the cursor's line is blank up to the cursor and the line above
/// it is the prompt's last.
#[must_use]
pub fn turn_above(document: &Document, offset: usize, options: &TurnOptions) -> Option<Turn> {
    let run = prompt_above(document, offset, options)?;
    placed(document, run.first, options, true).into_iter().next().map(|placed| placed.turn)
}

/// The white space before the prompt directly above `offset`: [`turn_above`] for those who need no more, and may ask on
/// every key.
pub(crate) fn prompt_above(document: &Document, offset: usize, options: &TurnOptions) -> Option<Run> {
    let line = syntax::line_at(document, offset);
    if line.text < offset || line.number == 0 {
        return None;
    }
    let run = prompt::run_around(document, line.number - 1, options)?;
    (run.last + 1 == line.number && run.is_prompt(document, options)).then_some(run)
}

/// The turn that a position belongs to: in its prompt, its program text or the blank lines after that. The innermost, if
/// there are several.
#[must_use]
pub fn turn_at(document: &Document, offset: usize, options: &TurnOptions) -> Option<Turn> {
    let line = syntax::line_at(document, offset);
    turns(document, options).into_iter().rfind(|turn| {
        let belongs = turn.prompt_range.start..turn.program_range.end.max(turn.prompt_range.end);
        // A text may end without a line end: there the last line is inside although it starts at no byte of its own.
        belongs.contains(&line.start)
            || (line.start >= belongs.end && line.is_blank() && {
                let above = syntax::line_above(document, line.number);
                above.is_some_and(|above| belongs.contains(&above.start))
            })
    })
}

/// The history of the turn: everything of the document before its prompt, as turns where it is turns. What encloses a
/// turn inside a block is the preamble's end, and the history is indented as the turn is. Line ends are `\n`.
#[must_use]
pub fn history(document: &Document, turn: &Turn, options: &TurnOptions) -> History {
    let all = placed(document, 0, options, false);
    let block = all.iter().find(|other| other.turn.prompt_range.start == turn.prompt_range.start).map(|own| own.block);
    let before: Vec<_> = all
        .into_iter()
        .filter(|other| Some(other.block) == block && other.turn.prompt_range.start < turn.prompt_range.start)
        .map(|other| other.turn)
        .collect();
    let start = before.first().unwrap_or(turn).prompt_range.start;
    let ends = before.iter().skip(1).chain([turn]).map(|next| next.prompt_range.start);
    let turns = before
        .iter()
        .zip(ends)
        // Not the program range: what stands between a ruler and the next prompt is part of what came before, too.
        .map(|(turn, end)| (turn, document.slice(turn.prompt_range.end..end)))
        .filter(|(_, program)| !program.trim().is_empty())
        .map(|(turn, program)| (turn.prompt.clone(), program::dedent(&line_feeds(&program), &turn.indent)))
        .collect();
    History { preamble: line_feeds(&document.slice(0..start)), turns, indent: turn.indent.clone() }
}

/// The turn's program text as a history shows it: without the turn's indentation, blank lines at either end and carriage
/// returns. Empty if there is none.
#[must_use]
pub fn program_text(document: &Document, turn: &Turn) -> String {
    program::dedent(&line_feeds(&document.slice(turn.program_range.clone())), &turn.indent)
}

/// The edit that puts `program` under the turn's prompt in place of what is there. The program comes as generated:
/// without indentation, or with the turn's own, as [`history`] makes the model write it.
///
/// It takes the buffer's line ends and its tabs or spaces, and one blank line is left between it and a prompt that
/// follows. A program without text leaves the buffer as it is.
#[must_use]
pub fn program_edit(document: &Document, turn: &Turn, program: &str) -> Edit {
    program::edit(document, turn, program)
}

/// Whether a program text is more than comments and blank lines: a model that has nothing to say says those.
#[must_use]
pub fn says_something(program: &str) -> bool {
    program.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}

/// The turns from a line on; if `one`, only the first one, and no line further than it goes is looked at.
fn placed(document: &Document, from: usize, options: &TurnOptions, one: bool) -> Vec<Placed> {
    let mut found: Vec<Placed> = Vec::new();
    // Turns whose block is still open, outermost first, by their index in `found`.
    let mut open: Vec<usize> = Vec::new();
    let mut blocks = 0;
    let mut number = from;
    while let Some(line) = syntax::line(document, number) {
        number += 1;
        if line.is_blank() {
            continue;
        }
        let run = prompt::run_at(document, &line, options);
        let mut past = line.next;
        let mut column = line.column;
        if let Some(run) = run {
            past = run.range.end;
            number = run.last + 1;
            if run.is_prompt(document, options) {
                let mut block = None;
                while let Some(index) = open.pop_if(|index| found[*index].column >= column) {
                    block = (found[index].column == column).then_some(found[index].block);
                }
                if one && !found.is_empty() && open.is_empty() {
                    break;
                }
                let block = block.unwrap_or_else(|| {
                    blocks += 1;
                    blocks
                });
                extend(&mut found, &open, past, column);
                open.push(found.len());
                found.push(Placed { turn: run.turn(), column, block });
                continue;
            }
            if run.is_section() {
                // A heading ends the program text: what follows was not asked for by the prompt above it.
                while open.pop_if(|index| found[*index].column >= column).is_some() {}
            }
        } else if open.last().is_some_and(|&index| found[index].column > column) {
            if syntax::is_continuation(document, line.text) {
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

/// A line up to `past` belongs to the program text of the open turns that it is not indented less than.
fn extend(found: &mut [Placed], open: &[usize], past: usize, column: usize) {
    for &index in open {
        if let Some(placed) = found.get_mut(index).filter(|placed| placed.column <= column) {
            placed.turn.program_range.end = past;
        }
    }
}

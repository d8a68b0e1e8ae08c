//! The turn at a position, or why there is none.

use std::collections::HashSet;
use std::ops::Range;

use super::comment_run::{self, Run};
use super::no_prompt::NoPrompt;
use super::{Turn, TurnOptions, innermost};
use crate::document::{Document, Unparsed};
use crate::python;

/// The reason why there is no turn at a position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTurn {
    /// The client has not opened the document of this URI.
    #[error("{0} is not open")]
    NotOpen(String),
    /// The server does not answer for documents like this one, for this reason.
    #[error("{0}")]
    NotServed(String),
    /// The server's text may differ from the client's.
    #[error("the document is out of step; reopen it")]
    OutOfStep,
    /// The document has no syntax tree, so its turns are not known.
    #[error("this document is not parsed, since {0}")]
    NotParsed(Unparsed),
    /// The position is not in the document, for this reason.
    #[error("{0}")]
    NoPosition(String),
    /// The position is in no turn, for this reason; its line is counted from 1.
    #[error("line {0} {1}")]
    NoPrompt(usize, NoPrompt),
}

/// What is meant by a position that a command names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// The turn of this index, in the document's order.
    Turn(usize),
    /// The comment in this range, which is no turn unless it is asked for: see [`Document::ask`].
    Comment(Range<usize>),
}

/// What is meant by a position, given all turns: a comment on its line or right above, if it is blank, or else the turn
/// whose code or blank lines it is in. Comments in generated code belong to that code.
///
/// # Errors
/// The position is in no turn, and there is no comment there that can be a prompt.
pub fn named(document: &Document, turns: &[Turn], offset: usize, options: &TurnOptions) -> Result<Named, NoPrompt> {
    let line = python::line_at(document, offset);
    let inside = innermost(document, turns, offset);
    let above = || line.number.checked_sub(1).filter(|_| line.is_blank());
    let found = comment_run::asked_at(document, line.number, options)
        .or_else(|reason| comment_run::asked_at(document, above().ok_or(reason.clone())?, options).map_err(|_| reason));
    let generated = |run: &Run| {
        let mut ranges = turns.iter().filter_map(|turn| turn.generated.as_ref());
        ranges.any(|range| range.start <= run.range.start && run.range.end <= range.end)
    };
    match (inside, found) {
        (Some(index), Ok(run)) if turns[index].prompt_range == run.range || generated(&run) => Ok(Named::Turn(index)),
        (_, Ok(run)) => Ok(Named::Comment(run.range)),
        (Some(index), Err(_)) => Ok(Named::Turn(index)),
        (None, Err(reason)) => Err(reason),
    }
}

/// The ranges of all prompts that can be asked for by name: those of the turns, and all other whole-line comments that
/// can be prompts, in order.
#[must_use]
pub fn askable(document: &Document, turns: &[Turn], options: &TurnOptions) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = turns.iter().map(|turn| turn.prompt_range.clone()).collect();
    let known: HashSet<usize> = ranges.iter().map(|range| range.start).collect();
    let mut number = 0;
    while let Some(line) = python::line(document, number) {
        number += 1;
        if let Some(run) = comment_run::run_at(document, &line, options) {
            number = run.last + 1;
            if !known.contains(&run.range.start) && run.obstacle(options).is_none() {
                ranges.push(run.range);
            }
        }
    }
    ranges.sort_by_key(|range| range.start);
    ranges
}

impl NoTurn {
    /// Whether the request is wrong, rather than the state of the document.
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        matches!(self, Self::NotOpen(_) | Self::NotServed(_) | Self::NoPosition(_))
    }
}

/// The document of a request for a turn, and its state.
#[derive(Clone)]
pub struct Asked<'d> {
    /// Its URI.
    pub uri: &'d str,
    /// The document, if it is open.
    pub document: Option<&'d Document>,
    /// The reason why the server does not answer for it, if it does not.
    pub unserved: Option<String>,
    /// Whether its text is the same as the client's.
    pub synced: bool,
}

impl<'d> Asked<'d> {
    /// The document, if its turns can be known.
    ///
    /// # Errors
    /// Returns the [`NoTurn`] of the first reason that holds, in the order in which they are listed there.
    pub fn document(self) -> Result<&'d Document, NoTurn> {
        let document = self.document.ok_or_else(|| NoTurn::NotOpen(self.uri.to_owned()))?;
        if let Some(reason) = self.unserved {
            return Err(NoTurn::NotServed(reason));
        }
        if !self.synced {
            return Err(NoTurn::OutOfStep);
        }
        document.syntax_gap().map_or(Ok(document), |gap| Err(NoTurn::NotParsed(gap)))
    }

    /// The turn at a position of the document, if its turns can be known, with what `find` knows of it. `offset` is the
    /// position's byte offset, or the reason why it has none; `line` is its line, counted from 0.
    ///
    /// # Errors
    /// Returns the errors of [`Asked::document`], and those of a position that is not in the document or in no turn.
    pub fn turn<T>(
        self,
        line: u32,
        offset: impl FnOnce(&Document) -> Result<usize, String>,
        find: impl FnOnce(&Document, usize) -> Result<T, NoPrompt>,
    ) -> Result<T, NoTurn> {
        let document = self.document()?;
        let offset = offset(document).map_err(NoTurn::NoPosition)?;
        find(document, offset).map_err(|reason| NoTurn::NoPrompt(line as usize + 1, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Limits;
    use crate::testing::cursor_in;
    use crate::turns::turn_at;

    #[test]
    fn the_first_reason_counts() {
        let python = Document::new("# one\n", 1);
        let large = Document::limited("# one\n", 1, Limits { bytes: 1, ..Limits::NONE });
        let other = || Some("a.js is no Python".to_owned());
        let gap = large.syntax_gap();
        let table = [
            (None, None, true, Err(NoTurn::NotOpen("file:///a.py".to_owned()))),
            (None, other(), false, Err(NoTurn::NotOpen("file:///a.py".to_owned()))),
            (Some(&large), other(), false, Err(NoTurn::NotServed("a.js is no Python".to_owned()))),
            (Some(&large), None, false, Err(NoTurn::OutOfStep)),
            (Some(&python), None, false, Err(NoTurn::OutOfStep)),
            (Some(&large), None, true, Err(NoTurn::NotParsed(Unparsed::TooLarge))),
            (Some(&python), None, true, Ok("# one\n".to_owned())),
        ];
        assert_eq!(gap, Some(Unparsed::TooLarge));
        for (document, unserved, synced, expected) in table {
            let asked = Asked { uri: "file:///a.py", document, unserved, synced };
            assert_eq!(asked.document().map(Document::text), expected);
        }
    }

    #[test]
    fn the_turn_at_a_position() {
        for (marked, expected) in [
            ("# on$0e\nx = 1\n", Ok("one")),
            ("# one\nx$0 = 1\n", Ok("one")),
            ("# one\nx = 1\n\n# two$0\n", Ok("two")),
            ("x = 1$0\n\n# one\n", Err(NoTurn::NoPrompt(1, NoPrompt::NoComment))),
            ("$0", Err(NoTurn::NoPrompt(1, NoPrompt::NoComment))),
        ] {
            let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
            let asked = Asked { uri: "file:///a.py", document: Some(&document), unserved: None, synced: true };
            let find = |document: &Document, offset| {
                let turn = turn_at(document, offset, &TurnOptions::default()).ok_or(NoPrompt::NoComment)?;
                Ok((turn, ()))
            };
            let found = asked.clone().turn(0, |_| Ok(offset), find).map(|(turn, ())| turn.prompt);
            assert_eq!(found, expected.map(str::to_owned), "{marked:?}");
            let nowhere = asked.turn(7, |_| Err("there is no line 7".to_owned()), find).map(|_| ());
            assert_eq!(nowhere, Err(NoTurn::NoPosition("there is no line 7".to_owned())));
        }
    }

    #[test]
    fn what_is_said_and_to_whom() {
        for (reason, said, bad_request) in [
            (NoTurn::NotOpen("file:///a.py".to_owned()), "file:///a.py is not open", true),
            (NoTurn::NotServed("no Python".to_owned()), "no Python", true),
            (NoTurn::OutOfStep, "the document is out of step; reopen it", false),
            (
                NoTurn::NotParsed(Unparsed::TooLarge),
                "this document is not parsed, since it is larger than maxFileBytes",
                false,
            ),
            (NoTurn::NoPosition("no line 9".to_owned()), "no line 9", true),
            (
                NoTurn::NoPrompt(7, NoPrompt::NoComment),
                "line 7 is no comment: put the cursor on one, or on its code",
                false,
            ),
            (
                NoTurn::NoPrompt(3, NoPrompt::ForTools),
                "line 3 has a comment for tools, not a prompt: put a comment of your own on a line below",
                false,
            ),
        ] {
            assert_eq!((reason.to_string().as_str(), reason.is_bad_request()), (said, bad_request));
        }
    }
}

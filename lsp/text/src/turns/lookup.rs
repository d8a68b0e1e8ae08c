//! The turn at a position, or why there is none.

use crate::document::{Document, Unparsed};

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
    /// The position is in no turn; its line is counted from 1.
    #[error("line {0} belongs to no comment prompt")]
    NoPrompt(usize),
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
        find: impl FnOnce(&Document, usize) -> Option<T>,
    ) -> Result<T, NoTurn> {
        let document = self.document()?;
        let offset = offset(document).map_err(NoTurn::NoPosition)?;
        find(document, offset).ok_or(NoTurn::NoPrompt(line as usize + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Limits;
    use crate::testing::cursor_in;
    use crate::turns::{TurnOptions, turn_at};

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
            ("x = 1$0\n\n# one\n", Err(NoTurn::NoPrompt(1))),
            ("$0", Err(NoTurn::NoPrompt(1))),
        ] {
            let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
            let asked = Asked { uri: "file:///a.py", document: Some(&document), unserved: None, synced: true };
            let find = |document: &Document, offset| Some((turn_at(document, offset, &TurnOptions::default())?, ()));
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
            (NoTurn::NoPrompt(3), "line 3 belongs to no comment prompt", false),
        ] {
            assert_eq!((reason.to_string().as_str(), reason.is_bad_request()), (said, bad_request));
        }
    }
}

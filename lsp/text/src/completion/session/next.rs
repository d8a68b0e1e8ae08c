//! What is worth preparing while a suggestion is shown: the one that follows when it is accepted.
//!
//! That is asked for where the text ends. Where nothing is to come on that line, it is the next line that the user goes on
//! with, indented as editors do it. Behind the first of several lines nothing has to be prepared: the rest stands there.

use super::through::TypedThrough;
use crate::completion::here::Here;
use crate::completion::memory::Memory;
use crate::edit::Edit;

/// How much longer than a suggestion the typed text may get before nothing is prepared for it any more: enough for a slip
/// and the backspaces that undo it.
pub(super) const SLACK: usize = 32;

/// A generation to be prepared, at the lowest priority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preparation {
    /// Its number.
    pub id: u64,
    /// What accepting the suggestion does to the document as it is now; empty if it has been accepted already.
    pub edit: Edit,
    /// The place in the document with that edit for which a suggestion is to be generated.
    pub cursor: usize,
}

/// A place that is worth preparing for.
pub(super) struct Next {
    pub place: Here,
    /// Where the user is now.
    pub through: TypedThrough,
    /// What makes the place of the document as it is now.
    pub edit: Edit,
}

/// A suggestion as it was shown last, and what has been prepared for it.
#[derive(Debug)]
pub(super) struct Shown {
    here: Here,
    through: TypedThrough,
    text: String,
    /// Whether the places behind it, and at the next line, have been tried.
    tried: (bool, bool),
}

impl Shown {
    pub fn new(here: &Here, text: &str) -> Self {
        Self { here: here.clone(), through: TypedThrough::new(here), text: text.to_owned(), tried: (false, false) }
    }

    /// Follows a change of the document. False if it stands no longer.
    #[must_use]
    pub fn follow(&mut self, change: &Edit) -> bool {
        self.through.follow(change) && self.through.typed().len() <= self.text.len() + SLACK
    }

    /// What of it is left at `offset`.
    pub fn rest(&self, offset: usize) -> Option<&str> {
        self.text.strip_prefix(self.through.typed_to(offset)?)
    }

    /// Takes over what was tried for `other`, if that leads to the same place.
    pub fn after(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.end().is(&self.end()) => Self { tried: other.tried, ..self },
            _ => self,
        }
    }

    /// Lets everything be tried again.
    pub fn retry(&mut self) {
        self.tried = (false, false);
    }

    /// Whether a generation at `place` is for what follows it.
    pub fn leads_to(&self, place: &Here) -> bool {
        self.end().is(place) || self.next_line().is_some_and(|white| self.end().then(&white).is(place))
    }

    /// The place behind it.
    fn end(&self) -> Here {
        self.here.then(&self.text)
    }

    /// The next line's start behind it, if nothing is right of it.
    fn next_line(&self) -> Option<String> {
        let end = self.end();
        let line = end.before().rsplit(['\n', '\r']).next().unwrap_or_default();
        let white = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        let ending = match end.before().rfind('\n') {
            Some(feed) if end.before()[..feed].ends_with('\r') => "\r\n",
            None if end.before().contains('\r') => "\r",
            _ => "\n",
        };
        (end.ends_line() && !line.trim().is_empty()).then(|| format!("{ending}{white}"))
    }

    /// The next place that is worth preparing for and has not been tried.
    pub fn prepare(&mut self, memory: &Memory) -> Option<Next> {
        let left = self.text.strip_prefix(self.through.typed())?.to_owned();
        let end = self.end();
        let more = match memory.peek(&end) {
            None if !self.tried.0 => {
                self.tried.0 = true;
                String::new()
            }
            Some(known) if !known.text.trim().is_empty() => return None,
            // The line is whole as it is, or nothing is wanted at its end.
            _ if !self.tried.1 => {
                self.tried.1 = true;
                self.next_line()?
            }
            _ => return None,
        };
        let place = end.then(&more);
        if !more.is_empty() && memory.peek(&place).is_some() {
            return None;
        }
        let here = self.here.then(self.through.typed());
        let edit = Edit { range: here.offset..here.offset, text: format!("{left}{more}") };
        Some(Next { place, through: TypedThrough::new(&here), edit })
    }
}

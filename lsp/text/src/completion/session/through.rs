//! The text that a user types where a suggestion starts.

use crate::completion::here::{Here, is_closer};
use crate::document::indentation::Origin;
use crate::edit::Edit;

/// Bytes left of a place that a client may replace by the same again.
const LEFT: usize = 256;

/// The place where a suggestion starts, and the text that the user has typed there since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypedThrough {
    origin: usize,
    typed: String,
    /// The end of the text before it.
    left: String,
    /// The way from what is typed in the buffer's indentation to what the model writes.
    pub place: Origin,
}

impl TypedThrough {
    /// Starts at `here`, with nothing typed.
    pub fn new(here: &Here) -> Self {
        let before = here.before();
        let mut start = before.len().saturating_sub(LEFT);
        while !before.is_char_boundary(start) {
            start += 1;
        }
        let left = before[start..].to_owned();
        Self { origin: here.offset, typed: String::new(), left, place: Origin::default() }
    }

    /// The byte offset behind what has been typed.
    pub fn cursor(&self) -> usize {
        self.origin + self.typed.len()
    }

    /// What has been typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Follows a change of the document. False if it changed anything but what was typed: the text before the suggestion
    /// or behind it is then another, and the suggestion worthless.
    #[must_use]
    pub fn follow(&mut self, change: &Edit) -> bool {
        let Some((start, text)) = self.own(change) else { return false };
        if change.range.end > self.cursor() || change.range.end < self.origin {
            return false;
        }
        let end = change.range.end - self.origin;
        if !self.typed.is_char_boundary(start) || !self.typed.is_char_boundary(end) {
            return false;
        }
        self.typed.replace_range(start..end, text);
        true
    }

    /// Where in what was typed a change begins, and its text from there on. Some clients replace a whole word, and say its
    /// beginning again.
    fn own<'c>(&self, change: &'c Edit) -> Option<(usize, &'c str)> {
        let Some(back) = self.origin.checked_sub(change.range.start).filter(|back| *back > 0) else {
            return Some((change.range.start - self.origin, &change.text));
        };
        let same = self.left.get(self.left.len().checked_sub(back)?..)?;
        Some((0, change.text.strip_prefix(same)?))
    }

    /// What has been typed up to `offset`, if only closers that the editor puts behind the cursor come after it.
    pub fn typed_to(&self, offset: usize) -> Option<&str> {
        let (before, after) = self.typed.split_at_checked(offset.checked_sub(self.origin)?)?;
        after.chars().all(is_closer).then_some(before)
    }
}

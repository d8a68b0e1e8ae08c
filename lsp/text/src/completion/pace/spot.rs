//! Where in a text a request is made, as far as its pace depends on it.

use crate::document::Document;
use crate::python;

/// Characters behind the cursor that are looked at: each request costs that, whatever the text.
const AHEAD: usize = 256;

/// What is around a cursor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spot {
    /// Whether the character before the cursor is part of a word.
    pub in_word: bool,
    /// Whether only white space follows on the line.
    pub ends_line: bool,
    /// Whether only white space follows in the text.
    pub ends_text: bool,
}

impl Spot {
    /// What is around the byte `offset`.
    #[must_use]
    pub fn of(document: &Document, offset: usize) -> Self {
        let rope = document.rope();
        let at = rope.byte_to_char(python::char_boundary(document, offset));
        let mut behind = rope.chars_at(at).take(AHEAD);
        let before = rope.chars_at(at).reversed().next();
        let blank = behind.by_ref().take_while(|char| char.is_whitespace());
        // The line's end is found before anything but white space, or there is nothing else in sight.
        let (count, breaks) =
            blank.fold((0, 0), |(count, breaks), char| (count + 1, breaks + usize::from(matches!(char, '\n' | '\r'))));
        let ends_text = at + count == rope.len_chars();
        Self {
            in_word: before.is_some_and(|char| char.is_alphanumeric() || char == '_'),
            ends_line: ends_text || breaks > 0,
            ends_text,
        }
    }

    /// How promising the place is, from 0 to 1 (Tabby's weights): behind a word the next key is near, at the end of a line
    /// less so.
    pub(super) fn promise(&self) -> f64 {
        let worth = |holds: bool, worth: f64| if holds { worth } else { 0.0 };
        worth(!self.in_word, 0.5) + worth(self.ends_line, 0.4) + worth(self.ends_text, 0.1)
    }
}

//! A place in a document, known by the text around it: the same again after an undo, after edits elsewhere, and for a text
//! that is not in the document yet.

use ropey::Rope;

/// Bytes before a place that it is known by.
pub(super) const TAIL: usize = 4 << 10;

/// Bytes before a place at which earlier places are looked for. A block of ordinary length can be typed through.
pub(super) const REACH: usize = 1 << 10;

/// Characters behind a place, and of the line below it, that it is known by.
const LINE: usize = 256;
const BELOW: usize = 128;

/// Lines below a place among which the next one that is not blank is looked for.
const LOOKED: usize = 16;

/// A place in a document, with a bounded part of the text around it. Costs the same in every document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// Its byte offset.
    pub offset: usize,
    /// The text before it: [`TAIL`] and [`REACH`] bytes and what completes the first character, or all there is.
    before: String,
    after: After,
}

impl Here {
    /// The place at `offset`; one inside a character is the place before it, one past the text's end is the end.
    #[must_use]
    pub fn at(rope: &Rope, offset: usize) -> Self {
        let boundary = |offset: usize| rope.char_to_byte(rope.byte_to_char(offset));
        let offset = boundary(offset.min(rope.len_bytes()));
        let before = rope.byte_slice(boundary(offset.saturating_sub(TAIL + REACH))..offset).to_string();
        let words = |chars: ropey::iter::Chars, most: usize| -> String {
            let words: String = chars.take(most).take_while(|char| !matches!(char, '\n' | '\r')).collect();
            words.trim_end().to_owned()
        };
        let line = words(rope.byte_slice(offset..).chars(), LINE);
        let number = rope.byte_to_line(offset);
        let lines = (number + 1..rope.len_lines()).take(LOOKED).map(|number| words(rope.line(number).chars(), BELOW));
        let below = lines.into_iter().find(|line| !line.is_empty()).unwrap_or_default();
        Self { offset, before, after: After { line, below } }
    }

    /// The place behind `text`, once that has been put in here.
    #[must_use]
    pub fn then(&self, text: &str) -> Self {
        let mut before = self.before.clone() + text;
        let mut cut = before.len().saturating_sub(TAIL + REACH);
        while !before.is_char_boundary(cut) {
            cut -= 1;
        }
        before.drain(..cut);
        Self { offset: self.offset + text.len(), before, after: self.after.clone() }
    }

    /// The text before it, as far as it is known.
    #[must_use]
    pub fn before(&self) -> &str {
        &self.before
    }

    /// Whether nothing but white space is behind it on its line.
    #[must_use]
    pub fn ends_line(&self) -> bool {
        self.after.line.is_empty()
    }

    /// Whether it is the same place as `other`, as far as both are known, at whatever offset.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.after == other.after && self.tail(self.before.len()) == other.tail(other.before.len())
    }

    pub(super) fn after(&self) -> &After {
        &self.after
    }

    /// The bytes before `at`, a place in [`Self::before`], that the place is known by.
    pub(super) fn tail(&self, at: usize) -> &[u8] {
        &self.before.as_bytes()[at.saturating_sub(TAIL)..at]
    }
}

/// The text behind a place. The next line is part of it: a body that was suggested for a header does not fit there any more
/// once there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct After {
    /// The rest of its line.
    line: String,
    /// The next line that is not blank.
    below: String,
}

impl After {
    /// Whether it can be what was behind a place from which the user has typed on: the same, or that behind closers that
    /// the editor has put there meanwhile.
    pub fn follows(&self, earlier: &Self) -> bool {
        let own = self.line.strip_suffix(earlier.line.as_str());
        self.below == earlier.below && own.is_some_and(|own| own.trim_end().chars().all(is_closer))
    }

    pub fn bytes(&self) -> usize {
        self.line.len() + self.below.len()
    }
}

/// Whether an editor puts the sign behind the cursor by itself.
pub(super) fn is_closer(sign: char) -> bool {
    ")]}\"'".contains(sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn here(text: &str) -> Here {
        let (rope, offset) = testing::cursor_in(text, Rope::from_str);
        Here::at(&rope, offset)
    }

    #[test]
    fn a_place_is_known_by_what_is_around_it() {
        for (one, other, same) in [
            ("x = $0", "x = $0\n\n", true),
            ("x = $0  \n\ny", "x = $0\n   \n\n\ny  \n", true),
            ("x = $0\ny\nz", "x = $0\ny\nother", true),
            ("x = $0\r\ny\r\n", "x = $0\ny\n", true),
            ("x = $0\ny", "x = $0\nz", false),
            ("x = $0)", "x = $0", false),
            ("x = $0", "y = $0", false),
        ] {
            assert_eq!(here(one).is(&here(other)), same, "{one:?} {other:?}");
        }
    }

    #[test]
    fn closers_may_have_come_behind_it() {
        for (text, now, follows) in [
            ("$0", "f($0)", true),
            ("($0)", "(f([$0]))", true),
            ("$0 # why", "f($0) # why", true),
            ("$0\nx", "f($0)\nx", true),
            ("$0\nx", "f($0)\ny", false),
            ("($0)", "(f$0", false),
            ("$0", "$0x", false),
        ] {
            assert_eq!(here(now).after.follows(&here(text).after), follows, "{text:?} {now:?}");
        }
    }

    #[test]
    fn a_place_to_come_is_the_one_that_comes() {
        let long = "é = 1\n".repeat(2_000);
        for text in ["", "x = ", &long] {
            for more in ["", "é", "y\n    z", &long] {
                let before = here(&format!("{text}$0)\n\ny"));
                assert_eq!(before.then(more), here(&format!("{text}{more}$0)\n\ny")));
            }
        }
    }

    #[test]
    fn little_is_read_of_much() {
        let long = "é".repeat(100_000);
        let here = here(&format!("{long}$0{long}\n\n{long}"));
        assert!(here.before.len() <= TAIL + REACH + 1 && here.before.len() >= TAIL + REACH);
        assert_eq!(here.after.bytes(), 2 * (LINE + BELOW));
        assert_eq!(Here::at(&Rope::from_str("é"), 1).offset, 0);
        assert_eq!(Here::at(&Rope::from_str("é"), 9).offset, 2);
    }
}

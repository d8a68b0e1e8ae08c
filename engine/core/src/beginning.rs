//! What a generated text has to begin with.

/// The texts that a continuation may begin with, of which it has to begin with one.
///
/// A prompt that ends inside a word asks for the word's last piece as a token of its own, which hardly any text has: the
/// model then goes on with another word. So the prompt ends before the word, and the model is held to texts that begin
/// with the letters that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Beginning {
    /// In order, each once.
    texts: Vec<Vec<u8>>,
    /// How many bytes of each are given rather than chosen.
    given: usize,
    /// Whether a text counts only where no letter follows it.
    whole: bool,
}

impl Beginning {
    /// One of `texts`, all of which begin with `given`. After one that ends in a letter, a digit or `_`, no more of these may
    /// follow. `None` if no text begins with it.
    #[must_use]
    pub fn one_of<T: AsRef<str>>(given: &str, texts: impl IntoIterator<Item = T>) -> Option<Self> {
        let wanted = texts.into_iter().filter(|text| text.as_ref().starts_with(given));
        let mut texts: Vec<Vec<u8>> = wanted.map(|text| text.as_ref().as_bytes().to_vec()).collect();
        texts.sort_unstable();
        texts.dedup();
        (!texts.is_empty()).then_some(Self { texts, given: given.len(), whole: true })
    }

    /// Anything that begins with `given`.
    #[must_use]
    pub fn with(given: &str) -> Self {
        Self { texts: vec![given.as_bytes().to_vec()], given: given.len(), whole: false }
    }

    /// Whether the text may go on like this: it begins with one of the texts, or may still come to.
    #[must_use]
    pub fn allows(&self, text: &[u8]) -> bool {
        self.is_met(text) || self.may_come(text)
    }

    /// What all of the texts begin with.
    fn given(&self) -> &[u8] {
        self.texts.first().and_then(|first| first.get(..self.given)).unwrap_or_default()
    }

    /// Whether the text begins with all that is given.
    #[must_use]
    pub fn has_given(&self, text: &[u8]) -> bool {
        text.starts_with(self.given())
    }

    /// Whether the text begins with what is given, or with as much of it as there is room for.
    #[must_use]
    pub fn fits_given(&self, text: &[u8]) -> bool {
        let given = self.given();
        let length = given.len().min(text.len());
        text[..length] == given[..length]
    }

    /// Whether the text may end here: it is, or begins with, one of the texts.
    #[must_use]
    pub fn may_end(&self, text: &[u8]) -> bool {
        self.is_met(text) || self.texts.binary_search_by(|known| known.as_slice().cmp(text)).is_ok()
    }

    /// Whether the text begins with one of the texts whatever follows, so that nothing is asked of it any more.
    #[must_use]
    pub fn is_met(&self, text: &[u8]) -> bool {
        // Nothing but the first byte that is no letter can end a word, and an entry may have several such.
        (0..=text.len()).any(|length| self.ends(text, length) && self.has(&text[..length]))
    }

    /// Whether a text could end at `length`.
    fn ends(&self, text: &[u8], length: usize) -> bool {
        let last = length.checked_sub(1).and_then(|last| text.get(last));
        if !self.whole || !last.is_some_and(|&last| is_letter(last)) {
            return length > 0;
        }
        text.get(length).is_some_and(|&next| !is_letter(next))
    }

    fn has(&self, text: &[u8]) -> bool {
        self.texts.binary_search_by(|known| known.as_slice().cmp(text)).is_ok()
    }

    /// Whether one of the texts begins with this one.
    fn may_come(&self, text: &[u8]) -> bool {
        let first = self.texts.partition_point(|known| known.as_slice() < text);
        self.texts.get(first).is_some_and(|known| known.starts_with(text))
    }
}

/// Whether a byte belongs to a word. All characters beyond ASCII count as letters.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_whole_words() {
        let begin = Beginning::one_of(" nu", [" numbers", " number", " x", " nu.é", " numbers"]).unwrap();
        // The text, and whether it may go on, is met, may end, and has what is given.
        for (text, allowed, met, end, given) in [
            ("", true, false, false, true),
            (" ", true, false, false, true),
            (" n", true, false, false, true),
            (" number", true, false, true, true),
            (" numbers", true, false, true, true),
            (" number)", true, true, true, true),
            (" numbers = 1", true, true, true, true),
            (" numbersx", false, false, false, true),
            (" number_", false, false, false, true),
            (" numberé", false, false, false, true),
            (" nu.", true, false, false, true),
            (" nu.é", true, false, true, true),
            (" nu.é(", true, true, true, true),
            (" nut", false, false, false, true),
            (" x", false, false, false, false),
            ("n", false, false, false, false),
        ] {
            let bytes = text.as_bytes();
            let found = (begin.allows(bytes), begin.is_met(bytes), begin.may_end(bytes), begin.fits_given(bytes));
            assert_eq!(found, (allowed, met, end, given), "{text:?}");
        }
        assert_eq!(Beginning::one_of("y", ["x"]), None);
    }

    #[test]
    fn an_entry_that_ends_in_no_letter_may_be_followed_by_anything() {
        let begin = Beginning::one_of("", ["sort()"]).unwrap();
        assert!(begin.is_met(b"sort()x") && begin.is_met(b"sort()") && !begin.allows(b"sorted"));
    }

    #[test]
    fn anything_with_a_given_beginning() {
        let begin = Beginning::with(" wor");
        assert!(begin.allows(b" w") && begin.is_met(b" wor") && begin.is_met(b" world") && !begin.allows(b" x"));
        assert!(!begin.is_met(b" wo") && !begin.may_end(b" wo") && begin.may_end(b" wor"));
    }
}

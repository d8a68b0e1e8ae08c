//! Tokens' bytes to text. A token can be half a character, so bytes are held back until the character is whole.

/// Turns bytes that come in pieces into text.
///
/// Whatever the pieces, the concatenated results of `push` and of one last `finish` are what
/// [`String::from_utf8_lossy`] makes of all the bytes at once.
#[derive(Debug, Default, Clone)]
pub struct TextDecoder {
    /// The start of a character whose end has not come yet; at most three bytes between calls.
    pending: Vec<u8>,
}

impl TextDecoder {
    /// Takes more bytes, and appends the characters that they complete to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut String) {
        // The common case: nothing held back, whole characters.
        if self.pending.is_empty()
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            out.push_str(text);
            return;
        }
        self.pending.extend_from_slice(bytes);
        let mut held_back = 0;
        let mut chunks = self.pending.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            out.push_str(chunk.valid());
            let invalid = chunk.invalid();
            if invalid.is_empty() {
                continue;
            }
            if chunks.peek().is_none() && could_continue(invalid) {
                held_back = invalid.len();
            } else {
                out.push(char::REPLACEMENT_CHARACTER);
            }
        }
        self.pending.drain(..self.pending.len() - held_back);
    }

    /// Ends the bytes: a character that has been begun and not ended becomes U+FFFD.
    pub fn finish(&mut self, out: &mut String) {
        if !self.pending.is_empty() {
            out.push(char::REPLACEMENT_CHARACTER);
            self.pending.clear();
        }
    }
}

/// Whether these bytes, which are no character, are the start of one.
fn could_continue(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

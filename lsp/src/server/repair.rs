//! Repairs invalid text: bytes that are not UTF-8, which Neovim and Vim send as their buffers have them, and halves of
//! UTF-16 pairs in JSON strings, which JavaScript allows. Each is read as U+FFFD. Pure.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::protocol::positions::Encoding;

/// The worst kind of replacement in a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Repair {
    /// No replacement.
    #[default]
    Nothing,
    /// Halves of UTF-16 pairs. A half becomes U+FFFD wherever it is encoded, so it is as long as U+FFFD in every
    /// position encoding.
    Surrogates,
    /// Bytes that are not UTF-8, one U+FFFD for each. The editors that send them count the same, in characters and in
    /// UTF-16 units (Neovim's `str_utfindex`); in UTF-8 one such byte is one byte, and U+FFFD is three.
    Bytes,
    /// Bytes with the form of a character that Unicode does not have: a surrogate, one past the last, one in more bytes
    /// than needed. Some editors count the bytes, others the character.
    Forms,
}

impl Repair {
    /// Whether the client's positions mean the same in the text as it was read. For a `whole` text they do if the
    /// client counts the replacements as the server does. For a part they may not: with the text around it, it may form
    /// a character on the client's side.
    #[must_use]
    pub fn keeps_positions(self, whole: bool, encoding: Encoding) -> bool {
        match self {
            Self::Nothing => true,
            Self::Surrogates => whole,
            Self::Bytes => whole && encoding != Encoding::Utf8,
            Self::Forms => false,
        }
    }
}

/// The bytes as text, with one U+FFFD in place of each byte that is not UTF-8.
#[must_use]
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, Repair) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), Repair::Nothing);
    }
    let (mut text, mut repair, mut at) = (String::with_capacity(bytes.len() + 8), Repair::Bytes, 0);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        at += chunk.valid().len();
        if has_form(bytes.get(at..).unwrap_or_default()) {
            repair = Repair::Forms;
        }
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
        at += chunk.invalid().len();
    }
    (Cow::Owned(text), repair)
}

/// Whether bytes that are not UTF-8 begin with the form of a character, as UTF-8 was first defined.
fn has_form(bytes: &[u8]) -> bool {
    let Some((&lead, rest)) = bytes.split_first() else { return false };
    let length = match lead {
        0xc0..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf7 => 3,
        0xf8..=0xfb => 4,
        0xfc..=0xfd => 5,
        _ => return false,
    };
    rest.get(..length).is_some_and(|rest| rest.iter().all(|byte| (0x80..=0xbf).contains(byte)))
}

/// JSON with the escape of U+FFFD in place of each escaped half of a UTF-16 pair; `None` if there is none.
#[must_use]
pub fn pair_surrogates(json: &str) -> Option<String> {
    let mut bytes = json.as_bytes().to_vec();
    let (mut at, mut found) = (0, false);
    while let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == b'\\')) {
        at += offset;
        at += match (escape(&bytes, at), escape(&bytes, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                if let Some(digits) = bytes.get_mut(at + 2..at + 6) {
                    digits.copy_from_slice(b"fffd");
                }
                found = true;
                6
            }
            // An escaped backslash escapes nothing.
            _ => 2,
        };
    }
    found.then(|| String::from_utf8(bytes).ok()).flatten()
}

/// The number in the escape `\uXXXX` that begins at `at`.
fn escape(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_is_no_text_is_replaced_by_itself() {
        let table: [(&[u8], &str, Repair); 12] = [
            (b"caf\xc3\xa9", "caf\u{e9}", Repair::Nothing),
            (b"caf\xe9'", "caf\u{fffd}'", Repair::Bytes),
            (b"\xff\xfe", "\u{fffd}\u{fffd}", Repair::Bytes),
            (b"a\x80b", "a\u{fffd}b", Repair::Bytes),
            // A truncated character.
            (b"\xe2\x82'", "\u{fffd}\u{fffd}'", Repair::Bytes),
            (b"\xe2", "\u{fffd}", Repair::Bytes),
            // A surrogate, the slash in two bytes, past the last character, and in five bytes.
            (b"\xed\xa0\xbd", "\u{fffd}\u{fffd}\u{fffd}", Repair::Forms),
            (b"\xc0\xaf", "\u{fffd}\u{fffd}", Repair::Forms),
            (b"\xf4\x90\x80\x80", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}", Repair::Forms),
            (b"\xf8\x88\x80\x80\x80", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}", Repair::Forms),
            (b"\xe9 \xed\xa0\xbd", "\u{fffd} \u{fffd}\u{fffd}\u{fffd}", Repair::Forms),
            (b"\xed\xa0\xbd \xe9", "\u{fffd}\u{fffd}\u{fffd} \u{fffd}", Repair::Forms),
        ];
        for (bytes, text, repair) in table {
            assert_eq!(decode(bytes), (Cow::Borrowed(text), repair), "{bytes:?}");
        }
    }

    #[test]
    fn halves_of_pairs_are_replaced_in_place() {
        for (json, expected) in [
            (r#""\ud83d""#, Some(r#""\ufffd""#)),
            (r#""\uD83D x""#, Some(r#""\ufffd x""#)),
            (r#""\ude00""#, Some(r#""\ufffd""#)),
            (r#""\ude00\ud83d""#, Some(r#""\ufffd\ufffd""#)),
            (r#""\ud83d\ud83d\ude00""#, Some(r#""\ufffd\ud83d\ude00""#)),
            (r#""\ud83d\ude00""#, None),
            (r#""\ud83d\n""#, Some(r#""\ufffd\n""#)),
            (r#""\\ud83d""#, None),
            (r#""\\\ud83d""#, Some(r#""\\\ufffd""#)),
            (r#""\u00e9 \u12""#, None),
            (r#""\u+83d""#, None),
            ("\"\\ud83", None),
            ("\"\\", None),
            ("", None),
        ] {
            assert_eq!(pair_surrogates(json).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn positions_are_kept_where_both_sides_count_alike() {
        use Encoding::{Utf8, Utf16, Utf32};
        for (repair, whole, encodings) in [
            (Repair::Nothing, true, vec![Utf8, Utf16, Utf32]),
            (Repair::Nothing, false, vec![Utf8, Utf16, Utf32]),
            (Repair::Surrogates, true, vec![Utf8, Utf16, Utf32]),
            (Repair::Surrogates, false, vec![]),
            (Repair::Bytes, true, vec![Utf16, Utf32]),
            (Repair::Bytes, false, vec![]),
            (Repair::Forms, true, vec![]),
            (Repair::Forms, false, vec![]),
        ] {
            for encoding in [Utf8, Utf16, Utf32] {
                let expected = encodings.contains(&encoding);
                assert_eq!(repair.keeps_positions(whole, encoding), expected, "{repair:?} {whole} {encoding:?}");
            }
        }
    }
}

//! Kinds of places in a program where a suggestion is asked for.

use serde::{Deserialize, Serialize};

use super::keys::Within;

/// What is before the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Kind {
    Word,
    Space,
    Opener,
    Dot,
    Line,
    Header,
    Text,
    Comment,
    Other,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Word,
        Self::Space,
        Self::Opener,
        Self::Dot,
        Self::Line,
        Self::Header,
        Self::Text,
        Self::Comment,
        Self::Other,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Word => "inside a word",
            Self::Space => "after a space",
            Self::Opener => "after ( [ { ,",
            Self::Dot => "after a dot",
            Self::Line => "on a blank line",
            Self::Header => "after a header's colon",
            Self::Text => "in a string",
            Self::Comment => "in a comment",
            Self::Other => "elsewhere",
        }
    }

    /// The kind of the place at the end of `before`.
    pub fn of(before: &str, within: Within) -> Self {
        match within {
            Within::Comment => return Self::Comment,
            Within::Text(..) => return Self::Text,
            Within::Code => {}
        }
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = &before[start..];
        if line.trim().is_empty() {
            let header = before.trim_end().ends_with(':');
            return if header { Self::Header } else { Self::Line };
        }
        match line.chars().next_back() {
            Some(last) if is_word(last) => {
                let word = last_word(line);
                if word.starts_with(|first: char| first.is_ascii_digit()) { Self::Other } else { Self::Word }
            }
            Some(' ' | '\t') => Self::Space,
            Some('(' | '[' | '{' | ',') => Self::Opener,
            Some('.') => Self::Dot,
            Some(':') if opens_block(line) => Self::Header,
            _ => Self::Other,
        }
    }
}

/// Whether a line that ends with a colon is the header of a block.
fn opens_block(line: &str) -> bool {
    const WORDS: [&str; 12] =
        ["if", "elif", "else", "for", "while", "def", "class", "try", "except", "finally", "with", "async"];
    let line = line.trim_start();
    let word: String = line.chars().take_while(|c| is_word(*c)).collect();
    WORDS.contains(&word.as_str())
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The word that a text ends with.
pub(super) fn last_word(text: &str) -> &str {
    &text[text.trim_end_matches(is_word).len()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_places() {
        for (before, within, kind) in [
            ("x = val", Within::Code, Kind::Word),
            ("x = 12", Within::Code, Kind::Other),
            ("x = ", Within::Code, Kind::Space),
            ("f(", Within::Code, Kind::Opener),
            ("f(a,", Within::Code, Kind::Opener),
            ("os.", Within::Code, Kind::Dot),
            ("", Within::Code, Kind::Line),
            ("a = 1\n    ", Within::Code, Kind::Line),
            ("if a:", Within::Code, Kind::Header),
            ("if a:\n    ", Within::Code, Kind::Header),
            ("a = {b:", Within::Code, Kind::Other),
            ("a =", Within::Code, Kind::Other),
            ("a = 'b", Within::Text('\'', false), Kind::Text),
            ("# b", Within::Comment, Kind::Comment),
        ] {
            assert_eq!(Kind::of(before, within), kind, "{before:?}");
        }
    }
}

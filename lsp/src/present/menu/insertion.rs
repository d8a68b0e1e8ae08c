//! The text of a menu's entry, in the form that the client inserts as it is meant.

use std::ops::Range;

use ropey::{Rope, RopeSlice};
use tower_lsp::ls_types::{InsertTextFormat, InsertTextMode};

use crate::protocol::capabilities::Insertion;

/// Bytes of a word, and of what stands left of it, that are looked at: nobody types longer ones.
const FAR: usize = 512;

/// The line that a suggestion is put in, as far as its text depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The word before the range, as menus understand words: letters, digits and underscores.
    pub word: String,
    /// What is left of that word.
    pub left: String,
    /// The white space that the line begins with when the word and the range are taken out.
    indent: String,
}

impl Line {
    /// The line of `range`, which lies on one.
    pub fn around(text: &Rope, range: Range<usize>) -> Self {
        let number = text.byte_to_line(range.start);
        let (start, end) = (text.line_to_byte(number), text.line_to_byte(number + 1));
        let word = word(text.byte_slice(start..range.start));
        let left = text.byte_slice(start..range.start - word.len());
        let mut indent = white(left);
        if indent.len() == left.len_bytes() {
            indent.push_str(&white(text.byte_slice(range.end..end.max(range.end))));
        }
        let left = if left.len_bytes() <= FAR { left.to_string() } else { indent.clone() };
        Self { word, left, indent }
    }

    /// The white space that the client puts before each line of a text but the first.
    pub fn added(&self, insertion: Insertion) -> &str {
        match insertion {
            Insertion::Plain | Insertion::AsIs => "",
            Insertion::Indented | Insertion::Snippet => &self.indent,
        }
    }

    /// As much of a text as can be inserted: it ends before a line that is indented less than what the client puts there by
    /// itself. `None` if that is nothing.
    pub fn insertable<'t>(&self, text: &'t str, insertion: Insertion) -> Option<&'t str> {
        let added = self.added(insertion);
        let outside = |line: &str| !line.trim().is_empty() && !line.starts_with(added);
        let mut ends = text.match_indices('\n').map(|(end, _)| end);
        let end = ends.find(|end| outside(text[end + 1..].split('\n').next().unwrap_or_default()));
        let text = text[..end.unwrap_or(text.len())].trim_end();
        (text.len() > self.word.len() && !text.trim().is_empty()).then_some(text)
    }

    /// An insertable text as it goes to the client, and what the client is told about it.
    pub fn inserted(&self, text: &str, insertion: Insertion) -> (String, InsertTextFormat, Option<InsertTextMode>) {
        let plain = InsertTextFormat::PLAIN_TEXT;
        match insertion {
            Insertion::Plain => (text.to_owned(), plain, None),
            Insertion::AsIs => (text.to_owned(), plain, Some(InsertTextMode::AS_IS)),
            Insertion::Indented => {
                (without(text, self.added(insertion)), plain, Some(InsertTextMode::ADJUST_INDENTATION))
            }
            Insertion::Snippet => {
                // Editors end a snippet's lines themselves; a carriage return would be a character of the line.
                let text = without(text, self.added(insertion)).replace("\r\n", "\n");
                (escaped(&text), InsertTextFormat::SNIPPET, None)
            }
        }
    }
}

/// The text without `indent` before its lines but the first.
fn without(text: &str, indent: &str) -> String {
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |said, line| said + "\n" + line.strip_prefix(indent).unwrap_or(line))
}

/// The text with `indent` before its lines but the first.
pub(super) fn with(text: &str, indent: &str) -> String {
    text.replace('\n', &format!("\n{indent}"))
}

/// The text as a snippet that stands for it.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('$', r"\$")
}

/// The text that an [`escaped`] snippet stands for.
pub(super) fn unescaped(snippet: &str) -> String {
    let (mut text, mut signs) = (String::with_capacity(snippet.len()), snippet.chars());
    while let Some(sign) = signs.next() {
        text.push(if sign == '\\' { signs.next().unwrap_or(sign) } else { sign });
    }
    text
}

/// The word that a text ends in.
fn word(text: RopeSlice) -> String {
    let mut length = 0;
    for sign in text.chars_at(text.len_chars()).reversed() {
        if !(sign.is_alphanumeric() || sign == '_') {
            break;
        }
        length += sign.len_utf8();
        if length > FAR {
            return String::new();
        }
    }
    text.byte_slice(text.len_bytes() - length..).to_string()
}

/// The white space that a text begins with.
fn white(text: RopeSlice) -> String {
    text.chars().take_while(|sign| matches!(sign, ' ' | '\t')).collect()
}

//! Suggestions in languages that nothing is known of: the rest of a line, by what is certain in any text. Models that were trained
//! on more than Python can be asked for it; what the grammar decides in Python has no place here.

use codegen_core::StopRule;

use super::Suggestion;
use super::confidence::TokenScore;
use super::cursor::Cursor;
use super::gate::Judged;
use super::raw::RawCompletion;
use crate::document::Document;
use crate::python;

/// Bytes of a line from which on it is a repetition if the line above says it, too. Shorter ones, such as `}`, are ordinary.
const REPEATED: usize = 4;

/// A cursor in a text of an unknown language.
pub struct Plain<'d>(Cursor<'d>);

impl<'d> Plain<'d> {
    /// Tokens to generate at most.
    pub const MAX_TOKENS: usize = super::LINE_TOKENS;

    /// The cursor at a byte offset; `None` where no suggestion is wanted: in front of text, and in an empty document. Closing
    /// signs behind the cursor are the editor's.
    #[must_use]
    pub fn at(document: &'d Document, offset: usize) -> Option<Self> {
        let cursor = Cursor::new(document, offset);
        let before_text = cursor.right.contains(|right: char| !right.is_whitespace() && !")]}\"';,".contains(right));
        let nothing = cursor.left.trim().is_empty() && cursor.above.is_none();
        (!before_text && !nothing).then_some(Self(cursor))
    }

    /// The rule that ends the generation: at the end of the cursor's line, or of the first one that is not blank if the cursor's
    /// is.
    #[must_use]
    pub fn stop_rule(&self) -> Box<dyn StopRule> {
        let blank = self.0.column.is_some();
        Box::new(move |text: &str| {
            let start = if blank { text.len() - text.trim_start().len() } else { 0 };
            text[start..].find('\n').map(|end| start + end)
        })
    }

    /// What is shown of a generation, if that is right with a probability of at least `least`, by the model's own estimate. A
    /// line that did not come to its end is not shown, nor is one that stands above or below already.
    #[must_use]
    pub fn judge(&self, raw: &RawCompletion, least: f32) -> Option<Judged> {
        let cursor = &self.0;
        let text = match cursor.column {
            // The cursor's line is as blank as those that the model leaves above its own, whose indentation is then not the
            // cursor's.
            Some(_) => raw
                .text
                .rsplit_once('\n')
                .map_or(raw.text.as_str(), |(_, last)| last.strip_prefix(&cursor.left).unwrap_or(last)),
            None => raw.text.as_str(),
        };
        let text = without_end(text.trim_end(), cursor.right.trim());
        let line = format!("{}{text}", cursor.left);
        let same = |other: &Option<python::Line>| {
            other.as_ref().is_some_and(|other| cursor.document.slice(other.start..other.end).trim() == line.trim())
        };
        let repeats = same(&cursor.below) || (line.trim().len() >= REPEATED && same(&cursor.above));
        if raw.unfinished || text.trim().is_empty() || repeats {
            return None;
        }
        let confidence = probability(&raw.tokens);
        let suggestion = Suggestion { range: cursor.offset..cursor.offset, text: text.to_owned() };
        (confidence >= least).then_some(Judged { suggestion, confidence: Some(confidence) })
    }
}

/// The text without what is right of the cursor already: from the bracket on that closes one before the cursor, and otherwise the
/// longest end of the text that the line goes on with.
fn without_end<'t>(text: &'t str, right: &str) -> &'t str {
    let Some(first) = right.chars().next() else { return text };
    let mut open = 0usize;
    for (at, char) in text.char_indices() {
        match char {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' if open == 0 && char == first => return &text[..at],
            ')' | ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    if ")]}".contains(first) {
        return text;
    }
    let ends = right.char_indices().map(|(at, char)| at + char.len_utf8()).rev();
    let shared = ends.into_iter().find(|&end| text.ends_with(&right[..end])).unwrap_or(0);
    &text[..text.len() - shared]
}

/// The probability of all tokens together.
fn probability(tokens: &[TokenScore]) -> f32 {
    tokens.iter().map(|token| token.logprob).sum::<f32>().exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Kind;
    use crate::testing::cursor_in;

    fn raw(text: &str) -> RawCompletion {
        RawCompletion { text: text.to_owned(), kind: Kind::Line, tokens: Vec::new(), unfinished: false }
    }

    #[test]
    fn the_rest_of_a_line_is_suggested() {
        for (text, generated, expected) in [
            ("int x = $0\n", "f(1);", Some("f(1);")),
            ("int x = $0\n", "f(1);  ", Some("f(1);")),
            ("\tint x = $0\r\n", "1;", Some("1;")),
            ("int x = $0", "", None),
            ("int x = $0", "  ", None),
            // On a blank line, behind the indentation that is there.
            ("void f() {\n    $0\n", "return;", Some("return;")),
            ("void f() {\n    $0\n", "\n\n    return;", Some("return;")),
            ("void f() {\n\t$0\n", "\n\treturn;", Some("return;")),
            ("void f() {\n$0\n", "    return;", Some("    return;")),
            // What is right of the cursor is not said again.
            ("f(a$0)", ", b)", Some(", b")),
            ("f(a$0);", ", g(b));", Some(", g(b)")),
            ("f(a$0)", ")", None),
            ("s = \"a$0\"", "b\"", Some("b")),
            ("s = \"a$0\";", "b\";", Some("b")),
            ("x = 1$0;", " + 2;", Some(" + 2")),
            // Nor what stands above or below.
            ("a = 1;\n$0\nb = 2;\n", "b = 2;", None),
            ("a = 1;\n$0\n\n\nb = 2;\n", "  b = 2;", None),
            ("a = 1;\n$0\n", "a = 1;", None),
            ("}\n$0\n", "}", Some("}")),
            // No Python is expected.
            ("if (x) $0", "{", Some("{")),
            ("# $0", "comment", Some("comment")),
        ] {
            let (document, offset) = cursor_in(text, |text| Document::new(text, 1));
            let judged = Plain::at(&document, offset).unwrap().judge(&raw(generated), 0.25);
            let expected = expected.map(|text| Suggestion { range: offset..offset, text: text.to_owned() });
            assert_eq!(judged.map(|judged| judged.suggestion), expected, "{text:?} {generated:?}");
        }
    }

    #[test]
    fn nothing_is_asked_in_front_of_text() {
        for (text, asked) in [
            ("int $0x;", false),
            ("x = $0 + 1", false),
            ("$0", false),
            ("\n\n$0", false),
            ("x$0", true),
            ("f($0);", true),
            ("x\n$0", true),
        ] {
            let (document, offset) = cursor_in(text, |text| Document::new(text, 1));
            assert_eq!(Plain::at(&document, offset).is_some(), asked, "{text:?}");
        }
    }

    #[test]
    fn generation_ends_with_the_line() {
        for (text, generated, cut) in [
            ("x = $0", "1", None),
            ("x = $0", "1\n", Some(1)),
            ("x = $0", "\n1\n", Some(0)),
            ("x\n$0", "\n\n  y", None),
            ("x\n$0", "\n\n  y;\nz", Some(6)),
            ("x\n  $0", "y;\r\nz", Some(3)),
        ] {
            let (document, offset) = cursor_in(text, |text| Document::new(text, 1));
            let mut rule = Plain::at(&document, offset).unwrap().stop_rule();
            assert_eq!(rule.cut(generated), cut, "{text:?} {generated:?}");
        }
    }

    #[test]
    fn what_is_unlikely_or_has_no_end_is_not_shown() {
        let (document, offset) = cursor_in("x = $0", |text| Document::new(text, 1));
        let plain = Plain::at(&document, offset).unwrap();
        let score = |logprob: f32| TokenScore { solid: 1, logprob };
        for (tokens, unfinished, least, shown) in [
            (vec![score(-0.5), score(-0.5)], false, 0.36, true),
            (vec![score(-0.5), score(-0.5)], false, 0.37, false),
            (vec![score(-9.0)], false, 0.0, true),
            (vec![], false, 1.0, true),
            (vec![], true, 0.0, false),
        ] {
            let raw = RawCompletion { tokens: tokens.clone(), unfinished, ..raw("1") };
            assert_eq!(plain.judge(&raw, least).is_some(), shown, "{tokens:?} {least}");
        }
    }
}

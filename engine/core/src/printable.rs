//! Escapes text from files and programs before it is shown, because a terminal obeys control characters in it.
//!
//! Control characters (ECMA-48's C0 and C1, and DEL) are commands to a terminal: `ESC ] 0 ; … BEL` sets its title;
//! others move the cursor, or make the terminal answer as if the user had typed. Unicode's bidirectional overrides and
//! isolates (UAX 9) change the order in which text is shown. All of them are written as escapes instead.

use std::borrow::Cow;
use std::fmt::Write;

/// Escapes text of any number of lines; line ends and tabs stay.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    let mut before_line_feed = false;
    // Checked from the end, because a carriage return is harmless only before a line feed.
    let harmless = text.chars().rev().all(|c| {
        let harmless = !is_command(c) || matches!(c, '\n' | '\t') || (c == '\r' && before_line_feed);
        before_line_feed = c == '\n';
        harmless
    });
    if harmless {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\t' => shown.push(c),
            '\r' if rest.peek() == Some(&'\n') => shown.push(c),
            c => push(&mut shown, c),
        }
    }
    Cow::Owned(shown)
}

/// Escapes text that must stay on one line, such as a name; line ends and tabs are escaped, too.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_command) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    text.chars().for_each(|c| push(&mut shown, c));
    Cow::Owned(shown)
}

/// Escapes JSON text whose writer has already escaped what JSON does not allow in strings. The remaining characters are
/// escaped in JSON's own way, so the value stays the same.
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    let bare = |c: char| is_command(c) && c >= '\u{7f}';
    if !text.chars().any(bare) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        // Writing to a string cannot fail. All escaped characters are in the Basic Multilingual Plane, so four digits
        // suffice.
        let _ = if bare(c) { write!(shown, "\\u{:04x}", u32::from(c)) } else { shown.write_char(c) };
    }
    Cow::Owned(shown)
}

fn is_command(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn push(shown: &mut String, c: char) {
    let _ = match c {
        '\n' => shown.write_str("\\n"),
        '\r' => shown.write_str("\\r"),
        '\t' => shown.write_str("\\t"),
        c if is_command(c) && c.is_ascii() => write!(shown, "\\x{:02x}", u32::from(c)),
        c if is_command(c) => write!(shown, "\\u{{{:x}}}", u32::from(c)),
        c => shown.write_char(c),
    };
}

#[cfg(test)]
mod tests {
    use super::{json, line, text};

    #[test]
    fn what_a_terminal_obeys_is_escaped() {
        let table = [
            // The text; the result of `text`; the result of `line`.
            ("", "", ""),
            ("plain é 漢 😀", "plain é 漢 😀", "plain é 漢 😀"),
            ("a\tb\nc", "a\tb\nc", "a\\tb\\nc"),
            ("a\r\nb", "a\r\nb", "a\\r\\nb"),
            ("a\rb\r", "a\\rb\\r", "a\\rb\\r"),
            ("\r\r\n", "\\r\r\n", "\\r\\r\\n"),
            ("\u{1b}]0;x\u{7}", "\\x1b]0;x\\x07", "\\x1b]0;x\\x07"),
            ("\0\u{1f}\u{7f}", "\\x00\\x1f\\x7f", "\\x00\\x1f\\x7f"),
            ("\u{9b}31m\u{80}", "\\u{9b}31m\\u{80}", "\\u{9b}31m\\u{80}"),
            ("a\u{202e}b\u{2066}c\u{2069}", "a\\u{202e}b\\u{2066}c\\u{2069}", "a\\u{202e}b\\u{2066}c\\u{2069}"),
            // The neighbours of the escaped characters.
            (
                " ~\u{a0}\u{2029}\u{202f}\u{2065}\u{206a}",
                " ~\u{a0}\u{2029}\u{202f}\u{2065}\u{206a}",
                " ~\u{a0}\u{2029}\u{202f}\u{2065}\u{206a}",
            ),
        ];
        for (given, as_text, as_line) in table {
            assert_eq!((text(given), line(given)), (as_text.into(), as_line.into()), "{given:?}");
            // Text that has been escaped once does not change.
            assert_eq!((text(as_text), line(as_line)), (as_text.into(), as_line.into()), "{given:?}");
        }
    }

    #[test]
    fn json_means_the_same() {
        let value = serde_json::json!({"a\u{9b}": "\u{1b}\u{7f}\u{85}\u{202e}\u{2069}\n é"});
        for written in [value.to_string(), format!("{value:#}")] {
            let shown = json(&written);
            assert_eq!(text(&shown), shown);
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        }
    }
}

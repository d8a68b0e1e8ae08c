//! Helpers shared by tests: texts with a mark in them. Depends on nothing.

/// Marks a place in a text.
pub const MARK: &str = "$0";

/// The text without its `$0`, and the byte offset where it stood; `None` without a `$0`. A second `$0` is text.
#[must_use]
pub fn marked(text: &str) -> (String, Option<usize>) {
    let offset = text.find(MARK);
    (text.replacen(MARK, "", 1), offset)
}

/// The text without its `$0`, and the byte offset where it stood.
///
/// # Panics
/// Panics if there is no `$0`: the test is wrong.
#[must_use]
#[track_caller]
pub fn cursor(text: &str) -> (String, usize) {
    match marked(text) {
        (text, Some(offset)) => (text, offset),
        (text, None) => panic!("no {MARK} in {text:?}"),
    }
}

/// The result of `make` on the text without its `$0`, and the byte offset where that stood: `cursor_in(text, |text|
/// Document::new(text, 1))`.
///
/// # Panics
/// Panics where [`cursor`] does.
#[must_use]
#[track_caller]
pub fn cursor_in<T>(text: &str, make: impl FnOnce(&str) -> T) -> (T, usize) {
    let (text, offset) = cursor(text);
    (make(&text), offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_taken_out_once() {
        for (text, without, offset) in [
            ("", "", None),
            ("x = 1", "x = 1", None),
            ("$0", "", Some(0)),
            ("x = $01\n", "x = 1\n", Some(4)),
            ("caf\u{e9}$0", "caf\u{e9}", Some(5)),
            ("a$0b$0c", "ab$0c", Some(1)),
            ("$ 0 $$0", "$ 0 $", Some(5)),
        ] {
            assert_eq!(marked(text), (without.to_owned(), offset), "{text:?}");
        }
    }

    #[test]
    fn a_cursor_stands_in_what_is_made_of_the_text() {
        assert_eq!(cursor("x = $01"), ("x = 1".to_owned(), 4));
        assert_eq!(cursor_in("x = $01", str::len), (5, 4));
    }

    #[test]
    #[should_panic(expected = "no $0 in \"x = 1\"")]
    fn a_text_without_a_cursor_is_a_mistake() {
        let _ = cursor("x = 1");
    }
}

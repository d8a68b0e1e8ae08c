//! The changes of one notification, in the form in which what was typed can be told from what was put in at once.

use std::borrow::Cow;

use codegen_text::edit::{self, Edit};
use ropey::Rope;

/// Characters that count as typed if they come at once: some clients wait a moment and send several keys as one change.
pub const KEYS: usize = 4;
/// The largest replaced text, in bytes, that is compared with what replaces it.
const COMPARED: usize = 1 << 14;

/// A change, and the text before it.
pub struct Step {
    pub before: Rope,
    pub edit: Edit,
}

/// The changes of one notification, one after another: those that go on where the one before it was are made one, and
/// what a change leaves as it was at its ends is not part of it. A client that replaces the beginning of a word by the
/// whole word, in one change or by a deletion and an insertion, has thus inserted the rest of the word.
#[must_use]
pub fn steps(before: &Rope, changes: &[Edit]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut text = before.clone();
    for change in changes {
        let after = applied(&text, change);
        if !steps.last_mut().is_some_and(|step| joined(&mut step.edit, change)) {
            steps.push(Step { before: text, edit: change.clone() });
        }
        text = after;
    }
    for Step { before, edit } in &mut steps {
        if edit.range.len() <= COMPARED {
            let old = before.byte_slice(edit.range.clone());
            let small = edit::narrowed(&Rope::from(old), &edit.text);
            let start = edit.range.start;
            *edit = Edit { range: start + small.range.start..start + small.range.end, text: small.text };
        }
    }
    steps.retain(|Step { edit, .. }| !(edit.range.is_empty() && edit.text.is_empty()));
    steps
}

/// Makes the second change a part of the first, if it is within what that has put in.
fn joined(first: &mut Edit, second: &Edit) -> bool {
    let within = |offset: usize| offset.checked_sub(first.range.start);
    let (Some(start), Some(end)) = (within(second.range.start), within(second.range.end)) else { return false };
    let fits = first.text.get(start..end).is_some();
    if fits {
        first.text.replace_range(start..end, &second.text);
    }
    fits
}

fn applied(text: &Rope, edit: &Edit) -> Rope {
    let mut text = text.clone();
    let char = |offset: usize| text.byte_to_char(offset.min(text.len_bytes()));
    let (start, end) = (char(edit.range.start), char(edit.range.end));
    text.remove(start..end.max(start));
    text.insert(start, &edit.text);
    text
}

/// The text with `\n` as its line ends.
#[must_use]
pub fn line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

/// Whether an editor puts the sign behind the cursor by itself.
#[must_use]
pub fn is_closer(sign: char) -> bool {
    ")]}\"'".contains(sign)
}

/// The number of keys behind an inserted text (with `\n` as its line ends), if it looks as if keys had made it: closers
/// that the editor adds, and the indentation behind a line end or of a tab, are no keys. `None` for what was put in
/// otherwise.
#[must_use]
pub fn keys(text: &str) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    if text.trim().is_empty() {
        // A line end with its indentation, a tab, or spaces of a tab.
        return (text.matches('\n').count() <= 2).then_some(1);
    }
    let typed = text.trim_end_matches(is_closer).chars().count().max(1);
    (typed <= KEYS).then_some(typed)
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;

    fn edit(range: Range<usize>, text: &str) -> Edit {
        Edit { range, text: text.to_owned() }
    }

    #[test]
    fn changes_are_made_one_and_small() {
        let text = Rope::from_str("ab = app\nx\n");
        for (changes, expected) in [
            // One change, as it is, or with what it leaves alone.
            (vec![edit(8..8, "end")], vec![edit(8..8, "end")]),
            (vec![edit(5..8, "append(x)")], vec![edit(8..8, "end(x)")]),
            (vec![edit(0..11, "ab = append\nx\n")], vec![edit(8..8, "end")]),
            (vec![edit(5..8, "app")], vec![]),
            // Deleted and put in, or put in by pieces.
            (vec![edit(5..8, ""), edit(5..5, "append")], vec![edit(8..8, "end")]),
            (vec![edit(8..8, "e"), edit(9..9, "n"), edit(10..10, "d")], vec![edit(8..8, "end")]),
            // At several cursors, from the last to the first.
            (vec![edit(9..9, "y"), edit(0..0, "y")], vec![edit(9..9, "y"), edit(0..0, "y")]),
            // An auto-closed bracket, and something in it.
            (vec![edit(8..8, "()"), edit(9..9, "x")], vec![edit(8..8, "(x)")]),
        ] {
            let steps: Vec<Edit> = steps(&text, &changes).into_iter().map(|step| step.edit).collect();
            assert_eq!(steps, expected, "{changes:?}");
        }
    }

    #[test]
    fn each_step_has_the_text_before_it() {
        let text = Rope::from_str("a\nb\n");
        let steps = steps(&text, &[edit(2..2, "y"), edit(0..0, "\u{e9}")]);
        let before: Vec<String> = steps.iter().map(|step| step.before.to_string()).collect();
        assert_eq!(before, ["a\nb\n", "a\nyb\n"]);
    }

    #[test]
    fn what_keys_make_is_told_from_what_comes_at_once() {
        for (text, expected) in [
            ("", Some(0)),
            ("a", Some(1)),
            ("abcd", Some(4)),
            ("abcde", None),
            ("()", Some(1)),
            ("\"\"\"", Some(1)),
            ("f(\"\")", Some(2)),
            ("\n        ", Some(1)),
            ("    ", Some(1)),
            ("\n\n\n\n", None),
            ("\u{1F40D}", Some(1)),
            ("x = 1\n", None),
        ] {
            assert_eq!(keys(text), expected, "{text:?}");
        }
    }
}

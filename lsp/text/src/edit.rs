//! Edits in bytes, and how they move with later typing.

use std::ops::Range;

use ropey::Rope;

/// The replacement of `range` by `text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that are replaced, in the text before the edit.
    pub range: Range<usize>,
    /// The new text.
    pub text: String,
}

/// Moves `edit`, made for an older text, past a later change; `None` if the change touched what the edit replaces.
///
/// Text typed right before or right after the replaced bytes touches nothing. Where the edit only inserts, text typed
/// at the same place touches it, because their order cannot be known.
#[must_use]
pub fn map_edit(edit: &Edit, change: &Edit) -> Option<Edit> {
    if change.range.is_empty() && change.text.is_empty() {
        return Some(edit.clone());
    }
    let same_place = edit.range.is_empty() && change.range == edit.range;
    if change.range.start >= edit.range.end && !same_place {
        return Some(edit.clone());
    }
    if change.range.end <= edit.range.start && !same_place {
        let shift = |offset: usize| offset - change.range.len() + change.text.len();
        return Some(Edit { range: shift(edit.range.start)..shift(edit.range.end), text: edit.text.clone() });
    }
    None
}

/// Does the same as [`map_edit`] for an edit in a place of its own: text typed right before what it replaces touches
/// it, too.
#[must_use]
pub fn map_edit_strictly(edit: &Edit, change: &Edit) -> Option<Edit> {
    let inserts = change.range.is_empty() && !change.text.is_empty() && change.range.start == edit.range.start;
    if inserts { None } else { map_edit(edit, change) }
}

/// Moves a range of text past a later change, so that it can be found again; `None` if the change replaced all of it.
///
/// Unlike [`map_edit`], changes inside the range become part of it, and a change over one end shortens it. Text typed
/// right before the range moves it on.
#[must_use]
pub fn map_range(range: &Range<usize>, change: &Edit) -> Option<Range<usize>> {
    let Edit { range: gone, text } = change;
    if gone.is_empty() && text.is_empty() {
        return Some(range.clone());
    }
    let past = |offset: usize| offset - gone.len() + text.len();
    if gone.end <= range.start {
        return Some(past(range.start)..past(range.end));
    }
    if gone.start >= range.end {
        return Some(range.clone());
    }
    if gone.start <= range.start && gone.end >= range.end {
        return None;
    }
    let start = if gone.start < range.start { gone.start + text.len() } else { range.start };
    let end = if gone.end > range.end { gone.start } else { past(range.end) };
    Some(start..end)
}

/// The side on which a position stays when text is inserted at that very position. Named as helix and CodeMirror name
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assoc {
    /// The position stays where it is.
    Before,
    /// The position moves past the inserted text.
    After,
}

/// Moves a position past a later change; `None` if the change replaced the text around it.
#[must_use]
pub fn map(offset: usize, change: &Edit, assoc: Assoc) -> Option<usize> {
    let Edit { range: gone, text } = change;
    let stays = match assoc {
        Assoc::Before => gone.start >= offset,
        Assoc::After => gone.start > offset,
    };
    if stays {
        Some(offset)
    } else if gone.end <= offset {
        Some(offset - gone.len() + text.len())
    } else {
        None
    }
}

/// The smallest edit that turns `old` into `new`: their common beginning and end are left alone.
#[must_use]
pub fn narrowed(old: &Rope, new: &str) -> Edit {
    let same = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    let mut start = same;
    while !new.is_char_boundary(start) {
        start -= 1;
    }
    let most = old.len_bytes().min(new.len()) - same;
    let backwards = old.bytes_at(old.len_bytes()).reversed();
    let mut kept = backwards.zip(new.bytes().rev()).take(most).take_while(|(old, new)| old == new).count();
    while !new.is_char_boundary(new.len() - kept) {
        kept -= 1;
    }
    Edit { range: start..old.len_bytes() - kept, text: new[start..new.len() - kept].to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(range: Range<usize>, text: &str) -> Edit {
        Edit { range, text: text.to_owned() }
    }

    #[test]
    fn rebasing() {
        let table = [
            // Before, after, and touching either end.
            (10..20, 0..3, "", Some(7..17)),
            (10..20, 5..10, "abc", Some(8..18)),
            (10..20, 10..10, "abc", Some(13..23)),
            (10..20, 20..20, "abc", Some(10..20)),
            (10..20, 30..40, "abc", Some(10..20)),
            // Within, over one end, over everything.
            (10..20, 15..15, "x", None),
            (10..20, 5..11, "", None),
            (10..20, 19..25, "", None),
            (10..20, 0..99, "x", None),
            // An insertion.
            (10..10, 10..10, "x", None),
            (10..10, 10..10, "", Some(10..10)),
            (10..10, 8..10, "x", Some(9..9)),
            (10..10, 10..12, "x", Some(10..10)),
            (10..10, 9..11, "x", None),
        ];
        for (range, change, text, expected) in table {
            let moved = map_edit(&edit(range.clone(), "new"), &edit(change.clone(), text));
            assert_eq!(moved, expected.map(|range| edit(range, "new")), "{range:?} past {change:?} {text:?}");
        }
    }

    #[test]
    fn rebasing_strictly() {
        let table = [
            (10..20, 10..10, "abc", None),
            (10..20, 10..10, "", Some(10..20)),
            (10..20, 5..10, "abc", Some(8..18)),
            (10..20, 20..20, "abc", Some(10..20)),
            (10..10, 10..10, "abc", None),
        ];
        for (range, change, text, expected) in table {
            let moved = map_edit_strictly(&edit(range.clone(), "new"), &edit(change.clone(), text));
            assert_eq!(moved, expected.map(|range| edit(range, "new")), "{range:?} past {change:?} {text:?}");
        }
    }

    #[test]
    fn following_a_range() {
        let table = [
            // Before it, right before it, right behind it, behind it.
            (0..3, "", Some(7..17)),
            (5..10, "abc", Some(8..18)),
            (10..10, "abc", Some(13..23)),
            (20..20, "abc", Some(10..20)),
            (30..40, "", Some(10..20)),
            (10..10, "", Some(10..20)),
            // Within it, its beginning and its end included.
            (15..15, "x", Some(10..21)),
            (10..12, "x", Some(10..19)),
            (18..20, "", Some(10..18)),
            (12..18, "", Some(10..14)),
            // Over one end.
            (5..12, "ab", Some(7..15)),
            (18..25, "ab", Some(10..18)),
            // Over all of it.
            (10..20, "x", None),
            (0..99, "", None),
            (10..21, "", None),
        ];
        for (change, text, expected) in table {
            assert_eq!(map_range(&(10..20), &edit(change.clone(), text)), expected, "past {change:?} {text:?}");
        }
    }

    #[test]
    fn following_the_place_of_a_text_to_come() {
        let table = [
            (0..3, "", Some(7)),
            (5..10, "abc", Some(8)),
            (10..10, "abc", Some(10)),
            (10..15, "", Some(10)),
            (12..12, "x", Some(10)),
            (9..11, "", None),
        ];
        for (change, text, expected) in table {
            assert_eq!(map(10, &edit(change.clone(), text), Assoc::Before), expected, "past {change:?} {text:?}");
        }
    }

    #[test]
    fn a_position_that_goes_with_what_follows_it() {
        let table = [
            (0..3, "", Some(7)),
            (10..10, "abc", Some(13)),
            (5..10, "abc", Some(8)),
            (10..15, "x", None),
            (11..15, "x", Some(10)),
            (9..11, "", None),
        ];
        for (change, text, expected) in table {
            let change = edit(change, text);
            assert_eq!(map(10, &change, Assoc::After), expected, "past {change:?}");
        }
    }

    #[test]
    fn narrowing() {
        let table = [
            ("", "", 0..0, ""),
            ("", "ab", 0..0, "ab"),
            ("ab", "", 0..2, ""),
            ("abc", "abc", 3..3, ""),
            ("abc", "aXc", 1..2, "X"),
            ("abc", "abXc", 2..2, "X"),
            ("aa", "aaa", 2..2, "a"),
            ("aaa", "aa", 2..3, ""),
            ("x = 1\ny = 2\n", "x = 1\nz\ny = 2\n", 6..6, "z\n"),
            // Characters whose first or last bytes are the same.
            ("a\u{e9}b", "a\u{e8}b", 1..3, "\u{e8}"),
            ("a\u{e9}b", "a\u{129}b", 1..3, "\u{129}"),
            ("\u{1F40D}", "\u{1F40E}", 0..4, "\u{1F40E}"),
        ];
        for (old, new, range, text) in table {
            assert_eq!(narrowed(&Rope::from_str(old), new), edit(range, text), "{old:?} to {new:?}");
        }
    }

    #[test]
    fn rebased_edits_commute() {
        let text = "0123456789";
        let apply = |text: &str, edit: &Edit| {
            let mut text = text.to_owned();
            text.replace_range(edit.range.clone(), &edit.text);
            text
        };
        let (ours, theirs) = (edit(6..8, "program"), edit(1..3, "typed"));
        let typed_first = apply(&apply(text, &theirs), &map_edit(&ours, &theirs).unwrap());
        let typed_last = apply(&apply(text, &ours), &theirs);
        assert_eq!(typed_first, typed_last);
    }
}

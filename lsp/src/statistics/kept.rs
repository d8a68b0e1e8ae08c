//! Whether what was taken of suggestions is still there after a while. The clock is the caller's.
//!
//! The rule is that of Ziegler et al., "Productivity Assessment of Neural Code Completion" (MAPS 2022), for completions that
//! are "mostly unchanged": after 120 seconds, less than a third of the characters must be edited to get from one text to the
//! other. Here it is the least number of edits that turn the suggestion into some part of what stands at its place, so that
//! text written before or behind it in the same change does not count against it.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::{Duration, Instant};

use codegen_text::edit::Edit;
use ropey::Rope;

use super::event::{Event, Kind};
use super::typing::line_feeds;

/// The time after which a suggestion is to be looked for.
pub const WAIT: Duration = Duration::from_secs(120);
/// The share of its characters that may have to be edited, exclusively.
const EDITED: f64 = 1.0 / 3.0;
/// Suggestions that are followed at once in a buffer; an earlier one gives way, unchecked.
const FOLLOWED: usize = 64;
/// Characters of a suggestion, and of what stands at its place, that are compared: the time is their product.
const COMPARED: (usize, usize) = (1024, 4096);

/// A piece of a suggestion that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The number of the suggestion: pieces of one that lie side by side are followed as one.
    pub suggestion: u64,
    pub kind: Kind,
    /// Where it is in the buffer, in bytes.
    pub range: Range<usize>,
    /// Its text, with `\n` as its line ends.
    pub text: String,
}

/// The suggestions of one buffer that were taken a moment ago.
#[derive(Debug, Default)]
pub struct Kept {
    followed: VecDeque<(Taken, Instant)>,
}

impl Kept {
    /// Follows a piece that was taken just `now`.
    pub fn follow(&mut self, taken: Taken, now: Instant) {
        let beside = self.followed.iter_mut().find(|(known, _)| {
            known.suggestion == taken.suggestion && known.range.end == taken.range.start && !known.range.is_empty()
        });
        if let Some((known, _)) = beside {
            known.range.end = taken.range.end;
            known.text.push_str(&taken.text);
            return;
        }
        // What was undone and done again has been followed all the time.
        let again = self.followed.iter().any(|(known, _)| {
            known.suggestion == taken.suggestion
                && known.range.start < taken.range.end
                && taken.range.start < known.range.end
        });
        if again {
            return;
        }
        if self.followed.len() == FOLLOWED {
            self.followed.pop_front();
        }
        self.followed.push_back((taken, now));
    }

    /// Follows a change of the document.
    pub fn changed(&mut self, change: &Edit) {
        for (taken, _) in &mut self.followed {
            taken.range = moved(&taken.range, change);
        }
    }

    /// What became of those that were taken up to that time, in the text as it is now. They are no longer followed.
    pub fn due(&mut self, up_to: Instant, text: &Rope) -> Vec<Event<'static>> {
        let mut events = Vec::new();
        self.followed.retain(|(taken, since)| {
            let due = *since <= up_to;
            if due {
                events.push(Event::Checked { kind: taken.kind, kept: is_kept(taken, text) });
            }
            !due
        });
        events
    }
}

/// The range past a change: what the change puts in its place, if it replaces all of it, or if nothing of it was left.
fn moved(range: &Range<usize>, change: &Edit) -> Range<usize> {
    let Edit { range: gone, text } = change;
    if gone.start <= range.start && gone.end >= range.end {
        return gone.start..gone.start + text.len();
    }
    codegen_text::edit::map_range(range, change).unwrap_or(gone.start..gone.start + text.len())
}

fn is_kept(taken: &Taken, text: &Rope) -> bool {
    let Some(now) = text.get_byte_slice(taken.range.clone()) else { return false };
    let wanted: Vec<char> = taken.text.chars().take(COMPARED.0).collect();
    let now: Vec<char> = line_feeds(&now.to_string()).chars().take(COMPARED.1).collect();
    (distance(&wanted, &now) as f64) < wanted.len() as f64 * EDITED
}

/// The least number of characters to add, drop or replace in `wanted` to find it somewhere in `text` (Sellers 1980).
fn distance(wanted: &[char], text: &[char]) -> usize {
    // The distance of each beginning of `wanted` to the best end of the text so far.
    let mut column: Vec<usize> = (0..=wanted.len()).collect();
    let mut least = wanted.len();
    for char in text {
        let mut diagonal = 0;
        for (index, wanted) in wanted.iter().enumerate() {
            let replaced = diagonal + usize::from(wanted != char);
            diagonal = column[index + 1];
            column[index + 1] = replaced.min(diagonal + 1).min(column[index] + 1);
        }
        least = least.min(column[wanted.len()]);
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts `taken` between "ab\n" and "\nyz\n", makes the changes, and looks after the wait.
    fn kept(taken: &str, changes: &[(Range<usize>, &str)]) -> bool {
        let mut text = Rope::from_str(&format!("ab\n{taken}\nyz\n"));
        let mut kept = Kept::default();
        let now = Instant::now();
        let range = 3..3 + taken.len();
        kept.follow(Taken { suggestion: 1, kind: Kind::Line, range, text: line_feeds(taken).into_owned() }, now);
        for (range, put) in changes {
            let chars = text.byte_to_char(range.start)..text.byte_to_char(range.end);
            text.remove(chars.clone());
            text.insert(chars.start, put);
            kept.changed(&Edit { range: range.clone(), text: (*put).to_owned() });
        }
        match kept.due(now, &text).as_slice() {
            [Event::Checked { kind: Kind::Line, kept }] => *kept,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn edits_around_and_within_it() {
        let taken = "return total\n";
        for (changes, expected) in [
            (vec![], true),
            // Somewhere else, before and behind.
            (vec![(0..2, "longer line"), (0..0, "#\n")], true),
            (vec![(17..19, "")], true),
            // A word of it: 5 of 13 characters are more than a third, 3 are less.
            (vec![(10..15, "x")], false),
            (vec![(10..13, "xyz")], true),
            // Written on, within and behind it.
            (vec![(15..15, " + 1")], true),
            (vec![(10..10, "a_b_c")], false),
            (vec![(15..15, "s")], true),
            (vec![(16..16, "and more behind it\n")], true),
            // Gone, and gone with all around it.
            (vec![(3..16, "")], false),
            (vec![(0..20, "")], false),
            // Undone and done again.
            (vec![(3..16, ""), (3..3, "return total\n")], true),
            // All of the file formatted at once.
            (vec![(0..20, "ab\n\n\nreturn total\n\nyz\n")], true),
            (vec![(0..20, "another file\n")], false),
        ] {
            assert_eq!(kept(taken, &changes), expected, "{changes:?}");
        }
    }

    #[test]
    fn line_ends_and_characters_are_counted_as_such() {
        assert!(kept("if x:\r\n    y\r\n", &[]));
        // Three characters of ten, though six bytes of twenty.
        assert!(kept("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", &[(3..9, "abc")]));
        assert!(!kept("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", &[(3..11, "abcd")]));
    }

    #[test]
    fn each_is_looked_for_once_and_when_its_time_has_come() {
        let mut kept = Kept::default();
        let now = Instant::now();
        let text = Rope::from_str("abcdef");
        let piece = |suggestion, range: Range<usize>| Taken {
            suggestion,
            kind: Kind::Line,
            text: "abcdef"[range.clone()].to_owned(),
            range,
        };
        let later = now + WAIT / 2;
        kept.follow(piece(1, 0..2), now);
        // The next piece of the same one, later: it counts from the first on.
        kept.follow(piece(1, 2..4), later);
        kept.follow(piece(2, 4..6), later);
        assert_eq!(kept.due(now.checked_sub(WAIT).unwrap(), &text), []);
        let there = Event::Checked { kind: Kind::Line, kept: true };
        assert_eq!(kept.due(now, &text), [there]);
        assert_eq!(kept.due(now, &text), []);
        assert_eq!(kept.due(later, &text), [there]);
        // Not more than so many.
        for number in 10..1000 {
            kept.follow(piece(number, 0..1), now);
        }
        assert_eq!(kept.due(now, &text).len(), FOLLOWED);
    }

    #[test]
    fn distances() {
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        for (wanted, text, expected) in [
            ("abc", "abc", 0),
            ("abc", "xxabcxx", 0),
            ("abc", "", 3),
            ("abc", "ac", 1),
            ("abc", "axbxc", 2),
            ("abc", "xyz", 3),
            ("", "x", 0),
        ] {
            assert_eq!(distance(&chars(wanted), &chars(text)), expected, "{wanted:?} in {text:?}");
        }
    }
}

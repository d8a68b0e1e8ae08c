//! What a user accepts of a suggestion who knows what comes next: as much as is exactly that, with the fewest keys.

use crate::cli::bench::client::Suggestion;

/// How a suggestion is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Line,
    Words,
}

/// What somebody who is to write a text does with a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Takes a part of it up to this byte of the text, with as many keys.
    Take { part: Part, to: usize, keys: usize },
    /// Types on: it begins right, but saves nothing.
    Small,
    /// Types on: not even its first word is right.
    Wrong,
}

/// Chooses for `goal`, of which everything before `at` is written, the cursor behind it and nothing below.
pub(super) fn choose(goal: &str, at: usize, suggestion: &Suggestion) -> Choice {
    let Suggestion { start, end, text } = suggestion;
    // It may replace what stands before the cursor, if it repeats that.
    let shown = goal.get(*start..at).filter(|_| *end == at).and_then(|before| text.strip_prefix(before));
    let Some(shown) = shown.filter(|shown| !shown.trim().is_empty()) else { return Choice::Wrong };
    let rest = &goal[at..];
    let line = first_line(shown);
    let mut parts = vec![(Part::Whole, shown.len(), 1), (Part::Line, line.len(), 1)];
    let ends = word_ends(line);
    let right = ends.iter().take_while(|&&end| rest.starts_with(&shown[..end])).count();
    if right > 0 {
        parts.push((Part::Words, ends[right - 1], right));
    }
    let right: Vec<_> = parts.into_iter().filter(|(_, length, _)| rest.starts_with(&shown[..*length])).collect();
    let saved = |&(_, length, keys): &(Part, usize, usize)| self::keys(goal, at, at + length).saturating_sub(keys);
    // Of equals the first counts.
    let best = right.iter().rev().max_by_key(|part| saved(part));
    match best {
        Some(best @ &(part, length, keys)) if saved(best) > 0 => Choice::Take { part, to: at + length, keys },
        Some(_) => Choice::Small,
        None => Choice::Wrong,
    }
}

/// A suggestion up to the end of its first line that has something.
fn first_line(shown: &str) -> &str {
    let begin = shown.len() - shown.trim_start().len();
    &shown[..shown[begin..].find('\n').map_or(shown.len(), |at| begin + at)]
}

/// Where each word of a line ends, as editors accept by word: a name or a number, or a sign, with the white space before it.
fn word_ends(line: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut ends = Vec::new();
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let begin = rest.len() - rest.trim_start().len();
        let Some(first) = rest[begin..].chars().next() else { return ends };
        let length = if is_word(first) {
            rest[begin..].find(|c| !is_word(c)).unwrap_or(rest.len() - begin)
        } else {
            first.len_utf8()
        };
        at += begin + length;
        ends.push(at);
    }
}

/// The byte behind the key that is typed at `at`: a character, or a line end with the indentation that the editor adds.
pub(super) fn next_key(goal: &str, at: usize) -> usize {
    let rest = &goal[at..];
    match rest.chars().next() {
        Some('\n') => at + rest.len() - rest[1..].trim_start_matches([' ', '\t']).len(),
        Some(other) => at + other.len_utf8(),
        None => at,
    }
}

/// The keys that typing the text between two bytes takes.
pub(super) fn keys(goal: &str, mut from: usize, to: usize) -> usize {
    let mut count = 0;
    while from < to {
        from = next_key(goal, from);
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(goal: &str, text: &str) -> String {
        let (before, after) = goal.split_once("$0").unwrap();
        let at = before.len();
        let suggestion = Suggestion { start: at, end: at, text: text.to_owned() };
        let goal = format!("{before}{after}");
        match choose(&goal, at, &suggestion) {
            Choice::Take { part, to, keys } => format!("{part:?} {:?} {keys}", &goal[at..to]),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn as_much_is_taken_as_is_right() {
        let goal = "x = $0value + other\ny = 1\n";
        for (text, expected) in [
            ("value + other", "Whole \"value + other\" 1"),
            ("value + other\ny = 1", "Whole \"value + other\\ny = 1\" 1"),
            ("value + other\ny = 2", "Line \"value + other\" 1"),
            ("value + o", "Whole \"value + o\" 1"),
            ("value + more", "Words \"value +\" 2"),
            ("value.x", "Words \"value\" 1"),
            ("v", "Small"),
            ("v + x", "Small"),
            ("values", "Wrong"),
            ("other", "Wrong"),
            (" ", "Wrong"),
        ] {
            assert_eq!(chosen(goal, text), expected, "{text}");
        }
    }

    #[test]
    fn what_it_replaces_must_be_what_stands_there() {
        let goal = "x = value\n";
        let choice = |start, end, text: &str| choose(goal, 6, &Suggestion { start, end, text: text.to_owned() });
        let whole = Choice::Take { part: Part::Whole, to: 9, keys: 1 };
        assert_eq!((choice(6, 6, "lue"), choice(4, 6, "value")), (whole, whole));
        for (start, end, text) in [(4, 6, "other"), (4, 4, "value"), (6, 7, "lue"), (7, 7, "lue")] {
            assert_eq!(choice(start, end, text), Choice::Wrong, "{start} {end} {text}");
        }
    }

    #[test]
    fn a_line_end_and_its_indentation_are_one_key() {
        let goal = "if a:\n    b\n\n\tc";
        assert_eq!(keys(goal, 0, goal.len()), 5 + 1 + 1 + 1 + 1 + 1);
        assert_eq!(next_key(goal, 5), 10);
        assert_eq!(next_key(goal, goal.len()), goal.len());
        assert_eq!(chosen("if a:$0\n    b\n", "\n    b"), "Whole \"\\n    b\" 1");
    }
}

//! Edits and positions, between bytes and what stands on the wire.

use serde_json::{Value, json};

/// The one edit from a text to the next: the bytes it replaces, and with what.
pub(super) fn difference<'n>(old: &str, new: &'n str) -> Option<(usize, usize, &'n str)> {
    if old == new {
        return None;
    }
    let same = |(a, b): &(char, char)| a == b;
    let start: usize = old.chars().zip(new.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let tail: usize =
        old_rest.chars().rev().zip(new_rest.chars().rev()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    Some((start, old.len() - tail, &new_rest[..new_rest.len() - tail]))
}

/// A position as the protocol has it without negotiation, in UTF-16 code units.
pub(super) fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({"line": before.matches('\n').count(), "character": before[start..].encode_utf16().count()})
}

pub(super) fn offset(text: &str, position: &Value) -> usize {
    let number = |name: &str| position[name].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
    let mut left = number("character");
    let mut end = start;
    for c in text[start..].chars() {
        if left < c.len_utf16() || c == '\n' {
            break;
        }
        left -= c.len_utf16();
        end += c.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_leads_from_a_text_to_the_next() {
        for (old, new, edit) in [
            ("abc", "abxc", Some((2, 2, "x"))),
            ("f(|)", "f(a|)", Some((2, 2, "a"))),
            ("aa", "a", Some((1, 2, ""))),
            ("aé", "aè", Some((1, 3, "è"))),
            ("a", "a", None),
        ] {
            assert_eq!(difference(old, new), edit, "{old} {new}");
        }
    }

    #[test]
    fn positions_there_and_back() {
        let text = "a\né𝒳b\n";
        for at in [0, 1, 2, 4, 8, 9, 10] {
            assert_eq!(offset(text, &position(text, at)), at);
        }
        assert_eq!(position(text, 8), json!({"line": 1, "character": 3}));
    }
}

//! The places where a suggestion can end before its end.

use crate::document::scanner::Scanner;
use crate::python::KEYWORDS;

/// The lengths in bytes that a suggestion for a cursor behind `left` can be cut to, the longest first: all of it, the ends of
/// its lines, and on its first line the ends of words and of what stands in brackets or quotes. None is in the middle of
/// what the suggestion itself has opened.
pub(super) fn cuts(left: &str, text: &str) -> Vec<usize> {
    let mut scanner = Scanner::over(left);
    let (depth, quoted) = (scanner.depth, scanner.in_string());
    let mut found = vec![text.len()];
    let mut first = true;
    let mut word: Option<usize> = None;
    let mut begun = Begun::default();
    left.split(|char: char| !(char.is_alphanumeric() || char == '_')).for_each(|word| begun.word(word));
    if left.trim_end().ends_with([':', '(', '[', '{', ',', ')', ']', '}']) {
        begun = Begun::default();
    }
    for (at, char) in text.char_indices() {
        let inside = scanner.depth > depth || scanner.in_string() != quoted;
        let letter = char.is_alphanumeric() || char == '_';
        if let (Some(start), false, true) = (word, letter, first) {
            let part = &text[start..at];
            // A number may go on behind its point, and a string's prefix before its quote.
            let joined = char == '"' || char == '\'' || (char == '.' && part.bytes().all(|byte| byte.is_ascii_digit()));
            begun.word(part);
            // A name that is only about to be bound is nothing to end with.
            let bound = text[at..].trim_start().strip_prefix('=').is_some_and(|rest| !rest.starts_with('='));
            if !inside && !joined && !bound && begun.may_end() && !KEYWORDS.contains(&part) {
                found.push(at);
            }
        }
        word = word.filter(|_| letter).or(letter.then_some(at));
        begun.sign(char);
        scanner.push(char);
        let closed = inside && scanner.depth == depth && scanner.in_string() == quoted && !letter;
        if closed && first && at + char.len_utf8() < text.len() && (quoted || !text[at + 1..].starts_with(char)) {
            found.push(at + char.len_utf8());
        }
        if char == '\n' {
            first = false;
            if scanner.at_rest() || (!quoted && scanner.depth <= depth && !scanner.in_string()) {
                found.push(at);
            }
        }
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.dedup();
    found.retain(|&length| !text[..length].trim().is_empty());
    found
}

/// What a line has begun that cannot end with the next name.
#[derive(Default)]
struct Begun {
    /// `lambda`, before its colon.
    lambda: bool,
    /// `for`, before its `in`.
    loops: bool,
    /// `def` or `class`, before what comes behind the name.
    definition: bool,
}

impl Begun {
    fn word(&mut self, word: &str) {
        match word {
            "lambda" => self.lambda = true,
            "for" => self.loops = true,
            "in" => self.loops = false,
            "def" | "class" => self.definition = true,
            _ => {}
        }
    }

    fn sign(&mut self, sign: char) {
        self.lambda &= sign != ':';
        self.definition &= !matches!(sign, '(' | ':' | '[');
    }

    fn may_end(&self) -> bool {
        !(self.lambda || self.loops || self.definition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_to_end_at() {
        // The text left of the cursor, and the suggestion with a bar at each place but its end.
        for (left, marked) in [
            ("x = ", "average|(values)"),
            ("x = ", "a| + b"),
            ("print(", "total|, count|)"),
            ("print(", "len|(items)|, 1"),
            ("self.", "items|.append|(x)"),
            ("", "return total| + 1"),
            ("", "for name in names|:|\n    print(name)"),
            ("x = [", "y| for y in z|]"),
            ("for ", "key in names|:"),
            ("x = sorted(y, ", "key=lambda a: a| + 1|)"),
            ("def ", "total(self)|:|\n    pass"),
            ("def total(", "self|, x|):"),
            ("key = ", "f|(x)| + 1"),
            ("", "x = 1|\ny = 2|\nz = 3"),
            ("", "x = [\n    1,\n    2]|\ny = 3"),
            ("x = ", "f'{a} b'|, c"),
            ("x = ", "1.5| + y"),
            ("x = 'hello ", "big| world'"),
            ("x = ", "not y"),
            ("x", ""),
        ] {
            let text = marked.replace('|', "");
            let mut expected: Vec<usize> =
                marked.match_indices('|').enumerate().map(|(index, (at, _))| at - index).collect();
            expected.extend((!text.is_empty()).then_some(text.len()));
            let mut found = cuts(left, &text);
            found.reverse();
            assert_eq!(found, expected, "{left:?} {marked:?}");
        }
    }
}

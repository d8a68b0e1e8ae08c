//! What becomes of the suggestion that stands in a buffer, by what is typed there.

use crate::edit::Edit;

/// Bytes by which what is typed may outgrow the suggestion before that is forgotten: a slip, and the keys that undo it.
const SLACK: usize = 64;
/// Signs that editors put behind the cursor by themselves.
const CLOSERS: [char; 5] = [')', ']', '}', '"', '\''];

/// What became of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was accepted, or typed to its end.
    Taken,
    /// Something else was typed, the text around it changed, the user went away, or another one came in its place.
    Dismissed,
}

/// The suggestion that stands in one buffer. However often it is shown again, it is told once that it was dismissed, and
/// once that it was taken after all.
#[derive(Debug, Clone, Default)]
pub struct Watch(Option<Standing>);

/// A suggestion, and what has been typed where it stands.
#[derive(Debug, Clone)]
struct Standing {
    offset: usize,
    text: String,
    typed: String,
    told: Option<Fate>,
}

impl Watch {
    /// A suggestion was shown that puts `text` at the byte `offset`. What is left of the one that stands is the same one.
    pub fn shown(&mut self, offset: usize, text: &str) -> Option<Fate> {
        if let Some(standing) = &self.0
            && standing.leaves(offset, text)
        {
            return None;
        }
        let fate = self.left();
        self.0 = Some(Standing { offset, text: text.to_owned(), typed: String::new(), told: None });
        fate
    }

    /// The text has changed.
    pub fn changed(&mut self, change: &Edit) -> Option<Fate> {
        let standing = self.0.as_mut()?;
        if !standing.follow(change) {
            return self.left();
        }
        let fate = standing.fate().filter(|fate| match standing.told {
            None => true,
            Some(told) => told == Fate::Dismissed && *fate == Fate::Taken,
        });
        standing.told = fate.or(standing.told);
        self.0.take_if(|standing| standing.typed.len() > standing.text.len() + SLACK);
        fate
    }

    /// The cursor has gone elsewhere, or the client shows nothing any more.
    pub fn left(&mut self) -> Option<Fate> {
        let standing = self.0.take()?;
        standing.told.is_none().then_some(Fate::Dismissed)
    }

    /// Nobody is to be told of it: the document or the model has become another.
    pub fn forget(&mut self) {
        self.0 = None;
    }
}

impl Standing {
    /// Follows a change where it stands; false if the text around it is another now.
    fn follow(&mut self, change: &Edit) -> bool {
        let within = |offset: usize| offset.checked_sub(self.offset).filter(|at| self.typed.is_char_boundary(*at));
        let (Some(start), Some(end)) = (within(change.range.start), within(change.range.end)) else { return false };
        if start > end {
            return false;
        }
        self.typed.replace_range(start..end, &change.text);
        true
    }

    /// Whether `text` at `offset` is what has not been typed of it.
    fn leaves(&self, offset: usize, text: &str) -> bool {
        let length = offset.checked_sub(self.offset);
        let Some((typed, behind)) = length.and_then(|length| self.typed.split_at_checked(length)) else { return false };
        self.text.strip_prefix(typed) == Some(text) && behind.trim_end_matches(CLOSERS).is_empty()
    }

    /// Its fate by what has been typed; `None` as long as that may become it. White space makes no difference: editors
    /// indent by themselves, and whoever types `x=1` for `x = 1` was helped. Closers at the end may be the editor's.
    fn fate(&self) -> Option<Fate> {
        let own = self.typed.trim_end_matches(CLOSERS);
        if begins(&self.typed, &self.text) {
            Some(Fate::Taken)
        } else if begins(&self.text, own) {
            None
        } else {
            Some(Fate::Dismissed)
        }
    }
}

/// Whether `text` begins with `start`, but for white space.
fn begins(text: &str, start: &str) -> bool {
    fn solid(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(|char| !char.is_whitespace())
    }
    let mut text = solid(text);
    solid(start).all(|char| text.next() == Some(char))
}

#[cfg(test)]
mod tests {
    use super::Fate::{Dismissed, Taken};
    use super::*;

    fn insert(at: usize, text: &str) -> Edit {
        Edit { range: at..at, text: text.to_owned() }
    }

    fn delete(range: std::ops::Range<usize>) -> Edit {
        Edit { range, text: String::new() }
    }

    #[test]
    fn what_becomes_of_a_suggestion_is_told_once() {
        // The suggestion "f(a, b)" stands at 10; this is told after each of the changes.
        for (changes, told) in [
            (vec![insert(10, "f(a, b)")], vec![Some(Taken)]),
            (vec![insert(10, "f"), insert(11, "(a, b)")], vec![None, Some(Taken)]),
            (vec![insert(10, "f(a, b)"), insert(17, "\n")], vec![Some(Taken), None]),
            (vec![insert(10, "f(a,b)")], vec![Some(Taken)]),
            (vec![insert(10, "f"), delete(10..11), insert(10, "f")], vec![None, None, None]),
            // The editor closes the bracket.
            (vec![insert(10, "f"), insert(11, "()")], vec![None, None]),
            (vec![insert(10, "f()"), insert(12, "a, b")], vec![None, Some(Taken)]),
            (vec![insert(10, "g")], vec![Some(Dismissed)]),
            (vec![insert(10, "f"), insert(11, "[")], vec![None, Some(Dismissed)]),
            (vec![insert(10, "f(b)")], vec![Some(Dismissed)]),
            // A slip is mended, and the next one counts no more.
            (vec![insert(10, "g"), delete(10..11), insert(10, "f(a, b)")], vec![Some(Dismissed), None, Some(Taken)]),
            (vec![insert(10, "g"), delete(10..11), insert(10, "h")], vec![Some(Dismissed), None, None]),
            (vec![delete(9..10)], vec![Some(Dismissed)]),
            (vec![insert(3, "x")], vec![Some(Dismissed)]),
            (vec![insert(30, "x"), insert(3, "x")], vec![Some(Dismissed), None]),
            (vec![insert(10, "caf\u{e9}"), delete(10..14)], vec![Some(Dismissed), None]),
            (vec![insert(10, &"f(a, b)".repeat(20)), insert(10, "x")], vec![Some(Taken), None]),
        ] {
            let mut watch = Watch::default();
            assert_eq!(watch.shown(10, "f(a, b)"), None);
            let fates: Vec<_> = changes.iter().map(|change| watch.changed(change)).collect();
            assert_eq!(fates, told, "{changes:?}");
        }
    }

    #[test]
    fn a_suggestion_in_place_of_another_dismisses_it() {
        let mut watch = Watch::default();
        assert_eq!(watch.shown(10, "return x"), None);
        assert_eq!(watch.shown(10, "return x"), None);
        assert_eq!(watch.shown(10, "return y"), Some(Dismissed));
        assert_eq!(watch.shown(40, "return y"), Some(Dismissed));
        // What is left of it is the same suggestion still, and what was taken is not dismissed as well.
        assert_eq!(watch.changed(&insert(40, "return")), None);
        assert_eq!(watch.shown(46, " y"), None);
        assert_eq!(watch.changed(&insert(46, " y")), Some(Taken));
        assert_eq!(watch.shown(48, " + 1"), None);
        assert_eq!(watch.left(), Some(Dismissed));
        assert_eq!(watch.left(), None);
        assert_eq!(watch.shown(48, " + 1"), None);
        watch.forget();
        assert_eq!(watch.left(), None);
        assert_eq!(watch.changed(&insert(48, "x")), None);
    }
}

//! Whether what comes into a buffer is a suggestion, or a part of it, that was taken, or was typed by hand.
//!
//! Clients say what was taken by a command or a notification, some of the whole only, some not at all. So the buffer is
//! watched, too, and what is learned in both ways is counted once:
//!
//! - A key that happens to be the suggestion's next character is typed, and takes nothing. So are up to [`KEYS`]
//!   characters at once that end within a word, since clients send keys together, and wherever they end if the client has
//!   been seen to say what is taken.
//! - What is put in at once, is more than that, and is what the suggestion says next, was taken: all of the suggestion if it
//!   ends with it, otherwise a part.
//!
//! What the editor adds by itself (closing brackets and quotes, `\r\n` for `\n`) makes no difference.

use std::collections::VecDeque;
use std::ops::Range;

use codegen_text::edit::{self, Assoc, Edit};
use ropey::Rope;

use super::event::{Event, Kind, Writer};
use super::kept::Taken;
use super::typing::{self, KEYS, Step, is_closer, keys, line_feeds};

/// Suggestions that are remembered, because the client may still say something of them.
const PAST: usize = 8;
/// Numbers of one suggestion that are remembered: it gets a new one whenever it is sent again.
const NUMBERS: usize = 32;
/// How much longer than the suggestion what stands at its place may get, in bytes.
const SLACK: usize = 64;

/// A suggestion as the client was given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// The item's number.
    pub number: u64,
    pub kind: Kind,
    /// The cursor, in bytes.
    pub cursor: usize,
    /// The item's `insertText`.
    pub text: String,
    /// Bytes of it that are before the cursor already.
    pub before: usize,
    /// Whether it is the rest of the suggestion that was given before.
    pub stands: bool,
}

/// What a client says of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The user sees it.
    Shown,
    /// All of it was taken.
    Whole,
    /// So many UTF-16 code units from the beginning of `insertText` on are in the buffer now.
    Part(usize),
}

/// What clients have been seen to say; nothing is then guessed of it that they would say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Talks {
    pub of_whole: bool,
    pub of_parts: bool,
}

/// What a change or a message means.
#[derive(Debug, Default, PartialEq)]
pub struct Found {
    pub events: Vec<Event<'static>>,
    /// What was taken, to be followed.
    pub taken: Option<Taken>,
}

/// The suggestions of one buffer, and what became of them.
#[derive(Debug, Default)]
pub struct Watch {
    /// The latest.
    current: Option<Suggestion>,
    /// The others that it was given with, for the user to choose from.
    others: Vec<Suggestion>,
    past: VecDeque<Suggestion>,
}

/// A suggestion at the place where it was shown last.
#[derive(Debug)]
struct Suggestion {
    /// Its numbers, the latest last, each with the length of its text in UTF-16 code units.
    numbers: VecDeque<(u64, usize)>,
    kind: Kind,
    /// The latest item's text, as it was sent.
    text: String,
    /// Bytes of that which were before the cursor.
    before: usize,
    /// The rest of the text, with `\n` as its line ends.
    wanted: String,
    /// The cursor at that time, and what stands behind it of what came there since.
    origin: usize,
    window: String,
    /// Bytes of what is wanted, from its beginning on: that stand there, that are known to have been taken, whose
    /// characters were counted, and that are followed.
    matched: usize,
    taken_to: usize,
    counted_to: usize,
    followed_to: usize,
    counted: Counted,
}

/// What was counted of a suggestion.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    taken: bool,
    whole: bool,
    shown: bool,
}

impl Watch {
    /// The client is given a suggestion, and `others` to choose from in its place.
    pub fn suggested(&mut self, new: Suggested, others: &[Suggested]) {
        self.others = others.iter().map(Suggestion::new).collect();
        let old = self.current.take().or_else(|| if new.stands { self.past.pop_back() } else { None });
        let mut next = Suggestion::new(&new);
        match old {
            Some(old) if new.stands => {
                (next.kind, next.counted) = (old.kind, old.counted);
                let latest = std::mem::replace(&mut next.numbers, old.numbers);
                next.numbers.extend(latest);
            }
            Some(old) => self.forget(old),
            None => {}
        }
        if next.numbers.len() > NUMBERS {
            // The first one stays: it is what the suggestion is followed by.
            next.numbers.remove(1);
        }
        self.current = Some(next);
    }

    /// The kind of the latest suggestion.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.current.as_ref().or(self.past.back()).map(|one| one.kind)
    }

    /// Takes in the changes of one notification; `before` is the text before the first of them.
    pub fn changed(&mut self, before: &Rope, changes: &[Edit], talks: Talks) -> Found {
        let steps = typing::steps(before, changes);
        let Some(current) = self.current.take() else {
            let mut found = Found::default();
            steps.iter().for_each(|step| found.written(&line_feeds(&step.edit.text)));
            return found;
        };
        // Of several to choose from, the one that most of stands there now is the one.
        let counted = current.counted;
        let all = std::iter::once(current).chain(self.others.drain(..));
        let mut all: Vec<_> = all.map(|mut one| (one.changed(&steps, talks), one)).collect();
        let standing = |((_, stands), one): &((Found, bool), Suggestion)| stands.then_some(one.matched);
        let most = all.iter().map(standing).max().flatten();
        let chosen = all.iter().position(|one| standing(one) == most).unwrap_or_default();
        let ((found, stands), mut one) = all.swap_remove(chosen);
        one.counted.shown |= counted.shown;
        if stands {
            self.current = Some(one);
            self.others = all.into_iter().filter(|((_, stands), _)| *stands).map(|(_, one)| one).collect();
        } else {
            self.forget(one);
        }
        found
    }

    /// Takes in what the client says of the suggestion with that number; `None` if there is none.
    pub fn told(&mut self, number: u64, told: Told) -> Option<Found> {
        self.choose(number);
        let is_it = |one: &&mut Suggestion| one.has(number);
        let (one, there) = match self.current.as_mut().filter(is_it) {
            Some(one) => (one, true),
            None => (self.past.iter_mut().rev().find(is_it)?, false),
        };
        let mut found = Found::default();
        match told {
            Told::Shown if one.counted.shown => {}
            Told::Shown => {
                one.counted.shown = true;
                found.events.push(Event::Shown(one.kind));
            }
            Told::Whole => one.take(one.wanted.len(), &mut found),
            Told::Part(units) => {
                let end = one.end_of(number, units);
                if end > 0 {
                    one.take(end, &mut found);
                }
            }
        }
        // What was put in before the client said so.
        if there && told != Told::Shown && one.taken_to <= one.matched {
            found.taken = one.follow_to(one.taken_to);
        }
        Some(found)
    }

    /// The client speaks of the suggestion with that number: if it is one of several to choose from, that is the one now.
    fn choose(&mut self, number: u64) {
        if let Some(at) = self.others.iter().position(|one| one.has(number))
            && let Some(current) = &mut self.current
        {
            std::mem::swap(current, &mut self.others[at]);
            // They are counted as one suggestion.
            current.counted = self.others[at].counted;
        }
    }

    /// The document has become another.
    pub fn clear(&mut self) {
        self.others.clear();
        if let Some(current) = self.current.take() {
            self.forget(current);
        }
    }

    fn forget(&mut self, one: Suggestion) {
        if self.past.len() == PAST {
            self.past.pop_front();
        }
        self.past.push_back(one);
    }
}

/// Where a change is, as a suggestion sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At its place.
    Within,
    Elsewhere,
    /// Over a border of it: what it was for is no longer there.
    Across,
}

impl Suggestion {
    fn new(new: &Suggested) -> Self {
        let Suggested { number, kind, cursor, text, before, .. } = new;
        Self {
            numbers: VecDeque::from([(*number, units(text))]),
            kind: *kind,
            text: text.clone(),
            before: *before,
            wanted: line_feeds(text.get(*before..).unwrap_or_default()).into_owned(),
            origin: *cursor,
            window: String::new(),
            matched: 0,
            taken_to: 0,
            counted_to: 0,
            followed_to: 0,
            counted: Counted::default(),
        }
    }

    /// Whether it was sent under that number.
    fn has(&self, number: u64) -> bool {
        self.numbers.iter().any(|(known, _)| *known == number)
    }

    /// Takes in the changes of one notification; the second is false if something else stands at its place now.
    fn changed(&mut self, steps: &[Step], talks: Talks) -> (Found, bool) {
        let (mut found, mut gone) = (Found::default(), false);
        let (mut apart, mut at_place) = (Vec::new(), String::new());
        for step in steps {
            let place = if gone { Place::Elsewhere } else { self.follow(step) };
            gone |= place == Place::Across;
            match place {
                Place::Within => at_place.push_str(&step.edit.text),
                Place::Elsewhere | Place::Across => apart.push(step.edit.text.as_str()),
            }
        }
        if gone {
            apart.push(&at_place);
        } else {
            gone = !self.grown(&at_place, talks, &mut found);
        }
        apart.iter().for_each(|text| found.written(&line_feeds(text)));
        (found, !gone)
    }

    /// Moves past a change, or takes it into the window.
    fn follow(&mut self, step: &Step) -> Place {
        let Step { before, edit } = step;
        let end = self.origin + self.window.len();
        let Range { start, end: stop } = edit.range;
        if start >= self.origin && stop <= end {
            let (from, to) = (start - self.origin, stop - self.origin);
            if self.window.get(from..to).is_none() {
                return Place::Across;
            }
            self.window.replace_range(from..to, &edit.text);
            return Place::Within;
        }
        if start > end {
            if let Some(text) = turned(before, end, edit, self.text.len()) {
                self.window.push_str(&text);
                return Place::Within;
            }
            return Place::Elsewhere;
        }
        // What ends right before it takes away the text that it was to continue.
        match edit::map(self.origin, edit, Assoc::Before) {
            Some(origin) if stop < self.origin => {
                self.origin = origin;
                Place::Elsewhere
            }
            _ => Place::Across,
        }
    }

    /// Judges what has come to its place. False if something else stands there now.
    fn grown(&mut self, put: &str, talks: Talks, found: &mut Found) -> bool {
        let put = line_feeds(put);
        let Some(matched) = agreement(&line_feeds(&self.window), &self.wanted) else {
            found.written(&put);
            return false;
        };
        let from = std::mem::replace(&mut self.matched, matched);
        let said = matched <= self.taken_to;
        if matched <= from || !(said || self.looks_taken(from..matched, talks)) {
            self.counted_to = self.counted_to.max(matched);
            found.written(&put);
            return true;
        }
        self.followed_to = self.followed_to.max(from);
        self.take(matched, found);
        found.taken = self.follow_to(matched);
        true
    }

    /// Whether the part of the wanted text that has come in one change was taken rather than typed.
    fn looks_taken(&self, new: Range<usize>, talks: Talks) -> bool {
        let (Some(text), Some(rest)) = (self.wanted.get(new.clone()), self.wanted.get(new.end..)) else { return false };
        let characters = text.chars().count();
        if characters < 2 || text.trim().is_empty() {
            return false;
        }
        let word = |char: char| char.is_alphanumeric() || char == '_';
        let within = text.ends_with(word) && rest.starts_with(word);
        let told = if rest.is_empty() { talks.of_whole } else { talks.of_parts };
        characters > KEYS || !(within || told)
    }

    /// Counts that the first `end` bytes of what is wanted were taken.
    fn take(&mut self, end: usize, found: &mut Found) {
        let new = self.wanted.get(self.counted_to..end).map_or(0, |text| text.chars().count());
        if new > 0 {
            found.events.push(Event::Written(Writer::Model, new));
        }
        self.counted_to = self.counted_to.max(end);
        self.taken_to = self.taken_to.max(end);
        if !std::mem::replace(&mut self.counted.taken, true) {
            found.events.push(Event::Taken(self.kind));
        }
        if end == self.wanted.len() && !std::mem::replace(&mut self.counted.whole, true) {
            found.events.push(Event::Whole(self.kind));
        }
    }

    /// What is to be followed, up to that byte of what is wanted, all of which is in the buffer.
    fn follow_to(&mut self, end: usize) -> Option<Taken> {
        let start = self.followed_to;
        let text = self.wanted.get(start..end).filter(|text| !text.is_empty())?.to_owned();
        let range = self.origin + raw(&self.window, start)..self.origin + raw(&self.window, end);
        self.followed_to = end;
        let (suggestion, _) = *self.numbers.front()?;
        Some(Taken { suggestion, kind: self.kind, range, text })
    }

    /// The byte of what is wanted up to which the buffer has it, if it has so many UTF-16 code units of the item's text.
    /// That item may be an earlier one, of which what is wanted is the rest.
    fn end_of(&self, number: u64, of_item: usize) -> usize {
        let known = self.numbers.iter().find(|(known, _)| *known == number).map_or(0, |(_, units)| *units);
        let now = (units(&self.text) + of_item.min(known)).saturating_sub(known);
        let mut left = now;
        let in_text = self.text.char_indices().find(|(_, char)| {
            let enough = left == 0;
            left = left.saturating_sub(char.len_utf16());
            enough
        });
        let end = in_text.map_or(self.text.len(), |(at, _)| at);
        self.text.get(self.before..end).map_or(0, |text| line_feeds(text).len())
    }
}

impl Found {
    /// Counts text that no suggestion said.
    fn written(&mut self, text: &str) {
        let event = match keys(text) {
            Some(0) => return,
            Some(keys) => Event::Written(Writer::Hand, keys),
            None => Event::Written(Writer::Other, text.chars().count()),
        };
        self.events.push(event);
    }
}

/// How much of what is wanted stands in the window, if nothing else does but closers that the editor adds, or what comes
/// behind all of it.
fn agreement(window: &str, wanted: &str) -> Option<usize> {
    if window.starts_with(wanted) {
        return (window.len() <= wanted.len() + SLACK).then_some(wanted.len());
    }
    let mut typed = window;
    while !wanted.starts_with(typed) {
        typed = typed.strip_suffix(is_closer)?;
    }
    Some(typed.len())
}

/// What an insertion behind `end` puts in there, if it can be seen that way: where what is inserted begins as what
/// follows does, a client that compares texts finds it further on. At most `most` bytes are looked at.
fn turned(before: &Rope, end: usize, edit: &Edit, most: usize) -> Option<String> {
    let between = edit.range.start - end;
    if !edit.range.is_empty() || between > most {
        return None;
    }
    let mut text = before.get_byte_slice(end..edit.range.start)?.to_string();
    text.push_str(&edit.text);
    let (put, rest) = text.split_at_checked(edit.text.len())?;
    text.starts_with(rest).then(|| put.to_owned())
}

/// The length in bytes of the beginning of `text` that is `length` bytes long with `\n` as its line ends.
fn raw(text: &str, length: usize) -> usize {
    let mut bytes = text.bytes().enumerate().peekable();
    let mut left = length;
    while left > 0 {
        let Some((_, byte)) = bytes.next() else { return text.len() };
        if byte == b'\r' {
            bytes.next_if(|(_, byte)| *byte == b'\n');
        }
        left -= 1;
    }
    bytes.peek().map_or(text.len(), |(at, _)| *at)
}

/// The length in UTF-16 code units.
fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests;

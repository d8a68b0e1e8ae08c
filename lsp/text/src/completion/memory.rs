//! The suggestions of one document that have been made, found again by the text before the cursor: after an undo, behind
//! what has been typed of them, and where the user comes back to. Looking one up costs the same in every document.
//!
//! An entry depends on the text around its place alone, so no edit makes it wrong. What else its generation was shown is
//! not looked at again: the text above the last 4 KiB, and the one further below. That is on purpose: a suggestion is
//! there at once or worth little, it was right for the same lines a moment ago, and before it is shown it goes through the
//! filters again, which look at the document as it is. What stood is only fitted to the rest of the line, and what is
//! right of a place and the next line below are a part of what the place is known by.

use std::num::NonZeroUsize;

use lru::LruCache;

use super::here::{After, Here, REACH, TAIL};
use super::raw::RawCompletion;
use crate::document::indentation::Origin;

/// Places that are remembered.
const PLACES: NonZeroUsize = NonZeroUsize::new(128).unwrap();

/// Bytes that all places take: 64 with the longest suggestions fit.
const BYTES: usize = 1 << 20;

/// Suggestions of each kind at one place: for entries of the menu, or above other lines.
const VARIANTS: usize = 4;

/// A suggestion as the client was given it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stands {
    /// The text.
    pub text: String,
    /// The probability that it was shown with.
    pub confidence: Option<f32>,
}

/// What is remembered of one text before the cursor.
#[derive(Debug)]
struct Place {
    /// The text, as far as it counts.
    tail: Box<[u8]>,
    /// The latest first, as in `shown`.
    generated: Vec<Generated>,
    shown: Vec<Shown>,
}

/// A finished generation.
#[derive(Debug, Clone)]
struct Generated {
    after: After,
    /// The way from what is typed in the buffer's indentation to what the model writes.
    origin: Origin,
    raw: RawCompletion,
    prepared: bool,
}

#[derive(Debug)]
struct Shown {
    after: After,
    stands: Stands,
    part: bool,
}

/// What stood at a place, as far as it has not been typed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Again {
    pub rest: Stands,
    /// Whether it was shown while the rest of its generation was not known.
    pub part: bool,
    /// Bytes that have been typed of it.
    typed: usize,
}

/// A generation, as far as it has not been typed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Remembered {
    pub raw: RawCompletion,
    /// Whether it was made before anybody asked for it, and is asked for now for the first time.
    pub prepared: bool,
}

/// The suggestions of one document.
#[derive(Debug)]
pub(super) struct Memory {
    places: LruCache<u64, Place>,
    bytes: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self { places: LruCache::new(PLACES), bytes: 0 }
    }
}

impl Memory {
    /// Remembers a generation that was asked for at `here`.
    pub fn generated(&mut self, here: &Here, origin: Origin, raw: RawCompletion, prepared: bool) {
        self.update(here, |place| {
            let after = here.after().clone();
            place.generated.retain(|old| old.after != after || old.raw.text != raw.text);
            place.generated.insert(0, Generated { after, origin, raw, prepared });
            place.generated.truncate(VARIANTS);
        });
    }

    /// Remembers what was shown at `here`: a `part`, if the rest of its generation was not known.
    pub fn shown(&mut self, here: &Here, stands: Stands, part: bool) {
        // What is typed through is found from where it was shown first.
        let old = self.again(here, |rest| rest == stands.text);
        if old.is_some_and(|old| old.part == part && old.typed <= REACH / 2 && old.rest == stands) {
            return;
        }
        self.update(here, |place| {
            let after = here.after().clone();
            place.shown.retain(|old| old.after != after);
            place.shown.insert(0, Shown { after, stands, part });
            place.shown.truncate(VARIANTS);
        });
    }

    /// What stands at `here`, shown there or at an earlier place from which the user has typed its beginning, if its rest is
    /// `allowed`. The nearest is taken.
    pub fn again(&mut self, here: &Here, allowed: impl Fn(&str) -> bool) -> Option<Again> {
        let before = here.before();
        let (key, again) = self.hits(here).find_map(|(key, at, place)| {
            let typed = &before[at..];
            place.shown.iter().filter(|shown| here.after().follows(&shown.after)).find_map(|shown| {
                let rest = shown.stands.text.strip_prefix(typed)?;
                (!rest.trim().is_empty() && allowed(rest)).then(|| {
                    let rest = Stands { text: rest.to_owned(), ..shown.stands };
                    (key, Again { rest, part: shown.part, typed: typed.len() })
                })
            })
        })?;
        self.places.promote(&key);
        Some(again)
    }

    /// The generation that was asked for at `here`, or at an earlier place from which the user has typed its beginning, if
    /// its rest is `allowed`. The nearest is taken.
    pub fn take(&mut self, here: &Here, allowed: impl Fn(&str) -> bool) -> Option<Remembered> {
        let (key, index, remembered) = self.find(here, allowed)?;
        if let Some(old) = self.places.get_mut(&key).and_then(|place| place.generated.get_mut(index)) {
            old.prepared = false;
        }
        Some(remembered)
    }

    /// Does the same as [`Self::take`], and leaves everything as it is.
    pub fn peek(&self, here: &Here) -> Option<RawCompletion> {
        self.find(here, |_| true).map(|(_, _, found)| found.raw)
    }

    fn find(&self, here: &Here, allowed: impl Fn(&str) -> bool) -> Option<(u64, usize, Remembered)> {
        let before = here.before();
        self.hits(here).find_map(|(key, at, place)| {
            let typed = &before[at..];
            let after = place.generated.iter().enumerate().filter(|(_, old)| here.after().follows(&old.after));
            after
                .filter_map(|(index, Generated { origin, raw, prepared, .. })| {
                    let rest = raw.text.strip_prefix(&*origin.to_model(typed))?;
                    // If the user typed or accepted all of it, a new request is due.
                    let over = rest.trim().is_empty() && !typed.is_empty();
                    (!over && allowed(rest))
                        .then(|| (key, index, Remembered { raw: raw.last(rest.len()), prepared: *prepared }))
                })
                .next()
        })
    }

    /// The remembered places from `here` back, the nearest first, each with its offset in `here`'s text.
    fn hits<'m>(&'m self, here: &'m Here) -> impl Iterator<Item = (u64, usize, &'m Place)> {
        let (before, sums) = (here.before(), Sums::of(here.before()));
        (before.len().saturating_sub(REACH)..=before.len()).rev().filter_map(move |at| {
            let key = sums.key(at);
            let place =
                self.places.peek(&key).filter(|place| before.is_char_boundary(at) && *place.tail == *here.tail(at));
            place.map(|place| (key, at, place))
        })
    }

    /// Changes what is remembered at `here`, and forgets what has not been used for longest if that is too much.
    fn update(&mut self, here: &Here, change: impl FnOnce(&mut Place)) {
        let end = here.before().len();
        let (key, tail) = (Sums::of(here.before()).key(end), here.tail(end));
        let old = self.places.pop(&key).inspect(|old| self.bytes -= old.bytes());
        let mut place = old.filter(|old| *old.tail == *tail).unwrap_or_else(|| Place {
            tail: tail.into(),
            generated: Vec::new(),
            shown: Vec::new(),
        });
        change(&mut place);
        self.bytes += place.bytes();
        if let Some((_, old)) = self.places.push(key, place) {
            self.bytes -= old.bytes();
        }
        while self.bytes > BYTES
            && let Some((_, old)) = self.places.pop_lru()
        {
            self.bytes -= old.bytes();
        }
    }
}

impl Place {
    fn bytes(&self) -> usize {
        let generated = self.generated.iter().map(|Generated { after, raw, .. }| {
            size_of::<Generated>() + after.bytes() + raw.text.len() + size_of_val(&*raw.tokens)
        });
        let shown =
            self.shown.iter().map(|Shown { after, stands, .. }| size_of::<Shown>() + after.bytes() + stands.text.len());
        size_of::<Self>() + self.tail.len() + generated.sum::<usize>() + shown.sum::<usize>()
    }
}

/// Polynomial hashes of all beginnings of a text, from which those of its parts follow. Two texts of one hash are told
/// apart by themselves.
struct Sums(Vec<u64>);

const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

impl Sums {
    fn of(text: &str) -> Self {
        let mut sums = Vec::with_capacity(text.len() + 1);
        sums.push(0u64);
        let mut sum = 0u64;
        sums.extend(text.bytes().map(|byte| {
            sum = sum.wrapping_mul(BASE).wrapping_add(u64::from(byte) + 1);
            sum
        }));
        Self(sums)
    }

    /// The hash of the bytes before `at` that a place is known by.
    fn key(&self, at: usize) -> u64 {
        const WHOLE: u64 = BASE.wrapping_pow(TAIL as u32);
        let start = at.saturating_sub(TAIL);
        // What begins where the text does has nothing to take off.
        if start == 0 { self.0[at] } else { self.0[at].wrapping_sub(self.0[start].wrapping_mul(WHOLE)) }
    }
}

#[cfg(test)]
mod tests;

//! The suggestions of one buffer: cached, in flight, typed through or superseded. Pure: it decides, the caller acts.
//!
//! A buffer has at most one suggestion being generated and one that is remembered. Both know the text typed through from where they
//! were asked to where the user has typed since, kept up to date change by change, so that no decision compares texts
//! of the document's size.

use crate::completion::confidence::TokenScore;
use crate::completion::{Kind, Selected};
use crate::document::indentation::Origin;
use crate::edit::Edit;

/// How much longer than a suggestion the typed text may get before the suggestion is forgotten: enough for a slip and
/// the backspaces that undo it.
const SLACK: usize = 32;

/// The place where a suggestion starts, and the text that the user has typed there since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedThrough {
    origin: usize,
    typed: String,
    /// The way from what is typed in the buffer's indentation to what the model writes.
    place: Origin,
}

impl TypedThrough {
    /// Starts at `origin`, a byte offset, with nothing typed.
    #[must_use]
    pub fn new(origin: usize) -> Self {
        Self { origin, typed: String::new(), place: Origin::default() }
    }

    /// The byte offset behind what has been typed.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.origin + self.typed.len()
    }

    /// Follows a change of the document. False if it changed anything but what was typed: the text before the suggestion
    /// or behind it is then another, and the suggestion worthless.
    #[must_use]
    fn follow(&mut self, change: &Edit) -> bool {
        if change.range.start < self.origin || change.range.end > self.cursor() {
            return false;
        }
        let (start, end) = (change.range.start - self.origin, change.range.end - self.origin);
        if !self.typed.is_char_boundary(start) || !self.typed.is_char_boundary(end) {
            return false;
        }
        self.typed.replace_range(start..end, &change.text);
        true
    }

    /// What has been typed up to `offset`, if only closers that the editor puts behind the cursor come after it.
    fn typed_to(&self, offset: usize) -> Option<&str> {
        let (before, after) = self.typed.split_at_checked(offset.checked_sub(self.origin)?)?;
        after.chars().all(is_closer).then_some(before)
    }

    /// Returns the part of `raw` behind the text typed up to `offset`; `None` if the user typed something else.
    fn rest<'r>(&self, raw: &'r str, offset: usize) -> Option<&'r str> {
        raw.strip_prefix(&*self.place.to_model(self.typed_to(offset)?))
    }

    /// Whether `streamed`, which may grow, can still turn out to start with what was typed. Closers at the end of that may
    /// be the editor's.
    fn agrees(&self, streamed: &str) -> bool {
        let typed = self.place.to_model(self.typed.trim_end_matches(is_closer));
        streamed.starts_with(&*typed) || typed.starts_with(streamed)
    }
}

/// Whether an editor puts the sign behind the cursor by itself.
fn is_closer(sign: char) -> bool {
    ")]}\"'".contains(sign)
}

/// An entry of the client's menu that a suggestion has to continue, at the place where it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The entry.
    pub selected: Selected,
    /// The part of it that has not been typed.
    pub rest: String,
}

impl Entry {
    /// Whether `text`, put in at the cursor, makes the entry and what may come behind it. `None` asks for no entry.
    fn allows(entry: Option<&Self>, text: &str) -> bool {
        let letter = |char: char| char.is_alphanumeric() || char == '_';
        entry.is_none_or(|Self { selected, rest }| {
            text.strip_prefix(rest.as_str())
                .is_some_and(|behind| !(selected.text.ends_with(letter) && behind.starts_with(letter)))
        })
    }
}

/// A suggestion being generated, and who waits for it.
#[derive(Debug)]
struct InFlight<W> {
    id: u64,
    through: TypedThrough,
    /// The text before the cursor that the generation repeats.
    held: String,
    streamed: String,
    /// Where the latest request asked, and for what.
    asked: usize,
    entry: Option<Entry>,
    waiting: Option<W>,
    /// Whether the document is still as it was when `waiting` asked.
    fresh: bool,
}

impl<W> InFlight<W> {
    /// Whether what was typed can still turn out to be what the model writes.
    fn agrees(&self) -> bool {
        if self.held.starts_with(self.streamed.as_str()) {
            return true;
        }
        self.through.agrees(self.rest())
    }

    /// What has been generated behind what is held.
    fn rest(&self) -> &str {
        self.streamed.strip_prefix(self.held.as_str()).unwrap_or(&self.streamed)
    }

    /// Whether it may become what a request for `entry` asks for: one that was asked for the same does.
    fn may_become(&self, entry: Option<&Entry>) -> bool {
        entry.is_none() || self.entry.as_ref() == entry
    }
}

/// A finished generation.
#[derive(Debug, Clone, PartialEq)]
pub struct RawCompletion {
    /// The model's text, cut by the stop rule.
    pub text: String,
    /// What was asked for. It holds wherever the user has typed on to; nothing else that was known of the cursor does.
    pub kind: Kind,
    /// Its tokens.
    pub tokens: Vec<TokenScore>,
    /// Whether its tokens were used up before it came to an end.
    pub unfinished: bool,
}

impl RawCompletion {
    /// Takes off the text before the cursor that the generation repeats, if it does.
    pub fn forget(&mut self, held: &str) {
        if self.text.starts_with(held) {
            *self = self.behind(held.len());
        }
    }

    /// The generation without the first `length` bytes of its text.
    fn behind(&self, length: usize) -> Self {
        let (typed, text) = self.text.split_at(length);
        let solid = super::confidence::solid(typed);
        let tokens = self.tokens.iter().filter(|token| token.solid > solid);
        let tokens = tokens.map(|token| TokenScore { solid: token.solid - solid, ..*token }).collect();
        Self { text: text.to_owned(), tokens, ..self.clone() }
    }
}

/// The cached answer for a cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Byte offset of the cursor.
    pub offset: usize,
    /// The entry of the client's menu that was asked for.
    pub entry: Option<Entry>,
    /// The answer.
    pub answer: Answer,
}

/// What a cached answer is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The rest of a suggestion that stands already, behind what the user has typed of it: it stays as it is.
    Standing {
        /// The rest.
        text: String,
        /// The probability that the suggestion was shown with.
        confidence: Option<f32>,
    },
    /// A generation, its text shortened by what was typed since it was asked for.
    Generated(RawCompletion),
}

/// A generation that no request waits for any more: the caller cancels it and answers its request with nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Dropped<W> {
    /// The generation.
    pub id: u64,
    /// Who still waited for it.
    pub waiting: Option<W>,
}

/// The caller's next action for a request.
#[derive(Debug, PartialEq)]
pub enum Decision<W> {
    /// Answer at once; a generation for another place is dropped.
    Answer(W, Known, Option<Dropped<W>>),
    /// The generation in flight will answer it; the request that waited so far is superseded.
    Join(Option<W>),
    /// Start a generation under this number at this offset; an earlier one is dropped.
    Start(u64, usize, Option<Dropped<W>>),
}

/// The caller's next action for a generation that has ended.
#[derive(Debug, PartialEq)]
pub enum Ended<W> {
    /// Answer the one who waits.
    Answer(W, Known),
    /// The one who waits must be answered with nothing: the text has moved on under the request.
    Nothing(W),
    /// The user typed something other than the model wrote: start again under this number, at this offset.
    Restart(u64, usize),
    /// No request waits.
    Quiet,
}

/// A suggestion as the client was given it.
#[derive(Debug)]
struct Standing {
    through: TypedThrough,
    text: String,
    confidence: Option<f32>,
}

/// One buffer's suggestions. `W` answers a request.
#[derive(Debug)]
pub struct Suggestions<W> {
    in_flight: Option<InFlight<W>>,
    cached: Option<(TypedThrough, RawCompletion)>,
    /// The last answer, as the client was given it.
    standing: Option<Standing>,
}

impl<W> Default for Suggestions<W> {
    fn default() -> Self {
        Self { in_flight: None, cached: None, standing: None }
    }
}

impl<W> Suggestions<W> {
    /// Decides about a request at `offset`, for a suggestion that continues `entry` if that is given; `next_id` numbers a
    /// generation, should one be needed.
    pub fn ask(&mut self, offset: usize, entry: Option<Entry>, waiting: W, next_id: u64) -> Decision<W> {
        if let Some(known) = self.known(offset, entry.as_ref()) {
            return Decision::Answer(waiting, known, self.clear_flight());
        }
        match &mut self.in_flight {
            Some(in_flight)
                if in_flight.through.typed_to(offset).is_some()
                    && in_flight.agrees()
                    && in_flight.may_become(entry.as_ref()) =>
            {
                in_flight.fresh = true;
                in_flight.asked = offset;
                in_flight.entry = entry;
                Decision::Join(in_flight.waiting.replace(waiting))
            }
            _ => {
                let dropped = self.clear_flight();
                self.start(next_id, offset, entry, waiting);
                Decision::Start(next_id, offset, dropped)
            }
        }
    }

    /// Follows a change of the document. A generation whose text could no longer be shown is dropped at once.
    pub fn changed(&mut self, change: &Edit) -> Option<Dropped<W>> {
        if let Some((through, raw)) = &mut self.cached
            && (!through.follow(change) || through.place.to_model(&through.typed).len() > raw.text.len() + SLACK)
        {
            self.cached = None;
        }
        if let Some(Standing { through, text, .. }) = &mut self.standing
            && (!through.follow(change) || through.typed.len() > text.len() + SLACK)
        {
            self.standing = None;
        }
        let in_flight = self.in_flight.as_mut()?;
        in_flight.fresh = false;
        if in_flight.through.follow(change) && in_flight.agrees() {
            return None;
        }
        self.clear_flight()
    }

    /// Says of the generation `id` that it is to begin with what stands before the cursor already, and how what is typed
    /// there is indented.
    pub fn holds(&mut self, id: u64, held: String, place: Origin) {
        if let Some(in_flight) = self.in_flight.as_mut().filter(|in_flight| in_flight.id == id) {
            in_flight.held = held;
            in_flight.through.place = place;
        }
    }

    /// The entry that the generation `id` is to continue.
    #[must_use]
    pub fn entry(&self, id: u64) -> Option<&Entry> {
        self.in_flight.as_ref().filter(|in_flight| in_flight.id == id)?.entry.as_ref()
    }

    /// The client has been given `text` for the cursor at `offset`: while the user types it, it stays.
    pub fn shown(&mut self, offset: usize, text: String, confidence: Option<f32>) {
        self.standing = Some(Standing { through: TypedThrough::new(offset), text, confidence });
    }

    /// Takes in text that the generation `id` has produced. If what was typed ahead turns out to be something else, the
    /// generation ends: with a restart for the one who waits at the new place.
    pub fn streamed(&mut self, id: u64, text: &str, next_id: u64) -> Option<Ended<W>> {
        let in_flight = self.in_flight.as_mut().filter(|in_flight| in_flight.id == id)?;
        in_flight.streamed.push_str(text);
        if in_flight.agrees() {
            return None;
        }
        Some(self.divert(next_id))
    }

    /// Takes in the end of the generation `id`: it is remembered, and the one who waits is answered.
    pub fn finished(&mut self, id: u64, mut raw: RawCompletion, next_id: u64) -> Ended<W> {
        let Some(in_flight) = self.in_flight.take_if(|in_flight| in_flight.id == id) else { return Ended::Quiet };
        raw.forget(&in_flight.held);
        self.cached = Some((in_flight.through, raw));
        let Some(waiting) = in_flight.waiting else { return Ended::Quiet };
        if !in_flight.fresh {
            return Ended::Nothing(waiting);
        }
        let (cursor, entry) = (in_flight.asked, in_flight.entry);
        if let Some(known) = self.known(cursor, entry.as_ref()) {
            return Ended::Answer(waiting, known);
        }
        self.start(next_id, cursor, entry, waiting);
        Ended::Restart(next_id, cursor)
    }

    /// The generation `id` failed or had nothing to do. Returns what answers its request.
    pub fn failed(&mut self, id: u64) -> Option<W> {
        self.in_flight.take_if(|in_flight| in_flight.id == id)?.waiting
    }

    /// The generation that the one who waits and is meant by `whose` waits for, forgotten because that one went away.
    pub fn cancelled(&mut self, whose: impl FnOnce(&W) -> bool) -> Option<Dropped<W>> {
        self.in_flight.take_if(|in_flight| in_flight.waiting.as_ref().is_some_and(whose)).map(Dropped::from)
    }

    /// Begins the generation in flight again where the user is now, for an engine that was not ready when it was asked
    /// for. `Quiet` if there is none.
    pub fn restart(&mut self, next_id: u64) -> Ended<W> {
        if self.in_flight.is_none() { Ended::Quiet } else { self.divert(next_id) }
    }

    /// Whether the generation `id` is still wanted.
    #[must_use]
    pub fn wants(&self, id: u64) -> bool {
        self.in_flight.as_ref().is_some_and(|in_flight| in_flight.id == id)
    }

    /// Forgets everything: the document or the model has become another.
    pub fn clear(&mut self) -> Option<Dropped<W>> {
        (self.cached, self.standing) = (None, None);
        self.clear_flight()
    }

    fn known(&self, offset: usize, entry: Option<&Entry>) -> Option<Known> {
        let known = |answer| Some(Known { offset, entry: entry.cloned(), answer });
        if let Some(Standing { through, text, confidence }) = &self.standing
            && let Some(rest) = through.rest(text, offset)
            && !rest.trim().is_empty()
            && Entry::allows(entry, rest)
        {
            return known(Answer::Standing { text: rest.to_owned(), confidence: *confidence });
        }
        let (through, raw) = self.cached.as_ref()?;
        let rest = through.rest(&raw.text, offset).filter(|rest| Entry::allows(entry, rest))?;
        // If the user typed or accepted all of it, a new request is due.
        if rest.trim().is_empty() && !through.typed.is_empty() {
            return None;
        }
        known(Answer::Generated(raw.behind(raw.text.len() - rest.len())))
    }

    fn divert(&mut self, next_id: u64) -> Ended<W> {
        let Some(in_flight) = self.in_flight.take() else { return Ended::Quiet };
        match in_flight.waiting {
            Some(waiting) if in_flight.fresh => {
                let cursor = in_flight.asked;
                self.start(next_id, cursor, in_flight.entry, waiting);
                Ended::Restart(next_id, cursor)
            }
            Some(waiting) => Ended::Nothing(waiting),
            None => Ended::Quiet,
        }
    }

    fn start(&mut self, id: u64, offset: usize, entry: Option<Entry>, waiting: W) {
        self.in_flight = Some(InFlight {
            id,
            through: TypedThrough::new(offset),
            held: String::new(),
            streamed: String::new(),
            asked: offset,
            entry,
            waiting: Some(waiting),
            fresh: true,
        });
    }

    fn clear_flight(&mut self) -> Option<Dropped<W>> {
        self.in_flight.take().map(Dropped::from)
    }
}

impl<W> From<InFlight<W>> for Dropped<W> {
    fn from(in_flight: InFlight<W>) -> Self {
        Self { id: in_flight.id, waiting: in_flight.waiting }
    }
}

#[cfg(test)]
mod tests;

//! The suggestions of one buffer: remembered, in flight, prepared, typed through or superseded. Pure: it decides, the caller
//! acts.
//!
//! A buffer has at most one suggestion being generated, for a request or, while there is none, ahead of one; and it
//! remembers those that were ([`super::memory`]). What is generated knows the text typed through from where it was asked
//! for to where the user has typed since, kept up to date change by change; what is remembered is found by a bounded part
//! of the text before the cursor. So no decision compares texts of the document's size.

mod choice;
mod flight;
mod next;
mod through;

use super::confidence::Ceiling;
use super::here::Here;
use super::memory::Memory;
pub use super::memory::Stands;
use super::raw::RawCompletion;
use super::{Kind, Selected};
use crate::document::indentation::Origin;
use crate::edit::Edit;
use choice::Choice;
pub use choice::Chosen;
use flight::Flight;
pub use next::Preparation;
use next::Shown;

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

/// The known answer for a cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Byte offset of the cursor.
    pub offset: usize,
    /// The entry of the client's menu that was asked for.
    pub entry: Option<Entry>,
    /// The answer.
    pub answer: Answer,
    /// Where it comes from.
    pub source: Source,
}

/// What a known answer is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The rest of a suggestion that stood, behind what the user has typed of it: it stays as it is.
    Standing(Stands),
    /// A generation, its text shortened by what was typed since it was asked for.
    Generated(RawCompletion),
    /// A generation of which a part was shown before its rest was known. What is shown now begins with that part, and is
    /// no less.
    Longer(RawCompletion, Stands),
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// It is what was shown last, as far as that has not been typed.
    Standing,
    /// It was shown or generated before.
    Memory,
    /// It was prepared while another suggestion was shown, and is given for the first time.
    Prepared,
    /// It was generated for the request.
    Generated,
    /// It is the part of a generation that was known when its lines had been waited for long enough.
    Early,
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
    Join {
        /// The generation.
        id: u64,
        /// Who waited so far.
        superseded: Option<W>,
        /// Whether it was only prepared so far: its priority is now that of a request.
        raised: bool,
    },
    /// Start a generation under this number at this offset; an earlier one is dropped.
    Start(u64, usize, Option<Dropped<W>>),
}

/// The caller's next action for a request for several suggestions.
#[derive(Debug, PartialEq)]
pub enum Invoked<W> {
    /// Start so many generations together, under one number, each of which is told by its index.
    Start {
        /// Their number.
        id: u64,
        /// How many.
        count: usize,
        /// Whether the first of them is the most likely text; if not, that is known, and all of them are drawn.
        greedy: bool,
        /// What is dropped for it.
        dropped: Option<Dropped<W>>,
    },
    /// Answer at once.
    Answer(Box<Chosen<W>>, Option<Dropped<W>>),
}

/// The caller's next action for a request whose generation has ended, or has come far enough.
#[derive(Debug, PartialEq)]
pub enum Ended<W> {
    /// Answer the one who waits.
    Answer(W, Known),
    /// The one who waits must be answered with nothing: the text has moved on under the request.
    Nothing(W),
    /// The user typed something other than the model wrote: start again under this number, at this offset.
    Restart(u64, usize),
    /// No request waits for it.
    Quiet,
}

/// One buffer's suggestions. `W` answers a request.
#[derive(Debug)]
pub struct Suggestions<W> {
    /// The generation for a request, or one ahead; never both.
    in_flight: Option<Flight<W>>,
    /// The request for several suggestions; nothing is in flight beside it.
    choice: Option<Choice<W>>,
    memory: Memory,
    /// The last answer, as the client was given it.
    shown: Option<Shown>,
}

impl<W> Default for Suggestions<W> {
    fn default() -> Self {
        Self { in_flight: None, choice: None, memory: Memory::default(), shown: None }
    }
}

impl<W> Suggestions<W> {
    /// Decides about a request `here`, for a suggestion that continues `entry` if that is given; `next_id` numbers a
    /// generation, should one be needed.
    pub fn ask(&mut self, here: Here, entry: Option<Entry>, waiting: W, next_id: u64) -> Decision<W> {
        self.shown.take_if(|shown| shown.rest(here.offset).is_none());
        if let Some(known) = self.known(&here, entry.as_ref()) {
            let goes_on =
                |flight: &Flight<W>| flight.ahead || (flight.waiting.is_none() && flight.answers(here.offset));
            let dropped = if self.in_flight.as_ref().is_some_and(goes_on) { None } else { self.clear_flight() };
            return Decision::Answer(waiting, known, dropped);
        }
        let offset = here.offset;
        if let Some(flight) = &mut self.in_flight
            && flight.answers(offset)
            && flight.may_become(entry.as_ref())
        {
            let raised = flight.ahead;
            let superseded = flight.join(here, entry, waiting);
            return Decision::Join { id: flight.id, superseded, raised };
        }
        let dropped = self.clear_all();
        self.in_flight = Some(Flight::new(next_id, here, entry, waiting));
        Decision::Start(next_id, offset, dropped)
    }

    /// Decides about a request `here` for up to `most` different suggestions.
    pub fn invoke(&mut self, here: Here, entry: Option<Entry>, most: usize, waiting: W, id: u64) -> Invoked<W> {
        let dropped = self.clear_all();
        let known = self.known(&here, entry.as_ref());
        let (greedy, count) = (known.is_none(), most.saturating_sub(usize::from(known.is_some())));
        let choice = Choice::new(id, here, entry, known, count, waiting);
        if count == 0 {
            return Invoked::Answer(Box::new(choice.end()), dropped);
        }
        self.choice = Some(choice);
        Invoked::Start { id, count, greedy, dropped }
    }

    /// Follows a change of the document. A generation whose text could no longer be shown is dropped at once.
    pub fn changed(&mut self, change: &Edit) -> Option<Dropped<W>> {
        self.shown.take_if(|shown| !shown.follow(change));
        if let Some(choice) = self.choice.take() {
            return Some(choice.into());
        }
        let flight = self.in_flight.as_mut()?;
        flight.fresh = false;
        if flight.through.follow(change) && flight.agrees() {
            return None;
        }
        self.clear_flight()
    }

    /// Says of the generation `id` of what kind it is, that it is to begin with what stands before the cursor already,
    /// how what is typed there is indented, and, unless all of it is shown, when it is so improbable that no more of it is.
    pub fn holds(&mut self, id: u64, kind: Kind, held: String, place: Origin, ceiling: Option<(Ceiling, f32)>) {
        if let Some(flight) = self.in_flight.as_mut().filter(|flight| flight.id == id) {
            (flight.kind, flight.held, flight.through.place) = (Some(kind), held, place);
            flight.ceiling = ceiling;
        } else if let Some(choice) = self.choice.as_mut().filter(|choice| choice.id() == id) {
            choice.holds(held, place);
        }
    }

    /// The entry that the generation `id` is to continue.
    #[must_use]
    pub fn entry(&self, id: u64) -> Option<&Entry> {
        let flight = self.in_flight.as_ref().filter(|flight| flight.id == id).map(|flight| flight.entry.as_ref());
        let choice = self.choice.as_ref().filter(|choice| choice.id() == id).map(Choice::entry);
        flight.or(choice)?
    }

    /// The client has been given a suggestion `here`, of that source: while the user types it, and where the user comes
    /// back, it stays. What was prepared for another one is dropped.
    pub fn shown(&mut self, here: &Here, stands: Stands, source: Source) -> Option<Dropped<W>> {
        let shown = Shown::new(here, &stands.text).after(self.shown.take());
        self.memory.shown(here, stands, source == Source::Early);
        let stale = self.in_flight.as_ref().is_some_and(|flight| flight.ahead && !shown.leads_to(&flight.place));
        let dropped = if stale { self.clear_flight() } else { None };
        self.shown = Some(shown);
        dropped
    }

    /// Decides what to prepare for the suggestion that is shown: what follows its acceptance, if that is not known and
    /// nothing else is being generated. It is to be generated at the lowest priority, under this number; its text and its
    /// end are taken in like those of other generations.
    pub fn prepare_next(&mut self, next_id: u64) -> Option<Preparation> {
        if self.in_flight.is_some() || self.choice.is_some() {
            return None;
        }
        let next::Next { place, through, edit } = self.shown.as_mut()?.prepare(&self.memory)?;
        let cursor = place.offset;
        self.in_flight = Some(Flight::ahead(next_id, place, through, &edit.text));
        Some(Preparation { id: next_id, edit, cursor })
    }

    /// Takes in text that the generation `id` has produced, and its log-probability. If what was typed ahead turns out to
    /// be something else, the generation ends: with a restart for the one who waits at the new place. If the one who waits
    /// has waited long enough, the lines that are complete are the answer, and the generation goes on. It also goes on
    /// where the answer is known because no more of it can be shown.
    ///
    /// [`Self::wants`] says whether it goes on.
    pub fn streamed(&mut self, id: u64, text: &str, logprob: f32, next_id: u64) -> Option<Ended<W>> {
        let flight = self.in_flight.as_mut().filter(|flight| flight.id == id)?;
        flight.push(text, logprob);
        if flight.agrees() { self.early().or_else(|| self.settled()) } else { Some(self.divert(next_id)) }
    }

    /// The one who waits for the generation `id` has waited long enough for the whole of it: if the first lines of a block
    /// are complete, they are the answer, now or as soon as they are. The generation goes on, and is remembered.
    pub fn patience_over(&mut self, id: u64) -> Option<Ended<W>> {
        let flight = self.in_flight.as_mut().filter(|flight| flight.id == id && flight.waiting.is_some())?;
        flight.impatient = true;
        self.early()
    }

    /// Takes in the end of the generation `id`: it is remembered, and the one who waits is answered.
    pub fn finished(&mut self, id: u64, mut raw: RawCompletion, next_id: u64) -> Ended<W> {
        let Some(flight) = self.in_flight.take_if(|flight| flight.id == id) else { return Ended::Quiet };
        raw.forget(&flight.held);
        self.memory.generated(&flight.place, flight.through.place.clone(), raw, flight.ahead);
        let Some(waiting) = flight.waiting else { return Ended::Quiet };
        if !flight.fresh {
            return Ended::Nothing(waiting);
        }
        if let Some(known) = self.known(&flight.asked, flight.entry.as_ref()) {
            let source = match known.answer {
                Answer::Standing(_) => known.source,
                _ if flight.prepared => Source::Prepared,
                _ => Source::Generated,
            };
            return Ended::Answer(waiting, Known { source, ..known });
        }
        // What was generated for exactly this request does not answer it, and would not if it were generated again.
        if flight.asked.is(&flight.place) {
            return Ended::Nothing(waiting);
        }
        self.again(next_id, flight.asked, flight.entry, waiting, flight.impatient)
    }

    /// The generation `id` failed or had nothing to do. Returns what answers its request.
    pub fn failed(&mut self, id: u64) -> Option<W> {
        self.in_flight.take_if(|flight| flight.id == id)?.waiting
    }

    /// Takes in one of the generations that were started together as `id`, or that it failed. The last one's end answers.
    pub fn chosen(&mut self, id: u64, index: usize, raw: Option<RawCompletion>) -> Option<Chosen<W>> {
        let choice = self.choice.as_mut().filter(|choice| choice.id() == id)?;
        if let Some((here, origin, raw)) = choice.take(index, raw) {
            self.memory.generated(&here, origin, raw, false);
        }
        self.choice.take_if(|choice| choice.is_complete()).map(Choice::end)
    }

    /// The generations `id` failed together. What is there answers.
    pub fn choice_failed(&mut self, id: u64) -> Option<Chosen<W>> {
        self.choice.take_if(|choice| choice.id() == id).map(Choice::end)
    }

    /// The generation that the one who waits and is meant by `whose` waits for, forgotten because that one went away.
    pub fn cancelled(&mut self, whose: impl Fn(&W) -> bool) -> Option<Dropped<W>> {
        let flight = self.in_flight.take_if(|flight| flight.waiting.as_ref().is_some_and(&whose));
        flight.map(Dropped::from).or_else(|| self.choice.take_if(|choice| whose(choice.waiting())).map(Dropped::from))
    }

    /// Begins the generation in flight again where the user is now, for an engine that was not ready when it was asked
    /// for. `Quiet` if there is none.
    pub fn restart(&mut self, next_id: u64) -> Ended<W> {
        self.divert(next_id)
    }

    /// The request for several suggestions that is waiting: its number, the byte offset of its cursor, and how many generations
    /// it waits for, the first of them the most likely text if that is true.
    #[must_use]
    pub fn several(&self) -> Option<(u64, usize, usize, bool)> {
        self.choice.as_ref().map(Choice::wanted)
    }

    /// The kind of the generation `id`, once that is known.
    #[must_use]
    pub fn kind(&self, id: u64) -> Option<&Kind> {
        self.in_flight.as_ref().filter(|flight| flight.id == id)?.kind.as_ref()
    }

    /// The byte offset of the cursor that is waited at for the generation `id`.
    #[must_use]
    pub fn asked_at(&self, id: u64) -> Option<usize> {
        let flight = self.in_flight.as_ref().filter(|flight| flight.id == id).map(|flight| flight.asked.offset);
        flight.or_else(|| self.several().filter(|(own, ..)| *own == id).map(|(_, offset, ..)| offset))
    }

    /// Whether the generation `id` is still wanted.
    #[must_use]
    pub fn wants(&self, id: u64) -> bool {
        self.in_flight.as_ref().is_some_and(|flight| flight.id == id)
            || self.choice.as_ref().is_some_and(|choice| choice.id() == id)
    }

    /// Whether there is a generation that has not ended.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.in_flight.is_some() || self.choice.is_some()
    }

    /// Whether the generation `id` is one that nobody has asked for yet.
    #[must_use]
    pub fn is_ahead(&self, id: u64) -> bool {
        self.in_flight.as_ref().is_some_and(|flight| flight.id == id && flight.ahead)
    }

    /// Forgets everything: the document or the model has become another.
    pub fn clear(&mut self) -> Option<Dropped<W>> {
        (self.memory, self.shown) = (Memory::default(), None);
        self.clear_all()
    }

    fn known(&mut self, here: &Here, entry: Option<&Entry>) -> Option<Known> {
        let known = |answer, source| Some(Known { offset: here.offset, entry: entry.cloned(), answer, source });
        if let Some(again) = self.memory.again(here, |rest| Entry::allows(entry, rest)) {
            let stands = again.rest;
            if again.part
                && let Some(raw) = self.longer(here, &stands.text, entry)
            {
                return known(Answer::Longer(raw, stands), Source::Memory);
            }
            let last = self.shown.as_ref().and_then(|shown| shown.rest(here.offset)) == Some(stands.text.as_str());
            let source = if last { Source::Standing } else { Source::Memory };
            return known(Answer::Standing(stands), source);
        }
        let found = self.memory.take(here, |rest| Entry::allows(entry, rest))?;
        let source = if found.prepared { Source::Prepared } else { Source::Memory };
        known(Answer::Generated(found.raw), source)
    }

    /// The generation of which `part` was shown, if it is known and goes on behind that.
    fn longer(&mut self, here: &Here, part: &str, entry: Option<&Entry>) -> Option<RawCompletion> {
        let behind = self.memory.peek(&here.then(part))?.text;
        let raw = self.memory.take(here, |rest| Entry::allows(entry, rest))?.raw;
        let head = raw.text.strip_suffix(behind.as_str()).filter(|head| !head.is_empty())?;
        says_the_same(head, part).then_some(raw)
    }

    fn early(&mut self) -> Option<Ended<W>> {
        let flight = self.in_flight.as_mut().filter(|flight| flight.impatient && flight.fresh)?;
        let raw = flight.lines()?;
        let waiting = flight.waiting.take()?;
        let (offset, entry) = (flight.asked.offset, flight.entry.clone());
        let known = Known { offset, entry, answer: Answer::Generated(raw), source: Source::Early };
        Some(Ended::Answer(waiting, known))
    }

    fn settled(&mut self) -> Option<Ended<W>> {
        let flight = self.in_flight.as_mut().filter(|flight| flight.waiting.is_some() && flight.fresh)?;
        let raw = flight.settled()?;
        let source = if flight.prepared { Source::Prepared } else { Source::Generated };
        let known = Known { offset: flight.asked.offset, entry: None, answer: Answer::Generated(raw), source };
        Some(Ended::Answer(flight.waiting.take()?, known))
    }

    fn divert(&mut self, next_id: u64) -> Ended<W> {
        let Some(flight) = self.in_flight.take() else { return Ended::Quiet };
        match flight.waiting {
            Some(waiting) if flight.fresh => self.again(next_id, flight.asked, flight.entry, waiting, flight.impatient),
            Some(waiting) => Ended::Nothing(waiting),
            None => Ended::Quiet,
        }
    }

    fn again(&mut self, id: u64, here: Here, entry: Option<Entry>, waiting: W, impatient: bool) -> Ended<W> {
        let cursor = here.offset;
        let mut flight = Flight::new(id, here, entry, waiting);
        flight.impatient = impatient;
        self.in_flight = Some(flight);
        Ended::Restart(id, cursor)
    }

    fn clear_all(&mut self) -> Option<Dropped<W>> {
        self.choice.take().map(Dropped::from).or_else(|| self.clear_flight())
    }

    fn clear_flight(&mut self) -> Option<Dropped<W>> {
        let flight = self.in_flight.take()?;
        if let Some(shown) = self.shown.as_mut().filter(|_| flight.ahead) {
            shown.retry();
        }
        Some(flight.into())
    }
}

impl<W> From<Flight<W>> for Dropped<W> {
    fn from(flight: Flight<W>) -> Self {
        Self { id: flight.id, waiting: flight.waiting }
    }
}

impl<W> From<Choice<W>> for Dropped<W> {
    fn from(choice: Choice<W>) -> Self {
        Self { id: choice.id(), waiting: Some(choice.end().waiting) }
    }
}

/// Whether two texts differ in nothing but how deep their lines are.
fn says_the_same(one: &str, other: &str) -> bool {
    let words = |line: &'_ str| -> String { line.trim_start().trim_end_matches('\r').to_owned() };
    one.split('\n').map(words).eq(other.split('\n').map(words))
}

#[cfg(test)]
mod tests;

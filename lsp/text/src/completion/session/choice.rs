//! A request for several suggestions to choose from: it is answered when the last of them is there.

use super::{Answer, Entry, Known};
use crate::completion::here::Here;
use crate::completion::raw::RawCompletion;
use crate::document::indentation::Origin;

/// The answer to a request for several suggestions.
#[derive(Debug, PartialEq)]
pub struct Chosen<W> {
    /// Who asked.
    pub waiting: W,
    /// Byte offset of the cursor.
    pub offset: usize,
    /// The entry of the client's menu that was asked for.
    pub entry: Option<Entry>,
    /// What was known already: it comes first.
    pub known: Option<Known>,
    /// The generations, in the order of their indices, none with another's text. Not each has to begin with the entry.
    pub raws: Vec<RawCompletion>,
}

/// A request for several suggestions, until it is answered.
#[derive(Debug)]
pub(super) struct Choice<W> {
    id: u64,
    here: Here,
    entry: Option<Entry>,
    known: Option<Known>,
    /// The generations by index; `None` in it for one that failed.
    raws: Vec<Option<Option<RawCompletion>>>,
    held: String,
    place: Origin,
    waiting: W,
}

impl<W> Choice<W> {
    /// A request here for `count` generations beside what is `known`.
    pub fn new(id: u64, here: Here, entry: Option<Entry>, known: Option<Known>, count: usize, waiting: W) -> Self {
        let raws = vec![None; count];
        Self { id, here, entry, known, raws, held: String::new(), place: Origin::default(), waiting }
    }

    pub fn id(&self) -> u64 {
        self.id
    }

    /// Its number, its cursor, how many generations it has, and whether the first is the most likely text.
    pub fn wanted(&self) -> (u64, usize, usize, bool) {
        (self.id, self.here.offset, self.raws.len(), self.known.is_none())
    }

    pub fn entry(&self) -> Option<&Entry> {
        self.entry.as_ref()
    }

    pub fn waiting(&self) -> &W {
        &self.waiting
    }

    /// The text before the cursor that the generations repeat, and how what is typed there is indented.
    pub fn holds(&mut self, held: String, place: Origin) {
        (self.held, self.place) = (held, place);
    }

    /// Takes in a generation, or that it failed. Returns the most likely one, for it to be remembered.
    pub fn take(&mut self, index: usize, raw: Option<RawCompletion>) -> Option<(Here, Origin, RawCompletion)> {
        let slot = self.raws.get_mut(index).filter(|slot| slot.is_none())?;
        let raw = raw.map(|mut raw| {
            raw.forget(&self.held);
            raw
        });
        *slot = Some(raw.clone());
        // If anything was known, all of them are drawn.
        let greedy = raw.filter(|_| index == 0 && self.known.is_none())?;
        Some((self.here.clone(), self.place.clone(), greedy))
    }

    /// Whether nothing more is to come.
    pub fn is_complete(&self) -> bool {
        self.raws.iter().all(Option::is_some)
    }

    /// The answer, made of what is there.
    pub fn end(self) -> Chosen<W> {
        let mut raws: Vec<RawCompletion> = Vec::new();
        let mut texts: Vec<String> = match self.known.as_ref().map(|known| &known.answer) {
            Some(Answer::Standing(stands)) => vec![stands.text.clone()],
            Some(Answer::Generated(raw) | Answer::Longer(raw, _)) => vec![raw.text.clone()],
            None => Vec::new(),
        };
        for raw in self.raws.into_iter().flatten().flatten() {
            if !texts.iter().any(|text| text.trim_end() == raw.text.trim_end()) {
                texts.push(raw.text.clone());
                raws.push(raw);
            }
        }
        let Self { here, entry, known, waiting, .. } = Self { raws: Vec::new(), ..self };
        Chosen { waiting, offset: here.offset, entry, known, raws }
    }
}

//! Every order of events.

use proptest::prelude::*;

use super::*;
use crate::completion::confidence::{Ceiling, Place};

const CEILING: Ceiling = Ceiling { place: Place::Space, typed: 0, above: 10 };

/// What can happen. Numbers choose among what is possible then.
#[derive(Debug, Clone)]
enum Event {
    /// The user goes elsewhere.
    Move(usize),
    Ask(Option<&'static str>),
    Invoke(usize),
    Type(String),
    /// The user types so many characters of what has been generated.
    TypeThrough(usize),
    Backspace(usize),
    /// Somebody else types.
    Elsewhere(usize, String),
    Accept,
    Holds(&'static str),
    Streamed(String),
    Finished(String),
    Failed,
    Chosen(usize, Option<String>),
    ChoiceFailed,
    PatienceOver,
    Prepare,
    Shown(usize),
    Cancelled(usize),
    Restart,
    Clear,
}

fn event() -> impl Strategy<Value = Event> {
    let text = || "[ab\n)]{0,3}";
    let entry = || prop::sample::select(vec![None, None, None, None, None, Some("a"), Some("ab")]);
    prop_oneof![
        2 => any::<usize>().prop_map(Event::Move),
        8 => entry().prop_map(Event::Ask),
        1 => (0..4usize).prop_map(Event::Invoke),
        1 => text().prop_map(Event::Type),
        4 => (1..4usize).prop_map(Event::TypeThrough),
        3 => (1..4usize).prop_map(Event::Backspace),
        1 => (any::<usize>(), text()).prop_map(|(at, text)| Event::Elsewhere(at, text)),
        4 => Just(Event::Accept),
        2 => prop::sample::select(vec!["", "", " ", "a"]).prop_map(Event::Holds),
        6 => text().prop_map(Event::Streamed),
        4 => text().prop_map(Event::Finished),
        1 => Just(Event::Failed),
        2 => (0..4usize, prop::option::of(text())).prop_map(|(index, text)| Event::Chosen(index, text)),
        1 => Just(Event::ChoiceFailed),
        3 => Just(Event::PatienceOver),
        4 => Just(Event::Prepare),
        8 => prop_oneof![Just(0), any::<usize>()].prop_map(Event::Shown),
        1 => any::<usize>().prop_map(Event::Cancelled),
        1 => Just(Event::Restart),
        1 => Just(Event::Clear),
    ]
}

/// A generation under way.
struct Running {
    id: u64,
    several: bool,
    /// The text before the place that it is for, and the end of it that the model repeats.
    place: String,
    held: &'static str,
    said: String,
}

impl Running {
    /// What has been generated of a text, behind what is held.
    fn text(&self) -> String {
        self.place.clone() + self.said.strip_prefix(self.held).unwrap_or(&self.said)
    }
}

/// A caller that does what it is told, and keeps account.
struct World {
    buffer: Buffer<usize>,
    cursor: usize,
    ids: u64,
    /// Requests so far, and those that have not been answered.
    asked: usize,
    open: Vec<usize>,
    running: Vec<Running>,
    /// The texts that have been generated, or shown, with where they begin.
    made: Vec<(usize, String)>,
    /// Answers that have not been shown, with the text that they are for.
    answers: Vec<(String, Known)>,
    shown: Option<(usize, String)>,
    /// Generations begun anew for one request.
    restarts: usize,
}

impl World {
    fn new() -> Self {
        Self {
            buffer: Buffer::new("a\nb\n"),
            cursor: 4,
            ids: 0,
            asked: 0,
            open: Vec::new(),
            running: Vec::new(),
            made: Vec::new(),
            answers: Vec::new(),
            shown: None,
            restarts: 0,
        }
    }

    fn id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    fn request(&mut self) -> usize {
        self.asked += 1;
        self.open.push(self.asked);
        self.asked
    }

    /// Each request is answered once.
    fn answered(&mut self, waiting: usize) {
        let at = self.open.iter().position(|open| *open == waiting);
        self.open.remove(at.expect("answered twice, or never asked"));
    }

    fn dropped(&mut self, dropped: Option<Dropped<usize>>) {
        let Some(Dropped { id, waiting }) = dropped else { return };
        assert!(!self.buffer.suggestions.wants(id));
        self.stopped(id);
        if let Some(waiting) = waiting {
            self.answered(waiting);
        }
    }

    fn stopped(&mut self, id: u64) -> Running {
        let at = self.running.iter().position(|running| running.id == id);
        self.running.remove(at.expect("it was not under way"))
    }

    fn started(&mut self, id: u64, several: bool, place: String) {
        assert!(self.running.is_empty(), "one at a time");
        self.running.push(Running { id, several, place, held: "", said: String::new() });
        self.happens(Event::Holds(""));
    }

    fn before(&self, offset: usize) -> String {
        self.buffer.text[..offset].to_owned()
    }

    fn known(&mut self, known: Known) {
        let rest = match &known.answer {
            Answer::Standing(stands) => &stands.text,
            Answer::Generated(raw) => &raw.text,
            Answer::Longer(raw, stands) => {
                assert!(raw.text.starts_with(&stands.text), "what was shown stays");
                &raw.text
            }
        };
        let behind = known.entry.as_ref().is_none_or(|entry| rest.starts_with(&entry.rest));
        assert!(behind);
        // What stands before the cursor, with the answer, is a text that was made.
        let whole = self.before(known.offset) + rest;
        let settled = matches!(&known.answer, Answer::Generated(raw) if raw.unfinished);
        let made = match known.source {
            // Nothing that has more of it can be shown, so that the rest is not waited for.
            Source::Generated | Source::Prepared if settled => {
                self.running.iter().any(|running| running.text() == whole)
            }
            Source::Early => self.running.iter().any(|running| {
                running.place.len() <= known.offset && running.text().starts_with(&whole) && whole.ends_with('\n')
            }),
            _ => self.made.iter().any(|(start, text)| *start <= known.offset && *text == whole),
        };
        assert!(made, "{known:?} at {whole:?}, of {:?}", self.made);
        self.answers.push((self.buffer.text.clone(), known));
    }

    fn ended(&mut self, ended: Ended<usize>) {
        match ended {
            Ended::Answer(waiting, known) => {
                self.answered(waiting);
                self.known(known);
            }
            Ended::Nothing(waiting) => self.answered(waiting),
            Ended::Restart(id, offset) => {
                self.restarts += 1;
                self.started(id, false, self.before(offset));
            }
            Ended::Quiet => {}
        }
    }

    fn chosen(&mut self, id: u64, chosen: Option<Chosen<usize>>) {
        let Some(chosen) = chosen else { return };
        self.stopped(id);
        self.all(chosen);
    }

    fn all(&mut self, chosen: Chosen<usize>) {
        self.answered(chosen.waiting);
        if let Some(known) = chosen.known {
            self.known(known);
        }
        for (index, raw) in chosen.raws.iter().enumerate() {
            assert!(chosen.raws[..index].iter().all(|other| other.text != raw.text));
        }
    }

    fn replace(&mut self, range: std::ops::Range<usize>, text: &str) {
        let change = Edit { range, text: text.to_owned() };
        self.cursor = crate::edit::map(self.cursor, &change, crate::edit::Assoc::After).unwrap_or(change.range.start);
        let dropped = self.buffer.changed(&change);
        self.dropped(dropped);
    }

    /// The generation under way, and whether it is one of several.
    fn under_way(&self) -> Option<(u64, bool)> {
        self.running.first().map(|running| (running.id, running.several))
    }

    fn happens(&mut self, event: Event) {
        let length = self.buffer.text.len();
        let next = self.id();
        match event {
            Event::Move(at) => self.cursor = at % (length + 1),
            Event::Ask(rest) => {
                let (offset, waiting) = (self.cursor, self.request());
                let entry = rest.and_then(|rest| entry(rest, rest));
                match self.buffer.ask(offset, entry, waiting, next) {
                    Decision::Answer(waiting, known, dropped) => {
                        assert_eq!(known.offset, offset);
                        self.dropped(dropped);
                        self.answered(waiting);
                        self.known(known);
                    }
                    Decision::Join { id, superseded, .. } => {
                        assert_eq!(self.under_way(), Some((id, false)));
                        superseded.into_iter().for_each(|waiting| self.answered(waiting));
                    }
                    Decision::Start(id, at, dropped) => {
                        assert_eq!((id, at), (next, offset));
                        self.dropped(dropped);
                        self.started(id, false, self.before(offset));
                    }
                }
            }
            Event::Invoke(most) => {
                let (offset, waiting) = (self.cursor, self.request());
                let here = self.buffer.here(offset);
                match self.buffer.suggestions.invoke(here, None, most, waiting, next) {
                    Invoked::Start { id, count, dropped, .. } => {
                        assert!(count > 0 && count <= most);
                        self.dropped(dropped);
                        self.started(id, true, self.before(offset));
                    }
                    Invoked::Answer(chosen, dropped) => {
                        self.dropped(dropped);
                        self.all(*chosen);
                    }
                }
            }
            Event::Type(text) => self.replace(self.cursor..self.cursor, &text),
            Event::TypeThrough(most) => {
                let before = self.before(self.cursor);
                let made =
                    self.running.iter().map(Running::text).chain(self.made.iter().rev().map(|made| made.1.clone()));
                let rest = made.into_iter().find_map(|text| Some(text.strip_prefix(&*before)?.get(..most)?.to_owned()));
                self.replace(self.cursor..self.cursor, &rest.unwrap_or_default());
            }
            Event::Backspace(most) => self.replace(self.cursor.saturating_sub(most)..self.cursor, ""),
            Event::Elsewhere(at, text) => self.replace(at % (length + 1)..at % (length + 1), &text),
            Event::Accept => {
                let Some((offset, text)) = self.shown.take() else { return };
                if offset <= length {
                    self.cursor = offset;
                    self.replace(offset..offset, &text);
                    self.happens(Event::Ask(None));
                }
            }
            Event::Holds(held) => {
                let Some((id, _)) = self.under_way() else { return };
                if self.running[0].said.is_empty() {
                    self.running[0].held = held;
                    let kind = Kind::Block { indent: 0 };
                    let ceiling = (held.len() == 1).then_some((CEILING, 0.25));
                    self.buffer.suggestions.holds(id, kind, held.to_owned(), Origin::default(), ceiling);
                }
            }
            Event::Streamed(text) => {
                let Some((id, false)) = self.under_way() else { return };
                // The generation repeats what is held.
                let running = &mut self.running[0];
                let text = if running.said.is_empty() { format!("{}{text}", running.held) } else { text };
                running.said.push_str(&text);
                let ended = self.buffer.streamed(id, &text, next);
                if !self.buffer.suggestions.wants(id) {
                    self.stopped(id);
                }
                ended.into_iter().for_each(|ended| self.ended(ended));
            }
            Event::Finished(rest) => {
                let Some((id, false)) = self.under_way() else { return };
                let mut running = self.stopped(id);
                if running.said.is_empty() {
                    running.said = format!("{}{rest}", running.held);
                }
                self.made.push((running.place.len(), running.text()));
                let ended = self.buffer.finished(id, raw(&running.said), next);
                assert!(!self.buffer.suggestions.wants(id));
                self.ended(ended);
            }
            Event::Failed => {
                let Some((id, false)) = self.under_way() else { return };
                self.stopped(id);
                let waiting = self.buffer.suggestions.failed(id);
                waiting.into_iter().for_each(|waiting| self.answered(waiting));
            }
            Event::Chosen(index, text) => {
                let Some((id, true)) = self.under_way() else { return };
                let raw = text.as_deref().map(raw);
                if let Some(raw) = &raw {
                    let Running { place, held, .. } = &self.running[0];
                    let behind = raw.text.strip_prefix(held).unwrap_or(&raw.text);
                    self.made.push((place.len(), format!("{place}{behind}")));
                }
                let chosen = self.buffer.suggestions.chosen(id, index, raw);
                self.chosen(id, chosen);
            }
            Event::ChoiceFailed => {
                let Some((id, true)) = self.under_way() else { return };
                let chosen = self.buffer.suggestions.choice_failed(id);
                self.chosen(id, chosen);
            }
            Event::PatienceOver => {
                let Some((id, _)) = self.under_way() else { return };
                let ended = self.buffer.suggestions.patience_over(id);
                assert!(self.buffer.suggestions.wants(id));
                ended.into_iter().for_each(|ended| self.ended(ended));
            }
            Event::Prepare => {
                let Some(Preparation { id, edit, cursor }) = self.buffer.suggestions.prepare_next(next) else { return };
                assert!(edit.range.is_empty() && edit.range.start <= length);
                assert_eq!(cursor, edit.range.start + edit.text.len());
                self.started(id, false, self.before(edit.range.start) + &edit.text);
            }
            Event::Shown(which) => {
                let Some(which) = which.checked_rem(self.answers.len()) else { return };
                let (text, known) = self.answers.remove(self.answers.len() - 1 - which);
                if text != self.buffer.text {
                    return;
                }
                let shown = match known.answer {
                    Answer::Standing(stands) => stands.text,
                    Answer::Generated(raw) | Answer::Longer(raw, _) => raw.text.trim_end().to_owned(),
                };
                self.made.push((known.offset, self.before(known.offset) + &shown));
                let dropped = self.buffer.shown(known.offset, &shown, known.source);
                self.dropped(dropped);
                self.shown = Some((known.offset, shown));
            }
            Event::Cancelled(which) => {
                let Some(which) = which.checked_rem(self.open.len()) else { return };
                let whose = self.open[which];
                let dropped = self.buffer.suggestions.cancelled(|waiting| *waiting == whose);
                assert_eq!(dropped.as_ref().and_then(|dropped| dropped.waiting), Some(whose));
                self.dropped(dropped);
            }
            Event::Restart => {
                // An engine that was not ready has no generation.
                let Some((id, false)) = self.under_way() else { return };
                self.stopped(id);
                let ended = self.buffer.suggestions.restart(next);
                self.ended(ended);
                self.restarts = 0;
            }
            Event::Clear => {
                let dropped = self.buffer.suggestions.clear();
                self.dropped(dropped);
            }
        }
        // Whoever waits, waits for something that is under way.
        assert!(self.open.len() <= self.running.len());
        assert!(self.restarts <= self.asked, "it begins again and again");
        for running in &self.running {
            assert!(self.buffer.suggestions.wants(running.id), "what is not wanted was not stopped");
        }
    }

    /// Lets everything end.
    fn end(mut self) {
        while let Some((id, several)) = self.under_way() {
            if several {
                self.happens(Event::ChoiceFailed);
            } else {
                self.happens(Event::Finished(String::new()));
            }
            assert!(self.under_way().is_none_or(|(next, _)| next != id));
        }
        assert!(self.open.is_empty());
    }
}

proptest! {
    // Each takes a fraction of a millisecond, and much is rare.
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn everybody_is_answered_once(events in prop::collection::vec(event(), 0..80)) {
        let mut world = World::new();
        for event in events {
            world.happens(event);
        }
        world.end();
    }
}

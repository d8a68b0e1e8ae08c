//! The counts, and what is said of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{Event, Kind, Source, Trigger, Writer};
use super::latencies::Latencies;

/// Names of refusals that are kept apart; a file could hold any number.
const NAMES: usize = 64;
/// The name that the refusals beyond [`NAMES`] share.
const OTHERS: &str = "others";

/// All counts of a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Statistics {
    /// Requests, by what made the client ask.
    pub asked: Asked,
    /// What became of suggestions, by their kind.
    pub kinds: BTreeMap<Kind, OfKind>,
    /// Answers with a suggestion, by where it came from.
    pub sources: BTreeMap<Source, OfSource>,
    /// Requests without a suggestion, by the name of the reason.
    pub refusals: BTreeMap<String, u64>,
    /// Characters that came into buffers.
    pub characters: Characters,
    /// Tokens.
    pub tokens: Tokens,
    /// Generations that were begun before anyone asked.
    pub preparations: u64,
}

/// Requests, by what made the client ask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Asked {
    pub automatic: u64,
    pub invoked: u64,
    pub menu: u64,
}

/// What became of the suggestions of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OfKind {
    /// Suggestions that clients were given. One that stands while it is typed counts once.
    pub suggested: u64,
    /// Those that clients say they have shown; most clients do not say.
    pub shown: u64,
    /// Those that were taken, or a part of them.
    pub taken: u64,
    /// Those that were taken as a whole, be it in parts.
    pub whole: u64,
    /// Those taken that were looked for again after a while.
    pub checked: u64,
    /// Those that were then still there.
    pub kept: u64,
    /// The time from request to answer, of every answer with a suggestion.
    pub latency: Latencies,
}

/// Answers of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OfSource {
    pub answers: u64,
    /// The time from request to answer.
    pub latency: Latencies,
}

/// Characters, by who has written them; see [`Writer`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Characters {
    pub model: u64,
    pub hand: u64,
    pub other: u64,
}

/// Tokens of suggestions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tokens {
    /// Generated.
    pub decoded: u64,
    /// Of prompts, read by the model.
    pub read: u64,
    /// Of prompts, found in the cache instead.
    pub reused: u64,
}

impl OfKind {
    /// Adds all counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        let Self { suggested, shown, taken, whole, checked, kept, latency } = other;
        add(&mut self.suggested, *suggested);
        add(&mut self.shown, *shown);
        add(&mut self.taken, *taken);
        add(&mut self.whole, *whole);
        add(&mut self.checked, *checked);
        add(&mut self.kept, *kept);
        self.latency.merge(latency);
    }
}

impl Statistics {
    /// Counts an event.
    pub fn record(&mut self, event: Event<'_>) {
        match event {
            Event::Asked(Trigger::Automatic) => add(&mut self.asked.automatic, 1),
            Event::Asked(Trigger::Invoked) => add(&mut self.asked.invoked, 1),
            Event::Asked(Trigger::Menu) => add(&mut self.asked.menu, 1),
            Event::Answered { kind, source, took } => {
                let from = self.sources.entry(source).or_default();
                add(&mut from.answers, 1);
                from.latency.add(took);
                let of = self.kinds.entry(kind).or_default();
                of.latency.add(took);
                add(&mut of.suggested, u64::from(source != Source::Standing));
            }
            Event::Refused(name) => self.refused(name, 1),
            Event::Shown(kind) => add(&mut self.of(kind).shown, 1),
            Event::Taken(kind) => add(&mut self.of(kind).taken, 1),
            Event::Whole(kind) => add(&mut self.of(kind).whole, 1),
            Event::Checked { kind, kept } => {
                let of = self.of(kind);
                add(&mut of.checked, 1);
                add(&mut of.kept, u64::from(kept));
            }
            Event::Written(writer, characters) => {
                let Characters { model, hand, other } = &mut self.characters;
                let by = match writer {
                    Writer::Model => model,
                    Writer::Hand => hand,
                    Writer::Other => other,
                };
                add(by, characters as u64);
            }
            Event::Generated { decoded, read, reused } => {
                add(&mut self.tokens.decoded, decoded as u64);
                add(&mut self.tokens.read, read as u64);
                add(&mut self.tokens.reused, reused as u64);
            }
            Event::Prepared => add(&mut self.preparations, 1),
        }
    }

    /// Adds all counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        // Taken apart, so that a new count cannot be forgotten.
        let Self { asked, kinds, sources, refusals, characters, tokens, preparations } = other;
        let Asked { automatic, invoked, menu } = *asked;
        add(&mut self.asked.automatic, automatic);
        add(&mut self.asked.invoked, invoked);
        add(&mut self.asked.menu, menu);
        for (&kind, other) in kinds {
            self.of(kind).merge(other);
        }
        for (&source, OfSource { answers, latency }) in sources {
            let from = self.sources.entry(source).or_default();
            add(&mut from.answers, *answers);
            from.latency.merge(latency);
        }
        refusals.iter().for_each(|(name, &count)| self.refused(name, count));
        let Characters { model, hand, other } = *characters;
        add(&mut self.characters.model, model);
        add(&mut self.characters.hand, hand);
        add(&mut self.characters.other, other);
        let Tokens { decoded, read, reused } = *tokens;
        add(&mut self.tokens.decoded, decoded);
        add(&mut self.tokens.read, read);
        add(&mut self.tokens.reused, reused);
        add(&mut self.preparations, *preparations);
    }

    /// Whether nothing has been counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn of(&mut self, kind: Kind) -> &mut OfKind {
        self.kinds.entry(kind).or_default()
    }

    fn refused(&mut self, name: &str, count: u64) {
        let known = self.refusals.contains_key(name) || self.refusals.len() < NAMES;
        add(self.refusals.entry(if known { name } else { OTHERS }.to_owned()).or_default(), count);
    }
}

fn add(count: &mut u64, more: u64) {
    *count = count.saturating_add(more);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Events of every kind.
    const EVENTS: &[Event<'_>] = &[
        Event::Asked(Trigger::Automatic),
        Event::Asked(Trigger::Invoked),
        Event::Asked(Trigger::Menu),
        Event::Answered { kind: Kind::Line, source: Source::Generated, took: Duration::from_millis(80) },
        Event::Answered { kind: Kind::Block, source: Source::Early, took: Duration::from_millis(300) },
        Event::Answered { kind: Kind::Line, source: Source::Standing, took: Duration::ZERO },
        Event::Refused("unsure"),
        Event::Refused("comment"),
        Event::Refused("unsure"),
        Event::Shown(Kind::Line),
        Event::Taken(Kind::Line),
        Event::Whole(Kind::Line),
        Event::Checked { kind: Kind::Line, kept: true },
        Event::Checked { kind: Kind::Turn, kept: false },
        Event::Written(Writer::Model, 30),
        Event::Written(Writer::Hand, 1),
        Event::Written(Writer::Other, 400),
        Event::Generated { decoded: 20, read: 100, reused: 900 },
        Event::Prepared,
    ];

    fn of(events: &[Event<'_>]) -> Statistics {
        let mut all = Statistics::default();
        events.iter().for_each(|event| all.record(*event));
        all
    }

    #[test]
    fn each_event_is_counted_where_it_belongs() {
        let all = of(EVENTS);
        assert_eq!(all.asked, Asked { automatic: 1, invoked: 1, menu: 1 });
        let line = &all.kinds[&Kind::Line];
        assert_eq!((line.suggested, line.shown, line.taken, line.whole, line.checked, line.kept), (1, 1, 1, 1, 1, 1));
        assert_eq!(line.latency.count(), 2, "what stands is an answer, too, and no new suggestion");
        assert_eq!((all.kinds[&Kind::Turn].checked, all.kinds[&Kind::Turn].kept), (1, 0));
        assert_eq!(all.sources[&Source::Standing].answers, 1);
        assert_eq!(all.refusals, BTreeMap::from([("comment".to_owned(), 1), ("unsure".to_owned(), 2)]));
        assert_eq!(all.characters, Characters { model: 30, hand: 1, other: 400 });
        assert_eq!(all.tokens, Tokens { decoded: 20, read: 100, reused: 900 });
        assert_eq!(all.preparations, 1);
        assert!(!all.is_empty() && Statistics::default().is_empty());
    }

    #[test]
    fn merging_is_counting_both() {
        for middle in 0..=EVENTS.len() {
            let (first, second) = EVENTS.split_at(middle);
            let mut merged = of(first);
            merged.merge(&of(second));
            assert_eq!(merged, of(EVENTS), "cut at {middle}");
        }
    }

    #[test]
    fn a_file_gives_back_what_was_written() {
        let all = of(EVENTS);
        let written = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Statistics>(&written).unwrap(), all);
        // What an earlier version did not count is zero.
        let early: Statistics = serde_json::from_str(r#"{"kinds": {"line": {"taken": 2}}, "unknown": 1}"#).unwrap();
        assert_eq!(early.kinds[&Kind::Line].taken, 2);
    }

    #[test]
    fn the_names_of_refusals_are_bounded() {
        let mut all = Statistics::default();
        (0..200).for_each(|n| all.record(Event::Refused(&format!("name {n}"))));
        assert_eq!(all.refusals.len(), NAMES + 1);
        assert_eq!(all.refusals[OTHERS], 200 - NAMES as u64);
        assert_eq!(all.refusals.values().sum::<u64>(), 200);
    }
}

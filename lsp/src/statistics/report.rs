//! What the counts say, as JSON for clients and as a table for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use codegen_text::completion::Refusal;
use serde::Serialize;

use super::counts::{Asked, OfKind, Statistics, Tokens};
use super::event::{Kind, Source};
use super::latencies::Latencies;

/// What the counts say. Shares are from 0 to 1, and null where there is nothing to have a share of; times are in
/// milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Requests, by what made the client ask.
    pub asked: Asked,
    /// All suggestions.
    pub all: Suggestions,
    /// The suggestions of each kind that there were any of.
    pub kinds: BTreeMap<Kind, Suggestions>,
    /// Answers with a suggestion, by where it came from.
    pub sources: BTreeMap<Source, Answers>,
    /// Requests without a suggestion, by the name of the reason, the most frequent first.
    pub refusals: Vec<Refusals>,
    pub characters: Characters,
    pub tokens: Tokens,
    pub preparations: Preparations,
}

/// What became of suggestions.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Suggestions {
    /// Suggestions that clients were given.
    pub suggested: u64,
    /// Those that clients say they have shown.
    pub shown: u64,
    /// Those that were taken as a whole.
    pub accepted: u64,
    /// Those of which only a part was taken.
    pub partly_accepted: u64,
    /// The share of those suggested that were taken, or a part of them.
    pub acceptance: Option<f64>,
    /// Those taken that were looked for again after two minutes.
    pub checked: u64,
    /// Those that were then still there.
    pub kept: u64,
    /// The share of those that were looked for.
    pub retention: Option<f64>,
    pub latency: Latency,
}

/// The time from request to answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    pub answers: u64,
    pub p50: Option<f64>,
    pub p95: Option<f64>,
}

/// Answers of one source.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answers {
    /// The share of all answers with a suggestion.
    pub share: Option<f64>,
    #[serde(flatten)]
    pub latency: Latency,
}

/// Refusals of one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusals {
    pub name: String,
    pub count: u64,
}

/// Characters that came into buffers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Characters {
    pub model: u64,
    pub hand: u64,
    pub other: u64,
    /// The model's share of what it and the user's keys have written; pastes and the like are left out.
    pub share: Option<f64>,
}

/// Generations that were begun before anyone asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preparations {
    pub made: u64,
    pub used: u64,
}

impl Report {
    /// What `counts` say.
    #[must_use]
    pub fn of(counts: &Statistics) -> Self {
        let mut all = OfKind::default();
        counts.kinds.values().for_each(|of| all.merge(of));
        let answers = counts.sources.values().fold(0, |sum: u64, from| sum.saturating_add(from.answers));
        let mut refusals: Vec<Refusals> =
            counts.refusals.iter().map(|(name, &count)| Refusals { name: name.clone(), count }).collect();
        refusals.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        let super::counts::Characters { model, hand, other } = counts.characters;
        let used = counts.sources.get(&Source::Prepared).map_or(0, |from| from.answers);
        Self {
            asked: counts.asked,
            all: Suggestions::of(&all),
            kinds: counts.kinds.iter().map(|(&kind, of)| (kind, Suggestions::of(of))).collect(),
            sources: (counts.sources.iter())
                .map(|(&source, from)| {
                    let latency = Latency::of(&from.latency);
                    (source, Answers { share: share(from.answers, answers), latency })
                })
                .collect(),
            refusals,
            characters: Characters { model, hand, other, share: share(model, model.saturating_add(hand)) },
            tokens: counts.tokens,
            preparations: Preparations { made: counts.preparations, used },
        }
    }

    /// The report for people: lines of names and numbers, each ended by a line feed.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{name:<22} {value}");
        };
        let Asked { automatic, invoked, menu } = self.asked;
        let asked = automatic.saturating_add(invoked).saturating_add(menu);
        line("asked", format!("{asked} ({automatic} by typing, {invoked} by a key, {menu} for a menu's entry)"));
        line("suggested", self.all.words());
        for (kind, of) in &self.kinds {
            line(&format!("  {}", kind.name()), of.words());
        }
        let kept =
            format!("{} of {} after two minutes{}", self.all.kept, self.all.checked, percent(self.all.retention));
        line("kept", kept);
        for (source, answers) in &self.sources {
            line(
                &format!("answers: {}", source.name()),
                format!("{}{}", answers.latency.words(), percent(answers.share)),
            );
        }
        for Refusals { name, count } in &self.refusals {
            let words = Refusal::named(name).map(|refusal| first_clause(refusal.words())).unwrap_or_default();
            line(&format!("nothing: {name}"), format!("{count:<5} {words}").trim_end().to_owned());
        }
        let Characters { model, hand, other, share } = self.characters;
        line(
            "characters",
            format!(
                "{model} by the model, {hand} by hand{}, {other} otherwise",
                percent_of(share, "the model's share")
            ),
        );
        let Tokens { decoded, read, reused } = self.tokens;
        line("tokens", format!("{decoded} generated, {read} of prompts read, {reused} reused"));
        let Preparations { made, used } = self.preparations;
        line("prepared", format!("{made}, used {used}"));
        text
    }
}

impl Suggestions {
    fn of(of: &OfKind) -> Self {
        Self {
            suggested: of.suggested,
            shown: of.shown,
            accepted: of.whole,
            partly_accepted: of.taken.saturating_sub(of.whole),
            acceptance: share(of.taken, of.suggested),
            checked: of.checked,
            kept: of.kept,
            retention: share(of.kept, of.checked),
            latency: Latency::of(&of.latency),
        }
    }

    fn words(&self) -> String {
        let Self { suggested, accepted, partly_accepted, acceptance, latency, .. } = self;
        let time = latency.times().map(|times| format!("; {times}")).unwrap_or_default();
        format!("{suggested}, accepted {accepted}, partly {partly_accepted}{}{time}", percent(*acceptance))
    }
}

impl Latency {
    fn of(latencies: &Latencies) -> Self {
        let rounded = |q| latencies.quantile(q).map(|ms| (ms * 10.0).round() / 10.0);
        Self { answers: latencies.count(), p50: rounded(0.5), p95: rounded(0.95) }
    }

    fn words(&self) -> String {
        let times = self.times().map(|times| format!(" in {times}")).unwrap_or_default();
        format!("{}{times}", self.answers)
    }

    fn times(&self) -> Option<String> {
        Some(format!("p50 {:.0} ms, p95 {:.0} ms", self.p50?, self.p95?))
    }
}

/// What it is, of a sentence that goes on with what can be done about it.
fn first_clause(words: &str) -> &str {
    words.split_once(';').map_or(words, |(first, _)| first).trim_end_matches('.')
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| ((part as f64 / whole as f64) * 1e4).round() / 1e4)
}

fn percent(share: Option<f64>) -> String {
    share.map(|share| format!(" ({:.0} %)", share * 100.0)).unwrap_or_default()
}

fn percent_of(share: Option<f64>, what: &str) -> String {
    share.map(|share| format!(" ({what} is {:.0} %)", share * 100.0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::statistics::event::{Event, Trigger, Writer};

    fn counts() -> Statistics {
        let mut counts = Statistics::default();
        for _ in 0..4 {
            counts.record(Event::Asked(Trigger::Automatic));
            let took = Duration::from_millis(100);
            counts.record(Event::Answered { kind: Kind::Line, source: Source::Generated, took });
        }
        let took = Duration::from_micros(10);
        counts.record(Event::Answered { kind: Kind::Line, source: Source::Prepared, took });
        counts.record(Event::Taken(Kind::Line));
        counts.record(Event::Taken(Kind::Line));
        counts.record(Event::Whole(Kind::Line));
        counts.record(Event::Checked { kind: Kind::Line, kept: true });
        counts.record(Event::Refused("comment"));
        counts.record(Event::Refused("unsure"));
        counts.record(Event::Refused("unsure"));
        counts.record(Event::Written(Writer::Model, 30));
        counts.record(Event::Written(Writer::Hand, 70));
        counts.record(Event::Written(Writer::Other, 1000));
        counts.record(Event::Prepared);
        counts
    }

    #[test]
    fn shares_are_of_what_they_say() {
        let report = Report::of(&counts());
        let all = &report.all;
        assert_eq!((all.suggested, all.accepted, all.partly_accepted), (5, 1, 1));
        assert_eq!((all.acceptance, all.retention), (Some(0.4), Some(1.0)));
        assert_eq!((report.characters.share, report.sources[&Source::Generated].share), (Some(0.3), Some(0.8)));
        assert_eq!(report.preparations, Preparations { made: 1, used: 1 });
        let names: Vec<&str> = report.refusals.iter().map(|refusals| refusals.name.as_str()).collect();
        assert_eq!(names, ["unsure", "comment"]);
    }

    #[test]
    fn nothing_counted_is_no_share() {
        let report = serde_json::to_value(Report::of(&Statistics::default())).unwrap();
        assert_eq!((&report["all"]["acceptance"], &report["all"]["latency"]["p50"]), (&json!(null), &json!(null)));
        assert_eq!((&report["characters"]["share"], &report["kinds"]), (&json!(null), &json!({})));
    }

    #[test]
    fn the_wire_has_names_in_camel_case() {
        let report = serde_json::to_value(Report::of(&counts())).unwrap();
        assert_eq!(report["kinds"]["line"]["partlyAccepted"], 1);
        assert_eq!(report["sources"]["prepared"], json!({"share": 0.2, "answers": 1, "p50": 0.5, "p95": 0.5}));
        assert_eq!(report["refusals"][0], json!({"name": "unsure", "count": 2}));
    }

    #[test]
    fn the_table_says_the_same_to_people() {
        let table = Report::of(&counts()).table();
        for line in [
            "asked                  4 (4 by typing, 0 by a key, 0 for a menu's entry)\n",
            "suggested              5, accepted 1, partly 1 (40 %); p50 103 ms, p95 103 ms\n",
            "kept                   1 of 1 after two minutes (100 %)\n",
            "answers: prepared      1 in p50 0 ms, p95 0 ms (20 %)\n",
            "nothing: unsure        2\n",
            "nothing: comment       1     Nothing is suggested in a comment\n",
            "characters             30 by the model, 70 by hand (the model's share is 30 %), 1000 otherwise\n",
        ] {
            assert!(table.contains(line), "no {line:?} in\n{table}");
        }
        let nothing = Report::of(&Statistics::default()).table();
        assert!(nothing.contains("kept                   0 of 0 after two minutes\n"), "{nothing}");
    }
}

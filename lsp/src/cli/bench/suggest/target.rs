//! Who is asked for suggestions: this project's server over stdio, or llama.cpp's over HTTP.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::peer::Peer;
use crate::cli::bench::client::{Answer, Client};
use crate::cli::bench::settings::Setting;

/// The request for what a server has counted. It is put together, because PROTOCOL.md describes every name that stands in the
/// code, and another version of the server may be measured that has it, or one that has not.
const STATS: &str = concat!("codegen/", "stats");

/// What a target has counted so far, as far as it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counters {
    /// Tokens that were decoded.
    pub tokens: Option<u64>,
    /// Answers from what was known already, and from what was generated before it was asked for.
    pub hits: Option<u64>,
    pub prepared: Option<u64>,
}

impl Counters {
    /// What the server of this project says that it has counted since it started. Of its sources it names those that there were
    /// answers from.
    fn read(stats: &Value) -> Self {
        let session = &stats["session"];
        let from = |names: &[&str]| {
            let sources = session["sources"].as_object()?;
            let answers = |name: &&str| sources.get(*name).and_then(|source| source["answers"].as_u64());
            Some(names.iter().filter_map(answers).sum())
        };
        Self {
            tokens: session["tokens"]["decoded"].as_u64(),
            hits: from(&["standing", "memory"]),
            prepared: from(&["prepared"]),
        }
    }

    /// What was counted since `before`.
    pub fn since(self, before: Self) -> Self {
        let less = |now: Option<u64>, then: Option<u64>| Some(now?.saturating_sub(then?));
        Self {
            tokens: less(self.tokens, before.tokens),
            hits: less(self.hits, before.hits),
            prepared: less(self.prepared, before.prepared),
        }
    }

    /// What was counted in two spans of time.
    pub fn plus(self, other: Self) -> Self {
        let sum = |a: Option<u64>, b: Option<u64>| Some(a? + b?);
        Self {
            tokens: sum(self.tokens, other.tokens),
            hits: sum(self.hits, other.hits),
            prepared: sum(self.prepared, other.prepared),
        }
    }
}

/// The server of this project.
pub(super) struct Ours {
    name: String,
    client: Client,
    /// Whether the server has `codegen/stats`.
    counts: bool,
}

/// Somebody who makes suggestions.
pub(super) enum Target {
    Ours(Box<Ours>),
    Peer(Box<Peer>),
}

impl Target {
    /// Starts this project's server, and waits until it has loaded the model.
    pub fn ours(name: &str, program: &Path, settings: &[Setting]) -> anyhow::Result<Self> {
        let mut client = Client::start(program, settings)?;
        // The first answer comes when the model is there.
        client.open("first.py", "import os\n\nprint(os.)\n")?;
        client.ask("import os\n\nprint(os.)\n", 20)?;
        if let Some(complaint) = &client.complaint {
            anyhow::bail!("the server says: {complaint}");
        }
        Ok(Self::Ours(Box::new(Ours { name: name.to_owned(), client, counts: true })))
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Ours(ours) => &ours.name,
            Self::Peer(peer) => &peer.name,
        }
    }

    /// Closes what was open, opens files, and goes to the first of them.
    pub fn open(&mut self, files: &[(String, String)]) -> anyhow::Result<()> {
        match self {
            Self::Ours(ours) => {
                ours.client.close_all()?;
                files.iter().try_for_each(|(name, text)| ours.client.open(name, text))?;
                files.first().map_or(Ok(()), |(name, _)| ours.client.show(name))
            }
            Self::Peer(peer) => peer.open(files.first().map_or("", |(_, text)| text)),
        }
    }

    /// Goes to another file; nobody waits for an answer in the one before.
    pub fn show(&mut self, name: &str) -> anyhow::Result<()> {
        match self {
            Self::Ours(ours) => ours.client.show(name),
            Self::Peer(peer) => {
                peer.cancel();
                Ok(())
            }
        }
    }

    /// Brings the file to `text`, and asks for a suggestion at `cursor`; an earlier request that is not answered is
    /// cancelled.
    pub fn ask(&mut self, text: &str, cursor: usize) -> anyhow::Result<()> {
        match self {
            Self::Ours(ours) => ours.client.begin(text, cursor),
            Self::Peer(peer) => peer.ask(text, cursor),
        }
    }

    /// The answer to what was asked for last; none if it has not arrived by `until`.
    pub fn wait(&mut self, until: Option<Instant>) -> anyhow::Result<Option<Answer>> {
        match self {
            Self::Ours(ours) => ours.client.wait(until),
            Self::Peer(peer) => peer.wait(until),
        }
    }

    /// Says that a suggestion was accepted.
    pub fn accepted(&mut self, answer: &Answer) -> anyhow::Result<()> {
        match self {
            Self::Ours(ours) => ours.client.accepted(answer),
            Self::Peer(_) => Ok(()),
        }
    }

    /// How many suggestions arrived so far for requests that had been cancelled.
    pub fn crossed(&self) -> usize {
        match self {
            Self::Ours(ours) => ours.client.crossed,
            Self::Peer(_) => 0,
        }
    }

    /// How many requests it failed at so far.
    pub fn failed(&self) -> usize {
        match self {
            Self::Ours(_) => 0,
            Self::Peer(peer) => peer.failed,
        }
    }

    /// What has been counted so far.
    pub fn counters(&mut self) -> anyhow::Result<Counters> {
        match self {
            Self::Ours(ours) => ours.counters(),
            Self::Peer(peer) => Ok(Counters { tokens: Some(peer.tokens), hits: Some(peer.hits), prepared: None }),
        }
    }
}

impl Ours {
    fn counters(&mut self) -> anyhow::Result<Counters> {
        if !self.counts {
            return Ok(Counters::default());
        }
        let answer = self.client.call(STATS, &json!({}))?;
        if let Some(complaint) = self.client.complaint.take() {
            anyhow::bail!("the server says: {complaint}");
        }
        match answer {
            Ok(stats) => Ok(Counters::read(&stats)),
            // A server from before it counted.
            Err(_) => {
                self.counts = false;
                Ok(Counters::default())
            }
        }
    }
}

/// Whether a suggestion does not belong to the text that it was shown in: it must replace what stands around the cursor, and
/// begin with what it replaces before it.
pub(super) fn stale(answer: &Answer, text: &str, cursor: usize) -> bool {
    let Some(suggestion) = &answer.suggestion else { return false };
    let before = (suggestion.end >= cursor).then(|| text.get(suggestion.start..cursor)).flatten();
    !before.is_some_and(|before| before.trim().is_empty() || suggestion.text.starts_with(before))
}

/// Milliseconds, for tables.
pub(super) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::bench::client::Suggestion;

    #[test]
    fn a_suggestion_for_another_text_is_stale() {
        let text = "x = value\n";
        for (start, end, new, expected) in [
            (9, 9, "s", false),
            (4, 9, "values", false),
            (4, 10, "values", false),
            (4, 9, "other", true),
            (8, 8, "es", true),
            (10, 10, "y", true),
        ] {
            let suggestion = Some(Suggestion { start, end, text: new.to_owned() });
            let answer = Answer { suggestion, ..Answer::default() };
            assert_eq!(stale(&answer, text, 9), expected, "{start}..{end} {new}");
        }
        assert!(!stale(&Answer::default(), text, 9));
    }

    #[test]
    fn counters_are_read_and_compared() {
        let stats = json!({
            "report": {"tokens": {"decoded": 9}},
            "session": {"sources": {"standing": {"answers": 3}, "memory": {"answers": 1}}, "tokens": {"decoded": 4}},
        });
        assert_eq!(Counters::read(&stats), Counters { tokens: Some(4), hits: Some(4), prepared: Some(0) });
        assert_eq!(Counters::read(&json!({"a": 1})), Counters::default());
        let counted = |tokens, hits| Counters { tokens, hits, prepared: None };
        assert_eq!(counted(Some(7), None).since(counted(Some(3), None)), counted(Some(4), None));
        assert_eq!(counted(Some(7), Some(1)).plus(counted(Some(3), None)), counted(Some(10), None));
    }
}

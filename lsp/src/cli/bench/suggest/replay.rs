//! Types a trace into a target, at the trace's rhythm.

use std::time::{Duration, Instant};

use super::tally::{End, Outcome, Tally};
use super::target::{Target, milliseconds, stale};
use super::trace::{Buffers, Key, Trace};

/// The longest time that is waited for the answer to the last key.
const LAST: Duration = Duration::from_secs(30);

/// Types a trace. `round` makes each round's files new ones: nothing of them is in a cache. All pauses are divided by
/// `speed`.
pub(super) fn replay(trace: &Trace, round: usize, speed: f64, target: &mut Target) -> anyhow::Result<Tally> {
    let renamed = |name: &str| format!("{}-{round}/{name}", trace.name);
    let files: Vec<_> = trace.files.iter().map(|(name, text)| (name.clone(), new(text, round))).collect();
    let mut buffers = Buffers::new(&files);
    // Each cursor starts below the line that is new.
    let below = Key::Move { line: 2, column: Some(1) };
    let names = files.iter().rev().map(|(name, _)| name.clone());
    for key in names.flat_map(|name| [Key::Switch(name), below.clone()]) {
        buffers.apply(&key).map_err(anyhow::Error::msg)?;
    }
    target.open(&files.iter().map(|(name, text)| (renamed(name), text.clone())).collect::<Vec<_>>())?;
    let (before, crossed, failed) = (target.counters()?, target.crossed(), target.failed());
    let mut tally = Tally::default();
    let mut typist = Typist { target, tally: &mut tally, asked: None };
    let mut last = Instant::now();
    for step in &trace.steps {
        let next = last + step.pause.div_f64(speed);
        typist.wait(&buffers, next)?;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        typist.overtake();
        let key = match &step.key {
            // The line that makes the round's files new stands above.
            Key::Move { line, column } => Key::Move { line: line + 1, column: *column },
            other => other.clone(),
        };
        // Parsing has typed the whole trace already.
        buffers.apply(&key).map_err(|error| anyhow::anyhow!("line {}: {error}", step.line))?;
        last = Instant::now();
        if let Key::Switch(name) = &key {
            typist.target.show(&renamed(name))?;
        } else {
            let (text, cursor) = buffers.shown();
            typist.target.ask(text, cursor)?;
            typist.asked = Some(last);
        }
    }
    typist.wait(&buffers, Instant::now() + trace.rest.div_f64(speed).max(LAST))?;
    typist.overtake();
    tally.counters = Some(target.counters()?.since(before));
    tally.crossed = target.crossed() - crossed;
    tally.failed = target.failed() - failed;
    Ok(tally)
}

/// A file's text with a line at its top that no other round has.
fn new(text: &str, round: usize) -> String {
    format!("# round {round}\n{text}")
}

struct Typist<'t> {
    target: &'t mut Target,
    tally: &'t mut Tally,
    /// When the key was typed whose answer is awaited.
    asked: Option<Instant>,
}

impl Typist<'_> {
    /// Waits for the answer until the next key is due.
    fn wait(&mut self, buffers: &Buffers, until: Instant) -> anyhow::Result<()> {
        if self.asked.is_none() {
            return Ok(());
        }
        let Some(answer) = self.target.wait(Some(until))? else { return Ok(()) };
        let (text, cursor) = buffers.shown();
        self.tally.stale += usize::from(stale(&answer, text, cursor));
        let end = if answer.suggestion.is_some() { End::Text } else { End::Nothing };
        self.tally.outcomes.push(Outcome { time: milliseconds(answer.time), end });
        self.asked = None;
        Ok(())
    }

    /// A key comes, and what is awaited comes too late.
    fn overtake(&mut self) {
        if let Some(asked) = self.asked.take() {
            self.tally.outcomes.push(Outcome { time: milliseconds(asked.elapsed()), end: End::Overtaken });
        }
    }
}

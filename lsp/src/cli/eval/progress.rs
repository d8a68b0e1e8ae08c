//! The progress of a run: a bar on a terminal, and occasional lines elsewhere.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use codegen_eval::record::{Sample, Status, Verdict};
use codegen_eval::results::Run;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::output;
use crate::cli::progress::{SILENCE, duration};

/// The amount of work that is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    /// The number of samples of the complete run.
    wanted: usize,
    /// The number of samples now, and at the start.
    sampled: usize,
    before: usize,
    /// The number of tokens generated since the start.
    tokens: usize,
    judged: usize,
    passed: usize,
}

impl Counts {
    fn of(run: &Run) -> Self {
        let passed = run.verdicts.iter().filter(|verdict| verdict.status == Status::Passed).count();
        let sampled = run.samples.len();
        Self { wanted: run.wanted(), sampled, before: sampled, tokens: 0, judged: run.verdicts.len(), passed }
    }

    /// The rates, and the time that is left.
    #[allow(clippy::cast_precision_loss)]
    fn rates(&self, elapsed: Duration) -> String {
        let mut text = String::new();
        let new = self.sampled - self.before;
        let seconds = elapsed.as_secs_f64();
        if new > 0 && seconds > 0.0 {
            let rate = new as f64 / seconds;
            let _ = write!(text, "{rate:.1} samples/s, {:.0} tokens/s, ", self.tokens as f64 / seconds);
            if let Some(left) = self.wanted.checked_sub(self.sampled).filter(|&left| left > 0) {
                let _ = write!(text, "{} left, ", duration(left as f64 / rate));
            }
        }
        let _ = write!(text, "{} of {} passed", self.passed, self.judged);
        text
    }
}

struct State {
    counts: Counts,
    said: Instant,
}

/// Shows the progress of a run.
pub(super) struct Progress {
    began: Instant,
    state: Mutex<State>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Starts with the content of the run's file.
    pub fn new(run: &Run) -> Self {
        let counts = Counts::of(run);
        let bar = std::io::stderr().is_terminal().then(|| bar(counts.wanted));
        let progress = Self { began: Instant::now(), state: Mutex::new(State { counts, said: Instant::now() }), bar };
        progress.show(&progress.state());
        progress
    }

    /// Counts a sample.
    pub fn sample(&self, sample: &Sample) {
        let tokens: usize = sample.turns.iter().map(|turn| turn.generated_tokens).sum();
        self.change(|counts| {
            counts.sampled += 1;
            counts.tokens += tokens;
        });
    }

    /// Counts a verdict.
    pub fn verdict(&self, verdict: &Verdict) {
        self.change(|counts| {
            counts.judged += 1;
            counts.passed += usize::from(verdict.status == Status::Passed);
        });
    }

    /// Removes the bar.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn change(&self, change: impl FnOnce(&mut Counts)) {
        let mut state = self.state();
        change(&mut state.counts);
        self.show(&state);
        if self.bar.is_none() && state.said.elapsed() >= SILENCE {
            state.said = Instant::now();
            let Counts { sampled, wanted, .. } = state.counts;
            output::say(&format!("{sampled} of {wanted} samples, {}", state.counts.rates(self.began.elapsed())));
        }
    }

    fn show(&self, state: &State) {
        if let Some(bar) = &self.bar {
            bar.set_position(state.counts.sampled as u64);
            bar.set_message(state.counts.rates(self.began.elapsed()));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bar(wanted: usize) -> ProgressBar {
    let bar = ProgressBar::new(wanted as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos} of {len} samples, {msg}") {
        bar.set_style(style);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_count_what_this_run_has_done() {
        let begun = Counts { wanted: 100, sampled: 40, before: 40, tokens: 0, judged: 40, passed: 3 };
        assert_eq!(begun.rates(Duration::from_secs(9)), "3 of 40 passed");
        let on = Counts { sampled: 60, tokens: 1000, judged: 55, ..begun };
        assert_eq!(on.rates(Duration::from_secs(10)), "2.0 samples/s, 100 tokens/s, 20 s left, 3 of 55 passed");
        let ended = Counts { sampled: 100, tokens: 5000, judged: 99, passed: 9, ..begun };
        assert_eq!(ended.rates(Duration::from_secs(20)), "3.0 samples/s, 250 tokens/s, 9 of 99 passed");
        assert_eq!(on.rates(Duration::ZERO), "3 of 55 passed");
    }
}

//! How fast the user types, and how fast the model answers.

use std::collections::VecDeque;

/// Keys that are remembered at most, and how many it takes before they count (Tabby's).
const KEYS: (usize, usize) = (20, 100);
/// Milliseconds between two keys, before enough of them are known (Tabby's).
const TYPICAL: u64 = 200;
/// Bounds of the mean of those (Tabby's). What is longer than the upper one is a pause, not typing.
const MEAN: (u64, u64) = (100, 400);
/// Milliseconds that nobody is faster than: below, the editor changes the text by itself, closing a bracket for instance.
const FASTEST: u64 = 10;
/// Keys in one change at most. Clients that hold changes back, Neovim for 150 ms, send several at once; what is longer was
/// pasted or accepted.
const AT_ONCE: usize = 8;
/// Key intervals to wait for at the least and at the most promising place (Tabby's).
const WAITS: (f64, f64) = (3.0, 1.5);
/// Answers that are remembered.
const ANSWERS: usize = 9;

/// Intervals between keys, and times of answers, in milliseconds; the oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Rhythm {
    last: Option<u64>,
    intervals: VecDeque<u64>,
    answers: VecDeque<u64>,
}

impl Rhythm {
    pub fn typed(&mut self, now: u64, keys: usize) {
        let last = self.last.replace(now);
        let (Some(last), 1..=AT_ONCE) = (last, keys) else { return };
        let interval = now.saturating_sub(last) / keys as u64;
        if (FASTEST..=MEAN.1).contains(&interval) {
            push(&mut self.intervals, interval, KEYS.1);
        }
    }

    pub fn responded(&mut self, took: u64) {
        push(&mut self.answers, took, ANSWERS);
    }

    /// Milliseconds from the last key to the start of a generation, so that its answer comes when the user is likely to have
    /// stopped typing; `promise` is from 0 to 1.
    pub fn delay(&self, promise: f64) -> u64 {
        let intervals = WAITS.0 - (WAITS.0 - WAITS.1) * promise;
        let wait = (intervals * self.interval() as f64).round() as u64;
        wait.saturating_sub(self.answer())
    }

    fn interval(&self) -> u64 {
        if self.intervals.len() < KEYS.0 {
            return TYPICAL;
        }
        let mean = self.intervals.iter().sum::<u64>() / self.intervals.len() as u64;
        mean.clamp(MEAN.0, MEAN.1)
    }

    /// The median, since the first answer of a window or of a new text may take many times the others'.
    fn answer(&self) -> u64 {
        let mut answers: Vec<_> = self.answers.iter().copied().collect();
        answers.sort_unstable();
        answers.get(answers.len() / 2).copied().unwrap_or(0)
    }
}

fn push(history: &mut VecDeque<u64>, value: u64, most: usize) {
    if history.len() == most {
        history.pop_front();
    }
    history.push_back(value);
}

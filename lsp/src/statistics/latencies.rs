//! How long things took, in few numbers.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Steps for each doubling of the time: a step is 9 % wide, so that what is read off is wrong by 4.5 % at most.
const STEPS: f64 = 8.0;
/// The last step: it begins at a bit more than an hour.
const LAST: u16 = 176;

/// Durations by steps that grow with them, in milliseconds: step 0 is all below 1 ms, step `n` begins at `2^((n-1)/8)` ms.
///
/// A library such as `hdrhistogram` is more exact than this needs to be, and has a binary form where a file for people is
/// wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Latencies(BTreeMap<u16, u64>);

impl Latencies {
    /// Adds a duration.
    pub fn add(&mut self, took: Duration) {
        self.add_many(step(took), 1);
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(&step, &count)| self.add_many(step, count));
    }

    /// The number of durations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.values().fold(0, |sum, &count| sum.saturating_add(count))
    }

    /// The duration in milliseconds that a share `q` of all, from 0 to 1, did not exceed (by the nearest rank); `None` if
    /// there are none.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = ((q * self.count() as f64).ceil() as u64).max(1);
        let mut below = 0u64;
        for (&step, &count) in &self.0 {
            below = below.saturating_add(count);
            if below >= rank {
                return Some(middle(step));
            }
        }
        None
    }

    fn add_many(&mut self, step: u16, count: u64) {
        // A file may hold anything.
        let known = self.0.entry(step.min(LAST)).or_default();
        *known = known.saturating_add(count);
    }
}

fn step(took: Duration) -> u16 {
    let ms = took.as_secs_f64() * 1e3;
    if ms < 1.0 { 0 } else { ((ms.log2() * STEPS) as u16).saturating_add(1).min(LAST) }
}

/// The middle of a step in milliseconds.
fn middle(step: u16) -> f64 {
    if step == 0 { 0.5 } else { ((f64::from(step.min(LAST)) - 0.5) / STEPS).exp2() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: &[u64]) -> Latencies {
        let mut all = Latencies::default();
        times.iter().for_each(|&ms| all.add(Duration::from_millis(ms)));
        all
    }

    #[test]
    fn what_is_read_off_is_near_what_was_added() {
        for ms in [1, 2, 3, 7, 10, 50, 99, 100, 1_000, 12_345, 600_000, 3_000_000] {
            let read = of(&[ms]).quantile(0.5).unwrap();
            assert!((read / ms as f64 - 1.0).abs() < 0.046, "{ms} is read as {read}");
        }
        assert_eq!(of(&[0]).quantile(0.5), Some(0.5));
        assert!(of(&[u64::MAX]).quantile(0.5).unwrap() > 3.6e6, "more than an hour is still more than an hour");
    }

    #[test]
    fn quantiles_are_by_the_nearest_rank() {
        assert_eq!(Latencies::default().quantile(0.5), None);
        let hundred: Vec<u64> = (1..=100).collect();
        let all = of(&hundred);
        for (q, expected) in [(0.0, 1.0), (0.5, 50.0), (0.95, 95.0), (1.0, 100.0)] {
            let read = all.quantile(q).unwrap();
            assert!((read / expected - 1.0).abs() < 0.1, "{q}: {read}");
        }
    }

    #[test]
    fn files_hold_steps_and_counts() {
        let all = of(&[0, 0, 20, 2_000_000]);
        let written = serde_json::to_string(&all).unwrap();
        assert_eq!(written, r#"{"0":2,"35":1,"168":1}"#);
        assert_eq!(serde_json::from_str::<Latencies>(&written).unwrap(), all);
        // Whatever a file says, there is an answer.
        let mut strange: Latencies = serde_json::from_str(r#"{"65535": 18446744073709551615, "3": 7}"#).unwrap();
        strange.merge(&strange.clone());
        assert!(strange.quantile(0.95).unwrap().is_finite());
        assert_eq!(strange.count(), u64::MAX);
    }
}

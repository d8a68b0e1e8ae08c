//! What dismissals in a row do to the delay.
//!
//! The delay grows, and not the probability that is required: that is the user's option, and what it is measured to mean
//! would no longer hold. A longer delay also undoes itself: whoever stops and waits still gets what there is.

use std::collections::VecDeque;

/// Dismissals in a row that mean nothing. Most suggestions are typed over even where people like them: JetBrains reports that
/// 26 to 38 % of its local model's are accepted, so that one row in five to ten is this long by chance.
const USUAL: usize = 5;
/// Dismissals that are remembered (Copilot's).
const REMEMBERED: usize = 10;
/// What each further one multiplies the delay by at first (Copilot's weight of a rejection).
const WEIGHT: f64 = 1.5;
/// Milliseconds after which one is forgotten, and in which its weight falls to its e-th part (Copilot's ten minutes).
const FORGOTTEN: u64 = 10 * 60 * 1000;
/// Milliseconds that a suggestion has to be seen for: a shorter one was not read (Continue's).
const READ: u64 = 250;

/// The times of the dismissals since the last acceptance, the oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Dismissals(VecDeque<u64>);

impl Dismissals {
    /// Adds one of a suggestion that had been shown for `stood` milliseconds.
    pub fn add(&mut self, now: u64, stood: u64) {
        if stood < READ {
            return;
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(now);
    }

    /// An acceptance ends the row.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What the delay is multiplied by: 1 as long as there is nothing unusual.
    pub fn factor(&self, now: u64) -> f64 {
        let ages = self.0.iter().map(|time| now.saturating_sub(*time)).filter(|age| *age < FORGOTTEN);
        ages.skip(USUAL).map(|age| 1.0 + (WEIGHT - 1.0) * (-(age as f64) / FORGOTTEN as f64).exp()).product()
    }
}

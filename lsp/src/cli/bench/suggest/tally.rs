//! What is counted while a trace is replayed.

use super::target::Counters;

/// How a request ended, and after how many milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outcome {
    pub time: f64,
    pub end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A suggestion.
    Text,
    /// An answer that there is none.
    Nothing,
    /// The next key, before an answer: all that is known is that it would have taken longer.
    Overtaken,
}

/// The outcomes of all rounds of one trace with one target.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tally {
    pub outcomes: Vec<Outcome>,
    /// Suggestions that did not belong to the text they were shown in.
    pub stale: usize,
    /// Suggestions that arrived after they had been cancelled, and were not shown.
    pub crossed: usize,
    /// Requests that the target failed at; they count as answered with nothing.
    pub failed: usize,
    pub counters: Option<Counters>,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.outcomes.extend(other.outcomes);
        self.stale += other.stale;
        self.crossed += other.crossed;
        self.failed += other.failed;
        self.counters = match (self.counters, other.counters) {
            (Some(all), Some(new)) => Some(all.plus(new)),
            (all, new) => all.or(new),
        };
    }

    pub fn count(&self, end: End) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.end == end).count()
    }

    /// The quantile of the times to an answer; see [`quantile`].
    pub fn time(&self, part: f64) -> Quantile {
        quantile(&self.outcomes, part)
    }

    /// The same of the answers that were suggestions.
    pub fn time_of_text(&self, part: f64) -> Quantile {
        let outcomes: Vec<Outcome> =
            self.outcomes.iter().filter(|outcome| outcome.end != End::Nothing).copied().collect();
        quantile(&outcomes, part)
    }

    /// The longest time that anybody waited.
    pub fn longest(&self) -> f64 {
        self.outcomes.iter().map(|outcome| outcome.time).fold(0.0, f64::max)
    }
}

/// A quantile of times in milliseconds. `at_least`: it is longer than any time that was seen to its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quantile {
    pub time: f64,
    pub at_least: bool,
}

/// The quantile of the times to an answer at `part`, from 0 to 1, as Kaplan and Meier estimate it (1958): a request that the
/// next key overtook counts among those still waiting for as long as it waited. Leaving them out would make a slow
/// server fast, because it answers only where there was a pause.
pub(super) fn quantile(outcomes: &[Outcome], part: f64) -> Quantile {
    let mut sorted = outcomes.to_vec();
    // Of equal times, answers come first.
    sorted.sort_by(|a, b| a.time.total_cmp(&b.time).then((a.end == End::Overtaken).cmp(&(b.end == End::Overtaken))));
    let mut waiting = 1.0;
    for (index, outcome) in sorted.iter().enumerate() {
        let count = (sorted.len() - index) as f64;
        if outcome.end != End::Overtaken {
            waiting *= 1.0 - 1.0 / count;
            // Rounding must not make the last step be missed.
            if waiting <= 1.0 - part + 1e-9 {
                return Quantile { time: outcome.time, at_least: false };
            }
        }
    }
    Quantile { time: sorted.last().map_or(0.0, |last| last.time), at_least: !sorted.is_empty() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(answered: &[f64], overtaken: &[f64]) -> Vec<Outcome> {
        let of = |times: &[f64], end| times.iter().map(|&time| Outcome { time, end }).collect::<Vec<_>>();
        [of(answered, End::Text), of(overtaken, End::Overtaken)].concat()
    }

    #[test]
    fn without_overtaken_requests_it_is_the_usual_quantile() {
        let all = outcomes(&[4.0, 1.0, 3.0, 2.0], &[]);
        for (part, time) in [(0.25, 1.0), (0.5, 2.0), (0.95, 4.0), (1.0, 4.0)] {
            assert_eq!(quantile(&all, part), Quantile { time, at_least: false }, "{part}");
        }
        assert_eq!(quantile(&[], 0.5), Quantile { time: 0.0, at_least: false });
    }

    #[test]
    fn overtaken_requests_were_slower_than_they_waited() {
        // Nine waited for 100 ms in vain, and the one with a pause behind it took 300: so do the others, for all that is known.
        let all = outcomes(&[300.0], &[100.0; 9]);
        assert_eq!(quantile(&all, 0.5), Quantile { time: 300.0, at_least: false });
        // Of four, one is answered at 10, two are overtaken at 20: the last stands for all three.
        let all = outcomes(&[10.0, 50.0], &[20.0, 20.0]);
        assert_eq!(quantile(&all, 0.25).time.to_bits(), 10f64.to_bits());
        assert_eq!(quantile(&all, 0.5).time.to_bits(), 50f64.to_bits());
        assert_eq!(quantile(&outcomes(&[1.0], &[5.0]), 0.95), Quantile { time: 5.0, at_least: true });
    }

    #[test]
    fn rounds_add_up() {
        let counted = |tokens| Some(Counters { tokens: Some(tokens), ..Counters::default() });
        let mut all = Tally::default();
        for tokens in [2, 5] {
            let outcomes = vec![Outcome { time: 1.0, end: End::Nothing }];
            all.add(Tally { outcomes, stale: 1, crossed: 2, failed: 3, counters: counted(tokens) });
        }
        assert_eq!((all.count(End::Nothing), all.stale, all.crossed, all.failed), (2, 2, 4, 6));
        assert_eq!(all.counters, counted(7));
        assert!(all.time_of_text(0.5).time == 0.0 && all.longest() > 0.0);
    }
}

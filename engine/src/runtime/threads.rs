//! Chooses how many threads compute a batch while the engine runs, from the measured costs of batches.
//!
//! Several threads meet at a barrier behind every operation, some 200 times for a token. On a quiet machine that costs
//! little. Where others want the cores too, one of the threads is often not running, and the rest wait for it: a token that
//! takes one thread 6 ms then takes two of them 90 ms. Small models pay for barriers even on a quiet machine, and large
//! batches hardly ever do there. So no number is right for long, and [`Governor`] looks for it:
//!
//! - It keeps what a token has cost lately at each number of threads (1, 2, 4, … up to all), for batches of similar size on
//!   their own, and now and then tries the next number, up or down, for a few batches. Trials pause for as long as it takes
//!   until what they have lost is a sixteenth of the time spent since, and become rarer the longer nothing changes.
//! - Costs that rise suddenly at several threads, twice in a row, make it try fewer at once.
//! - A batch at several threads that takes clearly longer than one thread would have ([`Governor::limit`]) is given up and
//!   computed by one. So what a load costs when it comes is one or two tokens' time, not that of all the barriers of a batch.
//! - How many other threads of the machine want to run is known on Linux. No more threads are used than that leaves cores
//!   for, and what was used before is tried again once there is room. Since it is only a hint, a number beyond it is tried
//!   too, rarely; if that pays, the hint is ignored for a while.
//! - Small batches begin with one thread. Large ones, for which more threads nearly always pay on a quiet machine, begin with
//!   all, and where there is a hint, only that makes them try fewer: a trial would cost the time of a whole prompt.
//!
//! It uses no clock, no thread and no model, so that tests can simulate whole days.

use std::collections::VecDeque;
use std::time::Duration;

/// Upper limits of the batch sizes, in tokens, that are compared with each other: how cost grows with threads depends
/// on size.
const CLASSES: [usize; 5] = [2, 8, 32, 128, usize::MAX];

/// The first class of large batches.
const LARGE: usize = 3;

/// Number of costs remembered for each number of threads.
const REMEMBERED: usize = 8;

/// Number of batches in a trial, for small and large batches.
const TRIAL: [u32; 2] = [3, 1];

/// Number of batches between two trials: initial and maximum.
const WAIT: (u32, u32) = (16, 512);

/// Number of batches before the next trial after one that reduced the cost.
const CLIMB: u32 = 2;

/// Number of batches without a trial after which a number of threads beyond the hint is tried, too.
const DOUBT: u32 = 256;

/// Number of batches for which the hint is ignored after such a trial reduced the cost.
const DEAF: u32 = 2048;

/// The most, in nanoseconds, that a sudden rise adds to the debt of trials. The rise counts as if a trial had lost it,
/// so that the number stays low where loads come and go every few tokens; with this limit, the number rises again
/// within a few seconds.
const MOST_REGRET: u64 = 250_000_000;

/// Trials may lose one part in this many of the time.
const SHARE: u64 = 16;

/// More threads must save at least one part in this many of the cost, so that noise does not decide.
const GAIN: u64 = 20;

/// How many samples of the hint in a row must agree before it is used.
const AGREE: u8 = 3;

/// Chooses the number of threads for each batch.
#[derive(Debug)]
pub(super) struct Governor {
    /// Hardware threads of the machine.
    cores: usize,
    /// The numbers of threads to choose from, ascending, from 1.
    rungs: Vec<usize>,
    classes: Vec<Class>,
    free: Free,
}

impl Governor {
    /// Chooses among 1 to `most` threads, on a machine with so many hardware threads.
    pub fn new(most: usize, cores: usize) -> Self {
        let most = most.max(1);
        let mut rungs: Vec<usize> = std::iter::successors(Some(1), |n| Some(n * 2)).take_while(|n| *n < most).collect();
        rungs.push(most);
        let class = |index| Class::new(rungs.len(), index >= LARGE);
        Self { cores, classes: (0..CLASSES.len()).map(class).collect(), rungs, free: Free::default() }
    }

    /// Returns the number of threads for a batch of so many tokens. `others` is the number of threads outside the
    /// engine that want to run, if known.
    pub fn choose(&mut self, tokens: usize, others: Option<usize>) -> usize {
        self.free.sample(others.map(|others| self.cores.saturating_sub(others).max(1)));
        let limit = self.rungs.partition_point(|&threads| threads <= self.free.cores).saturating_sub(1);
        let limit = self.free.known.then_some(limit);
        let rung = self.class(tokens).choose(limit);
        self.rungs[rung]
    }

    /// Records the cost of a batch with the number of threads that was chosen for it.
    pub fn learn(&mut self, tokens: usize, threads: usize, wall: Duration) {
        let Some(rung) = self.rungs.iter().position(|&rung| rung == threads) else { return };
        let tight = self.free.tight;
        let wall = u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX).max(1);
        self.class(tokens).learn(rung, wall, tokens.max(1) as u64, tight);
    }

    /// Returns how long a batch may take with so many threads before it is given up; `None` if one thread would hardly
    /// be faster, or if its cost is not known.
    pub fn limit(&mut self, tokens: usize, threads: usize) -> Option<Duration> {
        let rung = self.rungs.iter().position(|&rung| rung == threads).filter(|&rung| rung > 0)?;
        let cost = self.class(tokens).limit(rung)?;
        Some(Duration::from_nanos(cost.saturating_mul(tokens.max(1) as u64)))
    }

    /// Records that a batch was given up after `wall`. One thread computes the next batch of its class.
    pub fn give_up(&mut self, tokens: usize, threads: usize, wall: Duration) {
        let Some(rung) = self.rungs.iter().position(|&rung| rung == threads) else { return };
        let wall = u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX);
        self.class(tokens).give_up(rung, wall);
    }

    fn class(&mut self, tokens: usize) -> &mut Class {
        let index = CLASSES.iter().position(|&below| tokens < below).unwrap_or(CLASSES.len() - 1);
        &mut self.classes[index]
    }
}

/// The number of cores that others leave free, without the noise of single samples.
#[derive(Debug)]
struct Free {
    cores: usize,
    /// Whether the last sample was below that.
    tight: bool,
    known: bool,
    below: u8,
    above: u8,
    /// The lowest of the samples that were above.
    lowest: usize,
}

impl Default for Free {
    fn default() -> Self {
        Self { cores: usize::MAX, tight: false, known: false, below: 0, above: 0, lowest: usize::MAX }
    }
}

impl Free {
    fn sample(&mut self, cores: Option<usize>) {
        let Some(cores) = cores else {
            *self = Self::default();
            return;
        };
        self.tight = self.known && cores < self.cores;
        if !self.known {
            (self.cores, self.known) = (cores, true);
        }
        if cores >= self.cores {
            self.below = 0;
        }
        if cores <= self.cores {
            (self.above, self.lowest) = (0, usize::MAX);
        }
        if cores < self.cores {
            self.below += 1;
            if self.below >= AGREE {
                (self.cores, self.below) = (cores, 0);
            }
        } else if cores > self.cores {
            (self.above, self.lowest) = (self.above + 1, self.lowest.min(cores));
            if self.above >= AGREE {
                (self.cores, self.above, self.lowest) = (self.lowest, 0, usize::MAX);
            }
        }
    }
}

/// The costs of the last batches at one number of threads, in nanoseconds per token.
#[derive(Debug, Clone, Default)]
struct Costs(VecDeque<u64>);

impl Costs {
    fn push(&mut self, cost: u64) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(cost);
    }

    /// The mean without the lowest and the highest quarter.
    fn typical(&self) -> Option<u64> {
        let mut sorted: Vec<u64> = self.0.iter().copied().collect();
        sorted.sort_unstable();
        let middle = &sorted[sorted.len() / 4..sorted.len() - sorted.len() / 4];
        let count = u64::try_from(middle.len()).ok().filter(|&count| count > 0)?;
        Some(middle.iter().fold(0, |sum: u64, &cost| sum.saturating_add(cost)) / count)
    }

    /// Removes all but the last `count` costs.
    fn keep(&mut self, count: usize) {
        self.0.drain(..self.0.len().saturating_sub(count));
    }
}

/// A number of threads that is being tried.
#[derive(Debug, Clone, Copy)]
struct Trial {
    rung: usize,
    left: u32,
    /// Whether the trial goes beyond the hint.
    beyond: bool,
}

/// The search among batches of similar size.
#[derive(Debug)]
struct Class {
    large: bool,
    costs: Vec<Costs>,
    rung: usize,
    trial: Option<Trial>,
    /// The rung to return to when cores become free again.
    home: usize,
    /// Batches since the last trial, and how many there must be before the next.
    since: u32,
    wait: u32,
    /// Whether the next trial goes up, if both ways are open.
    upward: bool,
    /// How many rungs a trial goes down: more after each unsuccessful one, so that the search leaves plateaus.
    step: usize,
    /// Nanoseconds that trials have lost and that have not been made up for yet.
    debt: u64,
    /// Batches in a row that were slow for their number of threads.
    slow: u8,
    /// Number of batches for which the hint is ignored; at the last of them it is used again.
    deaf: u32,
}

impl Class {
    fn new(rungs: usize, large: bool) -> Self {
        let rung = if large { rungs - 1 } else { 0 };
        Self {
            large,
            costs: vec![Costs::default(); rungs],
            rung,
            trial: None,
            home: rung,
            since: 0,
            wait: CLIMB,
            upward: true,
            step: 1,
            debt: 0,
            slow: 0,
            deaf: 0,
        }
    }

    /// Returns the rung for the next batch; `limit` is the highest rung that the hint allows, if there is a hint.
    fn choose(&mut self, limit: Option<usize>) -> usize {
        match limit {
            Some(limit) if self.deaf == 0 => self.heed(limit),
            // The hint is used again: its number is tried.
            Some(limit) if self.deaf == 1 && self.trial.is_none() => {
                if self.rung > limit {
                    self.begin(limit, false);
                } else {
                    self.deaf = 0;
                }
            }
            _ => {}
        }
        if self.trial.is_none()
            && let Some(rung) = self.proposal(limit)
        {
            self.begin(rung, limit.is_some_and(|limit| rung > limit));
        }
        self.trial.map_or(self.rung, |trial| trial.rung)
    }

    /// Goes below the limit.
    fn heed(&mut self, limit: usize) {
        if self.trial.is_some_and(|trial| trial.rung > limit && !trial.beyond) {
            self.trial = None;
        }
        if self.rung > limit {
            self.home = self.home.max(self.rung);
            (self.rung, self.trial) = (limit, None);
            (self.since, self.wait, self.slow) = (0, WAIT.0, 0);
        }
    }

    /// Returns the rung to try now, if any.
    fn proposal(&mut self, limit: Option<usize>) -> Option<usize> {
        if self.debt > 0 || self.costs[self.rung].0.is_empty() {
            return None;
        }
        let room = |rung: usize| limit.is_none_or(|limit| rung <= limit);
        if self.home > self.rung && room(self.home) {
            return Some(self.home);
        }
        if self.since < self.wait {
            return None;
        }
        let beyond = self.deaf > 0 || self.since >= DOUBT;
        let up = Some(self.rung + 1).filter(|&rung| rung < self.costs.len() && (room(rung) || beyond));
        let reason = limit.is_none_or(|limit| limit < self.rung);
        let down =
            Some(self.rung.saturating_sub(self.step)).filter(|&rung| rung < self.rung && (!self.large || reason));
        let (first, second) = if self.upward { (up, down) } else { (down, up) };
        first.or(second)
    }

    fn begin(&mut self, rung: usize, beyond: bool) {
        self.costs[rung].0.clear();
        self.upward = rung < self.rung;
        self.slow = 0;
        self.trial = Some(Trial { rung, left: TRIAL[usize::from(self.large)], beyond });
    }

    /// Records the cost of a batch: `wall` nanoseconds for so many tokens. `tight` says that others want the cores.
    fn learn(&mut self, rung: usize, wall: u64, tokens: u64, tight: bool) {
        let cost = wall / tokens;
        self.deaf = self.deaf.saturating_sub(1).max(self.deaf.min(1));
        match self.trial {
            Some(trial) if trial.rung == rung => self.learn_trial(trial, cost, tokens),
            None if self.rung == rung => self.learn_settled(cost, wall, tokens, tight),
            // A batch that was begun before the last decision, or was not ours to decide on.
            _ => {}
        }
    }

    fn learn_trial(&mut self, mut trial: Trial, cost: u64, tokens: u64) {
        self.costs[trial.rung].push(cost);
        let before = self.costs[self.rung].typical().unwrap_or(u64::MAX);
        self.debt = self.debt.saturating_add(cost.saturating_sub(before).saturating_mul(tokens));
        trial.left -= 1;
        self.trial = Some(trial);
        if trial.left == 0 || cost > before.saturating_mul(2) {
            self.conclude(trial, before);
        }
    }

    /// Ends a trial.
    fn conclude(&mut self, trial: Trial, before: u64) {
        let tried = trial.rung;
        let now = self.costs[tried].typical().unwrap_or(u64::MAX);
        let up = tried > self.rung;
        let better = if up { now < before - before / GAIN } else { now <= before };
        (self.trial, self.since, self.slow) = (None, 0, 0);
        if self.deaf == 1 {
            self.deaf = if better && !up { 0 } else { DEAF };
        }
        if better {
            if trial.beyond {
                self.deaf = DEAF;
            }
            (self.rung, self.home, self.wait, self.step) = (tried, tried, CLIMB, 1);
            self.upward = up;
        } else {
            self.home = self.rung;
            if !up {
                self.step = if self.step * 2 < self.costs.len() { self.step * 2 } else { 1 };
            }
            self.wait = self.wait.saturating_mul(2).clamp(WAIT.0, WAIT.1);
        }
    }

    fn learn_settled(&mut self, cost: u64, wall: u64, tokens: u64, tight: bool) {
        let before = Some(&self.costs[self.rung]).filter(|costs| costs.0.len() >= 3).and_then(Costs::typical);
        self.costs[self.rung].push(cost);
        self.since = self.since.saturating_add(1);
        self.debt = self.debt.saturating_sub(wall / SHARE);
        let slow = before.filter(|before| cost > before + before / 2 + before / 8);
        self.slow = if slow.is_some() { self.slow + 1 } else { 0 };
        if self.rung > 0
            && let Some(before) = slow
            && (self.slow >= 2 || tight)
        {
            self.flee(cost, before, tokens);
        }
    }

    /// Returns the most nanoseconds that a token may cost at that rung.
    fn limit(&self, rung: usize) -> Option<u64> {
        let alone = self.costs[0].typical();
        // What one thread cost may be long ago, and tokens cost more the more of a text stands before them.
        let own = Some(&self.costs[rung]).filter(|costs| costs.0.len() >= 3).and_then(Costs::typical);
        match (alone, own) {
            (Some(alone), own) => Some((alone + alone / 2).max(own.map_or(0, |own| own.saturating_mul(2)))),
            (None, own) => own.map(|own| own.saturating_mul(4)),
        }
    }

    /// Records that a batch at that rung was given up after `wall` nanoseconds.
    fn give_up(&mut self, rung: usize, wall: u64) {
        self.debt = self.debt.max(self.debt.saturating_add(wall).min(MOST_REGRET));
        self.costs[rung].0.clear();
        (self.since, self.slow) = (0, 0);
        self.deaf = 0;
        if self.trial.take().is_some() {
            self.home = self.rung;
            self.wait = self.wait.saturating_mul(2).clamp(WAIT.0, WAIT.1);
        } else {
            self.home = self.home.max(self.rung);
            (self.rung, self.wait) = (0, WAIT.0);
        }
    }

    /// Tries fewer threads at once after a sudden rise of the cost; only one if one thread was cheaper than that.
    fn flee(&mut self, cost: u64, before: u64, tokens: u64) {
        let alone = self.costs[0].typical().is_some_and(|alone| alone < cost);
        let (home, lost) = (self.rung, (cost - before).saturating_mul(tokens));
        let slow = usize::from(self.slow);
        self.costs[home].keep(slow);
        self.begin(if alone { 0 } else { home - 1 }, false);
        self.debt = self.debt.max(self.debt.saturating_add(lost).min(MOST_REGRET));
        self.wait = WAIT.0;
    }
}

#[cfg(test)]
mod tests;

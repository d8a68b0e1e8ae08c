//! Runs batches with the number of threads that a [`Governor`] chooses, and reports their durations to it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::cpu::{self, RunQueue};
use super::threads::Governor;

/// Number of threads with which engines of this process are computing.
static COMPUTING: AtomicUsize = AtomicUsize::new(0);

/// An amount that is added to a counter while this lives.
struct Counted(&'static AtomicUsize, usize);

impl Counted {
    fn new(counter: &'static AtomicUsize, amount: usize) -> Self {
        counter.fetch_add(amount, Ordering::Relaxed);
        Self(counter, amount)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(self.1, Ordering::Relaxed);
    }
}

/// How a batch has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The batch has been computed.
    Computed,
    /// The batch took too long, and left the cache as it was.
    GivenUp,
}

/// Returns the duration of an attempt with so many threads, which count as computing meanwhile.
fn timed<E>(threads: usize, attempt: impl FnOnce() -> Result<Ended, E>) -> Result<(Duration, Ended), E> {
    let _computing = Counted::new(&COMPUTING, threads);
    let start = Instant::now();
    let ended = attempt()?;
    Ok((start.elapsed(), ended))
}

/// The number of threads of one engine.
pub(super) struct Pacing {
    most: usize,
    governor: Option<Governor>,
    pinned: bool,
    queue: RunQueue,
    /// Threads of the last batch.
    last: usize,
}

impl Pacing {
    /// Returns the pacing for `most` threads or, with `choose`, for as many of them as reduce the cost.
    pub fn new(most: usize, choose: bool) -> Self {
        let governor = (choose && most > 1).then(|| Governor::new(most, cpu::hardware_threads()));
        let queue = RunQueue::open();
        Self { most, governor, pinned: false, queue, last: 1 }
    }

    /// Whether the number of threads changes.
    pub fn chooses(&self) -> bool {
        self.governor.is_some()
    }

    /// Uses all threads from now on or, with `false`, again as many as reduce the cost.
    pub fn pin(&mut self, on: bool) {
        self.pinned = on;
    }

    /// Runs a batch of so many tokens. `decode` gets the number of threads and, if one thread would be faster than a
    /// late batch, the time after which to give up. If it gives up, it is called once more.
    ///
    /// # Errors
    /// Errors of `decode`; the governor learns nothing from them.
    pub fn run<E>(
        &mut self,
        tokens: usize,
        mut decode: impl FnMut(usize, Option<Duration>) -> Result<Ended, E>,
    ) -> Result<(), E> {
        let Some(governor) = self.governor.as_mut().filter(|_| !self.pinned) else {
            self.last = self.most;
            let _computing = Counted::new(&COMPUTING, self.most);
            return decode(self.most, None).map(drop);
        };
        let siblings = COMPUTING.load(Ordering::Relaxed);
        let others =
            self.queue.others(self.last).map(|others| others.max(siblings)).or((siblings > 0).then_some(siblings));
        let threads = governor.choose(tokens, others);
        self.last = threads;
        let limit = governor.limit(tokens, threads);
        let (wall, ended) = timed(threads, || decode(threads, limit))?;
        if ended == Ended::Computed {
            governor.learn(tokens, threads, wall);
            return Ok(());
        }
        governor.give_up(tokens, threads, wall);
        self.last = 1;
        let (wall, _) = timed(1, || decode(1, None))?;
        governor.learn(tokens, 1, wall);
        Ok(())
    }
}

//! Runs batches with the number of threads that a [`Governor`] chooses, and tells it what they took.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::cpu::{self, RunQueue};
use super::threads::Governor;

/// Threads that engines of this process compute with at the moment.
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
    /// It has been computed.
    Computed,
    /// It took too long, and has left nothing behind.
    GivenUp,
}

/// How long an attempt with so many threads takes, which counts as computing meanwhile.
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
    /// `most` threads, or, with `choose`, as many of them as pay.
    pub fn new(most: usize, choose: bool) -> Self {
        let governor = (choose && most > 1).then(|| Governor::new(most, cpu::hardware_threads()));
        let queue = RunQueue::open();
        Self { most, governor, pinned: false, queue, last: 1 }
    }

    /// Whether the number of threads changes.
    pub fn chooses(&self) -> bool {
        self.governor.is_some()
    }

    /// From now on all threads are used, or, with `false`, again as many as pay.
    pub fn pin(&mut self, on: bool) {
        self.pinned = on;
    }

    /// Runs a batch of so many tokens: `decode` is told with how many threads, and after what time it is to give up, if
    /// that would be better done by one thread. Then it is called once more.
    ///
    /// # Errors
    /// Those of `decode`, from which nothing is learned.
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

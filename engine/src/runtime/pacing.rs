//! Runs batches with the number of threads that a [`Governor`] chooses, and tells it what they took.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

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

    /// Runs a batch of so many tokens: `decode` is told with how many threads.
    ///
    /// # Errors
    /// Those of `decode`, from which nothing is learned.
    pub fn run<E>(&mut self, tokens: usize, decode: impl FnOnce(usize) -> Result<(), E>) -> Result<(), E> {
        let Some(governor) = self.governor.as_mut().filter(|_| !self.pinned) else {
            self.last = self.most;
            let _computing = Counted::new(&COMPUTING, self.most);
            return decode(self.most);
        };
        let siblings = COMPUTING.load(Ordering::Relaxed);
        let others =
            self.queue.others(self.last).map(|others| others.max(siblings)).or((siblings > 0).then_some(siblings));
        let threads = governor.choose(tokens, others);
        self.last = threads;
        let computing = Counted::new(&COMPUTING, threads);
        let start = Instant::now();
        decode(threads)?;
        let wall = start.elapsed();
        drop(computing);
        governor.learn(tokens, threads, wall);
        Ok(())
    }
}

//! Executes several programs at the same time.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use codegen_sandbox::Sandbox;

use super::{Allowance, Check, ExecutionError, grade, sandbox};
use crate::record::{Benchmark, Key, Verdict};

/// Number of waiting programs per worker. More would only take memory: a worker is slower than the caller that adds
/// programs.
const WAITING: usize = 4;

/// Worker threads that execute programs, one at a time each. Dropping it ends the programs that run.
pub struct Executor {
    /// `None` once no more programs will be added.
    queue: Option<SyncSender<Work>>,
    workers: Vec<JoinHandle<()>>,
    cancel: Arc<AtomicBool>,
}

struct Work {
    key: Key,
    program: String,
    check: Check,
}

/// The verdicts, in the order in which the programs end. The channel closes when all workers have ended.
pub type Verdicts = Receiver<Result<Verdict, ExecutionError>>;

impl Executor {
    /// Starts `workers` threads (at least one) for one benchmark's programs, after having tried `python`: a path, or a name to
    /// look up in `PATH`. Blocks for about a second meanwhile.
    ///
    /// # Errors
    /// There is no such Python, it does not run in the sandbox, or it is to run MTPB's programs and has no numpy.
    pub fn start(
        python: &Path,
        benchmark: Benchmark,
        workers: usize,
        allowance: Allowance,
    ) -> Result<(Self, Verdicts), ExecutionError> {
        let sandbox = sandbox(python, benchmark, &allowance)?;
        Ok(Self::with(&sandbox, workers, &allowance))
    }

    /// Returns the same for a sandbox that has already been tested.
    #[must_use]
    pub fn with(sandbox: &Sandbox, workers: usize, allowance: &Allowance) -> (Self, Verdicts) {
        let workers = workers.max(1);
        let (queue, work) = sync_channel(workers * WAITING);
        let (verdicts, out) = channel();
        let work = Arc::new(Mutex::new(work));
        let cancel = Arc::new(AtomicBool::new(false));
        let start = |_| {
            let worker = Worker {
                sandbox: sandbox.clone(),
                allowance: allowance.clone(),
                work: work.clone(),
                verdicts: verdicts.clone(),
                cancel: cancel.clone(),
            };
            std::thread::spawn(move || worker.run())
        };
        let workers = (0..workers).map(start).collect();
        (Self { queue: Some(queue), workers, cancel }, out)
    }

    /// Adds a program to be judged. Blocks while the queue is full, but never after cancellation.
    pub fn grade(&self, key: Key, program: String, check: Check) {
        if let Some(queue) = &self.queue {
            // Sending fails when there are no workers left, and they end early only by a panic.
            let _ = queue.send(Work { key, program, check });
        }
    }

    /// Ends the running programs, and drops the waiting ones: neither get a verdict. Does not block.
    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    /// The flag that [`Executor::cancel`] sets, for callers that have to set it from another thread.
    #[must_use]
    pub fn cancelled(&self) -> Arc<AtomicBool> {
        self.cancel.clone()
    }

    /// Waits until everything has been judged.
    pub fn finish(mut self) {
        self.wait();
    }

    fn wait(&mut self) {
        self.queue = None;
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.cancel();
        self.wait();
    }
}

struct Worker {
    sandbox: Sandbox,
    allowance: Allowance,
    work: Arc<Mutex<Receiver<Work>>>,
    verdicts: Sender<Result<Verdict, ExecutionError>>,
    cancel: Arc<AtomicBool>,
}

impl Worker {
    fn run(self) {
        loop {
            // Only one worker waits for work at a time; the others wait for the lock. A poisoned lock is fine, since
            // nothing can be left half done.
            let work = self.work.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(work) = work else { return };
            if self.cancel.load(Ordering::Relaxed) {
                continue;
            }
            // The receiver may be gone, but `Executor::grade` must not be left waiting.
            match grade(&self.sandbox, &self.allowance, &work.program, &work.check, &self.cancel) {
                Ok(None) => {}
                Ok(Some(grade)) => drop(self.verdicts.send(Ok(grade.of(work.key)))),
                Err(error) => drop(self.verdicts.send(Err(error))),
            }
        }
    }
}

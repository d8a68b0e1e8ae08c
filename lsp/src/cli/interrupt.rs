//! Interrupts: Ctrl-C, the system's request to end, or the end of the terminal. No other module listens to signals.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use codegen_eval::sampling::Cancel;
#[cfg(unix)]
use signal_hook::consts::SIGHUP;
use signal_hook::consts::{SIGINT, SIGTERM};

/// Reports, when the program is interrupted, whether the file has been written. An interrupt waits for a write that is
/// under way, so that no temporary file remains.
#[derive(Debug, Clone, Default)]
pub struct Interrupts(Arc<Mutex<Option<String>>>);

impl Interrupts {
    /// Waits for interrupts from now on. Where that is not possible, they end the program without a message.
    #[must_use]
    pub fn wait() -> Self {
        let interrupts = Self::default();
        #[cfg(unix)]
        {
            let interrupts = interrupts.clone();
            on_signals([SIGINT], move |signal| interrupts.end(signal));
        }
        interrupts
    }

    /// From now on, an interrupt says that this file has not been changed.
    pub fn working_on(&self, path: &Path) {
        *self.said() = Some(format!("interrupted; {} is as it was", path.display()));
    }

    /// Runs `write`, which changes the file; an interrupt comes before or after it.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn hold<T>(&self, write: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        let mut said = self.said();
        let done = write()?;
        *said = None;
        Ok(done)
    }

    fn said(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(unix)]
    fn end(&self, signal: i32) {
        let said = self.said();
        if let Some(said) = said.as_ref() {
            super::output::remark(&format!("\nerror: {said}"));
        }
        end_by(signal);
    }
}

/// Ends an evaluation's run from any thread: no new work is started, and work under way is dropped.
#[derive(Clone, Default)]
pub struct Stop {
    /// Ends the sampling.
    pub sampling: Cancel,
    /// Ends the work of the reference package.
    pub reference: Arc<AtomicBool>,
    /// Ends the executions. The executor owns the flag, and sets it when it is done, too.
    execution: Arc<AtomicBool>,
    signal: Arc<AtomicI32>,
}

impl Stop {
    /// A stop for these executions.
    #[must_use]
    pub fn new(execution: Arc<AtomicBool>) -> Self {
        Self { execution, ..Self::default() }
    }

    /// Ends the run.
    pub fn now(&self) {
        self.execution.store(true, Ordering::Relaxed);
        self.reference.store(true, Ordering::Relaxed);
        self.sampling.cancel();
    }

    /// Whether the run has been ended.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.sampling.is_cancelled()
    }

    /// The signal that ended the run, if one did.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        Some(self.signal.load(Ordering::Relaxed)).filter(|&signal| signal != 0)
    }

    /// Lets signals end the run from now on. The second signal ends the program at once.
    #[cfg(unix)]
    pub fn on_signals(&self) {
        outlive_size_limits();
        let stop = self.clone();
        on_signals([SIGINT, SIGTERM, SIGHUP], move |signal| match stop.signal() {
            None => {
                stop.signal.store(signal, Ordering::Relaxed);
                stop.now();
            }
            Some(_) => end_by(signal),
        });
    }

    /// The system ends the program, as usual. The file is valid anyway.
    #[cfg(not(unix))]
    pub fn on_signals(&self) {}
}

/// A flag that an interrupt sets from now on, while the program continues, so that it can end in order. Where that is not possible,
/// interrupts end the program.
#[must_use]
pub fn flag() -> Arc<AtomicBool> {
    #[cfg(unix)]
    outlive_size_limits();
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let _ = signal_hook::flag::register(signal, Arc::clone(&flag));
    }
    flag
}

/// Lets a file over the process's size limit cause an error of writing, like a full disk: a signal that is handled does not end the
/// program.
#[cfg(unix)]
fn outlive_size_limits() {
    let _ = signal_hook::flag::register(libc::SIGXFSZ, Arc::default());
}

/// Has the end of children noticed even if the program was started with `SIGCHLD` ignored, which some runners hand on:
/// the system would then throw away how a child ended, and every wait for one would fail.
pub fn notice_children() {
    #[cfg(unix)]
    let _ = signal_hook::flag::register(libc::SIGCHLD, Arc::default());
}

/// Calls `heard` with each of these signals from now on. Where that is not possible, they have their default effect.
#[cfg(unix)]
fn on_signals<const N: usize>(signals: [i32; N], mut heard: impl FnMut(i32) + Send + 'static) {
    let Ok(mut signals) = signal_hook::iterator::Signals::new(signals) else { return };
    let _ = std::thread::Builder::new().name("signals".into()).spawn(move || signals.forever().for_each(&mut heard));
}

/// Ends the program as the signal would have, so that its parent process sees the signal.
#[cfg(unix)]
fn end_by(signal: i32) {
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}

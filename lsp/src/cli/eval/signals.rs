//! What ends a run early: Ctrl-C, the system, or the terminal's end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use codegen_eval::sampling::Cancel;

/// Ends a run from any thread: nothing new is sampled or executed, and what is under way is dropped.
#[derive(Clone, Default)]
pub(super) struct Stop {
    /// Ends the sampling.
    pub sampling: Cancel,
    /// Ends what the reference is asked.
    pub reference: Arc<AtomicBool>,
    /// Ends the executions. It is the executor's, which sets it when it is done, too.
    execution: Arc<AtomicBool>,
    signal: Arc<AtomicI32>,
}

impl Stop {
    /// For these executions.
    pub fn new(execution: Arc<AtomicBool>) -> Self {
        Self { execution, ..Self::default() }
    }

    /// Ends the run.
    pub fn now(&self) {
        self.execution.store(true, Ordering::Relaxed);
        self.reference.store(true, Ordering::Relaxed);
        self.sampling.cancel();
    }

    /// Whether it has been ended.
    pub fn is_stopped(&self) -> bool {
        self.sampling.is_cancelled()
    }

    /// The signal that ended it, if one did.
    pub fn signal(&self) -> Option<i32> {
        Some(self.signal.load(Ordering::Relaxed)).filter(|&signal| signal != 0)
    }

    /// Lets signals end the run from now on. The second one ends the program at once.
    #[cfg(unix)]
    pub fn on_signals(&self) {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        use signal_hook::iterator::Signals;
        // A signal that is listened to ends nothing: a file over the limit that the process has is then an error of writing,
        // like a full disk.
        let _ = signal_hook::flag::register(libc::SIGXFSZ, Arc::default());
        let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
        let stop = self.clone();
        let _ = std::thread::Builder::new().name("signals".into()).spawn(move || {
            let mut signals = signals.forever();
            if let Some(signal) = signals.next() {
                stop.signal.store(signal, Ordering::Relaxed);
                stop.now();
            }
            if let Some(signal) = signals.next() {
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        });
    }

    /// The system ends the program, as usual. What is in the file is good anyway.
    #[cfg(not(unix))]
    pub fn on_signals(&self) {}
}

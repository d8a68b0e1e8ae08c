//! Who watches a download, and may end it.

use std::time::{Duration, Instant};

/// How often it is asked whether to end.
pub(super) const GLANCE: Duration = Duration::from_millis(50);

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file under way.
    pub file: &'a str,
    /// Bytes that are here of all files that were asked for together.
    pub done: u64,
    /// Bytes of all of them.
    pub total: u64,
}

/// Watches a download. All methods are called on the thread that asked for it.
pub trait Observer {
    /// Whether to end it. What came is kept.
    fn cancelled(&self) -> bool {
        false
    }

    /// More has come.
    fn progress(&mut self, progress: Progress<'_>) {
        let _ = progress;
    }

    /// Something that the user may want to know: why it waits, for instance.
    fn note(&mut self, text: &str) {
        let _ = text;
    }

    /// Waits, unless it is ended meanwhile.
    fn wait(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while !self.cancelled() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(GLANCE));
        }
    }
}

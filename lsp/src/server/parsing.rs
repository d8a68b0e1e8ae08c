//! The state of a buffer's parsing, where that is too slow for the main loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use codegen_text::document::Unparsed;
use ropey::Rope;

use crate::server::event::Event;

/// The state of a buffer's parsing.
#[derive(Default)]
pub struct Parsing {
    running: Option<Running>,
    /// Events that need the syntax.
    waiting: Vec<Event>,
    attempts: Attempts,
}

/// A parse under way; dropped, it is cancelled.
struct Running {
    of: Rope,
    cancelled: Arc<AtomicBool>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

impl Parsing {
    /// Records the start of a parse of `text`, and returns the flag that cancels it. `None` if that parse is under way
    /// already.
    pub fn begin(&mut self, text: &Rope) -> Option<Arc<AtomicBool>> {
        if self.running.as_ref().is_some_and(|running| running.of.is_instance(text)) {
            return None;
        }
        let cancelled = Arc::new(AtomicBool::new(false));
        self.running = Some(Running { of: text.clone(), cancelled: Arc::clone(&cancelled) });
        Some(cancelled)
    }

    /// Cancels the parse that is under way, unless its text is `text`.
    pub fn keep_only(&mut self, text: &Rope) {
        self.running.take_if(|running| !running.of.is_instance(text));
    }

    /// Cancels the parse that is under way.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Records a change of a text that is not parsed. Returns the reason why it is not parsed yet, if it should not be.
    pub fn changed(&mut self) -> Option<Unparsed> {
        self.attempts.changed()
    }

    /// Records the end of a parse, with the reason if there is no tree. Returns whether it is the first failure in a
    /// row.
    pub fn ended(&mut self, gap: Option<Unparsed>) -> bool {
        self.running = None;
        match gap {
            None => self.attempts = Attempts::default(),
            Some(reason) => return self.attempts.failed(reason),
        }
        false
    }

    /// Holds back an event that needs the syntax.
    pub fn hold(&mut self, event: Event) {
        self.waiting.push(event);
    }

    /// Whether an event needs the syntax.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Returns the events that were held back.
    pub fn take_waiting(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.waiting)
    }

    /// Drops the events for which `which` is true.
    pub fn forget(&mut self, which: impl Fn(&Event) -> bool) {
        self.waiting.retain(|event| !which(event));
    }
}

/// The number of times in a row that a buffer could not be parsed. After the first failure the next change is parsed;
/// after every further failure twice as many changes are skipped, so that a file that cannot be parsed does not keep a
/// processor busy.
#[derive(Debug, Default, PartialEq, Eq)]
struct Attempts {
    failed: Option<(u32, Unparsed)>,
    changes: u32,
}

/// The largest number of times that the number of skipped changes is doubled.
const DOUBLINGS: u32 = 6;

impl Attempts {
    /// Counts a change. Returns the reason why the text is not parsed yet, if it should not be.
    fn changed(&mut self) -> Option<Unparsed> {
        let (times, reason) = self.failed?;
        self.changes += 1;
        (self.changes < 1 << (times - 1).min(DOUBLINGS)).then_some(reason)
    }

    /// Counts a failure. Returns whether it is the first in a row.
    fn failed(&mut self, reason: Unparsed) -> bool {
        let times = self.failed.map_or(0, |(times, _)| times) + 1;
        *self = Self { failed: Some((times, reason)), changes: 0 };
        times == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_cannot_be_parsed_is_tried_less_and_less() {
        let mut attempts = Attempts::default();
        assert_eq!(attempts.changed(), None);
        let mut waited = Vec::new();
        for time in 0..9 {
            assert_eq!(attempts.failed(Unparsed::TooSlow), time == 0);
            waited.push(std::iter::from_fn(|| attempts.changed()).count());
        }
        assert_eq!(waited, [0, 1, 3, 7, 15, 31, 63, 63, 63]);
        attempts = Attempts::default();
        assert_eq!(attempts.changed(), None);
    }

    #[test]
    fn a_parse_that_nobody_wants_is_cancelled() {
        let (mut parsing, text) = (Parsing::default(), Rope::from_str("x"));
        let Some(first) = parsing.begin(&text) else { unreachable!("none is under way") };
        assert!(parsing.begin(&text).is_none(), "it is under way");
        parsing.keep_only(&text);
        assert!(!first.load(Ordering::Relaxed));
        let Some(second) = parsing.begin(&Rope::from_str("y")) else { unreachable!("it is another text") };
        assert!(first.load(Ordering::Relaxed) && !second.load(Ordering::Relaxed));
        parsing.keep_only(&text);
        assert!(second.load(Ordering::Relaxed));
    }
}

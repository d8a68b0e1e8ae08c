//! llama.cpp's log: put together from its pieces, sent to `tracing` and never to a standard stream, and kept for the
//! reasons of errors.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tracing::Level;

/// Errors remembered at a time: what went wrong first, and what else went wrong because of it.
const ERRORS: usize = 4;

#[derive(Default)]
struct Log {
    /// A line that has not ended, and its level.
    line: String,
    level: Option<Level>,
    /// Every line since a capture began.
    capture: Option<Vec<String>>,
    /// The last errors, until they are read.
    errors: VecDeque<String>,
}

impl Log {
    /// Takes a piece of text and returns the lines it ends. A piece without a level goes on where the last one stopped.
    fn take(&mut self, level: Option<Level>, text: &str) -> Vec<(Level, String)> {
        let mut ended = Vec::new();
        if let Some(level) = level {
            if !self.line.is_empty() {
                self.line.push('\n');
                self.end_lines(&mut ended);
            }
            self.level = Some(level);
        }
        self.line.push_str(text);
        self.end_lines(&mut ended);
        for (level, line) in &ended {
            if let Some(capture) = &mut self.capture {
                capture.push(line.clone());
            }
            if *level == Level::ERROR {
                if self.errors.len() == ERRORS {
                    self.errors.pop_front();
                }
                self.errors.push_back(without_function(line).to_owned());
            }
        }
        ended
    }

    fn end_lines(&mut self, ended: &mut Vec<(Level, String)>) {
        while let Some(end) = self.line.find('\n') {
            let line: String = self.line.drain(..=end).collect();
            if !line.trim().is_empty() {
                ended.push((self.level.unwrap_or(Level::DEBUG), line.trim().to_owned()));
            }
        }
    }
}

/// The process has one log, as llama.cpp has one.
static LOG: Mutex<Option<Log>> = Mutex::new(None);

fn with<T>(change: impl FnOnce(&mut Log) -> T) -> T {
    change(LOG.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
}

/// Takes llama.cpp's log messages. They are passed to `tracing` one level lower: llama.cpp logs a hundred lines for
/// every model it loads, and failures reach the user as this crate's errors.
pub(in crate::runtime) fn take(level: Option<Level>, text: &str) {
    if EXPECTED.get() {
        return tracing::trace!(target: "llama.cpp", "{}", text.trim());
    }
    for (level, line) in with(|log| log.take(level, text)) {
        match level {
            Level::ERROR => tracing::warn!(target: "llama.cpp", "{line}"),
            Level::WARN => tracing::info!(target: "llama.cpp", "{line}"),
            Level::INFO => tracing::debug!(target: "llama.cpp", "{line}"),
            _ => tracing::trace!(target: "llama.cpp", "{line}"),
        }
    }
}

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Whether what llama.cpp says on this thread from now on is about a failure that it was asked for.
pub(in crate::runtime) fn expect_failure(expected: bool) {
    EXPECTED.set(expected);
}

/// The errors logged since they were last asked for, or since a capture began, in llama.cpp's words.
pub(in crate::runtime) fn reason() -> Option<String> {
    summary(with(|log| std::mem::take(&mut log.errors)).into())
}

/// Returns the first error. Each of llama.cpp's functions adds that it failed, too, but only the first gives the
/// reason.
fn summary(errors: Vec<String>) -> Option<String> {
    let says_why = |error: &&String| !error.contains("failed to load model");
    let why: Vec<&str> =
        errors.iter().filter(says_why).map(|error| error.trim_start_matches("error loading model: ")).collect();
    let told = if why.is_empty() { errors.join("; ") } else { why.join("; ") };
    (!told.is_empty()).then_some(told)
}

/// Keeps every line while it lives.
pub(in crate::runtime) struct Capture(());

impl Capture {
    /// Starts with nothing, and forgets old errors.
    pub fn start() -> Self {
        with(|log| {
            log.capture = Some(Vec::new());
            log.errors.clear();
        });
        Self(())
    }

    /// The lines since the start.
    pub fn finish(self) -> Vec<String> {
        with(|log| log.capture.take()).unwrap_or_default()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        with(|log| log.capture = None);
    }
}

/// Drops the name of the C++ function that llama.cpp puts before a message.
fn without_function(line: &str) -> &str {
    match line.split_once(": ") {
        Some((name, message)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => message.trim_start(),
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_from_pieces() {
        let mut log = Log { capture: Some(Vec::new()), ..Log::default() };
        let (error, info) = (Some(Level::ERROR), Some(Level::INFO));
        assert_eq!(log.take(info, "loading "), []);
        assert_eq!(log.take(None, "...."), []);
        assert_eq!(log.take(None, " done\nand"), [(Level::INFO, "loading .... done".to_owned())]);
        // A new message ends a line that llama.cpp has left open.
        let both = [(Level::INFO, "and".to_owned()), (Level::ERROR, "load_file: no magic: 'abc'".to_owned())];
        assert_eq!(log.take(error, "load_file: no magic: 'abc'\n\n"), both);
        assert_eq!(log.capture.as_deref().unwrap_or_default().len(), 3);
        assert_eq!(log.errors, ["no magic: 'abc'"]);
    }

    #[test]
    fn the_reason_is_what_says_why() {
        let summary = |errors: &[&str]| summary(errors.iter().map(ToString::to_string).collect());
        assert_eq!(
            summary(&["no magic", "error loading model: l: failed to load model from x"]),
            Some("no magic".into())
        );
        assert_eq!(
            summary(&["error loading model: tensor 'x' is missing", "failed to load model"]),
            Some("tensor 'x' is missing".into())
        );
        assert_eq!(summary(&["failed to load model"]), Some("failed to load model".into()));
        assert_eq!(summary(&[]), None);
    }

    #[test]
    fn only_the_last_errors_are_kept() {
        let mut log = Log::default();
        for number in 0..100 {
            log.take(Some(Level::ERROR), &format!("f: {number}\n"));
        }
        assert_eq!(log.errors, ["96", "97", "98", "99"]);
        assert_eq!(without_function("it failed: badly"), "it failed: badly");
        assert_eq!(without_function("no colon"), "no colon");
    }
}

//! Ctrl-C: says what became of the file, and ends the program as the shell expects.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Says, when the program is interrupted, whether the file has been written. An interrupt waits for a write that is under
/// way, so that nothing is left beside the file.
#[derive(Debug, Clone, Default)]
pub struct Interrupts(Arc<Mutex<Option<String>>>);

impl Interrupts {
    /// Waits for interrupts from now on. Where that is not possible they end the program without a word.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let interrupts = Self::default();
        *interrupts.said() = Some(format!("interrupted; {} is as it was", path.display()));
        interrupts.listen();
        interrupts
    }

    /// Does what changes the file; an interrupt comes before or after it.
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
    fn listen(&self) {
        use signal_hook::consts::SIGINT;
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT]) else { return };
        let interrupts = self.clone();
        let _ = std::thread::Builder::new().name("interrupts".into()).spawn(move || {
            if signals.forever().next().is_some() {
                let said = interrupts.said();
                if let Some(said) = said.as_ref() {
                    super::output::remark(&format!("\ncodegen-lsp: {said}"));
                }
                // Whoever started the program sees that it was interrupted.
                let _ = signal_hook::low_level::emulate_default_handler(SIGINT);
            }
        });
    }

    #[cfg(not(unix))]
    fn listen(&self) {}
}

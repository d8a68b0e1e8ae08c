//! Panics outside of tests. The server survives most of them, so they would pass unnoticed.

use std::sync::{Mutex, Once, PoisonError};

static FOUND: Mutex<Option<String>> = Mutex::new(None);
static WATCHED: Once = Once::new();

/// Begins to watch for panics of this process.
pub fn watch() {
    WATCHED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // A test that fails panics, too.
            if panic.location().is_none_or(|location| !location.file().contains("tests")) {
                FOUND.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| panic.to_string());
            }
            before(panic);
        }));
    });
}

/// The first panic since this was called last.
pub fn take() -> Option<String> {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner).take()
}

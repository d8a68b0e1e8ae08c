//! How much of a model is loaded, as it is told to whoever waits for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Tells how much of a model is loaded, in whole percent. Each number is told once, and none after a larger one. By
/// default nobody is told.
///
/// It is what llama.cpp says, which counts the bytes of tensors. Where the file is mapped and nothing goes to a GPU, these
/// are only read when they are first needed, and loading goes from 0 to 100 at once.
#[derive(Clone, Default)]
pub struct Progress {
    tell: Option<Arc<dyn Fn(u8) + Send + Sync>>,
    /// The next number that may be told.
    next: Arc<AtomicU8>,
}

impl Progress {
    /// Tells `tell`, on the thread that loads. A panic of it is ignored.
    #[must_use]
    pub fn new(tell: impl Fn(u8) + Send + Sync + 'static) -> Self {
        Self { tell: Some(Arc::new(tell)), next: Arc::default() }
    }

    /// Tells that a share of the model, from 0 to 1, is loaded.
    pub fn report(&self, share: f32) {
        self.report_percent((share.clamp(0.0, 1.0) * 100.0) as u8);
    }

    /// Tells that so many percent of the model are loaded.
    pub fn report_percent(&self, percent: u8) {
        let percent = percent.min(100);
        if let Some(tell) = &self.tell
            && self.next.fetch_max(percent + 1, Ordering::Relaxed) <= percent
        {
            // It is called from C++, into which a panic must not unwind.
            let _ = catch_unwind(AssertUnwindSafe(|| tell(percent)));
        }
    }
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").field("next", &self.next).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn each_percent_is_told_once_and_none_goes_back() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let teller = Arc::clone(&told);
        let progress = Progress::new(move |percent| {
            teller.lock().unwrap().push(percent);
            assert_ne!(percent, 50, "as it should be");
        });
        for share in [0.0, 0.001, 0.25, 0.2, 0.255, 0.5, 0.0, f32::NAN, -1.0, 7.0, 1.0] {
            progress.report(share);
        }
        assert_eq!(*told.lock().unwrap(), [0, 25, 50, 100]);
        Progress::default().report(0.5);
    }
}

//! What is true of a process as a whole: what it has allocated, which threads it has, what it waits for before it ends. So these
//! tests run one at a time.
#![allow(clippy::unwrap_used)]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use codegen_engine::Engine;

use peak_alloc::PeakAlloc;

mod ending;
mod memory;
#[cfg(target_os = "linux")]
mod two_engines;

#[path = "../released/mod.rs"]
mod released;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "other test binaries have it, too")]
mod support;

/// Counts what Rust code has allocated.
#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// The process, with no engine of another test's in it, for as long as it is held.
fn alone() -> MutexGuard<'static, ()> {
    static PROCESS: Mutex<()> = Mutex::new(());
    let alone = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(Engine::wait_for_all(Duration::from_secs(60)), "another test's engine goes on");
    alone
}

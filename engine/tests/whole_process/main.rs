//! What is true of a process as a whole: what it has in memory, which threads it has, what it waits for before it ends. So these
//! tests run one at a time.
#![allow(clippy::unwrap_used)]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use codegen_engine::Engine;

mod ending;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod two_engines;

/// The process, with no engine of another test's in it, for as long as it is held.
fn alone() -> MutexGuard<'static, ()> {
    static PROCESS: Mutex<()> = Mutex::new(());
    let alone = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(Engine::wait_for_all(Duration::from_secs(60)), "another test's engine goes on");
    alone
}

//! The sandbox from the outside: programs that try to get out of it, through a real Python, in each of its modes.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod calls;
mod early;
mod files;
mod levels;
mod life;
mod limits;
mod network;
mod outcomes;
mod processes;
mod support;

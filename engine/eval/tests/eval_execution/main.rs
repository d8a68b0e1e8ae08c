//! Verdicts on programs that a real Python executes in the sandbox.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cheats;
mod fixtures;
mod humaneval;
mod mtpb;
mod pool;
mod scoring;
mod support;

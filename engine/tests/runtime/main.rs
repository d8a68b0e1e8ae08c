//! The engine from the outside: around a scripted model, where every step is under control, and with the real one.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod beginning;
mod candidates;
mod ending;
mod failure;
mod lookup;
mod model;
mod prompts;
mod remote;
mod reuse;
mod schedule;
mod scores;
mod stress;
mod support;
mod threads;

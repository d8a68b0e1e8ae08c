//! Whole conversations with the server, over its real transport, with a scripted model.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

#[path = "wire/actions.rs"]
mod actions;
#[path = "wire/bad_input.rs"]
mod bad_input;
#[path = "wire/cancellation.rs"]
mod cancellation;
#[path = "wire/explain.rs"]
mod explain;
#[path = "wire/inline.rs"]
mod inline;
#[path = "wire/lens.rs"]
mod lens;
#[path = "wire/lifecycle.rs"]
mod lifecycle;
#[path = "wire/load.rs"]
mod load;
#[path = "wire/synthesize.rs"]
mod synthesize;
#[path = "wire/trust.rs"]
mod trust;

/// The document of most tests.
const URI: &str = "file:///project/a.py";

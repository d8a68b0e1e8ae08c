//! Whole conversations with the server over its real transport: with a scripted model in this process, and with the
//! built-in one in a process of its own (`process`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod actions;
mod alternatives;
mod bad_input;
mod cancellation;
mod completion;
mod context;
mod documents;
mod edits;
mod ending;
mod explain;
mod growth;
mod idle;
mod inline;
mod lens;
mod lifecycle;
mod limits;
mod load;
mod memory;
mod messages;
mod naive;
mod own_code;
mod pending_edit;
mod process;
mod prompts;
mod regenerate;
mod roots;
mod settings;
mod statistics;
mod stream;
mod streams;
mod suggestions;
mod synthesize;
mod synthesize_all;
mod transport;
mod trust;
mod verify;

#[path = "../../../engine/tests/adapters/mod.rs"]
mod adapters;
#[path = "../common/mod.rs"]
mod common;
#[path = "../../text/tests/library/mod.rs"]
mod library;
#[path = "../random/mod.rs"]
mod random;
#[path = "../../../engine/tests/support/mod.rs"]
#[allow(dead_code, reason = "other test binaries have it, too")]
mod support;

/// The document of most tests.
const URI: &str = "file:///project/a.py";

//! Whole conversations with the server, over its real transport, with a scripted model.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "../text/tests/library/mod.rs"]
mod library;
mod random;

#[path = "../../engine/tests/adapters/mod.rs"]
mod adapters;

#[path = "wire/actions.rs"]
mod actions;
#[path = "wire/alternatives.rs"]
mod alternatives;
#[path = "wire/bad_input.rs"]
mod bad_input;
#[path = "wire/cancellation.rs"]
mod cancellation;
#[path = "wire/documents.rs"]
mod documents;
#[path = "wire/ending.rs"]
mod ending;
#[path = "wire/explain.rs"]
mod explain;
#[path = "wire/growth.rs"]
mod growth;
#[path = "wire/inline.rs"]
mod inline;
#[path = "wire/landing.rs"]
mod landing;
#[path = "wire/lens.rs"]
mod lens;
#[path = "wire/lifecycle.rs"]
mod lifecycle;
#[path = "wire/load.rs"]
mod load;
#[path = "wire/own_code.rs"]
mod own_code;
#[path = "wire/regenerate.rs"]
mod regenerate;
#[path = "wire/roots.rs"]
mod roots;
#[path = "wire/settings.rs"]
mod settings;
#[path = "wire/stream.rs"]
mod stream;
#[path = "wire/streams.rs"]
mod streams;
#[path = "wire/synthesize.rs"]
mod synthesize;
#[path = "wire/synthesize_all.rs"]
mod synthesize_all;
#[path = "wire/transport.rs"]
mod transport;
#[path = "wire/trust.rs"]
mod trust;
#[path = "wire/verify.rs"]
mod verify;

/// The document of most tests.
const URI: &str = "file:///project/a.py";

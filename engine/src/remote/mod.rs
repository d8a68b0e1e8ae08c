//! An engine behind a border: its worker, its model and all native code in a process that this one survives.
//!
//! The border lies at the submission. On this side a request keeps its ticket, its key, its stop rule and its owner; on the other
//! side, the `host`'s, a real [`crate::Engine`] serves what it is given, and streams tokens without waiting for an answer. The
//! `client` is here what the worker's loop is elsewhere: it applies what comes back to the tickets. `protocol` is what the two
//! say to each other, `frames` is how, and `process` starts the other one and finds out how it ended.

mod client;
#[cfg(feature = "testing")]
mod fault;
mod frames;
mod host;
mod process;
mod protocol;
mod vocabulary;

pub use client::connect;
pub use host::serve;
pub use process::{HostProgram, end_all};

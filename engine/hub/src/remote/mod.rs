//! Fetching from the Hugging Face Hub, or a mirror of it. The only place of this program that opens a connection to another machine.
//!
//! `hf-hub` 1.0, the Hub's own crate, was looked at and is not used: it does not continue a download, does not compare hashes, knows
//! no `HF_HUB_OFFLINE`, and brings two HTTP libraries. What is needed of the protocol is small: one request for a repository's files
//! and their hashes, one for each file, which redirects to another host.

pub mod choice;
mod digest;
pub mod environment;
mod exchange;
mod fetch;
pub mod listing;
pub mod observer;
mod refusal;
mod retry;
mod transfer;

pub use choice::{Choice, choose};
pub use environment::Environment;
pub use fetch::{Client, Fetched};
pub use listing::{Listing, RemoteFile};
pub use observer::{Observer, Progress};

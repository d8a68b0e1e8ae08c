//! What the engine and its callers share, as plain data: what is asked of a model and what comes of it, what can go wrong, and
//! a history of turns as text. Depends on nothing that runs a model.

pub mod error;
pub mod history;
pub mod printable;
pub mod request;
pub mod truncation;

pub use error::EngineError;
pub use history::History;
pub use request::{
    Candidate, Candidates, Completion, Event, FinishReason, Key, Overflow, Priority, Prompt, Request, Sampling,
    StopRule, TokenId,
};
pub use truncation::{Truncation, truncate};

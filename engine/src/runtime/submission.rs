//! The requests that a caller submits to the worker.

use std::sync::Arc;

use codegen_core::{Candidate, Overflow, Priority, Prompt};

use super::ticket::Ticket;

/// A prompt on its way to the worker, and its continuations: one for a request, any number for candidates.
pub(crate) struct Submission {
    pub prompt: Prompt,
    pub max_tokens: usize,
    pub priority: Priority,
    pub overflow: Overflow,
    pub score_from: Option<usize>,
    pub fresh: bool,
    pub each: Vec<Continuation>,
}

/// One continuation of a submission.
pub(crate) struct Continuation {
    pub ticket: Arc<Ticket>,
    pub candidate: Candidate,
}

//! What the two sides say to each other. Both are the same program, so that there is one version of it.

use codegen_core::{Beginning, EngineError, FinishReason, Overflow, Priority, Prompt, Sampling, TokenId};
use serde::{Deserialize, Serialize};

use super::vocabulary::Texts;
use crate::runtime::{Counters, EngineOptions, ModelInfo, ThreadsInUse};

/// What the two sides have to agree on before anything else is said.
pub(super) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " 1");

/// What the client says.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Call {
    /// The first message: loads a model.
    Start {
        /// [`VERSION`].
        version: String,
        options: EngineOptions,
    },
    /// Submits requests with one prompt.
    Submit(Work),
    /// Ends a request that need not be answered any more.
    Cancel(u64),
    /// Asks for the tokens of a text; answered at once.
    Tokenize { call: u64, text: String },
}

/// A prompt and its continuations.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Work {
    pub prompt: Prompt,
    pub max_tokens: usize,
    pub priority: Priority,
    pub overflow: Overflow,
    pub score_from: Option<usize>,
    pub fresh: bool,
    pub each: Vec<Each>,
}

/// One of the continuations. Its stop rule stays with the client.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Each {
    /// The number under which the host reports.
    pub id: u64,
    pub sampling: Sampling,
    pub begin: Option<Beginning>,
}

/// What the host says.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Report {
    /// So many percent of the model are loaded.
    Loading(u8),
    /// The model is loaded.
    Ready { info: Box<ModelInfo>, texts: Texts },
    /// The model cannot be loaded; the last message.
    Refused(EngineError),
    /// What is known of a request's prompt has changed.
    Read { id: u64, read: Read, total: Total },
    /// A token.
    Token { id: u64, token: TokenId, text: String, logprob: f32 },
    /// The last message about a request.
    Ended { id: u64, end: Result<FinishReason, EngineError>, total: Total },
    /// The answer to a call.
    Tokens { call: u64, tokens: Vec<TokenId> },
}

/// What is known of a request's prompt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Read {
    pub prompt_tokens: usize,
    pub reused_tokens: usize,
    pub dropped_tokens: usize,
    /// Whether its processing has begun.
    pub begun: bool,
    pub logprobs: Vec<f32>,
}

/// The work that the host has done in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Total {
    pub counters: Counters,
    pub threads: ThreadsInUse,
}

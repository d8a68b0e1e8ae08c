//! What can go wrong between a request and its completion.

use std::path::PathBuf;

/// An error of the engine, worded for the person who can act on it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The model file does not exist or cannot be read.
    #[error("cannot open the model {}: {reason}", path.display())]
    ModelNotFound {
        /// The file that was asked for.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The model file is there, but llama.cpp cannot load it.
    #[error("cannot load the model {}: {reason}", path.display())]
    ModelLoad {
        /// The file that was asked for.
        path: PathBuf,
        /// The last thing llama.cpp logged about it.
        reason: String,
    },
    /// The adapter's file cannot be read, is none, or does not fit the model.
    #[error("cannot load the adapter {}: {reason}", path.display())]
    AdapterLoad {
        /// The file that was asked for.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An option has a value that the engine cannot honour.
    #[error("{option} cannot be {value}: {expected}")]
    BadOption {
        /// The option's name as the user wrote it.
        option: &'static str,
        /// The value given.
        value: String,
        /// What would be right.
        expected: String,
    },
    /// The prompt does not fit the context and the request asked not to cut it ([`crate::Overflow::Refuse`]).
    #[error("the prompt has {tokens} tokens, and with {max_tokens} to generate the context holds {limit}")]
    PromptTooLong {
        /// Tokens in the prompt.
        tokens: usize,
        /// Tokens the request wanted to generate.
        max_tokens: usize,
        /// Tokens of one slot's context.
        limit: usize,
    },
    /// The request has no tokens at all, and the model has no token to start from.
    #[error("the prompt is empty")]
    EmptyPrompt,
    /// llama.cpp refused a batch.
    #[error("llama.cpp failed to decode a batch: {reason}")]
    Decode {
        /// llama.cpp's own words.
        reason: String,
    },
    /// The worker thread ended, by a panic or because the engine was shut down; no request can be answered any more.
    #[error("the engine's worker has stopped: {reason}")]
    WorkerDied {
        /// The panic's message, or why it was shut down.
        reason: String,
    },
}

impl EngineError {
    /// An option that cannot have this value, and what it could have.
    pub fn bad_option(option: &'static str, value: impl ToString, expected: impl Into<String>) -> Self {
        Self::BadOption { option, value: value.to_string(), expected: expected.into() }
    }
}

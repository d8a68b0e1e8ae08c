//! The errors that can occur between a request and its completion.

use std::path::PathBuf;

/// An option's name as the user writes it.
pub type OptionName = &'static str;

/// An error of the engine, worded for the user who can act on it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum EngineError {
    /// The model file does not exist or cannot be read.
    #[error("cannot open the model {}: {reason}", path.display())]
    ModelNotFound {
        /// The path that the caller gave.
        #[cfg_attr(feature = "serde", serde(with = "crate::between"))]
        path: PathBuf,
        /// The operating system's message.
        reason: String,
    },
    /// The model file is there, but llama.cpp cannot load it.
    #[error("cannot load the model {}: {reason}", path.display())]
    ModelLoad {
        /// The path that the caller gave.
        #[cfg_attr(feature = "serde", serde(with = "crate::between"))]
        path: PathBuf,
        /// The last message that llama.cpp logged about the file.
        reason: String,
    },
    /// The adapter's file cannot be read, is not an adapter, or does not fit the model.
    #[error("cannot load the adapter {}: {reason}", path.display())]
    AdapterLoad {
        /// The path that the caller gave.
        #[cfg_attr(feature = "serde", serde(with = "crate::between"))]
        path: PathBuf,
        /// The fault that was found.
        reason: String,
    },
    /// An option has a value that the engine cannot honour.
    #[error("{option} cannot be {value}: {expected}")]
    BadOption {
        /// The option's name as the user writes it.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::between::name"))]
        option: OptionName,
        /// The value that the user gave.
        value: String,
        /// The values that are accepted.
        expected: String,
    },
    /// The option for the first device names one that does not exist.
    #[error("main-device cannot be {index}: {}", match devices {
        0 => "there is no device".to_owned(),
        1 => "only device 0 exists (codegen-lsp doctor says which it is)".to_owned(),
        count => format!("there are devices 0 to {} (codegen-lsp doctor lists them)", count - 1),
    })]
    NoDevice {
        /// The number that the user gave.
        index: usize,
        /// The number of devices, which are counted from 0.
        devices: usize,
    },
    /// The prompt does not fit the context and the request forbids cutting it ([`crate::Overflow::Refuse`]).
    #[error("the prompt has {tokens} tokens, and with {max_tokens} to generate the context holds {limit}")]
    PromptTooLong {
        /// Number of tokens in the prompt.
        tokens: usize,
        /// Number of tokens that the request asked to generate.
        max_tokens: usize,
        /// Number of tokens in one slot's context.
        limit: usize,
    },
    /// The request has no tokens, and the model has no token to start from.
    #[error("the prompt is empty")]
    EmptyPrompt,
    /// llama.cpp refused a batch.
    #[error("llama.cpp failed to decode a batch: {reason}")]
    Decode {
        /// llama.cpp's message.
        reason: String,
    },
    /// The worker thread ended, by a panic or because the engine was shut down; no more requests can be served.
    #[error("the engine's worker has stopped: {reason}")]
    WorkerDied {
        /// The panic's message, or the reason for the shutdown.
        reason: String,
    },
    /// The process in which the engine runs has ended; no more requests can be served.
    #[error("the engine's process has ended: {reason}")]
    ProcessDied {
        /// The signal or the exit code, and what the process wrote last.
        reason: String,
    },
    /// The engine's process cannot be started.
    #[error("the engine's process cannot be started: {reason}")]
    NoProcess {
        /// The operating system's message.
        reason: String,
    },
}

impl EngineError {
    /// Returns [`EngineError::BadOption`] for an option, the value given, and the values that are accepted.
    pub fn bad_option(option: &'static str, value: impl ToString, expected: impl Into<String>) -> Self {
        Self::BadOption { option, value: value.to_string(), expected: expected.into() }
    }
}

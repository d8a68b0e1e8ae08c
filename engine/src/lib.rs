//! Runs Salesforce CodeGen (and any other GGUF) through llama.cpp.
//!
//! Plain data goes in ([`Request`]), events come out ([`Event`]). The crate knows models, tokens and strings; it knows
//! nothing of editors, of LSP or of Python's syntax.

pub mod decode;
pub mod error;
pub mod eval;
pub mod model;
pub mod printable;
pub mod request;
pub mod runtime;
pub mod sandbox;
pub mod synthesis;

pub use error::EngineError;
pub use request::{
    Candidate, Candidates, Completion, Event, FinishReason, Key, Overflow, Priority, Prompt, Request, Sampling,
    StopRule, TokenId,
};
pub use runtime::{
    Counters, Device, Engine, EngineOptions, FlashAttention, Generation, GpuLayers, KvType, ModelInfo, SlotsWithin,
    ThreadsInUse,
};

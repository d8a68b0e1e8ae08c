//! Runs Salesforce CodeGen (and any other GGUF) through llama.cpp.
//!
//! A [`codegen_core::Request`] goes in, [`codegen_core::Event`]s come out. The crate knows models, tokens and strings; it knows
//! nothing of editors, of LSP or of Python.

pub mod checkpoint;
pub mod decode;
mod ggml;
pub mod gguf;
pub mod model;
pub mod output;
pub mod runtime;

pub use runtime::{
    Counters, Device, Engine, EngineOptions, FlashAttention, Generation, GpuLayers, KvType, ModelInfo, SlotsWithin,
    ThreadsInUse,
};

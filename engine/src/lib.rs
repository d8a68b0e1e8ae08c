//! Runs Salesforce CodeGen (and any other GGUF) through llama.cpp.
//!
//! A [`codegen_core::Request`] goes in, [`codegen_core::Event`]s come out. The crate knows models, tokens and strings; it knows
//! nothing of editors, of LSP or of Python.
//!
//! The built-in model continues a text:
//!
//! ```
//! use std::time::Duration;
//!
//! use codegen_core::{Event, Prompt, Request};
//! use codegen_engine::{Engine, EngineOptions, model};
//!
//! let engine = Engine::load(&EngineOptions::new(model::resolve("builtin")?))?;
//! let prompt = Prompt::Text("# Add two numbers.\ndef add(a, b):\n".to_owned());
//! let mut generation = engine.submit(Request::new(prompt, 16));
//! let mut streamed = String::new();
//! while let Some(event) = generation.blocking_next() {
//!     match event {
//!         Event::Token { text, .. } => streamed.push_str(&text),
//!         Event::Done(completion) => assert_eq!(completion.text, streamed),
//!         Event::Failed(error) => return Err(error.into()),
//!     }
//! }
//!
//! // The engine's thread ends once its last handle is dropped; a program waits for that before it ends.
//! drop((generation, engine));
//! assert!(Engine::wait_for_all(Duration::from_secs(60)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

pub mod checkpoint;
pub mod decode;
mod ggml;
pub mod gguf;
pub mod model;
pub mod output;
pub mod remote;
pub mod runtime;

pub use runtime::{
    Counters, Device, Engine, EngineOptions, FlashAttention, Generation, GpuLayers, KvType, ModelInfo, Progress,
    SlotsWithin, ThreadsInUse,
};

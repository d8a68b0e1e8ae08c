//! The engine itself: a worker thread that owns the model, and the handles by which the rest of the program asks it.
//!
//! `engine` and `generation` are the handles, `ticket` is what they share with the `worker`, whose loop runs `job`s on
//! `slots` of a [`Backend`]: `llama`, or `scripted` in tests. `load` decides how a model is loaded and refuses what llama.cpp
//! cannot be given. `threads` decides how many threads compute a batch, and `pacing` does what it says.

pub mod backend;
mod cpu;
mod engine;
mod generation;
mod job;
mod load;
mod logits;
mod pacing;
mod scores;
mod slots;
pub(crate) mod submission;
mod threads;
pub(crate) mod ticket;
mod worker;

pub use backend::{Backend, BatchToken, Vocabulary};
pub use engine::Engine;
pub(crate) use engine::Serve;
pub use generation::Generation;
pub use load::options::{
    Counters, Device, EngineOptions, FlashAttention, GpuLayers, KvType, ModelInfo, SlotsWithin, ThreadsInUse,
};
pub use load::progress::Progress;
pub use logits::logits;

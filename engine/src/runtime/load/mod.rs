//! Decisions and checks before a model is loaded: the engine's options, how many layers go to a GPU, and whether
//! llama.cpp can be given the files at all.

pub(in crate::runtime) mod offload;
pub(in crate::runtime) mod options;
pub(in crate::runtime) mod preflight;
pub(in crate::runtime) mod progress;

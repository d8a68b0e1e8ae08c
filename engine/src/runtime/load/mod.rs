//! What is decided and checked before a model is loaded: how the engine is set up, how many layers go to a GPU, and whether
//! llama.cpp can be given the files at all.

pub(in crate::runtime) mod offload;
pub(in crate::runtime) mod options;
pub(in crate::runtime) mod preflight;

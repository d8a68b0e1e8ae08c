//! Models as files: Hugging Face checkpoints, GGUF, quantization, the built-in model, names.

pub mod error;

pub use error::ModelError;

//! Models as files: Hugging Face checkpoints, GGUF, quantization, the built-in model, names.

pub mod checkpoint;
pub mod error;
pub mod mapping;
pub mod tokenizer;

pub use error::ModelError;
pub use types::TensorType;

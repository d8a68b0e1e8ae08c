//! Models as files: Hugging Face checkpoints, GGUF, quantization, the built-in model, names.

pub mod error;
pub mod gguf;
pub mod types;

pub use error::ModelError;
pub use types::TensorType;

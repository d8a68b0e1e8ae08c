//! Models as files: Hugging Face checkpoints, GGUF, quantization, the built-in model, names.

pub mod adapter;
pub mod builtin;
pub mod checkpoint;
pub mod convert;
pub mod digest;
mod encode;
pub mod error;
pub mod gguf;
pub mod inspect;
pub mod mapping;
mod output;
pub mod quantize;
pub mod recipe;
pub mod spelling;
pub mod store;
mod stream;
pub mod synthetic;
pub mod tokenizer;
pub mod types;

pub use adapter::{AdapterSummary, convert_adapter};
pub use convert::convert;
pub use error::ModelError;
pub use inspect::{Inspection, inspect};
pub use quantize::quantize;
pub use recipe::{FileType, Recipe};
pub use spelling::Spelling;
pub use store::resolve;
pub use stream::{FileReport, Progress, TypeUsage};
pub use synthetic::{Shape, synthetic};
pub use types::TensorType;

//! Models as files: CodeGen and its adapters as GGUF, quantization, the built-in model, names.

pub mod adapter;
pub mod builtin;
pub mod convert;
pub mod infill;
pub mod inspect;
pub mod quantize;
pub mod resolve;
#[cfg(any(test, feature = "synthetic"))]
pub mod synthetic;
pub mod vocabulary;

pub use adapter::{AdapterSummary, convert_adapter};
pub use convert::convert;
pub use infill::Infill;
pub use inspect::{Inspection, inspect};
pub use quantize::quantize;
pub use quantize::recipe::{FileType, Recipe};
pub use quantize::writer::{FileReport, Progress, TypeUsage};
pub use resolve::resolve;
#[cfg(any(test, feature = "synthetic"))]
pub use synthetic::{Shape, synthetic};
pub use vocabulary::Spelling;

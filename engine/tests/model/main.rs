//! Models as files, through the whole engine: what is converted and quantized, what is refused, and that a model then computes
//! what `transformers` and `tokenizers` compute.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod adapter_files;
mod adapter_parity;
mod checkpoints;
mod convert;
mod model_files;
mod parity;
mod quantize;
mod tokenizer_parity;

#[path = "../adapters/mod.rs"]
mod adapters;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "other test binaries have it, too")]
mod support;

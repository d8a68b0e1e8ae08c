//! The backend that runs a GGUF with llama.cpp.
#![allow(missing_docs)]
use super::engine::Serve;
use super::{Device, EngineOptions};
use crate::EngineError;

pub(super) fn load(options: &EngineOptions, _serve: Serve) -> Result<(), EngineError> {
    Err(EngineError::ModelLoad { path: options.model.clone(), reason: "not built in yet".into() })
}
pub(super) fn devices() -> Vec<Device> {
    Vec::new()
}
pub(super) fn build_info() -> String {
    String::new()
}

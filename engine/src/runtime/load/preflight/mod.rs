//! Checks before llama.cpp is called, because it would end the process or compute nonsense: options out of range,
//! damaged models, adapters for other models.

pub(in crate::runtime) mod adapter;
pub(in crate::runtime) mod model;
pub(in crate::runtime) mod options;

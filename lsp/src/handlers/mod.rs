//! One file per kind of request: convert, ask, convert.

pub mod command;
pub mod configuration;
pub mod inline;
pub mod lifecycle;
pub mod synthesize;
pub mod text_sync;

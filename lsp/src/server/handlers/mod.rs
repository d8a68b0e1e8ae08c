//! One file per kind of request: convert, ask, convert.

pub mod actions;
pub mod command;
pub mod configuration;
pub mod explain;
pub mod inline;
pub mod lens;
pub mod lifecycle;
pub mod lookup;
pub mod parsing;
pub mod snapshot;
pub mod synthesis;
pub mod text_sync;

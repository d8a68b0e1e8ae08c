//! The handlers, one file per kind of request: each converts the parameters, asks the other modules, and converts the
//! answer.

pub mod actions;
pub mod command;
pub mod completion;
pub mod configuration;
pub mod download;
pub mod engine;
pub mod explain;
pub mod inline;
pub mod lens;
pub mod lifecycle;
pub mod lookup;
pub mod parsing;
pub mod snapshot;
pub mod statistics;
pub mod status;
pub mod synthesis;
pub mod text_sync;
pub mod why;

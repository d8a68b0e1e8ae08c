//! The language server and the command line: connects the editor to the engine; `codegen-text` makes the decisions.

// Only `cli::output` and the log write to standard error, because they make texts printable.
#![warn(clippy::print_stderr)]

pub mod cli;
pub mod config;
pub mod generate;
pub mod models;
pub mod present;
pub mod protocol;
pub mod related;
pub mod server;
pub mod statistics;
pub mod synthesis;
pub mod uri;

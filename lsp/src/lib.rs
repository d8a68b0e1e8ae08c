//! The language server and the command line: speaks with the editor and the engine, and does what `codegen-text` decides.

// Standard error is written to by `cli::output` and the log alone, which make what they say fit to be shown.
#![warn(clippy::print_stderr)]

pub mod cli;
pub mod config;
pub mod generate;
pub mod present;
pub mod protocol;
pub mod server;
pub mod synthesis;
pub mod uri;

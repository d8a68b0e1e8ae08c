//! `codegen-lsp model`.

use clap::Subcommand;

/// What to do with a model's files.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {}

/// Runs the command.
///
/// # Errors
/// The files are not usable.
pub fn run(command: ModelCommand) -> anyhow::Result<()> {
    match command {}
}

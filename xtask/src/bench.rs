//! `cargo xtask bench`: measurements by the server's own binary.

use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::workspace::Workspace;
use crate::{run, setup};

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// Regenerating turns, and candidates in one batch
    Synthesize,
}

/// Builds, and measures; `more` goes to `codegen-lsp bench`.
pub fn bench(workspace: &Workspace, subject: Subject, more: &[String]) -> Result<()> {
    run::step("set up", || setup::ensure(&setup::for_build()))?;
    run::step("build codegen-lsp", || workspace.build())?;
    let name = match subject {
        Subject::Synthesize => "synthesize",
    };
    let mut command = Command::new(workspace.server());
    run::shown(command.current_dir(&workspace.root).args(["bench", name]).args(more))
}

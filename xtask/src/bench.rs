//! `cargo xtask bench`: measurements by the server's own binary.

use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::workspace::Workspace;
use crate::{context_packages, dist, run, setup};

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// Regenerating turns, and candidates in one batch
    Synthesize,
    /// Continuations in shared batches
    Eval,
    /// What a key costs the server itself, by the size of the file and the place of an error
    Growth,
    /// What it is worth that the model sees the signatures of what a file imports
    Context,
    /// Threads that the engine chooses against fixed numbers of them, beside busy loops and a build
    Load,
    /// What is said again, with guesses and without
    Repeat,
    /// What suggestions are worth to someone who types
    Typing,
    /// What is given away, which runs on any processor, against a build for this one (`--rounds`, and flags of `doctor`)
    Dist,
    /// How long suggestions take beside llama-server's, and how many keys they save
    Suggest,
    /// What a token costs more where the model runs in a process of its own
    Process,
}

/// Builds, and measures; `more` goes to `codegen-lsp bench`.
pub fn bench(workspace: &Workspace, subject: Subject, more: &[String]) -> Result<()> {
    run::step("set up", || setup::ensure(&setup::for_build()))?;
    let mut command = Command::new(workspace.server());
    command.current_dir(&workspace.root).arg("bench");
    match subject {
        // It builds other programs.
        Subject::Dist => return dist::speed::bench(workspace, more),
        Subject::Synthesize => command.arg("synthesize"),
        Subject::Growth => command.arg("growth"),
        Subject::Typing => command.arg("typing"),
        Subject::Process => command.arg("process"),
        Subject::Context => command.arg("context"),
        Subject::Eval => command.arg("eval").arg("--folder").arg(workspace.target.join("bench")),
        Subject::Repeat => command.arg("repeat").arg("--folder").arg(workspace.target.join("bench")),
        Subject::Load => command.arg("load").arg("--folder").arg(workspace.target.join("bench")),
        Subject::Suggest => command.arg("suggest").arg("--folder").arg(workspace.target.join("bench")),
    };
    if subject == Subject::Context && !more.iter().any(|flag| flag == "--packages") {
        command.arg("--packages").arg(context_packages::ensure(workspace)?);
    }
    run::step("build codegen-lsp", || workspace.build())?;
    run::shown(command.args(more))
}

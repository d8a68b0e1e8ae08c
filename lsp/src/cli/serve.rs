//! `codegen-lsp serve`: the server on standard input and output.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::engine_args::EngineArgs;
use super::{engine_host, output};
use crate::config::layers::Base;
use crate::config::user_file;
use crate::server;
use crate::server::counting::Counting;
use crate::server::session::Load;
use crate::statistics::store::Store;

/// How the server is spoken to, and where its log goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Server options")]
pub struct Wire {
    /// Serve on standard input and output even where that is a terminal; editors add this
    #[arg(long)]
    pub stdio: bool,
    /// Write the log to FILE instead of standard error; RUST_LOG says what is logged
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
}

impl Wire {
    /// What was given before the subcommand counts, too.
    #[must_use]
    pub fn or(self, before: Self) -> Self {
        Self { stdio: self.stdio || before.stdio, log: self.log.or(before.log) }
    }
}

/// Arguments of `serve`. They win over the user's own file, and the client's settings over them.
#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp serve --stdio --model codegen-350M-mono.gguf --log /tmp/codegen-lsp.log

Exit codes:
  0  the editor has asked the server to shut down
  1  the connection has ended without that
  2  the server could not be started: flags, or the file of the log")]
pub struct Arguments {
    #[command(flatten)]
    pub wire: Wire,
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// Serves until the client leaves. The exit code is 0 only after `shutdown` (LSP 3.17, `exit`).
///
/// # Errors
/// The system refuses to start threads.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the server's threads")?;
    let flags = arguments.engine.clone();
    let base = Base::new(user_file::path(), move |config| flags.over(&mut config.engine));
    let counting = Counting::new(Store::own());
    let load = Load::telling(engine_host::load);
    let orderly =
        runtime.block_on(server::serve_counting(tokio::io::stdin(), tokio::io::stdout(), base, load, counting));
    // A thread blocked on a standard input that stays open cannot be joined.
    runtime.shutdown_background();
    if orderly {
        return Ok(ExitCode::SUCCESS);
    }
    output::error(
        "the connection has ended before the editor asked the server to shut down; what else there is to do than to serve an \
         editor, `codegen-lsp --help` says",
    );
    Ok(ExitCode::from(1))
}

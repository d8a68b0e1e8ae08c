//! `codegen-lsp serve`: the server on standard input and output.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use super::engine_args::EngineArgs;
use crate::config::Config;
use crate::{pipeline, server};

/// Arguments of `serve`. The client's settings win over them.
#[derive(Debug, Default, Args)]
pub struct Arguments {
    #[command(flatten)]
    engine: EngineArgs,
}

/// Serves until the client leaves. As the protocol has it, the exit code is 0 only after `shutdown`.
///
/// # Errors
/// The machine refuses threads.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the server's threads")?;
    let config = Config { engine: arguments.engine.config(), ..Config::default() };
    let loader = Arc::new(pipeline::load_engine);
    let orderly = runtime.block_on(server::serve(tokio::io::stdin(), tokio::io::stdout(), config, loader));
    // A thread blocked on a standard input that stays open cannot be waited for.
    runtime.shutdown_background();
    Ok(if orderly { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

//! `codegen-lsp engine-host`: the process in which a server runs its engine, and how the server starts it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use codegen_core::EngineError;
use codegen_engine::remote::{self, HostProgram};
use codegen_engine::{Engine, Progress};

use super::LAST_BATCH;
use crate::config::EngineConfig;
use crate::generate::prepare;

/// Arguments of `engine-host`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The process that has started this one, and without which it ends
    #[arg(long, value_name = "PID")]
    parent: Option<u32>,
}

/// Loads the model for a server: in a process of its own, unless the options say otherwise. Blocks.
///
/// # Errors
/// Those of [`prepare::load_engine`]; [`EngineError::ProcessDied`] if the process ends while it loads the model.
pub fn load(config: &EngineConfig, progress: Progress) -> anyhow::Result<Engine> {
    if !config.process {
        return prepare::load_engine_telling(config, progress);
    }
    let options = prepare::engine_options(config)?;
    let program = program().map_err(|error| EngineError::NoProcess { reason: error.to_string() });
    match program.and_then(|program| Engine::spawn_process(&program, &options, progress.clone())) {
        Err(error @ EngineError::NoProcess { .. }) => {
            tracing::warn!(
                "{error}; the model runs in the server's own process, which ends where the model's code does"
            );
            Ok(Engine::load_telling(&options, progress)?)
        }
        loaded => Ok(loaded?),
    }
}

/// This program, as a host.
fn program() -> std::io::Result<HostProgram> {
    let parent = format!("--parent={}", std::process::id());
    Ok(HostProgram { path: own_file()?, arguments: vec!["engine-host".into(), parent.into()] })
}

/// The file of this program. On Linux it is this very one even if another version has been put in its place meanwhile.
fn own_file() -> std::io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && running.exists() { Ok(running) } else { std::env::current_exe() }
}

/// Serves until the server hangs up or ends.
///
/// # Errors
/// The server does not speak as it should.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if !end_with(arguments.parent) {
        return Ok(ExitCode::SUCCESS);
    }
    let output = own_output().context("the standard output cannot be taken")?;
    let served =
        remote::serve(std::io::stdin().lock(), output, |options, progress| Engine::load_telling(&options, progress));
    if !Engine::wait_for_all(LAST_BATCH) {
        end_now();
    }
    served.context("the server cannot be understood")?;
    Ok(ExitCode::SUCCESS)
}

/// Has the system end this process with its parent, where it can. False if that is gone already.
#[cfg(target_os = "linux")]
fn end_with(parent: Option<u32>) -> bool {
    let Some(parent) = parent.and_then(|parent| i32::try_from(parent).ok()) else { return true };
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL)) {
        // The end of the input says the same, a little later.
        tracing::debug!("the system does not tell of the parent's end: {error}");
    }
    // In another process namespace the parent is not seen.
    rustix::process::getppid().is_none_or(|own| own.as_raw_nonzero().get() == parent)
}

#[cfg(not(target_os = "linux"))]
fn end_with(_parent: Option<u32>) -> bool {
    true
}

/// Standard output, for this process's messages alone: what libraries write there goes to standard error from now on.
#[cfg(unix)]
fn own_output() -> std::io::Result<impl Write + Send + 'static> {
    let output = rustix::io::dup(rustix::stdio::stdout())?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(std::fs::File::from(output))
}

#[cfg(not(unix))]
fn own_output() -> std::io::Result<impl Write + Send + 'static> {
    Ok(std::io::stdout())
}

/// Ends this process without the exit handlers of native code, which would free what a thread still computes with.
fn end_now() {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
}

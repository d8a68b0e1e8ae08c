//! The command line: one file per subcommand.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub mod complete;
pub mod doctor;
pub mod engine_args;
pub mod logging;
pub mod model;
pub mod output;
pub mod serve;
pub mod source;
pub mod synthesize;

/// A language server for private, local, multi-turn code synthesis with CodeGen.
#[derive(Debug, Parser)]
#[command(name = "codegen-lsp", version, about)]
struct Arguments {
    /// Speak the protocol on standard input and output, as is done anyway (editors add this)
    #[arg(long, global = true)]
    stdio: bool,
    /// Write the log to FILE instead of standard error; RUST_LOG says what is logged
    #[arg(long, global = true, value_name = "FILE")]
    log: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve an editor (the default)
    Serve(serve::Arguments),
    /// Print the suggestion for a position of a file
    Complete(complete::Arguments),
    /// Write the program text of every comment prompt that has none
    Synthesize(synthesize::Arguments),
    /// Convert, quantize and inspect models
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Print what this build is, what it runs on, and how fast
    Doctor(doctor::Arguments),
}

/// Runs the program. What the user got wrong ends it with code 2 and a sentence on standard error.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    calm_threads();
    let command = arguments.command.unwrap_or_else(|| Command::Serve(serve::Arguments::default()));
    let serving = matches!(command, Command::Serve(_));
    let result = logging::start(arguments.log.as_deref(), serving).and_then(|()| match command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Complete(arguments) => complete::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Synthesize(arguments) => synthesize::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Model(command) => model::run(command).map(|()| ExitCode::SUCCESS),
        Command::Doctor(arguments) => doctor::run(&arguments).map(|()| ExitCode::SUCCESS),
    });
    match result {
        Ok(code) => code,
        // A reader that has seen enough (`… | head`) is no error of the user's.
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::remark(&format!("codegen-lsp: {error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Starts the program again, in this very process, with OpenMP's threads told to sleep rather than spin while they wait
/// for each other; libgomp reads that from the environment before `main`. An editor's machine is busy (a build, a test
/// run), and there spinning threads take the cores from those they wait for: two threads on two busy cores decode 4 to
/// 90 tokens per second of the built-in model spinning, 190 to 330 sleeping. Who sets either variable knows better.
#[cfg(target_os = "linux")]
fn calm_threads() {
    use std::os::unix::process::CommandExt;
    const POLICY: &str = "OMP_WAIT_POLICY";
    if std::env::var_os(POLICY).is_some() || std::env::var_os("GOMP_SPINCOUNT").is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    // Comes back only if it fails, and then all goes on as it was.
    let error = std::process::Command::new(program).args(std::env::args_os().skip(1)).env(POLICY, "passive").exec();
    output::remark(&format!("codegen-lsp: cannot set {POLICY}, so decoding may be slow on a busy machine: {error}"));
}

#[cfg(not(target_os = "linux"))]
fn calm_threads() {}

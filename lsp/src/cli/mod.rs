//! The command line: one file per subcommand.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use codegen_engine::Engine;

pub mod bench;
pub mod complete;
pub mod doctor;
pub mod engine_args;
pub mod eval;
pub mod interrupt;
pub mod logging;
pub mod model;
pub mod output;
pub mod paint;
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
    /// Write the program text of comment prompts
    Synthesize(synthesize::Arguments),
    /// Convert, quantize and inspect models
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Measure a model on the paper's benchmarks
    #[command(subcommand)]
    Eval(eval::EvalCommand),
    /// Measure speed
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// Print what this build is, what it runs on, and how fast
    Doctor(doctor::Arguments),
}

/// How long a batch that is under way at the end may take.
const LAST_BATCH: Duration = Duration::from_secs(2);

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
        Command::Eval(command) => eval::run(&command),
        Command::Bench(command) => bench::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Doctor(arguments) => doctor::run(&arguments).map(|()| ExitCode::SUCCESS),
    });
    // All commands have let go of their engines; a batch under way still ends.
    Engine::wait_for_all(LAST_BATCH);
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

/// Starts the program again, in this very process, with OpenMP's threads told to spin only briefly, then to sleep, while
/// they wait for each other; libgomp reads that from the environment before `main`. An editor's machine is busy (a build,
/// a test run), and there threads that spin on take the cores from those they wait for; threads that sleep at once wake
/// up too late where nothing else runs. Measured with `GOMP_SPINCOUNT=N codegen-lsp synthesize FILE` on two cores, 256
/// tokens of the built-in model: 585 to 641 tokens per second idle and 14 to 81 beside two busy loops with
/// `OMP_WAIT_POLICY=active`, 311 to 417 idle and 125 to 379 busy with `passive`, 591 to 631 idle and 192 to 239 busy with
/// this. Who sets either variable knows better.
#[cfg(target_os = "linux")]
fn calm_threads() {
    use std::os::unix::process::CommandExt;
    const SPINS: &str = "GOMP_SPINCOUNT";
    if std::env::var_os(SPINS).is_some() || std::env::var_os("OMP_WAIT_POLICY").is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    // Comes back only if it fails, and then all goes on as it was.
    let error = std::process::Command::new(program).args(std::env::args_os().skip(1)).env(SPINS, "10000").exec();
    output::remark(&format!("codegen-lsp: cannot set {SPINS}, so decoding may be slow on a busy machine: {error}"));
}

#[cfg(not(target_os = "linux"))]
fn calm_threads() {}

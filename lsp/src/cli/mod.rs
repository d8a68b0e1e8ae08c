//! The command line: one file per subcommand.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use codegen_engine::Engine;

pub mod bench;
pub mod complete;
pub mod config;
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
pub mod stats;
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
    /// Print the server's options as a schema or a table, and check a file of them
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Print what your servers have counted of their suggestions; it stays on this machine
    Stats(stats::Arguments),
    /// Print what this build is, what it runs on, and how fast
    Doctor(doctor::Arguments),
}

/// The time that a batch under way at the end may take.
const LAST_BATCH: Duration = Duration::from_secs(2);

/// Runs the program. A mistake of the user ends it with code 2 and a message on standard error.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let command = arguments.command.unwrap_or_else(|| Command::Serve(serve::Arguments::default()));
    let serving = matches!(command, Command::Serve(_));
    let result = logging::start(arguments.log.as_deref(), serving).and_then(|()| match command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Complete(arguments) => complete::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Synthesize(arguments) => synthesize::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Model(command) => model::run(command).map(|()| ExitCode::SUCCESS),
        Command::Eval(command) => eval::run(&command),
        Command::Bench(command) => bench::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Config(command) => config::run(&command),
        Command::Stats(arguments) => stats::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Doctor(arguments) => doctor::run(&arguments).map(|()| ExitCode::SUCCESS),
    });
    // All commands have dropped their engines; a batch under way still ends.
    Engine::wait_for_all(LAST_BATCH);
    match result {
        Ok(code) => code,
        // A reader that closes the output early (`… | head`) is not an error of the user.
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::remark(&format!("codegen-lsp: {error:#}"));
            ExitCode::from(2)
        }
    }
}

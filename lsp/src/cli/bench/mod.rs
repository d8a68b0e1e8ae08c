//! `codegen-lsp bench`: measurements, each of a claim and of what it is compared with, in one run.

mod client;
mod context;
mod draw;
mod eval;
mod gate;
mod growth;
mod llama_server;
mod load;
mod noise;
mod numbers;
mod process;
mod repeat;
mod settings;
mod suggest;
mod synthesize;
mod typing;

use std::time::Duration;

use clap::{Args, Subcommand};
use codegen_core::{Candidate, Candidates, Completion, Priority, Prompt, Request, Sampling};
use codegen_engine::Engine;

use super::engine_args::EngineArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  codegen-lsp bench synthesize                 what the KV cache and shared batches save
  codegen-lsp bench growth --sizes 1000000     what a key costs in a file of 1 MB
  codegen-lsp bench typing --limit 1           in the project's folder: what suggestions are worth";

/// What is measured.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Regeneration from a turn on against a fresh run, and candidates in one batch against separate requests
    #[command(after_help = "\
Examples:
  codegen-lsp bench synthesize --rounds 3")]
    Synthesize(Arguments),
    /// Sixteen continuations in shared batches against one after the other, by default with random weights in the shape
    /// of CodeGen-350M (writes a file of 237 MB for that, once)
    Eval(eval::EvalArguments),
    /// What a key costs the server itself, by the size of the file and the place of an error in it (no model takes
    /// part)
    Growth(growth::GrowthArguments),
    /// Suggestions at places in files, part by part, with what the gate weighs and whether the file has them there: the rows
    /// that `engine/train/gate` learns from
    Gate(gate::GateArguments),
    /// What it is worth that the model sees the signatures of what a file imports: lines that name something from another
    /// file of their package, asked for with and without
    Context(context::ContextArguments),
    /// Decoding, reading prompts and typing beside busy loops and a build: with threads that the engine chooses, with
    /// fixed numbers of them, and with llama-server if there is one
    Load(load::LoadArguments),
    /// What is said again, with tokens guessed from what was said before and without, and by llama-server if there is one
    Repeat(repeat::RepeatArguments),
    /// What suggestions are worth: programs are typed into the server, and what it suggests is compared with what is
    /// typed next
    Typing(typing::TypingArguments),
    /// How long suggestions take, and what they save: typing traces are replayed against the server, and against llama-server
    /// in turns; or files are typed by a user who accepts what is right
    Suggest(suggest::SuggestArguments),
    /// What a token costs more where the model runs in a process of its own, as the server's does
    #[command(after_help = "\
Examples:
  codegen-lsp bench process --rounds 21")]
    Process(Arguments),
    /// Measures what it is asked for on standard input (a part of `load`)
    #[command(hide = true)]
    LoadWorker(load::WorkerArguments),
    /// Keeps a core busy until standard input ends (a part of `load` and `suggest`)
    #[command(hide = true)]
    LoadSpin,
}

/// Arguments of measurements of an engine.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Measure this often, and report medians
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = crate::cli::number::whole(1..=100u8))]
    rounds: u8,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Measures, and prints the result.
///
/// # Errors
/// The model is not usable, or the engine fails.
pub fn run(command: &BenchCommand) -> anyhow::Result<()> {
    match command {
        BenchCommand::Synthesize(arguments) => synthesize::run(arguments),
        BenchCommand::Eval(arguments) => eval::run(arguments),
        BenchCommand::Growth(arguments) => growth::run(arguments),
        BenchCommand::Gate(arguments) => gate::run(arguments),
        BenchCommand::Context(arguments) => context::run(arguments),
        BenchCommand::Load(arguments) => load::run(arguments),
        BenchCommand::Repeat(arguments) => repeat::run(arguments),
        BenchCommand::Typing(arguments) => typing::run(arguments),
        BenchCommand::Suggest(arguments) => suggest::run(arguments),
        BenchCommand::Process(arguments) => process::run(arguments),
        BenchCommand::LoadWorker(arguments) => load::work(arguments),
        BenchCommand::LoadSpin => {
            noise::spin();
            Ok(())
        }
    }
}

/// A prompt whose continuations are measured. It has no stop rule, so only the end of the text ends one early.
struct Continued {
    prompt: Vec<i32>,
    /// The largest number of tokens of a continuation.
    tokens: usize,
    priority: Priority,
}

impl Continued {
    /// Generates one continuation. Blocks.
    fn once(&self, engine: &Engine, sampling: Sampling) -> anyhow::Result<Completion> {
        let mut request = Request::new(Prompt::Tokens(self.prompt.clone()), self.tokens);
        request.sampling = sampling;
        request.priority = self.priority;
        Ok(engine.submit(request).blocking_finish()?)
    }

    /// Generates the continuations one after the other.
    fn one_by_one(&self, engine: &Engine, samplings: &[Sampling]) -> anyhow::Result<Vec<Completion>> {
        samplings.iter().map(|sampling| self.once(engine, *sampling)).collect()
    }

    /// Generates all continuations in shared batches.
    fn together(&self, engine: &Engine, samplings: &[Sampling]) -> anyhow::Result<Vec<Completion>> {
        let each = samplings.iter().map(|&sampling| Candidate { sampling, begin: None, stop: None }).collect();
        let mut candidates = Candidates::new(Prompt::Tokens(self.prompt.clone()), self.tokens, each);
        candidates.priority = self.priority;
        let generations = engine.submit_candidates(candidates);
        generations.into_iter().map(|generation| Ok(generation.blocking_finish()?)).collect()
    }
}

/// The median of several durations, in seconds; zero without durations.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        let seconds = |all: &[u64]| all.iter().map(|&s| Duration::from_secs(s)).collect();
        assert_eq!(median(seconds(&[5, 1, 3])).to_bits(), 3.0f64.to_bits());
        assert_eq!(median(seconds(&[4, 1])).to_bits(), 4.0f64.to_bits());
        assert_eq!(median(seconds(&[])).to_bits(), 0.0f64.to_bits());
    }
}

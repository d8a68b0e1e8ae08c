//! The records of a run: a header, and a line for every sample and for every verdict.

use serde::{Deserialize, Serialize};

use super::scoring::Scoring;

/// The identity of a sample in its run. Two samples of a run never have equal keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The condition that the run compares: an arm of MTPB (`multi`), or a temperature of HumanEval (`0.2`).
    pub condition: String,
    /// The problem's id (`task_id` in HumanEval).
    pub problem: String,
    /// The index of the problem's input, from 0; always 0 in HumanEval.
    pub input: usize,
    /// The index of the sample for this input, from 0.
    pub sample: usize,
}

/// One generation of a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The code, truncated.
    pub text: String,
    /// Number of tokens in the whole prompt.
    pub prompt_tokens: usize,
    /// Number of those that were found in the KV cache.
    pub reused_tokens: usize,
    /// Number of tokens generated, including those of the part that was truncated.
    pub generated_tokens: usize,
    /// Maximum number of tokens; fewer than asked for if the context ends sooner.
    pub limit: usize,
    /// The reason why it ended: `end of text`, `stop` (truncated) or `limit`.
    pub ended: String,
    /// The model's perplexity of the prompt's own tokens, given the history before them; absent if it was not asked for.
    pub perplexity: Option<f64>,
}

/// One sample: everything the model wrote for one input of one problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The sample's key.
    pub key: Key,
    /// The line of the problem in its file, from 1.
    pub line: usize,
    /// The seed of its random numbers.
    pub seed: u64,
    /// Its generations, in order.
    pub turns: Vec<Turn>,
    /// The program to execute; empty if the sample was left out.
    pub program: String,
    /// The reason why there is no program, such as a history that is too long for the model's context. Such samples are
    /// reported, and count in no rate.
    pub left_out: Option<String>,
}

/// How the execution of a sample's program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The program gave the right answer.
    Passed,
    /// It ran, and its answer is wrong (HumanEval: an assertion of the test failed).
    Wrong,
    /// It ran, and printed nothing at all (MTPB).
    NoAnswer,
    /// An exception ended it before there was an answer.
    Raised,
    /// The program is not valid Python.
    SyntaxError,
    /// It ended the interpreter.
    Exited,
    /// It did not end in time.
    TimedOut,
    /// It used more memory than allowed.
    OutOfMemory,
    /// A signal ended it, or the sandbox did for another of its limits.
    Killed,
}

impl Status {
    /// The status in words for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Wrong => "wrong",
            Self::NoAnswer => "no answer",
            Self::Raised => "raised",
            Self::SyntaxError => "syntax error",
            Self::Exited => "exited",
            Self::TimedOut => "timed out",
            Self::OutOfMemory => "out of memory",
            Self::Killed => "killed",
        }
    }
}

/// The verdict on a sample's program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The sample's key.
    pub key: Key,
    /// How it ended.
    pub status: Status,
    /// The answer as Python shows it, or the exception; shortened.
    pub detail: String,
    /// Seconds of wall-clock time, including the interpreter's start.
    pub seconds: f64,
}

/// The benchmark of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Benchmark {
    /// The paper's multi-turn programming benchmark.
    Mtpb,
    /// HumanEval.
    HumanEval,
}

/// A run's description of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Its id.
    pub id: String,
    /// Its line in the problems' file, from 1.
    pub line: usize,
    /// Its name; the function's in HumanEval.
    pub name: String,
    /// Its category; empty in HumanEval.
    pub category: String,
    /// How many turns it has; 1 in HumanEval.
    pub turns: usize,
    /// How many inputs it has; 1 in HumanEval.
    pub inputs: usize,
    /// Maximum number of tokens of a turn, if the problem sets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_gen_length: Option<usize>,
}

/// A run's settings. Two runs with equal headers sample the same; a run is continued only with an equal header.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of this format.
    pub format: u32,
    /// The benchmark.
    pub benchmark: Benchmark,
    /// The model's name, with the adapter's.
    pub model: String,
    /// SHA-256 of the model's file, in hexadecimal.
    pub model_sha256: String,
    /// SHA-256 of the adapter's file, in hexadecimal; absent without an adapter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapter_sha256: Option<String>,
    /// SHA-256 of the problems' file, in hexadecimal.
    pub problems_sha256: String,
    /// The conditions, in order: arms, or temperatures.
    pub conditions: Vec<String>,
    /// Samples for each input of each problem, in each condition.
    pub samples: usize,
    /// The temperature; absent where the conditions are temperatures.
    pub temperature: Option<f32>,
    /// The top-p of sampling.
    pub top_p: f32,
    /// The seed of all random numbers.
    pub seed: u64,
    /// Maximum number of tokens of a turn, unless the problem sets one.
    pub max_tokens: usize,
    /// Tokens of context.
    pub context: usize,
    /// Whether the prompts' perplexity is measured.
    pub perplexity: bool,
    /// The rules for scoring MTPB's answers; absent in HumanEval, and in files from before there was a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoring: Option<Scoring>,
    /// The way the model is run, on which the samples of a reproducible run also depend. Other runs may be continued
    /// with another number of threads or on another device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reproducible: Option<String>,
    /// The isolation of the programs, and its level, when the run was begun; it may be continued on another system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolation: Option<String>,
    /// The values of k in pass@k that the run was begun with, which a report of it has unless it is told others; absent in MTPB, and
    /// in files from before they were kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ks: Vec<usize>,
    /// The problems, in the file's order.
    pub problems: Vec<Problem>,
    /// The lines of the problems' file that are left out, one sentence for each, with its number.
    pub left_out: Vec<String>,
}

/// A line of a run's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Line {
    /// The first line.
    Run(Header),
    /// A sample, as soon as it is generated.
    Sample(Sample),
    /// A verdict, as soon as it is known.
    Verdict(Verdict),
}

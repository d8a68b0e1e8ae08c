//! What a run leaves behind: a header, and a line for every sample and for every verdict.

use serde::{Deserialize, Serialize};

use super::scoring::Scoring;

/// Which sample of a run this is. Two samples of a run never have equal keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// What is compared within the run: an arm of MTPB (`multi`), or a temperature of HumanEval (`0.2`).
    pub condition: String,
    /// The problem's id (`task_id` in HumanEval).
    pub problem: String,
    /// Which of the problem's inputs, from 0; always 0 in HumanEval.
    pub input: usize,
    /// Which of its samples, from 0.
    pub sample: usize,
}

/// One generation of a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The code, truncated.
    pub text: String,
    /// Tokens of all the model was shown.
    pub prompt_tokens: usize,
    /// Of those, how many were found in the KV cache.
    pub reused_tokens: usize,
    /// Tokens generated, those of the part that was truncated included.
    pub generated_tokens: usize,
    /// Tokens that could have been generated at most; less than asked for where the context ends sooner.
    pub limit: usize,
    /// Why it ended: `end of text`, `stop` (truncated) or `limit`.
    pub ended: String,
    /// The model's perplexity of the prompt's own tokens, given the history before them; absent if it was not asked for.
    pub perplexity: Option<f64>,
}

/// One sample: everything the model wrote for one input of one problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Which one.
    pub key: Key,
    /// The line of the problem in its file, from 1.
    pub line: usize,
    /// What the random numbers were made from.
    pub seed: u64,
    /// Its generations, in order.
    pub turns: Vec<Turn>,
    /// The program to execute; empty if the sample was left out.
    pub program: String,
    /// Why there is no program, such as a history that the model's context is too short for. Such samples are reported, and
    /// are no part of any rate.
    pub left_out: Option<String>,
}

/// How the execution of a sample's program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It did what was asked.
    Passed,
    /// It ran, and its answer is wrong (HumanEval: an assertion of the test failed).
    Wrong,
    /// It ran, and printed nothing at all (MTPB).
    NoAnswer,
    /// An exception ended it before there was an answer.
    Raised,
    /// It is no Python.
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

/// What came of a sample's program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Which sample.
    pub key: Key,
    /// How it ended.
    pub status: Status,
    /// The answer as Python shows it, or the exception; shortened.
    pub detail: String,
    /// Seconds on the clock, the interpreter's start included.
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

/// What a run knows of a problem.
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
    /// Tokens of a turn at most, if the problem itself says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_gen_length: Option<usize>,
}

/// What a run is. Two runs with equal headers sample the same; a run is continued only with an equal header.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of this format.
    pub format: u32,
    /// Which benchmark.
    pub benchmark: Benchmark,
    /// The model's name, with the adapter's.
    pub model: String,
    /// SHA-256 of the model's file, in hexadecimal.
    pub model_sha256: String,
    /// SHA-256 of the file of the adapter that is added to it, if one is.
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
    /// What all random numbers are made from.
    pub seed: u64,
    /// Tokens of a turn at most, where the problem does not say.
    pub max_tokens: usize,
    /// Tokens of context.
    pub context: usize,
    /// Whether the prompts' perplexity is measured.
    pub perplexity: bool,
    /// By which rules MTPB's answers count; absent in HumanEval, and in files of before there was a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoring: Option<Scoring>,
    /// In a reproducible run, what else its samples depend on: how the model is run. Other runs may go on with another number
    /// of threads or on another device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reproducible: Option<String>,
    /// What the programs were kept from where the run was begun, and at which level; it may go on elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolation: Option<String>,
    /// The problems, in the file's order.
    pub problems: Vec<Problem>,
    /// What of the problems' file is left out, a sentence for each line, which it names.
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

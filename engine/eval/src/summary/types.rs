//! The summary as plain data. In JSON, a value that cannot be computed is `null`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::estimate::Interval;
use crate::record::{Benchmark, Status};
use crate::scoring::Scoring;

/// The results of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The benchmark.
    pub benchmark: Benchmark,
    /// The model's name.
    pub model: String,
    /// The rules for scoring MTPB's answers; absent in HumanEval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scoring: Option<Scoring>,
    /// Problems that were read.
    pub problems: usize,
    /// The lines of the problems' file that were left out, a sentence for each.
    pub left_out: Vec<String>,
    /// Samples that a condition has once the run is complete.
    pub expected: usize,
    /// The conditions, in the header's order.
    pub conditions: Vec<Condition>,
    /// HumanEval: for every k, the temperature with the best pass@k, as the paper reports it.
    pub best: Vec<Best>,
}

/// The results of an arm, or of a temperature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// Its name.
    pub name: String,
    /// Numbers of samples, by their state.
    pub counts: Counts,
    /// Passed samples over samples with a verdict, in all problems together.
    pub rate: Option<f64>,
    /// Its interval, over problems.
    pub interval: Option<Interval>,
    /// The difference to [`BASE`](super::BASE); absent for itself, and in HumanEval.
    pub difference: Option<Difference>,
    /// The mean numbers of tokens of a sample.
    pub cost: Cost,
    /// The prompts' mean perplexity.
    pub perplexity: Option<f64>,
    /// HumanEval: pass@k, in the order of the ks asked for.
    pub pass_at: Vec<PassAt>,
    /// The problems, in the header's order.
    pub by_problem: Vec<Group>,
    /// The categories, in the order in which they first occur; none in HumanEval.
    pub by_category: Vec<Group>,
    /// The numbers of turns, ascending; none in HumanEval.
    pub by_turns: Vec<Group>,
}

/// Numbers of a condition's samples.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Sampled so far, including those that were left out.
    pub samples: usize,
    /// Samples with a verdict.
    pub judged: usize,
    /// Samples that passed.
    pub passed: usize,
    /// Left out, because the model's context was too short.
    pub left_out: usize,
    /// Sampled, but not judged yet.
    pub pending: usize,
    /// Turns that were allowed fewer tokens than asked for, because the context ended.
    pub cut_turns: usize,
    /// All turns.
    pub turns: usize,
    /// How the programs ended.
    pub statuses: BTreeMap<Status, usize>,
}

/// The means over a condition's samples, except those that were left out. Each is a sum over the sample's turns.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Cost {
    /// Tokens in the prompts; a history counts again in every turn.
    pub prompt_tokens: Option<f64>,
    /// Those of the last turn alone: all the information that a sample had at the end.
    pub last_prompt_tokens: Option<f64>,
    /// Tokens that were generated.
    pub generated_tokens: Option<f64>,
    /// Tokens that could have been generated.
    pub budget: Option<f64>,
}

/// How a condition compares to [`BASE`](super::BASE), on the samples of the same problem, input and number that have a verdict in both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Its pass rate less the base's.
    pub rate: f64,
    /// The interval, over problems.
    pub interval: Option<Interval>,
    /// How likely a difference as large would be if neither were better: a two-sided permutation test over problems.
    pub p: Option<f64>,
    /// Pairs of samples that were compared.
    pub pairs: usize,
    /// Problems they belong to.
    pub problems: usize,
}

/// pass@k of one temperature.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PassAt {
    /// k.
    pub k: usize,
    /// The mean over problems of the unbiased estimate.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
    /// Problems with at least k verdicts: only these count.
    pub problems: usize,
}

/// The best temperature for a k.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Best {
    /// k.
    pub k: usize,
    /// The condition; the earlier of equals.
    pub condition: String,
    /// Its pass@k.
    pub value: f64,
    /// Its interval.
    pub interval: Option<Interval>,
}

/// A condition's samples of one problem, one category, or one number of turns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// The problem's id, the category, or the number.
    pub key: String,
    /// The name to show: the problem's name, otherwise the key again.
    pub name: String,
    /// Samples with a verdict.
    pub judged: usize,
    /// Number of those that passed.
    pub passed: usize,
    /// Passed over judged.
    pub rate: Option<f64>,
    /// Its interval; absent for a single problem.
    pub interval: Option<Interval>,
    /// The prompts' mean perplexity.
    pub perplexity: Option<f64>,
}

//! The prompts for one sample: one generation after the other, each shown the results of those before.

use serde_json::Value;

use super::scoring::Scoring;

/// How a continuation is truncated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopSequences {
    /// The paper's rule for turns: [`codegen_core::truncate`].
    Turn,
    /// HumanEval's usual sequences: before `
    /// class`, `
    /// def`, `
    /// #`, `
    /// if`, `
    /// print`.
    HumanEval,
}

/// The input of one generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The whole text.
    pub text: String,
    /// The byte offset in `text` at which the prompt begins whose perplexity is measured. Before it stands the history.
    pub prompt_start: usize,
    /// Maximum number of tokens to generate.
    pub max_tokens: usize,
}

/// A program's test.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// MTPB: the value that the program must print last, and the rules for comparing it.
    Output(Value, Scoring),
    /// HumanEval: code that defines `check`, and the name of the function to give it.
    Test {
        /// Python code.
        test: String,
        /// The function's name.
        entry_point: String,
    },
}

/// The generations of one sample, as a pure value: the same texts give the same next prompt.
pub trait Dialogue: Send + Sync {
    /// Returns the number of generations; at least one.
    fn turns(&self) -> usize;
    /// Returns the input of the next generation, after `texts` (truncated) were generated; `texts` has fewer than
    /// [`Self::turns`].
    fn shown(&self, texts: &[String]) -> Shown;
    /// How continuations are truncated.
    fn stop_sequences(&self) -> StopSequences;
    /// Returns the program to execute, once all texts are there.
    fn program(&self, texts: &[String]) -> String;
}

/// A unit of work: a dialogue to be sampled as often as the run says, and the check of its programs.
pub struct Task {
    /// The condition it belongs to: an arm of MTPB, or a temperature of HumanEval.
    pub condition: String,
    /// The problem's id.
    pub problem: String,
    /// The problem's line in its file, from 1.
    pub line: usize,
    /// The index of the input, from 0.
    pub input: usize,
    /// The temperature to sample with.
    pub temperature: f32,
    /// The prompts.
    pub dialogue: Box<dyn Dialogue>,
    /// The check of the program.
    pub check: Check,
}

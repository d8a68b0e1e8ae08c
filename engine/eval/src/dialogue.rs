//! What is asked of the model for one sample: one generation after the other, each shown what the ones before gave.

use serde_json::Value;

use super::scoring::Scoring;

/// How a continuation is truncated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopSequences {
    /// The paper's, for turns: [`codegen_core::truncate`].
    Turn,
    /// HumanEval's usual ones: before `\nclass`, `\ndef`, `\n#`, `\nif`, `\nprint`.
    HumanEval,
}

/// What the model is shown for one generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// All of the text.
    pub text: String,
    /// Where in `text` the prompt begins whose perplexity is measured: a byte offset. Before it stands the history.
    pub prompt_start: usize,
    /// Tokens to generate at most.
    pub max_tokens: usize,
}

/// A program's test.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// MTPB: what the program must print last, and by which rules that is looked at.
    Output(Value, Scoring),
    /// HumanEval: code that defines `check`, and the name of the function to give it.
    Test {
        /// Python code.
        test: String,
        /// The function's name.
        entry_point: String,
    },
}

/// The generations of one sample, before anything is generated. A pure value: the same texts give the same next prompt.
pub trait Dialogue: Send + Sync {
    /// How many generations there are; at least one.
    fn turns(&self) -> usize;
    /// What is shown for the next one, after `texts` (truncated) were generated; `texts` has fewer than [`Self::turns`].
    fn shown(&self, texts: &[String]) -> Shown;
    /// How continuations are truncated.
    fn stop_sequences(&self) -> StopSequences;
    /// The program to execute, once there are all texts.
    fn program(&self, texts: &[String]) -> String;
}

/// One line of work: a dialogue to be sampled as often as the run says, and how its programs are checked.
pub struct Task {
    /// The condition it belongs to: an arm of MTPB, or a temperature of HumanEval.
    pub condition: String,
    /// The problem's id.
    pub problem: String,
    /// The problem's line in its file, from 1.
    pub line: usize,
    /// Which of its inputs, from 0.
    pub input: usize,
    /// The temperature to sample with.
    pub temperature: f32,
    /// What is asked.
    pub dialogue: Box<dyn Dialogue>,
    /// How the program is checked.
    pub check: Check,
}

//! The prompts of each condition of a benchmark: the five arms of MTPB, and HumanEval.
//!
//! The arms show whether the turns themselves help, or only the information in them. All arms start with the same
//! preamble and hold the same prompts. They differ in how the prompts are laid out, in how many generations they are
//! answered, and in which earlier answers later generations see.

use std::fmt;
use std::str::FromStr;

use super::dialogue::{Check, Dialogue, Shown, StopSequences, Task};
use super::problems::mtpb::Case;
use super::problems::{HumanEvalProblem, MtpbProblem};
use super::scoring::Scoring;

/// The beginning of every history of MTPB.
pub const PREAMBLE: &str = "# Import libraries.\n\nimport numpy as np\n\n";

/// A condition of MTPB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arm {
    /// The paper's condition: every prompt is answered in its own turn, which sees the programs of the turns before.
    Multi,
    /// All prompts at once, as consecutive comment lines, answered in one generation.
    Single,
    /// All prompts as one line of comment, answered in one generation.
    SingleJoined,
    /// Every prompt is answered in its own turn, which sees the prompts before, but not their programs.
    MultiNoFeedback,
    /// [`Arm::Single`] with as many tokens as all turns together may have.
    SingleMatched,
}

impl Arm {
    /// All arms.
    pub const ALL: [Self; 5] =
        [Self::Multi, Self::Single, Self::SingleJoined, Self::MultiNoFeedback, Self::SingleMatched];

    /// The arm's name on the command line and in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Multi => "multi",
            Self::Single => "single",
            Self::SingleJoined => "single-joined",
            Self::MultiNoFeedback => "multi-no-feedback",
            Self::SingleMatched => "single-matched",
        }
    }
}

impl fmt::Display for Arm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Arm {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|arm| arm.name() == name).ok_or_else(|| {
            let all = Self::ALL.map(Self::name).join(", ");
            format!("`{name}` is no arm; there are {all}")
        })
    }
}

/// The work of a run of MTPB: for every problem and input, in the file's order, every arm in the order given. `max_tokens` is a
/// turn's limit where the problem has none of its own.
#[must_use]
pub fn mtpb_tasks(
    problems: &[MtpbProblem],
    arms: &[Arm],
    temperature: f32,
    max_tokens: usize,
    scoring: Scoring,
) -> Vec<Task> {
    let task = |problem: &MtpbProblem, input: usize, case: &Case, arm: Arm| Task {
        condition: arm.name().to_owned(),
        problem: problem.id.clone(),
        line: problem.line,
        input,
        temperature,
        dialogue: Box::new(Turns {
            arm,
            prompts: case.prompts.clone(),
            max_tokens: problem.max_gen_length.unwrap_or(max_tokens),
        }),
        check: Check::Output(case.output.clone(), scoring),
    };
    let mut tasks = Vec::new();
    for problem in problems {
        for (input, case) in problem.cases.iter().enumerate() {
            tasks.extend(arms.iter().map(|&arm| task(problem, input, case, arm)));
        }
    }
    tasks
}

/// The work of a run of HumanEval: for every problem, in the file's order, every temperature in the order given.
#[must_use]
pub fn humaneval_tasks(problems: &[HumanEvalProblem], temperatures: &[f32], max_tokens: usize) -> Vec<Task> {
    let task = |problem: &HumanEvalProblem, temperature: f32| Task {
        condition: temperature.to_string(),
        problem: problem.id.clone(),
        line: problem.line,
        input: 0,
        temperature,
        dialogue: Box::new(Completion { prompt: problem.prompt.clone(), max_tokens }),
        check: Check::Test { test: problem.test.clone(), entry_point: problem.entry_point.clone() },
    };
    problems
        .iter()
        .flat_map(|problem| temperatures.iter().map(move |&temperature| task(problem, temperature)))
        .collect()
}

/// A problem of MTPB in one of its arms.
struct Turns {
    arm: Arm,
    prompts: Vec<String>,
    max_tokens: usize,
}

impl Turns {
    /// The comments that all prompts make in the arms with one generation.
    fn block(&self) -> String {
        match self.arm {
            Arm::SingleJoined => {
                let words = self.prompts.iter().flat_map(|prompt| lines(prompt)).map(str::trim);
                comment(&words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" "))
            }
            _ => self.prompts.iter().map(|prompt| comment(prompt)).collect(),
        }
    }

    /// The turns so far, each prompt followed by what `after` makes of the turn's index.
    fn history(&self, turns: usize, after: impl Fn(usize) -> String) -> String {
        let turns = self.prompts.iter().take(turns).enumerate();
        turns.fold(PREAMBLE.to_owned(), |history, (turn, prompt)| history + &comment(prompt) + &after(turn))
    }
}

impl Dialogue for Turns {
    fn turns(&self) -> usize {
        match self.arm {
            Arm::Multi | Arm::MultiNoFeedback => self.prompts.len(),
            Arm::Single | Arm::SingleJoined | Arm::SingleMatched => 1,
        }
    }

    fn shown(&self, texts: &[String]) -> Shown {
        let prompt = self.prompts.get(texts.len()).map(|prompt| comment(prompt)).unwrap_or_default();
        let (history, prompt) = match self.arm {
            Arm::Multi => (self.history(texts.len(), |turn| answer(texts, turn)), prompt),
            Arm::MultiNoFeedback => (self.history(texts.len(), |_| "\n".to_owned()), prompt),
            Arm::Single | Arm::SingleJoined | Arm::SingleMatched => (PREAMBLE.to_owned(), self.block()),
        };
        let max_tokens = match self.arm {
            Arm::SingleMatched => self.max_tokens.saturating_mul(self.prompts.len()),
            _ => self.max_tokens,
        };
        Shown { prompt_start: history.len(), text: history + &prompt, max_tokens }
    }

    fn stop_sequences(&self) -> StopSequences {
        StopSequences::Turn
    }

    fn program(&self, texts: &[String]) -> String {
        match self.arm {
            Arm::Multi | Arm::MultiNoFeedback => self.history(self.prompts.len(), |turn| answer(texts, turn)),
            Arm::Single | Arm::SingleJoined | Arm::SingleMatched => {
                PREAMBLE.to_owned() + &self.block() + &answer(texts, 0)
            }
        }
    }
}

/// Returns a turn's code in the form that histories hold.
fn answer(texts: &[String], turn: usize) -> String {
    texts.get(turn).cloned().unwrap_or_default() + "\n\n"
}

/// The lines that Python sees in a prompt.
fn lines(prompt: &str) -> impl Iterator<Item = &str> {
    prompt.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Returns a prompt as comment lines. The first is `# ` and its text, unchanged. The reference leaves further lines
/// unchanged; here they become comments, too, unless they are comments already.
fn comment(prompt: &str) -> String {
    let mut comment = String::new();
    for (index, line) in lines(prompt).enumerate() {
        comment.push_str(match line {
            "" if index > 0 => "#",
            line if index > 0 && line.starts_with('#') => "",
            _ => "# ",
        });
        comment.push_str(line);
        comment.push('\n');
    }
    comment
}

/// A problem of HumanEval.
struct Completion {
    prompt: String,
    max_tokens: usize,
}

impl Dialogue for Completion {
    fn turns(&self) -> usize {
        1
    }

    fn shown(&self, _: &[String]) -> Shown {
        Shown { text: self.prompt.clone(), prompt_start: 0, max_tokens: self.max_tokens }
    }

    fn stop_sequences(&self) -> StopSequences {
        StopSequences::HumanEval
    }

    fn program(&self, texts: &[String]) -> String {
        self.prompt.clone() + texts.first().map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests;

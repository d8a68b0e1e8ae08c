//! HumanEval's problems.

use super::Problems;
use super::fields::Fields;
use crate::record;

/// A problem: the beginning of a function, and its test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HumanEvalProblem {
    /// `task_id`.
    pub id: String,
    /// Its line in the file, from 1.
    pub line: usize,
    /// The code that the model continues.
    pub prompt: String,
    /// The name of the function that is tested.
    pub entry_point: String,
    /// Code that defines `check`.
    pub test: String,
    /// A continuation that is known to be right.
    pub canonical_solution: Option<String>,
}

impl HumanEvalProblem {
    /// Returns the description for a run's header.
    #[must_use]
    pub fn facts(&self) -> record::Problem {
        record::Problem {
            id: self.id.clone(),
            line: self.line,
            name: self.entry_point.clone(),
            category: String::new(),
            turns: 1,
            inputs: 1,
            max_gen_length: None,
        }
    }
}

/// Reads a file of problems; see [`super`] for what is left out.
#[must_use]
pub fn read(bytes: &[u8]) -> Problems<HumanEvalProblem> {
    super::read(bytes, |line, text| parse(line, text).map(|problem| (problem.id.clone(), problem)))
}

fn parse(line: usize, text: &str) -> Result<HumanEvalProblem, String> {
    let fields = Fields::parse(text)?;
    let id = fields.id("task_id")?;
    let prompt = fields.full_text("prompt")?;
    let entry_point = fields.full_text("entry_point")?;
    if !is_identifier(&entry_point) {
        return Err(format!("`entry_point` is `{entry_point}`, which cannot be the name of a function"));
    }
    let test = fields.full_text("test")?;
    let canonical_solution =
        fields.maybe("canonical_solution").map(|_| fields.text("canonical_solution")).transpose()?;
    Ok(HumanEvalProblem { id, line, prompt, entry_point, test, canonical_solution })
}

/// Whether the text is a valid name in Python. It is put into the code that calls the function.
fn is_identifier(name: &str) -> bool {
    let letter = |c: char| c.is_alphabetic() || c == '_';
    name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_numeric())
}

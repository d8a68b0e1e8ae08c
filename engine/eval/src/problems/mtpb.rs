//! The multi-turn programming benchmark's problems.

use serde::Deserialize;
use serde_json::Value;

use super::Problems;
use super::fields::{Fields, wrong};
use super::python::{self, Pairs};
use super::template::Template;
use crate::record;

/// Maximum number of tokens that a problem may ask for per turn: far more than any CodeGen's context.
const MOST_TOKENS: u64 = 65_536;

/// A problem: prompts that ask, turn after turn, for a program, and inputs to fill into them.
#[derive(Debug, Clone, PartialEq)]
pub struct MtpbProblem {
    /// Its id; a number is kept in its digits.
    pub id: String,
    /// Its line in the file, from 1.
    pub line: usize,
    /// Its name.
    pub name: String,
    /// The problem's description.
    pub description: String,
    /// Its category, such as `string`.
    pub category: String,
    /// Its inputs; at least one.
    pub cases: Vec<Case>,
    /// Maximum number of tokens of a turn, if the problem sets one.
    pub max_gen_length: Option<usize>,
}

/// A problem with one of its inputs filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The turns' prompts, without comment signs; at least one.
    pub prompts: Vec<String>,
    /// The value that the program must print last.
    pub output: Value,
}

impl MtpbProblem {
    /// Returns the description for a run's header.
    #[must_use]
    pub fn facts(&self) -> record::Problem {
        record::Problem {
            id: self.id.clone(),
            line: self.line,
            name: self.name.clone(),
            category: self.category.clone(),
            turns: self.cases.first().map_or(0, |case| case.prompts.len()),
            inputs: self.cases.len(),
            max_gen_length: self.max_gen_length,
        }
    }
}

/// Reads a file of problems; see [`super`] for what is left out. Infinity and NaN, which Python's `json` would read, are not
/// JSON. Of the prompts' fields, [`Template`] says what may be in them.
#[must_use]
pub fn read(bytes: &[u8]) -> Problems<MtpbProblem> {
    super::read(bytes, |line, text| parse(line, text).map(|problem| (problem.id.clone(), problem)))
}

fn parse(line: usize, text: &str) -> Result<MtpbProblem, String> {
    let fields = Fields::parse(text)?;
    let id = fields.id("id")?;
    let (name, description, category) = (fields.text("name")?, fields.text("description")?, fields.text("category")?);
    let templates = templates(&fields)?;
    let (inputs, outputs) = (fields.list("inputs")?, fields.list("outputs")?);
    if let Some((index, other)) = inputs.iter().enumerate().find(|(_, input)| !input.is_object()) {
        return Err(wrong(&format!("inputs[{index}]"), other, "an object"));
    }
    if inputs.len() != outputs.len() {
        let (inputs, outputs) = (inputs.len(), outputs.len());
        return Err(format!("there are {inputs} `inputs`, but {outputs} `outputs`"));
    }
    // The same text again, for the numbers' digits. It is known to be JSON, and not to be nested too deep.
    let exact: Exact = serde_json::from_str(text).map_err(|error| format!("it cannot be read: {error}"))?;
    if let Some(index) = exact.outputs.iter().position(python::Value::has_huge_integer) {
        return Err(format!("`outputs[{index}]` has a whole number of more than 64 bits, which is not supported"));
    }
    let filled = exact.inputs.iter().enumerate().map(|(index, input)| fill(&templates, index, &input.0));
    let prompts: Vec<Vec<String>> = filled.collect::<Result<_, _>>()?;
    let cases = prompts.into_iter().zip(outputs).map(|(prompts, output)| Case { prompts, output: output.clone() });
    let max_gen_length = fields.maybe("max_gen_length").map(tokens).transpose()?;
    Ok(MtpbProblem { id, line, name, description, category, cases: cases.collect(), max_gen_length })
}

/// The fields whose numbers are read with all their digits.
#[derive(Deserialize)]
struct Exact {
    inputs: Vec<Pairs>,
    outputs: Vec<python::Value>,
}

fn templates(fields: &Fields) -> Result<Vec<Template>, String> {
    let template = |(index, value): (usize, &Value)| {
        let text = value.as_str().ok_or_else(|| wrong(&format!("prompts[{index}]"), value, "a text"))?;
        if text.trim().is_empty() {
            return Err(format!("`prompts[{index}]` is empty"));
        }
        Template::parse(text).map_err(|what| format!("`prompts[{index}]`: {what}"))
    };
    fields.list("prompts")?.iter().enumerate().map(template).collect()
}

fn fill(templates: &[Template], index: usize, input: &[(String, python::Value)]) -> Result<Vec<String>, String> {
    let fill = |(turn, template): (usize, &Template)| {
        template.fill(input).map_err(|what| format!("`inputs[{index}]` {what}, which `prompts[{turn}]` asks for"))
    };
    templates.iter().enumerate().map(fill).collect()
}

fn tokens(value: &Value) -> Result<usize, String> {
    let tokens = value.as_u64().filter(|tokens| (1..=MOST_TOKENS).contains(tokens));
    let expected = || wrong("max_gen_length", value, &format!("a whole number from 1 to {MOST_TOKENS}"));
    usize::try_from(tokens.ok_or_else(expected)?).map_err(|_| expected())
}

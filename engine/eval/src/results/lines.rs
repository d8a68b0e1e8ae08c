//! Parses a run's file.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;
use std::path::Path;

use serde_json::Value;

use super::{FORMAT, ResultsError};
use crate::record::{Header, Key, Line, Sample, Verdict};

/// The first bytes of every file of a run.
const BEGINNING: &[u8] = br#"{"kind":"run","#;

/// The contents of a run's file.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The run's settings.
    pub header: Header,
    /// Its samples, in the file's order.
    pub samples: Vec<Sample>,
    /// Its verdicts, in the file's order: at most one for each sample that was not left out.
    pub verdicts: Vec<Verdict>,
}

impl Run {
    /// A run that has just begun.
    #[must_use]
    pub fn new(header: Header) -> Self {
        Self { header, samples: Vec::new(), verdicts: Vec::new() }
    }

    /// The samples it has.
    #[must_use]
    pub fn sampled(&self) -> HashSet<Key> {
        self.samples.iter().map(|sample| sample.key.clone()).collect()
    }

    /// How many samples it has when it is complete.
    #[must_use]
    pub fn wanted(&self) -> usize {
        let Header { conditions, problems, samples, .. } = &self.header;
        let inputs: usize = problems.iter().map(|problem| problem.inputs).sum();
        conditions.len() * inputs * samples
    }
}

/// How much of the texts is kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    All,
    /// Keeps only the programs that have no verdict.
    Programs,
    Numbers,
}

/// Returns the file's contents and the number of bytes of whole lines; `None` if the file was created but its first
/// line is not whole.
pub(super) fn parse(mut file: impl BufRead, path: &Path, keep: Keep) -> Result<Option<(Run, u64)>, ResultsError> {
    let mut next = || {
        let mut line = Vec::new();
        file.read_until(b'\n', &mut line).map_err(ResultsError::io("read", path))?;
        Ok(line)
    };
    let first = next()?;
    if !first.ends_with(b"\n") && (first.starts_with(BEGINNING) || BEGINNING.starts_with(&first)) {
        return Ok(None);
    }
    let header = header(&first).map_err(|reason| ResultsError::NoRun { path: path.to_owned(), reason })?;
    let mut length = first.len();
    let mut reader = Reader::new(header, keep);
    let (mut number, mut line) = (2, next()?);
    while !line.is_empty() {
        let after = next()?;
        if after.is_empty() && (!line.ends_with(b"\n") || !is_json(&line)) {
            break;
        }
        reader.take(&line, number).map_err(|reason| ResultsError::BadLine {
            path: path.to_owned(),
            line: number,
            reason,
        })?;
        length += line.len();
        (number, line) = (number + 1, after);
    }
    Ok(Some((reader.run, length as u64)))
}

/// Whether a line is JSON of any content.
fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

fn header(line: &[u8]) -> Result<Header, String> {
    if !line.ends_with(b"\n") {
        return Err("it has no whole line".to_owned());
    }
    let value: Value = serde_json::from_slice(line).map_err(|_| "its first line is not JSON".to_owned())?;
    if value.get("kind").and_then(Value::as_str) != Some("run") {
        return Err("its first line is not a header".to_owned());
    }
    let format = value.get("format").and_then(Value::as_u64);
    if format != Some(FORMAT.into()) {
        let format = format.map_or_else(|| "unknown".to_owned(), |format| format.to_string());
        return Err(format!("its format is {format}, and this program knows format {FORMAT}"));
    }
    match serde_json::from_slice(line) {
        Ok(Line::Run(header)) => Ok(header),
        Ok(_) => Err("its first line is not a header".to_owned()),
        Err(error) => Err(format!("its header is damaged: {error}")),
    }
}

/// Reads one line after the other.
struct Reader {
    run: Run,
    keep: Keep,
    /// The inputs of each problem.
    inputs: HashMap<String, usize>,
    /// The line of each sample, and its place among the samples.
    samples: HashMap<Key, (usize, usize)>,
    verdicts: HashMap<Key, usize>,
}

impl Reader {
    fn new(header: Header, keep: Keep) -> Self {
        let inputs = header.problems.iter().map(|problem| (problem.id.clone(), problem.inputs)).collect();
        Self { run: Run::new(header), keep, inputs, samples: HashMap::new(), verdicts: HashMap::new() }
    }

    fn take(&mut self, line: &[u8], number: usize) -> Result<(), String> {
        match serde_json::from_slice(line).map_err(|error| error.to_string())? {
            Line::Run(_) => Err("a second header; two files seem to have been joined".to_owned()),
            Line::Sample(sample) => self.sample(sample, number),
            Line::Verdict(verdict) => self.verdict(verdict, number),
        }
    }

    fn sample(&mut self, mut sample: Sample, number: usize) -> Result<(), String> {
        let key = &sample.key;
        let header = &self.run.header;
        let known = header.conditions.contains(&key.condition)
            && self.inputs.get(&key.problem).is_some_and(|&inputs| key.input < inputs)
            && key.sample < header.samples;
        if !known {
            return Err(format!("a sample that the header knows nothing of: {}", named(key)));
        }
        let place = self.run.samples.len();
        if let Some((earlier, _)) = self.samples.insert(key.clone(), (number, place)) {
            return Err(format!("the sample of line {earlier} again: {}", named(key)));
        }
        if self.keep != Keep::All {
            sample.turns.iter_mut().for_each(|turn| turn.text = String::new());
        }
        if self.keep == Keep::Numbers {
            sample.program = String::new();
        }
        self.run.samples.push(sample);
        Ok(())
    }

    fn verdict(&mut self, verdict: Verdict, number: usize) -> Result<(), String> {
        let key = &verdict.key;
        let place = self.samples.get(key).map(|&(_, place)| place);
        let Some(sample) = place.and_then(|place| self.run.samples.get_mut(place)) else {
            return Err(format!("a verdict without its sample: {}", named(key)));
        };
        if sample.left_out.is_some() {
            return Err(format!("a verdict on a sample that was left out: {}", named(key)));
        }
        if self.keep == Keep::Programs {
            sample.program = String::new();
        }
        if let Some(earlier) = self.verdicts.insert(key.clone(), number) {
            return Err(format!("the verdict of line {earlier} again: {}", named(key)));
        }
        self.run.verdicts.push(verdict);
        Ok(())
    }
}

fn named(key: &Key) -> String {
    let Key { condition, problem, input, sample } = key;
    format!("problem {problem}, input {input}, sample {sample} of {condition}")
}

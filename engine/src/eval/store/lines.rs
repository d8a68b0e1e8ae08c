//! A run's file, as bytes, to what it holds.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::Value;

use super::{FORMAT, StoreError};
use crate::eval::record::{Header, Key, Line, Sample, Verdict};

/// How every file of a run begins.
const BEGINNING: &[u8] = br#"{"kind":"run","#;

/// What a run's file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What the run is.
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

/// Whether the file was created, and ended before its first line was whole: then it holds nothing yet.
pub(super) fn is_unbegun(bytes: &[u8]) -> bool {
    !bytes.contains(&b'\n') && (bytes.starts_with(BEGINNING) || BEGINNING.starts_with(bytes))
}

/// What the file holds, and how many bytes of it are whole lines.
pub(super) fn parse(bytes: &[u8], path: &Path) -> Result<(Run, u64), StoreError> {
    let no_run = |reason: &str| StoreError::NoRun { path: path.to_owned(), reason: reason.to_owned() };
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n').peekable();
    let first = lines.next().filter(|first| first.ends_with(b"\n")).ok_or_else(|| no_run("it has no whole line"))?;
    let header = header(first).map_err(|reason| no_run(&reason))?;
    let mut length = first.len();
    let mut reader = Reader::new(header);
    let mut number = 1;
    while let Some(line) = lines.next() {
        number += 1;
        let last = lines.peek().is_none();
        if last && (!line.ends_with(b"\n") || !is_json(line)) {
            break;
        }
        reader.take(line, number).map_err(|reason| StoreError::BadLine {
            path: path.to_owned(),
            line: number,
            reason,
        })?;
        length += line.len();
    }
    Ok((reader.run, length as u64))
}

/// Whether a line is JSON, whatever it says.
fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

fn header(line: &[u8]) -> Result<Header, String> {
    let value: Value = serde_json::from_slice(line).map_err(|_| "its first line is no JSON".to_owned())?;
    if value.get("kind").and_then(Value::as_str) != Some("run") {
        return Err("its first line is no header".to_owned());
    }
    let format = value.get("format").and_then(Value::as_u64);
    if format != Some(FORMAT.into()) {
        let format = format.map_or_else(|| "unknown".to_owned(), |format| format.to_string());
        return Err(format!("its format is {format}, and this program knows format {FORMAT}"));
    }
    match serde_json::from_slice(line) {
        Ok(Line::Run(header)) => Ok(header),
        Ok(_) => Err("its first line is no header".to_owned()),
        Err(error) => Err(format!("its header is damaged: {error}")),
    }
}

/// Takes one line after the other.
struct Reader {
    run: Run,
    /// The inputs of each problem.
    inputs: HashMap<String, usize>,
    /// The line of each sample, and whether it has a program to be executed.
    samples: HashMap<Key, (usize, bool)>,
    verdicts: HashMap<Key, usize>,
}

impl Reader {
    fn new(header: Header) -> Self {
        let inputs = header.problems.iter().map(|problem| (problem.id.clone(), problem.inputs)).collect();
        Self { run: Run::new(header), inputs, samples: HashMap::new(), verdicts: HashMap::new() }
    }

    fn take(&mut self, line: &[u8], number: usize) -> Result<(), String> {
        match serde_json::from_slice(line).map_err(|error| error.to_string())? {
            Line::Run(_) => Err("a second header; two files seem to have been joined".to_owned()),
            Line::Sample(sample) => self.sample(sample, number),
            Line::Verdict(verdict) => self.verdict(verdict, number),
        }
    }

    fn sample(&mut self, sample: Sample, number: usize) -> Result<(), String> {
        let key = &sample.key;
        let header = &self.run.header;
        let known = header.conditions.contains(&key.condition)
            && self.inputs.get(&key.problem).is_some_and(|&inputs| key.input < inputs)
            && key.sample < header.samples;
        if !known {
            return Err(format!("a sample that the header knows nothing of: {}", named(key)));
        }
        let executable = sample.left_out.is_none();
        if let Some((earlier, _)) = self.samples.insert(key.clone(), (number, executable)) {
            return Err(format!("the sample of line {earlier} again: {}", named(key)));
        }
        self.run.samples.push(sample);
        Ok(())
    }

    fn verdict(&mut self, verdict: Verdict, number: usize) -> Result<(), String> {
        let key = &verdict.key;
        match self.samples.get(key) {
            None => return Err(format!("a verdict without its sample: {}", named(key))),
            Some((_, false)) => return Err(format!("a verdict on a sample that was left out: {}", named(key))),
            Some((_, true)) => {}
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

//! The benchmarks' files: one problem on each line, as JSON.
//!
//! Both readers take the bytes of a file, plain or compressed with gzip, and continue after a bad line: a problem with
//! a defect is not used at all, and every such line is named. Blank lines are ignored. Files of more than 256 MiB
//! (after decompression) and lines of more than 16 MiB are not read.

use std::collections::HashMap;
use std::fmt;

mod fields;
pub mod humaneval;
mod lines;
pub mod mtpb;
pub mod python;
pub mod template;
#[cfg(test)]
mod tests;

pub use humaneval::HumanEvalProblem;
pub use mtpb::MtpbProblem;

/// The contents of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Problems<P> {
    /// The problems without a defect, in the file's order.
    pub problems: Vec<P>,
    /// The lines with a defect.
    pub left_out: Vec<LeftOut>,
}

/// A line of a file that is no problem, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The line, from 1.
    pub line: usize,
    /// The defect: a sentence without its full stop.
    pub reason: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Reads every line with `parse`, which is given the line's number and text, and answers with the problem and its id.
fn read<P>(bytes: &[u8], parse: impl Fn(usize, &str) -> Result<(String, P), String>) -> Problems<P> {
    let mut problems = Vec::new();
    let mut ids: HashMap<String, usize> = HashMap::new();
    let left_out = lines::each(bytes, |line, text| {
        let (id, problem) = parse(line, text)?;
        if let Some(first) = ids.get(&id) {
            return Err(format!("its id `{id}` is that of line {first}, too"));
        }
        ids.insert(id, line);
        problems.push(problem);
        Ok(())
    });
    Problems { problems, left_out }
}

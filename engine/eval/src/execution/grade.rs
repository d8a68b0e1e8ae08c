//! Runs one program and judges it.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use codegen_sandbox::{Clock, Job, Outcome, Report, Sandbox};
use serde::Deserialize;
use serde_json::json;

use super::{Allowance, Check, ExecutionError};
use crate::record::{Key, Status, Verdict};

const MTPB: &str =
    concat!(include_str!("harness/common.py"), include_str!("harness/scoring.py"), include_str!("harness/mtpb.py"));
const HUMAN_EVAL: &str = concat!(include_str!("harness/common.py"), include_str!("harness/humaneval.py"));

/// The result of a program.
#[derive(Debug, Clone, PartialEq)]
pub struct Grade {
    /// How it ended.
    pub status: Status,
    /// The answer as Python shows it, or the exception; shortened.
    pub detail: String,
    /// Wall-clock time, including the interpreter's start.
    pub wall: Duration,
}

impl Grade {
    /// The verdict on the sample that the program belongs to.
    #[must_use]
    pub fn of(self, key: Key) -> Verdict {
        Verdict { key, status: self.status, detail: self.detail, seconds: self.wall.as_secs_f64() }
    }
}

/// Runs one program and judges it; blocks. `None` if `cancel` was set meanwhile, which ends the program at once.
///
/// # Errors
/// The sandbox or the harness does not work. Errors of the program are part of its grade.
pub fn grade(
    sandbox: &Sandbox,
    allowance: &Allowance,
    program: &str,
    check: &Check,
    cancel: &AtomicBool,
) -> Result<Option<Grade>, ExecutionError> {
    let nonce = nonce();
    let seconds = allowance.time.as_secs_f64();
    let (harness, task) = match check {
        Check::Output(expected, scoring) => {
            (MTPB, json!({"nonce": nonce, "seconds": seconds, "expected": expected, "scoring": scoring}))
        }
        Check::Test { test, entry_point } => {
            (HUMAN_EVAL, json!({"nonce": nonce, "seconds": seconds, "test": test, "entry_point": entry_point}))
        }
    };
    let files = vec![
        ("task.json".to_owned(), task.to_string().into_bytes()),
        ("program".to_owned(), program.as_bytes().to_vec()),
    ];
    let clock = Some(Clock { mark: format!("{nonce} begins\n"), wall: allowance.time + respite(check) });
    let job = Job { program: harness.to_owned(), files, clock };
    let report = sandbox.clone().with_limits(allowance.limits()).run_job(&job, cancel)?;
    if report.outcome == Outcome::Cancelled {
        return Ok(None);
    }
    let (status, detail) = match marked::<Said>(&report.stdout, &nonce).into_iter().next() {
        Some(said) => (said.status, said.detail),
        None => unsaid(&report)?,
    };
    Ok(Some(Grade { status, detail, wall: report.wall }))
}

/// How long the judge's process may take beside the program's time before it is ended: a second until it kills a
/// program whose time is up, MTPB's five seconds to examine an answer, and some more for a busy machine.
fn respite(check: &Check) -> Duration {
    Duration::from_secs(match check {
        Check::Output(..) => 8,
        Check::Test { .. } => 3,
    })
}

#[derive(Deserialize)]
struct Said {
    status: Status,
    detail: String,
}

/// Returns random letters that a program cannot guess by accident.
pub(super) fn nonce() -> String {
    // The standard library's own source of randomness: its hashers begin with keys that the system has drawn.
    let draw = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", draw(), draw())
}

/// Returns the values in the lines marked with the nonce.
pub(super) fn marked<T: serde::de::DeserializeOwned>(stdout: &str, nonce: &str) -> Vec<T> {
    let lines = stdout.lines().filter_map(|line| line.strip_prefix(nonce));
    lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Returns the verdict on a program for which the harness has reported none.
fn unsaid(report: &Report) -> Result<(Status, String), ExecutionError> {
    Ok(match &report.outcome {
        Outcome::Passed => (Status::Exited, "exit status 0".to_owned()),
        Outcome::Exited(code) => (Status::Exited, format!("exit status {code}")),
        Outcome::Killed(signal) => (Status::Killed, format!("signal {signal}")),
        Outcome::TimedOut | Outcome::OutOfCpu => (Status::TimedOut, String::new()),
        Outcome::OutOfMemory => (Status::OutOfMemory, String::new()),
        Outcome::TooMuchOutput => (Status::Killed, "it wrote too much".to_owned()),
        // The program's own exceptions are not reported here.
        Outcome::Raised(line) => return Err(ExecutionError::Harness(line.clone())),
        Outcome::Cancelled => return Err(ExecutionError::Harness("it was cancelled".to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::{marked, nonce};

    #[test]
    fn no_two_programs_have_the_same_mark() {
        let mut nonces: Vec<String> = (0..1000).map(|_| nonce()).collect();
        nonces.sort();
        nonces.dedup();
        assert_eq!(nonces.len(), 1000);
        assert!(nonces.iter().all(|nonce| nonce.len() == 32));
    }

    #[test]
    fn only_marked_lines_count() {
        assert_eq!(marked::<u32>("1\nab 2\nabc 3\n ab 4\nab five\nab 6", "ab"), [2, 6]);
    }
}

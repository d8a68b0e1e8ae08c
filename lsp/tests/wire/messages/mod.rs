//! Sessions of random messages, valid and not: every request is answered once, documents stay equal to a reference, and
//! nothing panics or gets stuck.
//!
//! `CODEGEN_TEST_MESSAGES` asks for another number of messages, `CODEGEN_TEST_SEED` for other ones. A session that fails
//! names its own seed, with which it is repeated, and the fewest of its steps that still fail.

mod maker;
mod panics;
mod reference;
mod requests;
mod script;
mod session;

use std::time::{Duration, Instant};

use maker::{Maker, Step};
use session::{Setup, run};

use crate::common::PATIENCE;

/// Messages of a session.
const SESSION: u64 = 500;
/// Messages of all sessions, unless the environment says otherwise.
const MESSAGES: u64 = 10_000;
/// The time for finding fewer steps that fail, and for an answer meanwhile.
const SHRINKING: Duration = Duration::from_secs(180);
const SOON: Duration = Duration::from_secs(6);

/// A number from the environment.
fn asked_for(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

#[tokio::test(flavor = "multi_thread")]
async fn random_messages_are_answered_once_and_leave_documents_equal() {
    panics::watch();
    let first = asked_for("CODEGEN_TEST_SEED", 1);
    let sessions = asked_for("CODEGEN_TEST_MESSAGES", MESSAGES).div_ceil(SESSION);
    for seed in first..first + sessions {
        let setup = Setup::new(seed);
        let steps = Maker::new(seed, setup.encoding).steps(SESSION as usize);
        if let Err(problem) = run(setup, &steps, PATIENCE).await {
            let (steps, last) = shrunk(setup, steps).await;
            let shown: Vec<_> = steps.iter().map(Step::shown).collect();
            panic!(
                "{problem}\n\n{} steps are enough for: {last}\n{}\n\n{setup:?}; again: CODEGEN_TEST_SEED={seed} \
                 CODEGEN_TEST_MESSAGES={SESSION}",
                steps.len(),
                shown.join("\n")
            );
        }
    }
}

/// The fewest steps that were found to fail still, by leaving out halves, quarters and so on, and what was wrong then.
async fn shrunk(setup: Setup, mut steps: Vec<Step>) -> (Vec<Step>, String) {
    let start = Instant::now();
    let mut problem = "nothing, the second time".to_owned();
    let mut size = steps.len().div_ceil(2);
    loop {
        let mut at = 0;
        let mut smaller = false;
        while at < steps.len() && start.elapsed() < SHRINKING {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + size).min(steps.len()));
            match run(setup, &fewer, SOON).await {
                Err(found) => (steps, problem, smaller) = (fewer, found, true),
                Ok(()) => at += size,
            }
        }
        if start.elapsed() >= SHRINKING || size == 1 && !smaller {
            return (steps, problem);
        }
        size = size.div_ceil(2);
    }
}

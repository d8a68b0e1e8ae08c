//! The problems of the repository, and the programs that solve them.

use codegen_eval::arms::{Arm, mtpb_tasks};
use codegen_eval::dialogue::{Check, Task};
use codegen_eval::problems::mtpb;
use codegen_eval::record::{Benchmark, Status};
use codegen_eval::scoring::Scoring;
use serde_json::Value;

use super::support::{ample, grade};

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/../../fixtures/eval/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).expect("the fixture is there")
}

/// The tasks of the paper's arm by these rules, and a solution of each: a piece of code for every turn.
fn solved(scoring: Scoring) -> Vec<(Task, Vec<String>)> {
    let problems = mtpb::read(&fixture("mtpb.jsonl")).problems;
    let solutions = String::from_utf8(fixture("solutions.jsonl")).unwrap();
    let texts = solutions.lines().map(|line| {
        let solution: Value = serde_json::from_str(line).unwrap();
        serde_json::from_value(solution["texts"].clone()).unwrap()
    });
    let tasks = mtpb_tasks(&problems, &[Arm::Multi], 0.2, 256, scoring);
    let solved: Vec<_> = tasks.into_iter().zip(texts).collect();
    assert_eq!(solved.len(), 36);
    solved
}

#[test]
fn every_problem_has_a_solution_that_passes_and_needs_its_last_turn() {
    for (task, texts) in solved(Scoring::Reference).into_iter().chain(solved(Scoring::Corrected)) {
        let verdict = |texts: &[String]| {
            let judged = grade(&task.dialogue.program(texts), &task.check, &ample(Benchmark::Mtpb));
            (judged.status, judged.detail)
        };
        let place = format!("problem {}, input {}", task.problem, task.input);
        let (status, detail) = verdict(&texts);
        assert_eq!(status, Status::Passed, "{place}: {detail}");
        // For the reference, an assignment that comes before the last turn may be an answer already.
        if task.input == 0 && matches!(task.check, Check::Output(_, Scoring::Corrected)) {
            let (status, _) = verdict(&texts[..texts.len() - 1]);
            assert_ne!(status, Status::Passed, "{place} without its last turn");
        }
    }
}

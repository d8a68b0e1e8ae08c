//! The problems of `fixtures/eval`: they can be read, and their solutions are right.

use std::path::Path;

use serde::Deserialize;

use super::super::{HumanEvalProblem, MtpbProblem, humaneval, mtpb};
use super::python::python;
use crate::arms::{Arm, humaneval_tasks, mtpb_tasks};
use crate::dialogue::Check;
use crate::scoring::Scoring;

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/eval").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn mtpb_problems() -> Vec<MtpbProblem> {
    let read = mtpb::read(file("mtpb.jsonl").as_bytes());
    assert_eq!(read.left_out, []);
    read.problems
}

fn humaneval_problems() -> Vec<HumanEvalProblem> {
    let read = humaneval::read(file("humaneval.jsonl").as_bytes());
    assert_eq!(read.left_out, []);
    read.problems
}

#[derive(Deserialize)]
struct Solution {
    id: String,
    input: usize,
    texts: Vec<String>,
}

#[test]
fn prompts_are_filled_in_as_python_does() {
    let program = "import json, sys\nproblems = [json.loads(line) for line in sys.stdin]\n\
                   json.dump([[[prompt.format(**fields) for prompt in problem['prompts']] for fields in problem['inputs']]\n\
                   for problem in problems], sys.stdout)";
    let expected = python(program, &file("mtpb.jsonl"));
    let problems = mtpb_problems();
    assert_eq!((problems.len(), expected.len()), (12, 12));
    for (problem, expected) in problems.iter().zip(expected) {
        let prompts: Vec<_> = problem.cases.iter().map(|case| case.prompts.clone()).collect();
        assert_eq!(serde_json::json!(prompts), expected, "{}", problem.name);
    }
}

/// A model that answers with these texts is asked for all of them, and none is truncated.
#[test]
fn every_input_has_a_solution() {
    let solutions = file("solutions.jsonl");
    let solutions: Vec<Solution> = solutions.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let tasks = mtpb_tasks(&mtpb_problems(), &[Arm::Multi], 0.2, 256, Scoring::Reference);
    assert_eq!(tasks.len(), solutions.len());
    for (task, solution) in tasks.iter().zip(&solutions) {
        assert_eq!((&task.problem, task.input), (&solution.id, solution.input));
        assert_eq!(task.dialogue.turns(), solution.texts.len());
        for (turn, text) in solution.texts.iter().enumerate() {
            assert_eq!(task.dialogue.stop_sequences().truncate(text), text, "{} turn {turn}", task.problem);
        }
    }
}

#[test]
fn canonical_solutions_pass_and_nothing_does_not() {
    let problems = humaneval_problems();
    let tasks = humaneval_tasks(&problems, &[0.2], 256);
    let mut programs = Vec::new();
    for (problem, task) in problems.iter().zip(&tasks) {
        let solution = problem.canonical_solution.clone().unwrap();
        assert_eq!(task.dialogue.stop_sequences().truncate(&solution), solution);
        let Check::Test { test, entry_point } = &task.check else { panic!("{}", problem.id) };
        for text in [solution, "    return None\n".to_owned()] {
            let program = task.dialogue.program(&[text]);
            programs.push(format!("{program}\n{test}\ncheck({entry_point})\n"));
        }
    }
    let program = "import json, sys\ndef passes(program):\n    try:\n        exec(program, {})\n        return True\n    \
                   except Exception:\n        return False\n\
                   json.dump([passes(program) for program in json.load(sys.stdin)], sys.stdout)";
    let passed = python(program, &serde_json::to_string(&programs).unwrap());
    let expected: Vec<_> = (0..24).map(|index| serde_json::json!(index % 2 == 0)).collect();
    assert_eq!(passed, expected);
}

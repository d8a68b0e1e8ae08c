use std::fmt::Write as _;

use serde_json::json;

use super::*;
use crate::problems::{humaneval, mtpb};

fn problems() -> Vec<MtpbProblem> {
    let line = json!({
        "id": 3, "name": "n", "description": "d", "category": "c", "max_gen_length": 40,
        "prompts": ["Let x be {x}. ", "Say\n# > x\n\nand\ry.", "Print x."],
        "inputs": [{"x": 1}, {"x": [2, "b"]}], "outputs": [1, [2, "b"]],
    });
    let read = mtpb::read(format!("\n{line}").as_bytes());
    assert_eq!(read.left_out, []);
    read.problems
}

/// All that is asked in an arm and what becomes of it, with `^` where the prompt begins.
fn transcript(arm: Arm) -> String {
    let tasks = mtpb_tasks(&problems(), &[arm], 0.2, 256, Scoring::Reference);
    let dialogue = &tasks[1].dialogue;
    let mut texts = Vec::new();
    let mut transcript = String::new();
    while texts.len() < dialogue.turns() {
        let mut shown = dialogue.shown(&texts);
        shown.text.insert(shown.prompt_start, '^');
        writeln!(transcript, "== shown ({} tokens at most)\n{}", shown.max_tokens, shown.text).unwrap();
        // A text as it is truncated: it may begin and end with blank lines, or be empty.
        texts.push(["\nx = [2, 'b']\n", "", "print(x)"][texts.len()].to_owned());
    }
    write!(transcript, "== program\n{}", dialogue.program(&texts)).unwrap();
    transcript
}

#[test]
fn what_is_shown_in_every_arm() {
    for arm in Arm::ALL {
        insta::assert_snapshot!(arm.name(), transcript(arm));
    }
}

#[test]
fn the_multi_turn_history_is_that_of_the_reference() {
    let tasks = mtpb_tasks(&problems(), &[Arm::Multi], 0.2, 256, Scoring::Reference);
    let shown = tasks[0].dialogue.shown(&["x = 1".to_owned()]);
    let expected =
        "# Import libraries.\n\nimport numpy as np\n\n# Let x be 1. \nx = 1\n\n# Say\n# > x\n#\n# and\n# y.\n";
    assert_eq!(shown.text, expected);
    assert_eq!(&shown.text[shown.prompt_start..], "# Say\n# > x\n#\n# and\n# y.\n");
}

#[test]
fn tasks_are_every_input_in_every_arm() {
    let mut problems = problems();
    let tasks = mtpb_tasks(&problems, &[Arm::Multi, Arm::SingleMatched], 0.5, 256, Scoring::Reference);
    let names: Vec<_> = tasks.iter().map(|task| (task.input, task.condition.as_str(), task.dialogue.turns())).collect();
    assert_eq!(names, [(0, "multi", 3), (0, "single-matched", 1), (1, "multi", 3), (1, "single-matched", 1)]);
    for task in &tasks {
        assert_eq!((task.problem.as_str(), task.line, task.temperature), ("3", 2, 0.5));
        assert_eq!(
            task.check,
            Check::Output(if task.input == 0 { json!(1) } else { json!([2, "b"]) }, Scoring::Reference)
        );
        assert_eq!(task.dialogue.stop_sequences(), StopSequences::Turn);
    }
    let limits = |problems: &[MtpbProblem]| {
        Arm::ALL.map(|arm| mtpb_tasks(problems, &[arm], 0.2, 256, Scoring::Reference)[0].dialogue.shown(&[]).max_tokens)
    };
    assert_eq!(limits(&problems), [40, 40, 40, 40, 120]);
    problems[0].max_gen_length = None;
    assert_eq!(limits(&problems), [256, 256, 256, 256, 768]);
}

/// A record of more texts than turns, which no run writes, is no reason to panic.
#[test]
fn any_number_of_texts_will_do() {
    for arm in Arm::ALL {
        let task = &mtpb_tasks(&problems(), &[arm], 0.2, 256, Scoring::Reference)[0];
        for texts in 0..6 {
            let texts = vec!["x".to_owned(); texts];
            let shown = task.dialogue.shown(&texts);
            assert!(shown.text.is_char_boundary(shown.prompt_start));
            assert!(task.dialogue.program(&texts).starts_with(PREAMBLE));
        }
    }
}

#[test]
fn arms_have_names() {
    for arm in Arm::ALL {
        assert_eq!(arm.to_string().parse(), Ok(arm));
    }
    let error = "`Multi` is no arm; there are multi, single, single-joined, multi-no-feedback, single-matched";
    assert_eq!("Multi".parse::<Arm>(), Err(error.to_owned()));
}

#[test]
fn humaneval_is_one_turn_without_history() {
    let line = json!({"task_id": "a/1", "prompt": "def f():\n", "entry_point": "f", "test": "def check(c): c()"});
    let problems = humaneval::read(line.to_string().as_bytes()).problems;
    let tasks = humaneval_tasks(&problems, &[0.2, 0.0, 1.0], 300);
    let conditions: Vec<_> = tasks.iter().map(|task| (task.condition.as_str(), task.temperature)).collect();
    assert_eq!(conditions, [("0.2", 0.2), ("0", 0.0), ("1", 1.0)]);
    let dialogue = &tasks[0].dialogue;
    let shown = Shown { text: "def f():\n".to_owned(), prompt_start: 0, max_tokens: 300 };
    assert_eq!(
        (dialogue.turns(), dialogue.shown(&[]), dialogue.stop_sequences()),
        (1, shown, StopSequences::HumanEval)
    );
    assert_eq!(dialogue.program(&["    return 1".to_owned()]), "def f():\n    return 1");
    let check = Check::Test { test: "def check(c): c()".to_owned(), entry_point: "f".to_owned() };
    assert_eq!((&tasks[0].check, tasks[0].input), (&check, 0));
}

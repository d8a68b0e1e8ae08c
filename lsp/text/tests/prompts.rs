//! Which comments offer themselves, measured on real comments and written prompts; see `fixtures/prompts/README.md`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use codegen_text::document::Document;
use codegen_text::turns::{self, TurnOptions};
use serde_json::Value;

const REAL: &str = include_str!("../../../fixtures/prompts/real.jsonl");
const WRITTEN: &str = include_str!("../../../fixtures/prompts/written.jsonl");

/// A comment in an excerpt of a file.
struct Case {
    name: String,
    held_out: bool,
    /// Whether it asks for code that is to be written there.
    prompt: bool,
    text: String,
    /// The byte offset of the comment's first line.
    at: usize,
}

fn cases(kind: &str, lines: &str) -> Vec<Case> {
    let part = |record: &Value, part: &str| -> String {
        let lines = record[part].as_array().map(Vec::as_slice).unwrap_or_default();
        lines.iter().map(|line| format!("{}\n", line.as_str().unwrap())).collect()
    };
    let case = |line: &str| {
        let record: Value = serde_json::from_str(line).unwrap();
        let before = part(&record, "within") + &part(&record, "above");
        Case {
            name: format!("{kind} {}: {}", record["id"], part(&record, "comment").trim()),
            held_out: record["held_out"].as_bool().unwrap(),
            prompt: record["prompt"].as_bool().unwrap(),
            at: before.len(),
            text: before + &part(&record, "comment") + &part(&record, "below"),
        }
    };
    lines.lines().map(case).collect()
}

fn offers(case: &Case, ending: &str) -> bool {
    let text = case.text.replace('\n', ending);
    let at = case.text[..case.at].replace('\n', ending).len();
    let (document, options) = (Document::new(&text, 1), TurnOptions::default());
    let all = turns::turns(&document, &options);
    all.iter().any(|turn| turn.prompt_range.start == at && turns::offers(&document, turn, &options))
}

#[derive(Default)]
struct Tally {
    right: usize,
    wrong: Vec<String>,
    missed: Vec<String>,
}

impl Tally {
    fn of(cases: &[&Case]) -> Self {
        let mut tally = Self::default();
        for case in cases {
            match (offers(case, "\n"), case.prompt) {
                (true, true) => tally.right += 1,
                (true, false) => tally.wrong.push(case.name.clone()),
                (false, true) => tally.missed.push(case.name.clone()),
                (false, false) => {}
            }
        }
        tally
    }

    #[allow(clippy::cast_precision_loss)]
    fn precision(&self) -> f64 {
        self.right as f64 / (self.right + self.wrong.len()).max(1) as f64
    }

    #[allow(clippy::cast_precision_loss)]
    fn recall(&self) -> f64 {
        self.right as f64 / (self.right + self.missed.len()).max(1) as f64
    }
}

#[test]
fn comments_that_ask_are_told_from_others() {
    let all: Vec<Case> = cases("real", REAL).into_iter().chain(cases("written", WRITTEN)).collect();
    assert_eq!((all.len(), all.iter().filter(|case| case.prompt).count()), (600, 200));
    for held_out in [false, true] {
        let half: Vec<&Case> = all.iter().filter(|case| case.held_out == held_out).collect();
        assert_eq!(half.len(), 300);
        let tally = Tally::of(&half);
        let (precision, recall) = (tally.precision(), tally.recall());
        let name = if held_out { "held out" } else { "looked at" };
        println!("{name}: precision {precision:.3}, recall {recall:.3}");
        if !held_out {
            println!("offered: {:#?}\nnot offered: {:#?}", tally.wrong, tally.missed);
        }
        assert!(precision >= 0.95 && recall >= 0.90, "{name}: precision {precision:.3}, recall {recall:.3}");
    }
}

#[test]
fn line_ends_decide_nothing() {
    for case in cases("real", REAL).iter().chain(&cases("written", WRITTEN)) {
        assert_eq!(offers(case, "\r\n"), offers(case, "\n"), "{}", case.name);
    }
}

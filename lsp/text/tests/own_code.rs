//! No line of the user's own is lost, and what was Python stays Python: over the files of Python's standard library, whole and
//! damaged, for every turn that they have. (`wire/own_code.rs` asks the server the same.)
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod library;

use std::io::Write;
use std::process::{Command, Stdio};

use codegen_text::document::Document;
use codegen_text::turns::{self, Insertion, PromptKind, Refusal, Turn, TurnOptions};
use proptest::prelude::*;

use library::{broken, is_kept, library};

/// Program texts as models write them.
const PROGRAMS: [&str; 3] =
    ["value = 1", "for item in value:\n    print(item)\n\nprint(value)", "def f(x):\n\treturn x\n\n\n"];

/// The document with `program` written for the turn; `None` if that is refused.
fn written(document: &Document, turn: &Turn, program: &str) -> Option<String> {
    let turn = turns::resolved(document, turn.clone(), false).ok()?;
    let edit = turns::program_edit(document, &turn, program);
    let mut edited = document.clone();
    edited.edit(edit.range, &edit.text);
    Some(edited.text())
}

/// What may go: the placeholder that a function has for a body.
fn placeholder(document: &Document, turn: &Turn) -> Option<std::ops::Range<usize>> {
    match turns::insertion(document, turn) {
        Insertion::ReplacePlaceholder { range } => Some(range),
        _ => None,
    }
}

/// The text without the placeholder that a turn has.
fn own(document: &Document, turn: &Turn) -> String {
    let mut own = document.clone();
    if let Some(range) = placeholder(document, turn) {
        assert!(["pass", "..."].contains(&document.slice(range.clone()).trim()), "{:?}", document.slice(range));
        own.edit(range, "");
    }
    own.text()
}

fn check(text: &str, marker: Option<&str>) {
    let options = TurnOptions { marker: marker.map(str::to_owned) };
    let document = Document::new(text, 1);
    for turn in turns::turns(&document, &options).iter().take(8) {
        for program in PROGRAMS {
            if let Some(after) = written(&document, turn, program) {
                is_kept(&own(&document, turn), &after).unwrap_or_else(|lost| {
                    panic!("{lost:?} is lost for {:?} in {text:?}: {after:?}", turn.prompt);
                });
            }
        }
        // What would be replaced belongs to the prompt: it starts right below it, and what follows the prompt's block stays.
        if let Ok(range) = turns::replacement(&document, turn) {
            assert!(
                range.start >= turn.prompt_range.end && range.end <= turn.program_range.end.max(turn.prompt_range.end)
            );
            let between = document.slice(turn.prompt_range.end..range.start);
            assert!(between.is_empty() || turn.kind == PromptKind::Docstring, "{between:?} in {text:?}");
        }
    }
}

#[test]
fn of_whole_files() {
    for (_, text) in library() {
        check(text, None);
        check(text, Some("#"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_damaged_files(text in broken(), marker in prop::sample::select(vec![None, Some("#"), Some("# ")])) {
        check(&text, marker);
    }
}

/// Which of the texts Python can compile.
fn compiles(texts: &[String]) -> Vec<bool> {
    let program = "import json, sys, warnings\nwarnings.simplefilter('ignore')\n\
                   def good(text):\n    try:\n        compile(text, 'a.py', 'exec', dont_inherit=True)\n        return True\n    \
                   except (SyntaxError, ValueError):\n        return False\n\
                   json.dump([good(text) for text in json.load(sys.stdin)], sys.stdout)";
    let mut child = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    let mut input = child.stdin.take().unwrap();
    let json = serde_json::to_vec(texts).unwrap();
    let writer = std::thread::spawn(move || input.write_all(&json).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A prompt put before a line of a file, at the column of that line or of another.
fn prompted(text: &str, line: usize, column: usize, blank: bool) -> (String, usize) {
    let mut lines: Vec<&str> = text.lines().collect();
    let at = line % lines.len();
    let prompt = format!("\n{}# put the next thing here", " ".repeat(column));
    let offset = lines[..at].iter().map(|line| line.len() + 1).sum::<usize>() + 2 + column;
    lines.insert(at, &prompt);
    if blank {
        lines.insert(at + 1, "");
    }
    (lines.join("\n") + "\n", offset)
}

/// A statement is written at a great many places of files that are Python; wherever that is not refused they still are.
#[test]
fn what_is_python_stays_python() {
    let options = TurnOptions::default();
    let mut texts = Vec::new();
    let (mut refused, mut own_code) = (0, 0);
    for (number, (_, text)) in library()
        .iter()
        .filter(|(_, text)| (1..20_000).contains(&text.trim().len()) && !text.contains('\u{c}'))
        .enumerate()
    {
        let lines: Vec<&str> = text.lines().collect();
        for index in 0..12 {
            // Scattered, but the same in every run.
            let line = (number * 7919 + index * 104_729) % lines.len().max(1);
            let own = lines.get(line).map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
            let column = [own, own, 0, own + 4, own.saturating_sub(4), 4][index % 6];
            let (text, offset) = prompted(text, line, column, index % 3 > 0);
            let document = Document::new(&text, 1);
            let Some(turn) = turns::turn_at(&document, offset, &options) else { continue };
            match turns::resolved(&document, turn, false) {
                Ok(turn) => {
                    let edit = turns::program_edit(&document, &turn, "value = 1");
                    let mut edited = document.clone();
                    edited.edit(edit.range, &edit.text);
                    texts.push((text, edited.text()));
                }
                Err(Refusal::NoStatement(_)) => refused += 1,
                Err(Refusal::OwnCode { .. }) => own_code += 1,
            }
        }
    }
    let (before, after): (Vec<String>, Vec<String>) = texts.into_iter().unzip();
    let was = compiles(&before);
    let is = compiles(&after);
    let bad: Vec<&String> =
        after.iter().zip(was.iter().zip(&is)).filter(|(_, (was, is))| **was && !**is).map(|(text, _)| text).collect();
    let good = was.iter().filter(|good| **good).count();
    assert!(good > 200 && refused > 20 && own_code > 50, "{good} put in, {refused} refused, {own_code} kept");
    let around = |text: &str| {
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.contains("# put the next thing here")).unwrap();
        lines[at.saturating_sub(6)..lines.len().min(at + 6)].join("\n")
    };
    assert!(bad.is_empty(), "{} of {good}, for one:\n{}", bad.len(), around(bad[0]));
}

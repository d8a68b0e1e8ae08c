//! The command line, as the program itself with the built-in model.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// On a busy machine several threads spend most of their time waiting for each other.
const THREADS: [&str; 2] = ["--threads", "1"];

const TURNS: &str =
    "# Assign the list [3, 8, 1, 12, 7] to a variable named numbers.\n\n# Sort numbers in descending order.\n\nx = 1\n";

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codegen-lsp"));
    command
        .args(arguments)
        .env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .env_remove("RUST_LOG")
        .stdin(Stdio::null());
    command
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn run(arguments: &[&str]) -> (String, String) {
    let output = program(arguments).args(THREADS).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", err(&output));
    (out(&output), err(&output))
}

fn file(folder: &Path, name: &str, text: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn complete_prints_the_suggestion_and_what_it_cost() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "odd:name.py", b"x = 1\nfor i in range\n");
    let (text, cost) = run(&["complete", &format!("{path}:2:15")]);
    assert_eq!(text.lines().count(), 1, "{text:?}");
    assert!(cost.contains("tokens/s"), "{cost}");
    let (json, _) = run(&["complete", &format!("{path}:2:15"), "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(format!("{}\n", json["text"].as_str().unwrap()), text, "greedy, so the same again");
    assert_eq!((&json["kind"], &json["range"]), (&"line".into(), &serde_json::json!([20, 20])));
    assert!(json["stats"]["generatedTokens"].as_u64().unwrap() > 0);
}

#[test]
fn what_the_user_got_wrong_is_said_in_a_sentence_with_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", b"x = 1\n");
    let binary = file(folder.path(), "b.py", b"x = \xff\n");
    let nowhere = folder.path().join("none.py").to_str().unwrap().to_owned();
    let directory = folder.path().to_str().unwrap().to_owned();
    let place = |path: &str, place: &str| format!("{path}:{place}");
    for (arguments, problem) in [
        (vec!["complete".to_owned(), place(&nowhere, "1:1")], "cannot read"),
        (vec!["complete".to_owned(), place(&directory, "1:1")], "cannot read"),
        (vec!["complete".to_owned(), place(&binary, "1:1")], "is not UTF-8 text (byte 4 "),
        (vec!["complete".to_owned(), place(&path, "9:1")], "there is no line 9, as there are 2"),
        (vec!["complete".to_owned(), place(&path, "1:99")], "line 1 has no column 99, as its last is 6"),
        (vec!["complete".to_owned(), path.clone()], "is not FILE:LINE:COLUMN"),
        (vec!["complete".to_owned(), place(&path, "1:1"), "--model".to_owned(), "no-such".to_owned()], "no-such"),
        (vec!["complete".to_owned(), place(&path, "1:1"), "--model".to_owned(), path.clone()], "a.py"),
        (vec!["complete".to_owned(), place(&path, "1:1"), "--threads".to_owned(), "0".to_owned()], "--threads"),
        (
            vec!["complete".to_owned(), place(&path, "1:1"), "--gpu-layers".to_owned(), "x".to_owned()],
            "expected auto, all",
        ),
        (vec!["synthesize".to_owned(), nowhere.clone()], "cannot read"),
        (vec!["synthesize".to_owned(), binary.clone(), "--in-place".to_owned()], "is not UTF-8"),
        (vec!["dance".to_owned()], "dance"),
        (vec!["--log".to_owned(), place(&directory, "/no/such/log"), "doctor".to_owned()], "cannot write the log"),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = program(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", err(&output));
        assert!(err(&output).contains(problem), "{arguments:?} says {:?}, not {problem:?}", err(&output));
        assert_eq!(out(&output), "", "{arguments:?}");
    }
}

/// The places that the demo and the README show, one of every kind, with the built-in model.
#[test]
fn every_kind_of_completion_has_an_answer() {
    for (place, kind) in [("line.py:3:17", "line"), ("block.py:6:9", "block"), ("prompt.py:5:1", "turn")] {
        let place = format!("{}/../fixtures/demo/{place}", env!("CARGO_MANIFEST_DIR"));
        let (json, _) = run(&["complete", &place, "--json"]);
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["kind"], kind, "{place}");
        assert!(json["text"].as_str().is_some_and(|text| !text.trim().is_empty()), "{place}: {json}");
    }
}

#[test]
fn synthesize_fills_every_empty_turn_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", TURNS.as_bytes());
    let (stream, cost) = run(&["synthesize", &path]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TURNS, "only --in-place writes");
    let prompts: Vec<&str> = stream.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(
        prompts,
        ["# Assign the list [3, 8, 1, 12, 7] to a variable named numbers."],
        "the other turn has program text: {stream}"
    );
    assert!(cost.contains("# turn 1: ") && cost.contains("tokens/s"), "{cost}");

    let two = TURNS.replace("\n\nx = 1\n", "\n");
    let path = file(folder.path(), "b.py", two.as_bytes());
    let (stream, cost) = run(&["synthesize", &path, "--in-place"]);
    assert!(cost.contains("# turn 2: "), "{cost}");
    let text = std::fs::read_to_string(&path).unwrap();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&text), words(&stream), "what was streamed is what was written");
    let (first, second) = text.split_once("# Sort numbers in descending order.\n").unwrap();
    assert!(
        !first
            .trim_start_matches("# Assign the list [3, 8, 1, 12, 7] to a variable named numbers.\n")
            .trim()
            .is_empty(),
        "{text}"
    );
    assert!(!second.trim().is_empty(), "{text}");
    let (_, nothing) = run(&["synthesize", &path]);
    assert!(nothing.contains("no comment prompt without program text"), "{nothing}");
}

#[cfg(unix)]
#[test]
fn in_place_keeps_permissions_and_links_and_diff_is_a_diff() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", TURNS.as_bytes());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.py");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let (diff, _) = run(&["synthesize", link.to_str().unwrap(), "--diff", "--in-place"]);
    assert!(link.is_symlink());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside");
    let text = std::fs::read_to_string(&path).unwrap();
    assert_ne!(text, TURNS);
    let mut lines = diff.lines();
    assert!(lines.next().unwrap().starts_with("--- a/") && lines.next().unwrap().starts_with("+++ b/"), "{diff}");
    assert!(lines.next().unwrap().starts_with("@@ "), "{diff}");
    let added: Vec<&str> = lines.filter_map(|line| line.strip_prefix('+')).collect();
    assert!(!added.is_empty() && added.iter().all(|line| text.lines().any(|other| other == *line)), "{diff}");
}

#[cfg(unix)]
#[test]
fn in_place_does_its_work_where_nobody_reads_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", format!("\u{feff}{TURNS}").as_bytes());
    let unread = || {
        let (_, write) = std::io::pipe().unwrap();
        Stdio::from(write)
    };
    let status = program(&["synthesize", &path, "--in-place"]).args(THREADS).stdout(unread()).stderr(unread()).status();
    assert_eq!(status.unwrap().code(), Some(0));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with('\u{feff}') && text.len() > TURNS.len() + 3, "{text:?}");
}

#[cfg(unix)]
#[test]
fn in_place_refuses_a_read_only_file_before_any_work() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", TURNS.as_bytes());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let output = program(&["synthesize", &path, "--in-place"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("a.py: it is read-only"), "{}", err(&output));
    assert_eq!(out(&output), "");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TURNS);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let many: String = (0..50).map(|index| format!("# define a class number {index} with many methods\n\n")).collect();
    let path = file(folder.path(), "a.py", many.as_bytes());
    let mut child =
        program(&["synthesize", &path, "--in-place"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // Once it streams, it is at work.
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    assert!(line.starts_with("# define"), "{line}");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert!(!child.wait().unwrap().success());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), many);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside");
}

#[test]
fn doctor_says_what_runs_where_and_how_fast() {
    let (report, _) = run(&["doctor"]);
    for line in ["codegen-lsp ", "build ", "llama.cpp ", "model ", "context ", "layers ", "threads ", "speed "] {
        assert!(report.lines().any(|have| have.starts_with(line)), "no {line:?} in {report}");
    }
    let speed = report.lines().last().unwrap();
    assert_eq!(speed.matches("tokens/s").count(), 2, "{speed}");
}

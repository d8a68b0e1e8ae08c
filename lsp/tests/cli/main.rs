//! The command line: runs the program itself with the built-in model.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

mod config;
#[cfg(unix)]
mod escapes;
mod eval;
#[cfg(target_os = "linux")]
mod isolation;
mod model;
mod prompts;
mod pull;
mod settings;
mod snapshots;
mod stats;
mod suggest;
mod synthesize;
mod turns;
mod typing;

#[path = "../../../engine/tests/adapters/mod.rs"]
mod adapters;
#[path = "../../../engine/tests/released/mod.rs"]
mod released;
#[path = "../../../engine/tests/support/mod.rs"]
#[allow(dead_code, reason = "other test binaries have it, too")]
mod support;

/// One thread: on a busy machine several spend most of their time waiting for each other.
const THREADS: [&str; 2] = ["--threads", "1"];

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codegen-lsp"));
    command
        .args(arguments)
        .env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .env("CODEGEN_LSP_MODELS", concat!(env!("CARGO_TARGET_TMPDIR"), "/none/models"))
        .env("CODEGEN_LSP_NAMES", concat!(env!("CARGO_TARGET_TMPDIR"), "/none/names.json"))
        .env("CODEGEN_LSP_CONFIG", concat!(env!("CARGO_TARGET_TMPDIR"), "/none/config.json"))
        .env("CODEGEN_LSP_STATISTICS", "off")
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
    let (text, said) = run(&["complete", &format!("{path}:2:15")]);
    assert_eq!((text.lines().count(), said.as_str()), (1, ""), "{text:?}");
    let (again, cost) = run(&["complete", &format!("{path}:2:15"), "-v"]);
    assert_eq!(again, text);
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
        (vec!["complete".to_owned(), place(&directory, "1:1")], "is a folder; name the Python files in it"),
        (vec!["complete".to_owned(), place(&binary, "1:1")], "is not valid UTF-8 at line 1, byte 5"),
        (vec!["complete".to_owned(), place(&path, "9:1")], "there is no line 9; the last is 2"),
        (vec!["complete".to_owned(), place(&path, "1:99")], "line 1 has no column 99; its last is 6"),
        (vec!["complete".to_owned(), path.clone()], "expected FILE:LINE:COLUMN"),
        (vec!["complete".to_owned(), place(&path, "1:1"), "--model".to_owned(), "no-such".to_owned()], "no-such"),
        (vec!["complete".to_owned(), place(&path, "1:1"), "--model".to_owned(), path.clone()], "a.py"),
        (vec!["complete".to_owned(), place(&path, "1:1"), "--threads".to_owned(), "0".to_owned()], "--threads"),
        (
            vec!["complete".to_owned(), place(&path, "1:1"), "--gpu-layers".to_owned(), "x".to_owned()],
            "expected auto, all",
        ),
        (vec!["synthesize".to_owned(), nowhere.clone()], "cannot read"),
        (vec!["synthesize".to_owned(), binary.clone(), "--in-place".to_owned()], "is not valid UTF-8"),
        (vec!["dance".to_owned()], "dance"),
        (vec!["--log".to_owned(), place(&directory, "/no/such/log")], "cannot write the log"),
        (
            vec!["--log".to_owned(), place(&directory, "/no/such/log"), "doctor".to_owned()],
            "--stdio and --log are for the server",
        ),
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
    let places =
        [("line.py:3:17", "line"), ("block.py:6:9", "block"), ("docstring.py:3:5", "block"), ("prompt.py:5:1", "turn")];
    for (place, kind) in places {
        let place = format!("{}/../fixtures/demo/{place}", env!("CARGO_MANIFEST_DIR"));
        let (json, _) = run(&["complete", &place, "--json"]);
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["kind"], kind, "{place}");
        assert!(json["text"].as_str().is_some_and(|text| !text.trim().is_empty()), "{place}: {json}");
    }
}

#[test]
fn doctor_says_what_runs_where_and_how_fast() {
    let (report, _) = run(&["doctor"]);
    for line in [
        "codegen-lsp ",
        "build ",
        "user file ",
        "project file ",
        "llama.cpp ",
        "isolation ",
        "models ",
        "model ",
        "context ",
        "layers ",
        "threads ",
        "speed ",
    ] {
        assert!(report.lines().any(|have| have.starts_with(line)), "no {line:?} in {report}");
    }
    let speed = report.lines().find(|line| line.starts_with("speed ")).unwrap();
    assert_eq!(speed.matches("tokens/s").count(), 2, "{speed}");
}

//! `codegen-lsp synthesize` where a turn goes wrong, on several files, on standard input, and in continuous integration.

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::{THREADS, err, file, out, program, run};

fn synthesize(arguments: &[&str]) -> Output {
    program(&[&["synthesize"], arguments, &THREADS].concat()).output().unwrap()
}

/// Flags with which the model's answer to the only prompt of `text` is as `wanted` says, found by trying seeds at a temperature at
/// which much goes wrong.
fn flags(path: &str, more: &[&str], wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    for seed in 1..=120 {
        let seed = seed.to_string();
        let flags = [&["--temperature", "2", "--top-p", "1", "--max-tokens", "24", "--seed", &seed], more].concat();
        let output = synthesize(&[&[path, "--json", "--turn", "1"], &flags[..]].concat());
        let turn: Value = serde_json::from_str(out(&output).lines().next().unwrap_or("null")).unwrap();
        if turn["text"] != "" && wanted(&turn["candidates"][0]["score"]) {
            return flags.into_iter().map(str::to_owned).collect();
        }
    }
    panic!("no seed gives such an answer");
}

#[test]
fn a_turn_that_does_not_parse_is_not_written_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# Sort the words of the text by their length and print them.\n";
    let path = file(folder.path(), "a.py", text.as_bytes());
    let flags = flags(&path, &[], |score| score["parses"] == false);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let output = synthesize(&[&[path.as_str(), "--in-place", "--turn", "1"], &flags[..]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let said = err(&output);
    let why = format!("error: {path}: the code of turn 1 does not parse and is not written (--force writes it)\n");
    assert!(said.contains(&why), "{said}");
    assert!(said.ends_with(&format!("{path}: 0 of 1 turn written\n")), "{said}");
    let quiet = synthesize(&[&[path.as_str(), "--in-place", "--turn", "1", "-q"], &flags[..]].concat());
    assert_eq!((quiet.status.code(), err(&quiet)), (Some(1), why.clone()));
    let forced = synthesize(&[&[path.as_str(), "--in-place", "--turn", "1", "--force"], &flags[..]].concat());
    assert_eq!(forced.status.code(), Some(1));
    assert!(
        err(&forced).contains(&format!("warning: {path}: the code of turn 1 does not parse\n")),
        "{}",
        err(&forced)
    );
    assert!(err(&forced).ends_with(&format!("{path}: 1 turn written\n")), "{}", err(&forced));
    assert_ne!(std::fs::read_to_string(&path).unwrap(), text);
    let checked = synthesize(&[&path, "--check"]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(out(&checked).contains(": does not parse: "), "{}", out(&checked));
}

#[test]
fn after_a_turn_that_raises_no_more_are_written_unless_it_is_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = "# Print the value of the variable named missing_one.\n";
    let two = format!("{first}\n# Assign the list [3, 8, 1] to a variable named numbers.\n");
    let path = file(folder.path(), "two.py", two.as_bytes());
    let output = synthesize(&[&path, "--json", "--verify"]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let said = err(&output);
    assert_eq!(out(&output).lines().count(), 1, "the second turn is not generated: {said}");
    let why = "turn 1 raises NameError: name 'missing_one' is not defined; its code is not written (--force writes it)";
    assert!(said.contains(&format!("error: {path}: {why}\n")), "{said}");
    let rest = format!("note: {path}: 1 turn after turn 1 was not written; --keep-going writes it, too\n");
    assert!(said.contains(&rest), "{said}");
    let output = synthesize(&[&path, "--in-place", "--verify"]);
    assert!(err(&output).ends_with(&format!("{path}: 0 of 2 turns written\n")), "{}", err(&output));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), two);
    let on = synthesize(&[&path, "--json", "--verify", "--keep-going"]);
    assert_eq!(on.status.code(), Some(1));
    let turns: Vec<Value> = out(&on).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(turns.len(), 2, "{}", err(&on));
    assert_eq!(turns[0]["written"], false);
    assert_eq!(turns[1]["written"], true, "no other turn is to blame: {}", err(&on));
}

#[test]
fn names_that_nothing_defines_are_remarked() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", b"# Print the value of the variable named missing_one.\n");
    let output = synthesize(&[&path]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let expected = format!("warning: {path}: turn 1: uses missing_one, which nothing defines\n");
    assert!(err(&output).contains(&expected), "{} {}", out(&output), err(&output));
}

#[test]
fn a_check_writes_nothing_and_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let open = "# Assign 1 to x.\nx = 1\n\n# Print x.\n";
    let path = file(folder.path(), "a.py", open.as_bytes());
    let done = file(folder.path(), "b.py", b"# Assign 1 to x.\nx = 1\n");
    let output = program(&["synthesize", "--check", &path, &done]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert_eq!(out(&output), format!("{path}:4: turn 2 has no code: Print x.\n"));
    assert_eq!(err(&output), "2 files checked, 1 problem\n");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), open);
    let output = program(&["synthesize", "--check", &done]).output().unwrap();
    assert_eq!(
        (output.status.code(), out(&output), err(&output)),
        (Some(0), String::new(), "1 file checked, 0 problems\n".to_owned())
    );
    let raising = file(folder.path(), "c.py", b"# Assign 1 to x.\nx = 1\n\n# Divide x by 0.\nx / 0\n");
    let output = program(&["synthesize", "--check", "--verify", "--isolation", "limits", &raising]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert_eq!(out(&output), format!("{raising}: turn 2 raises ZeroDivisionError: division by zero\n"));
}

#[test]
fn several_files_are_written_each_with_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# Assign the list [3, 8, 1] to a variable named numbers.\n";
    let paths = ["a.py", "b.py"].map(|name| file(folder.path(), name, text.as_bytes()));
    let (lines, said) = run(&["synthesize", &paths[0], &paths[1], "--json"]);
    let names: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["file"].clone()).collect();
    assert_eq!((names, said.as_str()), (paths.iter().map(|path| path.as_str().into()).collect(), ""));
    let (diff, _) = run(&["synthesize", &paths[0], &paths[1], "--diff"]);
    assert_eq!(diff.matches("\n+++ b/").count(), 2, "{diff}");
    let (nothing, said) = run(&["synthesize", &paths[0], &paths[1], "--in-place"]);
    assert_eq!(nothing, "");
    assert_eq!(said, format!("{}: 1 turn written\n{}: 1 turn written\n", paths[0], paths[1]));
    let [first, second] = paths.map(|path| std::fs::read_to_string(path).unwrap());
    assert!(first == second && first.len() > text.len(), "{first}");
}

#[test]
fn standard_input_is_a_file_too() {
    let text = "\u{feff}# Assign the list [3, 8, 1] to a variable named numbers.\n";
    let fed = |arguments: &[&str]| {
        let mut command = program(&[arguments, &THREADS].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        out(&output)
    };
    let whole = fed(&["synthesize", "-"]);
    assert!(whole.starts_with(text) && whole.len() > text.len(), "{whole}");
    let patch = fed(&["synthesize", "-", "--diff"]);
    assert!(patch.starts_with("--- a/stdin\n+++ b/stdin\n") && patch.contains(&format!("\n {text}+")), "{patch}");
    assert!(!fed(&["complete", "-:2:1"]).trim().is_empty());
}

#[cfg(unix)]
#[test]
fn a_person_at_a_terminal_gets_help_instead_of_a_program_that_waits() {
    for (arguments, usage) in [
        (&[][..], "Usage: codegen-lsp [OPTIONS] [COMMAND]"),
        (&["serve"], "Usage: codegen-lsp serve [OPTIONS]"),
        (&["synthesize", "-"], "Usage: codegen-lsp synthesize [OPTIONS] <FILE>..."),
        (&["complete", "-:1:1"], "Usage: codegen-lsp complete [OPTIONS] <FILE:LINE:COLUMN>"),
    ] {
        let (code, shown) = super::escapes::ended_on_a_terminal(arguments);
        assert_eq!(code, Some(2), "{shown}");
        assert!(shown.contains(usage), "{arguments:?}: {shown}");
    }
}

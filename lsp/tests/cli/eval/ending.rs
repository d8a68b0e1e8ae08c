//! Runs that are ended early, and resumed.
#![cfg(unix)]

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::eval::{Place, Records, fixture, python};
use crate::{THREADS, err, out, program};

/// More samples than any of these tests waits for.
const ENDLESS: [&str; 4] = ["-n", "2000", "--temperatures", "0.8"];

/// Starts a run, and waits until its file has this many lines, or the run has ended.
fn begun(command: &mut Command, place: &Place, lines: usize) -> Child {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while place.text().lines().count() < lines && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child
}

#[test]
fn a_killed_run_goes_on_and_samples_nothing_twice() {
    let place = Place::new();
    let flags = ["-n", "3", "--temperatures", "0.8", "--limit", "5"];
    let command = || place.eval("humaneval", &fixture("humaneval"), &flags);
    let mut before = String::new();
    for lines in [1, 7, 16] {
        let mut child = begun(&mut command(), &place, lines);
        child.kill().unwrap();
        child.wait().unwrap();
        let now = place.text();
        let whole = before.rfind('\n').map_or(0, |end| end + 1);
        assert!(now.starts_with(&before[..whole]), "nothing is lost: {before} became {now}");
        before = now;
    }
    place.run("humaneval", &fixture("humaneval"), &flags);
    let records = place.records();
    records.assert_judged();
    assert_eq!(records.samples.len(), 15);
}

#[test]
fn reproducible_samples_do_not_show_that_the_run_was_killed() {
    let samples = |place: &Place| -> String {
        let text = place.text();
        text.split_inclusive('\n').filter(|line| line.contains("\"kind\":\"sample\"")).collect()
    };
    let flags = ["-n", "2", "--temperatures", "0.8", "--limit", "3", "--reproducible", "--max-tokens", "48"];
    let whole = Place::new();
    whole.run("humaneval", &fixture("humaneval"), &flags);
    let killed = Place::new();
    for lines in [2, 5] {
        let mut child = begun(&mut killed.eval("humaneval", &fixture("humaneval"), &flags), &killed, lines);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    killed.run("humaneval", &fixture("humaneval"), &flags);
    assert_eq!(samples(&killed), samples(&whole));
    assert_eq!(samples(&whole).lines().count(), 6);
}

#[test]
fn an_interrupt_says_what_there_is() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let place = Place::new();
        let child = begun(&mut place.eval("humaneval", &fixture("humaneval"), &ENDLESS), &place, 4);
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{:?}: {}", output.status.signal(), err(&output));
        let records = place.records();
        let said = format!(
            "error: interrupted; {} has {} of 24000 samples and {} verdicts, and the same command goes on from there\n",
            place.out.display(),
            records.samples.len(),
            records.verdicts.len(),
        );
        assert!(err(&output).ends_with(&said), "{} and not {said}", err(&output));
        assert!(place.text().ends_with('\n'), "all lines are whole");
        let output = program(&["eval", "report"]).arg(&place.out).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "what there is can be looked at: {}", err(&output));
        assert!(out(&output).contains("pass@100"), "{}", out(&output));
    }
}

#[test]
fn two_runs_do_not_write_one_file() {
    let place = Place::new();
    let mut first = begun(&mut place.eval("humaneval", &fixture("humaneval"), &ENDLESS), &place, 3);
    let output = place.eval("humaneval", &fixture("humaneval"), &ENDLESS).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("error: another run is writing "), "{}", err(&output));
    assert!(first.try_wait().unwrap().is_none(), "the first is still at work");
    let output = program(&["eval", "report"]).arg(&place.out).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "it can be looked at meanwhile: {}", err(&output));
    first.kill().unwrap();
    first.wait().unwrap();
    Records::of(&place.text());
}

#[test]
fn a_full_disk_ends_the_run_and_what_was_written_stays() {
    let place = Place::new();
    // Unpacks the model, for which the limit would be too low.
    place.run("humaneval", &fixture("humaneval"), &["--limit", "1", "--temperatures", "0"]);
    std::fs::remove_file(&place.out).unwrap();
    // The limit in blocks of 512 bytes: enough for what the sandbox writes for each program.
    let script = "ulimit -f 100; exec \"$0\" \"$@\"";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_codegen-lsp"), "eval", "humaneval", "--problems"])
        .args([&fixture("humaneval"), "--out", place.out.to_str().unwrap(), "--python", &python()])
        .args(ENDLESS)
        .args(THREADS)
        .env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{:?}: {}", output.status.signal(), err(&output));
    let said = format!("cannot write {}: ", place.out.display());
    assert!(err(&output).contains("the run has ended early") && err(&output).contains(&said), "{}", err(&output));
    assert!(place.text().ends_with('\n'), "the line that found no room was taken back");
    assert!(!place.records().samples.is_empty());
}

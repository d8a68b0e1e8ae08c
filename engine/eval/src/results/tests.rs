use std::path::{Path, PathBuf};

use super::*;
use crate::record::{Benchmark, Key, Problem, Status, Turn};

fn header() -> Header {
    let problem = |id: &str, line| Problem {
        id: id.into(),
        line,
        name: "sum".into(),
        category: "math".into(),
        turns: 2,
        inputs: 2,
        max_gen_length: None,
    };
    Header {
        format: FORMAT,
        benchmark: Benchmark::Mtpb,
        model: "a model".into(),
        model_sha256: "00ff".into(),
        adapter_sha256: None,
        problems_sha256: "1234".into(),
        conditions: vec!["multi".into(), "single".into()],
        samples: 2,
        temperature: Some(0.2),
        top_p: 0.95,
        seed: u64::MAX,
        max_tokens: 256,
        context: 2048,
        perplexity: true,
        scoring: None,
        reproducible: None,
        ks: Vec::new(),
        isolation: None,
        problems: vec![problem("1", 1), problem("2", 3)],
        left_out: Vec::new(),
    }
}

fn key(condition: &str, problem: &str, input: usize, sample: usize) -> Key {
    Key { condition: condition.into(), problem: problem.into(), input, sample }
}

fn sample(key: Key) -> Sample {
    let turn = Turn {
        text: "x = 'é\u{2028}\n'\n".into(),
        prompt_tokens: 9,
        reused_tokens: 3,
        generated_tokens: 5,
        limit: 256,
        ended: "stop".into(),
        perplexity: Some(2.5),
    };
    Sample { key, line: 1, seed: u64::MAX - 1, turns: vec![turn], program: "x = 1\n".into(), left_out: None }
}

fn verdict(key: Key) -> Verdict {
    Verdict { key, status: Status::NoAnswer, detail: "\"ü\"".into(), seconds: 0.25 }
}

/// A folder, and a path in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    (folder, path)
}

/// A small run; what it holds.
fn written(path: &Path) -> Run {
    let (mut results, empty) = Results::open(path, &header()).unwrap();
    assert_eq!(empty, Run::new(header()));
    let keys = [key("multi", "1", 0, 0), key("multi", "1", 0, 1), key("single", "2", 1, 1)];
    for key in keys.clone() {
        results.sample(&sample(key)).unwrap();
    }
    let left_out =
        Sample { left_out: Some("too long".into()), program: String::new(), ..sample(key("single", "2", 0, 0)) };
    results.sample(&left_out).unwrap();
    results.verdict(&verdict(keys[1].clone())).unwrap();
    let mut samples: Vec<_> = keys.iter().cloned().map(sample).collect();
    samples.push(left_out);
    Run { header: header(), samples, verdicts: vec![verdict(keys[1].clone())] }
}

#[test]
fn what_was_written_is_there_when_it_is_opened_again() {
    let (_folder, path) = place();
    let run = written(&path);
    assert_eq!(read(&path).unwrap(), run);
    assert_eq!((run.wanted(), run.sampled().len()), (16, 4));
    // Of what need not be kept in memory there are the numbers.
    let texts = |run: &Run| {
        let text = |sample: &Sample| (sample.program.clone(), sample.turns[0].text.clone());
        run.samples.iter().map(text).collect::<Vec<_>>()
    };
    let (empty, program) = (|| (String::new(), String::new()), || ("x = 1\n".to_owned(), String::new()));
    let (mut results, again) = Results::open(&path, &header()).unwrap();
    assert_eq!(texts(&again), [program(), empty(), program(), empty()], "the programs that are yet to be judged");
    assert_eq!((again.sampled(), &again.verdicts), (run.sampled(), &run.verdicts));
    let outline = outline(&path).unwrap();
    assert_eq!(texts(&outline), [empty(), empty(), empty(), empty()]);
    assert_eq!(outline.samples[2].turns[0].generated_tokens, 5);
    results.verdict(&verdict(key("multi", "1", 0, 0))).unwrap();
    assert_eq!(read(&path).unwrap().verdicts.len(), 2, "it can be read while it is written");
}

#[test]
fn wherever_a_run_was_ended_it_goes_on_without_a_loss() {
    let (folder, path) = place();
    let whole = written(&path);
    let bytes = std::fs::read(&path).unwrap();
    for length in 0..=bytes.len() {
        let torn = folder.path().join("torn.jsonl");
        std::fs::write(&torn, &bytes[..length]).unwrap();
        let lines = bytes[..length].iter().filter(|&&byte| byte == b'\n').count();
        let records = lines.saturating_sub(1);
        let (mut results, run) = Results::open(&torn, &header()).unwrap();
        assert_eq!(run.samples.len() + run.verdicts.len(), records, "{length} bytes");
        assert!(run.samples.iter().zip(&whole.samples).all(|(sample, whole)| sample.key == whole.key));
        let end = bytes[..length].iter().rposition(|&byte| byte == b'\n').map(|end| end + 1);
        let kept = end.unwrap_or(bytes.iter().position(|&byte| byte == b'\n').unwrap() + 1);
        assert_eq!(std::fs::read(&torn).unwrap(), &bytes[..kept], "{length} bytes: whole lines only");
        // What is added now stands on a line of its own.
        results.sample(&sample(key("multi", "2", 1, 0))).unwrap();
        let now = read(&torn).unwrap();
        assert_eq!(now.samples.len() + now.verdicts.len(), records + 1, "{length} bytes");
    }
}

#[test]
fn a_lock_ends_with_its_run_though_a_process_that_is_being_started_has_a_copy_of_the_file() {
    let (_folder, path) = place();
    let (results, _) = Results::open(&path, &header()).unwrap();
    let copy = results.file.try_clone().unwrap();
    drop(results);
    assert!(Results::open(&path, &header()).is_ok());
    drop(copy);
}

#[test]
fn what_the_loss_of_power_leaves_at_the_end_is_dropped() {
    let (_folder, path) = place();
    let run = written(&path);
    let bytes = std::fs::read(&path).unwrap();
    for tail in [&b"\0\0\0\0"[..], b"\0\0\0\n", b"{\"kind\":\"sample\",\xff\n"] {
        std::fs::write(&path, [&bytes, tail].concat()).unwrap();
        assert_eq!(read(&path).unwrap(), run, "who only reads drops it, too");
        assert_eq!(Results::open(&path, &header()).unwrap().1.verdicts, run.verdicts);
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn a_line_that_no_run_writes_is_named() {
    let (_folder, path) = place();
    written(&path);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let unknown = lines[1].replace("\"kind\":\"sample\"", "\"kind\":\"note\"");
    let stranger = lines[1].replace("\"input\":0", "\"input\":2");
    let later = lines[1].replace("\"sample\":0", "\"sample\":2");
    let lost = lines[5].replace("\"input\":0", "\"input\":1");
    let idle = lines[5].replace("multi", "single").replace("\"1\"", "\"2\"").replace("\"sample\":1", "\"sample\":0");
    let table = [
        ("{\"kind\":", 3, "line 3: EOF while parsing"),
        ("\0\0", 2, "line 2: expected value"),
        (&unknown, 7, "line 7: unknown variant `note`"),
        ("{\"kind\":\"sample\"}", 4, "line 4: missing field `key`"),
        (lines[1], 7, "line 7: the sample of line 2 again: problem 1, input 0, sample 0 of multi"),
        (lines[5], 7, "line 7: the verdict of line 6 again: problem 1, input 0, sample 1 of multi"),
        (lines[0], 7, "line 7: a second header"),
        (&stranger, 7, "line 7: a sample that the header knows nothing of: problem 1, input 2, sample 0 of multi"),
        (&later, 7, "line 7: a sample that the header knows nothing of: problem 1, input 0, sample 2 of multi"),
        (&lost, 7, "line 7: a verdict without its sample: problem 1, input 1, sample 1 of multi"),
        (&idle, 7, "line 7: a verdict on a sample that was left out: problem 2, input 0, sample 0 of single"),
    ];
    for (line, number, reason) in table {
        let mut lines = lines.clone();
        lines.insert(number - 1, line);
        let broken = format!("{}\n", lines.join("\n"));
        std::fs::write(&path, &broken).unwrap();
        let error = Results::open(&path, &header()).unwrap_err().to_string();
        assert!(error.contains(reason), "{error} for {line}");
        assert_eq!(read(&path).unwrap_err().to_string(), error);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), broken, "it is as it was");
    }
}

#[test]
fn other_files_are_left_alone() {
    let (folder, path) = place();
    let future = serde_json::to_string(&Line::Run(Header { format: 2, ..header() })).unwrap() + "\n";
    let table = [
        ("print('hello')\n", "is not the file of a run: its first line is not JSON"),
        ("print('hello')", "is not the file of a run: it has no whole line"),
        ("[1]\n", "is not the file of a run: its first line is not a header"),
        ("{\"task_id\": 1}\n", "is not the file of a run: its first line is not a header"),
        ("\n", "is not the file of a run: its first line is not JSON"),
        ("{\"kind\":\"run\",\"format\":1}\n", "its header is damaged: missing field"),
        (&future, "its format is 2, and this program knows format 1"),
    ];
    for (text, reason) in table {
        std::fs::write(&path, text).unwrap();
        let error = Results::open(&path, &header()).unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains("run.jsonl"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    let error = Results::open(folder.path(), &header()).unwrap_err().to_string();
    assert!(error.ends_with("is no regular file, so no run can be kept there"), "{error}");
    let nowhere = folder.path().join("none/run.jsonl");
    let error = Results::open(&nowhere, &header()).unwrap_err().to_string();
    assert!(error.starts_with("cannot write ") && error.contains("none/run.jsonl: "), "{error}");
    assert!(read(&nowhere).unwrap_err().to_string().starts_with("cannot read "));
}

#[test]
fn a_run_goes_on_with_its_own_settings_only() {
    let (_folder, path) = place();
    written(&path);
    let before = std::fs::read(&path).unwrap();
    let mut other = Header { temperature: Some(0.6), seed: 7, left_out: vec!["line 2: no".into()], ..header() };
    other.conditions.pop();
    other.problems.pop();
    let error = Results::open(&path, &other).unwrap_err().to_string();
    let (_, list) = error.split_once("begun with:\n").unwrap();
    let lines = [
        "  conditions: multi, single then, multi now",
        "  temperature: 0.2 then, 0.6 now",
        "  seed: 18446744073709551615 then, 7 now",
        "  problems: 2 then, 1 now",
        "  left out: none then, line 2: no now",
    ];
    assert_eq!(list, lines.join("\n"));
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let mut renamed = header();
    renamed.problems[1].name = "x".repeat(300);
    let elsewhere = Header { isolation: Some("limits".to_owned()), ks: vec![2], ..header() };
    assert!(differences(&header(), &elsewhere).is_empty(), "a run may go on where programs are kept from less");
    let [difference] = &differences(&header(), &renamed)[..] else { panic!() };
    assert!(difference.then.starts_with("{\"id\":\"2\"") && difference.now.ends_with("xxx …"), "{difference:?}");
}

#[test]
fn one_run_writes_at_a_time() {
    let (_folder, path) = place();
    let (results, _) = Results::open(&path, &header()).unwrap();
    let error = Results::open(&path, &header()).unwrap_err().to_string();
    assert!(error.starts_with("another run is writing ") && error.contains("run.jsonl: wait"), "{error}");
    assert!(read(&path).is_ok(), "reading takes no lock");
    drop(results);
    Results::open(&path, &header()).unwrap();
}

//! `codegen-lsp bench suggest`: traces and files are typed into the real server.

use std::path::Path;

use serde_json::Value;

use super::{err, file, out, program};

const TRACE: &str = "about two files\nfile a.py\n  | import os\n  |\nfile b.py\n  | x = 1\nwait 100\nmove 3:1\n\
    type \"print(os.pa\"\nback 1\nopen b.py\npaste \"y = 2\\n\"\nmove 2:end\n";

fn suggest(arguments: &[&str]) -> std::process::Output {
    let common = ["bench", "suggest", "--model", "builtin", "--set", "threads=1", "--json"];
    program(&[&common, arguments].concat()).output().unwrap()
}

#[track_caller]
fn report(arguments: &[&str]) -> Value {
    let output = suggest(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    serde_json::from_str(&out(&output)).unwrap()
}

#[test]
fn a_trace_is_replayed_key_by_key_and_no_answer_is_stale() {
    let folder = tempfile::tempdir().unwrap();
    let trace = file(folder.path(), "small.trace", TRACE.as_bytes());
    let report = report(&["--traces", &trace, "--rounds", "2", "--speed", "4"]);
    let row = &report["traces"][0];
    assert_eq!((&row["trace"], &row["how"]), (&"small".into(), &"codegen-lsp".into()), "{report}");
    let count = |name: &str| row[name].as_u64().unwrap();
    // Two rounds of a move, eleven keys, one back, one paste and a move.
    assert_eq!(count("requests"), 2 * (1 + 11 + 1 + 1 + 1), "{row}");
    assert_eq!(count("text") + count("nothing") + count("overtaken"), count("requests"), "{row}");
    assert_eq!(count("stale"), 0, "{row}");
    // The last key of each round is waited for.
    assert!(count("text") + count("nothing") >= 2, "{row}");
    assert!(report["ratios"].as_array().unwrap().is_empty(), "there is no peer: {report}");
}

#[test]
fn a_user_presses_no_more_keys_than_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let text = "import os\n\n\ndef name(path):\n    return os.path.basename(path)\n";
    let typed = file(folder.path(), "name.py", text.as_bytes());
    let report = report(&["--without", "enabled", "--user", &typed]);
    let users = report["users"].as_array().unwrap();
    assert_eq!(users.len(), 2, "{report}");
    let keys = text.len() - 4;
    for user in users {
        let count = |name: &str| user["typed"][name].as_u64().unwrap() as usize;
        assert_eq!(count("all"), keys, "{user}");
        assert!(count("pressed") <= keys && count("wrong") <= count("shown"), "{user}");
    }
    let (with, without) = (&users[0]["typed"], &users[1]["typed"]);
    assert!(with["shown"].as_u64().unwrap() > 0, "{with}");
    assert_eq!((&without["shown"], &without["pressed"]), (&0.into(), &keys.into()), "{without}");
}

#[test]
fn what_cannot_be_replayed_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let bad = file(folder.path(), "bad.trace", b"file a.py\nmove 9:1\n");
    let good = file(folder.path(), "good.trace", TRACE.as_bytes());
    let none = folder.path().join("none").to_str().unwrap().to_owned();
    let empty = Path::new(&none).to_owned();
    std::fs::create_dir(&empty).unwrap();
    for (arguments, expected) in [
        (vec!["--traces", &bad], "bad.trace:2: the file has no line 9"),
        (vec!["--traces", &none], "has no .trace file"),
        (vec!["--traces", &good, "--only", "other"], "no trace is called other; there are: good"),
        (vec!["--traces", &good, "--set", "threads"], "threads must be KEY=VALUE"),
        (vec!["--traces", &good, "--without", "wings"], "there is no switch inline.wings"),
        (vec!["--traces", &good, "--llama-server", &none], "cannot run"),
        (vec!["--traces", &good, "--server", &none], "cannot run"),
        (vec!["--traces", &good, "--speed", "0"], "from 0.1 to 1000"),
        (vec!["--user", &none], "has no Python file"),
        (vec!["--user", "nowhere.py"], "nowhere.py"),
        (vec!["--traces", &good, "--set", "model=nowhere.gguf"], "nowhere.gguf"),
    ] {
        let output = suggest(&arguments);
        assert_ne!(output.status.code(), Some(0), "{arguments:?}");
        assert!(err(&output).contains(expected), "{arguments:?}: {}", err(&output));
    }
}

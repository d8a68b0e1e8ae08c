//! `codegen-lsp stats`: what was counted, by a server of its own, and by what stands in files.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use codegen_lsp::statistics::day::Day;
use codegen_lsp::statistics::store::{Store, VARIABLE};
use codegen_lsp::statistics::{Event, Kind, Statistics};
use serde_json::{Value, json};

use crate::{err, out, program};

fn stats(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = program(&["stats"]);
    command.args(arguments).env(VARIABLE, folder);
    command
}

#[track_caller]
fn printed(command: &mut Command) -> (String, String) {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    (out(&output), err(&output))
}

fn taken(times: usize) -> Statistics {
    let mut counts = Statistics::default();
    (0..times).for_each(|_| counts.record(Event::Taken(Kind::Line)));
    counts
}

#[test]
fn what_is_in_the_files_is_summed_up() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("none yet");
    let (text, _) = printed(&mut stats(&folder, &[]));
    assert!(text.starts_with("nothing has been counted since "), "{text}");
    let place = format!(
        "kept in {}, a file for each day, for 90 days; nothing of it is ever sent anywhere\n",
        folder.display()
    );
    assert!(text.ends_with(&place), "{text}");
    assert!(!folder.exists(), "reading leaves no trace");

    let (store, now) = (Store::at(&folder), SystemTime::now());
    store.add(now, &taken(2)).unwrap();
    store.add(now - std::time::Duration::from_secs(10 * 86_400), &taken(5)).unwrap();
    std::fs::write(folder.join(format!("{}.json", Day::first_of(3, now).name())), "{").unwrap();
    for (arguments, expected) in [(&["--json"][..], 7), (&["--json", "--days", "5"], 2)] {
        let (json, problems) = printed(&mut stats(&folder, arguments));
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["report"]["all"]["partlyAccepted"], expected, "{json}");
        assert_eq!(json["folder"], json!(folder));
        assert_eq!(json["problems"].as_array().unwrap().len(), 1);
        assert!(problems.contains(".json: it is not JSON: EOF"), "{problems}");
    }
    let (text, _) = printed(&mut stats(&folder, &[]));
    assert!(text.contains(", 2 days with counts\n\nasked "), "{text}");
    assert!(text.ends_with(&place), "{text}");

    let (text, _) = printed(&mut stats(&folder, &["--reset"]));
    assert_eq!(text, format!("removed the counts of 3 days from {}\n", folder.display()));
    assert!(printed(&mut stats(&folder, &[])).0.starts_with("nothing has been counted"), "removed");
}

#[test]
fn what_cannot_be_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, place, expected) in [
        (&[][..], Path::new("off"), "CODEGEN_LSP_STATISTICS is `off`"),
        (&["--days", "0"], folder.path(), "expected a whole number from 1 to 90"),
        (&["--days", "91"], folder.path(), "expected a whole number from 1 to 90"),
        (&["--reset", "--json"], folder.path(), "cannot be used with"),
    ] {
        let output = stats(place, arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).contains(expected), "{arguments:?}: {}", err(&output));
    }
    // A file in the folder's place.
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (_, problems) = printed(&mut stats(&file, &[]));
    assert!(problems.contains(&file.display().to_string()), "{problems}");
}

/// Serves a client that types three characters, and leaves in the given way.
fn serve(folder: &Path, leave: &[Value]) {
    let mut server =
        program(&["serve"]).env(VARIABLE, folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, mut output) = (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
    let mut send = |message: &Value| {
        let body = message.to_string();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        input.flush().unwrap();
    };
    let note = |method: &str, params: Value| json!({"jsonrpc": "2.0", "method": method, "params": params});
    send(&json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}));
    // Before the answer nothing else may be sent.
    let mut header = String::new();
    while !header.ends_with("\r\n\r\n") {
        assert_ne!(output.read_line(&mut header).unwrap(), 0, "{header}");
    }
    let length = header.split(|char: char| !char.is_ascii_digit()).find_map(|number| number.parse().ok()).unwrap();
    output.read_exact(&mut vec![0; length]).unwrap();
    send(&note("initialized", json!({})));
    let uri = "file:///project/a.py";
    let document = json!({"uri": uri, "languageId": "python", "version": 1, "text": ""});
    send(&note("textDocument/didOpen", json!({ "textDocument": document })));
    for (version, text) in [(2, "x"), (3, "y"), (4, "z")] {
        let document = json!({"uri": uri, "version": version});
        let place = json!({"line": 0, "character": version - 2});
        let change = json!({"range": {"start": place, "end": place}, "text": text});
        send(&note("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]})));
    }
    leave.iter().for_each(&mut send);
    drop(input);
    // Until the server has ended.
    while output.fill_buf().is_ok_and(|bytes| !bytes.is_empty()) {
        let _ = output.by_ref().take(1 << 16).read_to_end(&mut Vec::new());
    }
    server.wait().unwrap();
}

#[test]
fn a_server_leaves_its_counts_however_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let hand = |folder: &Path| {
        let (json, _) = printed(&mut stats(folder, &["--json"]));
        serde_json::from_str::<Value>(&json).unwrap()["report"]["characters"]["hand"].clone()
    };
    let shutdown = json!({"jsonrpc": "2.0", "id": 2, "method": "shutdown"});
    serve(folder.path(), &[shutdown, json!({"jsonrpc": "2.0", "method": "exit"})]);
    assert_eq!(hand(folder.path()), 3, "in order");
    serve(folder.path(), &[]);
    assert_eq!(hand(folder.path()), 6, "its input has ended");
    let other = tempfile::tempdir().unwrap();
    serve(Path::new("off"), &[]);
    assert_eq!(hand(other.path()), 0, "nowhere");
}

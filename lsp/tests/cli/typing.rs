//! `codegen-lsp bench typing`: a program is typed into the real server.

use serde_json::Value;

use super::{err, file, out, program};

const SESSION: &str = "import math\n\n\ndef area(radius):\n    return math.pi * radius ** 2\n\n\nprint(area(2))\n";

#[test]
fn a_program_is_typed_and_what_is_suggested_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "01_area.py", SESSION.as_bytes());
    let rows = folder.path().join("rows.jsonl");
    let sessions = folder.path().to_str().unwrap();
    let arguments =
        ["bench", "typing", "--sessions", sessions, "--places", "6", "--json", "--rows", rows.to_str().unwrap()];
    let output = program(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let report: Value = serde_json::from_str(&out(&output)).unwrap();
    let all = &report["typing"][0]["all"];
    assert_eq!(all["asked"], 6, "{report}");
    assert!(all["shown"].as_u64().unwrap() >= all["whole"].as_u64().unwrap(), "{report}");
    let rows: Vec<Value> =
        std::fs::read_to_string(rows).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // Each key of the text was asked at, and each place.
    let keys = rows.iter().filter(|row| row["everyKey"] == true).count();
    assert!(keys > 60 && rows.len() - keys == 6, "{keys} of {}", rows.len());
    for row in rows {
        let next = row["next"].as_str().unwrap();
        assert!(SESSION.contains(next.trim_end()), "{row}");
    }
}

#[test]
fn what_cannot_be_typed_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("none");
    for (arguments, expected) in [
        (vec!["--sessions", none.to_str().unwrap()], "none"),
        (vec!["--sessions", folder.path().to_str().unwrap()], folder.path().to_str().unwrap()),
    ] {
        let output = program(&["bench", "typing"]).args(&arguments).output().unwrap();
        assert_ne!(output.status.code(), Some(0), "{arguments:?}");
        assert!(err(&output).contains(expected), "{arguments:?}: {}", err(&output));
    }
}

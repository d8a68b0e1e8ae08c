//! Texts of files and programs never control the terminal: in the program's own output, through pipes and on a
//! terminal.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::{err, out, program};

/// A sequence that sets a terminal's title, and its printable form.
const TITLE: &str = "\x1b]0;x\x07";
const SHOWN: &str = "\\x1b]0;x\\x07";

fn commands(text: &str) -> Vec<char> {
    let command = |c: &char| (c.is_control() && !matches!(c, '\n' | '\t')) || ('\u{202a}'..='\u{202e}').contains(c);
    text.chars().filter(command).collect()
}

/// Checks that neither stream has a control sequence, and that the wanted one shows the title's sequence.
#[track_caller]
fn check(output: &Output, shown: impl Fn(&Output) -> String) {
    for text in [out(output), err(output)] {
        assert_eq!(commands(&text), Vec::<char>::new(), "{text:?}");
    }
    assert!(shown(output).contains(SHOWN), "{output:?}");
}

/// A real model whose file has `name` in place of its name; `name` must not be longer.
fn model_named(folder: &Path, name: &str) -> String {
    let mut bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf")).unwrap();
    let key = b"general.name";
    let at = bytes.windows(key.len()).position(|window| window == key).unwrap() + key.len() + 4;
    let length = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let field = &mut bytes[at + 8..at + 8 + length];
    field.fill(b' ');
    field[..name.len()].copy_from_slice(name.as_bytes());
    let path = folder.join("named.gguf");
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_model_s_name() {
    let folder = tempfile::tempdir().unwrap();
    let model = model_named(folder.path(), TITLE);
    let file = crate::file(folder.path(), "a.py", b"x = 1\nfor i in range\n");
    check(&program(&["model", "inspect", &model]).output().unwrap(), out);
    check(&program(&["doctor", "--model", &model, "--threads", "1"]).output().unwrap(), out);
    let mut logged = program(&["complete", &format!("{file}:2:15"), "--model", &model, "--threads", "1"]);
    let logged = err(&logged.env("RUST_LOG", "info").output().unwrap());
    assert!(logged.contains("model loaded") && logged.contains("]0;x"), "{logged:?}");
    assert_eq!(commands(&logged), Vec::<char>::new(), "{logged:?}");

    let json = out(&program(&["model", "inspect", &model, "--json"]).output().unwrap());
    assert_eq!(commands(&json), Vec::<char>::new());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["name"].as_str().unwrap().trim_end(), TITLE);
}

#[test]
fn commands_above_ascii_are_escaped_in_text_and_json() {
    let folder = tempfile::tempdir().unwrap();
    let model = model_named(folder.path(), "\u{9b}2J\u{202e}");
    let text = out(&program(&["model", "inspect", &model]).output().unwrap());
    assert!(text.contains("\\u{9b}2J\\u{202e}"), "{text:?}");
    let json = out(&program(&["model", "inspect", &model, "--json"]).output().unwrap());
    assert!(json.contains("\\u009b2J\\u202e"), "{json:?}");
    assert_eq!((commands(&text), commands(&json)), (Vec::new(), Vec::new()));
}

#[test]
fn a_file_s_name_and_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join(TITLE);
    let output = program(&["complete", &format!("{}:1:1", name.display())]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    check(&output, err);
    std::fs::write(&name, format!("# say {TITLE}\n")).unwrap();
    let path = name.to_str().unwrap();
    check(&program(&["synthesize", path, "--list"]).output().unwrap(), out);
    check(&program(&["model", "inspect", path]).output().unwrap(), err);
    check(&program(&["doctor", "--model", path]).output().unwrap(), err);
}

#[test]
fn what_a_program_raises() {
    let folder = tempfile::tempdir().unwrap();
    let text = b"raise ValueError('\\x1b]0;x\\x07')\n\n# Assign 2 to y.\n";
    let path = crate::file(folder.path(), "a.py", text);
    let arguments = ["synthesize", &path, "--verify", "--max-tokens", "8", "--threads", "1"];
    let output = program(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    check(&output, err);
    assert!(err(&output).contains("before turn 1 the program raises ValueError: \\x1b]0;x\\x07"), "{}", err(&output));
}

/// The program's output on a terminal.
pub(crate) fn on_a_terminal(arguments: &[&str]) -> String {
    let (code, shown) = ended_on_a_terminal(arguments);
    assert_eq!(code, Some(0), "{shown}");
    shown
}

/// The program's exit code and output where all its streams are a terminal.
pub(crate) fn ended_on_a_terminal(arguments: &[&str]) -> (Option<i32>, String) {
    let script = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    let inner = program(arguments);
    let mut outer = Command::new("python3");
    outer.args(["-c", script]).arg(inner.get_program()).args(inner.get_args()).stdin(Stdio::null());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    let output = outer.env("NO_COLOR", "1").output().unwrap();
    (output.status.code(), out(&output))
}

#[test]
fn program_text_is_exact_in_a_pipe_and_shown_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = crate::file(folder.path(), "a.py", format!("# Assign 2 to a variable named y {TITLE}.\n").as_bytes());
    let arguments = ["synthesize", &path, "--max-tokens", "8", "--threads", "1"];
    let piped = out(&program(&arguments).output().unwrap());
    assert!(piped.starts_with(&format!("# Assign 2 to a variable named y {TITLE}.\n")), "{piped:?}");
    let diff = out(&program(&[&arguments[..], &["--diff"]].concat()).output().unwrap());
    assert!(diff.contains(&format!(" # Assign 2 to a variable named y {TITLE}.\n+")), "{diff:?}");
    for more in [&[][..], &["--diff"], &["--json"]] {
        // A terminal's line ends are carriage return and line feed.
        let shown = on_a_terminal(&[&arguments[..], more].concat()).replace("\r\n", "\n");
        let prompt = if more == ["--json"] {
            "Assign 2 to a variable named y \\u001b]0;x\\u0007."
        } else {
            "# Assign 2 to a variable named y \\x1b]0;x\\x07."
        };
        assert!(shown.contains(prompt), "{shown:?}");
        assert_eq!(commands(&shown), Vec::<char>::new(), "{shown:?}");
    }
}

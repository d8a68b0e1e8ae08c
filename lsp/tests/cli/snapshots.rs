//! The help of every command, and refusals, compared with files in `snapshots/`. With `CODEGEN_BLESS` set the files are written anew.

use std::path::{Path, PathBuf};

use super::{err, out, program};

const COMMANDS: &[&str] = &[
    "",
    "serve",
    "complete",
    "synthesize",
    "model",
    "model pull",
    "model list",
    "model rm",
    "model path",
    "model convert",
    "model quantize",
    "model inspect",
    "eval",
    "eval mtpb",
    "eval humaneval",
    "eval report",
    "bench",
    "bench synthesize",
    "bench eval",
    "bench growth",
    "bench gate",
    "bench context",
    "bench load",
    "bench repeat",
    "bench typing",
    "bench suggest",
    "bench process",
    "config",
    "config schema",
    "config options",
    "config check",
    "stats",
    "doctor",
    "completions",
    "man",
];

/// Commands that are refused, in a folder with the files of [`folder`]. What a system says in its own words is left out.
const REFUSALS: &[&str] = &[
    "dance",
    "a.py",
    "synthesis a.py",
    "synthesize",
    "synthesize a.py --turm 1",
    "synthesize a.py --turn x",
    "synthesize a.py --turn 0",
    "synthesize a.py --turn 9",
    "synthesize a.py --turn 1 --from 2",
    "synthesize a.py --turn 2",
    "synthesize a.py --replace",
    "synthesize a.py --candidates 17",
    "synthesize a.py --temperature 0",
    "synthesize a.py --temperature -1",
    "synthesize a.py --top-p 2",
    "synthesize a.py --marker foo",
    "synthesize a.py --python nope",
    "synthesize .",
    "synthesize a.py --max-tokens many",
    "synthesize a.py --color blue",
    "synthesize a.py --json --diff",
    "synthesize a.py --check --in-place",
    "synthesize a.py --check --verify --keep-going",
    "synthesize a.py --check --temperature 1",
    "synthesize a.py --list --seed 1",
    "synthesize a.py --keep-going",
    "synthesize a.py --isolation none",
    "synthesize a.py --verify --python no-such-python",
    "synthesize a.py b.py",
    "synthesize a.py b.py --diff --turn 1",
    "synthesize a.py b.py ./a.py --in-place",
    "synthesize - - --json",
    "synthesize - --in-place",
    "synthesize notes.txt",
    "synthesize latin.py",
    "synthesize declared.py",
    "synthesize large.py",
    "synthesize a.py --model Salesforce/codegen-350M-mono",
    "synthesize a.py --model no-such-model",
    "synthesize a.py --model notes.txt",
    "synthesize a.py -q -v",
    "complete a.py",
    "complete --modle x a.py:1:1",
    "complete --jsn -:1:1",
    "complete a.py:1:1 --modle x",
    "complete a.py:99:1",
    "complete a.py:1:99",
    "complete a.py:1:1 --threads 0",
    "complete a.py:1:1 --gpu-layers some",
    "complete a.py:1:1 --context 3",
    "complete a.py:1:1 --slots x",
    "model pull",
    "model pull no-such-model",
    "model pull hf:Salesforce",
    "model pull builtin --type q3_k",
    "model rm codegen-350M-mono",
    "model rm builtin",
    "model path codegen-2B-multi",
    "model convert Salesforce/codegen-350M-mono -o out.gguf",
    "model convert a.py -o out.gguf --type q3_k",
    "model inspect a.py",
    "stats --days 0",
    "stats --days x",
    "config check none.json",
    "config --json check",
    "completions tcsh",
    "--log log.txt doctor",
    "eval report a.py",
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("a.py", b"# Assign 1 to x.\n\n# Print x.\nprint(x)\n");
    write("b.py", b"# Assign 1 to x.\n");
    write("notes.txt", b"# Assign 1 to x.\n");
    write("latin.py", b"# Assign 1 to x.\nname = 'caf\xe9'\n");
    write("declared.py", b"# -*- coding: latin-1 -*-\n# caf\xe9\n");
    write("large.py", &b"# Assign 1 to x.\n".repeat(200_000));
    folder
}

fn snapshot(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/snapshots").join(name)
}

#[track_caller]
fn compare(name: &str, text: &str) {
    let path = snapshot(name);
    let text = text.trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect::<String>();
    if std::env::var_os("CODEGEN_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{} is stale: look at the difference, then run with CODEGEN_BLESS=1", path.display());
}

#[test]
fn the_help_of_every_command() {
    for command in COMMANDS {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.push("--help");
        let output = program(&arguments).env("COLUMNS", "100").output().unwrap();
        assert_eq!((output.status.code(), err(&output).as_str()), (Some(0), ""), "{command}");
        let help = out(&output);
        assert!(
            help.lines().all(|line| line.chars().count() <= 100 || line.contains("codegen-lsp")),
            "{command}: {help}"
        );
        assert!(help.contains("\nExamples:\n"), "{command}: {help}");
        let name = if command.is_empty() { "codegen-lsp".to_owned() } else { command.replace(' ', "-") };
        compare(&format!("help/{name}.txt"), &help);
    }
}

#[test]
fn every_command_is_among_them() {
    for command in COMMANDS {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.push("--help");
        let help = out(&program(&arguments).env("COLUMNS", "100").output().unwrap());
        let Some((_, listed)) = help.split_once("\nCommands:\n") else { continue };
        let listed = listed.lines().take_while(|line| !line.is_empty());
        let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
            let whole = format!("{command} {name}");
            assert!(COMMANDS.contains(&whole.trim_start()), "{whole}");
        }
    }
}

#[test]
fn refusals() {
    let folder = folder();
    let mut text = String::new();
    for line in REFUSALS {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let output = program(&arguments).env("COLUMNS", "100").current_dir(folder.path()).output().unwrap();
        let (code, said) = (output.status.code().unwrap(), err(&output));
        assert_eq!(out(&output), "", "{line}");
        assert!(code == 1 || code == 2, "{line}: {code}");
        // No other prefix, and nothing that Rust says of its numbers.
        let first = said.lines().find(|line| !line.is_empty()).unwrap_or_default();
        assert!(first.starts_with("error: "), "{line}: {said}");
        for word in ["invalid digit", "codegen-lsp: ", "tip: ", "(os error"] {
            assert!(!said.contains(word), "{line}: {said}");
        }
        let said = said.replace(&format!("{}/", folder.path().display()), "");
        text.push_str(&format!("$ codegen-lsp {line}\n{}\n[exit code {code}]\n\n", said.trim_end()));
    }
    compare("refusals.txt", &text);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 6, "nothing was written");
}

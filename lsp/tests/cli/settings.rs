//! The options of a command: the user's own file, the project's `pyproject.toml`, and flags.

use std::path::Path;

use serde_json::Value;

use super::{THREADS, err, file, out, program};

fn put(folder: &Path, own: &str, project: &str) -> String {
    file(folder, "pyproject.toml", project.as_bytes());
    file(folder, "a.py", b"#> Assign 1 to x.\n\n# Assign 2 to y.\n");
    file(folder, "own.json", own.as_bytes())
}

#[test]
fn the_project_sets_what_a_workspace_may_and_is_told_what_it_may_not() {
    let folder = tempfile::tempdir().unwrap();
    let own = put(
        folder.path(),
        r##"{"threads": 1, "synthesis": {"maxTokens": 99}}"##,
        "[tool.codegen]\nmodel = \"theirs.gguf\"\nprompt.marker = \"#>\"\n[tool.codegen.synthesis]\nmaxTokens = 16\n",
    );
    let config = |arguments: &[&str]| {
        program(arguments).env("CODEGEN_LSP_CONFIG", &own).current_dir(folder.path()).output().unwrap()
    };
    let output = config(&["config", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let said = err(&output);
    assert!(
        said.contains("pyproject.toml: tool.codegen.model = \"theirs.gguf\" is ignored, as this file is the project's"),
        "{said}"
    );
    assert!(said.starts_with("warning: ") && said.ends_with(&format!("; set it in {own}\n")), "{said}");
    let json: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(json["userFile"], own.as_str());
    let from = |name: &str| (json["options"][name]["value"].clone(), json["options"][name]["from"].clone());
    assert_eq!(from("model"), ("builtin".into(), "default".into()));
    assert_eq!(from("threads"), (1.into(), "user".into()));
    assert_eq!(from("synthesis.maxTokens"), (16.into(), "project".into()));
    assert_eq!(from("prompt.marker"), ("#>".into(), "project".into()));
    let table = out(&config(&["config", "-q"]));
    let line = table.lines().find(|line| line.starts_with("synthesis.maxTokens ")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["synthesis.maxTokens", "project", "16"], "{table}");

    // The marker of the project decides which comment is a prompt; a flag wins.
    let list = |flags: &[&str]| out(&config(&[&["synthesize", "a.py", "--list"], flags].concat()));
    assert!(list(&[]).contains("Assign 1 to x.") && !list(&[]).contains("Assign 2"), "{}", list(&[]));
    assert!(list(&["--marker", "# "]).contains("Assign 2 to y."), "{}", list(&["--marker", "# "]));
}

#[test]
fn the_user_s_file_names_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let own = put(folder.path(), r#"{"model": "none.gguf"}"#, "");
    let complete = |flags: &[&str]| {
        let arguments = [&["complete", "a.py:1:1"], flags].concat();
        program(&arguments).env("CODEGEN_LSP_CONFIG", &own).current_dir(folder.path()).output().unwrap()
    };
    let refused = complete(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("none.gguf"), "{}", err(&refused));
    let given = complete(&["--model", "builtin", THREADS[0], THREADS[1]]);
    assert_eq!(given.status.code(), Some(0), "{}", err(&given));
}

#[test]
fn doctor_names_the_files_of_options_and_each_problem_once() {
    let folder = tempfile::tempdir().unwrap();
    let own = put(folder.path(), r#"{"thread": 1}"#, "[tool.codegen]\nmodel = \"theirs.gguf\"\n");
    // Ends where the model is loaded, which is behind all that is looked at here.
    let mut doctor = program(&["doctor", "--model", "none.gguf"]);
    let output = doctor.env("CODEGEN_LSP_CONFIG", &own).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let (report, said) = (out(&output), err(&output));
    let project = folder.path().canonicalize().unwrap().join("pyproject.toml");
    let files = format!("\nuser file     {own}\nproject file  {}\n", project.display());
    assert!(report.contains(&files), "{report}");
    for problem in ["json: thread is not an option", "tool.codegen.model = \"theirs.gguf\" is ignored"] {
        assert_eq!((report.matches(problem).count(), said.matches(problem).count()), (1, 0), "{report}{said}");
    }
}

#[test]
fn completions_and_manual_pages_are_made() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = out(&program(&["completions", shell]).output().unwrap());
        assert!(script.contains("codegen-lsp") && script.contains("synthesize"), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man/man1");
    succeeds(&["man", pages.to_str().unwrap()]);
    for name in ["codegen-lsp.1", "codegen-lsp-synthesize.1", "codegen-lsp-model-convert.1"] {
        let page = std::fs::read_to_string(pages.join(name)).unwrap();
        assert!(page.contains(".SH SYNOPSIS\n.nf\ncodegen\\-lsp"), "{name}: {page}");
        assert!(page.contains("\n.SH \"EXAMPLES\"\n.nf\n") && !page.contains("EXTRA"), "{name}: {page}");
    }
    let page = std::fs::read_to_string(pages.join("codegen-lsp-synthesize.1")).unwrap();
    assert!(page.contains("<FILE>...\n.fi") && page.contains(".SH \"EXIT STATUS\"\n.nf\n0  every turn"), "{page}");
}

#[cfg(unix)]
#[test]
fn bash_completes_behind_every_subcommand() {
    let script = out(&program(&["completions", "bash"]).output().unwrap());
    for (words, expected) in [
        ("codegen-lsp syn", "synthesize"),
        ("codegen-lsp synthesize --is", "--isolation"),
        ("codegen-lsp model qu", "quantize"),
        ("codegen-lsp model inspect --js", "--json"),
        ("codegen-lsp eval humaneval --temp", "--temperatures"),
    ] {
        // As Bash calls it: the command, the word at the cursor, and the one before.
        let ask = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _codegen__lsp codegen-lsp \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"\n\
             echo \"${{COMPREPLY[@]}}\""
        );
        let bash = std::process::Command::new("bash").args(["--norc", "-c", &ask]).output().unwrap();
        assert_eq!(out(&bash).trim_end(), expected, "{words}: {}", err(&bash));
    }
}

fn succeeds(arguments: &[&str]) {
    let output = program(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
}

#[test]
fn the_built_in_model_is_inspected_by_its_name() {
    let text = out(&program(&["model", "inspect", "builtin"]).output().unwrap());
    assert!(text.contains("architecture ") && text.contains("tokenizer "), "{text}");
}

#[test]
fn a_device_that_there_is_not_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", b"x = 1\n");
    let output = program(&["complete", &format!("{path}:1:1"), "--main-device", "77"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).starts_with("error: main-device cannot be 77: "), "{}", err(&output));
}

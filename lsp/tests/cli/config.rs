//! `codegen-lsp config`: prints the options, and checks a file of them.

use serde_json::{Value, json};

use crate::{err, file, out, program};

fn print(arguments: &[&str]) -> String {
    let output = program(arguments).output().unwrap();
    assert_eq!((output.status.code(), err(&output).as_str()), (Some(0), ""), "{arguments:?}");
    out(&output)
}

#[test]
fn the_options_are_printed_for_each_reader() {
    let schema: Value = serde_json::from_str(&print(&["config", "schema"])).unwrap();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    let verify = &schema["properties"]["synthesis"]["properties"]["verify"];
    assert_eq!((&verify["default"], &verify["enum"]), (&json!("parse"), &json!(["parse", "run", null])));
    let settings: Value = serde_json::from_str(&print(&["config", "schema", "--for", "vscode"])).unwrap();
    assert_eq!(settings["codegen.threads"]["default"], "auto");
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../editors/nvim/lua/codegen/schema.lua");
    assert_eq!(print(&["config", "schema", "--for", "neovim"]), std::fs::read_to_string(committed).unwrap());
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/OPTIONS.md")).unwrap();
    assert!(page.contains(&print(&["config", "options"])));
}

#[test]
fn a_file_of_options_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let right =
        file(folder.path(), "right.json", br#"{"$schema": "s.json", "threads": 2, "trace": {"server": "off"}}"#);
    assert_eq!(print(&["config", "check", &right]), format!("{right}: nothing is wrong\n"));
    let wrong = file(folder.path(), "wrong.json", br#"{"threads": 0, "trusted": ["/a", "b"], "inlin": {}}"#);
    let output = program(&["config", "check", &wrong]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        out(&output),
        format!(
            "{wrong}: threads is 0, but must be \"auto\" or a number from 1 to 512\n\
             {wrong}: trusted[1] is \"b\", but must be an absolute path or a file: URI\n\
             {wrong}: inlin is not an option (did you mean inline?)\n"
        )
    );
    // The user's own file, which the environment names here.
    let own = program(&["config", "check"]).env("CODEGEN_LSP_CONFIG", &wrong).output().unwrap();
    assert_eq!((own.status.code(), own.stdout), (Some(1), output.stdout));
    let none = folder.path().join("none.json");
    let own = program(&["config", "check"]).env("CODEGEN_LSP_CONFIG", &none).output().unwrap();
    assert_eq!(
        (own.status.code(), out(&own)),
        (Some(0), format!("there is no {}, so the defaults hold\n", none.display()))
    );
    let missing = program(&["config", "check", none.to_str().unwrap()]).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
    assert_eq!(err(&missing), format!("error: there is no file {}\n", none.display()));
}

#[test]
fn the_examples_of_the_documentation_are_files_of_options() {
    let folder = tempfile::tempdir().unwrap();
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/OPTIONS.md")).unwrap();
    let examples = page.split("```json\n").skip(1).filter_map(|rest| rest.split_once("\n```"));
    let examples: Vec<&str> = examples.map(|(example, _)| example).collect();
    assert!(examples.len() > 1 && !page.contains("```jsonc"), "{examples:?}");
    for example in examples {
        let path = file(folder.path(), "config.json", example.as_bytes());
        assert_eq!(print(&["config", "check", &path]), format!("{path}: nothing is wrong\n"), "{example}");
    }
}

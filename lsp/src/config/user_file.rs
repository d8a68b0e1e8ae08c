//! The user's own configuration file: options as in `initializationOptions`, including those that only the user may
//! set.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::form::{Form, Text};
use super::read::Root;
use super::{Config, options};

/// The environment variable that names another file than the platform's.
pub const VARIABLE: &str = "CODEGEN_LSP_CONFIG";
/// The largest size of such a file in bytes.
const MOST: u64 = 1 << 20;
/// How names of models on the Hub begin, faulty ones too: those are refused as names, not looked for as files.
const HUB: &str = "hf:";

/// The path of the file: `$CODEGEN_LSP_CONFIG`, or `config.json` in the platform's configuration folder for this
/// program (`~/.config/codegen-lsp` on Linux). `None` where there is no home folder.
#[must_use]
pub fn path() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return std::path::absolute(path).ok();
    }
    let folders = directories::ProjectDirs::from("", "", "codegen-lsp")?;
    Some(folders.config_dir().join("config.json"))
}

/// Reads the file over `config`. A missing file changes nothing. Problems name the file and leave the options as they
/// were.
pub fn read(path: &Path, config: &mut Config) -> Vec<String> {
    let problems = match settings(path) {
        Ok(settings) => config.read_in(&settings, Root("")),
        Err(problem) => vec![problem],
    };
    problems.into_iter().map(|problem| format!("{}: {problem}", path.display())).collect()
}

fn settings(path: &Path) -> Result<Value, String> {
    let Some(text) = text(path)? else { return Ok(Value::Null) };
    if text.trim_ascii().is_empty() {
        return Ok(Value::Null);
    }
    let mut settings = serde_json::from_slice(&text).map_err(|error| {
        let why = if at_a_comment(&text, &error) { "; JSON has no comments" } else { "" };
        format!("is not JSON: {error}{why}")
    })?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    anchor(&mut settings, folder);
    Ok(settings)
}

/// Whether the parser has stopped at what is a comment in other languages.
fn at_a_comment(text: &[u8], error: &serde_json::Error) -> bool {
    let line = error.line().checked_sub(1).and_then(|number| text.split(|byte| *byte == b'\n').nth(number));
    let rest = error.column().checked_sub(1).and_then(|column| line?.get(column..)).unwrap_or_default();
    [&b"//"[..], b"/*", b"#"].iter().any(|start| rest.starts_with(start))
}

/// The bytes of a file of options, without a byte order mark; `None` if there is no such file.
pub(super) fn text(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot be read: {error}")),
    };
    // Opening a pipe would wait for its other end.
    if !about.is_file() {
        return Err("is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
    file.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MOST {
        return Err(format!("is larger than {MOST} bytes, so it is not read"));
    }
    // An editor may have written a byte order mark.
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    Ok(Some(bytes))
}

/// Resolves relative paths of files against the file's own folder, since the server's working directory is arbitrary.
fn anchor(settings: &mut Value, folder: &Path) {
    for option in options::ALL {
        let Some(kind) =
            option.forms.iter().find_map(|form| if let Form::Text(text) = form { Some(*text) } else { None })
        else {
            continue;
        };
        let Some(value) = settings.pointer_mut(&format!("/{}", option.name.replace('.', "/"))) else { continue };
        let Some(name) = value.as_str() else { continue };
        let path = Path::new(name);
        let names_a_file = match kind {
            Text::Adapter => true,
            Text::Model => {
                let is_name = name.starts_with(HUB) || matches!(codegen_hub::Name::parse(name), Ok(Some(_)));
                !is_name && (path.components().count() > 1 || path.extension().is_some_and(|e| e == "gguf"))
            }
            Text::Language | Text::Program | Text::Marker | Text::Folder | Text::Glob => false,
        };
        if names_a_file
            && !name.is_empty()
            && path.is_relative()
            && let Some(whole) = folder.join(path).to_str()
        {
            *value = Value::String(whole.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &[u8]) -> (Config, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, text).unwrap();
        let mut config = Config::default();
        let problems = read(&path, &mut config);
        let start = format!("{}: ", path.display());
        (config, problems.iter().map(|problem| problem.strip_prefix(&start).unwrap().to_owned()).collect())
    }

    #[test]
    fn options_are_read_over_those_there_are() {
        for start in ["", "\u{feff}"] {
            let text = format!("{start}{{\"model\": \"/m.gguf\", \"trusted\": true, \"threads\": null}}\n");
            let (config, problems) = told(text.as_bytes());
            assert_eq!(problems, Vec::<String>::new());
            assert_eq!(
                (config.engine.model.as_str(), config.trust),
                ("/m.gguf", crate::config::trust::Trust::Everything)
            );
        }
        for nothing in ["", " \n", "null", "{}"] {
            assert_eq!(told(nothing.as_bytes()), (Config::default(), Vec::new()), "{nothing:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_words_and_changes_nothing() {
        for (text, expected) in [
            ("{\"model\": ", "is not JSON: EOF while parsing a value at line 1 column 10"),
            ("model = 1", "is not JSON: expected value at line 1 column 1"),
            (
                "{\n  // Two.\n  \"threads\": 2\n}",
                "is not JSON: key must be a string at line 2 column 3; JSON has no comments",
            ),
            (
                "{\"threads\": 2, // two\n}",
                "is not JSON: key must be a string at line 1 column 16; JSON has no comments",
            ),
            ("# mine\n{}", "is not JSON: expected value at line 1 column 1; JSON has no comments"),
            ("{}{}", "is not JSON: trailing characters at line 1 column 3"),
            ("[]", "the file is [], but must be an object of options"),
            ("{\"threads\": 0}", "threads is 0, but must be \"auto\" or a number from 1 to 512"),
            (
                "{\"synthesis\": {\"python\": \"venv/bin/python\"}}",
                "synthesis.python is \"venv/bin/python\", but must be a program's name in PATH or its absolute path",
            ),
        ] {
            assert_eq!(told(text.as_bytes()), (Config::default(), vec![expected.to_owned()]), "{text}");
        }
        assert!(told(b"{\"model\": \"\xff\"}").1[0].starts_with("is not JSON: "));
        let (_, problems) = told(&vec![b' '; MOST as usize + 1]);
        assert_eq!(problems, ["is larger than 1048576 bytes, so it is not read"]);
    }

    #[test]
    fn a_file_that_is_none_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        assert_eq!(read(&folder.path().join("none.json"), &mut config), Vec::<String>::new());
        assert_eq!(read(folder.path(), &mut config), [format!("{}: is not a file", folder.path().display())]);
        #[cfg(unix)]
        {
            let pipe = folder.path().join("pipe");
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            assert_eq!(read(&pipe, &mut config), [format!("{}: is not a file", pipe.display())]);
        }
        assert_eq!(config, Config::default());
    }

    #[test]
    fn relative_files_are_relative_to_the_file() {
        for (written, expected) in [
            ("{\"model\": \"m.gguf\", \"lora\": \"l\"}", ("/etc/c/m.gguf", Some("/etc/c/l"))),
            ("{\"model\": \"models/m\"}", ("/etc/c/models/m", None)),
            ("{\"model\": \"/m.gguf\"}", ("/m.gguf", None)),
            ("{\"model\": \"builtin\"}", ("builtin", None)),
            ("{\"model\": \"Salesforce/codegen-350M-mono\"}", ("Salesforce/codegen-350M-mono", None)),
            ("{\"model\": \"hf:a/b:c.gguf\"}", ("hf:a/b:c.gguf", None)),
            ("{\"model\": \"hf:a\"}", ("hf:a", None)),
        ] {
            let mut settings = serde_json::from_str(written).unwrap();
            anchor(&mut settings, Path::new("/etc/c"));
            let mut config = Config::default();
            assert_eq!(config.read(&settings), Vec::<String>::new());
            let lora = config.engine.options.lora.as_deref().and_then(Path::to_str);
            assert_eq!((config.engine.model.as_str(), lora), expected, "{written}");
        }
    }
}

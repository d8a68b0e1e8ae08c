//! The options that a project sets for those who work on it: the table `[tool.codegen]` of its `pyproject.toml`, with the keys of
//! the user's own file. The file is a workspace's, so it may not name programs or models, trust itself, or allow more than the user does
//! ([`super::scope`]).

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::scope::{self, Whose};
use super::{Config, user_file};

/// The file's name.
pub const NAME: &str = "pyproject.toml";

/// Where the table is in the file, as a JSON pointer (RFC 6901).
const TABLE: &str = "/tool/codegen";

/// The nearest `pyproject.toml` with a table `[tool.codegen]`, in `folder` or above it, and that table. Other files of that name
/// are passed by, as ruff does.
///
/// # Errors
/// A file on the way cannot be read or is not TOML; the message names it.
pub fn find(folder: &Path) -> Result<Option<(PathBuf, Value)>, String> {
    for folder in folder.ancestors() {
        let path = folder.join(NAME);
        if let Some(table) = table(&path).map_err(|problem| format!("{}: {problem}", path.display()))? {
            return Ok(Some((path, table)));
        }
    }
    Ok(None)
}

fn table(path: &Path) -> Result<Option<Value>, String> {
    let Some(bytes) = user_file::text(path)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|_| "is not valid UTF-8".to_owned())?;
    // Read as any TOML: a file that gives other tables another form is no concern of this one.
    let read: Value = toml::from_str(&text).map_err(|error| {
        let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
        let line = line.map_or_else(String::new, |line| format!(" at line {line}"));
        format!("is not TOML{line}: {}", error.message())
    })?;
    Ok(read.pointer(TABLE).cloned())
}

/// Reads a project's table over the user's options, as far as a workspace may set them. `own` is where the user can set the rest. Returns
/// the problems, which name the file.
pub fn read(path: &Path, table: &Value, config: &mut Config, own: Option<&Path>) -> Vec<String> {
    let (admitted, mut problems) = scope::admit_from(Whose::Project, config, table, own);
    problems.extend(config.read_in(&admitted, Whose::Project.root()));
    problems.into_iter().map(|problem| format!("{}: {problem}", path.display())).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn told(text: &str) -> (Config, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        std::fs::write(&path, text).unwrap();
        let mut config = Config::default();
        let problems = match find(folder.path()) {
            Ok(Some((found, table))) => read(&found, &table, &mut config, Some(Path::new("/own.json"))),
            Ok(None) => Vec::new(),
            Err(problem) => vec![problem],
        };
        let start = format!("{}: ", path.display());
        (config, problems.iter().map(|problem| problem.strip_prefix(&start).unwrap().to_owned()).collect())
    }

    #[test]
    fn a_project_sets_what_a_workspace_may() {
        let (config, problems) =
            told("[tool.codegen]\nprompt.marker = \"#>\"\n[tool.codegen.synthesis]\nmaxTokens = 64\n");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!((config.turns.marker.as_deref(), config.synthesis.max_tokens), (Some("#>"), 64));
        for nothing in
            ["", "[tool.ruff]\nline-length = 100\n", "[project]\nname = \"x\"\n", "tool = 3\n", "tool = [1]\n"]
        {
            assert_eq!(told(nothing), (Config::default(), Vec::new()), "{nothing:?}");
        }
    }

    #[test]
    fn programs_models_and_trust_are_the_user_s() {
        let place = "as this file is the project's";
        for (line, why) in [
            (
                "model = \"theirs.gguf\"",
                format!(
                    "tool.codegen.model = \"theirs.gguf\" is ignored, {place} and only the user may set this option"
                ),
            ),
            (
                "lora = \"l.gguf\"",
                format!("tool.codegen.lora = \"l.gguf\" is ignored, {place} and only the user may set this option"),
            ),
            (
                "trusted = true",
                format!("tool.codegen.trusted = true is ignored, {place} and only the user may set this option"),
            ),
            (
                "synthesis.python = \"/p\"",
                format!(
                    "tool.codegen.synthesis.python = \"/p\" is ignored, {place} and only the user may set this option"
                ),
            ),
            (
                "maxFileBytes = 3000000",
                format!(
                    "tool.codegen.maxFileBytes = 3000000 is ignored, {place}, which may only set it to a lower number"
                ),
            ),
        ] {
            let (config, problems) = told(&format!("[tool.codegen]\n{line}\n"));
            assert_eq!(config, Config::default(), "{line}");
            assert_eq!(problems, [format!("{why}; set it in /own.json")], "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, expected) in [
            ("[tool.codegen\n", "is not TOML at line 1: "),
            ("x = 1\n\ny = = 2\n", "is not TOML at line 3: "),
            ("[tool]\ncodegen = 3\n", "tool.codegen is 3, but must be an object of options"),
            ("[tool.codegen]\nmodle = 1\n", "tool.codegen.modle is not an option (did you mean tool.codegen.model?)"),
        ] {
            let (config, problems) = told(text);
            assert_eq!(config, Config::default(), "{text:?}");
            assert!(problems.len() == 1 && problems[0].starts_with(expected), "{text:?}: {problems:?}");
        }
    }

    #[test]
    fn the_nearest_file_with_the_table_counts() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(folder.path().join(NAME), "[tool.codegen]\n").unwrap();
        std::fs::write(folder.path().join("a").join(NAME), "[project]\n").unwrap();
        let (found, _) = find(&inner).unwrap().unwrap();
        assert_eq!(found, folder.path().join(NAME));
    }
}

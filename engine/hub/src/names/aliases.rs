//! The user's own names: a file of JSON, `{"work": "hf:me/codegen-ours@v2", "small": "codegen-350M-mono"}`.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use codegen_core::printable;

use super::parse::Name;
use crate::error::HubError;

/// The environment variable that names another file than the platform's.
pub const VARIABLE: &str = "CODEGEN_LSP_NAMES";
/// The largest size of such a file in bytes.
const MOST: u64 = 1 << 20;

/// The path of the file: `$CODEGEN_LSP_NAMES`, or `names.json` in the platform's configuration folder for this program. `None` where
/// there is no home folder.
#[must_use]
pub fn path() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return std::path::absolute(path).ok();
    }
    Some(directories::ProjectDirs::from("", "", "codegen-lsp")?.config_dir().join("names.json"))
}

/// The names that are known: those of this program and the user's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    own: BTreeMap<String, Name>,
}

impl Names {
    /// Reads the user's own names. A missing file is an empty one.
    ///
    /// # Errors
    /// The file is there, and cannot be read or holds something else; the message names it and the faulty name.
    pub fn read(path: &Path) -> Result<Self, HubError> {
        match std::fs::metadata(path) {
            Ok(about) if !about.is_file() || about.len() > MOST => {
                return Err(HubError::Name(format!("{}: is no file of names", path.display())));
            }
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            _ => {}
        }
        let text = std::fs::read_to_string(path).map_err(HubError::io(path))?;
        Self::parse(&text).map_err(|problem| HubError::Name(format!("{}: {problem}", path.display())))
    }

    /// The names of a file's text.
    ///
    /// # Errors
    /// It is not an object of names, or one of them has no meaning.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let own: BTreeMap<String, String> = serde_json::from_str(text).map_err(|error| {
            format!("is not JSON of names and what they stand for, as in {{\"small\": \"codegen-350M-mono\"}}: {error}")
        })?;
        let mut names = Self::default();
        for (alias, target) in &own {
            let shown = printable::line(alias);
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if alias.is_empty() || !alias.chars().all(plain) || !alias.starts_with(|c: char| c.is_ascii_alphanumeric())
            {
                return Err(format!(
                    "{shown:?} cannot be a name: letters, digits, '-', '_' and '.' can, after a letter or a digit"
                ));
            }
            if let Ok(Some(_)) = Name::parse(alias) {
                return Err(format!("{shown:?} is the name of another model already; choose another"));
            }
            let meaning = match Name::parse(target) {
                Ok(Some(meaning)) => meaning,
                Ok(None) => {
                    return Err(format!(
                        "{shown:?} stands for {:?}, which is no model's name: it has to be builtin, a release as \
                         codegen-350M-mono, or hf:OWNER/REPOSITORY[@REVISION][:FILE]",
                        printable::line(target)
                    ));
                }
                Err(problem) => return Err(format!("{shown:?} stands for what cannot be: {problem}")),
            };
            names.own.insert(alias.clone(), meaning);
        }
        Ok(names)
    }

    /// The meaning of a text; `None` if it is no name, and so may be a path.
    ///
    /// # Errors
    /// As [`Name::parse`].
    pub fn find(&self, text: &str) -> Result<Option<Name>, HubError> {
        match self.own.get(text) {
            Some(name) => Ok(Some(name.clone())),
            None => Name::parse(text),
        }
    }

    /// The user's own names and their meanings, by the alphabet.
    pub fn own(&self) -> impl Iterator<Item = (&str, &Name)> {
        self.own.iter().map(|(alias, name)| (alias.as_str(), name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_names_stand_for_others() {
        let names =
            Names::parse(r#"{"small": "codegen-350M-mono", "work": "hf:me/ours@v2:x.gguf", "none": "builtin"}"#);
        let names = names.unwrap();
        for (text, expected) in [
            ("small", Some("codegen-350M-mono")),
            ("work", Some("hf:me/ours@v2:x.gguf")),
            ("none", Some("builtin")),
            ("codegen-2B-nl", Some("codegen-2B-nl")),
            ("other", None),
        ] {
            assert_eq!(names.find(text).unwrap().map(|name| name.to_string()).as_deref(), expected, "{text}");
        }
        assert_eq!(names.own().map(|(alias, _)| alias).collect::<Vec<_>>(), ["none", "small", "work"]);
    }

    #[test]
    fn a_faulty_name_is_named() {
        for (text, why) in [
            ("[]", "is not JSON of names"),
            ("{\"a\": 1}", "is not JSON of names"),
            ("{\"a\": \"hf:x\"}", "\"a\" stands for what cannot be"),
            ("{\"a\": \"b\", \"b\": \"a\"}", "\"a\" stands for \"b\", which is no model's name"),
            ("{\"builtin\": \"codegen-350M-mono\"}", "another model already"),
            ("{\"codegen-350m-mono\": \"builtin\"}", "another model already"),
            ("{\"a/b\": \"builtin\"}", "cannot be a name"),
            ("{\"\": \"builtin\"}", "cannot be a name"),
            ("{\"..\": \"builtin\"}", "cannot be a name"),
        ] {
            let said = Names::parse(text).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    #[test]
    fn a_missing_or_empty_file_has_no_names_and_a_folder_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names.json");
        assert_eq!(Names::read(&path).unwrap(), Names::default());
        std::fs::write(&path, "\u{feff} \n").unwrap();
        assert_eq!(Names::read(&path).unwrap(), Names::default());
        std::fs::write(&path, "{").unwrap();
        assert!(Names::read(&path).unwrap_err().to_string().contains("names.json: is not JSON"));
        assert!(Names::read(folder.path()).unwrap_err().to_string().contains("is no file of names"));
    }
}

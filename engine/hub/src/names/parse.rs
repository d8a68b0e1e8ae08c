//! How names are written: `builtin`, a release's name, `hf:OWNER/REPOSITORY[@REVISION][:FILE]`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::released::Released;
use crate::error::HubError;

/// The beginning of names of the Hub's repositories.
const PREFIX: &str = "hf:";
/// The name of the model inside the program.
const BUILTIN: &str = "builtin";
/// What stays as it is in a folder's name. Without `:` and `/`, which systems forbid there.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
/// The longest name, in bytes; encoded, a folder of that name still fits every file system.
const LONGEST: usize = 80;

/// The meaning of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// The model inside the program.
    Builtin,
    /// One that is, or was, on the Hub.
    Hub(Hub),
}

/// A model of the Hub's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// `OWNER/NAME`.
    pub repository: String,
    /// The branch, tag or commit, if it is not `main`.
    pub revision: Option<String>,
    /// The GGUF file, if the name has one.
    pub file: Option<String>,
    /// The release that it is, if it is one.
    pub release: Option<&'static Released>,
}

impl Name {
    /// The meaning of a text that is no alias; `None` if it is not a name, and so may be a path.
    ///
    /// # Errors
    /// It begins as a name of the Hub's and is none.
    pub fn parse(text: &str) -> Result<Option<Self>, HubError> {
        if text == BUILTIN {
            return Ok(Some(Self::Builtin));
        }
        if let Some(release) = Released::find(text) {
            let repository = release.repository();
            return Ok(Some(Self::Hub(Hub { repository, revision: None, file: None, release: Some(release) })));
        }
        text.strip_prefix(PREFIX).map(|rest| Hub::parse(text, rest).map(Self::Hub)).transpose()
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Builtin => f.write_str(BUILTIN),
            Self::Hub(hub) => hub.fmt(f),
        }
    }
}

impl Hub {
    fn parse(text: &str, rest: &str) -> Result<Self, HubError> {
        let refused = |why: &str| {
            HubError::Name(format!(
                "{} is no model's name: {why}; names of the Hub are written hf:OWNER/REPOSITORY[@REVISION][:FILE], as in \
                 hf:Salesforce/codegen-350M-mono",
                codegen_core::printable::line(text)
            ))
        };
        if text.len() > LONGEST {
            return Err(refused("it is too long"));
        }
        // git allows no colon in a revision.
        let (rest, file) = rest.split_once(':').map_or((rest, None), |(rest, file)| (rest, Some(file)));
        let (repository, revision) = rest.split_once('@').map_or((rest, None), |(name, at)| (name, Some(at)));
        match repository.split('/').collect::<Vec<_>>().as_slice() {
            [owner, name] if is_part(owner) && is_part(name) => {}
            _ => return Err(refused("it needs an owner and a repository")),
        }
        if revision.is_some_and(|revision| !is_path(revision)) {
            return Err(refused("its revision cannot be one"));
        }
        if let Some(file) = file {
            if !is_path(file) {
                return Err(refused("its file cannot be one of a repository"));
            }
            if !is_gguf(file) {
                return Err(refused(
                    "a single file has to be a GGUF; without one, the repository's checkpoint is meant",
                ));
            }
        }
        let revision = revision.filter(|revision| *revision != "main");
        let release = repository
            .split_once('/')
            .and_then(|(_, name)| Released::find(name))
            .filter(|release| release.repository().eq_ignore_ascii_case(repository))
            .filter(|_| revision.is_none() && file.is_none());
        let repository = release.map_or_else(|| repository.to_owned(), Released::repository);
        Ok(Self { repository, revision: revision.map(str::to_owned), file: file.map(str::to_owned), release })
    }

    /// The branch, tag or commit.
    #[must_use]
    pub fn revision(&self) -> &str {
        self.revision.as_deref().unwrap_or("main")
    }

    /// The name of its folder in the store: the same for all spellings of a name, and of no other name.
    #[must_use]
    pub fn id(&self) -> String {
        utf8_percent_encode(&self.to_string(), PLAIN).to_string()
    }
}

impl std::fmt::Display for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(release) = self.release {
            return f.write_str(release.name);
        }
        write!(f, "{PREFIX}{}", self.repository)?;
        if let Some(revision) = &self.revision {
            write!(f, "@{revision}")?;
        }
        self.file.as_ref().map_or(Ok(()), |file| write!(f, ":{file}"))
    }
}

/// Whether a text can be an owner's or a repository's name.
fn is_part(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.chars().all(plain)
        && text.chars().any(|c| c.is_ascii_alphanumeric())
        && !text.contains("..")
        && !text.contains("--")
}

/// Whether a text is a path inside a repository, or a revision: no part leads out of a folder.
pub(crate) fn is_path(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '=' | ' ' | '(' | ')');
    text.split('/').all(|part| {
        !part.is_empty() && part.chars().all(plain) && part.chars().any(|c| c != '.') && part.trim() == part
    })
}

/// Whether a file's name is a GGUF's.
pub(crate) fn is_gguf(file: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, kind)| kind.eq_ignore_ascii_case("gguf"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(text: &str) -> Hub {
        match Name::parse(text).unwrap().unwrap() {
            Name::Hub(hub) => hub,
            Name::Builtin => panic!("{text} is built in"),
        }
    }

    #[test]
    fn names_mean_what_they_say() {
        assert_eq!(Name::parse("builtin").unwrap(), Some(Name::Builtin));
        for (text, repository, revision, file, id) in [
            ("codegen-2B-mono", "Salesforce/codegen-2B-mono", "main", None, "codegen-2B-mono"),
            ("salesforce/codegen-2b-mono", "", "", None, ""),
            ("hf:Salesforce/codegen-2B-mono", "Salesforce/codegen-2B-mono", "main", None, "codegen-2B-mono"),
            ("hf:salesforce/Codegen-2B-mono@main", "Salesforce/codegen-2B-mono", "main", None, "codegen-2B-mono"),
            ("hf:a/b", "a/b", "main", None, "hf%3Aa%2Fb"),
            ("hf:a/b@refs/pr/1", "a/b", "refs/pr/1", None, "hf%3Aa%2Fb%40refs%2Fpr%2F1"),
            ("hf:a/b:x/c.gguf", "a/b", "main", Some("x/c.gguf"), "hf%3Aa%2Fb%3Ax%2Fc.gguf"),
            ("hf:a/b.c@v1:c.GGUF", "a/b.c", "v1", Some("c.GGUF"), "hf%3Aa%2Fb.c%40v1%3Ac.GGUF"),
        ] {
            if repository.is_empty() {
                assert_eq!(Name::parse(text).unwrap(), None, "{text}");
                continue;
            }
            let name = hub(text);
            let parts = (name.repository.as_str(), name.revision(), name.file.as_deref());
            assert_eq!(parts, (repository, revision, file), "{text}");
            assert_eq!(name.id(), id);
            assert_eq!(hub(&name.to_string()), name, "{text} is not read as it is shown");
        }
        assert_ne!(hub("hf:Salesforce/codegen-2B-mono@v1").id(), "codegen-2B-mono");
    }

    #[test]
    fn what_is_no_name_may_be_a_path() {
        for text in ["", "a", "a/b", "./builtin", "/x/y.gguf", "codegen-7B-mono", "C:/x.gguf", "Builtin"] {
            assert_eq!(Name::parse(text).unwrap(), None, "{text}");
        }
    }

    #[test]
    fn a_bad_name_of_the_hub_is_refused_with_how_it_is_written() {
        for (text, why) in [
            ("hf:", "owner and a repository"),
            ("hf:a", "owner and a repository"),
            ("hf:a/b/c", "owner and a repository"),
            ("hf:../b", "owner and a repository"),
            ("hf:a/..", "owner and a repository"),
            ("hf:a/b c", "owner and a repository"),
            ("hf:a--b/c", "owner and a repository"),
            ("hf:a/b@", "revision"),
            ("hf:a/b@../../x", "revision"),
            ("hf:a/b:", "file"),
            ("hf:a/b:../c.gguf", "file"),
            ("hf:a/b:/c.gguf", "file"),
            ("hf:a/b:c\\d.gguf", "file"),
            ("hf:a/b:pytorch_model.bin", "GGUF"),
            ("hf:a/\u{1b}[2J", "owner and a repository"),
        ] {
            let said = Name::parse(text).unwrap_err().to_string();
            assert!(said.contains(why) && said.contains("hf:OWNER/REPOSITORY"), "{text}: {said}");
            assert!(!said.contains('\u{1b}'), "{said}");
        }
        assert!(Name::parse(&format!("hf:a/{}", "b".repeat(100))).unwrap_err().to_string().contains("too long"));
    }
}

//! The user's files, and standard input: read with errors that describe the problem, and replaced whole or not at all.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use codegen_engine::model::inspect::size;

/// The mark with which some editors label a file as UTF-8. It is no part of the text.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Endings of names of Python files, those of related languages included.
const PYTHON: [&str; 7] = ["py", "pyi", "pyw", "pyx", "pxd", "pxi", "py3"];

/// The source of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input, which is written `-`.
    Input,
    File(PathBuf),
}

/// A text that was read, and how its file began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text without the mark.
    pub text: String,
    /// The byte order mark that stood before it, or nothing.
    pub mark: &'static str,
}

impl Text {
    fn of(mut text: String) -> Self {
        let mark = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK } else { "" };
        text.drain(..mark.len());
        Self { text, mark }
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        if path == Path::new("-") { Self::Input } else { Self::File(path.to_owned()) }
    }
}

impl Source {
    /// The name in messages.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Input => "standard input".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        if let Self::File(path) = self { Some(path) } else { None }
    }

    /// The folder that the text is in: for standard input the working directory.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        let folder = self.path().and_then(|path| std::path::absolute(path).ok()?.parent().map(Path::to_owned));
        folder.or_else(|| std::env::current_dir().ok()).unwrap_or_default()
    }

    /// Reads Python of at most `limit` bytes. `of_input` is the command that does the same for standard input.
    ///
    /// # Errors
    /// It cannot be read, is too large, is not UTF-8, or has the name of another kind of file.
    pub fn read_python(&self, limit: usize, of_input: &str) -> anyhow::Result<Text> {
        let name = self.name();
        let bytes = match self {
            Self::Input => read_some(std::io::stdin().lock(), limit),
            Self::File(path) => {
                let about = std::fs::metadata(path).with_context(|| format!("cannot read {name}"))?;
                let kind = path.extension().map(|kind| kind.to_string_lossy().to_ascii_lowercase());
                if let Some(kind) = kind.filter(|kind| about.is_file() && !PYTHON.contains(&kind.as_str())) {
                    bail!(
                        "{name} is not a Python file: its name ends with .{kind}; to have it read anyway, give it on standard \
                         input: `{of_input} < {name}`"
                    );
                }
                if about.is_dir() {
                    bail!(
                        "{name} is a folder; name the Python files in it, as {}/*.py does",
                        name.trim_end_matches('/')
                    );
                }
                if about.len() > limit as u64 {
                    return too_large(&name, limit);
                }
                std::fs::File::open(path).and_then(|file| read_some(file, limit))
            }
        };
        let bytes = bytes.with_context(|| format!("cannot read {name}"))?;
        if bytes.len() > limit {
            return too_large(&name, limit);
        }
        Ok(Text::of(decoded(bytes, &name)?))
    }
}

/// Reads one byte more than the limit at most.
fn read_some(from: impl Read, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn too_large<T>(name: &str, limit: usize) -> anyhow::Result<T> {
    let most = size(limit as u64);
    bail!(
        "{name} is larger than {most}, the limit; the option maxFileBytes raises it (`codegen-lsp config` names the files of options)"
    )
}

/// Reads a text file, without the byte order mark that it may start with.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
pub fn read(path: &Path) -> anyhow::Result<String> {
    read_whole(path).map(|text| text.text)
}

fn read_whole(path: &Path) -> anyhow::Result<Text> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    decoded(bytes, &path.display().to_string()).map(Text::of)
}

/// The bytes as text. A refusal names the line, and the byte in it, both counted from 1.
fn decoded(bytes: Vec<u8>, name: &str) -> anyhow::Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        let byte = valid.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        let cure = match coding(error.as_bytes()) {
            Some(coding) => format!(
                "it says that it is {coding}, and only UTF-8 is read: save it as UTF-8, without the line that says so"
            ),
            None => "only UTF-8 is read".to_owned(),
        };
        anyhow::anyhow!("{name} is not valid UTF-8 at line {line}, byte {byte}; {cure}")
    })
}

/// The encoding that a Python file declares in one of its first two lines (PEP 263).
fn coding(bytes: &[u8]) -> Option<String> {
    let lines = bytes.split(|byte| *byte == b'\n').take(2).map(String::from_utf8_lossy);
    lines.filter(|line| line.trim_start().starts_with('#')).find_map(|line| {
        let behind = line.split_once("coding")?.1.strip_prefix([':', '='])?.trim_start().to_owned();
        let name: String =
            behind.chars().take_while(|char| char.is_ascii_alphanumeric() || "-_.".contains(*char)).collect();
        (!name.is_empty()).then_some(name)
    })
}

/// Refuses a file that its owner has made read-only: [`replace`] must not replace it, although the folder's permission
/// would be enough.
///
/// # Errors
/// The file is read-only, or its metadata cannot be read.
pub fn check_writable(path: &Path) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    if std::fs::metadata(path).with_context(failed)?.permissions().readonly() {
        bail!("cannot write {}: it is read-only", path.display());
    }
    Ok(())
}

/// Replaces a file's text `old`, as [`read`] returned it, by `new`. The new file is written beside it, synced and
/// renamed; permissions and byte order mark are kept, and a link stays a link.
///
/// # Errors
/// The file was changed meanwhile, or the operating system refuses; the file is then unchanged.
pub fn replace(path: &Path, old: &str, new: &str) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let Text { text, mark } = read_whole(path)?;
    if text != old {
        bail!("{} was changed by something else meanwhile, so nothing is written into it", path.display());
    }
    codegen_engine::output::replace(path, [mark, new].concat().as_bytes()).with_context(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_text_but_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        std::fs::write(&path, "\u{feff}x = 1\n").unwrap();
        assert_eq!(read(&path).unwrap(), "x = 1\n");
        replace(&path, "x = 1\n", "y = 2\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "\u{feff}y = 2\n");
    }

    #[test]
    fn what_cannot_be_worked_on_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let said = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let error = Source::from(path.as_path()).read_python(20, "codegen-lsp x -").unwrap_err().to_string();
            error.replace(&format!("{}/", folder.path().display()), "")
        };
        let only = "only UTF-8 is read";
        assert_eq!(said("a.py", b"x = 1\ny = \xff\n"), format!("a.py is not valid UTF-8 at line 2, byte 5; {only}"));
        assert_eq!(said("b.py", b"\xe9"), format!("b.py is not valid UTF-8 at line 1, byte 1; {only}"));
        let declared = "l.py is not valid UTF-8 at line 2, byte 1; it says that it is latin1, and only UTF-8 is read: save it as \
                        UTF-8, without the line that says so";
        assert_eq!(said("l.py", b"# coding=latin1\n\xe9"), declared);
        let error = Source::from(folder.path()).read_python(20, "codegen-lsp x -").unwrap_err().to_string();
        assert!(error.ends_with(&format!(
            " is a folder; name the Python files in it, as {}/*.py does",
            folder.path().display()
        )));
        let large = "is larger than 20 B, the limit; the option maxFileBytes raises it (`codegen-lsp config` names the files of options)";
        assert_eq!(said("c.py", &[b'#'; 21]), format!("c.py {large}"));
        let other = "notes.TXT is not a Python file: its name ends with .txt; to have it read anyway, give it on standard input: \
                     `codegen-lsp x - < notes.TXT`";
        assert_eq!(said("notes.TXT", b"x"), other);
        let script = folder.path().join("script");
        std::fs::write(&script, "\u{feff}x = 1\n").unwrap();
        let marked = Text { text: "x = 1\n".to_owned(), mark: "\u{feff}" };
        assert_eq!(Source::from(script.as_path()).read_python(20, "codegen-lsp x -").unwrap(), marked);
        assert_eq!(Source::from(Path::new("-")), Source::Input);
    }

    #[test]
    fn what_was_written_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        std::fs::write(&path, "x = 2\n").unwrap();
        let error = replace(&path, "x = 1\n", "y = 2\n").unwrap_err().to_string();
        assert!(error.contains("a.py was changed by something else meanwhile"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "x = 2\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside");
    }
}

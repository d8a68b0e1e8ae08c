//! Lines that name something that another file of their package defines.

use std::path::{Path, PathBuf};

use codegen_text::document::Document;
use codegen_text::prompt::related::{Import, Part, Wanted, imports};
use codegen_text::python;

use super::super::draw::Draw;
use crate::cli::source;
use crate::config::{Config, Context};
use crate::related::{Asked, Related};

/// Where the cursor is in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Cursor {
    /// Before its first word.
    Line,
    /// Before the name.
    Name,
    /// Behind the name and the bracket that it is called with.
    Call,
}

impl Cursor {
    pub(super) const ALL: [Self; 3] = [Self::Line, Self::Name, Self::Call];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Name => "name",
            Self::Call => "call",
        }
    }
}

/// A place where a line is asked for.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub path: PathBuf,
    pub text: String,
    /// The byte offset of the cursor.
    pub offset: usize,
    /// The end of the name in bytes, and of the line.
    pub name_end: usize,
    pub line_end: usize,
    pub cursor: Cursor,
    /// Where what it names is defined.
    pub defined: Defined,
}

/// The definition of a name.
#[derive(Debug, Clone)]
pub(super) struct Defined {
    pub path: PathBuf,
    pub text: String,
    pub offset: usize,
}

/// Bytes of a file: below there is nothing above the cursor, and above are tables and generated code.
const SIZES: std::ops::Range<u64> = 800..60_000;
/// Places of one file at most, so that a package's are of several.
const OF_A_FILE: usize = 4;

/// The places of a package in an order that the seed decides: more than anybody wants.
pub(super) fn drawn(root: &Path, seed: u64) -> anyhow::Result<Vec<Place>> {
    let mut files = Vec::new();
    collect(root, &mut files)?;
    files.sort();
    let mut draw = Draw::new(seed);
    draw.shuffle(&mut files);
    let mut places = Vec::new();
    for path in files {
        let Ok(text) = source::read(&path) else { continue };
        let mut found = of_file(root, &path, &text);
        draw.shuffle(&mut found);
        for (index, (name, defined)) in found.into_iter().take(OF_A_FILE).enumerate() {
            let cursor = Cursor::ALL[(places.len() + index) % Cursor::ALL.len()];
            places.push(place(&path, &text, &name, cursor, defined));
        }
    }
    draw.shuffle(&mut places);
    Ok(places)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let (entry, kind) = entry.and_then(|entry| entry.file_type().map(|kind| (entry, kind)))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        // Tests, settings and what comes with a package from elsewhere.
        let unusual = ["test", "_vendor", "vendor", "migrations", "version", "setup.py", "conf.py"];
        if unusual.iter().any(|word| name.to_lowercase().contains(word)) {
            continue;
        }
        if kind.is_dir() {
            collect(&path, files)?;
        } else if name.ends_with(".py") && kind.is_file() && SIZES.contains(&entry.metadata()?.len()) {
            files.push(path);
        }
    }
    Ok(())
}

/// A name in a file: the range of its text, such as `util.add`.
type Name = std::ops::Range<usize>;

/// The first use on each line of something that another file defines.
fn of_file(root: &Path, path: &Path, text: &str) -> Vec<(Name, Defined)> {
    let document = Document::new(text, 1);
    let mut found: Vec<(Name, Defined)> = Vec::new();
    for (name, definition) in imported(root, path, text) {
        for (start, _) in text.match_indices(&name) {
            let end = start + name.len();
            let line = python::line_at(&document, start);
            let words = &text[line.text..line.end];
            let usable = !whole(text, start, end)
                || ["import ", "from ", "#", "@", "__all__"].iter().any(|word| words.starts_with(word))
                || words.contains(" import ")
                || python::place(&document, end) != python::Place::Code
                || python::place(&document, line.end) != python::Place::Code
                || python::is_continuation(&document, line.start)
                || found.iter().any(|(other, _)| python::line_at(&document, other.start).start == line.start);
            if !usable {
                found.push((start..end, definition.clone()));
            }
        }
    }
    found.sort_by_key(|(name, _)| name.start);
    found
}

/// Whether no letter stands at either end of a name, and no dot before it.
fn whole(text: &str, start: usize, end: usize) -> bool {
    let letter = |char: char| char.is_alphanumeric() || char == '_';
    !text[..start].ends_with(|char| letter(char) || char == '.') && !text[end..].starts_with(letter)
}

/// The names that a file imports of other files of its package, as it writes them, with their definitions.
fn imported(root: &Path, path: &Path, text: &str) -> Vec<(String, Defined)> {
    let mut config = Config::default();
    config.inline.context = Context::Imports;
    let Some(asked) = Asked::new(&config, root.to_owned(), path.to_owned()) else { return Vec::new() };
    let related = Related::default();
    let mut names = Vec::new();
    for import in imports(text) {
        let alone = Document::new(&statement(&import), 1);
        for part in related.parts(&alone, &asked).iter() {
            let file = root.join(&part.file);
            let Ok(text) = source::read(&file) else { continue };
            for (name, prefix) in defined(part, &import) {
                let offset = ["def ", "class ", ""].iter().find_map(|word| definition(&text, &format!("{word}{name}")));
                let Some(offset) = offset else { continue };
                names.push((format!("{prefix}{name}"), Defined { path: file.clone(), text: text.clone(), offset }));
            }
        }
    }
    names
}

fn statement(import: &Import) -> String {
    let module = format!("{}{}", ".".repeat(import.level), import.module);
    match &import.names {
        Wanted::All => format!("import {module}\n"),
        Wanted::Names(names) => format!("from {module} import {}\n", names.join(", ")),
    }
}

/// The names that a part defines, and how the import writes what stands before them.
fn defined(part: &Part, import: &Import) -> Vec<(String, String)> {
    let names = part.pieces.iter().filter_map(|piece| {
        let line = piece.first()?;
        let line = ["async def ", "def ", "class "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line);
        let end = line.find(|char: char| !(char.is_alphanumeric() || char == '_')).unwrap_or(line.len());
        Some(line[..end].to_owned()).filter(|name| name.len() > 2)
    });
    let stem = part.file.trim_end_matches("/__init__.py").trim_end_matches(".py");
    let stem = stem.rsplit('/').next().unwrap_or_default();
    let prefixed = names.filter_map(|name| match &import.names {
        Wanted::All => Some((name, format!("{}.", import.module))),
        Wanted::Names(names) if names.contains(&name) => Some((name, String::new())),
        Wanted::Names(names) if names.iter().any(|module| module == stem) => Some((name, format!("{stem}."))),
        Wanted::Names(_) => None,
    });
    prefixed.collect()
}

/// The byte offset of a line that begins so, and does not go on in the same word.
fn definition(text: &str, begin: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start().strip_prefix(begin);
        if rest.is_some_and(|rest| !rest.starts_with(|char: char| char.is_alphanumeric() || char == '_')) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// The place with the cursor there, or before the name where the line has no such place.
fn place(path: &Path, text: &str, name: &Name, cursor: Cursor, defined: Defined) -> Place {
    let line_start = text[..name.start].rfind('\n').map_or(0, |end| end + 1);
    let line_end = text[name.end..].find('\n').map_or(text.len(), |end| name.end + end);
    let first = line_start + text[line_start..].len() - text[line_start..].trim_start().len();
    let called = text[name.end..line_end].starts_with('(') && !text[name.end..line_end].starts_with("()");
    let (cursor, offset) = match cursor {
        Cursor::Line => (Cursor::Line, first),
        Cursor::Call if called && name.end + 1 < line_end => (Cursor::Call, name.end + 1),
        _ => (Cursor::Name, name.start),
    };
    Place { path: path.to_owned(), text: text.to_owned(), offset, name_end: name.end, line_end, cursor, defined }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let filler = format!("'''{}'''\n", "words ".repeat(200));
        for (file, text) in [
            ("pkg/util.py", "def add(a, b):\n    return a + b\n\n\nLIMIT = 3\n".to_owned()),
            (
                "pkg/main.py",
                format!(
                    "{filler}import os\nfrom .util import add, LIMIT\nfrom . import util\n\n\n# add it\ndef f(x):\n    y = add(x, LIMIT)\n    \
                     z = os.add(x)\n    s = 'add'\n    return util.add(x, y) + adding\n"
                ),
            ),
            ("pkg/tests/test_main.py", format!("{filler}from pkg.util import add\nadd(1, 2)\n")),
        ] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn lines_that_name_what_another_file_defines() {
        let package = package();
        let path = package.path().join("pkg/main.py");
        let text = std::fs::read_to_string(&path).unwrap();
        let found = of_file(package.path(), &path, &text);
        let names: Vec<_> = found.iter().map(|(name, defined)| (&text[name.clone()], defined.offset)).collect();
        assert_eq!(names, [("add", 0), ("util.add", 0)]);
        assert_eq!(found[0].1.path, package.path().join("pkg/util.py"));
    }

    #[test]
    fn cursors_stand_where_they_should() {
        let package = package();
        let path = package.path().join("pkg/main.py");
        let text = std::fs::read_to_string(&path).unwrap();
        let (name, defined) = of_file(package.path(), &path, &text).swap_remove(0);
        for (cursor, rest) in
            [(Cursor::Line, "y = add(x, LIMIT)"), (Cursor::Name, "add(x, LIMIT)"), (Cursor::Call, "x, LIMIT)")]
        {
            let place = place(&path, &text, &name, cursor, defined.clone());
            assert_eq!((place.cursor, &text[place.offset..place.line_end]), (cursor, rest));
        }
        let drawn = drawn(package.path(), 1).unwrap();
        assert_eq!(drawn.len(), 2, "tests are left out: {drawn:?}");
    }
}

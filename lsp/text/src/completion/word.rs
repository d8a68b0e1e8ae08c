//! The word that the cursor stands at the end of: what of it the model is held to.
//!
//! Tokens begin with words, so a prompt that ends inside one asks for a piece of a word that no text has. The prompt ends
//! before the word (and the space before it), and what is generated has to begin with it: in code with a name that exists,
//! in a string with anything.

use codegen_core::Beginning;

use super::Cursor;
use super::refusal::Refusal;
use crate::python::{self, Identifiers, Place, library};

/// An entry of the client's completion menu, which the suggestion has to continue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// The byte offset on the cursor's line from which on the entry would be inserted.
    pub start: usize,
    /// The entry's text.
    pub text: String,
}

impl Selected {
    /// The part of the entry that has not been typed, if what has been typed is its beginning.
    #[must_use]
    pub fn rest<'e>(&'e self, typed: &str) -> Option<&'e str> {
        self.text.strip_prefix(typed).filter(|_| !self.text.contains(['\n', '\r']))
    }
}

/// What stands before the cursor that the model is left to repeat, and what it may make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// Nothing, or a single space that parts words; nearly every word's token begins with its space.
    Free(&'static str),
    /// A part of a word, with a space before it if there is one. The text has to begin as is said.
    Word(String, Beginning),
}

impl Held {
    /// The text before the cursor that the prompt goes without.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Free(text) => text,
            Self::Word(text, _) => text,
        }
    }

    /// What is held at the cursor; `names` gives the names of the text around it.
    pub(super) fn at(
        cursor: &Cursor,
        selected: Option<&Selected>,
        names: impl FnOnce() -> Identifiers,
    ) -> Result<Self, Refusal> {
        if let Some(selected) = selected {
            return Self::entry(cursor, selected);
        }
        let word = word(&cursor.left);
        let space = space(&cursor.left[..cursor.left.len() - word.len()]);
        if word.is_empty() {
            return Ok(Self::Free(space));
        }
        let given = format!("{space}{word}");
        if python::place(cursor.document, cursor.offset) != Place::Code {
            let begin = Beginning::with(&given);
            return Ok(Self::Word(given, begin));
        }
        let before = &cursor.left[..cursor.left.len() - word.len()];
        let known = known(before, &names()).into_iter().map(|name| format!("{space}{name}"));
        let begin = Beginning::one_of(&given, known).ok_or(Refusal::NothingBeginsSo)?;
        Ok(Self::Word(given, begin))
    }

    fn entry(cursor: &Cursor, selected: &Selected) -> Result<Self, Refusal> {
        let back = cursor.offset.saturating_sub(selected.start);
        let at = cursor.left.len().checked_sub(back).ok_or(Refusal::OtherEntry)?;
        let (before, typed) = cursor.left.split_at_checked(at).ok_or(Refusal::OtherEntry)?;
        // Everything that is part of the same word has to be said again with it.
        let (space, word) = match word(before) {
            "" => (space(before), ""),
            word => (space(&before[..before.len() - word.len()]), word),
        };
        let given = format!("{space}{word}{typed}");
        let begin = selected.rest(typed).and_then(|rest| Beginning::one_of(&given, [format!("{given}{rest}")]));
        Ok(Self::Word(given, begin.ok_or(Refusal::OtherEntry)?))
    }
}

/// The word that a text ends with; empty if it ends with none, or with a number.
pub(super) fn word(text: &str) -> &str {
    let before = text.trim_end_matches(|char: char| char.is_alphanumeric() || char == '_').len();
    let word = &text[before..];
    if word.starts_with(|first: char| first.is_ascii_digit()) { "" } else { word }
}

/// The space at the end of a text, if it parts words: a run of spaces is a token of its own.
fn space(text: &str) -> &'static str {
    let parts = text.strip_suffix(' ').is_some_and(|before| before.ends_with(|last: char| !last.is_ascii_whitespace()));
    if parts { " " } else { "" }
}

/// The names that can stand behind `before` on a line.
fn known(before: &str, names: &Identifiers) -> Vec<String> {
    let owned = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let seen = |more: Vec<String>| more.into_iter().chain(names.names.iter().cloned()).collect();
    let words: Vec<&str> = before.split_whitespace().collect();
    let import = words.first().is_some_and(|first| matches!(*first, "import" | "from"));
    if import {
        return match words.as_slice() {
            ["from", module, "import", ..] => seen(members(module, names)),
            ["from", _, ..] | ["import", ..] if before.ends_with('.') => {
                let package = words.last().map_or("", |last| last.trim_end_matches('.'));
                members(package, names)
            }
            ["from", _] => vec!["import".to_owned()],
            _ => seen(owned(library::modules())),
        };
    }
    if let Some(object) = before.strip_suffix('.') {
        let object = chain(object);
        // A number's dot is none of an attribute.
        let module = names.modules.get(object).map_or(object, String::as_str);
        let imported = names.modules.contains_key(object.split('.').next().unwrap_or_default());
        if let Some(members) = library::members(module).filter(|_| imported) {
            return owned(members);
        }
        let own = names.attributes.iter().cloned();
        return own.chain(defined(object, names)).chain(owned(library::attributes())).collect();
    }
    let mut all = owned(library::members("builtins").unwrap_or_default());
    all.extend(owned(&python::KEYWORDS));
    if words.last().is_some_and(|last| *last == "def") {
        all = owned(&SPECIAL);
    }
    let begins = before.trim().is_empty() || before.trim_end().ends_with([':', ';']) || words.last() == Some(&"async");
    let mut all = seen(all);
    all.retain(|name| begins || !BEGINNINGS.contains(&name.as_str()));
    all
}

/// The keywords that are nowhere but at a statement's beginning.
const BEGINNINGS: [&str; 17] = [
    "assert", "break", "class", "continue", "def", "del", "elif", "except", "finally", "global", "nonlocal", "pass",
    "raise", "return", "try", "while", "with",
];

/// The names of a module, as far as they are known.
fn members(module: &str, names: &Identifiers) -> Vec<String> {
    let module = names.modules.get(module).map_or(module, String::as_str);
    library::members(module).unwrap_or_default().iter().map(|name| (*name).to_owned()).collect()
}

/// Names that an object of the file's own may have: functions and variables are found by their words alone.
fn defined(object: &str, names: &Identifiers) -> Vec<String> {
    // What is no module of Python's may be anything of the file's own.
    if names.modules.contains_key(object) { Vec::new() } else { names.names.iter().cloned().collect() }
}

/// The name, or the names with dots, that a text ends with.
fn chain(text: &str) -> &str {
    let before = text.trim_end_matches(|char: char| char.is_alphanumeric() || char == '_' || char == '.').len();
    &text[before..]
}

/// The methods that Python calls by itself, sorted.
const SPECIAL: [&str; 24] = [
    "__add__",
    "__bool__",
    "__call__",
    "__contains__",
    "__delitem__",
    "__enter__",
    "__eq__",
    "__exit__",
    "__getitem__",
    "__hash__",
    "__init__",
    "__iter__",
    "__le__",
    "__len__",
    "__lt__",
    "__mul__",
    "__ne__",
    "__neg__",
    "__next__",
    "__post_init__",
    "__repr__",
    "__setitem__",
    "__str__",
    "__sub__",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::testing::cursor_in;

    fn held(text: &str, selected: Option<(usize, &str)>) -> Result<Held, Refusal> {
        let (document, offset) = cursor_in(text, |text| Document::new(text, 1));
        let selected = selected.map(|(back, text)| Selected { start: offset - back, text: text.to_owned() });
        let cursor = Cursor::new(&document, offset);
        Held::at(&cursor, selected.as_ref(), || Identifiers::around(&document, offset))
    }

    #[test]
    fn what_is_held() {
        for (text, free) in [
            ("x = $0", " "),
            ("x =$0", ""),
            ("x =  $0", ""),
            ("    $0", ""),
            ("x.$0", ""),
            ("x = 12$0", ""),
            ("import $0", " "),
            ("import  $0", ""),
            ("x\n $0", ""),
            (" $0", ""),
            ("x = '\u{e9} $0", " "),
        ] {
            assert_eq!(held(text, None), Ok(Held::Free(free)), "{text:?}");
        }
    }

    #[test]
    fn words_become_names_that_exist() {
        let text = "import os\nimport json as j\nnumbers = [1]\n\ndef average(values):\n    return self.total\n\n";
        for (line, given, yes, no) in [
            ("print(nu$0", "nu", &["numbers"][..], &["number", "nu", "numpy"][..]),
            ("x = av$0", " av", &[" average"], &[" ave", "average"]),
            ("x = su$0", " su", &[" sum", " super"], &[" sub"]),
            ("numbers.ap$0", "ap", &["append"], &["apply"]),
            ("self.to$0", "to", &["total"], &["top"]),
            ("os.li$0", "li", &["listdir"], &["limit"]),
            ("os.path.jo$0", "jo", &["join"], &["joint"]),
            ("j.lo$0", "lo", &["loads", "load"], &["log"]),
            ("from os.path import ex$0", " ex", &[" exists"], &[" example"]),
            ("import js$0", " js", &[" json"], &[" js"]),
            ("from collections im$0", " im", &[" import"], &[" imp"]),
            ("whi$0", "whi", &["while"], &["which"]),
            // Keywords of statements are at their beginnings only.
            ("x = 1 if cl$0", " cl", &[" classmethod"], &[" class"]),
            ("    cl$0", "cl", &["class"], &["clasp"]),
            ("if x: ra$0", " ra", &[" raise", " range"], &[" rage"]),
            ("x = [y for y in ra$0", " ra", &[" range"], &[" raise"]),
            ("async wi$0", " wi", &[" with"], &[" width"]),
            ("    def __i$0", " __i", &[" __init__"], &[" __int"]),
        ] {
            let Ok(Held::Word(found, begin)) = held(&format!("{text}{line}\n"), None) else { panic!("{line:?}") };
            assert_eq!(found, given, "{line:?}");
            for name in yes {
                assert!(begin.is_met(format!("{name} ").as_bytes()), "{line:?} {name:?}");
            }
            for name in no {
                assert!(!begin.is_met(format!("{name} ").as_bytes()), "{line:?} {name:?}");
            }
        }
        for nowhere in ["x = qqz$0", "zzyy$0", "x.qqq$0", "os.nothing$0", "def calculate_t$0", "class Que$0"] {
            assert_eq!(held(&format!("{text}{nowhere}\n"), None), Err(Refusal::NothingBeginsSo), "{nowhere:?}");
        }
    }

    #[test]
    fn words_in_strings_may_become_anything() {
        let Ok(Held::Word(given, begin)) = held("print('hello wor$0')", None) else { panic!() };
        assert_eq!(given, " wor");
        assert!(begin.is_met(b" world") && !begin.allows(b" x"));
    }

    #[test]
    fn an_entry_of_the_menu_is_continued() {
        for (text, back, entry, expected) in [
            ("for name in os.$0", 0, "listdir", Some(("", "listdir"))),
            ("for name in os.li$0", 2, "listdir", Some(("li", "listdir"))),
            ("result = su$0", 2, "sum", Some((" su", " sum"))),
            ("result = $0", 0, "sum", Some((" ", " sum"))),
            ("x.$0", 0, "append()", Some(("", "append()"))),
            // Another word, or none that could be written on the line.
            ("result = ma$0", 2, "sum", None),
            ("result = su$0", 2, "sum(\n)", None),
            ("x\nresult = su$0", 12, "sum", None),
        ] {
            let found = held(text, Some((back, entry)));
            match (found, expected) {
                (Ok(Held::Word(given, begin)), Some((wanted, whole))) => {
                    assert_eq!(given, wanted, "{text:?}");
                    assert!(begin.is_met(format!("{whole}(").as_bytes()) && !begin.allows(b"x"), "{text:?}");
                }
                (Err(Refusal::OtherEntry), None) => {}
                (found, _) => panic!("{text:?}: {found:?}"),
            }
        }
    }
}

//! A typing trace: the files that are open at first, and what is typed at which rhythm. The form is described in
//! `fixtures/suggest/README.md`.

mod parse;
mod seeds;
mod steps;

pub(super) use self::parse::parse;

use std::collections::BTreeMap;
use std::time::Duration;

/// A trace that has been read and can be replayed to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trace {
    /// The file's name without its ending.
    pub name: String,
    /// What it is about, in a few words.
    pub about: String,
    /// The files that are open at first, with their texts; the first is where typing starts.
    pub files: Vec<(String, String)>,
    pub steps: Vec<Step>,
    /// The time after the last step.
    pub rest: Duration,
}

/// A key, and the time that passes before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// The line of the trace's file that it comes from.
    pub line: usize,
    pub pause: Duration,
    pub key: Key,
}

/// What one key, or one command of the editor, does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// Puts a text in at the cursor.
    Insert(String),
    /// Deletes the character before the cursor, or a level of the indentation.
    Back,
    /// Goes to a line and a column, counted from 1; no column is the line's end.
    Move { line: usize, column: Option<usize> },
    /// Goes to another file, where its cursor was.
    Switch(String),
}

/// The columns of a level of indentation.
const LEVEL: usize = 4;

/// The editor's buffers while a trace is replayed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Buffers {
    all: BTreeMap<String, Buffer>,
    current: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Buffer {
    text: String,
    cursor: usize,
}

impl Buffers {
    /// The buffers before the first key, the cursor at the start of each.
    pub fn new(files: &[(String, String)]) -> Self {
        let buffer = |text: &String| Buffer { text: text.clone(), cursor: 0 };
        let all = files.iter().map(|(name, text)| (name.clone(), buffer(text))).collect();
        Self { all, current: files.first().map(|(name, _)| name.clone()).unwrap_or_default() }
    }

    /// The text of the buffer that is shown, and the cursor in it, in bytes.
    pub fn shown(&self) -> (&str, usize) {
        self.all.get(&self.current).map_or(("", 0), |buffer| (&buffer.text, buffer.cursor))
    }

    /// Does what a key does.
    ///
    /// # Errors
    /// There is no such place, in words.
    pub fn apply(&mut self, key: &Key) -> Result<(), String> {
        if let Key::Switch(name) = key {
            if !self.all.contains_key(name) {
                return Err(format!("no file is called {name}"));
            }
            name.clone_into(&mut self.current);
            return Ok(());
        }
        let Some(Buffer { text, cursor }) = self.all.get_mut(&self.current) else {
            return Err("no file is open".to_owned());
        };
        match key {
            Key::Insert(new) => {
                text.insert_str(*cursor, new);
                *cursor += new.len();
            }
            Key::Back => {
                let start = text[..*cursor].rfind('\n').map_or(0, |at| at + 1);
                let before = &text[start..*cursor];
                let indentation = before.len() >= LEVEL && before.bytes().all(|byte| byte == b' ');
                let width = match before.chars().next_back() {
                    Some(_) if indentation => LEVEL,
                    Some(last) => last.len_utf8(),
                    None if start > 0 => 1,
                    None => return Err("there is nothing before the cursor".to_owned()),
                };
                text.replace_range(*cursor - width..*cursor, "");
                *cursor -= width;
            }
            Key::Move { line, column } => *cursor = place(text, *line, *column)?,
            Key::Switch(_) => {}
        }
        Ok(())
    }
}

/// The byte at a line and a column.
fn place(text: &str, line: usize, column: Option<usize>) -> Result<usize, String> {
    let mut start = 0;
    for _ in 1..line {
        let end = text[start..].find('\n').ok_or_else(|| format!("the file has no line {line}"))?;
        start += end + 1;
    }
    let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let Some(column) = column else { return Ok(end) };
    let mut places = text[start..end].char_indices().map(|(at, _)| start + at).chain([end]);
    places.nth(column.saturating_sub(1)).ok_or_else(|| format!("line {line} has no column {column}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, keys: &[Key]) -> Result<String, String> {
        let files = [("a.py".to_owned(), text.to_owned()), ("b.py".to_owned(), "é\n".to_owned())];
        let mut buffers = Buffers::new(&files);
        keys.iter().try_for_each(|key| buffers.apply(key))?;
        let (text, cursor) = buffers.shown();
        Ok(format!("{}|{}", &text[..cursor], &text[cursor..]))
    }

    fn go(line: usize, column: usize) -> Key {
        Key::Move { line, column: Some(column) }
    }

    #[test]
    fn keys_change_the_buffer_and_move_the_cursor() {
        let end = |line| Key::Move { line, column: None };
        let table: [(&[Key], &str); 7] = [
            (&[Key::Insert("x\n".into())], "x\n|if a:\n    b\n"),
            (&[end(1), Key::Back], "if a|\n    b\n"),
            (&[go(2, 5), Key::Back], "if a:\n|b\n"),
            (&[go(2, 4), Key::Back], "if a:\n  | b\n"),
            (&[go(2, 1), Key::Back], "if a:|    b\n"),
            (&[end(3), Key::Insert("c".into())], "if a:\n    b\nc|"),
            (&[Key::Switch("b.py".into()), go(1, 2), Key::Back], "|\n"),
        ];
        for (keys, expected) in table {
            assert_eq!(typed("if a:\n    b\n", keys).as_deref(), Ok(expected), "{keys:?}");
        }
    }

    #[test]
    fn places_that_do_not_exist_are_said() {
        for (key, expected) in [
            (Key::Back, "there is nothing before the cursor"),
            (go(3, 1), "the file has no line 3"),
            (go(1, 3), "line 1 has no column 3"),
            (Key::Switch("c.py".into()), "no file is called c.py"),
        ] {
            assert_eq!(typed("a\n", &[key]), Err(expected.to_owned()));
        }
    }
}

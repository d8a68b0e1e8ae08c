//! The unit of a buffer's indentation, and the way between a buffer's indentation and the one that models are shown.
//!
//! Models were trained on files that are indented by four spaces, and write four spaces a level. So they are shown every
//! file in that form, whatever its own is, and what they write is put into the file's own. Pure.

use std::borrow::Cow;

use ropey::Rope;

use super::Document;
use super::scanner::{Scanner, without_comment};

/// The unit of a buffer's indentation: one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// One tab.
    Tabs,
    /// That number of spaces, at least one.
    Spaces(usize),
}

/// Columns of a level in the texts that models read and write.
const LEVEL: usize = 4;

/// Bytes above and below a place that are looked at for the unit, and bytes at the text's start, should these show none.
const NEAR: (usize, usize) = (8 << 10, 2 << 10);
const START: usize = 16 << 10;

/// Spaces; more are no unit.
const LARGEST: usize = 8;

/// Lines; a step that is so far away counts half as much as one at the cursor.
const HALF: usize = 8;

impl Unit {
    /// The unit of the texts that models read and write.
    pub const MODEL: Self = Self::Spaces(LEVEL);

    /// The unit around `offset`, or else that of the text's start; [`Document::unit`] if neither shows one. It is found by the
    /// lines, so that it does not depend on whether there is a tree, and reads a bounded part of the text.
    #[must_use]
    pub fn at(document: &Document, offset: usize) -> Self {
        let length = document.len();
        let offset = offset.min(length);
        let start = offset.saturating_sub(NEAR.0);
        let mut above = document.slice(start..offset);
        if start > 0 {
            // The first line is a part of one.
            above.drain(..above.find(['\n', '\r']).map_or(above.len(), |end| end + 1));
        }
        let below = document.slice(offset..(offset + NEAR.1).min(length));
        let near = Signs::around(&above, &below);
        near.unit()
            .or_else(|| if start > 0 { Signs::of(&document.slice(0..START.min(length)), None).steps() } else { None })
            .or(near.typed)
            .unwrap_or(document.unit())
    }

    /// The unit that a client names by its formatting options: tabs, or that number of spaces. `None` for numbers that are no
    /// unit.
    #[must_use]
    pub fn of_options(tab_size: u32, insert_spaces: bool) -> Option<Self> {
        match (insert_spaces, usize::try_from(tab_size)) {
            (false, _) => Some(Self::Tabs),
            (true, Ok(size)) if (1..=LARGEST).contains(&size) => Some(Self::Spaces(size)),
            (true, _) => None,
        }
    }

    /// The unit of a piece of code that is not in a buffer yet; four spaces if it shows none.
    #[must_use]
    pub(crate) fn of(program: &str) -> Self {
        Signs::of(program, None).steps().unwrap_or(Self::MODEL)
    }

    /// The text, which begins where a line does, as models are shown it: every level as four spaces, and what white space
    /// is left as it is. What is made of a part of a text begins what is made of the whole.
    #[must_use]
    pub fn to_model(self, text: &str) -> Cow<'_, str> {
        if self == Self::MODEL && !text.contains('\t') {
            return Cow::Borrowed(text);
        }
        let mut shown = String::with_capacity(text.len() + text.len() / 2);
        for line in text.split_inclusive(['\n', '\r']) {
            // A form feed begins the line anew.
            let lead = line.len() - line.trim_start_matches([' ', '\t', '\u{c}', '\u{feff}']).len();
            let (lead, words) = line.split_at(lead);
            let (page, white) = lead.split_at(
                lead.rfind(['\u{c}', '\u{feff}'])
                    .map_or(0, |at| at + lead[at..].chars().next().map_or(0, char::len_utf8)),
            );
            shown.push_str(page);
            shown.extend(std::iter::repeat_n(' ', self.column(white)));
            shown.push_str(words);
        }
        Cow::Owned(shown)
    }

    /// The columns that models are shown of the white space that a line begins with.
    #[must_use]
    pub fn column(self, white: &str) -> usize {
        let (mut column, mut blanks) = (0, 0);
        for char in white.chars() {
            if char == '\t' {
                column = (column + self.wide(blanks)) / LEVEL * LEVEL + LEVEL;
                blanks = 0;
            } else {
                blanks += 1;
            }
        }
        column + self.wide(blanks)
    }

    /// The columns that models are shown of so many spaces.
    fn wide(self, blanks: usize) -> usize {
        match self {
            Self::Tabs => blanks,
            Self::Spaces(unit) => {
                let (levels, rest) = (blanks / unit, blanks % unit);
                let rest = if unit > LEVEL { (rest * LEVEL / unit).max(usize::from(rest > 0)) } else { rest };
                levels * LEVEL + rest
            }
        }
    }

    /// The white space for a line that models are shown `column` columns deep.
    fn white(self, column: usize) -> String {
        let (levels, rest) = (column / LEVEL, column % LEVEL);
        match self {
            Self::Tabs => "\t".repeat(levels) + &" ".repeat(rest),
            Self::Spaces(unit) => {
                let rest = if unit > LEVEL { rest * unit / LEVEL } else { rest.min(unit - 1) };
                " ".repeat(levels * unit + rest)
            }
        }
    }

    /// What a model wrote, in this unit. `left` is what it was shown of the line that the text goes on with; if that is
    /// nothing but white space, the text's first line is deeper by its own. Lines inside brackets keep their distance from
    /// their statement, in levels if it is whole levels; so do the lines of docstrings. Other strings are left alone.
    ///
    /// `None` if the white space at the left cannot be the beginning of what the first line needs.
    #[must_use]
    pub fn from_model<'t>(self, left: &str, text: &'t str) -> Option<Cow<'t, str>> {
        if self == Self::MODEL {
            return Some(Cow::Borrowed(text));
        }
        let (mut scanner, mut inside) = (Scanner::over(left), false);
        let words = left.trim_start_matches(' ');
        let mut column = left.len() - words.len();
        let mut docstring = is_string(words);
        let mut written = String::with_capacity(text.len());
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let words = line.trim_start_matches(' ');
            let own = line.len() - words.len();
            if number == 0 && column < left.len() {
                written.push_str(line);
            } else if number == 0 {
                let white = self.white(column + own);
                written.push_str(white.strip_prefix(self.white(column).as_str())?);
                written.push_str(words);
                column += own;
                docstring = is_string(words);
            } else if words.trim().is_empty() || (inside && scanner.in_string() && !docstring) {
                written.push_str(line);
            } else if !inside {
                written.push_str(&self.white(own));
                written.push_str(words);
                column = own;
                docstring = is_string(words);
            } else {
                match own.checked_sub(column) {
                    Some(more) if more % LEVEL == 0 => written.push_str(&(self.white(column) + &self.white(more))),
                    Some(more) => written.push_str(&(self.white(column) + &" ".repeat(more))),
                    None => written.push_str(&self.white(own)),
                }
                written.push_str(words);
            }
            line.trim_end_matches(['\r', '\n']).chars().for_each(|char| scanner.push(char));
            inside = !scanner.at_rest();
            scanner.push('\n');
        }
        Some(Cow::Owned(written))
    }
}

/// Whether a statement is a string.
fn is_string(words: &str) -> bool {
    words.trim_start_matches(['r', 'R', 'b', 'B', 'u', 'U', 'f', 'F']).starts_with(['"', '\''])
}

/// The place where a text begins that a user types or a model writes, as far as white space is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    unit: Unit,
    /// The text left of it on its line, if that is nothing but white space.
    white: Option<String>,
}

impl Default for Origin {
    fn default() -> Self {
        Self { unit: Unit::MODEL, white: None }
    }
}

impl Origin {
    /// The place at `offset` of a text that is indented by `unit`.
    #[must_use]
    pub fn new(rope: &Rope, offset: usize, unit: Unit) -> Self {
        let offset = offset.min(rope.len_bytes());
        let start = rope.line_to_byte(rope.byte_to_line(offset));
        let chars = rope.byte_slice(start..offset).chars();
        let white: Option<String> = chars.map(|char| matches!(char, ' ' | '\t').then_some(char)).collect();
        Self { unit, white }
    }

    /// The column of the place, as models are shown it, if it is in the white space that its line begins with.
    #[must_use]
    pub(crate) fn column(&self) -> Option<usize> {
        self.white.as_deref().map(|white| self.unit.column(white))
    }

    /// What a user has typed there, as a model would have written it.
    #[must_use]
    pub fn to_model<'t>(&self, typed: &'t str) -> Cow<'t, str> {
        let feeds = !typed.contains('\r');
        if self.unit == Unit::MODEL && feeds && !typed.contains('\t') {
            return Cow::Borrowed(typed);
        }
        let typed = if feeds { typed.to_owned() } else { typed.replace("\r\n", "\n").replace('\r', "\n") };
        let (before, typed) = match &self.white {
            Some(white) => (self.unit.column(white), format!("{white}{typed}")),
            None => (1, format!("-{typed}")),
        };
        Cow::Owned(self.unit.to_model(&typed).into_owned().split_off(before))
    }
}

/// What a text shows of its unit.
#[derive(Debug, Default)]
struct Signs {
    /// The units by which bodies are deeper than their headers, and how much each counts.
    steps: Vec<(Unit, usize)>,
    /// Lines that begin with a tab, and with a space.
    lines: (usize, usize),
    /// Whether the lines at the cursor are indented by tabs; `None` if they are not indented.
    tabs: Option<bool>,
    /// The unit of a line that has nothing but white space yet.
    typed: Option<Unit>,
}

impl Signs {
    /// What the text before a cursor and the text behind it show.
    fn around(above: &str, below: &str) -> Self {
        let left = above.rsplit(['\n', '\r']).next().unwrap_or_default();
        let white = left.len() - left.trim_start_matches([' ', '\t', '\u{c}', '\u{feff}']).len();
        let line = above.replace("\r\n", "\n").matches(['\n', '\r']).count();
        Self::of(&format!("{above}{below}"), Some((line, &left[..white])))
    }

    /// What a text shows, with a cursor on the line of that number behind that white space. Lines inside brackets and strings
    /// show nothing.
    fn of(text: &str, cursor: Option<(usize, &str)>) -> Self {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let (cursor, left) = cursor.unwrap_or((usize::MAX, ""));
        let (mut signs, mut scanner, mut inside) = (Self::default(), Scanner::default(), false);
        // The statement being read, and the last one that ended: its white space, and whether it is a header.
        let (mut own, mut last) = (String::new(), None::<(String, bool)>);
        for (number, line) in text.split('\n').enumerate() {
            let words = line.trim_start_matches([' ', '\t', '\u{c}', '\u{feff}']);
            let white = line[..line.len() - words.len()].trim_start_matches(['\u{c}', '\u{feff}']);
            if number == cursor {
                // Every key changes it: it says the least, and a bracket that is open for now does not matter.
                signs.typing(left.trim_start_matches(['\u{c}', '\u{feff}']), last.take());
                continue;
            }
            // A text that begins inside a string would be read inside out to its end.
            if ["def ", "class ", "async def ", "@"].iter().any(|start| words.starts_with(start)) {
                (scanner, inside) = (Scanner::default(), false);
            }
            if !inside {
                if words.trim().is_empty() {
                    continue;
                }
                let distance = if cursor == usize::MAX { 0 } else { number.abs_diff(cursor) };
                if let Some((header, true)) = &last {
                    signs.step(header, white, distance);
                }
                signs.line(white, number, cursor);
                own = white.to_owned();
            }
            line.chars().for_each(|char| scanner.push(char));
            inside = !scanner.at_rest();
            scanner.push('\n');
            if !inside && !words.starts_with('#') {
                last = Some((own.clone(), without_comment(words).trim_end().ends_with(':')));
            }
        }
        signs
    }

    /// Takes in the first line of a body behind a header.
    fn step(&mut self, header: &str, body: &str, distance: usize) {
        let Some(more) = body.strip_prefix(header) else { return };
        let unit = match more.len() {
            _ if more.starts_with('\t') => Unit::Tabs,
            spaces @ 1..=LARGEST if !more.contains('\t') => Unit::Spaces(spaces),
            _ => return,
        };
        let weight = (HALF << 20) / (HALF + distance);
        match self.steps.iter_mut().find(|(other, _)| *other == unit) {
            Some((_, sum)) => *sum += weight,
            None => self.steps.push((unit, weight)),
        }
    }

    /// Takes in a line of code: above the cursor's, the last one says what is in use there.
    fn line(&mut self, white: &str, number: usize, cursor: usize) {
        let tab = white.bytes().next().map(|first| first == b'\t');
        if number < cursor {
            self.tabs = tab;
        }
        match tab {
            Some(true) => self.lines.0 += 1,
            Some(false) => self.lines.1 += 1,
            None => {}
        }
    }

    /// Takes in the white space at the left of the cursor, below a statement.
    fn typing(&mut self, left: &str, last: Option<(String, bool)>) {
        if left.starts_with('\t') && self.tabs.is_none() {
            self.tabs = Some(true);
        }
        let more = last.filter(|(_, header)| *header).and_then(|(white, _)| left.strip_prefix(white.as_str()));
        if let Some(spaces @ (2 | 4 | 8)) = more.filter(|more| !more.contains('\t')).map(str::len) {
            self.typed = Some(Unit::Spaces(spaces));
        }
    }

    /// The unit that counts most of those that agree with the lines at the cursor.
    fn unit(&self) -> Option<Unit> {
        match self.tabs {
            Some(true) => Some(Unit::Tabs),
            Some(false) => self.most(|unit| unit != Unit::Tabs),
            None => self.steps(),
        }
    }

    /// The unit that counts most.
    fn steps(&self) -> Option<Unit> {
        self.most(|_| true).or((self.lines.0 > self.lines.1).then_some(Unit::Tabs))
    }

    fn most(&self, wanted: impl Fn(Unit) -> bool) -> Option<Unit> {
        let wanted = self.steps.iter().filter(|(unit, _)| wanted(*unit));
        wanted.max_by_key(|(unit, weight)| (*weight, *unit == Unit::MODEL)).map(|(unit, _)| *unit)
    }
}

#[cfg(test)]
mod tests;

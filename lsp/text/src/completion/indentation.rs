//! The indentation of a suggestion: which level its first line stands at, and that every line below stands at a level that
//! is open there. What models write is often right but for its depth, and Python takes depth for meaning.

use super::Kind;
use super::cursor::{Cursor, column};
use crate::document::scanner::{Scanner, without_comment};
use crate::python;

/// Columns of a level; a view has no others. (`prompt::view`)
const LEVEL: usize = 4;

/// Lines above the cursor that are looked at for open levels.
const FAR: usize = 1000;

/// The text with its lines at the levels where they belong: the first of a body one level behind its header, or where the
/// user has put it; the first of any other text at the open level that it is meant for; all others relative to it. The text
/// ends before a line that is at no open level. Empty if the cursor is deeper than any statement can be there.
pub(super) fn fix(cursor: &Cursor, kind: &Kind, text: &str) -> String {
    let words = text.trim_start_matches([' ', '\t']);
    let white = column(&text[..text.len() - words.len()]);
    if cursor.continuation || is_continued(cursor) {
        // Where text is left of the cursor, its space is there already.
        let spaced = cursor.column.is_none() && cursor.left.ends_with([' ', '\t']) && !words.starts_with('\n');
        return if spaced { words } else { text }.to_owned();
    }
    let Some(own) = cursor.column else {
        let spaced = cursor.left.ends_with([' ', '\t']) && !words.starts_with('\n');
        let text = if spaced { words } else { text };
        let start = python::statement_column(cursor.document, &cursor.line);
        let mut levels = Levels::new(open(cursor, start));
        levels.enter(start, start, python::opens_block(cursor.document, &cursor.line));
        return levels.relevel(&cursor.left, text);
    };
    if words.starts_with('\n') {
        return text.to_owned();
    }
    let (outer, target, header) = place(cursor, kind, own, own + white);
    let Some(missing) = target.checked_sub(own) else { return String::new() };
    let mut levels = Levels::new(outer);
    levels.first = Some(target);
    if let Some(header) = header {
        levels.enter(header, header, true);
    }
    let line = format!("{}{words}", " ".repeat(own + white));
    let said = levels.relevel("", &line);
    said.get(own..).filter(|_| said.len() > own + missing).unwrap_or_default().to_owned()
}

/// Whether the line above ends with a backslash.
fn is_continued(cursor: &Cursor) -> bool {
    cursor.column.is_some()
        && cursor.line.number.checked_sub(1).and_then(|above| python::line(cursor.document, above)).is_some_and(
            |above| {
                let text = cursor.document.slice(above.start..above.end);
                without_comment(&text).ends_with('\\') && !cursor.left.contains('\u{c}')
            },
        )
}

/// The levels that are open around the text, the column of its first line, and that of the header above it. The cursor is
/// at column `own`, and the model's first line at column `said`.
fn place(cursor: &Cursor, kind: &Kind, own: usize, said: usize) -> (Vec<usize>, usize, Option<usize>) {
    let code = |line: &python::Line| cursor.document.rope().get_byte(line.text) != Some(b'#');
    let above = cursor.lines_above().take(FAR).find(code);
    if let Kind::Turn { indent } = kind
        && own <= *indent
    {
        return (open(cursor, *indent), *indent, None);
    }
    let Some(above) = above else { return (Vec::new(), own, None) };
    let column = python::statement_column(cursor.document, &above);
    if python::opens_block(cursor.document, &above) {
        // A body that is there already says where the block is.
        let body = cursor.below.as_ref().map(|below| below.column).filter(|below| *below > column);
        return (open(cursor, column), own.max(body.unwrap_or(column + LEVEL)), Some(column));
    }
    let mut levels = open(cursor, column);
    levels.push(column);
    let decorator = cursor.document.rope().get_byte(above.text) == Some(b'@');
    let fitting = levels.iter().copied().filter(|level| *level >= own && (!decorator || *level == column));
    // The deepest that the model's line reaches, or else the next one that the cursor does not exceed.
    let target = fitting.clone().filter(|level| *level <= said).max().or_else(|| fitting.min());
    let exact = levels.contains(&own) && said > own && (!decorator || own == column);
    // Shown a line that ends in white space, the model likes to begin with some of its own.
    let target = if exact && own > 0 { Some(own) } else { target };
    // Where the cursor is deeper than all of them, the line cannot be moved to any.
    let target = target.unwrap_or(0);
    levels.retain(|level| *level < target);
    (levels, target, None)
}

/// The levels below `column` that are open above the cursor's line, outermost first.
fn open(cursor: &Cursor, column: usize) -> Vec<usize> {
    let mut levels = Vec::new();
    let mut least = column;
    for line in cursor.lines_above().take(FAR) {
        if least == 0 {
            break;
        }
        let comment = cursor.document.rope().get_byte(line.text) == Some(b'#');
        if line.column < least && !comment && !python::is_continuation(cursor.document, line.text) {
            least = line.column;
            levels.push(least);
        }
    }
    levels.reverse();
    levels
}

/// A level that is open: its column as the model has it, and as it is.
#[derive(Debug, Clone, Copy)]
struct Open {
    said: usize,
    column: usize,
}

/// The levels that are open at a place in a text, innermost last.
struct Levels {
    open: Vec<Open>,
    /// The column of the first statement, if that has been decided.
    first: Option<usize>,
    /// Whether the last statement was a header.
    header: bool,
    /// Whether the last statement was a decorator.
    decorator: bool,
    /// The number of statements so far.
    statements: usize,
}

impl Levels {
    fn new(outer: Vec<usize>) -> Self {
        let open = outer.into_iter().map(|column| Open { said: column, column }).collect();
        Self { open, first: None, header: false, decorator: false, statements: 0 }
    }

    /// Opens a level.
    fn enter(&mut self, said: usize, column: usize, header: bool) {
        self.open.push(Open { said, column });
        self.header = header;
    }

    /// The column for a statement that the model has at `said`; `None` if no such level is open.
    fn column(&mut self, said: usize) -> Option<usize> {
        let innermost = self.open.last().copied();
        if let Some(first) = self.first.take() {
            self.open.push(Open { said, column: first });
            return Some(first);
        }
        let Some(innermost) = innermost else {
            self.open.push(Open { said, column: said });
            return Some(said);
        };
        if self.header {
            let column = innermost.column + LEVEL;
            self.open.push(Open { said, column });
            return (said > innermost.said).then_some(column);
        }
        if said > innermost.said {
            // The model may have taken the first line to be as deep as the second.
            let second = self.statements == 1 && innermost.said == innermost.column;
            if second && let Some(open) = self.open.last_mut() {
                open.said = said;
                return Some(open.column);
            }
            return None;
        }
        let as_said = self.open.iter().rposition(|open| open.said == said);
        let found = as_said.or_else(|| self.open.iter().rposition(|open| open.column == said))?;
        if self.decorator && found + 1 < self.open.len() {
            return None;
        }
        self.open.truncate(found + 1);
        self.open.last().map(|open| open.column)
    }

    /// The text, which goes on with a line that has `left` on it, with its lines moved to where they belong.
    fn relevel(mut self, left: &str, text: &str) -> String {
        let (mut scanner, mut inside) = (Scanner::over(left), false);
        let mut lines: Vec<(usize, &str)> = Vec::new();
        // Comments wait for the statement below them, which says how deep they are.
        let mut comments = 0;
        // From where to where the statement being read has been moved, and its first line.
        let (mut from, mut to, mut first) = (0, 0, (0, ""));
        for (number, line) in text.split('\n').enumerate() {
            let words = line.trim_start_matches([' ', '\t']);
            let said = column(line);
            let rest = number == 0 && !left.is_empty();
            if rest || words.is_empty() {
                lines.push((0, if rest { line } else { words }));
                comments += usize::from(!rest && comments > 0);
            } else if inside {
                lines.push(((said + to).saturating_sub(from), words));
            } else if words.starts_with('#') {
                lines.push((said, words));
                comments += 1;
            } else {
                let before = self.open.clone();
                let Some(column) = self.column(said) else { break };
                settle(&before, &mut lines, comments, column);
                comments = 0;
                lines.push((column, words));
                (from, to, first) = (said, column, (number, words));
                self.statements += 1;
            }
            line.chars().for_each(|char| scanner.push(char));
            inside = !scanner.at_rest();
            if !inside && !rest && !words.is_empty() && !words.starts_with('#') {
                let (start, line) = first;
                let word = line.split(|char: char| !char.is_alphanumeric()).next().unwrap_or_default();
                let end = without_comment(words).trim_end();
                self.header =
                    if start == number { python::is_header(end) } else { python::is_header(&format!("{word} {end}")) };
                self.decorator = line.starts_with('@');
            }
            scanner.push('\n');
        }
        let body = self.open.last().filter(|_| self.header).map_or(0, |open| open.column + LEVEL);
        let least = self.first.unwrap_or(body);
        settle(&self.open, &mut lines, comments, least);
        let lines = lines.into_iter().map(|(column, words)| match words {
            "" => String::new(),
            words => " ".repeat(column) + words,
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Moves the last `count` lines, which are comments, to the open levels that they are meant for, and no further to the left
/// than `least`, where the statement below them is.
fn settle(open: &[Open], lines: &mut [(usize, &str)], count: usize, least: usize) {
    let start = lines.len().saturating_sub(count);
    for (column, _) in lines.iter_mut().skip(start) {
        let level = open.iter().rfind(|open| open.said <= *column);
        *column = level.map_or(least, |open| open.column).max(least);
    }
}

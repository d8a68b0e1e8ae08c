//! The syntax of a document, as byte ranges found with tree-sitter-python. Knows nothing of prompts, models or
//! protocols.
//!
//! Every question is answered by one descent of the tree, whose cost does not depend on the document's size. In a
//! document that has no tree, no place is in a comment, a string or brackets.

mod comment_code;
mod compile_rules;
mod docstring;
mod identifiers;
pub mod library;
mod names;
mod signatures;

use std::ops::Range;

use tree_sitter::{Node, Tree};

use crate::document::scanner::Scanner;
use crate::document::{Document, encloses};
pub use comment_code::is_code;
pub use compile_rules::{OLDEST, Violation, violations, violations_for};
pub use docstring::{Docstring, docstring, ends_docstring};
pub use identifiers::Identifiers;
pub use names::{How, Name, Names, names, names_within};
pub use signatures::{Signature, signatures};

/// A line of a document. Lines end as LSP's do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from zero.
    pub number: usize,
    /// Its first byte.
    pub start: usize,
    /// Its first byte that is no blank; `end` if there is none.
    pub text: usize,
    /// Past its last byte before the line end.
    pub end: usize,
    /// Past the line end.
    pub next: usize,
    /// Columns of the white space before `text`, a tab reaching to the next multiple of eight, as Python has it.
    pub column: usize,
}

impl Line {
    /// Whether there is nothing but white space on it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text == self.end
    }
}

/// The mark that some editors leave at a text's start.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The line of that number; `None` past the last one.
#[must_use]
pub fn line(document: &Document, number: usize) -> Option<Line> {
    let rope = document.rope();
    let line = rope.get_line(number)?;
    let start = rope.line_to_byte(number);
    let length = line.len_bytes();
    let (mut text, mut column) = (0, 0);
    for char in line.chars() {
        match char {
            ' ' => column += 1,
            '\t' => column += 8 - column % 8,
            // Python skips the mark.
            BYTE_ORDER_MARK if start + text == 0 => {}
            // Python resets the indentation at a form feed, which old sources use to separate pages.
            '\u{c}' => column = 0,
            _ => break,
        }
        text += char.len_utf8();
    }
    // Lines can be long, so the end is found from behind.
    let before = |end: usize, byte: u8| end > 0 && line.get_byte(end - 1) == Some(byte);
    let mut end = length;
    if before(end, b'\n') {
        end -= 1;
        end -= usize::from(before(end, b'\r'));
    } else if before(end, b'\r') {
        end -= 1;
    }
    Some(Line { number, start, text: start + text, end: start + end, next: start + length, column })
}

/// The line that holds `offset`.
#[must_use]
pub fn line_at(document: &Document, offset: usize) -> Line {
    let number = document.rope().byte_to_line(offset.min(document.len()));
    let empty = Line { number, start: offset, text: offset, end: offset, next: offset, column: 0 };
    line(document, number).unwrap_or(empty)
}

/// The nearest line above that is not blank.
#[must_use]
pub fn line_above(document: &Document, number: usize) -> Option<Line> {
    (0..number).rev().filter_map(|number| line(document, number)).find(|line| !line.is_blank())
}

/// The nearest line below that is not blank.
#[must_use]
pub fn line_below(document: &Document, number: usize) -> Option<Line> {
    (number + 1..document.rope().len_lines()).filter_map(|number| line(document, number)).find(|line| !line.is_blank())
}

/// `offset` if a character starts there, otherwise the start of the character that contains it; the text's end for
/// larger offsets.
#[must_use]
pub fn char_boundary(document: &Document, offset: usize) -> usize {
    let rope = document.rope();
    rope.char_to_byte(rope.byte_to_char(offset.min(rope.len_bytes())))
}

/// The line end that the buffer uses: that of its first line, or `\n` if there is only one line.
#[must_use]
pub fn line_ending(document: &Document) -> &'static str {
    let Some(first) = line(document, 0) else { return "\n" };
    match document.slice(first.end..first.next).as_str() {
        "\r\n" => "\r\n",
        "\r" => "\r",
        _ => "\n",
    }
}

/// The nodes that hold the bytes from `offset` to the next one, from the root down; none if there is no tree.
pub(crate) fn path(document: &Document, offset: usize) -> Vec<Node<'_>> {
    let Some(tree) = document.tree() else { return Vec::new() };
    let mut cursor = tree.walk();
    let mut nodes = vec![cursor.node()];
    while cursor.goto_first_child_for_byte(offset).is_some() {
        let node = cursor.node();
        if node.start_byte() > offset || node.end_byte() <= offset {
            break;
        }
        nodes.push(node);
    }
    nodes
}

/// Whether a comment starts at `offset`.
#[must_use]
pub fn starts_comment(document: &Document, offset: usize) -> bool {
    path(document, offset).last().is_some_and(|node| node.kind() == "comment" && node.start_byte() == offset)
}

/// The start of the string that holds the byte at `offset`; of the outermost one, if strings are nested.
#[must_use]
pub fn string_start(document: &Document, offset: usize) -> Option<usize> {
    path(document, offset).iter().find(|node| node.kind() == "string").map(Node::start_byte)
}

/// Whether `offset` lies inside brackets or a string that opened before it, where indentation has no meaning.
#[must_use]
pub fn is_continuation(document: &Document, offset: usize) -> bool {
    path(document, offset).iter().any(|node| node.start_byte() < offset && encloses(node.kind()))
}

/// The kind of text around a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Code.
    Code,
    /// The inside of a comment, or its end.
    Comment,
    /// Between the quotes of a string.
    String,
    /// Between the quotes of a string that stands as a statement of its own.
    Docstring,
}

/// The kind of text around `offset`, seen from the character before it: text typed at `offset` becomes part of it.
#[must_use]
pub fn place(document: &Document, offset: usize) -> Place {
    let Some(before) = offset.checked_sub(1) else { return Place::Code };
    let path = path(document, before);
    let mut statement = false;
    for node in &path {
        match node.kind() {
            "comment" => return Place::Comment,
            "string" => {
                let closed = node
                    .child(node.child_count().saturating_sub(1))
                    .is_some_and(|last| last.kind() == "string_end" && !last.is_missing() && last.end_byte() <= offset);
                // The opening quote itself is not inside; nor is an f-string's interpolation.
                let opened = node.child(0).is_some_and(|first| first.end_byte() <= offset);
                let inner = path.iter().any(|inner| inner.kind() == "interpolation");
                if opened && !closed && !inner {
                    return if statement { Place::Docstring } else { Place::String };
                }
            }
            kind => statement = kind == "expression_statement",
        }
    }
    Place::Code
}

/// The nodes directly below a node.
pub fn children(node: Node) -> impl Iterator<Item = Node> {
    let mut cursor = node.walk();
    let mut more = cursor.goto_first_child();
    std::iter::from_fn(move || {
        let child = more.then(|| cursor.node())?;
        more = cursor.goto_next_sibling();
        Some(child)
    })
}

/// The number of nodes that recovery from syntax errors left in a tree: errors and missing tokens. `None` past `limit`.
#[must_use]
pub fn errors(tree: &Tree, limit: usize) -> Option<usize> {
    let mut cursor = tree.walk();
    let mut found = 0;
    loop {
        let node = cursor.node();
        found += usize::from(node.is_error() || node.is_missing());
        if found > limit {
            return None;
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                // A missing line end is an error, too, but not a node that could be visited.
                return Some(found.max(usize::from(tree.root_node().has_error())));
            }
        }
    }
}

/// Python's keywords, which have an identifier's letters but are no names.
pub(crate) const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Whether a text is valid as the name of a variable.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && text.chars().all(|char| char.is_alphanumeric() || char == '_')
        && !KEYWORDS.contains(&text)
}

/// The words of a text, each of which is valid as a name.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !(char.is_alphanumeric() || char == '_')).filter(|word| !word.is_empty())
}

/// Whether the line's last token is the colon that opens a block, comments aside.
#[must_use]
pub fn opens_block(document: &Document, line: &Line) -> bool {
    let mut end = line.end;
    let text = document.slice(line.text..line.end);
    if let Some(hash) = text
        .char_indices()
        .rev()
        .filter(|&(_, char)| char == '#')
        .map(|(at, _)| line.text + at)
        .find(|&at| starts_comment(document, at))
    {
        end = hash;
    }
    let code = document.slice(line.text..end);
    let code = code.trim_end();
    if !code.ends_with(':') {
        return false;
    }
    let colon = line.text + code.len() - 1;
    let path = path(document, colon);
    let Some((last, parents)) = path.split_last() else { return false };
    if last.kind() != ":" || last.is_named() || is_continuation(document, colon) {
        return false;
    }
    match parents.last().map_or("ERROR", |parent| parent.kind()) {
        // Broken code has no statements, so the line's first word decides.
        "ERROR" | "module" | "block" => {
            let whole = is_header(code.trim_start()) && Scanner::over(code).depth == 0;
            whole || code.trim_start().starts_with(')')
        }
        kind => ["_statement", "_definition", "_clause"].iter().any(|ending| kind.ends_with(ending)),
    }
}

/// Whether a line with this beginning and end opens a block, as far as that can be told without a tree.
#[must_use]
pub fn is_header(words: &str) -> bool {
    let word = words.split(|char: char| !char.is_alphanumeric() && char != '_').next().unwrap_or_default();
    words.ends_with(':') && HEADERS.contains(&word)
}

/// Beginnings of lines that open a block.
const HEADERS: [&str; 14] = [
    "def", "class", "if", "elif", "else", "for", "while", "with", "try", "except", "finally", "async", "match", "case",
];

/// Starts of the statements beside the ones around `offset`, at every level of blocks: the places in `range` where a
/// part of the text can begin and still be parsed. Sorted.
#[must_use]
pub fn statement_starts(document: &Document, offset: usize, range: Range<usize>) -> Vec<usize> {
    let mut starts = Vec::new();
    for node in path(document, offset.saturating_sub(1)) {
        if !matches!(node.kind(), "module" | "block" | "ERROR") {
            continue;
        }
        let mut cursor = node.walk();
        let mut more = cursor.goto_first_child_for_byte(range.start).is_some();
        while more && cursor.node().start_byte() < range.end {
            starts.extend(Some(cursor.node().start_byte()).filter(|start| range.contains(start)));
            more = cursor.goto_next_sibling();
        }
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Whether nothing but comments and blank lines comes before `offset`.
#[must_use]
pub fn is_before_statements(document: &Document, offset: usize) -> bool {
    document.tree().is_some_and(|tree| {
        let mut above = children(tree.root_node()).take_while(|node| node.start_byte() < offset);
        above.all(|node| node.kind() == "comment")
    })
}

/// The rows that start inside a string, in order; with `but_docstrings`, only in strings that are part of an
/// expression.
#[must_use]
pub fn string_rows(tree: &Tree, but_docstrings: bool) -> Vec<usize> {
    let mut rows = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let (first, last) = (node.start_position().row, node.end_position().row);
        if node.kind() == "string" {
            let docstring = node.parent().is_some_and(|parent| parent.kind() == "expression_statement");
            if !(but_docstrings && docstring) {
                rows.extend(first + 1..=last);
            }
        } else if first < last && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return rows;
            }
        }
    }
}

/// Columns of the statement that the line is part of: its own, unless it starts inside brackets or a string, or the line
/// above it ends with a backslash.
#[must_use]
pub fn statement_column(document: &Document, line: &Line) -> usize {
    let mut first = line.clone();
    loop {
        let opened = path(document, first.text)
            .iter()
            .find(|node| node.start_byte() < first.text && encloses(node.kind()))
            .map(|node| line_at(document, node.start_byte()));
        let backslash = || {
            let above = self::line(document, first.number.checked_sub(1)?)?;
            let code = above.end > above.text && document.rope().get_byte(above.end - 1) == Some(b'\\');
            (code && document.rope().get_byte(above.text) != Some(b'#')).then_some(above)
        };
        match opened.filter(|opened| opened.number < first.number).or_else(backslash) {
            Some(above) => first = above,
            None => return first.column,
        }
    }
}

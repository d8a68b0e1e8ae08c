//! A buffer: text, syntax tree and version, never out of step. Offsets are UTF-8 bytes.

mod marks;

use std::cell::RefCell;
use std::ops::Range;

use ropey::Rope;
use tree_sitter::{InputEdit, Parser, Point, Tree};

use crate::edit::{self, Edit};
pub use marks::{Mark, Marks};

/// A Python buffer. Cloning is cheap: a clone is a snapshot.
#[derive(Clone)]
pub struct Document {
    rope: Rope,
    tree: Tree,
    version: i32,
    /// Whether there may be a carriage return in the text: if not, tree-sitter's rows are the rope's lines.
    returns: bool,
    /// The program texts that were generated into it.
    marks: Marks,
}

impl Document {
    /// Parses `text`; broken Python is input, not an error.
    #[must_use]
    pub fn new(text: &str, version: i32) -> Self {
        let rope = Rope::from_str(text);
        let tree = parse(&rope, None);
        Self { rope, tree, version, returns: text.contains('\r'), marks: Marks::default() }
    }

    /// Replaces the bytes of `range` and reparses. Ends that lie inside a character or past the text's end are moved to
    /// the nearest place before them.
    pub fn edit(&mut self, range: Range<usize>, text: &str) {
        let mut draft = Draft::new(self);
        draft.replace(range, text);
        *self = draft.finish(self.version);
    }

    /// Makes several changes at once: `apply` makes them on a draft, and if it succeeds the document takes the draft and
    /// `version`, reparsed once. If it fails the document is as it was.
    ///
    /// # Errors
    ///
    /// Those of `apply`.
    pub fn change<E>(&mut self, version: i32, apply: impl FnOnce(&mut Draft) -> Result<(), E>) -> Result<Vec<Edit>, E> {
        let mut draft = Draft::new(self);
        apply(&mut draft)?;
        let edits = std::mem::take(&mut draft.edits);
        *self = draft.finish(version);
        Ok(edits)
    }

    /// Notes that `program` was generated into the lines of `range`.
    pub fn mark(&mut self, range: Range<usize>, program: &str) {
        self.marks.add(range, program);
    }

    /// Where generated program texts are now.
    #[must_use]
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Sets the version that the client gave this text.
    pub fn set_version(&mut self, version: i32) {
        self.version = version;
    }

    /// The client's version of this text.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.version
    }

    /// The text.
    #[must_use]
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// The syntax tree of exactly this text.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rope.len_bytes()
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> String {
        self.rope.to_string()
    }

    /// A part of the text, its ends moved as [`Document::edit`] does.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> String {
        self.rope.slice(chars(&self.rope, range)).to_string()
    }
}

/// A text in the middle of a series of changes: its tree is out of date and therefore out of reach.
pub struct Draft {
    rope: Rope,
    /// `None` once everything was replaced: nothing of the old tree is worth keeping.
    tree: Option<Tree>,
    returns: bool,
    marks: Marks,
    edits: Vec<Edit>,
}

impl Draft {
    fn new(document: &Document) -> Self {
        Self {
            rope: document.rope.clone(),
            tree: Some(document.tree.clone()),
            returns: document.returns,
            marks: document.marks.clone(),
            edits: Vec::new(),
        }
    }

    /// The text as the changes so far have left it.
    #[must_use]
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// Replaces the bytes of `range`, its ends moved as [`Document::edit`] does.
    pub fn replace(&mut self, range: Range<usize>, text: &str) {
        let chars = chars(&self.rope, range);
        let bytes = self.rope.char_to_byte(chars.start)..self.rope.char_to_byte(chars.end);
        if bytes == (0..self.rope.len_bytes()) {
            // Clients that send the whole text have mostly changed a line of it, and what follows edits wants to know which.
            self.edits.push(edit::narrowed(&self.rope, text));
            self.rope = Rope::from_str(text);
            (self.tree, self.returns) = (None, text.contains('\r'));
        } else {
            let start = self.point(bytes.start);
            if let Some(tree) = &mut self.tree {
                tree.edit(&InputEdit {
                    start_byte: bytes.start,
                    old_end_byte: bytes.end,
                    new_end_byte: bytes.start + text.len(),
                    start_position: start,
                    old_end_position: advance(start, self.rope.byte_slice(bytes.clone()).chunks()),
                    new_end_position: advance(start, std::iter::once(text)),
                });
            }
            self.rope.remove(chars.clone());
            self.rope.insert(chars.start, text);
            self.returns |= text.contains('\r');
            self.edits.push(Edit { range: bytes, text: text.to_owned() });
        }
        if let Some(edit) = self.edits.last() {
            self.marks.follow(edit);
        }
    }

    /// Where tree-sitter sees `offset`: its rows end at `\n` only, unlike LSP's lines, and its columns are bytes.
    fn point(&self, offset: usize) -> Point {
        if self.returns {
            return advance(Point::new(0, 0), self.rope.byte_slice(..offset).chunks());
        }
        // On every key, so without going over the whole text.
        let row = self.rope.byte_to_line(offset);
        Point::new(row, offset - self.rope.line_to_byte(row))
    }

    fn finish(self, version: i32) -> Document {
        let tree = parse(&self.rope, self.tree.as_ref());
        Document { rope: self.rope, tree, version, returns: self.returns, marks: self.marks }
    }
}

/// The bytes of `range` as chars, within the text and in order.
fn chars(rope: &Rope, range: Range<usize>) -> Range<usize> {
    let end = rope.byte_to_char(range.end.min(rope.len_bytes()));
    let start = rope.byte_to_char(range.start.min(rope.len_bytes()));
    start.min(end)..end
}

/// The point behind `chunks`, which start at `from`.
fn advance<'a>(from: Point, chunks: impl Iterator<Item = &'a str>) -> Point {
    chunks.fold(from, |at, chunk| match chunk.rfind('\n') {
        None => Point::new(at.row, at.column + chunk.len()),
        Some(last) => {
            let rows = chunk.bytes().filter(|&byte| byte == b'\n').count();
            Point::new(at.row + rows, chunk.len() - last - 1)
        }
    })
}

thread_local! {
    static PARSER: RefCell<Parser> = RefCell::new(python_parser());
}

#[allow(clippy::expect_used)]
fn python_parser() -> Parser {
    let mut parser = Parser::new();
    // Fails only if the two crates were built for different tree-sitter ABIs: then no test passes either.
    parser.set_language(&tree_sitter_python::LANGUAGE.into()).expect("tree-sitter-python fits tree-sitter");
    parser
}

#[allow(clippy::expect_used)]
fn parse(rope: &Rope, old: Option<&Tree>) -> Tree {
    let length = rope.len_bytes();
    let mut read = |byte: usize, _: Point| -> &[u8] {
        if byte >= length {
            return &[];
        }
        let (chunk, start, ..) = rope.chunk_at_byte(byte);
        chunk.as_bytes().get(byte - start..).unwrap_or_default()
    };
    PARSER.with_borrow_mut(|parser| {
        // `None` comes only from a parser without language, or from a progress callback, and there is neither.
        parser.parse_with_options(&mut read, old, None).expect("the parser has a language and no deadline")
    })
}

/// Parses a text that is in no document.
#[must_use]
pub(crate) fn parse_text(text: &str) -> Tree {
    parse(&Rope::from_str(text), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_count_line_feeds_only() {
        for (text, places) in [
            ("a\rb\u{2028}c\r\nd\u{e9}f", [(3, 0, 3), (9, 1, 0), (12, 1, 3)]),
            ("a\n\u{2028}\n\u{e9}f", [(1, 0, 1), (5, 1, 3), (8, 2, 2)]),
        ] {
            let draft = Draft::new(&Document::new(text, 1));
            for (offset, row, column) in places {
                assert_eq!(draft.point(offset), Point::new(row, column), "{text:?} {offset}");
            }
        }
    }

    #[test]
    fn an_edit_is_seen_by_text_and_tree() {
        let mut document = Document::new("x = 1\n", 1);
        document.edit(4..5, "(");
        assert_eq!(document.text(), "x = (\n");
        assert!(document.tree().root_node().has_error());
        document.edit(5..5, ")");
        assert!(!document.tree().root_node().has_error());
        assert_eq!(document.version(), 1);
    }

    #[test]
    fn ends_that_are_nowhere_are_moved() {
        let mut document = Document::new("a\u{1F40D}b", 1);
        document.edit(3..99, "c");
        assert_eq!(document.text(), "ac");
        assert_eq!(document.slice(1..77), "c");
    }

    #[test]
    fn a_failed_change_leaves_everything() {
        let mut document = Document::new("x = 1\n", 7);
        let result = document.change(8, |draft| {
            draft.replace(0..1, "longer");
            Err::<(), _>("no")
        });
        assert_eq!(result, Err("no"));
        assert_eq!((document.text().as_str(), document.version()), ("x = 1\n", 7));
    }
}

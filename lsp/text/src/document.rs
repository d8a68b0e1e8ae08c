//! A buffer: text, version, and the syntax tree of exactly this text or none. Offsets are UTF-8 bytes.
//!
//! A document of the server is parsed while it changes only as far as that is cheap; see [`Limits`]. Otherwise it has
//! no tree until a tree of the very same rope, parsed elsewhere, is [adopted](Document::adopt).

pub mod indentation;
mod marks;
mod outline;
mod parser;
pub(crate) mod scanner;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ropey::Rope;
use tree_sitter::{InputEdit, Point, Tree};

use crate::edit::{self, Edit};
use indentation::Unit;
pub use marks::{Mark, Marks};
pub use outline::Outline;
pub(crate) use outline::encloses;
pub(crate) use parser::parse_text;
pub use parser::{Budget, Meter};

/// A Python buffer. Cloning is cheap: a clone is a snapshot.
#[derive(Clone)]
pub struct Document {
    rope: Rope,
    syntax: Syntax,
    version: i32,
    /// Whether the text may hold a carriage return. If not, tree-sitter's rows are the rope's lines.
    returns: bool,
    /// The pieces of code that were generated into it, and the comments that were asked for by name.
    marks: Marks,
    limits: Limits,
    /// The unit of indentation where the text shows none.
    unit: Unit,
    /// The tree's outline, made when it is first needed.
    outline: Arc<OnceLock<Outline>>,
}

/// The syntax of a text, as far as it is known.
#[derive(Clone)]
enum Syntax {
    /// The tree of exactly this text.
    Parsed(Tree),
    /// No tree yet. An earlier text's tree, moved past the changes since, saves the parser work.
    Pending(Option<Tree>),
    /// No tree until the text changes.
    Unparsed(Unparsed),
}

/// The reason why a text has no syntax tree and will get none without a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unparsed {
    /// The text has more bytes than [`Limits::bytes`].
    #[error("it is larger than maxFileBytes")]
    TooLarge,
    /// More brackets are open at once than in any real program.
    #[error("its brackets are nested too deep")]
    TooDeep,
    /// More of the text is broken than whole.
    #[error("it has too many syntax errors")]
    TooBroken,
    /// The parser ran out of its budget.
    #[error("its syntax errors take too long to make out")]
    TooSlow,
}

/// The limits on parsing a document while it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The size in bytes above which a text is not parsed at all.
    pub bytes: usize,
    /// The budget for one change; a parse that needs more is left to be done elsewhere.
    pub change: Budget,
}

impl Limits {
    /// No limits.
    pub const NONE: Self = Self { bytes: usize::MAX, change: Budget::UNLIMITED };

    /// The limits of a buffer on the main loop: a change costs about two milliseconds.
    #[must_use]
    pub fn of_a_buffer(bytes: usize) -> Self {
        Self { bytes, change: Budget { steps: 8, time: Duration::from_millis(2) } }
    }
}

/// Bytes; larger texts are not parsed from scratch while they change.
const SMALL: usize = 16 << 10;

impl Document {
    /// Parses `text` without limits; broken Python is input, not an error.
    #[must_use]
    pub fn new(text: &str, version: i32) -> Self {
        Self::limited(text, version, Limits::NONE)
    }

    /// Parses `text` within limits, which hold for later changes as well.
    #[must_use]
    pub fn limited(text: &str, version: i32, limits: Limits) -> Self {
        let returns = text.contains('\r');
        Draft::of(Rope::from_str(text), returns).finish(version, limits, &mut Meter::new(limits.change))
    }

    /// Replaces the bytes of `range` and reparses without limits. Ends that lie inside a character or past the text's
    /// end are moved to the nearest place before them.
    pub fn edit(&mut self, range: Range<usize>, text: &str) {
        *self = self.edited(range, text, &mut Meter::new(Budget::UNLIMITED));
    }

    /// The document as [`Document::edit`] would leave it, parsed if the meter allows it.
    #[must_use]
    pub fn edited(&self, range: Range<usize>, text: &str, meter: &mut Meter) -> Self {
        let mut draft = Draft::new(self);
        draft.replace(range, text);
        let limits = Limits { change: Budget::UNLIMITED, ..self.limits };
        Self { limits: self.limits, ..draft.finish(self.version, limits, meter) }
    }

    /// Makes several changes at once: `apply` makes them on a draft. If it succeeds, the document takes the draft and
    /// `version`, reparsed once as far as its limits allow. If it fails, the document is unchanged.
    ///
    /// # Errors
    ///
    /// Those of `apply`.
    pub fn change<E>(&mut self, version: i32, apply: impl FnOnce(&mut Draft) -> Result<(), E>) -> Result<Vec<Edit>, E> {
        let mut draft = Draft::new(self);
        apply(&mut draft)?;
        let edits = std::mem::take(&mut draft.edits);
        *self = draft.finish(version, self.limits, &mut Meter::new(self.limits.change));
        Ok(edits)
    }

    /// Notes that `program` was generated into the lines of `range`.
    pub fn mark(&mut self, range: Range<usize>, program: &str) {
        self.marks.add(range, program);
    }

    /// Notes that the user has asked for the comment in `range` by name, which makes it a prompt wherever it stands.
    pub fn ask(&mut self, range: Range<usize>) {
        self.marks.ask(range);
    }

    /// The generated pieces of code and the comments that were asked for, where they are now.
    #[must_use]
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// The unit of indentation that the client named; four spaces until it has.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Says what one level is where the text shows none, as a client's formatting options do.
    pub fn set_unit(&mut self, unit: Unit) {
        self.unit = unit;
    }

    /// Changes the limits, from the next change on. A text that is now too large, or no longer is, changes its state at
    /// once.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
        let large = self.len() > limits.bytes;
        if large != (self.syntax_gap() == Some(Unparsed::TooLarge)) {
            self.syntax = if large { Syntax::Unparsed(Unparsed::TooLarge) } else { Syntax::Pending(None) };
            self.outline = Arc::default();
        }
    }

    /// The syntax tree of exactly this text, if there is one.
    #[must_use]
    pub fn tree(&self) -> Option<&Tree> {
        match &self.syntax {
            Syntax::Parsed(tree) => Some(tree),
            Syntax::Pending(_) | Syntax::Unparsed(_) => None,
        }
    }

    /// The outline of the text, for callers that ask at many places; empty without a tree.
    #[must_use]
    pub fn outline(&self) -> &Outline {
        self.outline.get_or_init(|| self.tree().map(Outline::of).unwrap_or_default())
    }

    /// Whether there is no syntax tree yet, but [`Document::parsed`] can find one.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        matches!(self.syntax, Syntax::Pending(_))
    }

    /// The reason why this text will get no syntax tree.
    #[must_use]
    pub fn syntax_gap(&self) -> Option<Unparsed> {
        match self.syntax {
            Syntax::Unparsed(reason) => Some(reason),
            Syntax::Parsed(_) | Syntax::Pending(_) => None,
        }
    }

    /// The document with its syntax tree, or with the reason why it has none; `None` if `cancelled` is set.
    /// Blocks: not for the main loop.
    #[must_use]
    pub fn parsed(&self, budget: Budget, cancelled: &AtomicBool) -> Option<Self> {
        let Syntax::Pending(old) = &self.syntax else { return Some(self.clone()) };
        let syntax = if parser::is_too_deep(&mut self.rope.chunks()) {
            Syntax::Unparsed(Unparsed::TooDeep)
        } else {
            let mut meter = Meter::new(budget).until(cancelled);
            match parser::parse(&self.rope, old.as_ref(), &mut meter) {
                Some(tree) if outline::is_too_broken(&tree) => Syntax::Unparsed(Unparsed::TooBroken),
                Some(tree) => Syntax::Parsed(tree),
                None if cancelled.load(Ordering::Relaxed) => return None,
                None => Syntax::Unparsed(Unparsed::TooSlow),
            }
        };
        Some(Self { syntax, outline: Arc::default(), ..self.clone() })
    }

    /// Takes over the syntax of a snapshot whose text is the very rope of this document, not just an equal one, and
    /// returns whether it was. The snapshot gets the syntax known before.
    pub fn adopt(&mut self, snapshot: &mut Self) -> bool {
        let same = self.is_pending() && self.rope.is_instance(&snapshot.rope);
        if same {
            std::mem::swap(&mut self.syntax, &mut snapshot.syntax);
            self.outline = Arc::default();
        }
        same
    }

    /// Gives up parsing a text that has no tree yet.
    pub fn give_up(&mut self, reason: Unparsed) {
        if self.is_pending() {
            self.syntax = Syntax::Unparsed(reason);
        }
    }

    /// A part of the document as a document of its own, behind `lead`, parsed within `meter`.
    #[must_use]
    pub fn part(&self, range: Range<usize>, lead: &str, meter: &mut Meter) -> Self {
        let chars = chars(&self.rope, range);
        let mut rope = Rope::from(self.rope.slice(chars));
        rope.insert(0, lead);
        let returns = self.returns || lead.contains('\r');
        Draft::of(rope, returns).finish(self.version, Limits::NONE, meter)
    }

    /// A document of its own with this text, parsed within `meter`.
    #[must_use]
    pub fn apart(&self, text: &str, meter: &mut Meter) -> Self {
        Draft::of(Rope::from_str(text), text.contains('\r')).finish(self.version, Limits::NONE, meter)
    }

    /// The text as an edit would leave it.
    #[must_use]
    pub fn rope_with(&self, edit: &Edit) -> Rope {
        let mut rope = self.rope.clone();
        let chars = chars(&rope, edit.range.clone());
        rope.remove(chars.clone());
        rope.insert(chars.start, &edit.text);
        rope
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
    /// Whether that was the tree of the very text before the changes: then little is left to parse.
    current: bool,
    /// Whether brackets are nested too deep in what came.
    deep: bool,
    returns: bool,
    marks: Marks,
    unit: Unit,
    edits: Vec<Edit>,
}

impl Draft {
    /// A text that is all new.
    fn of(rope: Rope, returns: bool) -> Self {
        let (marks, edits) = (Marks::default(), Vec::new());
        Self { rope, tree: None, current: false, deep: false, returns, marks, unit: Unit::MODEL, edits }
    }

    fn new(document: &Document) -> Self {
        let (tree, current) = match &document.syntax {
            Syntax::Parsed(tree) => (Some(tree.clone()), true),
            Syntax::Pending(old) => (old.clone(), false),
            Syntax::Unparsed(_) => (None, false),
        };
        Self {
            rope: document.rope.clone(),
            tree,
            current,
            deep: false,
            returns: document.returns,
            marks: document.marks.clone(),
            unit: document.unit,
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
            // Clients that send the whole text have mostly changed a line of it, and what follows edits wants to know
            // which.
            self.edits.push(edit::narrowed(&self.rope, text));
            self.rope = Rope::from_str(text);
            (self.tree, self.current, self.returns) = (None, false, text.contains('\r'));
        } else {
            if text.len() > SMALL {
                self.current = false;
            } else {
                self.deep |= parser::is_too_deep(&mut std::iter::once(text));
            }
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

    /// The point of `offset` for tree-sitter: its rows end at `\n` only, unlike LSP's lines, and its columns are
    /// bytes.
    fn point(&self, offset: usize) -> Point {
        if self.returns {
            return advance(Point::new(0, 0), self.rope.byte_slice(..offset).chunks());
        }
        // On every key, so without going over the whole text.
        let row = self.rope.byte_to_line(offset);
        Point::new(row, offset - self.rope.line_to_byte(row))
    }

    fn finish(self, version: i32, limits: Limits, meter: &mut Meter) -> Document {
        let syntax = self.syntax(limits, meter);
        let Self { rope, returns, marks, unit, .. } = self;
        Document { rope, syntax, version, returns, marks, limits, unit, outline: Arc::default() }
    }

    fn syntax(&self, limits: Limits, meter: &mut Meter) -> Syntax {
        let length = self.rope.len_bytes();
        if length > limits.bytes {
            return Syntax::Unparsed(Unparsed::TooLarge);
        }
        if limits.change != Budget::UNLIMITED && length > SMALL && !self.current {
            return Syntax::Pending(self.tree.clone());
        }
        // Of a large text that was not too deep before, only what is new can make it so.
        if (self.deep || length <= SMALL || !self.current) && parser::is_too_deep(&mut self.rope.chunks()) {
            return Syntax::Unparsed(Unparsed::TooDeep);
        }
        match parser::parse(&self.rope, self.tree.as_ref(), meter) {
            Some(tree) => Syntax::Parsed(tree),
            None => Syntax::Pending(self.tree.clone()),
        }
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
        assert!(document.tree().unwrap().root_node().has_error());
        document.edit(5..5, ")");
        assert!(!document.tree().unwrap().root_node().has_error());
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

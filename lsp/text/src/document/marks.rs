//! The marks of a buffer: pieces of code that were generated into it, and comments that were asked for by name.

use std::ops::Range;
use std::sync::Arc;

use crate::edit::{self, Edit};

/// The largest number of marks kept for one buffer; the oldest are dropped.
const MOST: usize = 1000;

/// A piece of code that was generated into the buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its lines, moved past the edits of the buffer. The text there may have been edited since.
    pub range: Range<usize>,
    /// The generated code, as [`crate::provenance::TurnText::program`] has it.
    pub program: Arc<str>,
}

/// The generated pieces of code of a buffer, and the comments that were asked for by name. Cloning is cheap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    written: Arc<Vec<Mark>>,
    asked: Arc<Vec<Range<usize>>>,
}

impl Marks {
    /// Notes that `program` stands in `range` now. Marks inside the range are dropped.
    pub(super) fn add(&mut self, range: Range<usize>, program: &str) {
        let marks = Arc::make_mut(&mut self.written);
        marks.retain(|mark| mark.range.end <= range.start || range.end <= mark.range.start);
        if marks.len() >= MOST {
            marks.remove(0);
        }
        marks.push(Mark { range, program: program.into() });
    }

    /// Moves every mark past a change of the buffer; a mark whose text was replaced whole is dropped.
    pub(super) fn follow(&mut self, change: &Edit) {
        if !self.asked.is_empty() {
            let moved = self.asked.iter().filter_map(|range| edit::map_range(range, change));
            self.asked = Arc::new(moved.collect());
        }
        if self.written.is_empty() {
            return;
        }
        Arc::make_mut(&mut self.written).retain_mut(|mark| match edit::map_range(&mark.range, change) {
            Some(range) => {
                mark.range = range;
                true
            }
            None => false,
        });
    }

    /// Notes that the comment in `range` was asked for by name.
    pub(super) fn ask(&mut self, range: Range<usize>) {
        if self.is_asked(&range) {
            return;
        }
        let asked = Arc::make_mut(&mut self.asked);
        if asked.len() >= MOST {
            asked.remove(0);
        }
        asked.push(range);
    }

    /// Whether a comment in `range` was asked for by name.
    #[must_use]
    pub fn is_asked(&self, range: &Range<usize>) -> bool {
        self.asked.iter().any(|asked| asked.start < range.end && range.start < asked.end)
    }

    /// All marks, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Mark> {
        self.written.iter()
    }
}

#[cfg(test)]
mod tests {
    use crate::document::Document;

    fn ranges(document: &Document) -> Vec<String> {
        document.marks().iter().map(|mark| document.slice(mark.range.clone())).collect()
    }

    #[test]
    fn marks_move_with_edits() {
        let mut document = Document::new("# one\nx = 1\n\n# two\ny = 2\n", 1);
        document.mark(6..12, "x = 1");
        document.mark(19..25, "y = 2");
        for (range, text, expected) in [
            (0..0, "import os\n", vec!["x = 1\n", "y = 2\n"]),
            (16..16, "# typed\n", vec!["x = 1\n", "y = 2\n"]),
            (24..25, "z", vec!["z = 1\n", "y = 2\n"]),
            (0..32, "", vec!["y = 2\n"]),
        ] {
            document.edit(range, text);
            assert_eq!(ranges(&document), expected, "{:?}", document.text());
        }
        let (again, all) = (document.marks().iter().map(|mark| mark.range.clone()).next(), document.text());
        document.mark(again.unwrap_or_default(), "y = 3");
        assert_eq!(ranges(&document).len(), 1, "a new mark takes the place of what it covers: {all:?}");
    }
    #[test]
    fn a_comment_stays_asked_until_it_is_gone() {
        let mut document = Document::new("x = 1\n# sort x\ny = 2\n", 1);
        document.ask(6..14);
        for (range, text, at) in [
            (0..0, "import os\n", Some(16..24)),
            (24..24, " in place", Some(16..24)),
            (18..22, "order", Some(16..25)),
            (0..36, "", None),
        ] {
            document.edit(range, text);
            let everywhere = 0..document.len();
            assert_eq!(document.marks().is_asked(&everywhere), at.is_some(), "{:?}", document.text());
            if let Some(at) = at {
                assert!(document.marks().is_asked(&(at.start..at.start + 1)), "{:?}", document.text());
                assert!(
                    !document.marks().is_asked(&(0..at.start)) && !document.marks().is_asked(&(at.end..at.end + 9))
                );
            }
        }
    }
}

//! The part of a document around a cursor, parsed by itself, so that a decision about a suggestion costs no more in a
//! large file than in a small one, wherever an error is. Pure.
//!
//! A small document that has a tree is its own view. The view of any other document is cut at statements, as far as
//! these can be told by their lines, and is the same whether or not the whole has been parsed meanwhile. Where even the
//! smallest view exceeds the parser's budget, there is none, and no suggestion.
//!
//! A view is indented as models are shown it, by four spaces a level, so that everything that is decided in it and about
//! what the model writes has one kind of indentation. [`View::written`] puts a suggestion into the document's own.

use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

use ropey::Rope;

use crate::document::indentation::{Origin, Unit};
use crate::document::{Budget, Document, Meter};
use crate::python::{self, Line};

/// Bytes; a document of at most this size that is indented by four spaces is its own view.
const WHOLE: usize = 16 << 10;

/// Bytes above and below the cursor, and the budget for parsing them: about 5 milliseconds each.
const SIZES: [(usize, usize, Budget); 3] = [
    (12 << 10, 4 << 10, Budget { steps: 8, time: Duration::from_millis(5) }),
    (3 << 10, 1 << 10, Budget { steps: 16, time: Duration::from_millis(4) }),
    (1 << 10, 256, Budget { steps: 48, time: Duration::from_millis(4) }),
];

/// The line put above a part that begins inside a block, so that its indentation is valid.
const HEADER: &str = "if True:";

/// The line put above any other part, so that there is always a statement above the cursor.
const STATEMENT: &str = "pass";

/// A part of a document.
#[derive(Clone)]
pub struct View {
    part: Document,
    /// The cursor in the part.
    cursor: usize,
    /// The bytes of the document that the part shows.
    shown: Range<usize>,
    unit: Unit,
    /// The text that the view was made of, and the cursor in it.
    of: (Rope, usize),
}

impl View {
    /// The part around `offset`; `None` if it cannot be parsed within the budgets of `SIZES`.
    #[must_use]
    pub fn around(document: &Document, offset: usize) -> Option<Self> {
        let of = (document.rope().clone(), offset);
        let offset = python::char_boundary(document, offset);
        let unit = Unit::at(document, offset);
        let small = document.len() <= WHOLE;
        if small && document.tree().is_some() && matches!(unit.to_model(&document.text()), Cow::Borrowed(_)) {
            return Some(Self { part: document.clone(), cursor: offset, shown: 0..document.len(), unit, of });
        }
        SIZES.iter().enumerate().find_map(|(index, &(above, below, budget))| {
            let range = if small && index == 0 { 0..document.len() } else { around(document, offset, above, below) };
            let lead = lead(document, range.start);
            let shown = |end: usize| document.slice(range.start..end);
            let mut meter = Meter::new(budget);
            let part = match unit.to_model(&shown(range.end)) {
                Cow::Borrowed(_) => document.part(range.clone(), &lead, &mut meter),
                Cow::Owned(text) => document.apart(&(lead.clone() + &text), &mut meter),
            };
            let cursor = lead.len() + unit.to_model(&shown(offset)).len();
            part.tree().is_some().then(|| Self { part, cursor, shown: range, unit, of: of.clone() })
        })
    }

    /// Whether this is [`View::around`] of that document and offset.
    #[must_use]
    pub fn is_of(&self, document: &Document, offset: usize) -> bool {
        self.of.0.is_instance(document.rope()) && self.of.1 == offset
    }

    /// The part, as a document of its own with a tree.
    #[must_use]
    pub fn part(&self) -> &Document {
        &self.part
    }

    /// The bytes of the document that the part shows.
    #[must_use]
    pub fn shown(&self) -> &Range<usize> {
        &self.shown
    }

    /// The cursor in the part.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// A range of the part, moved to where it is in the document. It lies on the cursor's line, and its ends are no further
    /// to the left than that line's first word or the cursor.
    #[must_use]
    pub fn outside(&self, range: &Range<usize>) -> Range<usize> {
        let outside = |offset: usize| (offset + self.of.1).saturating_sub(self.cursor);
        outside(range.start)..outside(range.end)
    }

    /// A text that goes on with the cursor's line, in the document's own indentation; `None` if the white space left of the
    /// cursor rules that out.
    #[must_use]
    pub fn written<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        let line = python::line_at(&self.part, self.cursor);
        let left = self.part.slice(line.start..self.cursor);
        self.unit.from_model(left.trim_start_matches(['\u{c}', '\u{feff}']), text)
    }

    /// Where in the document a text begins that goes on at the cursor.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin::new(&self.of.0, self.of.1, self.unit)
    }
}

/// A range around `offset` that starts and ends where statements of the outermost level do, if possible.
fn around(document: &Document, offset: usize, above: usize, below: usize) -> Range<usize> {
    let least = python::char_boundary(document, offset.saturating_sub(above));
    let most = python::char_boundary(document, (offset + below).min(document.len()));
    let start = if least == 0 { 0 } else { start(document, least, offset).unwrap_or(least) };
    let end = if most == document.len() { most } else { end(document, offset, most).unwrap_or(most) };
    start..end
}

/// The start of the part, in the first half from `least` on: the first definition of the outermost level, or else the
/// first line that is indented least, or else any line's start before `offset`.
fn start(document: &Document, least: usize, offset: usize) -> Option<usize> {
    let half = least + (offset - least) / 2;
    let first = python::line_at(document, least).number;
    let lines = (first..).map_while(|number| python::line(document, number)).filter(|line| line.start >= least);
    let upper: Vec<Line> = lines.take_while(|line| line.start <= half).filter(|line| !line.is_blank()).collect();
    let definition = upper.iter().find(|line| is_definition(document, line));
    let chosen = definition.or_else(|| upper.iter().min_by_key(|line| line.column));
    let own = || Some(python::line_at(document, offset).start).filter(|start| *start >= least);
    chosen.map(|line| line.start).or_else(own)
}

/// The end of the part below `offset`: the last place up to `most` where a line of the outermost level starts, or else
/// the last line's start.
fn end(document: &Document, offset: usize, most: usize) -> Option<usize> {
    let last = python::line_at(document, most).number;
    let lines = (0..=last).rev().map_while(|number| python::line(document, number));
    let below: Vec<Line> = lines.take_while(|line| line.start > offset).filter(|line| line.start <= most).collect();
    let outer = below.iter().find(|line| line.column == 0 && !line.is_blank());
    outer.or(below.first()).map(|line| line.start)
}

fn is_definition(document: &Document, line: &Line) -> bool {
    let words = document.slice(line.start..line.end.min(line.start + 10));
    ["def ", "class ", "async def ", "@"].iter().any(|word| words.starts_with(word))
}

/// The text put before a part that starts at `start`.
fn lead(document: &Document, start: usize) -> String {
    if start == 0 {
        return String::new();
    }
    let line = python::line_at(document, start);
    let ending = python::line_ending(document);
    match line.start == start && line.column > 0 {
        true => format!("{HEADER}{ending}"),
        false => format!("{STATEMENT}{ending}{ending}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(index: usize) -> String {
        format!("def f{index}(a, b):\n    c = a + b * {index}\n    return [c, 'é {index}']\n\n\n")
    }

    fn file(count: usize) -> String {
        (0..count).map(function).collect()
    }

    #[track_caller]
    fn view(text: &str, offset: usize) -> View {
        let view = View::around(&Document::new(text, 1), offset).unwrap();
        let part = view.part().text();
        assert!(part.len() <= WHOLE + HEADER.len() + 2, "{}", part.len());
        // The cursor stands between the same texts.
        let (above, below) = part.split_at(view.cursor());
        assert!(text[..offset].ends_with(above.trim_start_matches(HEADER).trim_start_matches(STATEMENT).trim_start()));
        assert!(text[offset..].starts_with(below));
        let there = view.outside(&(view.cursor()..view.cursor()));
        assert_eq!(there, offset..offset);
        view
    }

    #[test]
    fn a_small_document_is_its_own_view() {
        let text = file(10);
        let view = view(&text, 40);
        assert_eq!((view.part().text(), view.cursor()), (text, 40));
    }

    #[test]
    fn a_view_begins_and_ends_with_functions() {
        let text = file(2_000);
        let offset = text[..70_000].rfind("    return").unwrap();
        let view = view(&text, offset);
        let part = view.part().text();
        assert!(part.starts_with("pass\n\ndef f"), "{:?}", &part[..40]);
        assert!(part.ends_with("\n\n\n"), "{:?}", &part[part.len() - 40..]);
        assert!(!view.part().tree().unwrap().root_node().has_error());
    }

    #[test]
    fn a_view_inside_a_class_is_whole() {
        let methods: String =
            (0..2_000).map(|index| format!("    def f{index}(self):\r\n        return {index}\r\n\r\n")).collect();
        let text = format!("class C:\r\n{methods}");
        let offset = text[..60_000].rfind("return").unwrap();
        let view = view(&text, offset);
        let part = view.part().text();
        assert!(part.starts_with("if True:\r\n    def f"), "{:?}", &part[..40]);
        assert!(!view.part().tree().unwrap().root_node().has_error());
    }

    #[test]
    fn a_long_line_is_cut() {
        let line = format!("DATA = [{}]\n", "'é', ".repeat(100_000));
        for offset in [line.len() / 2, line.len() - 1, line.len()] {
            view(&line, python::char_boundary(&Document::new(&line, 1), offset));
        }
    }

    #[test]
    fn what_costs_too_much_has_no_view() {
        let deep = "(".repeat(100_000);
        assert!(View::around(&Document::new(&deep, 1), 50_000).is_none());
    }

    #[test]
    fn a_view_is_indented_by_four_spaces() {
        let four = file(40);
        for unit in ["\t", "  ", "        ", " "] {
            for text in [
                four.replace("    ", unit),
                file(2_000).replace("    ", unit),
                four.replace("    ", unit).replace('\n', "\r\n"),
            ] {
                let document = Document::new(&text, 1);
                let begin = text[..text.len() / 2].rfind("return").unwrap();
                let line = begin - unit.len();
                for offset in [line, line + 1, begin, begin + 3] {
                    let view = View::around(&document, offset).unwrap();
                    let part = view.part().text();
                    assert!(
                        !part.contains('\t') && part.contains("\n    return [c") && part.contains("\n    c = a"),
                        "{unit:?}"
                    );
                    let (above, below) = part.split_at(view.cursor());
                    assert!(
                        below.trim_start().starts_with(text[offset..].lines().next().unwrap().trim_start()),
                        "{below:?}"
                    );
                    assert!(above.ends_with(text[line..offset].trim_start_matches(['\t', ' '])), "{above:?}");
                    assert_eq!(view.outside(&(view.cursor()..view.cursor())), offset..offset);
                }
                let view = View::around(&document, begin + 3).unwrap();
                assert_eq!(view.outside(&(view.cursor() - 3..view.cursor() + 3)), begin..begin + 6);
                assert_eq!(view.written("urn x:\n        y").unwrap(), format!("urn x:\n{unit}{unit}y"));
            }
        }
        // Tabs in a file of spaces.
        let text = four + "def g():\n\tif x:\n\t    ";
        let view = View::around(&Document::new(&text, 1), text.len()).unwrap();
        assert!(view.part().text().ends_with("def g():\n    if x:\n        "));
    }

    #[test]
    fn a_view_does_not_depend_on_the_tree_of_a_large_document() {
        let text = file(2_000);
        let with = Document::new(&text, 1);
        let mut without = Document::limited(&text, 1, crate::document::Limits::of_a_buffer(usize::MAX));
        assert!(without.is_pending() && with.tree().is_some());
        let offset = text[..70_000].rfind("    return").unwrap();
        let range = |document: &Document| around(document, offset, 12 << 10, 4 << 10);
        assert_eq!(range(&with), range(&without));
        without.edit(offset..offset, "x");
        assert!(without.tree().is_some());
    }
}

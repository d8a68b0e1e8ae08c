//! A suggestion never breaks a file that was whole: what Python's compiler took, it takes afterwards. A file that is not
//! whole only because of the line being written is whole afterwards, but for the end of that line.

use std::cell::LazyCell;
use std::time::Duration;

use super::around::Around;
use super::cursor::{self, Cursor};
use super::refusal::Refusal;
use crate::document::scanner::without_comment;
use crate::document::{Budget, Document, Meter};
use crate::python::{self, errors, violations};
use crate::turns;

/// Errors and violations are counted up to here; a text with more is beyond judging.
const LIMIT: usize = 200;

/// The budget for checking one suggestion, all of its parts together: about 10 milliseconds of parsing.
const BUDGET: Budget = Budget { steps: 16, time: Duration::from_millis(8) };

/// The budget for finding out whether nothing but the cursor's line is broken.
const GAP_BUDGET: Budget = Budget { steps: 8, time: Duration::from_millis(4) };

/// The text, or as many of its first lines as leave the document no worse than it was: whole if it was whole, or would be
/// with a name or the like at the cursor; with no more errors otherwise. Each part is first shortened by `closed` to what can
/// end there.
///
/// What cannot be judged within the budget is not shown, since only broken text costs that much: then the best is taken of the
/// parts that have been judged.
pub(super) fn keep_parsing<'t>(
    cursor: &Cursor,
    text: &'t str,
    closed: impl Fn(&'t str) -> &'t str,
) -> Result<String, Refusal> {
    within(cursor, text, closed, &mut Meter::new(BUDGET))
}

/// The errors in a document, and the violations in one without errors; `None` if it has no tree.
fn count(document: &Document) -> Option<(usize, usize)> {
    let tree = document.tree()?;
    let broken = errors(tree, LIMIT).unwrap_or(LIMIT);
    // What recovery from errors makes of a text says nothing about it.
    let refused = if broken == 0 { violations(&document.text(), LIMIT).len() } else { 0 };
    Some((broken, refused))
}

/// The line being written, and what it is not to be blamed for.
struct Line<'c> {
    cursor: &'c Cursor<'c>,
    around: Around,
    /// Whether the document is broken, and would be whole with a name, or the like, at the cursor.
    gap: bool,
}

impl<'c> Line<'c> {
    fn new(cursor: &'c Cursor<'c>) -> Self {
        Self { cursor, around: Around::new(cursor), gap: false }
    }

    /// The violations that the document has with something at the cursor that makes it whole; `None` if nothing does.
    fn fill(&mut self) -> Option<usize> {
        let cursor = self.cursor;
        // On a line without text, what is broken is above it or below.
        if cursor.column.is_some() && !cursor.continuation {
            return None;
        }
        self.gap = true;
        let words: Vec<&str> = cursor.left.split_whitespace().collect();
        let fills: &[&str] = match (words.first(), words.last()) {
            (_, Some(&"for")) => &["x in x"],
            (_, Some(&"lambda")) => &["x: x"],
            (_, Some(&"from")) => &["x import x"],
            (Some(&"from"), _) if !words.contains(&"import") => &["import x"],
            // The first sign of an operator of two: `==`, `!=`, `->`.
            _ if cursor.left.ends_with(['=', '!']) => &["x", "= x", "= x: x"],
            _ if cursor.left.ends_with('-') => &["x", ": x", "> x: x"],
            _ => &["x", "", ": x"],
        };
        let mut meter = Meter::new(GAP_BUDGET);
        let found = fills.iter().find_map(|fill| self.count(fill, &mut meter).filter(|(broken, _)| *broken == 0));
        self.gap = found.is_some();
        found.map(|(_, violations)| violations)
    }

    /// Counts what is wrong in the document with `text` at the cursor.
    fn count(&self, text: &str, meter: &mut Meter) -> Option<(usize, usize)> {
        let Cursor { document, offset, .. } = *self.cursor;
        let rest = if self.gap { self.around.rest(self.cursor, text) } else { String::new() };
        let text = format!("{text}{rest}");
        let body = if self.around.goes_on() { String::new() } else { body(self.cursor, &text) };
        count(&document.edited(offset..offset, &format!("{text}{body}"), meter))
    }
}

/// A body for the header that the cursor's line becomes with `text`, or a definition below a decorator: what comes there is
/// asked for when the line has come to its end.
fn body(cursor: &Cursor, text: &str) -> String {
    let column = cursor::column(&cursor.left);
    let below = cursor.below.as_ref().is_some_and(|below| below.column > column);
    if cursor.column.is_some() || !cursor.ends_line() || below || text.contains('\n') {
        return String::new();
    }
    let line = format!("{}{text}", cursor.left);
    let words = without_comment(line.trim()).trim_end();
    let own = " ".repeat(column);
    if words.starts_with('@') && cursor.below.as_ref().is_none_or(|below| below.column != column) {
        format!("\n{own}def x():\n{own}    pass")
    } else if !python::is_header(words) {
        String::new()
    } else if words.starts_with("match ") {
        format!("\n{own}    case _:\n{own}        pass")
    } else if words == "try:" {
        format!("\n{own}    pass\n{own}finally:\n{own}    pass")
    } else {
        format!("\n{own}    pass")
    }
}

fn within<'t>(
    cursor: &Cursor,
    text: &'t str,
    closed: impl Fn(&'t str) -> &'t str,
    meter: &mut Meter,
) -> Result<String, Refusal> {
    let tree = cursor.document.tree().ok_or(Refusal::TooBroken)?;
    let broken = errors(tree, LIMIT).unwrap_or(LIMIT);
    let mut shown = closed(text);
    if shown.trim().is_empty() {
        return Err(if turns::says_something(text) { Refusal::Unfinished } else { Refusal::CommentsOnly });
    }
    let mut line = Line::new(cursor);
    let filled = if broken > 0 { line.fill() } else { None };
    // Asked only where a part leaves the document less than whole.
    let before = LazyCell::new(|| match filled {
        Some(violations) => (0, violations),
        None => (broken, if broken == 0 { violations(&cursor.document.text(), LIMIT).len() } else { 0 }),
    });
    let mut best = None;
    while !shown.trim().is_empty() && !meter.is_spent() {
        let found = line.count(shown, meter);
        if found == Some((0, 0)) {
            return Ok(shown.to_owned());
        }
        // Fewer errors are better, and of equals the longest.
        if let Some(found) = found.filter(|found| *found <= *before)
            && best.is_none_or(|(least, _)| found < least)
        {
            best = Some((found, shown));
        }
        shown = shown.rfind('\n').map_or("", |end| closed(&shown[..end]));
    }
    let spent = if meter.is_spent() && *before > (0, 0) { Refusal::TooBroken } else { Refusal::DoesNotParse };
    best.map(|(_, text)| text.to_owned()).ok_or(spent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_for_all_parts_and_the_best_of_those_judged_is_shown() {
        // Each part costs as much: the whole of the broken text below it.
        let broken = "def f(a, b:\n    return [a\n\n".repeat(40);
        let document = Document::new(&format!("x = [\n\n{broken}"), 1);
        let text = "1,\n2,\n3,\n4,\n5,\n6";
        let steps = |steps| Meter::new(Budget { steps, time: Duration::ZERO });
        let cursor = Cursor::new(&document, 6);
        let mut all = steps(usize::MAX);
        let shown = within(&cursor, text, |text| text, &mut all);
        assert!(shown.is_ok());
        let mut one = steps(usize::MAX);
        assert!(document.edited(6..6, text, &mut one).tree().is_some());
        assert!(all.steps() > 3 * one.steps(), "{} {}", all.steps(), one.steps());
        for (budget, some) in [(0, false), (one.steps() / 2, false), (one.steps(), true), (2 * one.steps(), true)] {
            let mut meter = steps(budget);
            let shown = within(&cursor, text, |text| text, &mut meter);
            assert_eq!(shown.err(), (!some).then_some(Refusal::TooBroken), "{budget}");
            assert!(meter.steps() <= budget + 1, "{budget}: {}", meter.steps());
        }
    }

    #[test]
    fn what_python_took_it_takes_afterwards() {
        for (text, shown, expected) in [
            ("x = 1\n$0", "y = x", Some("y = x")),
            ("x = 1\n$0", "y = x\nreturn y", Some("y = x")),
            ("x = 1\n$0", "await x", None),
            ("def f():\n    x = 1\n    $0", "global x", None),
            ("def f():\n    $0\n    global x", "print(x)", None),
            ("def f():\n    x = 1\n    $0", "nonlocal x", None),
            // Python 2, and what not every Python has.
            ("$0", "print x", None),
            ("$0", "type A = int", None),
            ("type A = int\n$0", "type B = int", Some("type B = int")),
            ("$0\ntype A = int\n", "f'{'a'}'", Some("f'{'a'}'")),
            ("type A = int\n$0", "def f[T = A](): pass", None),
            // A file that was refused may stay as refused as it was.
            ("return 1\n$0", "x = 1", Some("x = 1")),
            ("return 1\n$0", "return 2", None),
        ] {
            let offset = text.find("$0").unwrap();
            let document = Document::new(&text.replace("$0", ""), 1);
            let cursor = Cursor::new(&document, offset);
            assert_eq!(keep_parsing(&cursor, shown, |text| text).ok().as_deref(), expected, "{text:?} {shown:?}");
        }
    }
}

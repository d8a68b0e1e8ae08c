//! A suggestion never breaks a file that was whole: what Python's compiler took, it takes afterwards.

use std::cell::LazyCell;
use std::time::Duration;

use crate::document::{Budget, Document, Meter};
use crate::python::{errors, violations};

/// Errors and violations are counted up to here; a text with more is beyond judging.
const LIMIT: usize = 200;

/// The budget for checking one suggestion, all of its parts together: about 10 milliseconds of parsing.
const BUDGET: Budget = Budget { steps: 16, time: Duration::from_millis(8) };

/// The text, or as many of its first lines as leave the document no worse than it was: whole if it was whole, with no more
/// errors if it was not. `None` if no part of it does. Each part is first shortened by `closed` to what can end there.
///
/// What cannot be judged within the budget is not shown, since only broken text costs that much: then the best is taken of the
/// parts that have been judged.
pub(super) fn keep_parsing<'t>(
    document: &Document,
    offset: usize,
    text: &'t str,
    closed: impl Fn(&'t str) -> &'t str,
) -> Option<String> {
    within(document, offset, text, closed, &mut Meter::new(BUDGET))
}

fn within<'t>(
    document: &Document,
    offset: usize,
    text: &'t str,
    closed: impl Fn(&'t str) -> &'t str,
    meter: &mut Meter,
) -> Option<String> {
    let count = |document: &Document| {
        let tree = document.tree()?;
        let broken = errors(tree, LIMIT).unwrap_or(LIMIT);
        // What recovery from errors makes of a text says nothing about it.
        let refused = if broken == 0 { violations(&document.text(), LIMIT).len() } else { 0 };
        Some((broken, refused))
    };
    document.tree()?;
    // Asked only where a part leaves the document less than whole.
    let before = LazyCell::new(|| count(document).unwrap_or_default());
    let mut shown = closed(text);
    let mut best = None;
    while !shown.trim().is_empty() && !meter.is_spent() {
        let found = count(&document.edited(offset..offset, shown, meter));
        if found == Some((0, 0)) {
            return Some(shown.to_owned());
        }
        // Fewer errors are better, and of equals the longest.
        if let Some(found) = found.filter(|found| *found <= *before)
            && best.is_none_or(|(least, _)| found < least)
        {
            best = Some((found, shown));
        }
        shown = shown.rfind('\n').map_or("", |end| closed(&shown[..end]));
    }
    best.map(|(_, text)| text.to_owned())
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
        let mut all = steps(usize::MAX);
        let shown = within(&document, 6, text, |text| text, &mut all);
        assert!(shown.is_some());
        let mut one = steps(usize::MAX);
        assert!(document.edited(6..6, text, &mut one).tree().is_some());
        assert!(all.steps() > 3 * one.steps(), "{} {}", all.steps(), one.steps());
        for (budget, some) in [(0, false), (one.steps() / 2, false), (one.steps(), true), (2 * one.steps(), true)] {
            let mut meter = steps(budget);
            let shown = within(&document, 6, text, |text| text, &mut meter);
            assert_eq!(shown.is_some(), some, "{budget}");
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
            assert_eq!(keep_parsing(&document, offset, shown, |text| text).as_deref(), expected, "{text:?} {shown:?}");
        }
    }
}

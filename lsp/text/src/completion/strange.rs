//! Names that a suggestion reads and that nothing defines.

use std::collections::HashSet;
use std::time::Duration;

use super::Cursor;
use crate::document::{Budget, Meter};
use crate::python::{self, Identifiers, library};

/// The budget for parsing the document with the suggestion.
const BUDGET: Budget = Budget { steps: 16, time: Duration::from_millis(8) };

/// Where in `text`, put in at the cursor, names stand that are read and bound nowhere: not in the document, not in the
/// text, not by Python, and not in `outside`, the names of what the document is only a part of. In order. None where the text
/// cannot be parsed in time.
pub(super) fn strange(cursor: &Cursor, text: &str, outside: &Identifiers) -> Vec<usize> {
    let (document, offset) = (cursor.document, cursor.offset);
    let edited = document.edited(offset..offset, text, &mut Meter::new(BUDGET));
    let Some(tree) = edited.tree() else { return Vec::new() };
    let whole = edited.text();
    let names = python::names(tree.root_node(), &whole);
    let bound: HashSet<&str> = names.bound.iter().chain(&names.inner).map(|name| name.name.as_str()).collect();
    if bound.contains("*") {
        return Vec::new();
    }
    // What stands left of the cursor may be a loop or a parameter list that is only being written.
    let left: HashSet<&str> = python::words(&cursor.left).collect();
    let known = |name: &str| {
        bound.contains(name) || left.contains(name) || outside.names.contains(name) || library::is_builtin(name)
    };
    let read = names.used.iter().filter(|name| name.at < offset + text.len() && name.at + name.name.len() > offset);
    read.filter(|name| !known(&name.name)).map(|name| name.at.saturating_sub(offset)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::testing::cursor_in;

    #[test]
    fn names_nowhere() {
        for (text, said, expected) in [
            ("total = 1\nprint($0", "total)", &[][..]),
            ("total = 1\nprint($0", "count, total)", &[0]),
            ("def f(items):\n    $0", "return items + others", &[15]),
            ("def f(items):\n    $0", "for x in items:\n        print(x)", &[]),
            ("$0\ndef f():\n    pass\n", "x = f()\nprint(x, y)", &[17]),
            ("for key in $0", "range(key)", &[]),
            ("cou$0", "nter + 1", &[0]),
            ("from x import *\n$0", "print(anything)", &[]),
            ("x = 1\nx.$0", "anything", &[]),
            ("print($0", "int(len(__name__)))", &[]),
        ] {
            let (document, offset) = cursor_in(text, |text| Document::new(text, 1));
            let found = strange(&Cursor::new(&document, offset), said, &Identifiers::default());
            assert_eq!(found, expected, "{text:?} {said:?}");
        }
    }

    #[test]
    fn names_outside_of_the_part_are_known() {
        let (document, offset) = cursor_in("print($0", |text| Document::new(text, 1));
        let outside = Identifiers { names: ["total".to_owned()].into(), ..Identifiers::default() };
        assert!(strange(&Cursor::new(&document, offset), "total)", &outside).is_empty());
    }
}

//! Names that a piece of code uses and that nothing defines.

use std::collections::HashSet;

use crate::document::{Document, parse_text};
use crate::python::{library, names_within};
use crate::turns::{self, Turn};

/// The names that `program`, in the place of the turn's target, uses and that nothing in it, nothing anywhere in the document and not
/// Python itself defines, in the order of their use. After a wildcard import any name may be defined, so there are none.
#[must_use]
pub fn undefined(document: &Document, turn: &Turn, program: &str) -> Vec<String> {
    let (text, whole) = (turns::written_text(document, turn, program), document.text());
    let [own, around] = [&text, &whole].map(|text| names_within(parse_text(text).root_node(), text));
    let defined = [&own.bound, &own.inner, &around.bound, &around.inner];
    let defined: HashSet<&str> = defined.into_iter().flatten().map(|name| name.name.as_str()).collect();
    if defined.contains("*") {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let used = own.used.iter().map(|name| name.name.as_str());
    let unknown = used.filter(|name| !defined.contains(name) && !library::is_builtin(name) && seen.insert(*name));
    unknown.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turns::TurnOptions;

    #[test]
    fn names_that_nothing_defines() {
        for (text, program, expected) in [
            ("# a\n", "x = 1\nprint(x, y, z, y)", &["y", "z"][..]),
            ("# a\n", "import os\nprint(os.path, len([i for i in range(3)]))", &[]),
            ("from math import *\n\n# a\n", "print(sqrt(2))", &[]),
            ("y = 1\n\n# a\n", "print(y)", &[]),
            // A function below may be called later on.
            ("# a\n\ndef f():\n    pass\n", "def g():\n    return f() + h()", &["h"]),
            ("def f(x):\n    # a\n    return x\n", "y = x + w", &["w"]),
            ("def f(x):\n    # a\n\n    return x\n", "try:\n    x()\nexcept E as e:\n    raise F(e)", &["E", "F"]),
            ("# a\n", "df = pd.DataFrame()", &["pd"]),
            ("# a\n", "", &[]),
        ] {
            let document = Document::new(text, 1);
            let turn = turns::turns(&document, &TurnOptions::default()).remove(0);
            assert_eq!(undefined(&document, &turn, program), expected, "{text:?} {program:?}");
        }
    }
}

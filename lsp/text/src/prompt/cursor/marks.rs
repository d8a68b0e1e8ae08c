//! A byte order mark or form feeds in a text change neither what models are shown nor what is suggested.

use super::build;
use crate::completion::Plan;
use crate::document::Document;
use crate::prompt::history;
use crate::prompt::related::Block;
use crate::python::Identifiers;
use crate::testing::cursor_in;
use crate::turns::{self, TurnOptions};

/// Texts with a cursor (`$0`).
const TEXTS: [&str; 12] = [
    "import os\n\n\ndef total(prices):\n    result = 0\n    for price in prices:\n        $0\n",
    "def total(prices):\n    $0\n",
    "def total(prices):$0\n",
    "if prices:$0\n    pass\n",
    "x = $0",
    "$0\n\nx = 1\n",
    "# Read the file.\n$0\n",
    "import os\n\n# Read the file.\n\n# Print it.\n$0\n\n\ndef last():\n    pass\n",
    "class A:\n    x = 1\n\n    def f(self):\n        $0\n\n\nclass B:\n    pass\n",
    "class A:\n    # Add two numbers.\n    $0\n\nB = 1\n",
    "def f():\n    \"\"\"Adds two numbers.\"\"\"\n    $0\n\n\nx = 1\n",
    "from a import (\n    b,\n)\n\nx = f(b,\n    $0\n",
];

/// Texts that a model might write.
const SAID: [&str; 5] =
    ["result = 1\n", "    return 1\n\n\n", "1\n", "x = 1\nx = 1\nx = 1\nx = 1\n", "def last():\n    pass\n"];

/// Variants of the text with marks: at its start, in its blank lines, before what begins a page.
fn marked(text: &str) -> Vec<String> {
    let blank: Vec<_> = text.split('\n').map(|line| if line.is_empty() { "\u{c}" } else { line }).collect();
    let pages = text.replace("\n\n\n", "\n\n\n\u{c}").replace("\n\n#", "\n\n\u{c}#");
    vec![
        format!("\u{feff}{text}"),
        format!("\u{c}{text}"),
        blank.join("\n"),
        format!("\u{feff}{pages}"),
        pages,
        text.replace("$0\n", "$0\n\u{c}"),
    ]
}

/// Everything that is shown and suggested at the cursor.
fn seen(marked: &str) -> Vec<String> {
    let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
    let options = TurnOptions::default();
    let plan = Plan::new(&document, offset, &options).ok();
    let held = plan.as_ref().map(|plan| plan.held(None, Identifiers::default).unwrap());
    let end = offset - held.as_ref().map_or(0, |held| held.text().len());
    let context = build(&document, end, 10_000, &Block::default(), None, &|text: &str| text.len());
    let mut seen = vec![format!("{:?} {held:?}", context.prompt)];
    for said in SAID {
        let suggestion = plan.as_ref().and_then(|plan| plan.finish(said, false).ok());
        let plan = plan.as_ref().map(|plan| (&plan.kind, plan.max_tokens));
        seen.push(format!("{plan:?} {:?}", suggestion.map(|suggestion| suggestion.text)));
    }
    for turn in turns::turns(&document, &options) {
        let history = turns::history(&document, &turn, &options);
        let fitted = history::fit(&history, &turn.prompt, 10_000, &|text| text.len());
        // A form feed stays where it is, so that the blank line around it is not used up.
        let program = turns::program_edit(&document, &turn, "x = 1").text.trim_end().to_owned();
        seen.push(format!("{:?} {:?} {:?} {:?} {program:?}", turn.prompt, turn.indent, turn.kind, fitted.text));
    }
    seen
}

#[test]
fn marks_change_nothing() {
    for text in TEXTS {
        let expected = seen(text);
        for marked in marked(text) {
            assert_eq!(seen(&marked), expected, "{marked:?}");
        }
    }
}

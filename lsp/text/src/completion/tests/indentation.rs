//! The levels that a suggestion's lines stand at.

use proptest::prelude::*;

use super::{check, cursor};
use crate::completion::{Plan, indentation};
use crate::python;
use crate::turns::TurnOptions;

#[test]
fn bodies_stand_one_level_behind_their_headers() {
    // The model's first line may be at any depth.
    for depth in [1, 2, 4, 8, 12] {
        let deep = " ".repeat(depth);
        let raw = format!("\n{deep}if a:\n{deep}    b()\n{deep}c()\n");
        for (header, below) in [
            ("for x in y:", ""),
            ("async def f(x):", ""),
            ("with a as b, \\\n        c as d:", ""),
            ("with (\n    a as b,\n    c as d,\n):", ""),
            ("@cache\ndef f(\n    x,\n):", ""),
            ("try:\n    x()\nexcept E as e:", ""),
            ("if x:\n    y()\nelif z:", ""),
            ("while x:", ""),
            ("if x:", "\nelse:\n    y()\n"),
        ] {
            let body = "    if a:\n        b()\n    c()";
            let expected = format!("{header}\n{body}{below}");
            check(&format!("{header}$0{below}"), &raw, &expected);
            check(&format!("{header}\n$0{below}"), &raw, &expected);
        }
    }
    check(
        "class A:\n    def f(self):\n        if x:\n$0",
        "                    y()\n",
        "class A:\n    def f(self):\n        if x:\n            y()",
    );
    check("match x:\n    case 1:$0", "\n            y()\n", "match x:\n    case 1:\n        y()");
    check("match x:\n$0", "case 1:\n    y()\n", "");
    check("match x:\n    $0", "case 1:\n            y()\n", "match x:\n    case 1:\n        y()");
    // What the user has typed is filled up, or stays if it is deeper.
    check("if x:\n  $0", "  y()\n    z()\n", "if x:\n    y()\n    z()");
    check("if x:\n  $0", "y()\n  z()\n", "if x:\n    y()\n    z()");
    check("if x:\n      $0", "y()\n      if z:\n          w()\n", "if x:\n      y()\n      if z:\n          w()");
    check("    if x:\n    $0", "    y()\n", "    if x:\n        y()");
}

#[test]
fn lines_stand_at_open_levels() {
    // A line that is at none ends the text.
    check("def f():$0", "\n    if x:\n        a()\n      b()\n", "def f():\n    if x:\n        a()");
    check("def f():$0", "\n    a()\n    b()\n        c()\n", "def f():\n    a()\n    b()");
    check(
        "def f():$0",
        "\n        if x:\n            a()\n        else:\n            b()\n        c()\n",
        "def f():\n    if x:\n        a()\n    else:\n        b()\n    c()",
    );
    // Lines in brackets and strings keep their distance.
    check(
        "def f():$0",
        "\n        x = g(\n            1,\n        )\n        return x\n",
        "def f():\n    x = g(\n        1,\n    )\n    return x",
    );
    check("def f():$0", "\n        x = g(1,\n              2)\n", "def f():\n    x = g(1,\n          2)");
    check(
        "def f():$0",
        "\n        \"\"\"Docs.\n\n        More.\n        \"\"\"\n        a()\n",
        "def f():\n    \"\"\"Docs.\n\n    More.\n    \"\"\"\n    a()",
    );
    // Comments are where the statements below them are, or deeper.
    check(
        "def f():$0",
        "\n      # one\n        a()\n        # two\n        b()\n",
        "def f():\n    # one\n    a()\n    # two\n    b()",
    );
    check(
        "def f():$0",
        "\n    if x:\n        a()\n        # two\n    b()\n",
        "def f():\n    if x:\n        a()\n        # two\n    b()",
    );
    check("def f():$0", "\n    if x:\n  # why\n        a()\n", "def f():\n    if x:\n        # why\n        a()");
    check("def f():\n    $0", "# one\n    b()\n    c()\n", "def f():\n    # one\n    b()\n    c()");
    check("def f():\n    a()\n    $0", "# one\n", "");
    // A body that is there already.
    check("if x:\n$0\n      b()\n", "    a()\n", "if x:\n      a()\n      b()\n");
    // On a blank line below a statement.
    check("def f():\n    if x:\n        a()\n$0", "    b()\n", "def f():\n    if x:\n        a()\n    b()");
    check("def f():\n    if x:\n        a()\n$0", "            b()\n", "def f():\n    if x:\n        a()\n        b()");
    check("def f():\n    if x:\n        a()\n    $0", "    b()\n", "def f():\n    if x:\n        a()\n    b()");
    check("def f():\n    if x:\n        a()\n      $0", "b()\n", "def f():\n    if x:\n        a()\n        b()");
    check("def f():\n    a()\n        $0", "b()\n", "");
    check(
        "class A:\n    @property\n$0",
        "def f(self):\n        a()\n",
        "class A:\n    @property\n    def f(self):\n        a()",
    );
    check(
        "class A:\n    x = 1\n\n    $0",
        "def f(self):\n            a()\n",
        "class A:\n    x = 1\n\n    def f(self):\n        a()",
    );
}

/// The first line of a text that is not indented by whole levels, or deeper than the line above allows. Lines that are
/// right have no brackets and strings.
fn misplaced(text: &str, first: usize) -> Option<&str> {
    let mut above: Option<(usize, bool)> = None;
    let mut open = Vec::new();
    text.split('\n')
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| {
            let column = line.len() - line.trim_start().len() + if number == 0 { first } else { 0 };
            (column, line)
        })
        .find(|&(column, line)| {
            let right = match above {
                None => true,
                Some((above, true)) => column == above + 4,
                Some((above, false)) => column <= above && open.contains(&column),
            };
            open.retain(|level| *level < column);
            open.push(column);
            above = Some((column, line.trim_end().ends_with(':')));
            !right
        })
        .map(|(_, line)| line)
}

/// Lines with depths, some of which go together.
fn code() -> impl Strategy<Value = Vec<(usize, &'static str)>> {
    let words =
        prop::sample::select(vec!["a()", "b = 1", "if x:", "for y in z:", "else:", "return c", "def f(x):", "pass"]);
    prop::collection::vec((0..5usize, words), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_suggestion_is_indented_by_whole_levels(
        lines in code(),
        unit in 1..9usize,
        before in prop::sample::select(vec![
            "if x:$0", "if x:\n$0", "if x:\n    $0", "class A:\n    def f(self):\n        $0", "class A:\n    def f(self):$0",
            "def f():\n    a()\n    $0", "def f():\n    if x:\n        a()\n$0", "def f():\n  $0", "$0\n\nx = 1\n", "x = 1\n$0",
        ]),
        end in any::<bool>(),
    ) {
        let (document, offset) = cursor(before);
        let Ok(plan) = Plan::new(&document, offset, &TurnOptions::default()) else { return Ok(()) };
        let said = lines.iter().map(|(depth, words)| format!("{}{words}", " ".repeat(depth * unit)));
        let raw = (if end { "\n" } else { "" }).to_owned() + &said.collect::<Vec<_>>().join("\n") + "\n";
        let Ok(suggestion) = plan.finish(&raw, false) else { return Ok(()) };
        let line = python::line_at(&document, offset);
        let mut accepted = document.clone();
        accepted.edit(suggestion.range, &suggestion.text);
        let text = accepted.slice(line.start..offset + suggestion.text.len());
        prop_assert_eq!(misplaced(&text, 0), None, "{:?} {:?}", raw, text);
        prop_assert_eq!(text.lines().filter(|line| (line.len() - line.trim_start().len()) % 4 > 0).count(), 0, "{:?}", text);
    }

    #[test]
    fn what_is_indented_right_stays(
        steps in prop::collection::vec((0..3usize, prop::sample::select(vec!["a()", "b = 1", "c.d(e)"]), any::<bool>()), 1..10),
        base in 0..3usize,
    ) {
        // Statements that go up to two levels back, or open a block.
        let (mut depth, mut lines) = (base + 1, Vec::new());
        for (number, (back, words, header)) in steps.into_iter().enumerate() {
            if !lines.last().is_some_and(|line: &String| line.ends_with(':')) && number > 0 {
                depth = depth.saturating_sub(back).max(base + 1);
            }
            lines.push(" ".repeat(depth * 4) + &(if header { format!("if {words}:").replace("b = 1", "b") } else { format!("{words}{number}") }));
            depth += usize::from(header);
        }
        while lines.last().is_some_and(|line| line.ends_with(':')) {
            lines.pop();
        }
        let above: Vec<_> = (0..=base).map(|depth| format!("{}while x:", " ".repeat(depth * 4))).collect();
        let (document, offset) = cursor(&(above.join("\n") + "$0"));
        let plan = Plan::new(&document, offset, &TurnOptions::default()).unwrap();
        let raw = format!("\n{}", lines.join("\n"));
        let fixed = indentation::fix(&plan.cursor, &plan.kind, &raw);
        prop_assert_eq!(fixed, raw);
    }
}

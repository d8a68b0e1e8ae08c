use super::*;
use crate::testing::cursor_in;
use proptest::prelude::*;

#[track_caller]
fn cursor(marked: &str) -> (Document, usize) {
    cursor_in(marked, |text| Document::new(text, 1))
}

#[track_caller]
fn check_plan(marked: &str, kind: Option<Kind>) {
    let (document, offset) = cursor(marked);
    assert_eq!(Plan::new(&document, offset, &TurnOptions::default()).map(|plan| plan.kind), kind, "{marked}");
}

/// What the buffer is after the suggestion made of `raw` is accepted; an empty `after` says that none is made.
#[track_caller]
fn check(before: &str, raw: &str, after: &str) {
    let (mut document, offset) = cursor(before);
    let plan = Plan::new(&document, offset, &TurnOptions::default()).expect("a plan");
    let (suggestion, kind) = (plan.finish(raw, false), plan.kind);
    let Some(suggestion) = suggestion else {
        assert_eq!("", after, "nothing is suggested for {before:?} and {raw:?} {kind:?}");
        return;
    };
    document.edit(suggestion.range, &suggestion.text);
    assert_eq!(document.text(), after, "{before:?} and {raw:?} {kind:?}");
}

#[test]
fn plans() {
    let block = |indent| Some(Kind::Block { indent });
    let turn = |indent| Some(Kind::Turn { indent });
    let line = Some(Kind::Line);
    for (marked, kind) in [
        ("$0", None),
        ("\n\n$0", None),
        ("x = $0", line.clone()),
        ("impor$0", line.clone()),
        ("x = foo($0)", line.clone()),
        ("x = [foo($0)]:", line.clone()),
        ("def f($0):\n    pass\n", line.clone()),
        ("print('$0')", line.clone()),
        ("x = $0 + 1", None),
        ("fo$0o = 1", None),
        ("$0x = 1", None),
        ("x = 1  # no$0", None),
        ("# a prompt$0", None),
        ("x = {\n    'a': 1,\n    $0\n}", line.clone()),
        ("def f():\n    x = 1\n    $0\n", line.clone()),
        ("import os\n$0\n", line.clone()),
        // Blocks.
        ("def f():\n    $0", block(4)),
        ("def f():\n$0", block(1)),
        ("def f():$0", block(1)),
        ("def f():$0\n\ndef g():\n    pass\n", block(1)),
        ("if x:$0\nelse:\n    pass\n", block(1)),
        ("def f():$0\n\n    return 1\n", None),
        ("    def f(\n        a,\n    ):$0\n        return 1\n", None),
        ("def f(\n    a,\n):\n    $0", block(4)),
        ("class A:\n    def f(self):\n        $0\n", block(8)),
        ("if x:\n\t$0\n", block(8)),
        ("for x in y:  # all of them\n    $0\n", block(4)),
        ("else:\n    $0\n", block(4)),
        ("def f():\n    \"\"\"Docs.\"\"\"\n    $0\n", block(4)),
        ("def f():\n    \"\"\"Docs.\n\n    More.\n    \"\"\"\n    $0\n", block(4)),
        ("\"\"\"Docs.\"\"\"\n$0\n", line.clone()),
        ("x = {'a':\n    $0}", line.clone()),
        ("x: $0", line.clone()),
        ("x:\n    $0", line.clone()),
        // Turns.
        ("# a prompt\n$0", turn(0)),
        ("def f():\n    # a prompt\n    $0", turn(4)),
        ("def f():\n    # a prompt\n$0", turn(4)),
        ("x = 1\n# about y\n$0", line),
    ] {
        check_plan(marked, kind);
    }
}

#[test]
fn statements_are_whole() {
    check("x = 1\n$0\ny = 2\n", "if x:\n    f()\n    g()\n", "x = 1\nif x:\n    f()\ny = 2\n");
    check(
        "def f():\n    x = 1\n    $0\n",
        "with x:  # why\n        f()\n",
        "def f():\n    x = 1\n    with x:  # why\n        f()\n",
    );
    check("x = 1\n$0\n    f()\n", "if x:\n    g()\n", "x = 1\nif x:\n    f()\n");
    check(
        "class A:\n    x = 1\n    $0\n",
        "@property\n    def y(self):\n        return 1\n",
        "class A:\n    x = 1\n    @property\n    def y(self):\n        return 1\n",
    );
    // The rest of a header that has been begun is no more than that: its body is asked for at its end.
    check("if x$0\n", " > 1:\n    f()\n", "if x > 1:\n");
    // No body came.
    check("x = 1\n$0\ny = 2\n", "if x:\ny = 3\n", "");
    check("x = 1\n$0\ny = 2\n", "if x:  # why\n", "");
    check("x = 1\n$0\ny = 2\n", "@cache\n", "");
    check("x = 1\n$0\ny = 2\n", "try:\n    f()\n", "");
    check("x = 1\n$0\n", "try:\n    f()\nexcept E:\n    g()\n", "x = 1\ntry:\n    f()\nexcept E:\n    g()\n");
    check("x = 1\n$0\n", "try:\n    f()\nexcept E:\n", "");
    check("def f():\n    $0\n", "x = 1\n    try:\n        g()\n\nz = 1\n", "def f():\n    x = 1\n");
    check(
        "def f():\n    $0\n",
        "try:\n        g()\n    finally:\n        h()\n\nz = 1\n",
        "def f():\n    try:\n        g()\n    finally:\n        h()\n",
    );
    check("if x:\n    f()\n$0\ny = 2\n", "else:\n    g()\n", "if x:\n    f()\nelse:\n    g()\ny = 2\n");
}

#[test]
fn lines() {
    check("x = $0\ny = 2\n", "1\nz = 3", "x = 1\ny = 2\n");
    check("imp$0", "ort os\nimport sys\n", "import os");
    check("x = $0", "foo(\n    1,\n)\ny", "x = foo(\n    1,\n)");
    check("x = $0\r\ny = 2\r\n", "foo(\n    1,\n)\ny", "x = foo(\r\n    1,\r\n)\r\ny = 2\r\n");
    check("x = $0", "1   \n", "x = 1");
    check("return x$0", "\n\nfoo", "");
    check("x = 1$0", "   ", "");
    // A space more than is wanted.
    check("x = $0", " 1\n", "x = 1");
    check("x =$0", " 1\n", "x = 1");
    // A statement that was not finished in brackets.
    check("x = $0", "f(\n1,\n2,\n3,\n4,\n5,\n6,\n7,\n8,\n9,\n10,\n11,\n12,\n13", "x = f(");
    check("x = f($0", "a,\n      b,", "x = f(a,");
}

#[test]
fn blocks_do_not_end_open() {
    check("def f(x):$0", "\n    if x:\n        return 1\n    for y in x:\n", "def f(x):\n    if x:\n        return 1");
    check("def f(x):$0", "\n    y = x\n    if y:\n        # what to do\n", "def f(x):\n    y = x");
    check("def f(x):$0", "\n    if x:\n        # what to do\n", "");
    // What breaks the syntax goes first; a header that is left over by it goes, too.
    check("def f(x):$0\ny = 1\n", "\n    y = x\n    if y:\n        return )\n", "def f(x):\n    y = x\ny = 1\n");
}

#[test]
fn right_of_the_cursor() {
    check("print(x$0)", ", y)\n", "print(x, y)");
    check("print(x$0)", ")\n", "");
    check("print($0)", "f(x))\n", "print(f(x))");
    check("print($0)", "x) + 1\n", "print(x)");
    check("print(a[$0])", "0])\n", "print(a[0])");
    check("x = [$0]", "f(1), 2]", "x = [f(1), 2]");
    check("def f($0):\n    pass\n", "self, x):\n    return", "def f(self, x):\n    pass\n");
    check("if $0:\n    pass\n", "x > 0:\n    return", "if x > 0:\n    pass\n");
    check("print('$0')", "hello')\n", "print('hello')");
    check("print('$0')", "it is (', x)\n", "print('it is (')");
    check("x = \"\"\"$0\"\"\"\n", "text\"\"\"\n", "x = \"\"\"text\"\"\"\n");
    check("f($0)", "')', x)", "f(')', x)");
}

#[test]
fn below_the_cursor() {
    check("x = 1\n$0\ny = 2\nz = 3\n", "y = 2\nz = 3\n", "");
    check("def f():\n    $0\n    return x\n", "x = 1\n    return x\n", "def f():\n    x = 1\n    return x\n");
    check("def f():\n    $0\n    return x\n", "return x\n", "");
    // The same words elsewhere are something else.
    check(
        "def f():\n    $0\n    return x\n",
        "if y:\n        return x\n    x = 2\n",
        "def f():\n    if y:\n        return x\n    x = 2\n    return x\n",
    );
}

#[test]
fn indentation() {
    check("def f(x):\n    $0", "    return x\n", "def f(x):\n    return x");
    check("def f(x):\n$0", "    return x\n", "def f(x):\n    return x");
    check("def f(x):\n    $0", "\n    return x\n", "def f(x):\n    return x");
    check("def f(x):$0", "\n    return x\n\n\ny", "def f(x):\n    return x");
    check("def f(x):\n    $0", "    y = x\n        return y\n", "def f(x):\n    y = x\n    return y");
    check("def f(x):\n    y = x\n    $0", "    return x\n", "def f(x):\n    y = x\n    return x");
    check("def f(x):\n    y = x\n$0", "    return y\n", "def f(x):\n    y = x\n    return y");
    check("def f(x):\n    y = x\n  $0", "      return y\n", "def f(x):\n    y = x\n    return y");
    check("def f(x):\r\n    $0\r\n", "if x:\n        return 1\n", "def f(x):\r\n    if x:\r\n        return 1\r\n");
}

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
        let Some(plan) = Plan::new(&document, offset, &TurnOptions::default()) else { return Ok(()) };
        let said = lines.iter().map(|(depth, words)| format!("{}{words}", " ".repeat(depth * unit)));
        let raw = (if end { "\n" } else { "" }).to_owned() + &said.collect::<Vec<_>>().join("\n") + "\n";
        let Some(suggestion) = plan.finish(&raw, false) else { return Ok(()) };
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

#[test]
fn turns_are_completed() {
    check("# one\n$0", "x = 1\ny = 2\n\n# two\n", "# one\nx = 1\ny = 2");
    check("# one\n$0", "# two\n", "");
    check("def f():\n    # one\n    $0", "x = 1\n    y = 2\n\nz = 3", "def f():\n    # one\n    x = 1\n    y = 2");
    check("# one\n$0\n\n# two\nx = 1\n", "x = 1\n", "# one\nx = 1\n\n# two\nx = 1\n");
}

#[test]
fn repetition() {
    check("# one\n$0", "a()\nb()\nb()\nb()\nb()\n", "# one\na()\nb()");
    check("# one\n$0", "a()\nb(1)\nb(2)\nb(1)\nb(2)\nb(1)\nb(2)\n", "# one\na()\nb(1)\nb(2)");
    check("# one\n$0", "a()\nb()\nb()\n", "# one\na()\nb()\nb()");
    check("a()\na()\n$0", "a()\n", "");
    check("a()\na()\na()\n$0", "b()\n", "a()\na()\na()\nb()");
    check("x = $0", "a, a, a, a, a, a, a, a, a, a, a, a, a", "");
    check("x = $0", "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]", "x = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]");
    check("# one\n$0", "x = 1\ny = foo.bar.foo.bar.foo.bar.foo.bar.foo.bar.", "# one\nx = 1");
}

#[test]
fn what_says_nothing() {
    check("# one\n$0", "        # an odd comment\n", "");
    check("def f():\n    $0", "# TODO\n", "");
    check("x = 1\n$0\n", "# and so on", "");
    check("# one\n$0", "x = 1\n\n@wraps\ndef f():\n", "# one\nx = 1");
    check("# one\n$0", "for x in y:\n", "");
    check("# one\n$0", "for x in y:\n    x\n", "# one\nfor x in y:\n    x");
    check("for x in y$0", ":\n    x\n", "for x in y:");
}

#[test]
fn what_parsed_still_does() {
    check("x = 1\n$0\ny = 2\n", "foo(", "");
    check("x = 1\n$0\ny = 2\n", "if x:\n    pass\n", "x = 1\nif x:\n    pass\ny = 2\n");
    check("# one\n$0\n\ny = 2\n", "a = 1\nb = (\n", "# one\na = 1\n\ny = 2\n");
    check("# one\n$0\n\ny = 2\n", "a = 1\nb = '''\n", "# one\na = 1\n\ny = 2\n");
    // What did not parse may stay as it is, or become better.
    check("x = f($0\n", "1, 2)\n", "x = f(1, 2)\n");
    check("for x in y\n$0\n", "z = 1\n", "for x in y\nz = 1\n");
}

#[test]
fn unfinished() {
    let (document, offset) = cursor("# one\n$0");
    let plan = Plan::new(&document, offset, &TurnOptions::default()).unwrap();
    let text = |raw: &str| plan.finish(raw, true).map(|suggestion| suggestion.text);
    assert_eq!(text("x = 1\ny = foo_b").as_deref(), Some("x = 1"));
    assert_eq!(text("x = 1\ny = 2\n").as_deref(), Some("x = 1\ny = 2"));
    assert_eq!(text("x = foo_b").as_deref(), Some("x = foo_b"));
    assert_eq!(text("\nx = foo_b").as_deref(), Some("x = foo_b"));
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "\n",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "    ",
        "    ",
        "\t",
        "def f(x):",
        "class A:",
        "return x",
        "x = 1",
        "if x:",
        "# one",
        "\"\"\"",
        "'",
        "(",
        ")",
        "[",
        "]",
        ":",
        ",",
        "foo",
        "\u{1F40D}",
        "\u{e9}",
        "\\",
        "# one\n",
        "\n\n",
        "x = 1\n",
        "    x = 1\n",
        "@",
        " ",
    ]);
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn suggestions_are_sound(before in text(), after in text(), raw in text()) {
        let document = Document::new(&format!("{before}{after}"), 1);
        let offset = python::char_boundary(&document, before.len());
        let Some(plan) = Plan::new(&document, offset, &TurnOptions::default()) else { return Ok(()) };
        let Some(suggestion) = plan.finish(&raw, false) else { return Ok(()) };
        let line = python::line_at(&document, offset);
        let at = offset.min(line.end);
        prop_assert!(suggestion.range.start <= at && at <= suggestion.range.end);
        prop_assert!(suggestion.range.start >= line.start && suggestion.range.end <= line.end);
        prop_assert!(!suggestion.text.trim().is_empty());
        prop_assert_eq!(suggestion.text.trim_end(), suggestion.text.as_str());
        let mut accepted = document.clone();
        accepted.edit(suggestion.range, &suggestion.text);
        let whole = |document: &Document| document.tree().is_some_and(|tree| !tree.root_node().has_error());
        prop_assert!(!whole(&document) || whole(&accepted));
    }
}

#[test]
fn programs_of_turns() {
    for (raw, unfinished, expected) in [
        ("x = 1\ny = 2\n\n", false, "x = 1\ny = 2"),
        ("x = 1\ny = 2", true, "x = 1"),
        ("x = 1", true, "x = 1"),
        ("x = 1\n\nx = 1\n", false, "x = 1\n\nx = 1"),
        ("y = 1\nx()\nx()\nx()\n", false, "y = 1\nx()"),
        ("def f():\n    a()\n    b()\n    a()\n    b()\n\n    a()\n    b()\n", false, "def f():\n    a()\n    b()"),
        ("x = 1\ndef f(self):\n    # of the center of the center of the center of the center of the", false, "x = 1"),
        ("x = 1\n@wraps\ndef f(self):\n    retu", true, "x = 1"),
        ("# of the center of the center of the center of the center of the", false, ""),
        ("    # one\n\n    # two\n", false, ""),
        ("# one\nx = 1\n", false, "# one\nx = 1"),
        ("", true, ""),
        ("\n", true, ""),
    ] {
        assert_eq!(program(raw, unfinished), expected, "{raw:?}");
    }
}

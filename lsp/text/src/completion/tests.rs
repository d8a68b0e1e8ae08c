mod indentation;

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
    assert_eq!(Plan::new(&document, offset, &TurnOptions::default()).map(|plan| plan.kind).ok(), kind, "{marked}");
}

/// What the buffer is after the suggestion made of `raw` is accepted; an empty `after` says that none is made.
#[track_caller]
fn check(before: &str, raw: &str, after: &str) {
    let (mut document, offset) = cursor(before);
    let plan = Plan::new(&document, offset, &TurnOptions::default()).expect("a plan");
    let (suggestion, kind) = (plan.finish(raw, false), plan.kind);
    let Ok(suggestion) = suggestion else {
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
        ("def f(x: $0", line.clone()),
        ("if f(x)[1:$0", line.clone()),
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
    let text = |raw: &str| plan.finish(raw, true).map(|suggestion| suggestion.text).ok();
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
        "f'",
        "f\"{",
        "{",
        "}",
        "!r",
        "lambda x:",
        "try:",
        "match x:",
        "'''",
    ]);
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn suggestions_are_sound(before in text(), after in text(), raw in text()) {
        let document = Document::new(&format!("{before}{after}"), 1);
        let offset = python::char_boundary(&document, before.len());
        let Ok(plan) = Plan::new(&document, offset, &TurnOptions::default()) else { return Ok(()) };
        let Ok(suggestion) = plan.finish(&raw, false) else { return Ok(()) };
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

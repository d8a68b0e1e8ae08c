use super::*;
use crate::testing::cursor_in;
use crate::turns::{TurnOptions, program_edit, turn_at, turns};

/// The document, and the turn at its `$0`.
#[track_caller]
fn turn(marked: &str) -> (Document, Turn) {
    let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
    let turn = turn_at(&document, offset, &TurnOptions::default()).unwrap_or_else(|| panic!("no turn in {marked:?}"));
    (document, turn)
}

/// The decision in a word, and the text it is about.
fn decided(marked: &str) -> (&'static str, String) {
    let (document, turn) = turn(marked);
    match insertion(&document, &turn) {
        Insertion::Insert { at } => {
            assert_eq!(at, turn.prompt_range.end);
            ("insert", String::new())
        }
        Insertion::ReplaceGenerated { range } => ("generated", document.slice(range)),
        Insertion::ReplacePlaceholder { range } => ("placeholder", document.slice(range)),
        Insertion::Refuse(Refusal::OwnCode { lines }) => ("own", lines.to_string()),
        Insertion::Refuse(Refusal::NoStatement(reason)) => ("no", reason.to_owned()),
    }
}

#[test]
fn where_nothing_stands_directly_below_code_is_put_in() {
    for text in [
        "# on$0e",
        "# on$0e\n",
        "# on$0e\n\nprint(1)\n",
        "# on$0e\n\n\n\nprint(1)\n",
        "# on$0e\n\n# x = 1\nprint(1)\n",
        "# on$0e\n\n# ---- Section ----\nprint(1)\n",
        "# on$0e\n\n# %% cell\nprint(1)\n",
        "# on$0e\n\n# two\nprint(1)\n",
        "import os\r\n\r\n# on$0e\r\n\r\ndef f():\r\n\treturn 1\r\n",
        "# on$0e\n\n@decorated\ndef f():\n    pass\n",
        "def f():\n    # on$0e\n\n    return 1\n",
        "def f():\n\t# on$0e\n\n\treturn 1\n",
        "def f():\n    # on$0e\nprint(1)\n",
        "def f():\n    a = 1\n\n    # on$0e\n\nprint(1)\n",
        "def f():\n    # on$0e\n",
        "class A:\n    x = 1\n\n    # on$0e\n\n    def f(self):\n        pass\n",
        "class A:\n    def f(self):\n        pass\n\n    # on$0e\n\n    def g(self):\n        pass\n",
        "if a:\n    b\n\n    # on$0e\nelse:\n    c\n",
        "if a:\n    # on$0e\n\nelse:\n    c\n",
        "if a:\n    b\nelse:\n    # on$0e\n\n    c\n",
        "try:\n    a\n\n    # on$0e\n\nfinally:\n    c\n",
        "match a:\n    case 1:\n        # on$0e\n\n        b\n",
        "def f():\n    a = '''\nleft\n'''\n\n    # on$0e\n\n    b\n",
        "def f():\n    a(\n1)\n\n    # on$0e\n\n    b\n",
        "def f(a,\n      b):\n    # on$0e\n\n    b\n",
        "'''A module.'''\n\n# on$0e\n\nx = 1\n",
        "from __future__ import annotations\n\n# on$0e\n\nimport os\n",
        "def f():\n    '''A function.'''\n    # on$0e\n\n    return 1\n",
        "def f():\n    a = 1\n# at the left\n\n    # on$0e\n\n    b = 2\n",
        "def f():\n    '''On$0e.'''\n\nprint(1)\n",
    ] {
        assert_eq!(decided(text).0, "insert", "{text:?}: {}", decided(text).1);
    }
}

#[test]
fn code_directly_below_stays() {
    for (text, lines) in [
        ("# on$0e\nprint(1)\n", "1"),
        ("# on$0e\nprint(1)", "1"),
        ("# on$0e\nHOST = 'a'\nPORT = 1\n\nUSER = 'b'\n", "2"),
        ("# on$0e\n@decorated\ndef f():\n    a\n\n    b\n\nc\n", "5"),
        ("# on$0e\nif a:\n    b\n\nelse:\n    c\n\nd\n", "5"),
        ("# on$0e\nx = [\n\n1]\n\ny\n", "3"),
        ("# on$0e\nx = '''\n\n'''\n\ny\n", "3"),
        ("# on$0e\na\n# why\nb\n\nc\n", "3"),
        ("# on$0e\n# noqa\nb\n\nc\n", "2"),
        ("# on$0e\nfor a in b:\n    c\n\n# d = 1\ne\n", "2"),
        ("# on$0e\na\n\n# two\nb\n", "1"),
        ("def f():\n    # on$0e\n    a\n    b\nc\n", "2"),
        ("def f():\n    # on$0e\n    a\n\n    b\nc\n", "1"),
        ("# on$0e\r\na\r\nb\r\n\r\nc\r\n", "2"),
        ("def f():\n\t# on$0e\n\tif a:\n\t\tb\n\n\t\tc\n\n\td\n", "4"),
        ("# on$0e\n...\n", "1"),
        ("if a:\n    # on$0e\n    pass\n", "1"),
        ("def f():\n    # on$0e\n    pass\n    a\n", "2"),
        ("def f():\n    # on$0e\n    pass\n\n    a\n", "1"),
    ] {
        assert_eq!(decided(text), ("own", lines.to_owned()), "{text:?}");
    }
}

#[test]
fn placeholders_are_nobody_s_code() {
    for (text, expected) in [
        ("def f():\n    'On$0e.'\n    pass\n", "    pass\n"),
        ("def f():\n    'On$0e.'\n\n    ...\n\nx\n", "\n    ...\n"),
        ("def f():\n    # on$0e\n    pass\n\nx\n", "    pass\n"),
        ("async def f(\n    a,\n):\n    # on$0e\n    ...\n", "    ...\n"),
    ] {
        assert_eq!(decided(text), ("placeholder", expected.to_owned()), "{text:?}");
    }
}

#[test]
fn what_would_not_be_python_is_refused() {
    let (branches, cases) =
        ("it stands between the branches of a statement", "it stands between the cases of a `match`");
    for (text, reason) in [
        ("if a:\n    b\n\n# on$0e\n\nelse:\n    c\n", branches),
        ("if a:\n    b\n\n# on$0e\nelse:\n    c\n", branches),
        ("def f():\n    try:\n        b\n\n    # on$0e\n\n    # why\n    except E:\n        c\n", branches),
        ("for a in b:\n    c\n\n# on$0e\n\nelse:\n    c\n", branches),
        ("@decorated\n\n# on$0e\n\ndef f():\n    pass\n", "it stands between a decorator and what that decorates"),
        (
            "@decorated(\n    1)\n\n# on$0e\ndef f():\n    pass\n",
            "it stands between a decorator and what that decorates",
        ),
        ("match a:\n    # on$0e\n\n    case 1:\n        b\n", cases),
        ("match a:\n    case 1:\n        b\n\n    # on$0e\n\n    case 2:\n        b\n", cases),
        ("match a:\n    case 1:\n        b\n\n    # on$0e\n", cases),
        (
            "def f():\n    # on$0e\n\n    '''A function.'''\n",
            "a docstring follows, which would be none below a statement",
        ),
        ("# on$0e\n\n'''A module.'''\nx = 1\n", "a docstring follows, which would be none below a statement"),
        (
            "'''A module.'''\n\n# on$0e\n\nfrom __future__ import annotations\n",
            "an import from `__future__` follows, which has to come first",
        ),
        ("def f():\n    a = 1\n\n# on$0e\n\n    b = 2\n", "what follows is indented deeper"),
        ("def f():\n\n# on$0e\n\n    b = 2\n", "the block above it has no statement yet"),
        ("class A:\n\n# on$0e\n", "the block above it has no statement yet"),
        ("a = 1\n\n    # on$0e\n\nb = 2\n", INDENTATION),
        ("    # on$0e\n\nb = 2\n", INDENTATION),
        ("def f():\n        a = 1\n\n    # on$0e\n\nb = 2\n", INDENTATION),
        ("def f():\n\ta = 1\n\n        # on$0e\n\nb = 2\n", INDENTATION),
        ("def f():\n    # on$0e\n\n  b = 2\n\nc\n", INDENTATION),
    ] {
        let (kind, found) = decided(text);
        assert_eq!((kind, found.as_str()), ("no", reason), "{text:?}");
        let (document, turn) = turn(text);
        assert!(resolved(&document, turn, true).is_err(), "nor is it replaced: {text:?}");
    }
}

#[test]
fn only_what_belongs_to_the_prompt_is_replaced() {
    for (text, expected) in [
        ("# on$0e\nprint(1)\n\nprint(2)\n", "# one\nnew\n\nprint(2)\n"),
        ("# on$0e\n\nprint(1)\n", "# one\nnew\n\nprint(1)\n"),
        ("# on$0e\ndef f():\n    a\n\n    b\n\nprint(2)\n", "# one\nnew\n\nprint(2)\n"),
        ("if z:\n    # on$0e\n    a\n    b\nelse:\n    c\n", "if z:\n    # one\n    new\nelse:\n    c\n"),
        ("# on$0e\na\n# %%\nb\n", "# one\nnew\n\n# %%\nb\n"),
        ("# on$0e\na\n\n# two\nb\n", "# one\nnew\n\n# two\nb\n"),
        ("# on$0e\r\na\r\n\r\nb\r\n", "# one\r\nnew\r\n\r\nb\r\n"),
        ("# on$0e\na", "# one\nnew\n"),
    ] {
        let (mut document, turn) = turn(text);
        let turn = resolved(&document, turn, true).unwrap();
        let edit = program_edit(&document, &turn, "new");
        document.edit(edit.range, &edit.text);
        assert_eq!(document.text(), expected, "{text:?}");
    }
}

#[test]
fn generated_code_is_known_by_every_line_of_it() {
    use crate::turns::generated_range;
    for (text, program, expected) in [
        ("# on$0e\nx = 1\n", "x = 1", Some("x = 1\n")),
        ("# on$0e\nx = 1", "x = 1", Some("x = 1")),
        ("# on$0e\n\nx = 1\n", "x = 1", Some("x = 1\n")),
        ("# on$0e\nx = 1\n\nmine()\n", "x = 1", Some("x = 1\n")),
        ("# on$0e\nx = 1\r\n\r\nmine()\r\n", "x = 1", Some("x = 1\r\n")),
        ("# on$0e\nx = 1  \n", "x = 1", Some("x = 1  \n")),
        ("def f():\n    # on$0e\n    if x:\n        y\n\n    z\n", "if x:\n    y", Some("    if x:\n        y\n")),
        (
            "def f():\n    # on$0e\n    if x:\n        y\n\n    z\n",
            "if x:\n    y\n\nz",
            Some("    if x:\n        y\n\n    z\n"),
        ),
        ("# on$0e\nx = 2\n", "x = 1", None),
        ("# on$0e\nx = 1  # why\n", "x = 1", None),
        ("# on$0e\nmine()\nx = 1\n", "x = 1", None),
        ("# on$0e\nx = 1\nmine()\n", "x = 1", None),
        ("# on$0e\nx = 1\n\n    mine()\n", "x = 1", None),
        ("# on$0e\nif x:\n    y\n\n    mine()\n", "if x:\n    y", None),
        ("# on$0e\nif x:\n    y\n\nelse:\n    mine()\n", "if x:\n    y", None),
        ("# on$0e\nx = 1\n", "x = 1\ny = 2", None),
        ("# on$0e\nx = 1\n\n# two\ny = 2\n", "x = 1\n\n# two\ny = 2", None),
        ("# on$0e\n\nmine()\n", "", None),
    ] {
        let (document, turn) = turn(text);
        let found = generated_range(&document, &turn, program).map(|range| document.slice(range));
        assert_eq!(found.as_deref(), expected, "{text:?}");
    }
}

#[test]
fn refusals_say_what_to_do() {
    let own = |lines| Refusal::OwnCode { lines }.message("codegen.replace");
    assert_eq!(
        own(1),
        "1 line that was not generated here stands directly below the prompt; codegen.replace replaces it, and with a \
         blank line below the prompt code is put above it"
    );
    assert!(own(12).starts_with("12 lines that were not generated here stand directly below"), "{}", own(12));
    let reason = Refusal::NoStatement("why").to_string();
    assert_eq!(reason, "no code can be written for this prompt: why");
}

#[test]
fn a_form_feed_below_a_prompt_stays() {
    for text in ["# one\n\n\u{c}\n", "# one\n\u{c}\n\n# two\n"] {
        let mut document = Document::new(text, 1);
        let turn = turns(&document, &TurnOptions::default()).remove(0);
        let edit = program_edit(&document, &turn, "x = 1");
        document.edit(edit.range, &edit.text);
        assert!(document.text().contains('\u{c}') && document.text().starts_with("# one\nx = 1\n"), "{text:?}");
    }
}

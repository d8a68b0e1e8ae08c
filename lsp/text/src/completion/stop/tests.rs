use super::*;
use crate::completion::{Kind, Plan};
use crate::document::Document;
use crate::testing::cursor_in;
use proptest::prelude::*;

fn rule(marked: &str, kind: Kind) -> Box<dyn StopRule> {
    let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
    Plan::at(kind, &document, offset).stop_rule()
}

/// Cuts at the first `|`; a text without one goes on.
#[track_caller]
fn check(before: &str, kind: Kind, text: &str) {
    let cut = rule(before, kind.clone()).cut(&text.replace('|', ""));
    assert_eq!(cut, text.find('|'), "{before:?} {kind:?} {text:?}");
}

#[test]
fn lines() {
    for (before, text) in [
        ("x = $0", "1|\ny = 2"),
        ("x = $0", "1"),
        ("x = $0", "f(\n    1,\n    2)|\ny"),
        ("x = f($0", "1,\n      2)|\ny"),
        // The editor has closed it already.
        ("x = f($0)", "1|\ny"),
        // Opened on a line above, and closed on one below: one element at a time.
        ("x = [\n    1,\n    $0\n]", "2,|\n    3,\n"),
        ("x = '''$0", "text\nmore'''|\ny"),
        ("x = '$0", "text|\ny'"),
        ("x = $0", "1 + \\\n    2|\ny"),
        ("return x$0", "|\n\ny = 1"),
        ("x = f($0", "\n1,\n2,\n3,\n4,\n5,\n6,\n7,\n8,\n9,\n10,\n11|\n12,\n"),
        ("if x:  # ($0", ")|\ny"),
    ] {
        check(before, Kind::Line, text);
    }
}

#[test]
fn headers_come_with_the_beginning_of_their_body() {
    for (before, text) in [
        ("x = 1\n$0", "if x:\n    y = 1|\n    z = 2\n"),
        (
            "x = 1\n$0",
            "for a in (\n    1,\n):  # all: of them\n    if a:\n\n        # Why.\n        f(\n            a)|\n    b",
        ),
        ("x = 1\n$0", "if x: return|\ny"),
        ("x = 1\n$0", "@wraps(f)\n@cache\ndef g():\n    return 1|\n"),
        ("class A:\n    x = 1\n    $0\n    y = 1\n", "def f(self):\n        pass|\n"),
        ("x = 1\n$0", "try:\n    f()\n    g()\nexcept E:\n    h()|\n    i()\n"),
        ("x = 1\n$0", "try:\n    if x:\n        f()\n\nfinally:\n    h()|\n"),
        ("x = 1\n$0", "try:\n    f()\n|g()\n"),
        // Nothing comes.
        ("x = 1\n$0", "if x:\n|y = 1\n"),
        ("x = 1\n$0", "@cache\n|    def f():\n"),
        ("def f():\n    x = 1\n    $0", "if x:\n|    y = 1\n"),
        // It is there already.
        ("x = 1\n$0\n    y = 1\n", "if x:|\n    y = 1\n"),
        // The rest of a line is all that is asked for.
        ("if x$0", " > 1:|\n    y = 1\n"),
        ("f(\n    $0\n)", "else:|\n    1\n"),
        ("x = 1\n$0", "# if:|\n"),
    ] {
        check(before, Kind::Line, text);
    }
}

#[test]
fn blocks() {
    let before = "def f(x):\n    $0";
    let block = Kind::Block { indent: 4 };
    for text in [
        "return x\n|\n\ny = 1",
        "return x\n|y = 1",
        "return x\n\n|y = 1",
        "if x:\n        return 1\n    return 2\n|def g",
        "\"\"\"Docs.\n\nMore.\n\"\"\"\n    return x\n|y",
        "# a comment first\n    return x\n|    # and then one too many\n",
        "x = 1\n|    '''text'''",
        "x = '''\nleft\n'''\n    y = [\n1]\n|z",
        "x = 1\n  ",
        "x = 1\n  \n    y = 2\n",
        "def g():\n        pass\n\n    def_ = 1\n|    def h():\n",
        "def g():\n        pass\n\n|    @wraps\n    def h():\n",
        "@wraps\n    def g():\n        pass\n",
    ] {
        check(before, block.clone(), text);
    }
    // More than anybody reads.
    let long: String = (0..30).map(|number| format!("x = {number}\n    ")).collect();
    let cut = rule(before, block).cut(&long).expect("an end");
    assert_eq!(long[..cut].lines().count(), BLOCK_LINES);
    // From the end of the header's own line.
    let block = Kind::Block { indent: 1 };
    for text in ["\n    return x\n|y", " return x\n|y", "  # comment\n    return x\n|y"] {
        check("def f(x):$0", block.clone(), text);
    }
    // The user's indentation is none yet.
    check("def f(x):\n$0", block.clone(), "    return x\n|y");
    check("def f(x):\n$0", block, "|return x");
}

#[test]
fn circles() {
    check("# one\n$0", Kind::Turn { indent: 0 }, "x()\nx()\nx()\n|x()\n");
    check(
        "def f():\n    $0",
        Kind::Block { indent: 4 },
        "a\n    x()\n    y()\n\n    x()\n    y()\n    x()\n    y()\n|    x()\n",
    );
    check("# one\n$0", Kind::Turn { indent: 0 }, "x()\nx()\nx(");
    // Every sixteen bytes of a line.
    check("x = $0", Kind::Line, "[a, a, a, a, a, a, a, a, a, a, a|, a, a, a, a,");
    check("x = $0", Kind::Line, "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,");
}

#[test]
fn turns() {
    check("# one\n$0", Kind::Turn { indent: 0 }, "x = 1\n\n|# two\n");
    check("def f():\n    # one\n    $0", Kind::Turn { indent: 4 }, "x = 1\n    y\n|z");
    check("def f():\n    # one\n$0", Kind::Turn { indent: 4 }, "    x = 1\n|    # two\n");
    check("def f():\n\t# one\n\t$0", Kind::Turn { indent: 8 }, "x = 1\n\ty\n|z");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_rule_depends_on_the_tokens(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "\n", "\n", "    ", "    ", "        ", "x", "def", " g():", "de", "f ", "class A:", "(", ")", "[", "'", "''", "\"\"\"", "#", "\\",
            "@", "ab, ab, ab, ", "ab, ", "\u{1F40D}", " ", "\t", "return x\n", "x = 1\n",
        ]), 0..40),
        which in 0..6usize,
    ) {
        let (before, kind) = [
            ("x = f($0)", Kind::Line),
            ("x = $0", Kind::Line),
            ("def f(x):\n    $0", Kind::Block { indent: 4 }),
            ("def f(x):$0", Kind::Block { indent: 1 }),
            ("def f():\n    # one\n    $0", Kind::Turn { indent: 4 }),
            ("# one\n$0", Kind::Turn { indent: 0 }),
        ][which].clone();
        let mut streamed = rule(before, kind.clone());
        let mut text = String::new();
        let mut cut = None;
        for piece in pieces {
            text.push_str(piece);
            cut = cut.or_else(|| streamed.cut(&text));
            prop_assert!(cut.is_none_or(|cut| text.is_char_boundary(cut)));
            prop_assert_eq!(cut, rule(before, kind.clone()).cut(&text));
        }
    }
}

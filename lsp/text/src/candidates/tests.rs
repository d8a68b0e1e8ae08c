use super::*;
use crate::document::Document;
use crate::testing::cursor_in;
use crate::turns::{TurnOptions, resolved, turn_at};

fn ranked(index: usize, text: &str, mean_logprob: f32) -> Ranked {
    let completion = Completion { text: text.to_owned(), mean_logprob, ..Completion::default() };
    Ranked { index, completion, score: Score { parses: true, ..Score::default() }, copies: 1 }
}

/// Scores `program` for the turn at the `$0`.
fn scored(marked: &str, program: &str) -> Score {
    let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
    let turn = turn_at(&document, offset, &TurnOptions::default()).expect("a turn");
    // In place of the lines directly below the prompt.
    let turn = resolved(&document, turn, true).expect("a place");
    score(&document, &turn, program)
}

#[test]
fn what_parses() {
    for (text, program, expected) in [
        ("# one$0\n", "x = 1", true),
        ("# one$0\n", "x = (1", false),
        ("# one$0\n", "x = 'a", false),
        ("# one$0\n", "if x:", false),
        ("# one$0\n", "if x:\n    y\nelse:", false),
        ("# one$0\n", "def f():\n    # nothing yet", false),
        ("# one$0\n", "class A:", false),
        ("# one$0\n", "print 'x'", false),
        ("# one$0\n", "  x = 1\ny = 2", false),
        ("# one$0\n", "def f():\n    return 1", true),
        // Python's compiler refuses it there.
        ("# one$0\n", "return 1", false),
        ("def f():\n    # one$0\n", "return 1", true),
        ("# one$0\n", "f(a=1, b)", false),
        ("# two\nreturn 1\n\n# one$0\n", "x = 1", true),
        ("# one$0\n\n# two\ny = 1\n", "for x in y:\n    pass", true),
        // In its place, whatever the indentation it comes with.
        ("def f():\n    # one$0\n", "if x:\n    y = 1\nreturn y", true),
        ("def f():\n    # one$0\n", "    if x:\n        y = 1\n    return y", true),
        ("def f():\n\t# one$0\n\n\t# two\n\tx = 1\n", "if x:\n    y = 1", true),
        ("try:\n    # one$0\nexcept E:\n    pass\n", "x = 1", true),
        // Broken elsewhere, before or behind.
        ("x = (\n\ny = 1\n\n# one$0\n", "x = 1", true),
        ("# one$0\n\n# two\ndef f(:\n", "x = 1", true),
        ("# one$0\n\n# two\ndef f(:\n", "x = ", false),
        ("# one$0\nx = (((\n", "x = 1", true),
    ] {
        assert_eq!(scored(text, program).parses, expected, "{text:?} {program:?}");
    }
}

/// The score in one line: missing, shadows and drops.
#[track_caller]
fn check(text: &str, program: &str, expected: &str) {
    let Score { missing, shadows, drops, .. } = scored(text, program);
    let found = [missing, shadows, drops].map(|names| names.join(" ")).join("|");
    assert_eq!(found, expected, "{text:?} {program:?}");
}

#[test]
fn names_that_the_prompt_wants() {
    let assign = "# Assign the string \"A b\" to a variable named \"my_string\".$0\n";
    check(assign, "my_string = 'A b'", "||");
    check(assign, "string = 'A b'", "my_string||");
    check(assign, "def f():\n    my_string = 1", "||");
    check(&format!("my_string = 1\n\n{assign}"), "x = 1", "||");
    check("x = 1\n\n# a function called `f`$0\n", "def g(): pass", "f||");
    check("def f(total):\n    # a variable named `total`$0\n", "x = 1", "||");
}

#[test]
fn names_that_what_follows_needs() {
    // Nothing else defines it.
    check("# one$0\n\n# two\nprint(x)\n", "x = 1", "||");
    check("# one$0\n\n# two\nprint(x)\n", "y = 1", "x||");
    check("# one$0\n\n# two\nprint(x.a, b=1, c='d')  # e\n", "pass", "x||");
    // It exists already, comes later but in time, or is Python's own.
    check("x = 1\n\n# one$0\n\n# two\nprint(x)\n", "y = 1", "||");
    check("import x\n\n# one$0\n\n# two\nx.y()\n", "y = 1", "||");
    check("# one$0\n\n# two\nx = 1\nprint(x)\n", "y = 1", "||");
    check("# one$0\n\n# two\nx = x + 1\n", "y = 1", "x||");
    check("# one$0\n\n# two\nx += 1\n", "y = 1", "x||");
    check("# one$0\n\n# two\n[z for z in range(3)]\n", "y = 1", "||");
    check("from a import *\n\n# one$0\n\n# two\nprint(x)\n", "y = 1", "||");
    check("# one$0\n\n# two\nprint(x)\n", "from a import *", "||");
    // Functions need it when they are called.
    check("# one$0\n\n# two\ndef g():\n    return h()\n\n# three\ndef h(): pass\n", "y = 1", "||");
    check("# one$0\n\n# two\ndef g():\n    return h()\n", "y = 1", "h||");
    check("# one$0\n\n# two\nclass A:\n    def f(self): return self.g(h)\n", "y = 1", "h||");
    // Code outside of the turn's scope does not see what it defines.
    check("def f():\n    # one$0\n\n    # two\n    return x\n\nprint(y)\n", "z = 1", "x||");
    check("def f(x):\n    # one$0\n\n    # two\n    return x\n", "z = 1", "||");
    check("def f():\n    # one$0\n\n    # two\n    return x\n\nx = 1\n", "z = 1", "||");
    check(
        "class A:\n    x = 1\n    def f(self):\n        # one$0\n\n        # two\n        return x\n",
        "z = 1",
        "x||",
    );
    check("class A:\n    # one$0\n\n    # two\n    y = x\n    def f(self): return w\n", "z = 1", "x||");
    check("for i in x:\n    # one$0\n\n    # two\n    print(i, j)\n\nprint(k)\n", "z = 1", "j k||");
}

#[test]
fn names_that_are_taken_away() {
    let text = "def total(a): return sum(a)\nimport re\nx = 1\n\n# one$0\n\n# two\nprint(total([x]), re, max)\n";
    check(text, "y = 1", "||");
    check(text, "total = 3", "|total|");
    check(text, "max = 3", "|max|");
    check(text, "def f():\n    total = 3", "||");
    check(text, "for x in []: pass", "|x|");
    // Binding more drops nothing, nor does the same import.
    check(text, "x += 1", "||");
    check(text, "x = x + 1", "||");
    check(text, "import re", "||");
    check(text, "re = 1", "|re|");
    check(&text.replace("# one", "# make x two"), "x = 2", "||");
    // As the document is now.
    check("x = 0\n\n# one$0\nx = 1\n\n# two\nprint(x)\n", "x = 2", "||");
    check("x = 0\n\n# one$0\nx = 1\n\n# two\nprint(x)\n", "y = 2", "||x");
    check("# one$0\nx = 1\nz = 3\n\n# two\nprint(x)\n", "y = 2", "x||x");
    check("# one$0\nx = 1\n\n# two\nx = 2\nprint(x)\n", "y = 2", "||");
}

#[test]
fn the_same_but_for_comments_and_white_space() {
    for (one, other, same) in [
        ("x = 1", "x=1  # one\n\n", true),
        ("x = 1; y = 2", "x = 1\ny = 2", true),
        ("f(1,\n  2)", "f(1, 2)", true),
        ("# c\nx = 1", "x = 1", true),
        ("    x = 1\n    y = 2", "x = 1\ny = 2", true),
        ("if x:\n  y", "if x:\n    y", true),
        ("if x: y", "if x:\n    y", true),
        ("if x:\n    y\nz", "if x:\n    y\n    z", false),
        ("x\n(y)", "x(y)", false),
        ("x = 'a b'", "x = 'a  b'", false),
        ("x = 'a'", "x = \"a\"", false),
        ("x = ab", "x = a b", false),
        ("x = 1", "x = 2", false),
        ("", "# nothing\n", true),
        ("def f():\n    def g():\n        a\n    b", "def f():\n    def g():\n        a\n        b", false),
    ] {
        let folded = distinct(vec![ranked(0, one, -1.0), ranked(1, other, -1.0)]);
        assert_eq!(folded.len(), if same { 1 } else { 2 }, "{one:?} {other:?}");
    }
}

#[test]
fn the_most_probable_of_equals_stays() {
    let mut third = ranked(3, "x=1", -0.25);
    third.copies = 2;
    let folded = distinct(vec![
        ranked(0, "x = 1", -0.5),
        ranked(1, "y", -0.1),
        ranked(2, "x  = 1", -0.75),
        third,
        ranked(4, "x = 1 ", -0.25),
    ]);
    let found: Vec<_> = folded.iter().map(|ranked| (ranked.index, ranked.copies)).collect();
    assert_eq!(found, [(3, 5), (1, 1)]);
}

#[test]
fn ranking() {
    let with = |index: usize, logprob: f32, change: &dyn Fn(&mut Score)| {
        let mut ranked = ranked(index, "x = 1", logprob);
        change(&mut ranked.score);
        ranked
    };
    let name = || vec!["a".to_owned()];
    let mut candidates = vec![
        ranked(0, "# nothing", 0.0),
        with(1, -0.1, &|score| score.parses = false),
        with(2, -0.1, &|score| score.raised = Some("NameError".to_owned())),
        with(3, -0.1, &|score| score.missing = name()),
        with(4, -0.2, &|score| score.shadows = name()),
        with(5, -0.1, &|score| (score.shadows, score.drops) = (name(), name())),
        with(6, -0.1, &|score| score.drops = name()),
        with(7, -0.3, &|_| ()),
        with(9, -0.2, &|_| ()),
        with(8, -0.2, &|_| ()),
        with(10, f32::NAN, &|score| (score.parses, score.raised) = (false, Some("SyntaxError".to_owned()))),
    ];
    rank(&mut candidates);
    let order: Vec<_> = candidates.iter().map(|ranked| ranked.index).collect();
    assert_eq!(order, [8, 9, 7, 6, 4, 5, 3, 2, 1, 10, 0]);
}

use super::verdicts::VERDICTS;
use super::*;

#[test]
fn as_the_compiler_decides() {
    for (text, taken) in VERDICTS {
        let found = violations(text, 10);
        assert_eq!(found.is_empty(), *taken, "{text:?}: {found:?}");
        assert!(found.iter().all(|found| found.at <= text.len()));
    }
}

#[test]
fn a_part_may_be_in_a_function() {
    let of = |text: &str| violations(text, 10).len();
    assert_eq!(of("if True:\n    return a\n    await b\n    break\n"), 0);
    assert_eq!(of("if True:\n    def f():\n        break\n"), 1);
    assert_eq!(of("if True:\r\n    from a import *\r\n    yield from a\r\n    nonlocal b\r\n    a = await a\r\n"), 0);
    // What a function within wants may be bound further out.
    assert_eq!(of("if True:\n    def f():\n        nonlocal a\n"), 0);
    assert_eq!(of("if True:\n    def f():\n        global a\n        def g():\n            nonlocal a\n"), 1);
    assert_eq!(of("if True:\n    try: pass\n    except* a: return\n"), 1);
    // Behind the block the module goes on.
    assert_eq!(of("if True:\n    return a\nreturn a\nawait b\nbreak\n"), 3);
    assert_eq!(of("if True:\n    pass\nelse:\n    return\n"), 1);
}

#[test]
fn no_more_than_the_limit_is_found() {
    let text = "return\n".repeat(100);
    assert_eq!(violations(&text, 7).len(), 7);
    let found = violations(&text, 200);
    assert_eq!(found.len(), 100);
    assert!(found.is_sorted_by_key(|violation| violation.at));
}

#[test]
fn later_syntax_counts_once_for_each_version() {
    let of = |text: &str| violations(text, 10).iter().map(|found| (found.at, found.rule.clone())).collect::<Vec<_>>();
    let needs = |at, version: &str| (at, format!("needs Python {version}"));
    assert_eq!(of("type A = int\n"), [needs(0, "3.12")]);
    assert_eq!(of("type A = int\ndef f[T](): pass\nf'{'a'}'\n"), [needs(0, "3.12")]);
    assert_eq!(of("type A = int\ndef f[T = int](): pass\n"), [needs(0, "3.12"), needs(21, "3.13")]);
    assert_eq!(violations_for("type A = int\n", (3, 12), 10), []);
    // Whatever needs the latest one needs those before.
    assert_eq!(of("t'a'\n"), [needs(0, "3.12"), needs(0, "3.13"), needs(0, "3.14")]);
    let both = "try: pass\nexcept A, B: pass\n";
    assert_eq!(violations(both, 10).len(), violations(&both.repeat(3), 10).len());
}

/// Texts that nest `depth` levels deep, with the number of levels that Python 3.11 takes.
fn nested(depth: usize) -> Vec<(String, usize)> {
    let around = |open: &str, inner: &str, close: &str| open.repeat(depth) + inner + &close.repeat(depth) + "\n";
    // Spaces would take the square of the depth.
    let ladder = |header: &str| -> String {
        let levels = depth.min(2_000);
        (0..levels).map(|level| " ".repeat(level) + header).collect::<String>() + &" ".repeat(levels) + "a\n"
    };
    vec![
        (around("(", "a", ")"), 200),
        (around("[", "a", "]"), 200),
        (around("{a:", "a", "}"), 200),
        (around("f(", "", ")"), 200),
        (around("a[", "0", "]"), 200),
        (around("(", "a", ""), 0),
        (around("f(\n", "a", ""), 0),
        (around("-", "a", ""), 2_900),
        (around("-~+", "a", ""), 900),
        (around("not ", "a", ""), 2_900),
        (around("lambda: ", "a", ""), 2_900),
        (around("lambda a, b: ", "a", ""), 2_900),
        (around("a**", "a", ""), 2_900),
        (around("a if b else ", "a", ""), 2_900),
        (around("", "a", "+a"), 2_900),
        (around("", "a", " + 'b'"), 2_900),
        (around("", "a", ".b"), 2_900),
        (around("", "a", "()"), 2_900),
        (around("", "a", "[0]"), 2_900),
        (around("", "a", " or a"), 9_000),
        (around("", "a", " == a"), 9_000),
        (around("", "a", ", a"), usize::MAX),
        (around("", "a", "; a"), usize::MAX),
        (around("", "'a'", " 'a'"), 9_000),
        (around("", "", "a = ") + "1\n", 0),
        (around("f'{", "a", "}'"), 0),
        (around("f\"{f'{", "a", "}'}\""), 0),
        (format!("f'{{{}}}'\n", around("a:{", "a", "}").trim_end()), 0),
        // A string that ends where the lexer, before the parser, does not see it end.
        (format!("f\"\"\"{{ \"\"\"\n{}", around("-", "a", "")), 0),
        (format!("f'{{ '\n}}' + '{}", around("-", "a", "")), 0),
        (around("await ", "a", ""), 0),
        (around("async ", "a", ""), 0),
        (around("if a: ", "a", ""), 0),
        (around("match ", "a", ""), 0),
        (around("x = yield ", "a", ""), 0),
        (around("*", "a", ""), 0),
        (around("@", "a", ""), 0),
        (format!("match a:\n case {}:\n  a\n", around("[", "b", "]").trim_end()), 200),
        (format!("match a:\n case {}2:\n  a\n", "1 | ".repeat(depth)), 9_000),
        (format!("# a\r{}", around("(", "a", ")")), 200),
        (ladder("if a:\n"), 99),
        (ladder("def f():\n"), 99),
        (ladder("for a in b:\n"), 20),
        (ladder("with a:\n"), 20),
        (format!("{}a\n", "if a:\n".repeat(depth)), 0),
        (format!("if a: b\n{}", "elif a: b\n".repeat(depth)), usize::MAX),
    ]
}

#[test]
fn no_depth_is_too_much() {
    // Of the size that threads have by default.
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let judge = || {
        for depth in [10, 150, 250, 800, 2_800, 3_100, 20_000, 100_000] {
            for (text, most) in nested(depth) {
                let found = violations(&text, 10);
                if most > 0 {
                    assert_eq!(found.is_empty(), depth <= most, "{depth}: {:?} {found:?}", text.get(..60));
                } else {
                    assert!(depth == 10 || !found.is_empty(), "{depth}: {:?}", text.get(..60));
                }
            }
        }
    };
    thread.spawn(judge).unwrap().join().unwrap();
}

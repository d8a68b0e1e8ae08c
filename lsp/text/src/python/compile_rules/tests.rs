use super::*;
use crate::document::parse_text;

/// Whether a text is taken, with the verdict of CPython 3.11.
#[test]
fn as_the_compiler_decides() {
    for (text, taken) in [
        ("def f():\n    return 1\n", true),
        ("return 1\n", false),
        ("class C:\n    return 1\n", false),
        ("def f():\n    class C:\n        return 1\n", false),
        ("def f():\n    pass\nreturn 1\n", false),
        ("x = lambda: (yield)\n", true),
        ("yield 1\n", false),
        ("for a in b:\n    break\n", true),
        ("for a in b:\n    pass\nelse:\n    break\n", false),
        ("while a:\n    if b:\n        continue\n", true),
        ("while a:\n    def f():\n        break\n", false),
        ("if a:\n    break\n", false),
        ("async def f():\n    await a\n    async with b: pass\n", true),
        ("def f():\n    await a\n", false),
        ("async def f():\n    def g():\n        await a\n", false),
        ("def f():\n    async for a in b: pass\n", false),
        ("nonlocal a\n", false),
        ("from a import *\n", true),
        ("def f():\n    from a import *\n", false),
        ("import a,\n", false),
        ("from a import (b,)\n", true),
        ("print 'a'\n", false),
        ("print('a')\n", true),
        ("print >>a, b\n", true),
        ("exec 'a'\n", false),
        ("def f():\n", false),
        ("if a:\n    # b\n", false),
        ("try:\n    pass\n", false),
        ("try:\n    pass\nfinally:\n    pass\n", true),
        ("try:\n    pass\nexcept:\n    pass\nexcept A:\n    pass\n", false),
        ("try:\n    pass\nexcept A:\n    pass\nexcept:\n    pass\n", true),
        ("try:\n    pass\nexcept* A:\n    pass\nexcept B:\n    pass\n", false),
        ("def f(a, a): pass\n", false),
        ("def f(a=1, b): pass\n", false),
        ("def f(a=1, *, b): pass\n", true),
        ("def f(a, /, b, *c, d=1, e, **g): pass\n", true),
        ("def f(*): pass\n", false),
        ("def f(**a, b): pass\n", false),
        ("def f(*a, *b): pass\n", false),
        ("f(a=1, a=2)\n", false),
        ("f(a=1, b)\n", false),
        ("f(**a, b)\n", false),
        ("f(**a, b=1)\n", true),
        ("f(a=1, *b)\n", true),
        ("f(**a, *b)\n", false),
        ("*a = b\n", false),
        ("*a, = b\n", true),
        ("*a, *b = c\n", false),
        ("a, (b, *c), *d = e\n", true),
        ("__debug__ = 1\n", false),
        ("a, b += c\n", false),
        ("a, b: int\n", false),
        ("a = b += 1\n", false),
        ("a = b = 1\n", true),
        ("del a, b[0], (c, d.e)\n", true),
        ("del f()\n", false),
        ("del *a\n", false),
        ("with a as b, c as (d, e): pass\n", true),
        ("with a as f(): pass\n", false),
        ("a := 1\n", false),
        ("(a := 1)\n", true),
        ("a = 012\n", false),
        ("a = 00\n", true),
        ("a = 1_\n", false),
        ("a = 1_000.5e3j\n", true),
        ("a = 0xfl\n", false),
        ("a = 10L\n", false),
        ("a = '\\x1'\n", false),
        ("a = r'\\x1'\n", true),
        ("a = '\\u12'\n", false),
        ("a = '\\\\u12'\n", true),
        ("a = b'\\u12'\n", true),
        ("a = b'é'\n", false),
        ("a = b'a' 'b'\n", false),
        ("a = ur'b'\n", false),
    ] {
        let tree = parse_text(text);
        let found = violations(text, 10);
        assert_eq!(!tree.root_node().has_error() && found.is_empty(), taken, "{text:?}: {found:?}");
    }
}

#[test]
fn a_part_may_be_in_a_function() {
    let of = |text: &str| violations(text, 10).len();
    assert_eq!(of("if True:\n    return a\n    await b\n    break\n"), 0);
    assert_eq!(of("if True:\n    def f():\n        break\n"), 1);
}

#[test]
fn no_more_than_the_limit_is_found_at_any_depth() {
    let text = "return\n".repeat(100);
    assert_eq!(violations(&text, 7).len(), 7);
    let deep = format!("x = {}await a{}\n", "(".repeat(500), ")".repeat(500));
    assert!(!violations(&deep, 7).is_empty());
}

use super::*;

#[test]
fn of_pieces_of_programs() {
    for (text, bound, used) in [
        ("x = y", "x", "y"),
        ("x, (y, *z) = a", "x y z", "a"),
        ("[x, y] = x", "x y", "x"),
        ("x = y = z", "x y", "z"),
        ("x: int = y", "x", "int y"),
        ("x: int", "", "int"),
        ("x += y", "x", "x y"),
        ("x.a = y; z[i] = 1", "", "x y z i"),
        ("import a, b.c, d.e as f", "a b f", ""),
        ("from a.b import c, d as e", "c e", ""),
        ("from .a import b", "b", ""),
        ("from .a import *", "*", ""),
        ("from __future__ import annotations", "annotations", ""),
        ("for i, j in a:\n    k = i\nelse:\n    l", "i j k", "a i l"),
        ("while x: y = 1", "y", "x"),
        ("with open(p) as f, g() as (h, i): f.read()", "f h i", "open p g f"),
        ("try:\n    a\nexcept E as e:\n    b = e", "e b", "a E e"),
        ("if (n := f(x)) > 1: pass", "n", "f x"),
        ("[y for x in xs if (y := x.a) if z]", "y", "y xs z"),
        ("{k: v for k, v in d.items()}", "", "d"),
        ("sum(x for x in x)", "", "sum"),
        ("lambda a, *b, c=d: a + b + c + e", "", "d e"),
        ("def f(a, b: T = c, *d: U, e=1, **g) -> R:\n    h = a\n    return h + i", "f", "T c U R i"),
        ("def f():\n    global x\n    x = y\n    x", "f x", "y x"),
        ("async def f(): await g()", "f", "g"),
        ("@deco(z)\ndef f(): return f", "f", "deco z f"),
        ("class A(B, metaclass=M):\n    x = 1\n    y = x\n    def f(self): return x + y + z", "A", "B M x y z"),
        ("f(x=y)", "", "f y"),
        ("a.b.c", "", "a"),
        ("'x' + f'{y!r:>{w}} z'", "", "y w"),
        ("# x\n", "", ""),
        ("del x", "", "x"),
        ("match p:\n    case Point(x=0, y=q): q\n    case [a, *b]: a\n    case C.D: pass", "q a b", "p Point q a C"),
        ("print x", "", "x"),
        // Broken code is read as far as possible.
        ("x = (y +", "", "x y"),
    ] {
        let tree = crate::document::parse_text(text);
        let names = names(tree.root_node(), text);
        let list = |names: &[Name]| names.iter().map(|name| name.name.clone()).collect::<Vec<_>>();
        // Names bound at the same time have no order.
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names.join(" ")
        };
        let expected = sorted(bound.split_whitespace().map(str::to_owned).collect());
        assert_eq!((sorted(list(&names.bound)), list(&names.used).join(" ").as_str()), (expected, used), "{text}");
        for name in &names.used {
            assert!(text[name.at..].starts_with(&name.name), "{text}");
        }
    }
}

#[test]
fn from_within_a_scope() {
    let text = "def f(a, *b, c: T = d, **e):\n    x = a\n    def g(): return x + z\n    return y\n";
    let tree = crate::document::parse_text(text);
    let function = tree.root_node().child(0).unwrap();
    let names = names_within(function, text);
    let list = |names: &[Name]| names.iter().map(|name| (name.name.clone(), name.how)).collect::<Vec<_>>();
    let plain = |name: &str| (name.to_owned(), How::Plain);
    assert_eq!(list(&names.bound), ["a", "b", "c", "e", "x", "g"].map(plain));
    let deferred = |name: &str| (name.to_owned(), How::Deferred);
    assert_eq!(list(&names.used), [plain("a"), deferred("x"), deferred("z"), plain("y")]);
    let text = "class A:\n    x = 1\n    y = x + n\n    def f(self): return x\n";
    let tree = crate::document::parse_text(text);
    let names = names_within(tree.root_node().child(0).unwrap(), text);
    assert_eq!(list(&names.bound), ["x", "y", "f"].map(plain));
    assert_eq!(list(&names.used), ["x", "n"].map(plain));
    assert_eq!(list(&names.inner), [plain("self")]);
}

#[test]
fn what_is_changed_in_place() {
    for (text, modified) in [
        ("x.a.b = 1", "x"),
        ("x[0] += 1", "x"),
        ("f().a = 1", ""),
        ("def f():\n    x[0] = 1\n    y = []\n    y[0] = 1", "x"),
    ] {
        let tree = crate::document::parse_text(text);
        let found: Vec<_> = names(tree.root_node(), text).modified.into_iter().map(|name| name.name).collect();
        assert_eq!(found.join(" "), modified, "{text}");
    }
}

#[test]
fn deep_nesting_is_no_danger() {
    for text in
        ["(".repeat(20_000), "-".repeat(50_000) + "x", "lambda: ".repeat(10_000), "x".to_owned() + &"+x".repeat(50_000)]
    {
        let tree = crate::document::parse_text(&text);
        let _ = names(tree.root_node(), &text);
    }
}

//! Places inside lines: what models say there, sensible or not, becomes something that is whole, or nothing.

use super::*;

/// A cursor, what a model says there, and what is shown of it; or the name of the refusal, if all of it is refused.
type Row = (&'static str, &'static str, Result<&'static str, &'static str>);

/// Rows after which the document is whole, but for a header's body or what a decorator is for.
const WHOLE: &[&[Row]] =
    &[WORDS, OPERATORS, BRACKETS, FORMATTED, DECORATORS, ARMS, ANNOTATIONS, LAMBDAS, IMPORTS, STRINGS, HEADERS];

const WORDS: &[Row] = &[
    ("numbers = [1]\nprint(num$0)\n", "bers)\n", Ok("bers")),
    ("numbers = [1]\nprint(num$0)\n", "bers[0]) + 1\n", Ok("bers[0]")),
    ("numbers = [1]\nfor n in num$0:\n    pass\n", "bers:\n    print(n)\n", Ok("bers")),
    ("numbers = [1]\nx = num$0\n", "bers[0]\ny = 2\n", Ok("bers[0]")),
    ("numbers = [1]\nx = num$0\n", "bers print\n", Err("does not parse")),
    ("numbers = [1]\nprint(num$0bers)\n", "", Err("before text")),
    ("numbers = [1]\nprint(num$0, 1)\n", "", Err("before text")),
    ("x = 1\nwhi$0\n", "le x:\n    f()\n", Ok("le x:")),
    ("x = 1\nwhi$0\n", "le x\n    f()\n", Err("does not parse")),
    ("x = 1\nde$0\n", "f f(x):\n    return x\n", Ok("f f(x):")),
    ("x = 1\ntr$0\n", "y:\n    f()\n", Ok("y:")),
    ("if x:\n    y = 1\nel$0\n", "se:\n    y = 2\n", Ok("se:")),
    ("x = 1\nel$0\n", "se:\n    y = 2\n", Err("does not parse")),
    ("class A:\n    de$0\n    y = 1\n", "f f(self):\n        pass\n", Ok("f f(self):")),
];

/// The first sign of an operator that may have two.
const OPERATORS: &[Row] = &[
    ("y = 1\nassert y =$0\n", " y\n", Err("does not parse")),
    ("y = 1\nassert y =$0\n", "= y\n", Ok("= y")),
    ("y = 1\nwhile y % 2 =$0\n    y += 1\n", " 0:\n", Err("does not parse")),
    ("y = 1\nwhile y % 2 =$0\n    y += 1\n", "= 0:\n", Ok("= 0:")),
    ("y = 1\nif y !$0:\n    pass\n", " 1\n", Err("does not parse")),
    ("y = 1\nif y !$0:\n    pass\n", "= 1\n", Ok("= 1")),
    ("y = 1\nx =$0\n", " y\n", Ok(" y")),
    ("y = 1\nx =$0\n", "= y\n", Ok("= y")),
    ("y = 1\nf(x=$0)\n", "y)\n", Ok("y")),
    ("def f(x) -$0\n    pass\n", "> int:\n", Ok("> int:")),
    ("def f(x) -$0\n    pass\n", " int:\n", Err("does not parse")),
    ("y = 1\nx = y -$0\n", " 1\n", Ok(" 1")),
];

const BRACKETS: &[Row] = &[
    ("x = [1, $0]\n", "2, 3]\n", Ok("2, 3")),
    ("x = [$0]\n", "1) + 2]\n", Ok("1")),
    ("x = [$0]\n", "f(']'), 2]\n", Ok("f(']'), 2")),
    ("x = f(g($0))\n", "h(1)))\n", Ok("h(1)")),
    ("x = a[b[$0]]\n", "0] + 1]\n", Ok("0")),
    ("f($0)\n", "x for x in y)\n", Ok("x for x in y")),
    ("f(x=$0)\n", "1, y=2)\n", Ok("1, y=2")),
    ("f(**$0)\n", "kwargs)\n", Ok("kwargs")),
    ("x = {'a': $0}\n", "1, 'b': 2}\n", Ok("1, 'b': 2")),
    ("x = {'a': $0}\n", "1 'b': 2}\n", Err("does not parse")),
    ("x = {'a': $0,\n     'b': 2}\n", "1,\n", Ok("1")),
    ("x = {\n    'a': $0\n}\n", "1,\n    'b': 2,\n", Ok("1,")),
    ("x = {\n    'a': $0\n}\n", "1}\n", Ok("1")),
    ("x = {\n    'a': 1,\n    $0\n}\n", "'b': [\n        1,\n    ],\n}\n", Ok("'b': [\n        1,\n    ],")),
    ("x = f(\n    a,\n    $0\n)\n", "b)\n", Ok("b")),
    ("x = f(\n    a,\n    $0)\n", "b) + 1\n", Ok("b")),
    ("x = [y for $0]\n", "y in z]\n", Ok("y in z")),
    ("x = [y for $0]\n", "y]\n", Err("does not parse")),
    ("x = (1 + $0) * 2\n", "", Err("before text")),
    // Slices.
    ("x = a[$0]\n", "1:2]\n", Ok("1:2")),
    ("x = a[$0]\n", ":]\n", Ok(":")),
    ("x = a[1:$0]\n", "2]\n", Ok("2")),
    ("x = a[:$0]\n", "-1] + b\n", Ok("-1")),
    ("x = a[$0:]\n", "1:2]\n", Ok("1")),
    ("x = a[$0]\n", "1:2:3:4]\n", Err("does not parse")),
    ("x = a[1$0]\n", " 2]\n", Err("does not parse")),
];

const FORMATTED: &[Row] = &[
    ("name = 1\nprint(f\"{na$0}\")\n", "me}\")\n", Ok("me")),
    ("name = 1\nprint(f\"{$0}\")\n", "name}: {name}\")\n", Ok("name")),
    ("name = 1\nprint(f\"{$0}\")\n", "x y}\")\n", Err("does not parse")),
    ("name = 1\nprint(f\"{$0}\")\n", "}\")\n", Err("does not fit")),
    ("name = 1\nprint(f\"{name$0}\")\n", ":>10}\")\n", Ok(":>10")),
    ("name = 1\nprint(f\"{name$0}\")\n", "!r}\")\n", Ok("!r")),
    ("name = 1\nprint(f\"{name!$0}\")\n", "r}\")\n", Ok("r")),
    ("name = 1\nprint(f\"{name:$0}\")\n", ">{width}}\")\n", Ok(">{width}")),
    ("name = 1\nprint(f\"{name:>{$0}}\")\n", "width}}\")\n", Ok("width")),
    // The model has forgotten the brace.
    ("name = 1\nprint(f\"{na$0}\")\n", "me\")\n", Ok("me")),
    ("name = 1\nprint(f\"{name$0\")\n", "}\")\n", Ok("}")),
    ("name = 1\nprint(f\"{name$0\")\n", "\")\n", Err("does not fit")),
    ("print(f\"{d['$0']}\")\n", "key']}\")\n", Ok("key")),
    ("print(f\"{d[$0]}\")\n", "'key']}\")\n", Ok("'key'")),
    // Before Python 3.12 that ends the string.
    ("print(f\"{d[$0]}\")\n", "\"key\"]}\")\n", Err("does not fit")),
    ("print(f\"{', '.join($0)}\")\n", "d)} items\")\n", Ok("d")),
    ("print(f\"\"\"{$0}\"\"\")\n", "d[\"key\"]}\"\"\")\n", Ok("d[\"key\"]")),
    ("print(f\"x $0\")\n", "{d}\", end='')\n", Ok("{d}")),
    ("print(f\"x {{$0}}\")\n", "a}}\")\n", Ok("a")),
    ("print(f\"{x} $0 b\")\n", "", Err("before text")),
];

const DECORATORS: &[Row] = &[
    ("import functools\n\n@$0\ndef f():\n    pass\n", "functools.cache\ndef g():\n", Ok("functools.cache")),
    ("import functools\n\n@functools.$0\n", "cache\ndef g():\n    return 1\n", Ok("cache")),
    ("import functools\n\n@functools.wraps($0)\ndef f():\n    pass\n", "f)\ndef g():\n", Ok("f")),
    ("@$0\ndef f():\n    pass\n", "def g():\n", Err("does not parse")),
    ("@$0\ndef f():\n    pass\n", "x = 1\n", Err("does not parse")),
    ("class A:\n    @$0\n    def y(self):\n        pass\n", "property\n    def x(self):\n", Ok("property")),
    ("class A:\n    @x.$0\n", "setter\n    def x(self, y):\n", Ok("setter")),
    (
        "class A:\n    @property\n    $0\n",
        "def x(self):\n        return self._x\n",
        Ok("def x(self):\n        return self._x"),
    ),
    ("class A:\n    @property\n    $0\n", "x = 1\n", Err("does not parse")),
    ("class A:\n    @property\n    $0\n    def x(self):\n        pass\n", "@cache\n", Err("unfinished")),
];

const ARMS: &[Row] = &[
    ("match x:\n    $0\n", "case 1:\n        return_ = 2\n", Ok("case 1:\n        return_ = 2")),
    ("match x:\n    $0\n", "y = 1\n", Err("does not parse")),
    ("def f(x):\n    match $0\n", "x:\n        case 1:\n            pass\n", Ok("x:")),
    ("def f(x):\n    match $0:\n        case 1:\n            pass\n", "x.y:\n        case 1:\n", Ok("x.y")),
    ("match x:\n    case $0\n", "1:\n        pass\n", Ok("1:")),
    ("match x:\n    case $0:\n        pass\n", "1 | 2 if y:\n        pass\n", Ok("1 | 2 if y")),
    ("match x:\n    case $0:\n        pass\n", "y if:\n", Err("does not parse")),
    ("match x:\n    case $0:\n        pass\n", "f(y) + 1:\n", Err("does not parse")),
    ("match x:\n    case Point($0):\n        pass\n", "x=0, y=0):\n        pass\n", Ok("x=0, y=0")),
    ("match x:\n    case {'a': $0}:\n        pass\n", "1, **rest}:\n        pass\n", Ok("1, **rest")),
    ("match x:\n    case 1:$0\n", "\n        y = 2\n", Ok("\n        y = 2")),
    ("match x:\n    case 1:\n        $0\n", "y = 2\n    case 2:\n        y = 3\n", Ok("y = 2")),
    ("match x:\n    case 1:\n        y = 1\n    $0\n", "case 2:\n        y = 2\n", Ok("case 2:\n        y = 2")),
    ("match x:\n    case 1:\n        y = 1\n    $0\n", "y = 3\n", Err("does not parse")),
];

const ANNOTATIONS: &[Row] = &[
    ("def f(x: $0):\n    pass\n", "int, y: int):\n    pass\n", Ok("int, y: int")),
    ("def f(x: $0):\n    pass\n", "int = ):\n", Err("does not parse")),
    ("def f(x: $0):\n    pass\n", "the value of x):\n", Err("does not parse")),
    ("def f(x: $0\n", "int) -> int:\n    return x\n", Ok("int) -> int:")),
    ("def f(x: int = $0):\n    pass\n", "1) -> int:\n", Ok("1")),
    ("def f(\n    x: $0,\n):\n    pass\n", "int,\n    y: int,\n", Ok("int")),
    ("def f(x) -> $0:\n    return x\n", "int:\n    return x\n", Ok("int")),
    ("def f(x) -> $0:\n    return x\n", "None: return\n", Ok("None")),
    ("def f(x) -> $0:\n    return x\n", "return x\n", Err("does not parse")),
    ("def f(x) -> $0\n", "int:\n    return x\n", Ok("int:")),
    ("def f(x) -> dict[$0]:\n    return x\n", "str, int]:\n", Ok("str, int")),
    ("def f(x) $0:\n    return x\n", "-> int:\n    return x\n", Ok("-> int")),
    ("x: $0\n", "int = 1\n", Ok("int = 1")),
    ("x: $0\n", "int = \n", Err("does not parse")),
    ("x: $0\n", "the value\n", Err("does not parse")),
    ("x: list[$0]\n", "int] = []\n", Ok("int")),
    ("class A:\n    x: $0\n    y: int\n", "int\n    y: int\n", Ok("int")),
    ("x: $0 = 1\n", "", Err("before text")),
];

const LAMBDAS: &[Row] = &[
    ("f = lambda $0\n", "x: x + 1\n", Ok("x: x + 1")),
    ("f = lambda $0\n", "x, y\n", Err("does not parse")),
    ("f = lambda x: $0\n", "x + 1\ny = 2\n", Ok("x + 1")),
    ("f = lambda x: $0\n", "return x\n", Err("does not parse")),
    ("sorted(a, key=lambda x: $0)\n", "x[1])\n", Ok("x[1]")),
    ("sorted(a, key=lambda $0)\n", "x: x[1], reverse=True)\n", Ok("x: x[1], reverse=True")),
    ("sorted(a, key=lambda $0)\n", "x)\n", Err("does not parse")),
    ("sorted(a, key=lambda $0: 1)\n", "", Err("before text")),
];

const IMPORTS: &[Row] = &[
    ("import $0\n", "os\nimport sys\n", Ok("os")),
    ("import $0\n", "os from sys\n", Err("does not parse")),
    ("import o$0\n", "s\n", Ok("s")),
    ("import os.$0\n", "path as p\n", Ok("path as p")),
    ("import os as $0\n", "o\n", Ok("o")),
    ("import os as $0\n", "'o'\n", Err("does not parse")),
    ("from $0\n", "os import path\n", Ok("os import path")),
    ("from $0\n", "os\n", Err("does not parse")),
    ("from os $0\n", "import path\n", Ok("import path")),
    ("from os import $0\n", "path, listdir\n", Ok("path, listdir")),
    ("from os import ($0)\n", "path, listdir)\n", Ok("path, listdir")),
    ("from os import ($0)\n", "path as)\n", Err("does not parse")),
    ("from os import (\n    path,\n    $0\n)\n", "listdir)\n", Ok("listdir")),
    ("import os\nimport $0\n", "os\n", Err("noise")),
];

const STRINGS: &[Row] = &[
    ("def f(x):\n    \"\"\"$0\"\"\"\n    return x\n", "Return x.\"\"\"\n    return x\n", Ok("Return x.")),
    ("def f(x):\n    \"\"\"Return $0\n    \"\"\"\n", "x.\"\"\"\n    return x\n", Ok("x.")),
    ("def f(x):\n    \"\"\"Return $0\n", "x.\"\"\"\n    return x\n", Ok("x.\"\"\"")),
    ("def f(x):\n    \"\"\"Return x.\n\n    It's $0\n    \"\"\"\n", "fine (mostly\"\"\"\n", Ok("fine (mostly")),
    ("def f(x):\n    \"\"\"Return x.\n\n    It's $0\"\"\"\n", "fine.\"\"\"\n", Ok("fine.")),
    ("def f(x):\n    '''Return $0'''\n", "\"x\" and it's'''\n", Ok("\"x\" and it's")),
    ("def f(x):\n    \"\"\"Return x.$0\"\"\"\n", "\n\n    More.\n", Err("nothing written")),
    ("def f(x):\n    \"\"\"Return x.\n    $0\n    \"\"\"\n", "", Err("line of a string")),
    ("x = '$0'\n", "a', 'b'\n", Ok("a")),
    ("x = '$0'\n", "it\\'s'\n", Ok("it\\'s")),
    ("x = r'$0'\n", "\\d+'\n", Ok("\\d+")),
    ("x = ''$0\n", ".join(y)\n", Ok(".join(y)")),
];

const HEADERS: &[Row] = &[
    ("try:\n    f()\nexcept $0\n", "ValueError:\n    pass\n", Ok("ValueError:")),
    ("try:\n    f()\nexcept $0\n", "(ValueError:\n", Err("does not parse")),
    ("try:\n    f()\nexcept $0:\n    pass\n", "ValueError as e:\n    raise\n", Ok("ValueError as e")),
    ("try:\n    f()\nexcept $0:\n    pass\n", "ValueError e:\n", Err("does not parse")),
    ("try:\n    f()\nexcept ($0):\n    pass\n", "ValueError, TypeError) as e:\n", Ok("ValueError, TypeError")),
    ("try:\n    f()\nexcept ValueError as $0:\n    pass\n", "error: print(error)\n", Ok("error")),
    ("try:\n    f()\n$0\n", "except E:\n    g()\n", Ok("except E:\n    g()")),
    ("def f():\n    try:\n        g()\n    $0\n", "return 1\n", Err("does not parse")),
    ("def f():\n    try:\n        g()\n    except E:\n        pass\n    $0\n", "return 1\n", Ok("return 1")),
    ("with open(p) $0\n", "as f:\n    x = f.read()\n", Ok("as f:")),
    ("with open(p) as $0:\n    pass\n", "f:\n    x = f.read()\n", Ok("f")),
    ("with open(p) as $0:\n    pass\n", "'f':\n", Err("does not parse")),
    ("with (open(p) as f, $0):\n    pass\n", "open(q) as g):\n", Ok("open(q) as g")),
    ("if $0:\n    pass\n", "x and f(y): return\n", Ok("x and f(y)")),
    ("if $0:\n    pass\n", "f(lambda: 1) or (lambda: 2): return\n", Ok("f(lambda: 1) or (lambda: 2)")),
    ("if (y := $0):\n    pass\n", "x):\n", Ok("x")),
    ("if x == $0:\n    pass\n", "1 print(x)\n", Err("does not parse")),
    ("x = 2\nif x$0\n", " > 1:\n    f()\n", Ok(" > 1:")),
    ("while $0:\n    pass\n", "x: f()\n", Ok("x")),
    ("for $0:\n    pass\n", "x in y:\n", Ok("x in y")),
    ("for x in $0:\n    pass\n", "range(10) print\n", Err("does not parse")),
    ("class A($0):\n    pass\n", "B, metaclass=C):\n", Ok("B, metaclass=C")),
];

/// Rows after which the line is still open, since it was and the model does not close it.
const OPEN: &[Row] = &[
    ("print($0\n", "total\n", Ok("total")),
    ("print(total, $0\n", "'a'\n", Ok("'a'")),
    ("x = {'a': $0\n", "1, 'b': 2\n", Ok("1, 'b': 2")),
    ("x = {'a': $0\n", "1, 'b'}\n", Err("does not parse")),
    ("print(total, $0\n", "'a' +\n", Err("does not parse")),
    ("total = 1\nprint(f'{total$0\n", "!r\n", Ok("!r")),
    ("print('a', '$0\n", "b\n", Ok("b")),
    ("def f(\n    a,\n    $0\n", "b=1,\n", Ok("b=1,")),
];

/// What may have to follow a header or a decorator, relative to its column.
const ENDS: [&str; 5] =
    ["", "\n    pass", "\n    pass\nfinally:\n    pass", "\n    case 1:\n        pass", "\ndef f():\n    pass"];

/// Returns the document, and what it is with what is shown of the row; `None` if nothing is.
#[track_caller]
fn check(row: &Row) -> (Document, Option<(Document, usize)>) {
    let (marked, raw, expected) = row;
    let (document, all, _) = suggested(marked, raw);
    assert_eq!(all.as_deref().map_err(|why| why.name()), *expected, "{marked:?} {raw:?}");
    let offset = marked.find("$0").unwrap();
    let after = all.ok().map(|text| {
        let mut after = document.clone();
        after.edit(offset..offset, &text);
        (after, offset + text.len())
    });
    (document, after)
}

#[test]
fn lines_are_whole_afterwards() {
    for row in WHOLE.iter().copied().flatten() {
        let (_, Some((after, end))) = check(row) else { continue };
        let line = python::line_at(&after, end);
        let ends = if end == line.end { &ENDS[..] } else { &ENDS[..1] };
        let whole = ends.iter().any(|rest| {
            let mut after = after.clone();
            after.edit(end..end, &rest.replace('\n', &format!("\n{}", " ".repeat(line.column))));
            wrong(&after) == (0, 0)
        });
        assert!(whole, "{row:?} leaves {:?}", after.text());
    }
}

#[test]
fn open_lines_are_no_worse_afterwards() {
    for row in OPEN {
        let (before, after) = check(row);
        assert!(after.is_none_or(|(after, _)| wrong(&after) <= wrong(&before)), "{row:?}");
    }
}

/// Whatever is said where it does not belong: what was whole stays whole, what was broken gets no worse.
#[test]
fn anything_said_anywhere_breaks_nothing_that_was_whole() {
    let rows = || WHOLE.iter().copied().flatten().chain(OPEN);
    let said: std::collections::BTreeSet<&str> = rows().map(|(_, raw, _)| *raw).collect();
    let places: std::collections::BTreeSet<&str> = rows().map(|(marked, ..)| *marked).collect();
    let mut shown = 0;
    for marked in places {
        let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
        let Ok(plan) = Plan::new(&document, offset, &TurnOptions::default()) else { continue };
        let errors = wrong(&document).0;
        // At the end of a line that is still open, more may be missing afterwards.
        let line = python::line_at(&document, offset);
        if errors > 0 && document.slice(offset..line.end).trim().is_empty() {
            continue;
        }
        for raw in &said {
            let Ok(suggestion) = plan.finish(raw, false) else { continue };
            let mut after = document.clone();
            after.edit(suggestion.range, &suggestion.text);
            assert!(wrong(&after).0 <= errors, "{marked:?} {raw:?} leaves {:?}", after.text());
            shown += 1;
        }
    }
    assert!(shown > 1000, "{shown}");
}

/// What is shown because it is probable is held to the same.
#[test]
fn probable_parts_break_nothing_either() {
    let mut shown = 0;
    for (marked, raw, _) in WHOLE.iter().copied().flatten() {
        let (document, _, judged) = suggested(marked, raw);
        let Ok(Judged { suggestion, .. }) = judged else { continue };
        let mut after = document.clone();
        after.edit(suggestion.range, &suggestion.text);
        assert!(wrong(&after).0 <= wrong(&document).0, "{marked:?} {raw:?} leaves {:?}", after.text());
        shown += 1;
    }
    assert!(shown > 50, "{shown}");
}

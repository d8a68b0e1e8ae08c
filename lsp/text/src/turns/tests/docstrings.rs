//! Prompts that are docstrings.

use super::*;

#[test]
fn docstrings_of_empty_functions() {
    check("def f(x):\n    \"\"\"Double x.\"\"\"\n", &[("Double x.", "")]);
    check("def f(x):\n    'Double x.'\n\n\n", &[("Double x.", "")]);
    check("def f(x):\n    \"\"\"Double x.\"\"\"\n    pass\n\nf(1)\n", &[("Double x.", "    pass\n")]);
    check("async def f(x):\n\n    r\"\"\"Double x.\"\"\"\n\n    ...\n", &[("Double x.", "\n    ...\n")]);
    check(
        "class A:\n\t@cache\n\tdef f(self):\n\t\t\"\"\"\n\t\tDouble it.\n\n\t\t  Twice.\n\t\t\"\"\"\n\tx = 1\n",
        &[("Double it.\n\n  Twice.", "")],
    );
    check("def f():\r\n    \"\"\"One.\r\n\r\n    Two.\"\"\"\r\n\r\nx = 1\r\n", &[("One.\n\nTwo.", "")]);
    // A heading after the function does not end it.
    check("def f():\n    'A.'\n\n# --- b ---\nx = 1\n", &[("A.", "")]);
    // In the code of another turn.
    check(
        "# a helper\ndef f():\n    '''Help.'''\n\n# use it\nf()\n",
        &[("a helper", "def f():\n    '''Help.'''\n"), ("Help.", ""), ("use it", "f()\n")],
    );
    // A function inside it, and one beside it.
    check("def f():\n    'A.'\ndef g():\n    'B.'\n    return 1\ndef h():\n    'C.'\n", &[("A.", ""), ("C.", "")]);
    for text in [
        "def f():\n    'A.'\n    return 1\n",
        "def f():\n    'A.'\n    # noqa\n",
        "def f():\n    'A.'; pass\n",
        // A heading is no prompt, but below it there is a body.
        "def f():\n    'A.'\n    # --- b ---\n    return 1\n",
        "def f(): 'A.'\n",
        "def f():\n    pass\n    'A.'\n",
        "def f():\n    ''\n",
        "def f():\n    '---'\n",
        "def f():\n    f'A.'\n",
        "def f():\n    b'A.'\n",
        "def f():\n    'A.' 'B.'\n",
        "def f():\n    'A.'.join(x)\n",
        "def f():\n    '''A.\n",
        "class A:\n    'A.'\n",
        "'A.'\n",
        "if x:\n    'A.'\n",
        "@abc.abstractmethod\ndef f():\n    'A.'\n",
        "@overload\ndef f():\n    'A.'\n    ...\n",
        "class A(Protocol[T]):\n    def f():\n        'A.'\n",
        "class A(Protocol):\n    @cache\n    def f():\n        'A.'\n",
    ] {
        check(text, &[]);
    }
    // In this case the comment is the prompt.
    check("def f():\n    'A.'\n    # do b\n", &[("do b", "")]);
    check("def f():\n    'A.'\n\n    # do b\n    b()\n\n    # do c\n", &[("do b", "    b()\n"), ("do c", "")]);
    assert_eq!(prompts("def f():\n    'A.'\n", &marked()), Vec::<String>::new());
}

#[test]
fn docstrings_of_bodies_that_are_known() {
    let text = "def f():\n    'A.'\n    return 1\n\ndef g():\n    'A.'\n    return 2\n\ndef h():\n    'C.'\n";
    let document = Document::new(text, 1);
    let known = |turn: &Turn, program: &str| turn.prompt == "A." && program == "return 2";
    let found = turns_known(&document, &plain(), &known);
    let found: Vec<_> = found.iter().map(|turn| (turn.prompt.as_str(), program_text(&document, turn))).collect();
    assert_eq!(found, [("A.", "return 2".to_owned()), ("C.", String::new())]);
}

#[test]
fn docstrings_in_use() {
    for (text, expected) in [
        ("def f():\n    'A.'\n$0", Some("A.")),
        ("def f():\n    '''\n    A.\n    '''\n    $0\n    pass\n", Some("A.")),
        ("def f():\n    'A.'\n    $0\n    return 1\n", None),
        ("def f():\n    'A.'\n\n$0", None),
        ("def f():\n    'A.'$0", None),
    ] {
        let (document, offset) = cursor(text);
        let turn = turn_above(&document, offset, &plain());
        assert_eq!(turn.map(|turn| turn.prompt).as_deref(), expected, "{text}");
    }
    for text in [
        "def f():\n    'A.$0'\n",
        "def f():\n    'A.'\n    pass$0\n",
        "def f():\n    'A.'\n\n$0\n",
        "def f():\n    '''\n\n$0A.'''\n",
    ] {
        let (document, offset) = cursor(text);
        let turn = turn_at(&document, offset, &plain()).expect(text);
        assert_eq!((turn.prompt.as_str(), turn.kind), ("A.", PromptKind::Docstring), "{text}");
        assert_eq!(program_text(&document, &turn), "");
    }
}

#[test]
fn a_docstring_is_shown_as_it_stands() {
    let text = "import os\r\n\r\n# one\r\nx = 1\r\n\r\nclass A:\r\n    def f(self, x):\r\n        \"\"\"Double$0\r\n        x.\"\"\"  \r\n        pass\r\n";
    let (document, offset) = cursor(text);
    let turn = turn_at(&document, offset, &plain()).expect("a turn");
    let history = history(&document, &turn, &plain());
    let whole = document.text().replace('\r', "");
    assert_eq!(history.render(&turn.prompt), whole.strip_suffix("  \n        pass\n").unwrap().to_owned() + "\n");
    // The answer is cut where the body ends.
    assert_eq!(history.truncation().cut("        return 2\n\n    def g(self):"), Some(18));
}

#[test]
fn bodies_are_put_below_docstrings() {
    check_edit("def f():\n    'A.$0'\n", "return 1", "def f():\n    'A.'\n    return 1\n");
    check_edit("def f():\n    'A.$0'", "    return 1\n", "def f():\n    'A.'\n    return 1\n");
    check_edit("def f():\n    'A.$0'\n    pass\n\nx\n", "return 1", "def f():\n    'A.'\n    return 1\n\nx\n");
    check_edit(
        "def f():\n    'A.$0'\n\n\ndef g(): pass\n",
        "return 1",
        "def f():\n    'A.'\n    return 1\n\n\ndef g(): pass\n",
    );
    check_edit("def f():\n\t'A.$0'\n\t...", "if x:\n    y", "def f():\n\t'A.'\n\tif x:\n\t\ty\n");
    check_edit(
        "class A:\r\n  def f():\r\n    'A.$0'\r\n\r\n  # b\r\n",
        "if x:\n\ty",
        "class A:\r\n  def f():\r\n    'A.'\r\n    if x:\r\n      y\r\n\r\n  # b\r\n",
    );
    check_edit(
        "def f():\n    '''A.\n\n    $0B.\n    '''\n",
        "    return 1\nx = 2",
        "def f():\n    '''A.\n\n    B.\n    '''\n    return 1\n",
    );
}

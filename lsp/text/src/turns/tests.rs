use codegen_core::StopRule;

use super::*;
use crate::testing::cursor_in;

mod asked;
mod docstrings;

fn plain() -> TurnOptions {
    TurnOptions::default()
}

fn marked() -> TurnOptions {
    TurnOptions { marker: Some("#>".to_owned()) }
}

/// The document and the offset of its `$0`.
#[track_caller]
fn cursor(marked: &str) -> (Document, usize) {
    cursor_in(marked, |text| Document::new(text, 1))
}

fn prompts(text: &str, options: &TurnOptions) -> Vec<String> {
    turns(&Document::new(text, 1), options).into_iter().map(|turn| turn.prompt).collect()
}

/// Every turn as its prompt and its code.
#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let document = Document::new(text, 1);
    let turns = turns(&document, &plain());
    let found: Vec<_> =
        turns.iter().map(|turn| (turn.prompt.clone(), document.slice(turn.program_range.clone()))).collect();
    let expected: Vec<_> = expected.iter().map(|&(prompt, program)| (prompt.to_owned(), program.to_owned())).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn at_the_top_level() {
    check("", &[]);
    check("# say hi", &[("say hi", "")]);
    check("# say hi\n", &[("say hi", "")]);
    check("# say hi\nprint('hi')", &[("say hi", "print('hi')")]);
    check("# two\n# lines\n\nx = 1\n\n\n", &[("two\nlines", "\nx = 1\n")]);
    check(
        "import os\n\n# list files\nfiles = os.listdir()\n\n# count them\nn = len(files)\n",
        &[("list files", "files = os.listdir()\n"), ("count them", "n = len(files)\n")],
    );
    check("# one\n\n# two\n\n# three\nx\n", &[("one", ""), ("two", ""), ("three", "x\n")]);
    check("x = 1\n# explains y\ny = 2\n", &[]);
    check("# caf\u{e9} \u{1F40D}\r\nx = 1\r\n", &[("caf\u{e9} \u{1F40D}", "x = 1\r\n")]);
}

#[test]
fn inside_blocks() {
    check(
        "def f(x):\n    # double it\n    y = 2 * x\n\n    # give it back\n    return y\n\nf(1)\n",
        &[("double it", "    y = 2 * x\n"), ("give it back", "    return y\n")],
    );
    check("def f():\n    \"\"\"Docs.\n\nMore.\n    \"\"\"\n    # go on\n    pass\n", &[("go on", "    pass\n")]);
    check("def f(\n        a,\n        b):\n    # go on\n    pass\n", &[("go on", "    pass\n")]);
    check(
        "class A:\n\n    # a method that waits\n    def wait(self): pass\nx = 1\n",
        &[("a method that waits", "    def wait(self): pass\n")],
    );
    check("if x:\n\t# with tabs\n\ty = 1\nz = 2\n", &[("with tabs", "\ty = 1\n")]);
    // No body yet: the tree is broken, the turn is not.
    check("def f(x):\n    # double it\n", &[("double it", "")]);
    // A turn in the code of another.
    check(
        "# outer\ndef f():\n    # inner\n    pass\n\n# next\nx\n",
        &[("outer", "def f():\n    # inner\n    pass\n"), ("inner", "    pass\n"), ("next", "x\n")],
    );
    // What is indented less for another reason does not end a block.
    check(
        "def f():\n    # text\n    x = '''\nleft\n'''\n    y = (\n1)\n    z = 1\na = 2\n",
        &[("text", "    x = '''\nleft\n'''\n    y = (\n1)\n    z = 1\n")],
    );
    check("def f():\n    # inner\n    x = 1\n# about g\ndef g(): pass\n", &[("inner", "    x = 1\n")]);
    // But a prompt does.
    check(
        "def f():\n    # inner\n    x = 1\n\n# outer\n    y = 2\n",
        &[("inner", "    x = 1\n"), ("outer", "    y = 2\n")],
    );
}

#[test]
fn comments_that_ask_for_nothing() {
    for text in [
        "#!/usr/bin/env python3\nx = 1\n",
        "# -*- coding: utf-8 -*-\nx = 1\n",
        "x = 1\n\n# type: ignore\n",
        "x = 1\n\n# noqa: E501\n",
        "x = 1\n\n# fmt: off\n",
        "x = 1\n\n# pylint: disable=all\n",
        "x = 1\n\n# pragma: no cover\n",
        "x = 1\n\n# isort: skip_file\n",
        "# Copyright 2020 The Authors.\n#\n# Licensed under the Apache License\nimport os\n",
        "# SPDX-License-Identifier: MIT\n",
        "x = 1\n\n# ---------\n",
        "x = 1\n\n# =====\n# Helpers\n# =====\n",
        "x = 1\n\n##########\n",
        "x = 1\n\n# %% cell\n",
        "x = 1\n\n#\n",
        "x = 1\n\n# y = x + 1\n# print(y)\n",
        "x = 1\n\n# def f():\n#     return 1\n",
        "x = 1\n\n# import os\n",
        "x = 1\n\n# foo(1, 2)\n",
        "x = [\n\n    # the first\n    1,\n]\n",
        "x = '''\n\n# not a comment\n'''\n",
        "x = 1  # not the whole line\n",
        "x = {\n    'a':\n        # the value\n        1}\n",
        // Comments for tools.
        "# -*- mode: python -*-\nx = 1\n",
        "x = 1\n\n# ruff: noqa\n",
        "x = 1\n\n# pyright: basic\n",
        "x = 1\n\n# $Id: a.py 1 $\n",
        "x = 1\n\n# Local Variables:\n# mode: python\n# End:\n",
        "# /// script\n# dependencies = []\n# ///\n",
        "#region Helpers\nx = 1\n",
        // Commented-out code.
        "x = 1\n\n# x = 1\n",
        "x = 1\n\n# return\n",
        "x = 1\n\n# return x + 1\n",
        "x = 1\n\n# x += 1\n",
        "x = 1\n\n# x.y\n",
        "x = 1\n\n# x[0]\n",
        "x = 1\n\n# pass\n",
        "x = 1\n\n# @cache\n",
        "x = 1\n\n# else:\n",
        "x = 1\n\n# elif x > 1:\n#     y = 2\n",
        "x = 1\n\n# except ValueError as e:\n",
        "x = 1\n\n# if x:\n#     y()\n",
        "x = 1\n\n# print('done')\n",
        "x = 1\n\n# [1, 2]\n",
        "x = 1\n\n# 42\n",
        "x = 1\n\n# >>> f(1)\n# 2\n",
        // References to other texts.
        "x = 1\n\n# https://example.org/spec#lines\n",
        "x = 1\n\n# See https://example.org/spec\n# See also: <https://example.org/more>\n",
        // Licences and authors.
        "\"\"\"Docs.\"\"\"\n\n# Copyright (c) 2020 Somebody\nimport os\n",
        "# Author: Somebody\nimport os\n",
        "# This file is placed in the public domain; see the LICENSE file.\nimport os\n",
        // Rulers.
        "x = 1\n\n# --- Helpers ---\n",
        "x = 1\n\n# -- Helpers --\n",
        "x = 1\n\n# == Helpers ==\n",
        "x = 1\n\n# Helpers ------\n",
        "x = 1\n\n# \u{2500}\u{2500}\u{2500} Helpers\n",
        "x = 1\n\n#####\n# Helpers\n#####\n",
        "x = 1\n\n# ...\n",
        "# In[3]:\nx = 1\n",
        "# COMMAND ----------\nx = 1\n",
    ] {
        assert_eq!(prompts(text, &plain()), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn comments_that_could_be_mistaken() {
    for (text, prompt) in [
        ("#!/usr/bin/env python3\n# Say hello\n", "Say hello"),
        ("#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\n# Say hello\n", "Say hello"),
        ("# fibonacci\n", "fibonacci"),
        ("# print hello\n", "print hello"),
        ("# global state\n", "global state"),
        ("# TODO: everything\n", "TODO: everything"),
        ("# a, b and c\n", "a, b and c"),
        ("# x in y\n", "x in y"),
        ("# return the sum\n", "return the sum"),
        ("# Types of pets\n", "Types of pets"),
        ("# regions of the image\n", "regions of the image"),
        ("x = 1\n\n# check the license of every package\n", "check the license of every package"),
        ("## Heading\n", "Heading"),
        ("#no space\n", "no space"),
        ("# done", "done"),
        ("# print the result", "print the result"),
        ("# return the largest of them", "return the largest of them"),
        ("# import the data from data.csv", "import the data from data.csv"),
        ("# for example: a table", "for example: a table"),
        ("# if there is none, make one", "if there is none, make one"),
        ("# else do nothing", "else do nothing"),
        ("# assign 'x' to y", "assign 'x' to y"),
        ("# FIXME handle errors", "FIXME handle errors"),
        ("# what now???", "what now???"),
        ("# wait...", "wait..."),
        ("# -- a list of options", "-- a list of options"),
        ("# a -> b", "a -> b"),
        ("# read the author's name", "read the author's name"),
        ("# check the license of every package", "check the license of every package"),
        ("# type the text", "type the text"),
        ("# vim is an editor", "vim is an editor"),
        ("# step 1: (x)", "step 1: (x)"),
        ("# read https://example.org/data.csv", "read https://example.org/data.csv"),
        ("# see who is first", "see who is first"),
        ("# steps:\n#   - one\n#   - two\n", "steps:\n  - one\n  - two"),
    ] {
        assert_eq!(prompts(text, &plain()), [prompt], "{text}");
    }
}

#[test]
fn a_heading_ends_program_text() {
    check(
        "# load\nx = 1\n\n# ------\n# Plot\n# ------\n\ny = 2\n\n# save\nz = 3\n",
        &[("load", "x = 1\n"), ("save", "z = 3\n")],
    );
}

#[test]
fn with_a_marker() {
    let text = "# a comment\n\n#> first\nx = 1\n#> second\n# not part of it\ny = 2\n";
    assert_eq!(prompts(text, &marked()), ["first", "second"]);
    assert_eq!(prompts("#> x = 1\n", &marked()), ["x = 1"]);
    assert_eq!(prompts(text, &TurnOptions { marker: Some(String::new()) }), ["a comment", "> first"]);
}

#[test]
fn the_turn_above_a_cursor() {
    for (text, prompt) in [
        ("# one\n$0", Some("one")),
        ("# one\n# two\n$0", Some("one\ntwo")),
        ("def f():\n    # one\n    $0", Some("one")),
        ("def f():\n    # one\n$0", Some("one")),
        ("# one\n$0x = 1\n", Some("one")),
        ("# one\n\n$0", None),
        ("# one$0", None),
        ("# one\nx$0", None),
        ("# one\n$0# two\n", None),
        ("x = 1\n# about y\n$0", None),
        ("$0# one", None),
    ] {
        let (document, offset) = cursor(text);
        let turn = turn_above(&document, offset, &plain());
        assert_eq!(turn.as_ref().map(|turn| turn.prompt.as_str()), prompt, "{text}");
        if let Some(turn) = turn {
            assert!(turns(&document, &plain()).contains(&turn), "{text}");
        }
    }
}

#[test]
fn the_turn_at_a_cursor() {
    for (text, prompt) in [
        ("import os\n$0\n# one\nx\n", None),
        ("# o$0ne\nx\n\n# two\n", Some("one")),
        ("# one\nx$0\n\n# two\n", Some("one")),
        ("# one\nx\n$0\n# two\n", Some("one")),
        ("# one\nx\n\n$0# two\n", Some("two")),
        ("# one\n\n\n$0", Some("one")),
        ("# one$0", Some("one")),
        ("# one\nx$0", Some("one")),
        ("# one\ndef f():\n    # two\n    y$0\n", Some("two")),
        ("# one\ndef f():\n    # two\n    y\nz$0\n", Some("one")),
        ("def f():\n    # two\n    y\nz$0\n", None),
    ] {
        let (document, offset) = cursor(text);
        let turn = turn_at(&document, offset, &plain());
        assert_eq!(turn.map(|turn| turn.prompt).as_deref(), prompt, "{text}");
    }
}

#[test]
fn histories() {
    for (text, expected) in [
        ("# on$0e\n", "# one\n"),
        ("import os\n\n# on$0e\nx = 1\n", "import os\n\n# one\n"),
        ("# one\n\nx = 1\n\n\n\n# tw$0o\n", "# one\nx = 1\n\n# two\n"),
        // Turns without code are not shown.
        ("# one\n\n# two\ny\n\n# thr$0ee\n", "# two\ny\n\n# three\n"),
        ("# one\r\nx = 1\r\n\r\n# tw$0o\r\n", "# one\nx = 1\n\n# two\n"),
        // Code under a heading is kept.
        ("# one\nx = 1\n\n# ----\ny = 2\n\n# tw$0o\n", "# one\nx = 1\n\n# ----\ny = 2\n\n# two\n"),
        // Inside a block the model is shown the block.
        (
            "import os\n\ndef f(x):\n    # one\n    if x:\n        y = 1\n\n    # tw$0o\n    z = 2\n",
            "import os\n\ndef f(x):\n    # one\n    if x:\n        y = 1\n\n    # two\n",
        ),
        (
            "# zero\na = 1\n\nclass A:\n\tdef f(x):\n\t\t# on$0e\n",
            "# zero\na = 1\n\nclass A:\n    def f(x):\n        # one\n",
        ),
    ] {
        let (document, offset) = cursor(text);
        let turn = turn_at(&document, offset, &plain()).expect("a turn");
        assert_eq!(history(&document, &turn, &plain()).render(&turn.prompt), expected, "{text}");
    }
}

/// Writes `program` under the turn at the cursor.
#[track_caller]
fn check_edit(text: &str, program: &str, expected: &str) {
    let (mut document, offset) = cursor(text);
    let turn = turn_at(&document, offset, &plain()).expect("a turn");
    let turn = resolved(&document, turn, true).expect("a place");
    let edit = program_edit(&document, &turn, program);
    document.edit(edit.range, &edit.text);
    assert_eq!(document.text(), expected, "{text}");
}

#[test]
fn programs_are_put_in_place() {
    check_edit("# one$0", "x = 1", "# one\nx = 1\n");
    check_edit("# one$0\n", "x = 1\n\n", "# one\nx = 1\n");
    check_edit("# one\n$0\n\n", "x = 1\n", "# one\nx = 1\n");
    check_edit("# one$0\n\n# two\n", "x = 1", "# one\nx = 1\n\n# two\n");
    check_edit("# one\n$0\n\n\n# two\n", "x = 1", "# one\nx = 1\n\n# two\n");
    check_edit("# one$0\nold\n\n\n# two\n", "new", "# one\nnew\n\n\n# two\n");
    check_edit("# one$0\nold", "new", "# one\nnew\n");
    check_edit("# one$0\r\n\r\n# two\r\n", "x\ny", "# one\r\nx\r\ny\r\n\r\n# two\r\n");
    check_edit("import os\r\n# -----\r\n\r\n# one$0", "x\ny", "import os\r\n# -----\r\n\r\n# one\r\nx\r\ny\r\n");
    // A program without text changes nothing.
    check_edit("# one$0\nold\n", "\n \n", "# one\nold\n");
    check_edit("# one$0\n\nold\n", "\n", "# one\n\nold\n");
}

#[test]
fn programs_are_indented() {
    check_edit("def f():\n    # one$0\n", "if x:\n    y\n\nz", "def f():\n    # one\n    if x:\n        y\n\n    z\n");
    // Already indented as the turn is, since the indented history makes the model write it so; what follows the block
    // is not part of it.
    check_edit(
        "def f():\n    # one$0\n",
        "    if x:\n        y\n    z\nw\n",
        "def f():\n    # one\n    if x:\n        y\n    z\n",
    );
    check_edit(
        "def f():\n\t# one$0\n",
        "if x:\n    if y:\n        z",
        "def f():\n\t# one\n\tif x:\n\t\tif y:\n\t\t\tz\n",
    );
    check_edit("if a:\n\tb\n\n# one$0\n", "if x:\n  y", "if a:\n\tb\n\n# one\nif x:\n\ty\n");
    check_edit("if a:\n  b\n\n# one$0\n", "if x:\n\ty", "if a:\n  b\n\n# one\nif x:\n  y\n");
    check_edit("def f():\n    # one$0\n", "    x = 1\n\n    # two\n    y = 2\n", "def f():\n    # one\n    x = 1\n");
    // No program begins with a blank.
    check_edit("# one$0\n", " x = 1", "# one\nx = 1\n");
    check_edit(
        "# one$0\n",
        "\n x = \"\"\"\na\"\"\"\n\n if x:\n     y\n",
        "# one\nx = \"\"\"\na\"\"\"\n\nif x:\n    y\n",
    );
    check_edit(
        "if a:\n    # one$0\n",
        "  x = 1\n  if x:\n    y",
        "if a:\n    # one\n    x = 1\n    if x:\n        y\n",
    );
    check_edit("# one$0\n", "  x = 1\ny = 2", "# one\n  x = 1\ny = 2\n");
    // A string's value stays, a docstring moves.
    check_edit(
        "if a:\n    # one$0\n",
        "x = '''\nleft\n'''\ndef f():\n    '''Docs.\n\n    More.\n    '''",
        "if a:\n    # one\n    x = '''\nleft\n'''\n    def f():\n        '''Docs.\n\n        More.\n        '''\n",
    );
    check_edit(
        "def f():\n    # one$0\n\ndef g(): pass\n",
        "return 1",
        "def f():\n    # one\n    return 1\n\ndef g(): pass\n",
    );
}

#[test]
fn comments_are_no_program_text() {
    for (program, expected) in
        [("", false), ("\n  \n", false), ("# one\n\n    #\n", false), ("# one\nx = 1\n", true), ("x  # one", true)]
    {
        assert_eq!(says_something(program), expected, "{program:?}");
    }
}

#[test]
fn a_document_is_its_parts() {
    let text = "import os\n\n# one\nx = 1\n\n# two\ndef f():\n    'A.'\n\n    # three\n    y\n\ndef g():\n    'B.'\n    pass\n# ---\nz\n";
    let document = Document::new(text, 1);
    let found: Vec<_> =
        parts(&document, &plain()).into_iter().map(|part| (part.kind, document.slice(part.range))).collect();
    use PartKind::{Other, Program, Prompt};
    let expected = [
        (Other, "import os\n\n"),
        (Prompt(0), "# one\n"),
        (Program(0), "x = 1\n"),
        (Other, "\n"),
        (Prompt(1), "# two\n"),
        (Program(1), "def f():\n    'A.'\n\n"),
        (Prompt(2), "    # three\n"),
        (Program(2), "    y\n"),
        (Program(1), "\ndef g():\n"),
        (Prompt(3), "    'B.'\n"),
        (Program(3), "    pass\n"),
        (Other, "# ---\nz\n"),
    ];
    assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())));
    assert_eq!(parts(&Document::new("", 1), &plain()), []);
}

#[test]
fn a_run_of_too_many_lines_is_no_prompt() {
    for (lines, expected) in [(1000, 1), (1001, 0)] {
        let document = Document::new(&"# one two\n".repeat(lines), 1);
        assert_eq!(turns(&document, &TurnOptions::default()).len(), expected, "{lines}");
    }
}

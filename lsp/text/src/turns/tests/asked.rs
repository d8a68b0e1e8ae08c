//! Which turns offer themselves, and what is meant by a position.

use super::*;

/// The prompt whose line has the cursor offers itself, or the reason why it does not.
#[track_caller]
fn check_silence(marked: &str, options: &TurnOptions, expected: Option<Silence>) {
    let (document, offset) = cursor(marked);
    let turn = turn_at(&document, offset, options).unwrap_or_else(|| panic!("no turn: {marked}"));
    assert_eq!(silence(&document, &turn, options), expected, "{marked}");
}

#[test]
fn turns_that_offer_themselves() {
    for text in [
        // Nothing stands below.
        "# so$0rt x",
        "# fib$0onacci\n",
        "# how do I reverse a string?$0\n",
        "import os\n\n# list the fi$0les\n\n\n",
        "x = [3, 1, 2]\n\n# Sort x in place.$0\n",
        // Another prompt follows, with code or without.
        "# on$0e\n\n# two\n",
        "# on$0e\n\n# two\nx = 2\n",
        // The end of the block, or a placeholder.
        "def f(x):\n    # double$0 it\n\ny = 1\n",
        "def f(x):\n    # double$0 it\n    pass\n",
        "def f(x):\n    # True for leap$0 years\n    ...\n",
        "def f(x):\n    \"\"\"Double$0 x.\"\"\"\n",
        // Other code follows behind a blank line.
        "x = 1\n\n# print$0 x\n\ny = 2\n",
        "names = load()\n\n# sort the$0 names\n\nprint(names)\n",
        // Code that lacks what the comment names.
        "# largest and$0 smallest\n\nprint(largest - smallest)\n",
        "import sys\n\n# parse$0 arguments: a file\n\nprint(args.file)\n",
        "class A:\n    def f(self):\n        # append$0 it\n        pass\n\n    def g(self):\n        return 1\n",
    ] {
        check_silence(text, &plain(), None);
    }
}

#[test]
fn turns_that_do_not() {
    use Silence::{Code, Explains, Words};
    for (text, why) in [
        // A comment directly above code explains it.
        ("# Sort$0 x.\nx.sort()\n", Code),
        ("# TODO: fix this$0 later\nimport os\n", Code),
        ("def f(x):\n    # double$0 it\n    pass\n    y = 1\n", Code),
        ("def f(x):\n    \"\"\"Double$0 x.\"\"\"\n", Code),
        // Notes, wherever they stand.
        ("# TODO: fix this$0 later\n\nimport os\n", Words),
        ("# TODO: print$0 it\n", Words),
        ("x = 1\n\n# NOTE: order$0 matters\n", Words),
        ("def f():\n    # FIXME$0 handle errors\n    pass\n", Words),
        // Explanations and titles.
        ("x = 1\n\n# This is only needed$0 on Windows.\n", Words),
        ("# Consta$0nts\n\nX = 1\n", Words),
        ("# Other request exceptions$0...\n\n\nclass A(Exception):\n    pass\n", Words),
        (
            "line = read()\n\n# Render the$0 line only if it changed.\n\nif line.changed:\n    self.render(line)\n",
            Explains,
        ),
        ("# Apply the$0 mapping\n\nself.apply_mapping(data)\n", Explains),
        ("# Define$0 the bins\n\nbins = 1\n", Explains),
    ] {
        let known = text.contains("\"\"\"").then(|| text.replace("x.\"\"\"\n", "x.\"\"\"\n    return 2 * x\n"));
        if let Some(text) = known {
            // A docstring above a body is a turn only if that was generated from it.
            let (document, _) = cursor(&text);
            let turn = turns_known(&document, &plain(), &|_, _| true).remove(0);
            assert_eq!(silence(&document, &turn, &plain()), Some(why), "{text}");
            continue;
        }
        check_silence(text, &plain(), Some(why));
    }
}

#[test]
fn a_marker_says_that_a_comment_is_meant() {
    check_silence("#> TODO: print$0 it\n", &marked(), None);
    check_silence("#> Consta$0nts\n\nX = 1\n", &marked(), None);
    check_silence("#> Consta$0nts\nX = 1\n", &marked(), Some(Silence::Code));
}

#[test]
fn why_nothing_is_offered_in_words() {
    let text = "# one\na = 1\n\n# TODO: b\n\n# two\nb = 1\n\n# Render it.\n\nself.render()\n";
    let document = Document::new(text, 1);
    let all = turns(&document, &plain());
    assert_eq!(
        silences(&document, &all.iter().collect::<Vec<_>>(), &plain()),
        "2 comments stand above code of their own, 1 comment is a note, an explanation or a title, 1 comment speaks of the \
         code that follows"
    );
    assert_eq!(silences(&document, &[], &plain()), "");
}

/// What is named at the cursor: a turn's prompt, or a comment, or no prompt.
#[track_caller]
fn check_named(marked: &str, options: &TurnOptions, expected: Result<(&str, bool), NoPrompt>) {
    let (mut document, offset) = cursor(marked);
    let all = turns(&document, options);
    let found = named(&document, &all, offset, options).map(|found| match found {
        Named::Turn(index) => (all[index].prompt.clone(), false),
        Named::Comment(range) => {
            document.ask(range.clone());
            let asked = turns(&document, options).into_iter().find(|turn| turn.prompt_range == range);
            let asked = asked.unwrap_or_else(|| panic!("it is no turn: {marked}"));
            assert!(asked.asked);
            (asked.prompt, true)
        }
    });
    assert_eq!(found, expected.map(|(prompt, asked)| (prompt.to_owned(), asked)), "{marked}");
}

#[test]
fn any_whole_line_comment_can_be_named() {
    for (text, prompt, asked) in [
        ("# so$0rt x\n", "sort x", false),
        ("# sort x\n$0", "sort x", false),
        ("# sort x\nx.sort()$0\n", "sort x", false),
        // Directly below code, above it, or both.
        ("x = [3, 1, 2]\n# Sort x in pl$0ace.", "Sort x in place.", true),
        ("x = [3, 1, 2]\n# Sort x in place.\n$0", "Sort x in place.", true),
        ("x = 1\n# explai$0ns y\ny = 2\n", "explains y", true),
        ("# one\nx = 1\n# t$0wo\n# lines\ny = 2\n", "two\nlines", true),
        ("def f():\n    x = 1\n    # do$0uble it\n    return x\n", "double it", true),
        // Notes, addresses, licences.
        ("# TODO: fix this la$0ter\nimport os\n", "TODO: fix this later", false),
        ("x = 1\n# FIXM$0E\n", "FIXME", true),
        ("# See https://example.org/$0spec\n", "See https://example.org/spec", true),
        ("# Copyright 2020 The Auth$0ors.\nimport os\n", "Copyright 2020 The Authors.", true),
        // The code of a turn belongs to it, with comments for tools in it.
        ("# one\nx = 1\n# noqa$0\ny = 2\n", "one", false),
        ("# one\nx = 1\n# two\ny = 2$0\n", "one", false),
    ] {
        check_named(text, &plain(), Ok((prompt, asked)));
    }
    check_named("x = 1\n#> so$0rt x\n", &marked(), Ok(("sort x", false)));
}

#[test]
fn what_can_be_no_prompt_says_why() {
    use NoPrompt::{BehindCode, Code, ForTools, Heading, InBrackets, NoComment, Unmarked, Wordless};
    for (text, why) in [
        ("x = 1$0\n", NoComment),
        ("$0", NoComment),
        ("x = 1\n\n$0\n", NoComment),
        ("x = '''\n# no com$0ment\n'''\n", NoComment),
        ("x = 1  # behind$0 code\n", BehindCode),
        ("x = [\n    # the fi$0rst\n    1,\n]\n", InBrackets),
        ("#!/usr/bin/env py$0thon\n", ForTools),
        ("x = 1\n# noqa: E5$001\n", ForTools),
        ("# typ$0e: ignore\n", ForTools),
        ("x = 1\n\n# y = x$0 + 1\n# print(y)\n", Code),
        ("x = 1\n\n# ---$0 Helpers ---\n", Heading),
        ("x = 1\n\n#$0\n", Wordless),
    ] {
        check_named(text, &plain(), Err(why));
    }
    check_named("# so$0rt x\n", &marked(), Err(Unmarked("#>".to_owned())));
    for (why, said) in [
        (NoComment, "line 7 is no comment: put the cursor on one, or on its code"),
        (
            Unmarked("#>".to_owned()),
            "line 7 has a comment that does not start with #>, as prompts do here (prompt.marker)",
        ),
    ] {
        assert_eq!(NoTurn::NoPrompt(7, why).to_string(), said);
    }
}

#[test]
fn comments_in_generated_code_belong_to_it() {
    let (document, offset) = cursor("# one\nx = 1\n# so$0rt it\ny = 2\n");
    let mut all = turns(&document, &plain());
    all[0].generated = Some(all[0].program_range.clone());
    assert_eq!(named(&document, &all, offset, &plain()), Ok(Named::Turn(0)));
}

#[test]
fn a_comment_that_was_asked_for_stays_a_turn_and_has_a_history() {
    let text = "# one\nx = [3, 1, 2]\n# Sort x in place.\ny = 2\n\n# two\n";
    let mut document = Document::new(text, 1);
    document.ask(20..39);
    check_prompts(&document, &["one", "Sort x in place.", "two"]);
    let all = turns(&document, &plain());
    assert_eq!(document.slice(all[0].program_range.clone()), "x = [3, 1, 2]\n");
    assert_eq!(document.slice(all[1].program_range.clone()), "y = 2\n");
    // The text that the model is shown is the same, but for blank lines; only what of it is an earlier turn differs.
    let shown = history(&document, &all[1], &plain()).render(&all[1].prompt);
    assert_eq!(shown, "# one\nx = [3, 1, 2]\n\n# Sort x in place.\n");
    let shown = history(&document, &all[2], &plain()).render(&all[2].prompt);
    assert_eq!(shown, "# one\nx = [3, 1, 2]\n\n# Sort x in place.\ny = 2\n\n# two\n");
    // Typing elsewhere, and in it.
    document.edit(0..0, "import os\n\n");
    let start = document.text().find("Sort").unwrap_or_default();
    document.edit(start..start + 4, "Order");
    check_prompts(&document, &["one", "Order x in place.", "two"]);
    let start = document.text().find("# Order").unwrap_or_default();
    document.edit(start..start + "# Order x in place.\n".len(), "");
    check_prompts(&document, &["one", "two"]);
}

#[track_caller]
fn check_prompts(document: &Document, expected: &[&str]) {
    let found: Vec<String> = turns(document, &plain()).into_iter().map(|turn| turn.prompt).collect();
    assert_eq!(found, expected, "{:?}", document.text());
}

#[test]
fn all_comments_that_can_be_asked_for_are_counted() {
    let text = "# one\nx = [\n    # not this\n    1]\n# two\n# noqa\n\n# --- three ---\n\n# TODO: four\n";
    let document = Document::new(text, 1);
    let all = askable(&document, &turns(&document, &plain()), &plain());
    let words: Vec<String> = all.into_iter().map(|range| document.slice(range).trim().to_owned()).collect();
    assert_eq!(words, ["# one", "# two", "# TODO: four"]);
}

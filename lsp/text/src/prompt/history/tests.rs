use proptest::prelude::*;

use super::*;
use crate::document::Document;
use crate::testing::cursor_in;
use crate::turns::{self, TurnOptions};

fn history(preamble: &str, turns: &[(&str, &str)]) -> History {
    let turns = turns.iter().map(|(prompt, program)| ((*prompt).to_owned(), (*program).to_owned())).collect();
    History { preamble: preamble.to_owned(), turns, ..History::default() }
}

/// The exact prompt for the turn at the `$0`, within `budget` bytes.
fn prompt(marked: &str, options: &TurnOptions, budget: usize) -> Fitted {
    let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
    let turn = turns::turn_at(&document, offset, options).expect("a turn");
    fit(&turns::history(&document, &turn, options), &turn.prompt, budget, &str::len)
}

/// The prompt with line ends and white space made visible.
fn whole(marked: &str) -> String {
    let fitted = prompt(marked, &TurnOptions::default(), usize::MAX);
    assert!(fitted.cut.dropped.is_empty() && !fitted.cut.preamble_cut);
    visible(&fitted.text)
}

fn visible(text: &str) -> String {
    text.replace('\t', "→").replace('\r', "↵").replace('\n', "$\n")
}

const MODULE: &str = "import re\n\n# one\nx = 1\n\n# two\ny = x\n\n# three$0\n";

#[test]
fn exact_prompts() {
    for (name, marked) in [
        ("three_turns_of_a_module", MODULE),
        (
            "a_turn_in_a_function",
            "import os\n\n\ndef files(folder):\n    # list them\n    names = os.listdir(folder)\n\n    # keep the Python files$0\n    return names\n",
        ),
        (
            "a_turn_in_a_method",
            "class A:\n    \"\"\"Counts.\"\"\"\n\n    def __init__(self):\n        self.n = 0\n\n    def add(self, k):\n        # add k\n        self.n += k\n\n        # give it back$0\n",
        ),
        ("tabs", "def f(x):\n\t# one\n\tif x:\n\t\ty = 1\n\n\t# two$0\n"),
        ("carriage_returns", "import re\r\n\r\n# one\r\nif re:\r\n    x = 1\r\n\r\n# two$0\r\n"),
        ("a_prompt_of_several_lines", "# one\n#\n#   - a  \n#   - b\nx = 1\n\n\n\n# two$0  \n# lines\t\n"),
        (
            "a_docstring",
            "import math\n\n# one\nx = 1\n\nclass Circle:\n    r = 1\n\n    def area(self):\n        \"\"\"The area.\n\n        With pi.$0\n        \"\"\"   \n        pass\n",
        ),
        ("a_turn_that_was_not_answered", "# one\n\n# two\nx = 1\n\n# three$0\n"),
    ] {
        insta::assert_snapshot!(name, whole(marked));
    }
    let marker = TurnOptions { marker: Some("#>".to_owned()) };
    let marked = "# about x\n\n#> one\nx = 1\n# not a prompt\ny = 2\n#> two$0\n";
    insta::assert_snapshot!("a_marker", visible(&prompt(marked, &marker, usize::MAX).text));
}

const LONG: &str = "\
import re

LIMIT = 10
UNUSED = 20

# a helper
def helper(a):
    return min(a, LIMIT)

def other(a):
    return a

# some data
data = [
    1,
    2,
]
total, rest = helper(data[0]), 3

# print the total
print(total)

# print it again$0
";

#[test]
fn cut_prompts() {
    let cut = |marked, budget| {
        let Fitted { text, cut } = prompt(marked, &TurnOptions::default(), budget);
        assert!(text.len() <= budget, "{} > {budget}", text.len());
        format!("{}---\n{cut:?}", visible(&text))
    };
    insta::assert_snapshot!("a_cut_history", cut(LONG, 190));
    // In a method, only the class's header is left of the class, and what is used.
    let method = "import re\n\nWORDS = {}\nNOTHING = {}\n\nclass A:\n    \"\"\"Documented.\"\"\"\n    size = 3\n\n    def one(self):\n        return 'a long function that takes space'\n\n    def two(self):\n        # look a word up\n        w = WORDS.get(1)\n\n        # print it$0\n";
    insta::assert_snapshot!("a_cut_preamble", cut(method, 160));
    insta::assert_snapshot!("a_preamble_cut_to_lines", cut(method, 40));
}

#[test]
fn a_history_that_fits_stays_whole() {
    let history = history("import os\n", &[("one", "x = 1"), ("two", "y = 2")]);
    let whole = history.render("three");
    let fitted = fit(&history, "three", whole.len(), &str::len);
    assert_eq!(fitted.text, whole);
    let kept = vec!["one".to_owned(), "two".to_owned()];
    assert_eq!(fitted.cut, HistoryCut { kept, dropped: vec![], preamble_cut: false });
}

/// The statements of an old turn of that program that stay when a later one is kept.
#[track_caller]
fn check_left(old: &str, later: &str, expected: &str) {
    let long = format!("{old}\n\nprint('{}')", "-".repeat(400));
    let history = history("", &[("old", &long), ("later", later)]);
    let fitted = fit(&history, "next", 400, &str::len);
    assert_eq!(fitted.text, format!("{expected}# later\n{later}\n\n# next\n"), "{old}");
}

#[test]
fn what_is_used_stays() {
    for (old, later, expected) in [
        ("import re", "x = 1", "import re\n"),
        ("from a import (\n    b,\n)", "x = 1", "from a import (\n    b,\n)\n"),
        ("x = 1", "y = x", "x = 1\n"),
        ("x = 1", "y = a.x", ""),
        ("x = 1", "f(x=2)", ""),
        ("x = 1", "x = 2", ""),
        ("x = 1", "x += 2", "x = 1\n"),
        ("x = 1", "print(f'{x}')", "x = 1\n"),
        ("x = 1", "print('x')", ""),
        ("a, (b, *c) = t", "c[0]", "a, (b, *c) = t\n"),
        ("x: int = 1", "x", "x: int = 1\n"),
        ("x = []\nx.y = 3\nx[0] = 4\nx += [1]", "x", "x = []\nx.y = 3\nx[0] = 4\nx += [1]\n"),
        ("with open(p) as f:\n    t = f.read()", "t", "with open(p) as f:\n    t = f.read()\n"),
        ("for i in range(3):\n\n    j = i", "i", "for i in range(3):\n\n    j = i\n"),
        ("while (n := f()):\n    pass", "n", "while (n := f()):\n    pass\n"),
        ("@cache\ndef f(): pass", "f()", "@cache\ndef f(): pass\n"),
        ("class A(B):\n    x = 1", "A()", "class A(B):\n    x = 1\n"),
        ("class A(B):\n    x = 1", "x", ""),
        ("a = 1; b = 2", "b", "a = 1; b = 2\n"),
        (
            "try:\n    import json\nexcept ImportError:\n    json = None",
            "json",
            "try:\n    import json\nexcept ImportError:\n    json = None\n",
        ),
        // Definitions that are used by kept definitions.
        (
            "N = 1\ndef f():\n    return g(N)\ndef g(a): pass\ndef h(): pass",
            "f()",
            "N = 1\ndef f():\n    return g(N)\ndef g(a): pass\n",
        ),
    ] {
        check_left(old, later, expected);
    }
}

#[test]
fn a_prompt_s_words_are_uses() {
    let history = history("", &[("old", &format!("total = 1\nother = 2\n'{}'", "-".repeat(200)))]);
    assert_eq!(fit(&history, "print \"total\"", 100, &str::len).text, "total = 1\n# print \"total\"\n");
}

#[test]
fn definitions_kept_in_a_block_stay_in_the_block() {
    let mut history = history(
        "class A:\n    def f():\n",
        &[("one", &format!("import re\ndef g():\n\n    pass\n'{}'", "-".repeat(200))), ("two", "g()")],
    );
    history.indent = "        ".to_owned();
    let fitted = fit(&history, "three", 150, &str::len);
    assert_eq!(
        fitted.text,
        "class A:\n    def f():\n        import re\n        def g():\n\n            pass\n        # two\n        g()\n\n        # three\n"
    );
}

#[test]
fn in_the_end_only_the_prompt_stays() {
    let mut history = history("import os\nclass A:\n", &[("one", "import re")]);
    history.indent = "    ".to_owned();
    let fitted = fit(&history, "three", 1, &str::len);
    assert_eq!(fitted.text, "    # three\n");
    assert_eq!(fitted.cut, HistoryCut { kept: vec![], dropped: vec!["one".to_owned()], preamble_cut: true });
    // Imports go before what encloses the turn.
    assert_eq!(fit(&history, "three", 21, &str::len).text, "class A:\n    # three\n");
}

#[test]
fn a_large_last_turn_is_kept_if_it_fits_at_all() {
    let large = format!("x = '{}'", "-".repeat(80));
    let history = history("", &[("one", "y = 1"), ("two", &large)]);
    let fitted = fit(&history, "three", 110, &str::len);
    assert_eq!(fitted.cut.kept, ["two"]);
}

fn program() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "import re",
        "x = 1",
        "y = x",
        "def f(a):\n    return g(a)",
        "def g(a):\n    return LIMIT",
        "LIMIT = 3",
        "print(f(x))",
        "z, w = 1, 2",
        "for i in range(10):\n    print(i, x)",
        "class A:\n    def m(self):\n        return f(1)",
        "print('a line that is somewhat longer than the others are')",
        "s = '''\na\n'''",
        "if x:",
        "x = (",
    ]);
    prop::collection::vec(line, 1..4).prop_map(|lines| lines.join("\n"))
}

/// Counts roughly as a tokenizer does: words, signs, runs of white space.
fn tokens(text: &str) -> usize {
    let class = |char: char| {
        if char.is_alphanumeric() {
            0
        } else if char.is_whitespace() {
            1
        } else {
            2
        }
    };
    let mut last = 3;
    text.chars().filter(|char| std::mem::replace(&mut last, class(*char)) != class(*char) || class(*char) == 2).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_fits_and_whole_turns_are_left(
        preamble in program(), programs in prop::collection::vec(program(), 0..8), budget in 1..200usize
    ) {
        let turns: Vec<_> = programs.iter().enumerate().map(|(at, text)| (format!("prompt {at}"), text.clone())).collect();
        let history = History { preamble: preamble + "\n", turns, ..History::default() };
        let fitted = fit(&history, "the next", budget, &tokens);
        let least = History::default().render("the next");
        prop_assert!(tokens(&fitted.text) <= budget || fitted.text == least, "{}", fitted.text);
        let HistoryCut { kept, dropped, .. } = &fitted.cut;
        let prompts: Vec<_> = history.turns.iter().map(|turn| turn.0.clone()).collect();
        prop_assert_eq!([dropped.clone(), kept.clone()].concat(), prompts);
        let left = History { turns: history.turns[dropped.len()..].to_vec(), ..History::default() };
        prop_assert!(fitted.text.ends_with(&left.render("the next")), "{}", fitted.text);
    }

    #[test]
    fn a_preamble_is_its_units(preamble in program(), indent in prop::sample::select(vec!["", "    "])) {
        let history = History { preamble, indent: indent.to_owned(), ..History::default() };
        let whole: String = units(&history).into_iter().map(|unit| unit.text).collect();
        prop_assert_eq!(whole, history.preamble);
    }

    /// A turn that was dropped for one turn is dropped for those after it.
    #[test]
    fn nothing_comes_back(programs in prop::collection::vec(program(), 1..12), budget in 40..120usize) {
        let turns: Vec<_> = programs.iter().enumerate().map(|(at, text)| (format!("prompt {at}"), text.clone())).collect();
        let mut dropped = 0;
        for end in 0..turns.len() {
            let history = History { turns: turns[..end].to_vec(), ..History::default() };
            let fitted = fit(&history, &turns[end].0, budget, &tokens);
            prop_assert!(dropped <= fitted.cut.dropped.len());
            dropped = fitted.cut.dropped.len();
        }
    }

    /// As turns are appended, the prompt of each begins with the prompt of the one before; only seldom it begins anew.
    #[test]
    fn the_start_stays_put(lengths in prop::collection::vec(1..6usize, 60..80), budget in 300..400usize) {
        let turns: Vec<_> = lengths.iter().enumerate().map(|(at, length)| {
            let sum = "1 + ".repeat(*length);
            (format!("prompt {at}"), format!("v{at} = {sum}1\nprint(v{})", at.saturating_sub(1)))
        }).collect();
        let mut starts = 0;
        let mut before = String::new();
        for end in 0..turns.len() {
            let history = History { turns: turns[..end].to_vec(), ..History::default() };
            let fitted = fit(&history, &turns[end].0, budget, &tokens);
            starts += usize::from(!fitted.text.starts_with(&before));
            before = fitted.text;
        }
        // Each cut frees a quarter of the budget, except for a turn that does not fit and a definition that stays.
        let all = tokens(&History { turns: turns.clone(), ..History::default() }.render(""));
        prop_assert!(starts <= all.div_ceil(budget / 4 - 50), "{starts} times for {all} tokens in {budget}");
        prop_assert!(starts > 1);
    }
}

#[test]
fn a_definition_that_was_replaced_goes() {
    for (old, later, expected) in [
        ("x = 1\nx = 2", "x", "x = 2\n"),
        ("x = 1\nx = x + 2", "x", "x = 1\nx = x + 2\n"),
        ("x = 1\nif y:\n    x = 2", "x", "x = 1\nif y:\n    x = 2\n"),
        ("x = 1\nx += 2\nx = 3\nx += 4", "x", "x = 3\nx += 4\n"),
        // The definition in force at the time was used; a function uses the one in force when it is called.
        ("x = 1\ny = x\nx = 2", "y", "x = 1\ny = x\n"),
        ("x = 1\ndef f(): return x\nx = 2", "f()", "def f(): return x\nx = 2\n"),
        ("def f(): return 1\n\n@cache\ndef f(): return 2", "f()", "@cache\ndef f(): return 2\n"),
    ] {
        check_left(old, later, expected);
    }
}

use std::cell::Cell;

use super::*;
use crate::document::indentation::Unit;
use crate::testing::cursor_in;
use crate::turns::line_feeds;
use proptest::prelude::*;

/// Counts roughly as byte-level tokenizers do: words, runs of blanks, and signs.
fn tokens(text: &str) -> usize {
    let mut count = 0;
    let mut last = ' ';
    for char in text.chars() {
        let joins = (char.is_alphanumeric() && last.is_alphanumeric()) || (char == ' ' && last == ' ');
        count += usize::from(!joins);
        last = char;
    }
    count
}

#[track_caller]
fn cursor(marked: &str) -> (Document, usize) {
    cursor_in(marked, |text| Document::new(text, 1))
}

/// A module with imports, and a class with many methods after many functions.
fn module(functions: usize) -> String {
    let mut text = "\"\"\"Docs.\"\"\"\nimport os\nfrom sys import (\n    path,\n    argv,\n)\n\n".to_owned();
    for number in 0..functions {
        text.push_str(&format!("def function_{number}(a, b):\n    total = a + b * {number}\n    return total\n\n\n"));
    }
    text.push_str("class Shape(\n    Base,\n):\n    size = 1\n\n");
    for number in 0..functions {
        text.push_str(&format!("    def method_{number}(self):\n        return self.size * {number}\n\n"));
    }
    text
}

#[test]
fn a_small_document_is_shown_whole() {
    let (document, offset) = cursor("import os\r\n\r\ndef f():\r\n    x = $0\r\n");
    let context = build(&document, offset, 100, &Block::default(), None, &tokens);
    assert_eq!(context, Context { prompt: "import os\n\ndef f():\n    x = ".to_owned(), start: 0 });
}

#[test]
fn imports_and_signatures_are_kept() {
    let text = module(60) + "    def last(self, x):\n        if x:\n            y = $0";
    let (document, offset) = cursor(&text);
    let context = build(&document, offset, 400, &Block::default(), None, &tokens);
    let head = "import os\nfrom sys import (\n    path,\n    argv,\n)\n\nclass Shape(\n    Base,\n):\n";
    assert!(context.prompt.starts_with(head), "{}", context.prompt);
    assert!(context.prompt[head.len()..].starts_with("    def method_"), "{}", context.prompt);
    assert!(context.prompt.ends_with("            y = "));
    assert!(tokens(&context.prompt) <= 300 && tokens(&context.prompt) > 150);
}

#[test]
fn a_window_inside_a_function_has_its_signature() {
    let body: String = (0..200).map(|number| format!("        value_{number} = call({number})\n")).collect();
    let (document, offset) =
        cursor(&format!("import os\n\nclass A:\n    @wraps\n    def run(self, n):\n{body}        $0"));
    let context = build(&document, offset, 200, &Block::default(), None, &tokens);
    let head = "import os\n\nclass A:\n    def run(self, n):\n        value_";
    assert!(context.prompt.starts_with(head), "{}", context.prompt);
}

#[test]
fn the_window_moves_far_and_then_stays() {
    let mut document = Document::new(&module(40), 1);
    let mut start = None;
    let mut moves = 0;
    for _ in 0..300 {
        let end = document.len();
        document.edit(end..end, "    x = 1\n");
        let context = build(&document, document.len(), 300, &Block::default(), start, &tokens);
        moves += usize::from(start.is_some() && start != Some(context.start));
        start = Some(context.start);
    }
    // Six tokens a line, seventy-five tokens a move.
    assert!((5..=300 * 6 / 60).contains(&moves), "{moves} moves");
}

#[test]
fn a_cursor_that_goes_back_sees_more() {
    let text = module(60);
    let document = Document::new(&text, 1);
    let far = build(&document, document.len(), 300, &Block::default(), None, &tokens);
    let near = build(&document, far.start + 20, 300, &Block::default(), Some(far.start), &tokens);
    assert!(near.start < far.start);
    let before = build(&document, far.start - 20, 300, &Block::default(), Some(far.start), &tokens);
    assert!(before.start < far.start - 20);
}

#[test]
fn a_start_that_is_no_line_any_more_is_not_used() {
    let document = Document::new(&module(60), 1);
    let context = build(&document, document.len(), 300, &Block::default(), Some(document.len() - 500), &tokens);
    let line = python::line_at(&document, context.start);
    assert_eq!(line.start, context.start);
}

#[test]
fn what_is_counted_does_not_grow_with_the_document() {
    let counted = Cell::new(0);
    let count = |text: &str| {
        counted.set(counted.get() + text.len());
        tokens(text)
    };
    let document = Document::new(&module(8000), 1);
    assert!(document.len() > 1_000_000);
    let context = build(&document, document.len(), 500, &Block::default(), None, &count);
    assert!(counted.take() < 500 * 8 * 6, "a new window");
    let next = build(&document, document.len(), 500, &Block::default(), Some(context.start), &count);
    assert_eq!(next, context);
    assert!(counted.take() < 500 * 8, "the next key");
}

#[test]
fn one_endless_line() {
    let text = format!("x = [{}", "1, ".repeat(100_000));
    let mut document = Document::new(&text, 1);
    let context = build(&document, document.len(), 200, &Block::default(), None, &tokens);
    assert!(tokens(&context.prompt) > 50 && context.prompt.ends_with("1, 1, "));
    document.edit(text.len()..text.len(), "2");
    let next = build(&document, document.len(), 200, &Block::default(), Some(context.start), &tokens);
    assert_eq!(next.start, context.start);
}

fn source() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "import os",
        "from a import b",
        "def f(x, y):",
        "    return x + y",
        "class A:",
        "    def g(self):",
        "        pass",
        "",
        "    if x:",
        "        '''text",
        "'''",
        "# comment",
        "    # prompt",
        "x = [",
        "]",
        "caf\u{e9} = '\u{1F40D}'",
        "@wraps",
        "\u{1F40D}\u{1F40D}\u{1F40D}\u{1F40D}\u{1F40D}\u{1F40D}\u{1F40D}",
        "    )",
        "\tx = 1",
        "  foo(bar, baz, 1, 2, 3, 'four')",
    ]);
    let ending = prop::sample::select(vec!["\n", "\n", "\n", "\r\n", "\r"]);
    prop::collection::vec((line, ending), 0..80)
        .prop_map(|lines| lines.into_iter().flat_map(|(line, end)| [line, end]).collect())
}

fn keys() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!['a', 'x', '(', '[', '.', ':', ' ', '=', '"', '\u{e9}']), 10)
        .prop_map(|keys| keys.into_iter().collect())
}

#[test]
fn a_window_does_not_start_within_a_line_above_the_cursors() {
    let lines = "import os\nfrom a import b\n".repeat(20);
    for width in 20..60 {
        let (document, offset) = cursor(&format!("{lines}foo({})\nx = $0\n", "a.".repeat(width)));
        let context = build(&document, offset, 80, &Block::default(), None, &tokens);
        assert!(python::line_at(&document, context.start).start == context.start, "{context:?}");
    }
}

/// Where the cursor has just come to a line, the window holds something of the lines above, and stays when the line is typed.
#[test]
fn a_window_of_a_new_line_stays() {
    let long = format!("foo({}1)\n", "a, ".repeat(200));
    for above in [
        "import os\n".repeat(12) + "  foo(bar, baz, 1, 2, 3, 'four')\n",
        "import os\n".repeat(12) + &long,
        long.clone(),
    ] {
        for budget in 60..120 {
            let mut document = Document::new(&above, 1);
            let context = build(&document, above.len(), budget, &related(), None, &tokens);
            assert!(context.start < above.len(), "{budget}: {context:?}");
            document.edit(above.len()..above.len(), "a");
            let next = build(&document, above.len() + 1, budget, &related(), Some(context.start), &tokens);
            assert_eq!(next.start, context.start, "{budget}: {context:?}");
        }
    }
}

/// However small the excess and long the characters, the window's start comes forward.
#[test]
fn a_window_gets_smaller_by_whole_characters() {
    let text = "import os\n".repeat(12) + &"\u{1F40D}".repeat(40) + "\nfoo(bar, baz)";
    let document = Document::new(&text, 1);
    for budget in 40..90 {
        let context = build(&document, text.len(), budget, &Block::default(), None, &tokens);
        assert!(context.start < text.len() && !context.prompt.is_empty(), "{budget}: {context:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_prompt_fits_and_ends_at_the_cursor(
        text in source(),
        at in 0.0..1.0f64,
        budget in 0..400usize,
        previous in prop::option::of(0..2000usize),
        by_bytes in any::<bool>(),
        other in any::<bool>(),
    ) {
        let document = Document::new(&text, 1);
        let offset = python::char_boundary(&document, (text.len() as f64 * at) as usize);
        let count = |text: &str| if by_bytes { text.len() } else { tokens(text) };
        let block = if other { related() } else { Block::default() };
        let context = build(&document, offset, budget, &block, previous, &count);
        prop_assert!(count(&context.prompt) <= budget);
        prop_assert!(context.start <= offset);
        let window = line_feeds(&text[context.start..offset]);
        prop_assert!(context.prompt.ends_with(&*Unit::at(&document, offset).to_model(&window)));
        // About as much is shown as fits, and never nothing of a text that has something.
        prop_assert!(budget < 40 || offset == 0 || !window.is_empty());
    }

    #[test]
    fn ten_keys_keep_the_start(text in source(), at in 0.0..1.0f64, budget in 80..400usize, typed in keys()) {
        let mut document = Document::new(&text, 1);
        let mut offset = python::char_boundary(&document, (text.len() as f64 * at) as usize);
        let mut context = build(&document, offset, budget, &related(), None, &tokens);
        for key in typed.chars() {
            let unit = Unit::at(&document, offset);
            document.edit(offset..offset, &key.to_string());
            offset += key.len_utf8();
            // The first letter of a line shows that its white space was meant.
            let same = unit == Unit::at(&document, offset);
            let next = build(&document, offset, budget, &related(), Some(context.start), &tokens);
            prop_assert_eq!(next.start, context.start);
            // White space at a line's start is shown as so many levels.
            let blank = context.prompt.rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
            if same && (!blank || key != ' ') {
                prop_assert_eq!(&next.prompt, &format!("{}{key}", context.prompt));
            }
            context = next;
        }
    }
}

#[test]
fn a_plain_text_is_shown_as_it_stands() {
    let (document, offset) = cursor("import x\n\tint a;\r\n\tint b = $0;\n");
    let context = build_plain(&document, offset, 100, None, &tokens);
    assert_eq!(context, Context { prompt: "import x\n\tint a;\n\tint b = ".to_owned(), start: 0 });
    let long = "import a\n".to_owned() + &"static int f(int a) { return a + 1; }\n".repeat(100) + "int x = $0";
    let (document, offset) = cursor(&long);
    let context = build_plain(&document, offset, 200, None, &tokens);
    assert!(
        context.prompt.starts_with("static int f") && context.prompt.ends_with("}\nint x = "),
        "{}",
        context.prompt
    );
    assert!((100..=150).contains(&tokens(&context.prompt)));
    // The start stays while it can.
    let mut longer = document.clone();
    longer.edit(offset..offset, "f(1)");
    let next = build_plain(&longer, offset + 4, 200, Some(context.start), &tokens);
    assert_eq!(next, Context { prompt: context.prompt + "f(1)", start: context.start });
}

/// What another file has.
fn related() -> Block {
    Block { text: "# pkg/util.py\n# def add(a, b):\n# class Shape:\n\n".to_owned(), shown: Vec::new() }
}

#[test]
fn what_other_files_have_stands_first() {
    let (document, offset) = cursor("from .util import add\n\nx = $0\n");
    let context = build(&document, offset, 100, &related(), None, &tokens);
    assert_eq!(context, Context { prompt: format!("{}from .util import add\n\nx = ", related().text), start: 0 });
    // In a long document before its head, and within the budget.
    let text = module(60) + "    def last(self, x):\n        if x:\n            y = $0";
    let (document, offset) = cursor(&text);
    let context = build(&document, offset, 400, &related(), None, &tokens);
    assert!(context.prompt.starts_with(&(related().text + "import os\nfrom sys import (\n")), "{}", context.prompt);
    assert!(tokens(&context.prompt) <= 400, "{}", tokens(&context.prompt));
    // Where it would take more than half, the document's own text counts.
    let context = build(&document, offset, 2 * tokens(&related().text), &related(), None, &tokens);
    assert!(!context.prompt.contains("pkg/util.py"), "{}", context.prompt);
}

#[test]
fn typing_reads_what_other_files_have_only_once() {
    let mut document = Document::new(&module(40), 1);
    let block = related();
    let (mut start, mut last, mut read, mut typed) = (None, String::new(), 0, 0);
    for _ in 0..200 {
        for key in "    x = 1\n".chars() {
            let end = document.len();
            document.edit(end..end, &key.to_string());
            let context = build(&document, document.len(), 300, &block, start, &tokens);
            let common = last.bytes().zip(context.prompt.bytes()).take_while(|(left, right)| left == right).count();
            read += context.prompt.len() - common;
            typed += 1;
            start = Some(context.start);
            last = context.prompt;
        }
    }
    // Ten keys a line, and a move of the window now and then.
    assert!(read < typed * 8, "{read} bytes read for {typed} keys");
}

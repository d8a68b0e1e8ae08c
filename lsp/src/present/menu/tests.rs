mod editors;

use codegen_text::testing;
use serde_json::{Value, json};

use self::editors::Editor;
use super::*;
use crate::protocol::capabilities::Insertion;

/// A client that can do all, and takes texts as they are.
const ABLE: MenuCapabilities =
    MenuCapabilities { label_details: true, resolves_documentation: false, markdown: true, insertion: Insertion::AsIs };

fn offer(offset: usize, text: &str, confidence: Option<f32>) -> Offer {
    let suggestion = Suggestion { range: offset..offset, text: text.to_owned() };
    Offer { id: 7, suggestion, confidence }
}

/// The only entry for a suggestion at the text's `$0`.
#[track_caller]
fn item_for(marked: &str, said: &str, client: MenuCapabilities, encoding: Encoding) -> lsp::CompletionItem {
    let (rope, offset) = testing::cursor_in(marked, Rope::from_str);
    let mut items = menu(&rope, vec![offer(offset, said, Some(0.9))], encoding, client).items;
    assert_eq!(items.len(), 1, "{marked:?}");
    items.remove(0)
}

fn edit(item: &lsp::CompletionItem) -> &lsp::TextEdit {
    match &item.text_edit {
        Some(lsp::CompletionTextEdit::Edit(edit)) => edit,
        other => panic!("no edit but {other:?}"),
    }
}

/// The text as editors compare it: white space at the ends of blank lines is what a snippet leaves there.
fn trimmed(text: &str) -> String {
    text.split('\n').map(|line| if line.trim().is_empty() { "" } else { line }).collect::<Vec<_>>().join("\n")
}

/// Texts with a cursor, what is suggested there, and how much of it is left where the client indents the lines itself.
const PLACES: [(&str, &str, &str); 29] = [
    // A line's start, in a body.
    ("def f(x):\n    $0", "return x", "return x"),
    ("def f(x):\n    y = 1\n    $0\n", "if y:\n        return x\n    return y", ""),
    // Deeper than the cursor: the first line's indentation is the suggestion's.
    ("def f(x):\n$0", "    y = x\n    return y", ""),
    ("def f(x):\n  $0", "  y = x\n    return y", ""),
    ("class A:\n    def f(self):\n    $0", "    y = 1\n\n        return y", ""),
    // Behind a header: the body comes on the next line.
    ("def f(x):$0", "\n    return x", ""),
    ("class A:\n    def f(self):$0\n", "\n        y = 1\n\n        return y", ""),
    // Inside a word, and behind one.
    ("def f(values):\n    ret$0", "urn sum(values)", ""),
    ("x = [1]\npri$0", "nt(x)\nprint(len(x))", ""),
    ("x$0", " = 1", ""),
    ("x =$0", " 1", ""),
    ("x = $0", "1", ""),
    ("import os\nos.pa$0", "th.join('a', 'b')", ""),
    ("self.value_1$0", "2 = 5", ""),
    // In brackets, with the editor's closers behind the cursor.
    ("print($0)", "x, y", ""),
    ("    print(na$0)", "me", ""),
    ("x = {'a$0'}", "bc", ""),
    ("f(g($0))\n", "a", ""),
    // Lines that end the block: what the client indents cannot go that far to the left.
    ("def f(x):\n    $0", "return x\n\n\ndef g(x):\n    return f(x)", "return x"),
    ("for x in y:\n    if x:\n        $0\n", "continue\n    print(x)\nprint(y)", "continue"),
    // Tabs.
    ("def f(x):\n\t$0", "if x:\n\t\treturn x\n\treturn 1", "if x:\n\t\treturn x\n\treturn 1"),
    ("def f(x):\n\tif x:\n\t\tret$0", "urn x\n\n\treturn 1", "urn x"),
    // Carriage returns.
    ("def f(x):\r\n    y$0\r\n", " = x\r\n    return y", ""),
    ("def f(x):$0\r\n", "\r\n    y = x\r\n\r\n    return y", ""),
    // Signs of several bytes and of two units, before the cursor and in words.
    ("s = \"𝄞漢字é\" + str$0", "(é)\nprint(s)", ""),
    ("größe$0", "_漢 = 1", ""),
    // What snippets take for placeholders.
    ("import re\n    $0", "x = re.sub(r\"\\$1 ${a}\\\\\", '$$', f\"{y}\")", ""),
    // White space behind the cursor.
    ("if x:\n    $0    \n", "y = 1\n    z = 2", "y = 1"),
    ("if x:\n    y$0   \n", " = 1\n    z = 2", " = 1"),
];

#[test]
fn every_editor_makes_of_an_entry_what_the_inline_suggestion_would_be() {
    for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
        for ((marked, said, left), editor) in PLACES.iter().flat_map(|row| Editor::ALL.map(|editor| (row, editor))) {
            let (text, offset) = testing::cursor(marked);
            // Vim's and Emacs's buffers have line feeds only; Emacs sends them so.
            let (text, said, offset) = if editor == Editor::Eglot {
                let before = text[..offset].replace('\r', "").len();
                (text.replace('\r', ""), said.replace('\r', ""), before)
            } else {
                (text, (*said).to_owned(), offset)
            };
            let client = editor.capabilities();
            let indents = matches!(client.insertion, Insertion::Indented | Insertion::Snippet);
            let marked = format!("{}$0{}", &text[..offset], &text[offset..]);
            let item = item_for(&marked, &said, client, encoding);
            let kept = if indents && !left.is_empty() { left } else { said.as_str() };
            let mut expected = format!("{}{kept}{}", &text[..offset], &text[offset..]);
            if editor.has_line_feeds() {
                expected = expected.replace("\r\n", "\n");
            }
            let mut got = editor.accept(&text, &item, encoding);
            if indents {
                (expected, got) = (trimmed(&expected), trimmed(&got));
            }
            assert_eq!(got, expected, "{editor:?} {encoding:?} {marked:?}");
        }
    }
}

#[test]
fn an_entry_replaces_the_word_and_stands_on_one_line() {
    let table = [
        // From and to which column, and what with.
        ("x = $0", "1", (4, 4), "1"),
        ("    ret$0", "urn 1", (4, 7), "return 1"),
        ("    $0", "    x = 1", (4, 4), "    x = 1"),
        ("a.b_1$0", "2()", (2, 5), "b_12()"),
        ("a.$0", "b", (2, 2), "b"),
        ("\"𝄞\" + größe$0", "_x", (7, 12), "größe_x"),
        ("y\r\nf(x$0)\r\ny", ", y", (2, 3), "x, y"),
    ];
    for (marked, said, (start, end), text) in table {
        let item = item_for(marked, said, ABLE, Encoding::Utf16);
        let line = if marked.starts_with('y') { 1 } else { 0 };
        let position = |character| lsp::Position { line, character };
        let expected = lsp::TextEdit::new(lsp::Range::new(position(start), position(end)), text.to_owned());
        assert_eq!(edit(&item), &expected, "{marked:?}");
    }
}

#[test]
fn labels_fit_a_menu_and_filters_follow_what_is_typed() {
    let long = format!("x = {}0", "a + ".repeat(40));
    let (wide, exact) = ("é".repeat(61), "é".repeat(60));
    let cut = |text: &str, bytes: usize| format!("{}…", text[..bytes].trim_end());
    let table = [
        // The label, what is compared with what is typed, and what the entry says beside it.
        ("    $0", "return x", "return x", "return x", "codegen"),
        ("    ret$0", "urn x", "return x", "return x", "codegen"),
        ("    $0", "    x = 1\n        y = 2", "x = 1", "    x = 1", "codegen, +1 line"),
        ("def f():$0", "\n    x = 1\n\n    return x", "x = 1", "x = 1", "codegen, +1 line"),
        ("x =$0", " 1\ny = 2\nz = 3", "1", " 1", "codegen, +2 lines"),
        ("def f():$0\r\n", "\r\n    x\r\n    y", "x", "x", "codegen, +1 line"),
        ("a\r\nx$0", " = 1\r\ny = 2", "x = 1", "x = 1", "codegen, +1 line"),
        ("$0", &long, &cut(&long, 59), &long, "codegen"),
        ("$0", &wide, &cut(&wide, 118), &wide, "codegen"),
        ("$0", &exact, &exact, &exact, "codegen"),
    ];
    for (marked, said, label, filter, by) in table {
        let item = item_for(marked, said, ABLE, Encoding::Utf16);
        assert_eq!(item.label, label, "{marked:?}");
        assert!(item.label.chars().count() <= LABEL, "{marked:?}");
        assert_eq!(item.filter_text.as_deref(), Some(filter), "{marked:?}");
        let details = item.label_details.unwrap();
        assert_eq!((details.detail, details.description.as_deref(), item.detail), (None, Some(by), None), "{marked:?}");
        let item = item_for(marked, said, MenuCapabilities { label_details: false, ..ABLE }, Encoding::Utf16);
        assert_eq!((item.label_details, item.detail.as_deref()), (None, Some(by)), "{marked:?}");
        // Where the label may be left in the buffer it is the whole line.
        let snippets = MenuCapabilities { insertion: Insertion::Snippet, ..ABLE };
        let item = item_for(marked, said, snippets, Encoding::Utf16);
        assert_eq!(item.label, filter.trim_start(), "{marked:?}");
    }
}

#[test]
fn what_is_probable_stands_above_pyright_s_entries_and_the_rest_below() {
    let pyright = ["00.0000.return", "01.9999.x", "09.9999.name", "11.9999.__name__", "12.9999.zip"];
    let text = Rope::from_str("");
    let table = [(Some(0.9), true), (Some(0.5), true), (Some(0.49), false), (Some(0.0), false), (None, false)];
    for (confidence, above) in table {
        let offers = vec![offer(0, "a", confidence), offer(0, "b", confidence)];
        let items = menu(&text, offers, Encoding::Utf16, ABLE).items;
        let keys: Vec<&str> = items.iter().map(|item| item.sort_text.as_deref().unwrap()).collect();
        assert!(keys[0] < keys[1], "{confidence:?}");
        for key in keys {
            assert!(pyright.iter().all(|other| (key < *other) == above), "{confidence:?}");
        }
        assert!(items.iter().all(|item| item.preselect.is_none() && item.commit_characters.is_none()));
    }
}

#[test]
fn accepting_an_entry_is_counted() {
    let item = item_for("x = $0", "1", ABLE, Encoding::Utf16);
    let command = item.command.unwrap();
    assert_eq!(command.command, commands::ACCEPTED);
    assert_eq!(command.arguments, Some(vec![json!(7)]));
}

#[test]
fn a_menu_is_incomplete_and_has_what_can_be_inserted() {
    let (rope, offset) = testing::cursor_in("def f(x):\n    return x\n    $0", Rope::from_str);
    let snippets = MenuCapabilities { insertion: Insertion::Snippet, ..ABLE };
    // Nothing at all; nothing new; nothing that the client could put so far to the left.
    for (said, client) in [("", ABLE), ("  \n", ABLE), ("\n\ndef g():\n    pass", snippets)] {
        let list = menu(&rope, vec![offer(offset, said, None)], Encoding::Utf16, client);
        assert_eq!(list, nothing(), "{said:?}");
    }
    for list in [nothing(), menu(&rope, vec![offer(offset, "x", None)], Encoding::Utf16, ABLE)] {
        assert!(list.is_incomplete);
    }
}

#[test]
fn a_line_that_nobody_typed_is_kept_out_of_the_entry() {
    for (line, word, left) in [("a".repeat(600), "", ""), (format!("  {}.b", "a".repeat(600)), "b", "  ")] {
        let item = item_for(&format!("{line}$0"), "cd", ABLE, Encoding::Utf8);
        assert_eq!(edit(&item).new_text, format!("{word}cd"));
        assert_eq!(item.data.unwrap()["left"], left);
    }
}

#[test]
fn documentation_is_the_code_as_it_will_stand() {
    let table = [
        ("def f(x):\n    re$0", "turn x", "return x"),
        ("def f(x):\n    y = $0", "x\n    return y", "y = x\nreturn y"),
        ("class A:\n    def f(x):$0", "\n        y = x\n\n        return y", "def f(x):\n    y = x\n\n    return y"),
        ("    $0", "    y = 1\n    z = 2", "    y = 1\nz = 2"),
        ("    $0", "\n\n    z = 2", "z = 2"),
        ("\tif x:$0", "\n\t\ty = x", "if x:\n\ty = x"),
        ("x$0\r\n", " = 1\r\ny = \"$\\\\\"", "x = 1\ny = \"$\\\\\""),
    ];
    for (marked, said, code) in table {
        for insertion in [Insertion::Plain, Insertion::AsIs, Insertion::Indented, Insertion::Snippet] {
            let client = MenuCapabilities { insertion, ..ABLE };
            let item = item_for(marked, said, client, Encoding::Utf16);
            let value = format!("```python\n{code}\n```");
            let expected = lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value };
            let expected = Some(lsp::Documentation::MarkupContent(expected));
            assert_eq!(item.documentation, expected, "{marked:?} {insertion:?}");
            let plain = item_for(marked, said, MenuCapabilities { markdown: false, ..client }, Encoding::Utf16);
            assert_eq!(plain.documentation, Some(lsp::Documentation::String(code.to_owned())), "{marked:?}");
        }
    }
}

#[test]
fn fences_are_longer_than_what_they_hold() {
    for (code, fence) in [("x", "```"), ("`x`", "```"), ("s = '\n```\n'", "````"), ("\"``````\"", "```````")] {
        let item = item_for("$0", code, ABLE, Encoding::Utf16);
        let Some(lsp::Documentation::MarkupContent(content)) = item.documentation else { panic!("no Markdown") };
        assert_eq!(content.value, format!("{fence}python\n{code}\n{fence}"));
    }
}

#[test]
fn documentation_is_left_to_resolving_where_the_client_asks_for_it() {
    let client = MenuCapabilities { resolves_documentation: true, insertion: Insertion::Snippet, ..ABLE };
    for (marked, said, ..) in PLACES {
        let item = item_for(marked, said, client, Encoding::Utf16);
        assert_eq!(item.documentation, None, "{marked:?}");
        // As it comes back from the client.
        let sent: lsp::CompletionItem = serde_json::from_value(serde_json::to_value(&item).unwrap()).unwrap();
        let at_once = MenuCapabilities { resolves_documentation: false, ..client };
        let full = item_for(marked, said, at_once, Encoding::Utf16);
        assert!(full.documentation.is_some(), "{marked:?}");
        assert_eq!(resolved(sent, client), full, "{marked:?}");
    }
}

#[test]
fn entries_of_others_are_resolved_to_themselves() {
    let good = item_for("x = $0", "1", MenuCapabilities { resolves_documentation: true, ..ABLE }, Encoding::Utf16);
    let with = |data: Value| lsp::CompletionItem { data: Some(data), ..good.clone() };
    let others = [
        lsp::CompletionItem::default(),
        lsp::CompletionItem { data: None, ..good.clone() },
        lsp::CompletionItem { text_edit: None, ..good.clone() },
        with(json!(null)),
        with(json!({"left": 1, "indent": ""})),
        with(json!(["left"])),
    ];
    for other in others {
        assert_eq!(resolved(other.clone(), ABLE), other);
    }
}

#[test]
fn the_menu_says_what_opens_it_and_what_is_fetched_later() {
    for resolves_documentation in [false, true] {
        let provider = provider(MenuCapabilities { resolves_documentation, ..ABLE });
        assert_eq!(provider.resolve_provider, Some(resolves_documentation));
    }
    assert!(TRIGGERS.iter().all(|trigger| trigger.chars().count() == 1 && !"\n:".contains(trigger)));
}

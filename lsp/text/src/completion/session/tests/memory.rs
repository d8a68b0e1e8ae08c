//! What is found again.

use super::*;
use crate::testing;

/// The text at its `$0`, with "return x" generated and "return" shown there.
fn shown(text: &str) -> (Buffer, usize) {
    let (text, offset) = testing::cursor(text);
    let mut buffer = Buffer::new(&text);
    buffer.ask(offset, None, "a", 1);
    buffer.finished(1, raw("return x"), 2);
    buffer.shown(offset, "return", Source::Generated);
    (buffer, offset)
}

/// Changes the whole text to another with a `$0`, and asks there.
#[track_caller]
fn asked(buffer: &mut Buffer, text: &str) -> Option<(String, Source)> {
    let (text, offset) = testing::cursor(text);
    buffer.changed(&crate::edit::narrowed(&Rope::from_str(&buffer.text), &text));
    assert_eq!(buffer.text, text);
    match buffer.ask(offset, None, "b", 2) {
        Decision::Answer("b", known, None) => match known.answer {
            Answer::Standing(stands) => Some((stands.text, known.source)),
            Answer::Generated(raw) => Some((raw.text, known.source)),
            Answer::Longer(..) => panic!("nothing was shown in part"),
        },
        Decision::Start(2, at, None) if at == offset => {
            buffer.suggestions.failed(2);
            None
        }
        other => panic!("{other:?}"),
    }
}

/// A text with a `$0`, and what is answered there without a generation.
type Step = (&'static str, Option<(&'static str, Source)>);

#[test]
fn what_was_suggested_for_a_text_is_found_by_it() {
    use Source::{Memory, Standing};
    let table: &[(&str, &[Step])] = &[
        (
            "typing through, and back",
            &[
                ("def f():\n    re$0\n", Some(("turn", Standing))),
                ("def f():\n    return$0\n", Some((" x", Memory))),
                ("def f():\n    r$0\n", Some(("eturn", Standing))),
                ("def f():\n    $0\n", Some(("return", Standing))),
            ],
        ),
        (
            "something else, and undo",
            &[
                ("def f():\n    pass$0\n", None),
                ("def f():\n    pass\n    $0", None),
                ("def f():\n    $0\n", Some(("return", Memory))),
            ],
        ),
        ("away, and back", &[("def $0f():\n    \n", None), ("def f():\n    $0\n", Some(("return", Memory)))]),
        (
            "an edit elsewhere",
            &[
                ("def f():\n    $0\n\nx = 1", None),
                ("import os\ndef f():\n    $0\n", None),
                ("def f():\n    $0\n", Some(("return", Memory))),
            ],
        ),
        (
            "accepted, and back to where it was suggested",
            &[
                ("def f():\n    return x$0\n", None),
                ("def f():\n    $0return x\n", None),
                ("def f():\n    $0\n    return x\n", None),
            ],
        ),
        (
            "closers that the editor puts there",
            &[("def f():\n    r$0)\n", Some(("eturn", Standing))), ("def f():\n    r)$0\n", None)],
        ),
    ];
    for (name, steps) in table {
        let (mut buffer, _) = shown("def f():\n    $0\n");
        for (text, expected) in *steps {
            let expected = expected.map(|(text, source)| (text.to_owned(), source));
            assert_eq!(asked(&mut buffer, text), expected, "{name}: {text:?}");
        }
    }
}

#[test]
fn what_is_far_above_does_not_count() {
    let filler = "x = 1\n".repeat(2_000);
    let (mut buffer, _) = shown(&format!("{filler}def f():\n    $0\n"));
    for above in ["import os\n", ""] {
        let found = asked(&mut buffer, &format!("{above}{filler}def f():\n    $0\n"));
        assert_eq!(found, Some(("return".to_owned(), Source::Memory)));
    }
}

#[test]
fn a_start_forgets_nothing() {
    let (mut buffer, offset) = shown("def f():\n    $0\n");
    for other in 0..offset {
        buffer.ask(other, None, "b", 2);
        buffer.finished(2, raw("z"), 3);
    }
    let Decision::Answer("c", found, None) = buffer.ask(offset, None, "c", 3) else { panic!() };
    assert_eq!((found.answer, found.source), (standing(offset, "return").answer, Source::Memory));
}

#[test]
fn tabs_are_typed_through() {
    let mut buffer = Buffer::new("if x:\n\t");
    let document = crate::document::Document::new(&buffer.text, 1);
    let origin = crate::prompt::view::View::around(&document, 7).unwrap().origin();
    buffer.ask(7, None, "a", 1);
    buffer.suggestions.holds(1, Kind::Block { indent: 4 }, String::new(), origin, None);
    buffer.finished(1, raw("if y:\n        z()\n    w()"), 2);
    buffer.shown(7, "if y:\n\t\tz()", Source::Generated);
    buffer.changed(&insert(7, "if y:\n\t"));
    let stands = standing(14, "\tz()");
    assert_eq!(buffer.ask(14, None, "b", 2), Decision::Answer("b", stands, None));
    buffer.changed(&insert(14, "\tz()"));
    assert_eq!(buffer.ask(18, None, "b", 2), Decision::Answer("b", known(18, "\n    w()"), None));
}

#[test]
fn what_does_not_become_the_entry_is_answered_with_nothing() {
    // It would be generated again and again.
    for text in ["", "other"] {
        let mut buffer = Buffer::new(TEXT);
        buffer.ask(10, entry("x.retu", "retu"), "a", 1);
        assert_eq!(buffer.finished(1, raw(text), 2), Ended::Nothing("a"), "{text:?}");
    }
}

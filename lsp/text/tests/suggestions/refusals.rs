//! Every refusal that is decided on a text, reached from a cursor and what a model says there.

use std::collections::HashSet;

use codegen_text::document::{Budget, Limits};

use super::*;

/// What the server decides, and its requests go through.
const OF_THE_SERVER: [Refusal; 16] = [
    Refusal::Off,
    Refusal::Ignored,
    Refusal::Snoozed,
    Refusal::OnDemand,
    Refusal::InsideLine,
    Refusal::Language,
    Refusal::NotOpen,
    Refusal::OutOfStep,
    Refusal::TooLarge,
    Refusal::OtherVersion,
    Refusal::NoModel,
    Refusal::Loading,
    Refusal::Superseded,
    Refusal::Cancelled,
    Refusal::MovedOn,
    Refusal::Failed,
];

/// What a model says at a cursor, and why nothing is shown of it, whatever its probability.
const NOTHING: [(&str, &str, Refusal); 44] = [
    ("foo $0= 1", "", Refusal::BeforeText),
    ("fo$0o = 1", "", Refusal::BeforeText),
    ("x = 1  # no$0", "", Refusal::Comment),
    ("'''\n$0\n'''\n", "", Refusal::StringLine),
    ("def f():\n    \"\"\"Docs.\n    $0\n    \"\"\"\n", "", Refusal::StringLine),
    ("def f():$0\n    return 1\n", "", Refusal::BodyBelow),
    ("$0", "", Refusal::NothingAbove),
    ("\n\n$0\nx = 1\n", "", Refusal::NothingAbove),
    ("qqz$0", "", Refusal::NothingBeginsSo),
    ("def qqz$0", "", Refusal::NothingBeginsSo),
    ("x.qqz$0", "", Refusal::NothingBeginsSo),
    ("x = $0", "", Refusal::NothingWritten),
    ("x = 1\n$0", "   \n  \n", Refusal::NothingWritten),
    ("def f(x):\n    return x$0", "\n\nfoo", Refusal::NothingWritten),
    ("def f():\n    x = 1\n            $0\n", "y = 1\n", Refusal::Indentation),
    ("print(1$0)", ")\n", Refusal::DoesNotFit),
    ("print('$0')", "')\n", Refusal::DoesNotFit),
    ("print(f'{$0}')", "}')\n", Refusal::DoesNotFit),
    ("print(f'{$0}')", "')\n", Refusal::DoesNotFit),
    ("print(1$0)", "\n    y)\n", Refusal::NothingWritten),
    ("a()\na()\n$0", "a()\n", Refusal::Repeats),
    ("x = $0", "a, a, a, a, a, a, a, a, a, a, a, a, a", Refusal::Repeats),
    ("x = 1\n$0\ny = 2\nz = 3\n", "y = 2\nz = 3\n", Refusal::RepeatsNextLine),
    ("def f():\n    $0\n    return x\n", "return x\n", Refusal::RepeatsNextLine),
    ("x = [\n    1,\n    $0\n]\n", "]\n", Refusal::RepeatsNextLine),
    ("import os\n$0", "import os\n", Refusal::Noise),
    ("def f():\n    $0", "# a\n    # b\n    # c\n    x = 1\n", Refusal::Noise),
    ("x = 1\n$0\ny = 2\n", "if x:\ny = 3\n", Refusal::Unfinished),
    ("x = 1\n$0\ny = 2\n", "@cache\n", Refusal::Unfinished),
    ("x = 1\n$0\ny = 2\n", "try:\n    f()\n", Refusal::Unfinished),
    ("x = 1\n$0\n", "# and so on", Refusal::CommentsOnly),
    ("def f():\n    $0", "# TODO\n", Refusal::CommentsOnly),
    ("f(\n    $0\n)\n", "# TODO\n", Refusal::CommentsOnly),
    ("x = 1\n$0\ny = 2\n", "foo(", Refusal::DoesNotParse),
    ("x = 1\n$0\ny = 2\n", "print x\n", Refusal::DoesNotParse),
    ("def f():\n    x = 1\n    $0\n", "break\n", Refusal::DoesNotParse),
    ("@cache\n$0", "x = 1\n", Refusal::DoesNotParse),
    ("@cache\n# of f\n$0", "x = 1\n", Refusal::DoesNotParse),
    ("class A:\n    @cache(\n        1,\n    )\n    $0\n", "x = 1\n", Refusal::DoesNotParse),
    ("try:\n    f()\n$0", "x = 1\n", Refusal::DoesNotParse),
    ("def f():\n    try:\n        g()\n$0", "x = 1\n", Refusal::DoesNotParse),
    ("x = f(a, $0)\n", "1 2)\n", Refusal::DoesNotParse),
    ("x = {'a': $0}\n", "1, 'b'}\n", Refusal::DoesNotParse),
    ("x = $0\n", "= 1\n", Refusal::DoesNotParse),
];

/// What a model says at a cursor with that log-probability a word, the likeliest part of it, and why it is not shown.
const REFUSED: [(&str, &str, f32, &str, Refusal); 7] = [
    ("x = $0\n", "sum(y)\n", -3.0, "sum", Refusal::NothingConfident),
    ("x = 1\n$0\n", "x = max(x, 2)\n", -4.0, "x = max", Refusal::NothingConfident),
    // What is improbable and unknown is improbable.
    ("x = $0\n", "total\n", -3.0, "total", Refusal::NothingConfident),
    ("x = $0\n", "total\n", SURE, "total", Refusal::UnknownName),
    ("x = $0\n", "= 1\n", SURE, "= 1", Refusal::DoesNotParse),
    ("x = 1\n$0\n", "while x:\n", SURE, "while x", Refusal::DoesNotParse),
    ("def f():\n    x = 1\n    $0\n", "break\n", SURE, "break", Refusal::DoesNotParse),
];

#[test]
fn nothing_is_shown_for_a_reason_that_has_a_name() {
    let mut reached: HashSet<Refusal> = OF_THE_SERVER.into_iter().collect();
    for (marked, raw, why) in NOTHING {
        let (_, all, _) = suggested(marked, raw);
        assert_eq!(all, Err(why), "{marked:?} {raw:?}");
        reached.insert(why);
    }
    for (marked, raw, logprob, likeliest, why) in REFUSED {
        let refused = refused(marked, raw, logprob);
        let best = refused.best.as_ref().expect("a part that is weighed");
        assert_eq!((refused.why, best.text.as_str()), (why, likeliest), "{marked:?} {raw:?}: {refused:?}");
        assert_eq!(
            why == Refusal::NothingConfident,
            best.probability < LEAST.confidence,
            "{marked:?} {raw:?}: {refused:?}"
        );
        assert!(best.logprob <= SURE && best.probability > 0.0, "{marked:?} {raw:?}: {refused:?}");
        reached.insert(why);
    }
    reached.extend([endless(), of_an_unparsed_document(), of_another_entry()]);
    let missing: Vec<_> = Refusal::ALL.iter().filter(|refusal| !reached.contains(refusal)).collect();
    assert!(missing.is_empty(), "{missing:?} are tested by no row");
}

fn refused(marked: &str, raw: &str, logprob: f32) -> Refused {
    let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
    let plan = Plan::new(&document, offset, &TurnOptions::default()).unwrap();
    let raw = said(raw, plan.kind.clone(), logprob);
    let judged = plan.judge(&raw, LEAST, &Identifiers::default());
    let entry = plan.judge_entry(&raw, "", LEAST, &Identifiers::default());
    assert_eq!(judged, entry, "an entry that is typed to its end asks for no more");
    judged.unwrap_err()
}

/// A line that the model was not let finish, of which no part can be shown.
fn endless() -> Refusal {
    let (document, offset) = cursor_in("x = $0", |text| Document::new(text, 1));
    let plan = Plan::new(&document, offset, &TurnOptions::default()).unwrap();
    let raw = RawCompletion { unfinished: true, ..said("'a text without an end", plan.kind.clone(), SURE) };
    let judged = plan.judge(&raw, LEAST, &Identifiers::default()).unwrap_err();
    assert_eq!(Err(judged.why), plan.finish(&raw.text, true));
    assert_eq!(judged.best, None, "nothing has been weighed");
    judged.why
}

fn of_an_unparsed_document() -> Refusal {
    let limits = Limits { bytes: usize::MAX, change: Budget { steps: 0, time: std::time::Duration::ZERO } };
    let text = "x = 1\n".repeat(10_000);
    let document = Document::limited(&text, 1, limits);
    assert!(document.is_pending());
    let plan = Plan::at(Kind::Line, &document, text.len());
    plan.finish("y = 1", false).unwrap_err()
}

fn of_another_entry() -> Refusal {
    let (document, offset) = cursor_in("result = ma$0", |text| Document::new(text, 1));
    let plan = Plan::new(&document, offset, &TurnOptions::default()).unwrap();
    let selected = Selected { start: offset - 2, text: "sum".to_owned() };
    plan.held(Some(&selected), Identifiers::default).unwrap_err()
}

#[test]
fn what_stands_is_fitted_or_refused() {
    for (marked, rest, expected) in [
        ("print($0)", "x)", Ok("x")),
        ("print(f'{$0}')", "x}')", Ok("x")),
        ("print($0)", ")", Err(Refusal::DoesNotFit)),
        ("x = 1\n$0", "# a comment", Err(Refusal::CommentsOnly)),
        ("x = 1$0", "  ", Err(Refusal::NothingWritten)),
    ] {
        let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
        let found = Plan::at(Kind::Line, &document, offset).refit(rest).map(|suggestion| suggestion.text);
        assert_eq!(found.as_deref().map_err(|why| *why), expected, "{marked:?} {rest:?}");
    }
}

//! What is generated ahead.

use super::*;

/// "return x", generated and shown at offset 10.
fn stands() -> Buffer {
    let mut buffer = remembered();
    assert_eq!(buffer.shown(10, "return x", Source::Generated), None);
    buffer
}

fn preparation(id: u64, at: usize, text: &str) -> Option<Preparation> {
    Some(Preparation { id, edit: insert(at, text), cursor: at + text.len() })
}

fn prepared(offset: usize, text: &str) -> Known {
    Known { source: Source::Prepared, ..generated(offset, text) }
}

fn raised(id: u64) -> Decision<&'static str> {
    Decision::Join { id, superseded: None, raised: true }
}

/// What follows "return x" being prepared with number 2.
fn ahead() -> Buffer {
    let mut buffer = stands();
    assert_eq!(buffer.suggestions.prepare_next(2), preparation(2, 10, "return x"));
    assert!(buffer.suggestions.wants(2) && buffer.suggestions.is_ahead(2));
    buffer
}

#[test]
fn what_follows_is_there_when_it_is_asked_for() {
    let mut buffer = ahead();
    assert_eq!(buffer.suggestions.prepare_next(3), None, "one at a time");
    assert_eq!(buffer.finished(2, raw(" + 1"), 3), Ended::Quiet);
    assert_eq!(buffer.suggestions.prepare_next(3), None, "one ahead");
    buffer.changed(&insert(10, "return x"));
    assert_eq!(buffer.ask(18, None, "b", 3), Decision::Answer("b", prepared(18, " + 1"), None));
    assert_eq!(buffer.ask(18, None, "b", 3), Decision::Answer("b", known(18, " + 1"), None), "counted once");
    buffer.shown(18, " + 1", Source::Prepared);
    assert_eq!(buffer.suggestions.prepare_next(4), preparation(4, 18, " + 1"));
}

#[test]
fn behind_a_whole_line_the_next_one_is_prepared() {
    for (text, offset, shown, next) in [
        ("def f():\n    ", 13, "x = 1", "x = 1\n    "),
        ("def f():\r\n\t", 11, "x = 1", "x = 1\r\n\t"),
        ("", 0, "x = 1", "x = 1\n"),
        ("if x:", 5, "\n    y()", "\n    y()\n    "),
        ("f()", 2, "x", ""),
    ] {
        let mut buffer = Buffer::new(text);
        buffer.ask(offset, None, "a", 1);
        buffer.finished(1, raw(shown), 2);
        buffer.shown(offset, shown, Source::Generated);
        assert_eq!(buffer.suggestions.prepare_next(2), preparation(2, offset, shown), "{text:?}");
        buffer.finished(2, raw(""), 3);
        let expected = preparation(3, offset, next).filter(|_| !next.is_empty());
        assert_eq!(buffer.suggestions.prepare_next(3), expected, "{text:?}");
        if next.is_empty() {
            continue;
        }
        assert_eq!(buffer.shown(offset, shown, Source::Standing), None, "it leads there, too");
        buffer.finished(3, raw("y = 2"), 4);
        assert_eq!(buffer.suggestions.prepare_next(4), None);
        buffer.changed(&insert(offset, shown));
        buffer.ask(offset + shown.len(), None, "b", 4);
        buffer.changed(&insert(offset + shown.len(), &next[shown.len()..]));
        let there = offset + next.len();
        assert_eq!(buffer.ask(there, None, "b", 4), Decision::Answer("b", prepared(there, "y = 2"), None));
    }
}

#[test]
fn behind_the_first_of_several_lines_the_rest_stands() {
    let mut buffer = remembered();
    buffer.shown(10, "x = 1\n y = 2", Source::Generated);
    assert_eq!(buffer.suggestions.prepare_next(2), preparation(2, 10, "x = 1\n y = 2"));
    buffer.changed(&insert(10, "x = 1"));
    assert_eq!(buffer.ask(15, None, "b", 3), Decision::Answer("b", standing(15, "\n y = 2"), None));
    assert!(buffer.suggestions.wants(2), "it leads to the same place");
    assert_eq!(buffer.shown(15, "\n y = 2", Source::Standing), None);
    assert!(buffer.suggestions.wants(2));
}

#[test]
fn what_is_known_is_not_prepared() {
    let mut buffer = remembered();
    buffer.shown(10, "return", Source::Generated);
    assert_eq!(buffer.suggestions.prepare_next(2), None, "\" x\" is known");
}

#[test]
fn what_is_asked_for_meanwhile_is_joined() {
    let mut buffer = ahead();
    buffer.streamed(2, " +", 3);
    assert_eq!(buffer.changed(&insert(10, "return x")), None);
    assert_eq!(buffer.ask(18, None, "b", 3), raised(2));
    assert!(!buffer.suggestions.is_ahead(2));
    assert_eq!(buffer.finished(2, raw(" + 1"), 3), Ended::Answer("b", prepared(18, " + 1")));

    // Accepted in two steps, and typed on as it turns out to be.
    let mut buffer = ahead();
    assert_eq!(buffer.changed(&insert(10, "return")), None);
    assert_eq!(buffer.changed(&insert(16, " x +")), None);
    assert_eq!(buffer.streamed(2, " + 1", 3), None);
    buffer.changed(&delete(19..20));
    buffer.changed(&insert(19, "+"));
    assert_eq!(buffer.ask(20, None, "b", 3), raised(2));
    assert_eq!(buffer.finished(2, raw(" + 1"), 3), Ended::Answer("b", prepared(20, " 1")));
}

#[test]
fn a_request_for_anything_else_drops_it() {
    let dropped = || Some(Dropped { id: 2, waiting: None });
    let mut buffer = ahead();
    assert_eq!(buffer.ask(3, None, "b", 3), Decision::Start(3, 3, dropped()));
    assert_eq!(buffer.suggestions.prepare_next(4), None);

    // Nor is it waited for to see whether it begins with what was typed.
    let mut buffer = ahead();
    buffer.changed(&insert(10, "return x\n "));
    assert_eq!(buffer.ask(20, None, "b", 3), Decision::Start(3, 20, dropped()));

    let mut buffer = ahead();
    assert_eq!(buffer.changed(&insert(10, "q")), dropped());
    let mut buffer = ahead();
    assert_eq!(buffer.changed(&insert(0, "q")), dropped());
    let mut buffer = ahead();
    assert_eq!(buffer.shown(10, "other", Source::Generated), dropped());
    assert_eq!(buffer.suggestions.prepare_next(3), preparation(3, 10, "other"));
}

#[test]
fn an_answer_that_is_known_lets_it_go_on() {
    let mut buffer = ahead();
    buffer.changed(&insert(10, "ret"));
    assert_eq!(buffer.ask(13, None, "b", 3), Decision::Answer("b", standing(13, "urn x"), None));
    assert_eq!(buffer.shown(13, "urn x", Source::Standing), None);
    assert!(buffer.suggestions.wants(2));
    assert_eq!(buffer.finished(2, raw(" + 1"), 3), Ended::Quiet);
    buffer.changed(&insert(13, "urn x"));
    assert_eq!(buffer.ask(18, None, "b", 3), Decision::Answer("b", prepared(18, " + 1"), None));
}

#[test]
fn what_was_dropped_is_tried_again_and_what_failed_is_not() {
    let mut buffer = ahead();
    assert_eq!(buffer.suggestions.failed(2), None);
    assert_eq!(buffer.shown(10, "return x", Source::Standing), None);
    assert_eq!(
        buffer.suggestions.prepare_next(3),
        preparation(3, 10, "return x\n "),
        "the next line is still to be tried"
    );
    assert_eq!(buffer.suggestions.failed(3), None);
    assert_eq!(buffer.shown(10, "return x", Source::Standing), None);
    assert_eq!(buffer.suggestions.prepare_next(4), None);

    let mut buffer = ahead();
    buffer.changed(&insert(10, "q"));
    buffer.changed(&delete(10..11));
    assert_eq!(buffer.suggestions.prepare_next(3), preparation(3, 10, "return x"));
}

#[test]
fn while_a_request_is_answered_nothing_is_prepared() {
    let mut buffer = stands();
    buffer.changed(&insert(10, "q"));
    buffer.ask(11, None, "b", 2);
    assert_eq!(buffer.suggestions.prepare_next(3), None);
    buffer.suggestions.failed(2);
    assert_eq!(buffer.suggestions.prepare_next(3), None, "\"return x\" stands no longer");
}

#[test]
fn what_is_left_is_accepted() {
    let mut buffer = stands();
    buffer.changed(&insert(10, "ret"));
    assert_eq!(buffer.suggestions.prepare_next(2), preparation(2, 13, "urn x"));
    let mut buffer = stands();
    buffer.changed(&insert(10, "return x"));
    assert_eq!(buffer.suggestions.prepare_next(2), preparation(2, 18, ""));
    assert_eq!(buffer.ask(18, None, "b", 3), raised(2));
}

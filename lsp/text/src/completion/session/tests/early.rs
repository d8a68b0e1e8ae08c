//! Lines that are shown while the rest is generated.

use super::*;

/// A block being generated at offset 10 with number 1, for which "a" waits.
fn block(held: &str) -> Buffer {
    let mut buffer = in_flight();
    buffer.suggestions.holds(1, Kind::Block { indent: 1 }, held.to_owned(), Origin::default(), None);
    buffer
}

fn early(offset: usize, text: &str, scores: &[(usize, f32)]) -> Known {
    let tokens = scores.iter().map(|&(solid, logprob)| TokenScore { solid, logprob }).collect();
    let part = RawCompletion { text: text.to_owned(), kind: Kind::Block { indent: 1 }, tokens, unfinished: true };
    Known { offset, entry: None, answer: Answer::Generated(part), source: Source::Early }
}

#[test]
fn a_line_is_shown_when_it_has_been_waited_for_long_enough() {
    let mut buffer = block("");
    assert_eq!(buffer.streamed(1, "x = 1", 2), None);
    assert_eq!(buffer.streamed(1, "\n y", 2), None, "there is time");
    let part = early(10, "x = 1\n", &[(3, -0.5), (4, -0.5)]);
    assert_eq!(buffer.suggestions.patience_over(1), Some(Ended::Answer("a", part)));
    assert!(buffer.suggestions.wants(1), "it goes on");
    assert_eq!(buffer.suggestions.patience_over(1), None);
    assert_eq!(buffer.streamed(1, " = 2\n", 2), None, "nobody waits");
    assert_eq!(buffer.finished(1, raw("x = 1\n y = 2\n"), 2), Ended::Quiet);
}

#[test]
fn a_line_is_shown_as_soon_as_it_is_known() {
    /// What is held, the pieces, what is shown of them, and after how many.
    type Row = (&'static str, &'static [&'static str], Option<(usize, &'static str)>);
    let table: &[Row] = &[
        ("", &["x", " = 1", "\n", " y"], Some((3, "x = 1\n"))),
        ("", &["x = 1\n y = 2\n z"], Some((1, "x = 1\n y = 2\n"))),
        (" ", &[" ", "x\n"], Some((2, "x\n"))),
        // Blank lines, comments and what is open are no lines to show.
        ("", &["\n", "\n", "x\n"], Some((3, "\n\nx\n"))),
        ("", &["# so\n", "x\n"], Some((2, "# so\nx\n"))),
        ("", &["f(\n", "  1)\n"], Some((2, "f(\n  1)\n"))),
        ("", &["if y:\n", "  z\n"], Some((2, "if y:\n  z\n"))),
        ("", &["x\nif y:\n"], Some((1, "x\n"))),
        ("", &["s = '''\nx\n", "y"], None),
        ("", &["x = 1", " + 2"], None),
        ("  ", &[" "], None),
    ];
    for (held, pieces, expected) in table {
        let mut buffer = block(held);
        assert_eq!(buffer.suggestions.patience_over(1), None);
        let mut shown = None;
        for (index, piece) in pieces.iter().enumerate() {
            match buffer.streamed(1, piece, 2) {
                None => {}
                Some(Ended::Answer("a", Known { answer: Answer::Generated(part), source: Source::Early, .. })) => {
                    assert!(shown.replace((index + 1, part.text)).is_none(), "{pieces:?}");
                }
                Some(other) => panic!("{pieces:?}: {other:?}"),
            }
        }
        assert_eq!(shown, expected.map(|(index, text)| (index, text.to_owned())), "{pieces:?}");
    }
}

#[test]
fn the_rest_of_a_line_is_its_end() {
    let mut buffer = block("");
    buffer.streamed(1, "x =", 2);
    buffer.streamed(1, " 1\n", 2);
    buffer.changed(&insert(10, "x ="));
    assert_eq!(buffer.suggestions.patience_over(1), None, "nobody has asked for this text");
    assert_eq!(buffer.ask(13, None, "b", 2), join(1, "a"));
    assert_eq!(buffer.suggestions.patience_over(1), Some(Ended::Answer("b", early(13, " 1\n", &[(1, -0.5)]))));
}

#[test]
fn a_line_that_is_typed_is_not_shown() {
    let mut buffer = block("");
    buffer.changed(&insert(10, "x = 1"));
    buffer.ask(15, None, "b", 2);
    buffer.suggestions.patience_over(1);
    assert_eq!(buffer.streamed(1, "x = 1\n", 2), None);
    let Some(Ended::Answer("b", known)) = buffer.streamed(1, " y = 2\n", 2) else { panic!() };
    assert_eq!(known, early(15, "\n y = 2\n", &[(3, -0.5)]));
}

#[test]
fn what_was_typed_is_no_part_of_another_line() {
    let mut buffer = block("");
    // The bracket may be the editor's, but the user is behind it.
    buffer.changed(&insert(10, "x)"));
    buffer.ask(12, None, "b", 2);
    buffer.suggestions.patience_over(1);
    assert_eq!(buffer.streamed(1, "x = 1\n", 2), None);
}

#[test]
fn a_line_by_itself_is_waited_for() {
    let mut buffer = in_flight();
    buffer.holds(1, "");
    buffer.suggestions.patience_over(1);
    assert_eq!(buffer.streamed(1, "f(x)\n", 2), None);
    assert_eq!(buffer.finished(1, raw("f(x)"), 2), Ended::Answer("a", generated(10, "f(x)")));
}

/// What is answered and shown of "x = 1\n y = 2" first, while the rest is still being generated.
fn begun() -> Buffer {
    let mut buffer = block("");
    buffer.suggestions.patience_over(1);
    assert!(buffer.streamed(1, "x = 1\n", 2).is_some());
    assert_eq!(buffer.shown(10, "x = 1", Source::Early), None);
    buffer
}

#[test]
fn what_was_shown_stays_while_the_rest_is_made() {
    let mut buffer = begun();
    assert_eq!(buffer.ask(10, None, "b", 2), Decision::Answer("b", standing(10, "x = 1"), None));
    buffer.changed(&insert(10, "x"));
    assert_eq!(buffer.ask(11, None, "b", 2), Decision::Answer("b", standing(11, " = 1"), None));
    buffer.changed(&insert(11, " = 1"));
    let next = Decision::Join { id: 1, superseded: None, raised: false };
    assert_eq!(buffer.ask(15, None, "c", 2), next, "the rest is waited for");
    assert_eq!(buffer.streamed(1, " y", 2), None);
    assert_eq!(buffer.finished(1, raw("x = 1\n y = 2"), 2), Ended::Answer("c", generated(15, "\n y = 2")));
}

#[test]
fn the_next_request_may_show_the_rest() {
    let stands = |text: &str| Stands { text: text.to_owned(), confidence: Some(0.5) };
    let mut buffer = begun();
    buffer.finished(1, raw("x = 1\n y = 2"), 2);
    let longer = Answer::Longer(raw("x = 1\n y = 2"), stands("x = 1"));
    let answer = Known { offset: 10, entry: None, answer: longer, source: Source::Memory };
    assert_eq!(buffer.ask(10, None, "b", 2), Decision::Answer("b", answer, None));
    // Once the whole has been looked at, what was shown of it stands.
    buffer.shown(10, "x = 1\n y", Source::Memory);
    assert_eq!(buffer.ask(10, None, "b", 2), Decision::Answer("b", standing(10, "x = 1\n y"), None));

    let mut buffer = begun();
    buffer.changed(&insert(10, "x "));
    buffer.finished(1, raw("x = 1\n y = 2"), 2);
    let answer = Answer::Longer(raw("= 1\n y = 2"), stands("= 1"));
    let answer = Known { offset: 12, entry: None, answer, source: Source::Memory };
    assert_eq!(buffer.ask(12, None, "b", 2), Decision::Answer("b", answer, None));

    // What ended otherwise than it began does not replace what was shown.
    for other in ["x = 1", "x = 2\n y = 3"] {
        let mut buffer = begun();
        buffer.finished(1, raw(other), 2);
        assert_eq!(buffer.ask(10, None, "b", 2), Decision::Answer("b", standing(10, "x = 1"), None), "{other:?}");
    }
}

#[test]
fn another_place_drops_what_goes_on() {
    let mut buffer = begun();
    assert_eq!(buffer.ask(3, None, "b", 2), Decision::Start(2, 3, Some(Dropped { id: 1, waiting: None })));
    let mut buffer = begun();
    assert_eq!(buffer.changed(&insert(10, "q")), Some(Dropped { id: 1, waiting: None }));
}

#[test]
fn one_who_has_waited_is_still_impatient_after_a_restart() {
    let mut buffer = block("");
    buffer.changed(&insert(10, "q"));
    buffer.ask(11, None, "b", 2);
    buffer.suggestions.patience_over(1);
    assert_eq!(buffer.streamed(1, "x", 2), Some(Ended::Restart(2, 11)));
    buffer.suggestions.holds(2, Kind::Block { indent: 1 }, String::new(), Origin::default(), None);
    assert!(matches!(buffer.streamed(2, "x\n", 3), Some(Ended::Answer("b", _))));
}

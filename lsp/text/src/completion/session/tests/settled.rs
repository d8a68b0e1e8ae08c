//! Answers that are known before the generation has ended, because no more of it can be shown.

use super::*;
use crate::completion::confidence::{Ceiling, Place};

const LEAST: f32 = 0.25;

fn line(held: &str) -> Buffer {
    let mut buffer = in_flight();
    let ceiling = Ceiling { place: Place::Space, typed: 0, above: 10 };
    buffer.suggestions.holds(1, Kind::Line, held.to_owned(), Origin::default(), Some((ceiling, LEAST)));
    buffer
}

fn answered(ended: Option<Ended<&'static str>>) -> Option<(String, bool)> {
    match ended {
        None => None,
        Some(Ended::Answer("a" | "b", Known { answer: Answer::Generated(raw), source: Source::Generated, .. })) => {
            Some((raw.text, raw.unfinished))
        }
        Some(other) => panic!("{other:?}"),
    }
}

#[test]
fn the_answer_is_there_when_the_model_has_become_too_unsure() {
    /// What is held, the tokens, and after how many of them the answer is known.
    type Row = (&'static str, &'static [(&'static str, f32)], Option<usize>);
    let table: &[Row] = &[
        ("", &[("x", -4.0)], Some(1)),
        ("", &[("x", -0.1), (".y", -0.1), ("(z)", -4.0)], Some(3)),
        ("", &[("x", -0.1), (".y", -0.1), ("(z)", -0.2)], None),
        // An improbable line end does not make the line improbable.
        ("", &[("x", -0.1), ("\n", -4.0)], None),
        ("", &[("x", -0.1), ("\n", -4.0), ("y", -0.1)], Some(3)),
        // What is held does not count, however improbable it is.
        (" ", &[(" ", -6.0), ("x", -0.1)], None),
        (" n", &[(" n", -6.0), ("x", -4.0)], Some(2)),
    ];
    for (held, tokens, expected) in table {
        let mut buffer = line(held);
        let mut known = None;
        let mut said = String::new();
        for (count, (text, logprob)) in (1..).zip(*tokens) {
            said.push_str(text);
            if let Some((text, unfinished)) = answered(buffer.suggestions.streamed(1, text, *logprob, 2)) {
                assert!(known.replace(count).is_none() && unfinished, "{tokens:?}");
                assert_eq!(format!("{held}{text}"), said);
            }
        }
        assert_eq!(known, *expected, "{tokens:?}");
        assert!(buffer.suggestions.wants(1), "it goes on");
    }
}

#[test]
fn the_rest_is_remembered_for_those_who_type_it() {
    let mut buffer = line("");
    assert!(answered(buffer.suggestions.streamed(1, "total", -4.0, 2)).is_some());
    // Whoever asks again is answered with the next token.
    assert_eq!(buffer.ask(10, None, "b", 2), Decision::Join { id: 1, superseded: None, raised: false });
    assert!(answered(buffer.suggestions.streamed(1, " + ", -0.1, 2)).is_some());
    assert_eq!(buffer.finished(1, raw("total + 1"), 2), Ended::Quiet);
    assert_eq!(buffer.changed(&insert(10, "total")), None);
    assert_eq!(buffer.ask(15, None, "c", 2), Decision::Answer("c", known(15, " + 1"), None));
}

#[test]
fn behind_what_was_typed_and_for_an_entry_the_end_is_waited_for() {
    let mut buffer = line("");
    assert_eq!(buffer.changed(&insert(10, "t")), None);
    assert!(matches!(buffer.ask(11, None, "b", 2), Decision::Join { id: 1, .. }));
    assert_eq!(buffer.suggestions.streamed(1, "total", -4.0, 2), None);
    let mut buffer = line("");
    let entry = Entry { selected: Selected { start: 10, text: "total".to_owned() }, rest: "total".to_owned() };
    assert!(matches!(buffer.ask(10, Some(entry), "b", 2), Decision::Start(2, 10, _)));
    let ceiling = Ceiling { place: Place::Space, typed: 0, above: 10 };
    buffer.suggestions.holds(2, Kind::Line, String::new(), Origin::default(), Some((ceiling, LEAST)));
    assert_eq!(buffer.suggestions.streamed(2, "total", -4.0, 3), None);
}

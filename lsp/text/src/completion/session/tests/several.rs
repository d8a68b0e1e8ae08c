//! Requests for several suggestions.

use super::*;

fn start(id: u64, count: usize, greedy: bool) -> Invoked<&'static str> {
    Invoked::Start { id, count, greedy, dropped: None }
}

/// Four suggestions being generated at offset 10 with number 1, for which "a" waits.
fn invoked() -> Buffer {
    let mut buffer = Buffer::new(TEXT);
    assert_eq!(buffer.invoke(10, 4, "a", 1), start(1, 4, true));
    buffer
}

impl Buffer {
    fn invoke(&mut self, offset: usize, most: usize, waiting: &'static str, id: u64) -> Invoked<&'static str> {
        self.suggestions.invoke(self.here(offset), None, most, waiting, id)
    }
}

#[track_caller]
fn texts(chosen: Option<Chosen<&'static str>>) -> Vec<String> {
    let chosen = chosen.unwrap();
    assert_eq!((chosen.waiting, chosen.offset), ("a", 10));
    chosen.raws.into_iter().map(|raw| raw.text).collect()
}

#[test]
fn the_last_one_answers() {
    let mut buffer = invoked();
    buffer.holds(1, " ");
    let chosen = |buffer: &mut Buffer, index, text: Option<&str>| buffer.suggestions.chosen(1, index, text.map(raw));
    assert_eq!(chosen(&mut buffer, 2, Some(" b")), None);
    assert_eq!(chosen(&mut buffer, 0, Some(" a")), None);
    assert_eq!(chosen(&mut buffer, 0, Some(" twice")), None);
    assert_eq!(chosen(&mut buffer, 9, Some(" none")), None);
    assert_eq!(buffer.suggestions.chosen(7, 1, Some(raw("other"))), None);
    assert_eq!(chosen(&mut buffer, 1, Some(" b ")), None);
    assert_eq!(texts(chosen(&mut buffer, 3, None)), ["a", "b "]);
    assert_eq!(chosen(&mut buffer, 3, None), None);
    assert_eq!(
        buffer.ask(10, None, "b", 2),
        Decision::Answer("b", known(10, "a"), None),
        "the likeliest is remembered"
    );
}

#[test]
fn a_failure_answers_with_what_is_there() {
    let mut buffer = invoked();
    buffer.suggestions.chosen(1, 1, Some(raw("b")));
    assert_eq!(buffer.suggestions.choice_failed(7), None);
    assert_eq!(texts(buffer.suggestions.choice_failed(1)), ["b"]);
    assert!(!buffer.suggestions.wants(1));
}

#[test]
fn what_is_known_comes_first() {
    let mut buffer = remembered();
    assert_eq!(buffer.invoke(10, 3, "a", 2), start(2, 2, false));
    buffer.suggestions.chosen(2, 0, Some(raw("return x")));
    let chosen = buffer.suggestions.chosen(2, 1, Some(raw("pass")));
    assert_eq!(chosen.as_ref().unwrap().known, Some(known(10, "return x")));
    assert_eq!(texts(chosen), ["pass"]);
    assert_eq!(buffer.ask(10, None, "b", 3), Decision::Answer("b", known(10, "return x"), None));

    let only = Chosen { waiting: "a", offset: 10, entry: None, known: Some(known(10, "return x")), raws: Vec::new() };
    assert_eq!(buffer.invoke(10, 1, "a", 4), Invoked::Answer(Box::new(only), None));
}

#[test]
fn whatever_comes_later_ends_it() {
    let dropped = || Some(Dropped { id: 1, waiting: Some("a") });
    assert_eq!(invoked().changed(&insert(10, "r")), dropped());
    assert_eq!(invoked().suggestions.cancelled(|who| *who == "a"), dropped());
    assert_eq!(invoked().suggestions.cancelled(|who| *who == "b"), None);
    assert_eq!(invoked().suggestions.clear(), dropped());
    assert_eq!(invoked().ask(10, None, "b", 2), Decision::Start(2, 10, dropped()));
    let again = |count| Invoked::Start { id: 2, count, greedy: true, dropped: dropped() };
    assert_eq!(invoked().invoke(10, 4, "b", 2), again(4));

    let mut buffer = in_flight();
    assert_eq!(buffer.invoke(10, 2, "b", 2), again(2));
    assert_eq!(buffer.suggestions.prepare_next(3), None);
}

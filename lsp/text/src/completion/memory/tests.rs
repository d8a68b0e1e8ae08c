use ropey::Rope;

use super::*;
use crate::completion::Kind;
use crate::testing;

fn here(text: &str) -> Here {
    let (rope, offset) = testing::cursor_in(text, Rope::from_str);
    Here::at(&rope, offset)
}

fn raw(text: &str) -> RawCompletion {
    RawCompletion { text: text.to_owned(), kind: Kind::Line, tokens: Vec::new(), unfinished: false }
}

/// A memory with generations at texts with a `$0`.
fn memory(generations: &[(&str, &str)]) -> Memory {
    let mut memory = Memory::default();
    for (text, generated) in generations {
        memory.generated(&here(text), Origin::default(), raw(generated), false);
    }
    memory
}

fn found(memory: &Memory, text: &str) -> Option<String> {
    memory.peek(&here(text)).map(|raw| raw.text)
}

#[test]
fn a_generation_is_found_behind_what_was_typed_of_it() {
    let made: &[(&str, &str)] = &[("x = $0", "foo(a)"), ("y = $0\nz", "bar")];
    for (text, expected) in [
        ("x = $0", Some("foo(a)")),
        ("x = f$0", Some("oo(a)")),
        ("x = foo(a$0)", Some(")")),
        ("x = foo(a)$0", None),
        ("x = g$0", None),
        ("x =$0 ", None),
        ("y = $0", None),
        ("y = ba$0\nz", Some("r")),
    ] {
        assert_eq!(found(&memory(made), text).as_deref(), expected, "{text:?}");
    }
}

#[test]
fn the_nearest_counts_and_there_the_latest() {
    let made = memory(&[("x = $0", "foo(a)"), ("x = f$0", "oo(b)"), ("x = f$0", "oo(c)")]);
    assert_eq!(found(&made, "x = fo$0").as_deref(), Some("o(c)"));
    assert_eq!(found(&made, "x = foo(b$0").as_deref(), Some(")"));
    assert_eq!(found(&made, "x = foo(a$0").as_deref(), Some(")"));
}

#[test]
fn an_empty_one_is_found_where_it_was_asked_for() {
    let made = memory(&[("x = $0", ""), ("y = $0", "z ")]);
    assert_eq!(found(&made, "x = $0").as_deref(), Some(""));
    assert_eq!(found(&made, "x = 1$0"), None);
    assert_eq!(found(&made, "y = z$0"), None, "all of it has been typed");
}

#[test]
fn a_preparation_is_counted_once() {
    let (mut memory, place) = (Memory::default(), here("x = $0"));
    memory.generated(&place, Origin::default(), raw("foo"), true);
    assert!(memory.peek(&place).is_some());
    assert!(memory.take(&place, |rest| rest == "bar").is_none());
    assert!(memory.take(&place, |_| true).unwrap().prepared);
    assert!(!memory.take(&place, |_| true).unwrap().prepared);
}

fn stands(text: &str) -> Stands {
    Stands { text: text.to_owned(), confidence: None }
}

#[test]
fn a_suggestion_that_is_typed_through_takes_one_place() {
    let mut memory = Memory::default();
    memory.shown(&here("x = $0"), stands("foo(a)"), false);
    for (text, rest) in [("x = f$0", "oo(a)"), ("x = fo$0", "o(a)"), ("x = foo(a$0)", ")")] {
        memory.shown(&here(text), stands(rest), false);
    }
    assert_eq!(memory.places.len(), 1);
    // What is shown later in its place replaces it.
    memory.shown(&here("x = $0"), stands("bar"), false);
    assert_eq!(memory.again(&here("x = b$0"), |_| true).unwrap().rest, stands("ar"));
    assert_eq!(memory.again(&here("x = f$0"), |_| true), None);
    assert_eq!(memory.again(&here("x = bar$0"), |_| true), None);
}

#[test]
fn a_long_one_is_found_to_its_end() {
    let long: String = (0..REACH).map(|number| format!("{number:05}")).collect();
    let mut memory = Memory::default();
    for typed in (0..long.len()).step_by(REACH / 4) {
        let here = here(&format!("{}$0", &long[..typed]));
        let rest = memory.again(&here, |_| true).map_or(stands(&long), |again| again.rest);
        assert_eq!(rest.text.len(), long.len() - typed);
        memory.shown(&here, rest, false);
    }
}

#[test]
fn what_is_not_used_for_longest_goes() {
    let text = |index: usize| format!("{}x{index} = $0", "é".repeat(TAIL));
    let mut memory = Memory::default();
    for index in 0..1_000 {
        memory.generated(&here(&text(index)), Origin::default(), raw(&"y".repeat(1_500)), false);
        assert!(memory.peek(&here(&text(index.saturating_sub(63)))).is_some(), "64 are remembered");
        assert!(memory.take(&here(&text(0)), |_| true).is_some(), "it is used");
        assert!(memory.places.len() <= PLACES.get() && memory.bytes <= BYTES);
    }
    assert_eq!(memory.bytes, memory.places.iter().map(|(_, place)| place.bytes()).sum::<usize>());
    assert!(memory.peek(&here(&text(1))).is_none());
}

#[test]
fn one_that_is_too_large_is_none() {
    let mut memory = memory(&[("x = $0", "foo")]);
    memory.generated(&here("y = $0"), Origin::default(), raw(&"y".repeat(2 * BYTES)), false);
    assert_eq!((memory.bytes, memory.places.len()), (0, 0));
}

#[test]
fn texts_of_one_hash_are_told_apart() {
    let (mut memory, place) = (memory(&[("x = $0", "foo")]), here("y = $0"));
    let key = Sums::of(place.before()).key(place.before().len());
    let (_, other) = memory.places.pop_lru().unwrap();
    memory.places.put(key, other);
    assert!(memory.peek(&place).is_none());
    memory.generated(&place, Origin::default(), raw("bar"), false);
    assert_eq!(memory.peek(&place).unwrap().text, "bar");
}

//! Which candidate is written, and what the client is shown.

use super::Event::{Change, Done, Failed, Known, Landed, Moved, Prepared, Selected, Token};
use super::*;

#[test]
fn somebodys_own_code_is_refused_or_replaced_on_demand() {
    let refusal = |outcome: &str| outcome.starts_with("end refused");
    assert!(refusal(&below("mine()", Purpose::Synthesize).settle()));
    assert!(refusal(&below("mine()", Purpose::Accept(Which::Next)).settle()));
    let several = World::new(
        "# one\nmine()\n\n# two\nyours()\n",
        &["one", "two"],
        Purpose::Regenerate { seed: None, following: true },
        false,
    )
    .settle();
    assert!(several.starts_with("end refused, \"one\": "), "{several}");
    let replace = || below("mine()\nmine()", Purpose::Replace { lines: Some(2), which: None });
    check(
        replace,
        vec![
            (
                "replaced",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                    (Landed, "leave, end done, 2 lines were replaced by generated code"),
                ],
            ),
            (
                "the same again",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "mine()\nmine()"), "select"),
                    (Selected(&[(0, "mine()\nmine()")]), "leave, end done, the model wrote the same code again"),
                ],
            ),
        ],
    );
    let mut world = one();
    world.can_apply = false;
    for event in [Moved, Prepared, Done(0, "a = 1"), Selected(&[(0, "a = 1")])] {
        world.take(event);
        if let Some(outcome) = Some(world.settle()).filter(|done| done.starts_with("end")) {
            assert_eq!(outcome, "end not applied, this editor cannot apply edits (workspace/applyEdit)");
            assert_eq!(world.operation.answer(Outcome::NotApplied)["turns"][0]["text"], "a = 1");
            return;
        }
    }
    unreachable!("it ends");
}

/// Alternatives: the number and the text of each, best first.
type Each = &'static [(usize, &'static str)];

/// A world whose first turn has a generated text, one of three alternatives.
fn with_alternatives(purpose: Purpose, each: &[(usize, &str)]) -> World {
    let mut world = below("a = 1", purpose);
    let turns = world.turns.get(&Document::new("# one\na = 1\n\n# two\n", 1), &world.records, &TurnOptions::default());
    let Some(text) = turns.iter().next().map(|found| found.text.clone()) else { unreachable!("it has turns") };
    world.records.generated(Provenance { turn: text.clone(), made: made("m"), raised: None });
    let each: Vec<Alternative> = each.iter().map(|(index, text)| alternative(*index, text)).collect();
    if !each.is_empty() {
        world.records.sampled(&text, each);
    }
    world
}

#[test]
fn alternatives_are_chosen_from_without_the_model() {
    let three: Each = &[(2, "a = 3"), (0, "a = 1"), (1, "a = 2")];
    let table: [(&str, Which, Each, &str); 8] = [
        ("the next", Which::Next, three, "begin one, write a = 2"),
        ("the one before", Which::Previous, three, "begin one, write a = 3"),
        ("by its number", Which::Index(1), three, "begin one, write a = 2"),
        ("the present one", Which::Index(0), three, "begin one, end nothing, this is the present code"),
        (
            "none of them",
            Which::Index(9),
            three,
            "begin one, end nothing, there is no such alternative; there are 0, 1, 2",
        ),
        ("the only one", Which::Next, &[(0, "a = 1")], "begin one, end nothing, there is no other alternative"),
        (
            "the only one by its number",
            Which::Index(0),
            &[(0, "a = 1")],
            "begin one, end nothing, this is the present code",
        ),
        ("some are sampled first", Which::Next, &[], "begin one, prepare"),
    ];
    for (name, which, each, expected) in table {
        let mut world = with_alternatives(Purpose::Accept(which), each);
        world.model = if each.is_empty() { Ready(1) } else { Unloadable("it takes none") };
        assert_eq!(world.settle(), expected, "{name}");
    }
    let mut world = with_alternatives(Purpose::Accept(Which::Next), &[]);
    world.settle();
    world.take(Prepared);
    assert_eq!(world.settle(), "submit 4");
    (0..4).for_each(|candidate| world.take(Done(candidate, "x")));
    assert_eq!(world.settle(), "select");
    world.take(Selected(&[(3, "a = 4"), (0, "a = 1")]));
    assert_eq!(world.settle(), "write a = 4");
}

#[test]
fn candidates_are_answered_and_nothing_is_written() {
    let candidates = || {
        let mut world = below("a = 1", Purpose::Candidates { count: 2, seed: Some(5) });
        world.configured = 2;
        world
    };
    check(
        candidates,
        vec![
            (
                "all end",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 2"),
                    (Done(1, "a = 2"), ""),
                    (Token(0, "a"), ""),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(1, "a = 2"), (0, "a = 1")]), "leave, end done"),
                ],
            ),
            (
                "one fails",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 2"),
                    (Failed(0, "x"), ""),
                    (Done(1, "a = 2"), "select"),
                    (Selected(&[(1, "a = 2")]), "leave, end done, the engine's worker has stopped: x"),
                ],
            ),
            (
                "typing in the turn",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 2"),
                    (
                        Change(&[("one", "won")]),
                        "end dropped, the turn was edited while it was synthesized; the result is dropped",
                    ),
                ],
            ),
            ("typing elsewhere", vec![(Moved, BEGUN), (Prepared, "submit 2"), (Change(&[("two", "three")]), "")]),
        ],
    );
    let mut world = candidates();
    for event in [Moved, Prepared, Done(0, ""), Done(1, ""), Selected(&[(1, "a = 2"), (0, "a = 1")])] {
        world.take(event);
        world.settle();
    }
    let answer = world.operation.answer(Outcome::Done);
    let current: Vec<&Value> =
        answer["candidates"].as_array().into_iter().flatten().map(|one| &one["current"]).collect();
    assert_eq!((current, &answer["replaces"]), (vec![&Value::Bool(false), &Value::Bool(true)], &Value::from(1)));
    assert_eq!(world.draw, Some((2, Some(5), false)));
}

#[test]
fn another_text_is_drawn_where_the_most_likely_one_is_there() {
    let regenerate = |seed| with_alternatives(Purpose::Regenerate { seed, following: false }, &[]);
    let draw = |mut world: World| {
        world.settle();
        world.take(Prepared);
        world.settle();
        world.draw
    };
    assert_eq!(draw(regenerate(None)), Some((1, None, true)));
    assert_eq!(draw(regenerate(Some(3))), Some((1, Some(3), true)));
    assert_eq!(draw(one()), Some((1, None, false)));
    let mut empty = World::new(TEXT, &["one"], Purpose::Regenerate { seed: None, following: false }, false);
    empty.configured = 3;
    assert_eq!(draw(empty), Some((3, None, false)));
    // Of several, the best that differs from the present one is written.
    let mut world = regenerate(None);
    for event in [Moved, Prepared, Done(0, "")] {
        world.take(event);
        world.settle();
    }
    world.take(Selected(&[(0, "a = 1"), (1, "a = 2")]));
    assert_eq!(world.settle(), "write a = 2");
}

#[test]
fn what_the_client_is_shown_of_what_is_produced() {
    let token = |text: &str| Produced::Token { id: 1, text: text.to_owned(), logprob: 0.0 };
    for (progress, unfinished) in [(true, Shown::Progress), (false, Shown::Nothing)] {
        let mut world = World::new(TEXT, &["one"], Purpose::Synthesize, true);
        for event in [Known(progress), Prepared] {
            world.take(event);
            world.settle();
        }
        let step = world.number();
        assert_eq!(world.operation.produced(step, 0, token("a")), Shown::Text);
        assert_eq!(world.operation.produced(step, 0, token("")), unfinished);
        assert_eq!(world.operation.produced(step, 1, token("a")), Shown::Nothing);
        assert_eq!(world.operation.produced(step + 1, 0, token("a")), Shown::Nothing);
        let done = Produced::Done(completion("a = 1\n\n"));
        assert_eq!(world.operation.produced(step, 0, done), Shown::Whole("a = 1".to_owned()));
        assert_eq!(world.operation.tokens(), 2);
    }
}

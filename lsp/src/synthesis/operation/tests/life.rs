//! The course of a command from its first turn to its end.

use super::Event::{
    Arrived, Arriving, Change, Done, End, Failed, GivenUp, Known, Landed, Model, Moved, NotApplied, Prepared,
    PreparedLate, Selected, Stale, Stopped, Token, Unparsed, Unprepared, Unselected,
};
use super::*;

#[test]
fn a_turn_is_prepared_generated_judged_and_written() {
    const GONE: &str = "end dropped, the prompt is gone, so there is nothing to write";
    const EDITED: &str = "end dropped, the turn was edited while it was synthesized; the result is dropped";
    check(
        one,
        vec![
            (
                "all goes well",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Token(0, "a = 1"), ""),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                    (Change(&[("# one\n", "# one\na = 1\n")]), ""),
                    (Landed, "leave, end done"),
                ],
            ),
            (
                "typing elsewhere",
                vec![
                    (Change(&[("two", "three")]), BEGUN),
                    (Change(&[("# one", "import os\n\n# one")]), ""),
                    (Prepared, "submit 1"),
                    (Change(&[("three", "two")]), ""),
                    (Done(0, "a = 1"), "select"),
                    (Change(&[("import os", "import re")]), ""),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                ],
            ),
            ("typing in the turn while it is prepared", vec![(Moved, BEGUN), (Change(&[("one", "won")]), EDITED)]),
            (
                "typing in the turn while it is generated",
                vec![(Moved, BEGUN), (Prepared, "submit 1"), (Change(&[("\n\n", "\nx\n\n")]), EDITED)],
            ),
            (
                "typing in the turn while it is selected",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "select"),
                    (Change(&[("one", "won")]), EDITED),
                ],
            ),
            (
                "typing in the turn while its text is on the way",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                    (Change(&[("one", "won")]), ""),
                    (Stale, EDITED),
                ],
            ),
            (
                "undone typing",
                vec![
                    (Moved, BEGUN),
                    (Change(&[("two", "")]), ""),
                    (Change(&[("\n# ", "\n# two")]), ""),
                    (Prepared, "submit 1"),
                ],
            ),
            ("the prompt goes before its time", vec![(Model(Loading), ""), (Change(&[("# one\n", "")]), GONE)]),
            ("the prompt becomes another's code", vec![(Model(Loading), ""), (Change(&[("# one", "x = 1")]), GONE)]),
            (
                "preparing fails",
                vec![(Moved, BEGUN), (Unprepared, "end failed, preparing the turn failed for a reason in the log")],
            ),
            ("what was prepared for another turn", vec![(Moved, BEGUN), (PreparedLate, ""), (Prepared, "submit 1")]),
            (
                "judging fails",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "select"),
                    (Unselected, "end failed, judging the code failed for a reason in the log"),
                ],
            ),
            (
                "the model fails",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Failed(0, "it is gone"), "end failed, the engine's worker has stopped: it is gone"),
                ],
            ),
            ("the engine ends it", vec![(Moved, BEGUN), (Prepared, "submit 1"), (Stopped(0), "end cancelled")]),
            (
                "the model has nothing to say",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, ""), "select"),
                    (Selected(&[]), "leave, end nothing, the model wrote no code for this prompt"),
                ],
            ),
            (
                "the client does not apply it",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                    (NotApplied, "end not applied, not applied"),
                ],
            ),
        ],
    );
}

#[test]
fn it_waits_for_the_client_the_syntax_the_model_and_edits_on_their_way() {
    let waiting = || World::new(TEXT, &["one"], Purpose::Synthesize, true);
    check(
        waiting,
        vec![
            ("a token that the client takes", vec![(Moved, ""), (Known(true), "announce, begin one, prepare")]),
            ("a token that it does not take", vec![(Moved, ""), (Known(false), BEGUN)]),
            ("a token that it takes twice", vec![(Known(true), "announce, begin one, prepare"), (Known(true), "")]),
            (
                "a turn that is gone before the client answers",
                vec![
                    (Change(&[("# one\n", "")]), ""),
                    (Known(true), "announce, end dropped, the prompt is gone, so there is nothing to write"),
                ],
            ),
        ],
    );
    check(
        one,
        vec![
            ("syntax", vec![(Unparsed, "parse"), (Moved, "parse"), (Event::Parsed, BEGUN)]),
            (
                "syntax that will not come",
                vec![
                    (Unparsed, "parse"),
                    (
                        GivenUp,
                        "end failed, this document is not parsed, since its syntax errors take too long to make out, so nothing can be \
                 synthesized in it",
                    ),
                ],
            ),
            ("a model that is loaded", vec![(Model(Loading), ""), (Moved, ""), (Model(Ready(1)), BEGUN)]),
            (
                "a model that is out of memory",
                vec![(Model(Unloaded), "load"), (Model(Loading), ""), (Model(Ready(2)), BEGUN), (Model(Unloaded), "")],
            ),
            (
                "a model that cannot be loaded",
                vec![
                    (Model(Loading), ""),
                    (Model(Unloadable("no such model")), "end failed, no model to synthesize with: no such model"),
                ],
            ),
            (
                "another model while it is prepared",
                vec![(Moved, BEGUN), (Model(Loading), ""), (Prepared, ""), (Model(Ready(2)), BEGUN)],
            ),
            ("another model at once", vec![(Moved, BEGUN), (Model(Ready(2)), ""), (Prepared, BEGUN)]),
            (
                "another model while it is generated",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Model(Loading), ""),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                    (Landed, "leave, end done"),
                ],
            ),
            ("what an earlier command wrote", vec![(Arriving("# one"), ""), (Moved, ""), (Arrived, BEGUN)]),
            ("what an earlier command wrote elsewhere", vec![(Arriving("# two"), BEGUN)]),
        ],
    );
}

/// The events up to a moment.
type Events = fn() -> Vec<Event>;

#[test]
fn it_ends_at_every_moment_in_every_way() {
    let ways = [Outcome::Cancelled, Outcome::Superseded, Outcome::Closed];
    let moments: [(&str, Events); 7] = [
        ("while the token is not known", Vec::new),
        ("while the syntax is not known", || vec![Known(true), Unparsed]),
        ("while the model is loaded", || vec![Model(Loading), Known(true)]),
        ("while it is prepared", || vec![Known(true)]),
        ("while it is generated", || vec![Known(true), Prepared, Token(0, "a")]),
        ("while it is selected", || vec![Known(true), Prepared, Done(0, "a = 1")]),
        ("while its text is on the way", || vec![Known(true), Prepared, Done(0, "a = 1"), Selected(&[(0, "a = 1")])]),
    ];
    for (moment, events) in moments {
        for way in ways {
            let mut world = World::new(TEXT, &["one", "two"], Purpose::All, true);
            for event in events() {
                world.take(event);
                world.settle();
            }
            world.take(End(way));
            assert_eq!(world.settle(), format!("end {}", way.name()), "{moment}");
            // No later event changes the outcome.
            world.take(Prepared);
            world.take(End(Outcome::Cancelled));
            assert_eq!(world.settle(), format!("end {}", way.name()), "{moment}");
            assert_eq!(world.operation.answer(way)["turns"], Value::Array(Vec::new()));
        }
    }
    // A command that has nothing left to do ends as it would have.
    let mut world = one();
    world.take(Model(Loading));
    world.take(Change(&[("# one\n", "")]));
    world.take(End(Outcome::Closed));
    assert!(world.settle().starts_with("end dropped"));
}

#[test]
fn several_turns_are_taken_one_after_the_other_as_they_are_then() {
    const WRITTEN: &str = "leave, begin two, prepare";
    check(
        all,
        vec![
            (
                "all goes well",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                    (Change(&[("# one\n", "# one\na = 1\n")]), ""),
                    (Landed, WRITTEN),
                    (Prepared, "submit 1"),
                    (Done(0, "b = 1"), "select"),
                    (Selected(&[(0, "b = 1")]), "write b = 1"),
                    (Landed, "leave, end done"),
                ],
            ),
            (
                "a planned turn that is deleted",
                vec![
                    (Moved, BEGUN),
                    (Change(&[("# two\n", "")]), ""),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                    (Landed, "leave, end done"),
                ],
            ),
            (
                "a planned turn that gets a text",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                    (Change(&[("# two\n", "# two\nb = 2\n")]), ""),
                    (Landed, "leave, end done"),
                ],
            ),
            (
                "typing in the turn at work",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Change(&[("one", "won")]), WRITTEN),
                    (Prepared, "submit 1"),
                    (Done(0, "b = 1"), "select"),
                    (Selected(&[(0, "b = 1")]), "write b = 1"),
                    (
                        Landed,
                        "leave, end done, the turn \"one\" was edited while it was synthesized; the result is dropped",
                    ),
                ],
            ),
            (
                "a place that was changed before the text was there",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                    (Stale, WRITTEN),
                ],
            ),
            (
                "a model that has nothing to say of one",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, ""), "select"),
                    (Selected(&[]), WRITTEN),
                    (Prepared, "submit 1"),
                    (Done(0, ""), "select"),
                    (
                        Selected(&[]),
                        "leave, end nothing, the model wrote no code for \"one\"; the model wrote no code for \"two\"",
                    ),
                ],
            ),
            (
                "an end in between",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                    (Landed, WRITTEN),
                    (Prepared, "submit 1"),
                    (Failed(0, "it is gone"), "end failed, the engine's worker has stopped: it is gone"),
                ],
            ),
            (
                "another model for the second",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Model(Loading), ""),
                    (Done(0, "a = 1"), "select"),
                    (Selected(&[(0, "a = 1")]), "write a = 1"),
                    (Landed, "leave"),
                    (Model(Unloadable("none")), "end failed, no model to synthesize with: none"),
                ],
            ),
        ],
    );
    // Turns that were asked for because of the first are dropped with it.
    let following = Purpose::Regenerate { seed: None, following: true };
    let mut world = World::new(TEXT, &["one", "two"], following, false);
    assert_eq!(world.settle(), BEGUN);
    world.take(Change(&[("one", "won")]));
    assert!(world.settle().starts_with("end dropped, the turn \"one\" was edited"));
}

use proptest::prelude::*;

use super::testing::{alternative, made};
use super::*;
use crate::document::Document;
use crate::turns::{self, TurnOptions};

fn turn(prompt: &str, program: &str, predecessors: u64) -> TurnText {
    TurnText { prompt: prompt.to_owned(), program: program.to_owned(), predecessors }
}

fn record(turn: TurnText) -> Provenance {
    Provenance { made: made(&turn.program), turn, raised: None }
}

#[test]
fn states() {
    let mut records = Records::default();
    for (prompt, program, predecessors) in
        [("one", "x = 1", 0), ("two", "y = 2\nz = 3", 5), ("two", "y = 4", 6), ("two", "y = 4", 7)]
    {
        records.generated(record(turn(prompt, program, predecessors)));
    }
    records.failed(&turn("three", "", 8), "no memory");
    use TurnState::{Edited, Empty, Failed, Generated, Stale};
    for (prompt, program, predecessors, state, once) in [
        ("one", "", 0, Empty, None),
        ("one", " \n\n", 0, Empty, None),
        ("three", "", 8, Failed, None),
        ("three", "", 9, Empty, None),
        ("one", "x = 1", 0, Generated, Some(("x = 1", 0))),
        // Invisible differences do not count.
        ("one", "\nx = 1  \n\n", 0, Generated, Some(("x = 1", 0))),
        ("two  ", "y = 2\t\nz = 3", 5, Generated, Some(("y = 2\nz = 3", 5))),
        ("two", "y = 2\n\nz = 3", 5, Edited, Some(("y = 2\nz = 3", 5))),
        // The turns before it have changed.
        ("one", "x = 1", 3, Stale, Some(("x = 1", 0))),
        ("two", "y = 4", 6, Generated, Some(("y = 4", 6))),
        ("two", "y = 4", 5, Stale, Some(("y = 4", 7))),
        // Changed by hand: the record for the same history, or else the newest.
        ("two", "y = 5", 6, Edited, Some(("y = 4", 6))),
        ("two", "y = 5", 1, Edited, Some(("y = 4", 7))),
        // Reworded, even as another turn's prompt.
        ("uno", "x = 1", 0, Stale, Some(("x = 1", 0))),
        ("two", "x = 1", 5, Stale, Some(("x = 1", 0))),
        ("four", "a = 1", 0, Edited, None),
    ] {
        let (found, record) = records.state(&turn(prompt, program, predecessors));
        let found = (found, record.as_ref().map(|record| (record.turn.program.as_str(), record.turn.predecessors)));
        assert_eq!(found, (state, once), "{prompt:?} {program:?} {predecessors}");
    }
}

#[test]
fn an_attempt_that_succeeds_ends_the_failure() {
    let mut records = Records::default();
    let (mine, other) = (turn("one", "", 0), turn("one", "", 1));
    records.failed(&turn("one", "x = 0", 0), "first");
    records.failed(&mine, "second");
    records.failed(&other, "third");
    assert_eq!(records.failure(&mine).as_deref(), Some("second"));
    assert_eq!(records.failure(&turn("one", "x = 0", 0)).as_deref(), Some("second"));
    assert_eq!(records.state(&turn("one", "x = 0", 0)).0, TurnState::Edited);
    records.generated(record(turn("one", "x = 1", 0)));
    assert_eq!(records.failure(&mine), None);
    assert_eq!(records.state(&mine).0, TurnState::Empty);
    assert_eq!(records.state(&other).0, TurnState::Failed);
}

#[test]
fn alternatives_belong_to_what_was_asked() {
    let mut records = Records::default();
    let asked = turn("one", "x = 2\n", 4);
    records.sampled(&turn("one", "", 4), vec![alternative(0, "old")]);
    records.sampled(&asked, vec![alternative(2, "x = 2"), alternative(0, "x = 0"), alternative(3, "x = 3")]);
    records.sampled(&turn("one", "", 5), vec![]);
    assert!(records.alternatives(&turn("one", "", 6)).is_none());
    assert!(records.alternatives(&turn("two", "", 4)).is_none());
    let found = records.alternatives(&asked.with_program("anything")).expect("alternatives");
    assert_eq!(found.each.len(), 3);
    for (program, current, next, previous) in [
        ("x = 2", Some(0), Some(1), Some(2)),
        ("x = 0  \n", Some(1), Some(2), Some(0)),
        ("x = 3", Some(2), Some(0), Some(1)),
        ("by hand", None, Some(0), Some(2)),
        ("", None, Some(0), Some(2)),
    ] {
        assert_eq!((found.current(program), found.next(program), found.previous(program)), (current, next, previous));
    }
    assert_eq!((found.sampled_as(3), found.sampled_as(1)), (Some(2), None));
    let none = records.alternatives(&turn("one", "x", 5)).expect("an empty list");
    assert_eq!((none.next("x"), none.previous("x")), (None, None));
    // Sampling writes nothing.
    assert_eq!(records.state(&asked), (TurnState::Edited, None));
}

#[test]
fn the_oldest_go() {
    let mut records = Records::default();
    for number in 0..index::MOST + 10 {
        records.generated(record(turn("same prompt", &format!("x = {number}"), 0)));
        records.failed(&turn(&format!("prompt {number}"), "", 0), "no");
    }
    assert_eq!(records.written.sizes(), (index::MOST, index::MOST, index::MOST));
    assert_eq!(records.failures.sizes(), (index::MOST, index::MOST, index::MOST));
    assert_eq!(records.state(&turn("same prompt", "x = 9", 0)).0, TurnState::Edited);
    assert_eq!(records.state(&turn("same prompt", "x = 10", 0)).0, TurnState::Generated);
    // Large ones go earlier, but never all.
    for number in 0..10 {
        let mut large = record(turn("large", &format!("y = {number}"), 0));
        large.made.prompt = "p".repeat(index::BYTES / 3);
        records.generated(large);
    }
    let (count, prompts, programs) = records.written.sizes();
    assert!((1..=3).contains(&count) && prompts == count && programs == count, "{count}");
    let mut huge = record(turn("huge", "z", 0));
    huge.made.prompt = "p".repeat(index::BYTES + 1);
    records.generated(huge);
    assert_eq!(records.written.sizes(), (1, 1, 1));
    assert_eq!(records.state(&turn("huge", "z", 0)).0, TurnState::Generated);
}

#[test]
fn the_same_again_is_kept_once() {
    let mut records = Records::default();
    for _ in 0..5 {
        records.generated(record(turn("one", "x = 1", 0)));
    }
    records.generated(record(turn("one", "x = 1", 1)));
    assert_eq!(records.written.sizes(), (2, 2, 2));
}

/// Records every turn of the text as generated, and returns the states that the turns of another text have.
fn states_after(generated: &str, now: &str) -> Vec<TurnState> {
    let options = TurnOptions::default();
    let mut records = Records::default();
    for (_, text) in texts(&Document::new(generated, 1), &options) {
        records.generated(record(text));
    }
    texts(&Document::new(now, 1), &options).iter().map(|(_, text)| records.state(text).0).collect()
}

const THREE: &str = "import re\n\n# one\nx = 1\n\n# two\ny = x\n\n# three\nprint(y)\n";

#[test]
fn what_edits_make_of_generated_turns() {
    use TurnState::{Edited, Empty, Generated, Stale};
    for (from, to, states) in [
        ("", "", [Generated, Generated, Generated]),
        // Changes that are not in a turn.
        ("import re\n", "import re\nimport os\n", [Generated, Generated, Generated]),
        ("x = 1\n\n", "x = 1  \n\n\n\n", [Generated, Generated, Generated]),
        // From a change on, everything below is stale; what is above is not.
        ("y = x", "y = x + 1", [Generated, Edited, Stale]),
        ("# one", "# uno", [Stale, Stale, Stale]),
        ("# two", "# twice", [Generated, Stale, Stale]),
        ("print(y)", "", [Generated, Generated, Empty]),
        ("# three", "# inserted\nz = 1\n\n# three", [Generated, Generated, Edited]),
        // Line ends are up to the editor.
        ("x = 1\n", "x = 1\r\n", [Generated, Generated, Generated]),
    ] {
        let found = states_after(THREE, &THREE.replacen(from, to, 1));
        assert_eq!(found[..3], states, "{from:?} -> {to:?}");
    }
}

#[test]
fn turns_of_other_blocks_are_no_predecessors() {
    let text = "# one\nx = 1\n\ndef f():\n    # two\n    y = 2\n\n    # three\n    z = 3\n\n# four\na = 4\n";
    use TurnState::{Edited, Generated, Stale};
    for (from, to, states) in [
        ("x = 1", "x = 2", [Edited, Generated, Generated, Stale]),
        // A turn's code is all that stands below it.
        ("y = 2", "y = 3", [Edited, Edited, Stale, Stale]),
        ("a = 4", "a = 5", [Generated, Generated, Generated, Edited]),
    ] {
        assert_eq!(states_after(text, &text.replacen(from, to, 1)), states, "{from:?} -> {to:?}");
    }
}

#[test]
fn one_turn_s_text_is_the_one_among_all() {
    let document = Document::new("# a\nx\n\ndef f():\n    # b\n    y\n\n    # c\n\n    # d\n", 1);
    let options = TurnOptions::default();
    let all = texts(&document, &options);
    assert_eq!(all.len(), 4);
    for (turn, expected) in &all {
        assert_eq!(text(&document, turn, &options), *expected);
    }
    // A turn that was not answered is not shown to the next one.
    assert_eq!(all[2].1.predecessors, all[3].1.predecessors);
    assert_ne!(all[1].1.predecessors, all[2].1.predecessors);
}

#[test]
fn what_is_written_is_found_again() {
    let options = TurnOptions::default();
    for (text, program) in [
        ("# one\n", "x = 1\n\n"),
        ("def f():\n    # one\n", "    if x:\n        y\n\nz"),
        ("def f():\n    # one\n", "if x:\n\ty\n"),
        ("def f():\n\t# one\r\n", "if x:\n    y = '''\n  a\n'''\n"),
    ] {
        let mut document = Document::new(text, 1);
        let found = turns::turns(&document, &options).remove(0);
        let written = turns::written_text(&document, &found, program);
        let edit = turns::program_edit(&document, &found, program);
        document.edit(edit.range, &edit.text);
        assert_eq!(settled(&texts(&document, &options)[0].1.program), settled(&written), "{text:?}");
    }
}

#[test]
fn bodies_below_docstrings_are_known_once_they_were_generated() {
    let options = TurnOptions::default();
    let mut document =
        Document::new("def f(x):\n    'Double x.'\n    pass\n\ndef g(x):\n    'Double x.'\n    return 3\n", 1);
    let mut records = Records::default();
    let map = TurnMap::of(&document, &records, &options);
    let found = map.at(&document, 12).expect("a turn").turn.clone();
    let found = turns::resolved(&document, found, false).expect("a placeholder");
    let edit = turns::program_edit(&document, &found, "return 2 * x");
    document.edit(edit.range, &edit.text);
    assert_eq!(records.texts(&document, &options), vec![]);
    let mut record = record(turn("Double x.", "return 2 * x", 0));
    record.turn = key::alone(&document, &found, "return 2 * x".to_owned(), key::NONE);
    records.generated(record);
    let states = |document: &Document| -> Vec<_> {
        records
            .texts(document, &options)
            .iter()
            .map(|(_, text)| (text.program.clone(), records.state(text).0))
            .collect()
    };
    assert_eq!(states(&document), [("return 2 * x".to_owned(), TurnState::Generated)]);
    assert!(TurnMap::of(&document, &records, &options).at(&document, 40).is_some());
    // Another header, or another body; but not another function.
    let changed = |from: &str, to: &str| Document::new(&document.text().replacen(from, to, 1), 1);
    assert_eq!(states(&changed("f(x)", "f(x, y)")), [("return 2 * x".to_owned(), TurnState::Stale)]);
    assert_eq!(states(&changed("2 * x", "x + x")), [("return x + x".to_owned(), TurnState::Edited)]);
    assert_eq!(states(&changed("    return 2 * x\n", "")), [(String::new(), TurnState::Empty)]);
}

fn step() -> impl Strategy<Value = (u8, &'static str, &'static str, u64)> {
    let prompt = prop::sample::select(vec!["a", "b", "c"]);
    let program = prop::sample::select(vec!["", "x", "x ", "y", "z"]);
    (0..3u8, prompt, program, 0..3u64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// The indexes agree with a search through everything.
    #[test]
    fn states_are_what_the_whole_history_says(steps in prop::collection::vec(step(), 0..20), asked in step()) {
        let mut records = Records::default();
        let (mut written, mut failures) = (Vec::new(), Vec::new());
        for (kind, prompt, program, predecessors) in steps {
            let turn = turn(prompt, program, predecessors);
            if kind == 0 || program.is_empty() {
                records.failed(&turn, "no");
                failures.push((prompt, predecessors));
            } else {
                records.generated(record(turn));
                failures.retain(|failure| *failure != (prompt, predecessors));
                written.push((prompt, program.trim(), predecessors));
            }
        }
        let (_, prompt, program, predecessors) = asked;
        let known = |test: &dyn Fn(&(&str, &str, u64)) -> bool| written.iter().any(test);
        let expected = if program.is_empty() {
            if failures.contains(&(prompt, predecessors)) { TurnState::Failed } else { TurnState::Empty }
        } else if known(&|record| *record == (prompt, program.trim(), predecessors)) {
            TurnState::Generated
        } else if known(&|record| record.1 == program.trim()) {
            TurnState::Stale
        } else {
            TurnState::Edited
        };
        let (state, record) = records.state(&turn(prompt, program, predecessors));
        prop_assert_eq!(state, expected);
        prop_assert_eq!(record.is_some(), match state {
            TurnState::Generated | TurnState::Stale => true,
            TurnState::Edited => known(&|record| record.0 == prompt),
            _ => false,
        });
    }
}

use super::*;
use crate::synthesis::purpose::Purpose;
use crate::synthesis::tests::{URI, change, parse, pend, step};

/// An event of an edit.
enum Event {
    /// None; the edit is only advanced.
    Moved,
    /// The client has changed the document: what is replaced, and by what.
    Change(&'static [(&'static str, &'static str)]),
    /// The client makes exactly the requested edit.
    Report,
    /// The client answers the latest attempt.
    Says(Answer),
    /// The client answers an earlier attempt.
    SaysLate(Answer),
    /// The client's time to answer or to explain its refusal has ended.
    Overdue,
    /// The time of an earlier attempt has ended.
    OverdueLate,
    /// The client's time to report the change has ended.
    Unreported,
    /// The command has ended.
    Cancelled,
    /// The document's syntax is not known any more.
    Unparsed,
    /// The syntax is known again.
    Parsed,
}
use Event::{Cancelled, Change, Moved, Overdue, OverdueLate, Parsed, Report, Says, SaysLate, Unparsed, Unreported};

const YES: Answer = Answer::Applied;
const NO: Answer = Answer::Refused(None);

fn no(reason: &str) -> Answer {
    Answer::Refused(Some(reason.to_owned()))
}

/// An edit, and the document that it is for.
struct World {
    document: Document,
    edit: PendingEdit,
    turns: TurnCache,
    wanted: bool,
    asked: Option<Edit>,
}

impl World {
    /// The edit that writes "a = 1" for the turn with the prompt "one".
    fn new(text: &str, purpose: &Purpose) -> Self {
        let document = Document::new(text, 1);
        let (step, made) = step(&document, "one", purpose, "a = 1");
        let Ok(uri) = URI.parse() else { unreachable!("it is a URI") };
        let replaces = matches!(purpose, Purpose::Replace { .. });
        let Some(edit) = PendingEdit::new(uri, 7, &step, replaces, made) else { unreachable!("nothing was changed") };
        Self { document, edit, turns: TurnCache::default(), wanted: true, asked: None }
    }

    fn change(&mut self, replaced: &[(&str, &str)]) {
        change(&mut self.document, replaced).iter().for_each(|edit| self.edit.follow(edit));
    }

    fn take(&mut self, event: Event) {
        let attempt = self.edit.attempt();
        match event {
            Moved => {}
            Change(replaced) => self.change(replaced),
            Report => {
                let Some(Edit { range, text }) = self.asked.take() else { unreachable!("nothing was asked for") };
                let version = self.document.version() + 1;
                let Ok(edits) = self.document.change(version, |draft| -> Result<(), ()> {
                    draft.replace(range, &text);
                    Ok(())
                }) else {
                    unreachable!("it does not fail")
                };
                edits.iter().for_each(|edit| self.edit.follow(edit));
            }
            Says(answer) => self.edit.answered(attempt, answer),
            SaysLate(answer) => self.edit.answered(attempt - 1, answer),
            Overdue => self.edit.overdue(attempt, false),
            OverdueLate => self.edit.overdue(attempt - 1, false),
            Unreported => self.edit.overdue(attempt, true),
            Cancelled => self.wanted = false,
            Unparsed => pend(&mut self.document),
            Parsed => parse(&mut self.document),
        }
    }

    /// The next action, in words.
    fn next(&mut self) -> String {
        let mut now = Now {
            document: &self.document,
            turns: &mut self.turns,
            records: &Records::default(),
            options: &TurnOptions::default(),
            wanted: self.wanted,
        };
        match self.edit.next(&mut now) {
            Next::Wait => "wait".to_owned(),
            Next::WaitAtMost(timeout) => format!("wait for {timeout:?}"),
            Next::Parse => "parse".to_owned(),
            Next::Ask(edit) => {
                let mut text = self.document.text();
                text.replace_range(edit.range.clone(), &edit.text);
                self.asked = Some(edit);
                format!("ask {}: {text}", self.edit.attempt())
            }
            Next::Landed => "landed".to_owned(),
            Next::Stale => "stale".to_owned(),
            Next::NotApplied(reason) => reason,
        }
    }
}

/// Checks the actions after each event; the edit is advanced after each, as the main loop does.
fn check(text: &str, purpose: &Purpose, table: Vec<(&str, Vec<(Event, &str)>)>) {
    for (name, events) in table {
        let mut world = World::new(text, purpose);
        for (number, (event, expected)) in events.into_iter().enumerate() {
            world.take(event);
            assert_eq!(world.next(), expected, "{name}: event {number}");
        }
    }
}

const TEXT: &str = "# one\n\n# two\n";
const FIRST: &str = "ask 1: # one\na = 1\n\n# two\n";
const REFUSED: &str = "the editor did not apply the code: ";
const TYPED: Event = Change(&[("# two", "# two!")]);

#[test]
fn an_answer_and_a_report_are_waited_for() {
    let silent = "the editor did not say whether it applied the code";
    let unreported = "the editor said that it applied the code, but has reported no change of the document";
    check(
        TEXT,
        &Purpose::Synthesize,
        vec![
            ("the answer first", vec![(Moved, FIRST), (Says(YES), "wait for Report"), (Report, "landed")]),
            ("the report first", vec![(Moved, FIRST), (Report, "wait"), (Says(YES), "landed")]),
            ("nothing happens", vec![(Moved, FIRST), (Moved, "wait"), (Moved, "wait")]),
            ("no answer", vec![(Moved, FIRST), (Overdue, silent)]),
            ("no answer, but the text is there", vec![(Moved, FIRST), (Report, "wait"), (Overdue, "landed")]),
            ("no report", vec![(Moved, FIRST), (Says(YES), "wait for Report"), (Unreported, unreported)]),
            (
                "no answer in time, once there is one",
                vec![(Moved, FIRST), (Says(YES), "wait for Report"), (Overdue, "wait"), (Report, "landed")],
            ),
            ("a report in time, before there is an answer", vec![(Moved, FIRST), (Unreported, "wait")]),
            (
                "other typing is no report",
                vec![(Moved, FIRST), (Says(YES), "wait for Report"), (TYPED, "wait"), (Report, "landed")],
            ),
            (
                "an error",
                vec![
                    (Moved, FIRST),
                    (
                        Says(Answer::Failed("no such method".to_owned())),
                        "the editor did not apply the code: no such method",
                    ),
                ],
            ),
            (
                "a whole text that has it, and more",
                vec![(Moved, FIRST), (Says(YES), "wait for Report"), (Change(&[("\n\n", "\nabc = 1\n\n")]), "landed")],
            ),
            (
                "carriage returns",
                vec![(Moved, FIRST), (Change(&[("\n\n", "\na = 1\r\n\n")]), "wait"), (Overdue, "landed")],
            ),
            (
                "the command has ended meanwhile",
                vec![(Moved, FIRST), (Cancelled, "wait"), (Report, "wait"), (Says(YES), "landed")],
            ),
            (
                "undone before it was reported",
                vec![(Moved, FIRST), (Report, "wait"), (Change(&[("a = 1\n", "")]), "wait"), (Says(YES), "landed")],
            ),
        ],
    );
}

#[test]
fn a_refusal_is_explained_by_a_change_or_ends_it() {
    check(
        TEXT,
        &Purpose::Synthesize,
        vec![
            (
                "a change that was reported before",
                vec![
                    (Moved, FIRST),
                    (TYPED, "wait"),
                    (Says(no("old")), "ask 2: # one\na = 1\n\n# two!\n"),
                    (Says(no("read only")), "wait for Refusal"),
                    (Overdue, "the editor did not apply the code: read only"),
                ],
            ),
            (
                "a change that is reported after",
                vec![
                    (Moved, FIRST),
                    (Says(NO), "wait for Refusal"),
                    (TYPED, "ask 2: # one\na = 1\n\n# two!\n"),
                    (Says(YES), "wait for Report"),
                    (Report, "landed"),
                ],
            ),
            (
                "no change at all",
                vec![
                    (Moved, FIRST),
                    (Says(NO), "wait for Refusal"),
                    (Overdue, "the editor did not apply the code: it gave no reason"),
                ],
            ),
            (
                "a time that was for an earlier attempt",
                vec![
                    (Moved, FIRST),
                    (TYPED, "wait"),
                    (Says(NO), "ask 2: # one\na = 1\n\n# two!\n"),
                    (OverdueLate, "wait"),
                    (SaysLate(YES), "wait"),
                    (Report, "wait"),
                    (Says(YES), "landed"),
                ],
            ),
            (
                "the command has ended",
                vec![
                    (Moved, FIRST),
                    (Cancelled, "wait"),
                    (TYPED, "wait"),
                    (Says(no("old")), "the editor did not apply the code: old"),
                ],
            ),
            (
                "the command has ended and nothing was changed",
                vec![(Moved, FIRST), (Cancelled, "wait"), (Says(no("old")), "the editor did not apply the code: old")],
            ),
            (
                "typing at the place, reported before",
                vec![(Moved, FIRST), (Change(&[("\n\n", "\nmine = 1\n\n")]), "wait"), (Says(no("old")), "stale")],
            ),
            (
                "typing at the place, reported after",
                vec![
                    (Moved, FIRST),
                    (Says(no("old")), "wait for Refusal"),
                    (Change(&[("\n\n", "\nmine = 1\n\n")]), "stale"),
                ],
            ),
            (
                "typing at the place, once the command has ended",
                vec![
                    (Moved, FIRST),
                    (Cancelled, "wait"),
                    (Change(&[("\n\n", "\nmine = 1\n\n")]), "wait"),
                    (Says(no("old")), "stale"),
                ],
            ),
            (
                "typing in the prompt, reported after",
                vec![(Moved, FIRST), (Says(no("old")), "wait for Refusal"), (Change(&[("one", "won")]), "stale")],
            ),
            ("applied all the same", vec![(Moved, FIRST), (Says(no("busy")), "wait for Refusal"), (Report, "stale")]),
        ],
    );
}

#[test]
fn five_times_and_no_more() {
    let mut world = World::new(TEXT, &Purpose::Synthesize);
    assert_eq!(world.next(), FIRST);
    for attempt in 2..=ATTEMPTS {
        world.change(&[("two", "two!")]);
        assert_eq!(world.next(), "wait");
        world.take(Says(no("old")));
        assert!(world.next().starts_with(&format!("ask {attempt}: # one\na = 1\n")), "{attempt}");
    }
    world.change(&[("two", "two!")]);
    world.take(Says(no("old")));
    assert_eq!(world.next(), format!("{REFUSED}old"));
    assert_eq!(world.edit.attempt(), 5);
    // If nothing was changed, there is no sixth attempt to wait for, either.
    let mut world = World::new(TEXT, &Purpose::Synthesize);
    for _ in 1..ATTEMPTS {
        world.next();
        world.take(Says(NO));
        assert_eq!(world.next(), "wait for Refusal");
        world.change(&[("two", "two!")]);
    }
    assert!(world.next().starts_with("ask 5"));
    world.take(Says(NO));
    assert_eq!(world.next(), format!("{REFUSED}it gave no reason"));
}

#[test]
fn what_it_may_replace_is_decided_by_the_syntax_at_the_time() {
    let own = "if a:\n    b\n\n# one\n\nprint(1)\n";
    check(
        own,
        &Purpose::Synthesize,
        vec![
            ("nothing was changed", vec![(Moved, "ask 1: if a:\n    b\n\n# one\na = 1\n\nprint(1)\n")]),
            (
                "code below",
                vec![(Change(&[("print(1)", "print(2)")]), "ask 1: if a:\n    b\n\n# one\na = 1\n\nprint(2)\n")],
            ),
            ("a clause below", vec![(Change(&[("print(1)", "else:\n    c")]), "stale")]),
            ("a decorator above", vec![(Change(&[("\n# one", "@decorated\n# one")]), "stale")]),
            ("an indentation", vec![(Change(&[("print", "    print")]), "stale")]),
            ("code in its place", vec![(Change(&[("# one\n", "# one\nmine()\n")]), "stale")]),
            (
                "syntax that is not known",
                vec![
                    (Unparsed, "parse"),
                    (Moved, "parse"),
                    (Parsed, "ask 1: if a:\n    b\n\n# one\na = 1\n\nprint(1)\n"),
                    (Moved, "wait"),
                ],
            ),
            (
                "syntax that is not known when it is asked again",
                vec![
                    (Moved, "ask 1: if a:\n    b\n\n# one\na = 1\n\nprint(1)\n"),
                    (Change(&[("print(1)", "else:\n    c")]), "wait"),
                    (Unparsed, "wait"),
                    (Says(NO), "parse"),
                    (Change(&[("else:\n    c", "d")]), "ask 2: if a:\n    b\n\n# one\na = 1\n\nd\n"),
                ],
            ),
            ("syntax that turns out to be another", vec![(Change(&[("print(1)", "else:\n    c")]), "stale")]),
        ],
    );
    check(
        "# one\nmine()\n",
        &Purpose::Replace { lines: None, which: None },
        vec![
            ("lines of somebody's own", vec![(Moved, "ask 1: # one\na = 1\n")]),
            ("one more of them", vec![(Change(&[("mine()\n", "mine()\nmine()\n")]), "stale")]),
            ("one of them changed", vec![(Change(&[("mine", "yours")]), "stale")]),
        ],
    );
}

#[test]
fn a_text_at_the_end_may_be_put_before_the_last_line_end() {
    check(
        "# one\n",
        &Purpose::Synthesize,
        vec![(
            "as Neovim reports it",
            vec![
                (Moved, "ask 1: # one\na = 1\n"),
                (Says(YES), "wait for Report"),
                (Change(&[("# one", "# one\na = 1")]), "landed"),
            ],
        )],
    );
}

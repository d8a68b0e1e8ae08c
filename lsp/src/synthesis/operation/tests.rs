use codegen_core::{Completion, EngineError, Sampling};
use codegen_text::document::Unparsed;
use codegen_text::provenance::testing::{alternative, made};
use codegen_text::provenance::{Alternative, Record};
use codegen_text::turns::{self, TurnOptions};
use serde_json::Value;

use super::*;
use crate::generate::prepare::PreparedTurn;
use crate::synthesis::step::Part;
use crate::synthesis::tests::{URI, change, completion, parse, pend};

/// What happens to a command.
enum Event {
    /// Nothing but that it is moved on.
    Moved,
    /// The client knows the progress token, or not.
    Known(bool),
    /// The client has changed the document: what is replaced, and by what.
    Change(&'static [(&'static str, &'static str)]),
    /// The turn has been prepared.
    Prepared,
    /// Preparing it failed.
    Unprepared,
    /// A turn has been prepared that is not at work any more.
    PreparedLate,
    /// A candidate has a token.
    Token(usize, &'static str),
    /// A candidate has ended.
    Done(usize, &'static str),
    /// A candidate was cancelled by the engine.
    Stopped(usize),
    /// A candidate has failed.
    Failed(usize, &'static str),
    /// These were generated, with their numbers, best first.
    Judged(&'static [(usize, &'static str)]),
    /// Judging failed.
    Unjudged,
    /// The client has reported the text.
    Landed,
    /// The place was changed before the text was there.
    Stale,
    /// The client did not apply the text.
    NotApplied,
    /// It is to end.
    End(Outcome),
    /// The model is that one now.
    Model(super::Model<'static>),
    /// The edit of another command is on its way to the prompt there.
    Arriving(&'static str),
    /// It is there.
    Arrived,
    /// The document's syntax is not known any more.
    Unparsed,
    /// It is known again.
    Parsed,
    /// It will not be known.
    GivenUp,
}
use super::Model::{Failed as Unloadable, Loading, Ready};
use Event::{
    Arrived, Arriving, Change, Done, End, Failed, GivenUp, Judged, Known, Landed, Model, Moved, NotApplied, Prepared,
    PreparedLate, Stale, Stopped, Token, Unjudged, Unparsed as Unknown, Unprepared,
};

/// A command for the document's prompts, and what it depends on.
struct World {
    document: Option<Document>,
    operation: Operation<&'static str>,
    turns: TurnCache,
    records: Records,
    model: super::Model<'static>,
    arriving: Vec<Range<usize>>,
    can_apply: bool,
    last_id: u64,
    configured: usize,
    edit: Option<PendingEdit>,
    draw: Option<(usize, Option<u64>, bool)>,
}

impl World {
    /// A command for the turns with the prompts of `about`; `token`: whether there is one for progress.
    fn new(text: &str, about: &[&str], purpose: Purpose, token: bool) -> Self {
        let document = Document::new(text, 1);
        let prompts = about.iter().map(|about| {
            let turns = turns::turns(&document, &TurnOptions::default());
            let turn = turns.into_iter().find(|turn| turn.prompt == *about);
            turn.unwrap_or_else(|| unreachable!("no {about}")).prompt_range
        });
        let plan = Plan { prompts: prompts.collect(), about: about.concat(), notes: Vec::new() };
        let Ok(uri) = URI.parse() else { unreachable!("it is a URI") };
        let token = token.then(|| ProgressToken::Number(1));
        Self {
            document: Some(document),
            operation: Operation::new(uri, purpose, plan, token, "someone"),
            turns: TurnCache::default(),
            records: Records::default(),
            model: Ready(1),
            arriving: Vec::new(),
            can_apply: true,
            last_id: 10,
            configured: 1,
            edit: None,
            draw: None,
        }
    }

    fn document(&mut self) -> &mut Document {
        self.document.as_mut().unwrap_or_else(|| unreachable!("it is open"))
    }

    fn number(&self) -> u64 {
        self.operation.step().map_or(0, |step| step.id)
    }

    fn make(&mut self) -> Option<Box<(TurnText, PreparedTurn)>> {
        let step = self.operation.step()?;
        let prepared = PreparedTurn::alone(&step.snapshot, &step.turn, &TurnOptions::default());
        Some(Box::new((step.text.clone(), prepared)))
    }

    fn judged(&self, each: &[(usize, &str)]) -> Option<Box<super::Judged>> {
        let text = self.operation.step()?.text.clone();
        let each: Vec<Alternative> = each.iter().map(|(index, text)| alternative(*index, text)).collect();
        let sampled = each.len().max(self.configured);
        Some(Box::new(super::Judged { text, each, sampled, unrunnable: None, isolation: None }))
    }

    fn take(&mut self, event: Event) {
        let step = self.number();
        match event {
            Moved => {}
            Known(known) => self.operation.progress_ready(known),
            Change(replaced) => {
                let edits = change(self.document(), replaced);
                self.operation.follow(&edits);
            }
            Prepared => {
                let (made, model) = (self.make(), 1);
                self.operation.prepared(step, model, made);
            }
            Unprepared => self.operation.prepared(step, 1, None),
            PreparedLate => {
                let made = self.make();
                self.operation.prepared(step + 1, 1, made);
            }
            Token(candidate, text) => {
                let event = Produced::Token { id: 1, text: text.to_owned(), logprob: 0.0 };
                self.operation.produced(step, candidate, event);
            }
            Done(candidate, text) => {
                self.operation.produced(step, candidate, Produced::Done(completion(text)));
            }
            Stopped(candidate) => {
                let done = Completion { reason: FinishReason::Cancelled, ..completion("") };
                self.operation.produced(step, candidate, Produced::Done(done));
            }
            Failed(candidate, reason) => {
                let error = EngineError::WorkerDied { reason: reason.to_owned() };
                self.operation.produced(step, candidate, Produced::Failed(error));
            }
            Judged(each) => {
                let judged = self.judged(each);
                self.operation.judged(step, judged);
            }
            Unjudged => self.operation.judged(step, None),
            Landed => {
                let Some(edit) = self.edit.take() else { unreachable!("none is on its way") };
                let (record, written) = edit.into_made();
                self.records.generated(record);
                self.operation.landed(step, written);
            }
            Stale => self.operation.stale(step),
            NotApplied => {
                let Some(edit) = self.edit.take() else { unreachable!("none is on its way") };
                self.operation.not_applied(step, edit.into_made().1, "not applied".to_owned());
            }
            End(outcome) => {
                if outcome == Outcome::Closed {
                    self.document = None;
                }
                self.operation.end(outcome);
            }
            Model(model) => self.model = model,
            Arriving(prompt) => {
                let text = self.document().text();
                let start = text.find(prompt).unwrap_or_default();
                self.arriving = vec![start..start + prompt.len()];
            }
            Arrived => self.arriving.clear(),
            Unknown => pend(self.document()),
            Event::Parsed => parse(self.document()),
            GivenUp => self.document().give_up(Unparsed::TooSlow),
        }
    }

    fn next(&mut self) -> Next {
        self.operation.next(&mut Now {
            document: self.document.as_ref(),
            turns: &mut self.turns,
            options: &TurnOptions::default(),
            records: &mut self.records,
            model: self.model,
            arriving: &self.arriving,
            can_apply: self.can_apply,
            id: 7,
            last_id: &mut self.last_id,
        })
    }

    /// Does what is to be done until there is nothing more to do, and says what that was.
    fn settle(&mut self) -> String {
        let mut done = Vec::new();
        loop {
            done.push(match self.next() {
                Next::Wait => break,
                Next::Parse => {
                    done.push("parse".to_owned());
                    break;
                }
                Next::Announce => "announce".to_owned(),
                Next::Begin => {
                    let about = self.operation.step().map(|step| step.turn.prompt.clone());
                    format!("begin {}", about.unwrap_or_default())
                }
                Next::Prepare => "prepare".to_owned(),
                Next::Submit(made) => {
                    let draw = self.operation.draw(self.configured, &made, "m", &self.records);
                    self.draw = Some((draw.count, draw.seed, draw.another));
                    let parts = vec![Part::new(Sampling::GREEDY); draw.count];
                    let (text, prepared) = *made;
                    self.operation.submitted(Generating { text, prepared, model: "m".to_owned(), parts });
                    format!("submit {}", draw.count)
                }
                Next::Judge => {
                    self.operation.verifying(Verifying::default());
                    "judge".to_owned()
                }
                Next::Write(edit) => {
                    let mut now = super::super::pending_edit::Now {
                        document: self.document.as_ref().unwrap_or_else(|| unreachable!("it is open")),
                        turns: &mut self.turns,
                        records: &self.records,
                        options: &TurnOptions::default(),
                        wanted: true,
                    };
                    let mut edit = *edit;
                    let asked = match edit.next(&mut now) {
                        super::super::pending_edit::Next::Ask(edit) => edit.text,
                        other => format!("{other:?}"),
                    };
                    self.edit = Some(edit);
                    format!("write {}", asked.trim_end())
                }
                Next::Leave => {
                    self.operation.left();
                    "leave".to_owned()
                }
                Next::End(outcome) => {
                    let message = self.operation.answer(outcome)["message"].as_str().unwrap_or_default().to_owned();
                    done.push(format!("end {}", outcome.name()));
                    done.extend((!message.is_empty()).then_some(message));
                    break;
                }
            });
        }
        done.join(", ")
    }
}

const TEXT: &str = "# one\n\n# two\n";
const BEGUN: &str = "begin one, prepare";

/// Checks what is done after each event, the command being moved on after each as the main loop does.
fn check(mut world: impl FnMut() -> World, table: Vec<(&str, Vec<(Event, &str)>)>) {
    for (name, events) in table {
        let mut world = world();
        for (number, (event, expected)) in events.into_iter().enumerate() {
            world.take(event);
            assert_eq!(world.settle(), expected, "{name}: event {number}");
        }
    }
}

fn one() -> World {
    World::new(TEXT, &["one"], Purpose::Synthesize, false)
}

fn all() -> World {
    World::new(TEXT, &["one", "two"], Purpose::All, false)
}

/// A command for a turn with that text below its prompt.
fn below(program: &str, purpose: Purpose) -> World {
    World::new(&format!("# one\n{program}\n\n# two\n"), &["one"], purpose, false)
}

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
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
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
                    (Done(0, "a = 1"), "judge"),
                    (Change(&[("import os", "import re")]), ""),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
                ],
            ),
            ("typing in the turn while it is prepared", vec![(Moved, BEGUN), (Change(&[("one", "won")]), EDITED)]),
            (
                "typing in the turn while it is generated",
                vec![(Moved, BEGUN), (Prepared, "submit 1"), (Change(&[("\n\n", "\nx\n\n")]), EDITED)],
            ),
            (
                "typing in the turn while it is judged",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "judge"),
                    (Change(&[("one", "won")]), EDITED),
                ],
            ),
            (
                "typing in the turn while its text is on the way",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
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
                    (Done(0, "a = 1"), "judge"),
                    (Unjudged, "end failed, judging the program text failed for a reason in the log"),
                ],
            ),
            (
                "the model fails",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Failed(0, "it is gone"), "end failed, the engine's worker is gone: it is gone"),
                ],
            ),
            ("the engine ends it", vec![(Moved, BEGUN), (Prepared, "submit 1"), (Stopped(0), "end cancelled")]),
            (
                "the model has nothing to say",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, ""), "judge"),
                    (Judged(&[]), "leave, end nothing, the model wrote no program text for this prompt"),
                ],
            ),
            (
                "the client does not apply it",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
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
            ("syntax", vec![(Unknown, "parse"), (Moved, "parse"), (Event::Parsed, BEGUN)]),
            (
                "syntax that will not come",
                vec![
                    (Unknown, "parse"),
                    (
                        GivenUp,
                        "end failed, this document is not parsed, since its syntax errors take too long to make out, so nothing can be \
                 synthesized in it",
                    ),
                ],
            ),
            ("a model that is loaded", vec![(Model(Loading), ""), (Moved, ""), (Model(Ready(1)), BEGUN)]),
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
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
                    (Landed, "leave, end done"),
                ],
            ),
            ("what an earlier command wrote", vec![(Arriving("# one"), ""), (Moved, ""), (Arrived, BEGUN)]),
            ("what an earlier command wrote elsewhere", vec![(Arriving("# two"), BEGUN)]),
        ],
    );
}

#[test]
fn it_ends_at_every_moment_in_every_way() {
    let ways = [Outcome::Cancelled, Outcome::Superseded, Outcome::Closed];
    let moments: [(&str, fn() -> Vec<Event>); 7] = [
        ("while the token is not known", Vec::new),
        ("while the syntax is not known", || vec![Known(true), Unknown]),
        ("while the model is loaded", || vec![Model(Loading), Known(true)]),
        ("while it is prepared", || vec![Known(true)]),
        ("while it is generated", || vec![Known(true), Prepared, Token(0, "a")]),
        ("while it is judged", || vec![Known(true), Prepared, Done(0, "a = 1")]),
        ("while its text is on the way", || vec![Known(true), Prepared, Done(0, "a = 1"), Judged(&[(0, "a = 1")])]),
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
            // Whatever comes then, it has ended once and for all.
            world.take(Prepared);
            world.take(End(Outcome::Cancelled));
            assert_eq!(world.settle(), format!("end {}", way.name()), "{moment}");
            assert_eq!(world.operation.answer(way)["turns"], Value::Array(Vec::new()));
        }
    }
    // What has nothing left to do ends as it would have.
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
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
                    (Change(&[("# one\n", "# one\na = 1\n")]), ""),
                    (Landed, WRITTEN),
                    (Prepared, "submit 1"),
                    (Done(0, "b = 1"), "judge"),
                    (Judged(&[(0, "b = 1")]), "write b = 1"),
                    (Landed, "leave, end done"),
                ],
            ),
            (
                "a planned turn that is deleted",
                vec![
                    (Moved, BEGUN),
                    (Change(&[("# two\n", "")]), ""),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
                    (Landed, "leave, end done"),
                ],
            ),
            (
                "a planned turn that gets a text",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
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
                    (Done(0, "b = 1"), "judge"),
                    (Judged(&[(0, "b = 1")]), "write b = 1"),
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
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
                    (Stale, WRITTEN),
                ],
            ),
            (
                "a model that has nothing to say of one",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, ""), "judge"),
                    (Judged(&[]), WRITTEN),
                    (Prepared, "submit 1"),
                    (Done(0, ""), "judge"),
                    (
                        Judged(&[]),
                        "leave, end nothing, the model wrote no program text for \"one\"; the model wrote no program text for \"two\"",
                    ),
                ],
            ),
            (
                "an end in between",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
                    (Landed, WRITTEN),
                    (Prepared, "submit 1"),
                    (Failed(0, "it is gone"), "end failed, the engine's worker is gone: it is gone"),
                ],
            ),
            (
                "another model for the second",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Model(Loading), ""),
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
                    (Landed, "leave"),
                    (Model(Unloadable("none")), "end failed, no model to synthesize with: none"),
                ],
            ),
        ],
    );
    // Where what follows was asked for because of the first, it does not come without it.
    let following = Purpose::Regenerate { seed: None, following: true };
    let mut world = World::new(TEXT, &["one", "two"], following, false);
    assert_eq!(world.settle(), BEGUN);
    world.take(Change(&[("one", "won")]));
    assert!(world.settle().starts_with("end dropped, the turn \"one\" was edited"));
}

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
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(0, "a = 1")]), "write a = 1"),
                    (Landed, "leave, end done, 2 lines were replaced by generated code"),
                ],
            ),
            (
                "the same again",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 1"),
                    (Done(0, "mine()\nmine()"), "judge"),
                    (Judged(&[(0, "mine()\nmine()")]), "leave, end done, the model wrote the same program text again"),
                ],
            ),
        ],
    );
    let mut world = one();
    world.can_apply = false;
    for event in [Moved, Prepared, Done(0, "a = 1"), Judged(&[(0, "a = 1")])] {
        world.take(event);
        if let Some(outcome) = Some(world.settle()).filter(|done| done.starts_with("end")) {
            assert_eq!(outcome, "end not applied, this editor cannot apply edits (workspace/applyEdit)");
            assert_eq!(world.operation.answer(Outcome::NotApplied)["turns"][0]["text"], "a = 1");
            return;
        }
    }
    unreachable!("it ends");
}

/// A world whose first turn has a generated text, one of three alternatives.
fn with_alternatives(purpose: Purpose, each: &[(usize, &str)]) -> World {
    let mut world = below("a = 1", purpose);
    let turns = world.turns.get(&Document::new("# one\na = 1\n\n# two\n", 1), &world.records, &TurnOptions::default());
    let Some(text) = turns.iter().next().map(|found| found.text.clone()) else { unreachable!("it has turns") };
    world.records.generated(Record { turn: text.clone(), made: made("m"), raised: None });
    let each: Vec<Alternative> = each.iter().map(|(index, text)| alternative(*index, text)).collect();
    if !each.is_empty() {
        world.records.sampled(&text, each);
    }
    world
}

#[test]
fn alternatives_are_chosen_from_without_the_model() {
    let three: &[(usize, &str)] = &[(2, "a = 3"), (0, "a = 1"), (1, "a = 2")];
    let table: [(&str, Which, &[(usize, &str)], &str); 8] = [
        ("the next", Which::Next, three, "begin one, write a = 2"),
        ("the one before", Which::Previous, three, "begin one, write a = 3"),
        ("by its number", Which::Index(1), three, "begin one, write a = 2"),
        ("the present one", Which::Index(0), three, "begin one, end nothing, this is the present program text"),
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
            "begin one, end nothing, this is the present program text",
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
    assert_eq!(world.settle(), "judge");
    world.take(Judged(&[(3, "a = 4"), (0, "a = 1")]));
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
                    (Done(0, "a = 1"), "judge"),
                    (Judged(&[(1, "a = 2"), (0, "a = 1")]), "leave, end done"),
                ],
            ),
            (
                "one fails",
                vec![
                    (Moved, BEGUN),
                    (Prepared, "submit 2"),
                    (Failed(0, "x"), ""),
                    (Done(1, "a = 2"), "judge"),
                    (Judged(&[(1, "a = 2")]), "leave, end done, the engine's worker is gone: x"),
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
    for event in [Moved, Prepared, Done(0, ""), Done(1, ""), Judged(&[(1, "a = 2"), (0, "a = 1")])] {
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
    // Of several, the best that is another.
    let mut world = regenerate(None);
    for event in [Moved, Prepared, Done(0, "")] {
        world.take(event);
        world.settle();
    }
    world.take(Judged(&[(0, "a = 1"), (1, "a = 2")]));
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

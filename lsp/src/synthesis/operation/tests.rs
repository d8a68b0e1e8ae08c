mod choices;
mod life;

use codegen_core::{Completion, EngineError, Sampling};
use codegen_text::provenance::testing::{alternative, made};
use codegen_text::provenance::{Alternative, Provenance};
use codegen_text::turns::{self, TurnOptions};
use serde_json::Value;

use super::Model::{Failed as Unloadable, Loading, Ready, Unloaded};
use super::*;
use crate::generate::prepare::PreparedTurn;
use crate::synthesis::step::Part;
use crate::synthesis::tests::{URI, change, completion, parse, pend};

/// An event of a command.
enum Event {
    /// None; the command is only advanced.
    Moved,
    /// Whether the client accepts the progress token.
    Known(bool),
    /// The client has changed the document: what is replaced, and by what.
    Change(&'static [(&'static str, &'static str)]),
    Prepared,
    /// Preparing it failed.
    Unprepared,
    /// A turn has been prepared that is not current any more.
    PreparedLate,
    /// A candidate has a token.
    Token(usize, &'static str),
    /// A candidate has ended.
    Done(usize, &'static str),
    /// A candidate was cancelled by the engine.
    Stopped(usize),
    Failed(usize, &'static str),
    /// The generated candidates, with their numbers, best first.
    Selected(&'static [(usize, &'static str)]),
    /// The selection failed.
    Unselected,
    /// The client has reported the text.
    Landed,
    /// The place was changed before the text arrived.
    Stale,
    /// The client did not apply the text.
    NotApplied,
    /// The command is to end with this outcome.
    End(Outcome),
    /// The model's new state.
    Model(Model<'static>),
    /// The edit of another command is pending for the prompt there.
    Arriving(&'static str),
    /// That edit has arrived.
    Arrived,
    /// The document's syntax is not known any more.
    Unparsed,
    /// The syntax is known again.
    Parsed,
    /// The syntax will not be known.
    GivenUp,
}
/// A command for the document's prompts, and the state that it depends on.
struct World {
    document: Option<Document>,
    operation: Operation<&'static str>,
    turns: TurnCache,
    records: Records,
    model: Model<'static>,
    arriving: Vec<Range<usize>>,
    can_apply: bool,
    last_id: u64,
    configured: usize,
    edit: Option<PendingEdit>,
    draw: Option<(usize, Option<u64>, bool)>,
}

impl World {
    /// A command for the turns with the prompts of `about`; `token`: whether there is a progress token.
    fn new(text: &str, about: &[&str], purpose: Purpose, token: bool) -> Self {
        let document = Document::new(text, 1);
        let prompts = about.iter().map(|about| {
            let turns = turns::turns(&document, &TurnOptions::default());
            let turn = turns.into_iter().find(|turn| turn.prompt == *about);
            turn.unwrap_or_else(|| unreachable!("no {about}")).prompt_range
        });
        let plan = Plan { prompts: prompts.collect(), about: about.concat(), notes: Vec::new() };
        let Ok(uri) = URI.parse() else { unreachable!("it is a URI") };
        let token = token.then_some(ProgressToken::Number(1));
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

    fn selected(&self, each: &[(usize, &str)]) -> Option<Box<Selected>> {
        let text = self.operation.step()?.text.clone();
        let each: Vec<Alternative> = each.iter().map(|(index, text)| alternative(*index, text)).collect();
        let sampled = each.len().max(self.configured);
        Some(Box::new(Selected { text, each, sampled, unrunnable: None, isolation: None }))
    }

    fn take(&mut self, event: Event) {
        let step = self.number();
        match event {
            Event::Moved => {}
            Event::Known(known) => self.operation.progress_ready(known),
            Event::Change(replaced) => {
                let edits = change(self.document(), replaced);
                self.operation.follow(&edits);
            }
            Event::Prepared => {
                let (made, model) = (self.make(), 1);
                self.operation.prepared(step, model, made);
            }
            Event::Unprepared => self.operation.prepared(step, 1, None),
            Event::PreparedLate => {
                let made = self.make();
                self.operation.prepared(step + 1, 1, made);
            }
            Event::Token(candidate, text) => {
                let event = Produced::Token { id: 1, text: text.to_owned(), logprob: 0.0 };
                self.operation.produced(step, candidate, event);
            }
            Event::Done(candidate, text) => {
                self.operation.produced(step, candidate, Produced::Done(completion(text)));
            }
            Event::Stopped(candidate) => {
                let done = Completion { reason: FinishReason::Cancelled, ..completion("") };
                self.operation.produced(step, candidate, Produced::Done(done));
            }
            Event::Failed(candidate, reason) => {
                let error = EngineError::WorkerDied { reason: reason.to_owned() };
                self.operation.produced(step, candidate, Produced::Failed(error));
            }
            Event::Selected(each) => {
                let selected = self.selected(each);
                self.operation.selected(step, selected);
            }
            Event::Unselected => self.operation.selected(step, None),
            Event::Landed => {
                let Some(edit) = self.edit.take() else { unreachable!("none is on its way") };
                let (record, written) = edit.into_made();
                self.records.generated(record);
                self.operation.landed(step, written);
            }
            Event::Stale => self.operation.stale(step),
            Event::NotApplied => {
                let Some(edit) = self.edit.take() else { unreachable!("none is on its way") };
                self.operation.not_applied(step, edit.into_made().1, "not applied".to_owned());
            }
            Event::End(outcome) => {
                if outcome == Outcome::Closed {
                    self.document = None;
                }
                self.operation.end(outcome);
            }
            Event::Model(model) => self.model = model,
            Event::Arriving(prompt) => {
                let text = self.document().text();
                let start = text.find(prompt).unwrap_or_default();
                self.arriving = std::iter::once(start..start + prompt.len()).collect();
            }
            Event::Arrived => self.arriving.clear(),
            Event::Unparsed => pend(self.document()),
            Event::Parsed => parse(self.document()),
            Event::GivenUp => self.document().give_up(codegen_text::document::Unparsed::TooSlow),
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

    /// Takes all actions until the command waits, and returns their names.
    fn settle(&mut self) -> String {
        let mut done = Vec::new();
        loop {
            done.push(match self.next() {
                Next::Wait => break,
                Next::Load => {
                    done.push("load".to_owned());
                    break;
                }
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
                Next::Select => {
                    self.operation.verifying(Verifying::default());
                    "select".to_owned()
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

/// Checks the actions after each event; the command is advanced after each, as the main loop does.
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

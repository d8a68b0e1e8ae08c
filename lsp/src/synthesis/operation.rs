//! A command at work: which turns are to come, which one is at work and how far, and what it answers in the end. Pure: what
//! happens is recorded, [`Operation::next`] says what is to be done, and others do it.

mod advance;
mod choose;
mod view;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use codegen_core::{Event as Produced, FinishReason};
use codegen_text::document::Document;
use codegen_text::edit::{self, Edit};
use codegen_text::provenance::{Alternatives, Records, TurnCache, TurnText};
use codegen_text::turns::{self, TurnOptions};
use tower_lsp::ls_types::{ProgressToken, Uri};

use super::answer::{Outcome, Sampled, Written};
use super::pending_edit::PendingEdit;
use super::plan::{self, Plan};
use super::purpose::{Purpose, Which};
use super::step::{Generating, Phase, Selected, Step, Verifying};
use crate::generate::prepare::{self, PreparedTurn};

/// The token that progress is reported under.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// The client shows none.
    None,
    /// The client has been asked whether it takes this token. Nothing is begun before it has answered.
    Asked(ProgressToken),
    /// The client knows it and has been told of the beginning.
    Begun(ProgressToken),
}

impl Progress {
    /// The token.
    #[must_use]
    pub fn token(&self) -> Option<&ProgressToken> {
        match self {
            Self::None => None,
            Self::Asked(token) | Self::Begun(token) => Some(token),
        }
    }

    /// The token, if there are reports under it.
    #[must_use]
    pub fn begun(&self) -> Option<&ProgressToken> {
        match self {
            Self::Begun(token) => Some(token),
            _ => None,
        }
    }
}

/// The model, as far as a command has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model<'s> {
    /// It is there; the number stands for this very one.
    Ready(u64),
    /// It is being loaded.
    Loading,
    /// It cannot be had, for this reason.
    Failed(&'s str),
}

/// What a command's decisions depend on beside what has been recorded of it.
pub struct Now<'s> {
    /// Its document as it is; `None` if it is not open.
    pub document: Option<&'s Document>,
    /// The document's turns, once they have been looked at.
    pub turns: &'s mut TurnCache,
    /// What counts as a prompt in it.
    pub options: &'s TurnOptions,
    /// What is known of turns. Failures, alternatives and texts that need no edit are noted there.
    pub records: &'s mut Records,
    /// The model.
    pub model: Model<'s>,
    /// Where the prompts are of the document's turns whose edits are on their way.
    pub arriving: &'s [Range<usize>],
    /// Whether the client can apply edits.
    pub can_apply: bool,
    /// The command's own number.
    pub id: u64,
    /// The last number that was given out: the next one is for the next turn at work.
    pub last_id: &'s mut u64,
}

/// What is to be done for a command.
#[derive(Debug)]
pub enum Next {
    /// Nothing, until something more is recorded.
    Wait,
    /// Nothing until the document's syntax is known; it is to be found at once.
    Parse,
    /// Tell the client that the work begins.
    Announce,
    /// Tell the client which turn is at work now.
    Begin,
    /// Put the turn's history together and count its tokens, for [`Operation::prepared`].
    Prepare,
    /// Ask the model for the turn, for [`Operation::submitted`].
    Submit(Box<(TurnText, PreparedTurn)>),
    /// Judge what was generated, for [`Operation::verifying`] and [`Operation::selected`].
    Select,
    /// Put an edit on its way, for [`Operation::landed`], [`Operation::stale`] or [`Operation::not_applied`].
    Write(Box<PendingEdit>),
    /// End what is being generated for the turn, tell the client so, and go on with [`Operation::left`].
    Leave,
    /// End the command.
    End(Outcome),
}

/// What the client is to be shown of what the model has produced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// How far the command has come.
    Progress,
    /// That, and the text so far.
    Text,
    /// That, and this whole text, which is the last of its candidate.
    Whole(String),
}

/// What was recorded of the turn at work and has not been acted on.
enum News {
    /// It is to be prepared.
    Begun,
    /// There are alternatives for it, and one of them is asked for.
    Known(Arc<Alternatives>, Which),
    /// It can be asked for, by the model of this number.
    Prepared(u64, Box<(TurnText, PreparedTurn)>),
    /// What was generated has been selected.
    Selected(Box<Selected>),
}

/// A command at work. `W` is whoever waits for its answer.
pub struct Operation<W> {
    uri: Uri,
    purpose: Purpose,
    responder: W,
    progress: Progress,
    /// Whether the client is to be told of the beginning.
    announce: bool,
    about: String,
    /// Where the prompts of the turns to come are now, in order.
    plan: VecDeque<Range<usize>>,
    total: usize,
    taken: usize,
    step: Option<Step>,
    news: Option<News>,
    /// Whether the turn at work is to be left.
    leaving: bool,
    /// What has been written, in order.
    written: Vec<Written>,
    /// What the command answers with, if it only answers.
    alternatives: Option<Sampled>,
    /// Turns that were edited while they were at work.
    dropped: usize,
    /// Turns that were left as they are, since writing them would have cost somebody's code or not been Python.
    refused: usize,
    tokens: usize,
    /// What the user is to be told in the end.
    notes: Vec<String>,
    /// What the user has been told already.
    told: Vec<String>,
    ending: Option<Outcome>,
}

impl<W> Operation<W> {
    /// A command whose work has not begun: [`Operation::progress_ready`] is its beginning.
    #[must_use]
    pub fn new(uri: Uri, purpose: Purpose, plan: Plan, token: Option<ProgressToken>, responder: W) -> Self {
        Self {
            uri,
            purpose,
            responder,
            progress: token.map_or(Progress::None, Progress::Asked),
            announce: false,
            about: plan.about,
            total: plan.prompts.len(),
            plan: plan.prompts.into(),
            taken: 0,
            step: None,
            news: None,
            leaving: false,
            written: Vec::new(),
            alternatives: None,
            dropped: 0,
            refused: 0,
            tokens: 0,
            notes: plan.notes,
            told: Vec::new(),
            ending: None,
        }
    }

    /// Records that the client knows the token, or will not.
    pub fn progress_ready(&mut self, known: bool) {
        if let Progress::Asked(token) = &self.progress {
            self.progress = if known { Progress::Begun(token.clone()) } else { Progress::None };
            self.announce = known;
        }
    }

    /// Records the changes of the buffer of one notification. Planned turns that are gone are forgotten; a turn at work that
    /// they touched gets nothing.
    pub fn follow(&mut self, changes: &[Edit]) {
        for change in changes {
            let before = self.plan.len();
            self.plan = self.plan.iter().filter_map(|prompt| edit::map_range(prompt, change)).collect();
            let gone = before - self.plan.len();
            self.taken += gone;
            if gone > 0 && self.total == 1 {
                self.lose();
            }
            if let Some(step) = &mut self.step {
                step.follow(change);
            }
        }
        // While the client applies our own edit, that very edit comes back as a change.
        let at_work = self.step.as_ref().filter(|step| !matches!(step.phase, Phase::Applying));
        if at_work.is_some_and(Step::is_touched) {
            self.drop_turn();
        }
    }

    /// Records that it is to end before its time; one that has nothing left to do ends as it would have.
    pub fn end(&mut self, outcome: Outcome) {
        if self.ending.is_none() {
            let over = self.step.is_none() && self.plan.is_empty() && !matches!(self.progress, Progress::Asked(_));
            self.ending = Some(if over { self.outcome() } else { outcome });
        }
    }

    /// Records that the turn can be asked for, by the model of the number `model`, or that preparing it failed.
    pub fn prepared(&mut self, step: u64, model: u64, result: Option<Box<(TurnText, PreparedTurn)>>) {
        match result {
            _ if !self.is_at(step) => {}
            Some(result) => self.news = Some(News::Prepared(model, result)),
            None => self.fail("preparing the turn failed for a reason in the log".to_owned()),
        }
    }

    /// Records that the model is at work on the turn.
    pub fn submitted(&mut self, generating: Generating) {
        if let Some(step) = &mut self.step {
            step.phase = Phase::Generating(Box::new(generating));
        }
    }

    /// Records what the model has produced of a candidate: what the client is to be shown of it. It fails the candidate only.
    pub fn produced(&mut self, step: u64, candidate: usize, event: Produced) -> Shown {
        let Some(Step { phase: Phase::Generating(generating), .. }) = self.step.as_mut().filter(|own| own.id == step)
        else {
            return Shown::Nothing;
        };
        let Some(part) = generating.parts.get_mut(candidate) else { return Shown::Nothing };
        match event {
            Produced::Token { text, .. } => {
                part.text.push_str(&text);
                part.tokens += 1;
                self.tokens += 1;
                match text.is_empty() {
                    false => Shown::Text,
                    true if self.progress.begun().is_some() => Shown::Progress,
                    true => Shown::Nothing,
                }
            }
            Produced::Done(mut done) => {
                part.ended = true;
                if !matches!(done.reason, FinishReason::Cancelled | FinishReason::Superseded) {
                    part.completion = Some(done.clone());
                    prepare::trim(&mut done);
                }
                Shown::Whole(done.text)
            }
            Produced::Failed(error) => {
                part.ended = true;
                self.told.push(error.to_string());
                Shown::Whole(part.text.clone())
            }
        }
    }

    /// Records that what was generated is being selected.
    pub fn verifying(&mut self, verifying: Verifying) {
        if let Some(step) = &mut self.step {
            step.phase = Phase::Verifying(verifying);
        }
    }

    /// Records what came of judging what was generated, or that it failed.
    pub fn selected(&mut self, step: u64, selected: Option<Box<Selected>>) {
        match selected {
            _ if !self.is_at(step) => {}
            Some(selected) => self.news = Some(News::Selected(selected)),
            None => self.fail("judging the program text failed for a reason in the log".to_owned()),
        }
    }

    /// Records that the turn's text is in the document.
    pub fn landed(&mut self, step: u64, written: Written) {
        let Some(step) = self.step.as_ref().filter(|own| own.id == step) else { return };
        let note = match turns::line_count(&step.snapshot, &step.turn.target) {
            _ if !self.replaces() || step.turn.generated.is_some() => None,
            0 => None,
            1 => Some("1 line was replaced by generated code".to_owned()),
            lines => Some(format!("{lines} lines were replaced by generated code")),
        };
        self.written.push(written);
        self.notes.extend(note);
        self.leaving = true;
    }

    /// Records that the turn was edited where its text was to go.
    pub fn stale(&mut self, step: u64) {
        if self.is_at(step) {
            self.drop_turn();
        }
    }

    /// Records that the client did not apply the turn's text. The command's answer has it, so that it is not lost.
    pub fn not_applied(&mut self, step: u64, written: Written, note: String) {
        if self.is_at(step) {
            self.written.push(written);
            self.notes.push(note);
            self.end(Outcome::NotApplied);
        }
    }

    /// Records that the turn at work has been left: its number.
    pub fn left(&mut self) -> Option<u64> {
        self.leaving = false;
        self.news = None;
        self.step.take().map(|step| step.id)
    }

    /// Its only turn is gone.
    fn lose(&mut self) {
        self.dropped += 1;
        self.notes.push("the prompt is gone, so there is nothing to write".to_owned());
    }

    /// The turn at work was edited: its result has nowhere to go. What follows from it does not come, what else was planned
    /// does.
    fn drop_turn(&mut self) {
        self.dropped += 1;
        let turn = match self.total {
            1 => "the turn".to_owned(),
            _ => format!("the turn {}", self.which()),
        };
        self.notes.push(format!("{turn} was edited while it was synthesized; the result is dropped"));
        if self.purpose == Purpose::All {
            self.leaving = true;
        } else {
            self.end(Outcome::Dropped);
        }
    }

    fn fail(&mut self, reason: String) {
        self.notes.push(reason);
        self.end(Outcome::Failed);
    }

    fn failed(&mut self, reason: String) -> Next {
        self.notes.push(reason);
        self.over(Outcome::Failed)
    }

    fn over(&mut self, outcome: Outcome) -> Next {
        self.ending = Some(outcome);
        Next::End(outcome)
    }

    /// How it ended, where nothing ended it before its time.
    fn outcome(&self) -> Outcome {
        match self.dropped {
            _ if !self.written.is_empty() || self.alternatives.is_some() => Outcome::Done,
            0 if self.refused > 0 => Outcome::Refused,
            0 => Outcome::Nothing,
            _ => Outcome::Dropped,
        }
    }

    /// The turn at work, in words: by its prompt, where there are several.
    fn which(&self) -> String {
        match &self.step {
            Some(step) if self.total > 1 => format!("\"{}\"", plan::first_line(&step.turn)),
            _ => "this prompt".to_owned(),
        }
    }

    fn replaces(&self) -> bool {
        matches!(self.purpose, Purpose::Replace { .. })
    }

    fn is_at(&self, step: u64) -> bool {
        self.step.as_ref().is_some_and(|own| own.id == step)
    }
}

#[cfg(test)]
mod tests;

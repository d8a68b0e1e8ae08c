//! A command in progress: its planned turns, the current one and its phase, and the answer. Pure: what happens is
//! recorded, [`Operation::next`] returns what is to be done, and the handlers do it.

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

/// The token under which progress is reported.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// The client shows no progress.
    None,
    /// The client has been asked whether it accepts this token. The work does not start before its answer.
    Asked(ProgressToken),
    /// The client has accepted it and has been told of the start.
    Begun(ProgressToken),
}

impl Progress {
    #[must_use]
    pub fn token(&self) -> Option<&ProgressToken> {
        match self {
            Self::None => None,
            Self::Asked(token) | Self::Begun(token) => Some(token),
        }
    }

    /// The token, if progress is reported under it.
    #[must_use]
    pub fn begun(&self) -> Option<&ProgressToken> {
        match self {
            Self::Begun(token) => Some(token),
            _ => None,
        }
    }
}

/// The state of the model, as far as a command needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model<'s> {
    /// Loaded; the number identifies this load.
    Ready(u64),
    /// Being loaded.
    Loading,
    /// Not loaded before it is needed.
    Unloaded,
    /// Not available, for this reason.
    Failed(&'s str),
}

/// The state outside of a command that its decisions depend on.
pub struct Now<'s> {
    /// The document; `None` if it is not open.
    pub document: Option<&'s Document>,
    /// The document's turns, if they have been found.
    pub turns: &'s mut TurnCache,
    /// The options that decide what is a prompt.
    pub options: &'s TurnOptions,
    /// Records of how turns were generated. Failures, alternatives and texts that need no edit are recorded there.
    pub records: &'s mut Records,
    pub model: Model<'s>,
    /// The ranges of the prompts of the document's turns that have a pending edit.
    pub arriving: &'s [Range<usize>],
    pub can_apply: bool,
    pub id: u64,
    /// The last number given out; the next one is for the next step.
    pub last_id: &'s mut u64,
}

/// The action to take for a command.
#[derive(Debug)]
pub enum Next {
    /// Wait until something more is recorded.
    Wait,
    /// Load the model, and wait until it is there.
    Load,
    /// Parse the document at once, and wait until its syntax is known.
    Parse,
    /// Tell the client that the work starts.
    Announce,
    /// Tell the client which turn is current now.
    Begin,
    /// Build the turn's history and count its tokens; [`Operation::prepared`] takes the result.
    Prepare,
    /// Submit the turn to the model; [`Operation::submitted`] records it.
    Submit(Box<(TurnText, PreparedTurn)>),
    /// Select among the candidates; [`Operation::verifying`] and [`Operation::selected`] record it.
    Select,
    /// Send an edit; [`Operation::landed`], [`Operation::stale`] or [`Operation::not_applied`] records its end.
    Write(Box<PendingEdit>),
    /// Cancel the generations of the turn, tell the client, and call [`Operation::left`].
    Leave,
    End(Outcome),
}

/// The part of the model's output that the client is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Nothing,
    /// The progress of the command.
    Progress,
    /// The progress, and the text so far.
    Text,
    /// The progress, and this whole text, which is the last of its candidate.
    Whole(String),
}

/// What was recorded of the current turn and has not been acted on.
enum News {
    /// The turn is to be prepared.
    Begun,
    /// The turn has alternatives, and one of them is asked for.
    Known(Arc<Alternatives>, Which),
    /// The turn is prepared, for the model with this number.
    Prepared(u64, Box<(TurnText, PreparedTurn)>),
    /// The candidates have been selected.
    Selected(Box<Selected>),
}

/// A command in progress. `W` answers its request.
pub struct Operation<W> {
    uri: Uri,
    purpose: Purpose,
    responder: W,
    progress: Progress,
    /// Whether the client is to be told of the start.
    announce: bool,
    about: String,
    /// The ranges of the prompts of the planned turns, in order, in the document as it is now.
    plan: VecDeque<Range<usize>>,
    total: usize,
    taken: usize,
    step: Option<Step>,
    news: Option<News>,
    /// Whether the current turn is to be left.
    leaving: bool,
    /// The code that has been written, in order.
    written: Vec<Written>,
    /// The alternatives, for a command that only answers.
    alternatives: Option<Sampled>,
    /// The number of turns that were edited while they were current.
    dropped: usize,
    /// The number of turns that are left as they are, because code would replace the user's own or not be Python.
    refused: usize,
    tokens: usize,
    /// Messages for the user at the end.
    notes: Vec<String>,
    /// Messages that the user has been shown already.
    told: Vec<String>,
    ending: Option<Outcome>,
}

impl<W> Operation<W> {
    /// A command whose work has not started; [`Operation::progress_ready`] starts it.
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

    /// Records whether the client has accepted the token.
    pub fn progress_ready(&mut self, known: bool) {
        if let Progress::Asked(token) = &self.progress {
            self.progress = if known { Progress::Begun(token.clone()) } else { Progress::None };
            self.announce = known;
        }
    }

    /// Records the changes of the buffer in one notification. Planned turns that are gone are forgotten; if the changes
    /// touch the current turn, its result is dropped.
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
        // While the client applies the server's own edit, that edit comes back as a change.
        let at_work = self.step.as_ref().filter(|step| !matches!(step.phase, Phase::Applying));
        if at_work.is_some_and(Step::is_touched) {
            self.drop_turn();
        }
    }

    /// Records that the command is to end early; one that has nothing left to do ends as it would have.
    pub fn end(&mut self, outcome: Outcome) {
        if self.ending.is_none() {
            let over = self.step.is_none() && self.plan.is_empty() && !matches!(self.progress, Progress::Asked(_));
            self.ending = Some(if over { self.outcome() } else { outcome });
        }
    }

    /// Records the prepared turn, for the model with the number `model`, or that preparing it failed.
    pub fn prepared(&mut self, step: u64, model: u64, result: Option<Box<(TurnText, PreparedTurn)>>) {
        match result {
            _ if !self.is_at(step) => {}
            Some(result) => self.news = Some(News::Prepared(model, result)),
            None => self.fail("preparing the turn failed for a reason in the log".to_owned()),
        }
    }

    /// Records that the model is generating the turn.
    pub fn submitted(&mut self, generating: Generating) {
        if let Some(step) = &mut self.step {
            step.phase = Phase::Generating(Box::new(generating));
        }
    }

    /// Records the model's output for a candidate, and returns the part to show to the client. An error fails this
    /// candidate only.
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

    /// Records that the selection has started.
    pub fn verifying(&mut self, verifying: Verifying) {
        if let Some(step) = &mut self.step {
            step.phase = Phase::Verifying(verifying);
        }
    }

    /// Records the result of the selection, or that it failed.
    pub fn selected(&mut self, step: u64, selected: Option<Box<Selected>>) {
        match selected {
            _ if !self.is_at(step) => {}
            Some(selected) => self.news = Some(News::Selected(selected)),
            None => self.fail("judging the code failed for a reason in the log".to_owned()),
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

    /// Records that the user edited the turn where its code was to go.
    pub fn stale(&mut self, step: u64) {
        if self.is_at(step) {
            self.drop_turn();
        }
    }

    /// Records that the client did not apply the turn's code. The command's answer has the code, so that it is not
    /// lost.
    pub fn not_applied(&mut self, step: u64, written: Written, note: String) {
        if self.is_at(step) {
            self.written.push(written);
            self.notes.push(note);
            self.end(Outcome::NotApplied);
        }
    }

    /// Records that the current turn was left, and returns the number of its step.
    pub fn left(&mut self) -> Option<u64> {
        self.leaving = false;
        self.news = None;
        self.step.take().map(|step| step.id)
    }

    /// Ends the command because its only turn is gone.
    fn lose(&mut self) {
        self.dropped += 1;
        self.notes.push("the prompt is gone, so there is nothing to write".to_owned());
    }

    /// Drops the current turn, which was edited. Turns that follow because of it are dropped, too; other planned turns
    /// stay.
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

    /// The outcome, unless the command was ended early.
    fn outcome(&self) -> Outcome {
        match self.dropped {
            _ if !self.written.is_empty() || self.alternatives.is_some() => Outcome::Done,
            0 if self.refused > 0 => Outcome::Refused,
            0 => Outcome::Nothing,
            _ => Outcome::Dropped,
        }
    }

    /// The current turn in words: by its prompt, if there are several turns.
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

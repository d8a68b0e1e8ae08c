//! A command at work: which turns are to come, which one is at work and how far, and what it answers in the end. Plain data;
//! `handlers::synthesis` moves it on.

mod answer;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use codegen_core::{Completion, Sampling};
use codegen_text::document::Document;
use codegen_text::edit::{self, Edit};
use codegen_text::provenance::{Alternative, Alternatives, TurnText};
use codegen_text::turns::{self, Refusal, Turn};
use tower_lsp::ls_types::{ProgressToken, Uri};

use crate::generate::prepare::PreparedTurn;
use crate::server::state::CommandWaiter;
pub use answer::{Outcome, Written, empty_answer};

/// What a command is to do with its turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Write a program text.
    Synthesize,
    /// Write the program text of every turn that has none.
    All,
    /// Write another program text.
    Regenerate {
        /// What the tokens are drawn with, if they are to be drawn in any case.
        seed: Option<u64>,
        /// Whether later turns of the block follow.
        following: bool,
    },
    /// Answer with alternatives.
    Candidates {
        /// How many are sampled.
        count: usize,
        /// The first of their seeds.
        seed: Option<u64>,
    },
    /// Write an alternative.
    Accept(Which),
    /// Write a program text in place of the lines that belong to the prompt, whoever wrote them.
    Replace {
        /// How many lines the user was told of, if any.
        lines: Option<usize>,
        /// The alternative that is written, if it is to be one.
        which: Option<Which>,
    },
}

impl Purpose {
    /// The turn as this command is to write it, or why it may not; see [`turns::resolved`].
    ///
    /// # Errors
    /// It may not, or no statement can stand there.
    pub fn resolve(&self, document: &Document, turn: Turn) -> Result<Turn, Refusal> {
        match self {
            Self::Replace { .. } => turns::resolved(document, turn, true),
            // It writes nothing, and shows what could take the place of what there is.
            Self::Candidates { .. } => Ok(turns::resolved(document, turn.clone(), true).unwrap_or(turn)),
            Self::Synthesize | Self::All | Self::Regenerate { .. } | Self::Accept(_) => {
                turns::resolved(document, turn, false)
            }
        }
    }

    /// Which alternative is asked for, if one is.
    #[must_use]
    pub fn which(&self) -> Option<Which> {
        match self {
            Self::Accept(which) | Self::Replace { which: Some(which), .. } => Some(*which),
            _ => None,
        }
    }
}

/// Which alternative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one that was sampled with this number.
    Index(usize),
    /// The one after the present program text.
    Next,
    /// The one before it.
    Previous,
}

impl Which {
    /// Its place among the alternatives, for a turn with this program text.
    #[must_use]
    pub fn place(self, alternatives: &Alternatives, program: &str) -> Option<usize> {
        match self {
            Self::Index(index) => alternatives.sampled_as(index),
            Self::Next => alternatives.next(program),
            Self::Previous => alternatives.previous(program),
        }
    }
}

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

/// A command at work.
pub struct Operation {
    /// Its buffer.
    pub uri: Uri,
    /// What it is to do.
    pub purpose: Purpose,
    /// Who waits for its answer.
    pub waiter: CommandWaiter,
    /// What progress is reported under.
    pub progress: Progress,
    /// The first line of the first prompt: what the user is shown.
    pub about: String,
    /// Where the prompts of the turns to come are now, in order.
    pub plan: VecDeque<Range<usize>>,
    /// How many turns there were to be.
    pub total: usize,
    /// How many have been begun or skipped.
    pub taken: usize,
    /// The turn at work.
    pub step: Option<Step>,
    /// What has been written, in order.
    pub written: Vec<Written>,
    /// What the command answers with, if it only answers.
    pub alternatives: Option<Sampled>,
    /// Turns that were edited while they were at work.
    pub dropped: usize,
    /// Turns that were left as they are, since writing them would have cost somebody's code or not been Python.
    pub refused: usize,
    /// Tokens generated so far.
    pub tokens: usize,
    /// What the user is to be told in the end.
    pub notes: Vec<String>,
    /// What the user has been told already.
    pub told: Vec<String>,
}

/// Alternatives as they are answered.
pub struct Sampled {
    /// Best first.
    pub each: Vec<Alternative>,
    /// The turn's program text at the time.
    pub present: String,
    /// Lines that were not generated here and that an alternative could only be written in place of.
    pub replaces: usize,
}

/// A turn at work.
pub struct Step {
    /// Its number; generations and background work report under it.
    pub id: u64,
    /// The buffer as it was when the turn's time came.
    pub snapshot: Document,
    /// The turn, in the snapshot, its target decided.
    pub turn: Turn,
    /// The turn as text.
    pub text: TurnText,
    /// Where the prompt is now.
    pub prompt: Option<Range<usize>>,
    /// Where the turn's lines are now; `None` once they were edited.
    pub place: Option<Edit>,
    /// What its edit would replace, where that is now; `None` once it was edited.
    pub target: Option<Edit>,
    /// How far it has come.
    pub phase: Phase,
}

/// How far a turn has come.
pub enum Phase {
    /// Its history is being put together and counted in tokens.
    Preparing,
    /// The model is at work on it.
    Generating(Box<Generating>),
    /// What the model wrote is being judged, and perhaps run.
    Verifying(Verifying),
    /// Its edit is on the way; see [`crate::landing`].
    Landing,
}

/// One or several continuations of one prompt.
pub struct Generating {
    /// The turn as text.
    pub text: TurnText,
    /// What the model was asked.
    pub prepared: PreparedTurn,
    /// The model's name.
    pub model: String,
    /// The continuations.
    pub parts: Vec<Part>,
}

/// One continuation.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// How its tokens are picked.
    pub sampling: Sampling,
    /// What there is so far.
    pub text: String,
    /// Tokens of it.
    pub tokens: usize,
    /// Whether no more will come.
    pub ended: bool,
    /// What came of it in the end, if it went well.
    pub completion: Option<Completion>,
}

/// Background work that stops when this goes.
#[derive(Debug, Default)]
pub struct Verifying(pub Arc<AtomicBool>);

impl Drop for Verifying {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Step {
    /// A turn of a document whose time has come, and its text.
    #[must_use]
    pub fn new(id: u64, snapshot: Document, (turn, text): (Turn, TurnText)) -> Self {
        // Where the edit goes does not depend on what is written.
        let target = turns::program_edit(&snapshot, &turn, "pass");
        let place = Edit { range: turn.prompt_range.start..turn.target.end, text: String::new() };
        let prompt = Some(turn.prompt_range.clone());
        Self { id, snapshot, turn, text, prompt, place: Some(place), target: Some(target), phase: Phase::Preparing }
    }

    /// Follows a change of the buffer.
    pub fn follow(&mut self, change: &Edit) {
        self.prompt = self.prompt.take().and_then(|prompt| edit::follow(&prompt, change));
        self.place = self.place.take().and_then(|place| edit::rebase(&place, change));
        self.target = self.target.take().and_then(|target| edit::rebase_strictly(&target, change));
    }

    /// Whether the turn was edited since its time came.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        self.place.is_none() || self.target.is_none()
    }

    /// The edit that writes `program`, where it belongs now; `None` if the turn was edited.
    #[must_use]
    pub fn edit(&self, program: &str) -> Option<Edit> {
        let range = self.target.as_ref().filter(|_| self.place.is_some())?.range.clone();
        Some(Edit { range, text: turns::program_edit(&self.snapshot, &self.turn, program).text })
    }
}

impl Operation {
    /// Follows a change of the buffer. Planned turns that are gone are forgotten.
    pub fn follow(&mut self, change: &Edit) {
        let before = self.plan.len();
        self.plan = self.plan.iter().filter_map(|prompt| edit::follow(prompt, change)).collect();
        let gone = before - self.plan.len();
        self.taken += gone;
        if gone > 0 && self.total == 1 {
            self.lost();
        }
        if let Some(step) = &mut self.step {
            step.follow(change);
        }
    }

    /// Notes that its only turn is gone.
    pub fn lost(&mut self) {
        self.dropped += 1;
        self.notes.push("the prompt is gone, so there is nothing to write".to_owned());
    }

    /// Whether a turn whose prompt is there is at work or planned.
    #[must_use]
    pub fn covers(&self, prompt: &Range<usize>) -> bool {
        self.prompts().any(|own| overlap(own, prompt))
    }

    /// Where the prompts of the turns are that are at work or planned.
    pub fn prompts(&self) -> impl Iterator<Item = &Range<usize>> {
        self.step.iter().filter_map(|step| step.prompt.as_ref()).chain(&self.plan)
    }

    /// Whether the buffer stays as it is.
    #[must_use]
    pub fn only_answers(&self) -> bool {
        matches!(self.purpose, Purpose::Candidates { .. })
    }

    /// Notes that a turn is left as it is.
    pub fn refuse(&mut self, turn: &Turn, refusal: &Refusal) {
        self.refused += 1;
        let about = match self.total {
            1 => String::new(),
            _ => format!("\"{}\": ", turn.prompt.lines().next().unwrap_or_default()),
        };
        self.notes.push(format!("{about}{refusal}"));
    }

    /// How it ended, where nothing ended it before its time.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.dropped {
            _ if !self.written.is_empty() || self.alternatives.is_some() => Outcome::Done,
            0 if self.refused > 0 => Outcome::Refused,
            0 => Outcome::Nothing,
            _ => Outcome::Dropped,
        }
    }
}

/// Whether two ranges share a byte; those that are empty share their place.
#[must_use]
pub fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end.max(other.start + 1) && other.start < one.end.max(one.start + 1)
}

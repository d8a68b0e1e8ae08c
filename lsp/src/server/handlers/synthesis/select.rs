//! Selects among the candidates of a turn away from the main loop: by their syntax and names, and by running them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use codegen_core::{Completion, Sampling};
use codegen_sandbox::{Isolation, Level};
use codegen_text::candidates::Ranked;
use codegen_text::document::Document;
use codegen_text::provenance::{Alternative, GenerationInfo, TurnText};
use codegen_text::turns::{self, Turn};
use tower_lsp::ls_types::{MessageType, Uri};

use crate::config::Verify;
use crate::generate::prepare::PreparedTurn;
use crate::generate::run::{self, RunOptions};
use crate::generate::select::select;
use crate::server::session::Session;
use crate::synthesis::Selected;

/// A completion, before the selection.
pub(super) struct Generated {
    /// The number among the sampled candidates.
    pub index: usize,
    /// The way in which its tokens were sampled.
    pub sampling: Sampling,
    /// The text that the model wrote.
    pub completion: Completion,
}

/// The input of a selection.
pub(super) struct Work {
    /// The buffer's text when the turn became current.
    pub document: Document,
    pub turn: Turn,
    pub text: TurnText,
    /// The prompt that the model was given.
    pub prepared: PreparedTurn,
    pub model: String,
    pub generated: Vec<Generated>,
    /// The way in which programs are run; `None` if they are not.
    pub run: Option<RunOptions>,
    /// Set when the result is no longer wanted.
    pub cancel: Arc<AtomicBool>,
}

/// The way in which programs of this file are run, or `None`. If they should be run but are not, the user is told why.
pub(super) fn run_options(session: &mut Session, uri: &Uri) -> Option<RunOptions> {
    let synthesis = &session.state.config_for(uri).synthesis;
    if synthesis.verify != Verify::Run {
        return None;
    }
    let options = RunOptions::of(synthesis);
    if session.state.trusted(uri) {
        return Some(options);
    }
    let text = "codegen-lsp: codegen.synthesis.verify is \"run\", but programs are run in trusted folders only \
                (\"trusted\", in initializationOptions or your own configuration file); they are checked without being run";
    session.tell_once(MessageType::WARNING, text.to_owned());
    None
}

/// Tells the user why programs are not run.
pub(super) fn cannot_run(session: &mut Session, reason: &str) {
    let text = format!("codegen-lsp: programs cannot be run, so they are checked without that: {reason}");
    session.tell_once(MessageType::WARNING, text);
}

/// Tells the user, once, how programs are isolated.
pub(super) fn tell_isolation(session: &mut Session, held: Isolation) {
    let text = format!("codegen-lsp: {}", run::isolation(held));
    if held.level() < Level::default() {
        session.tell_once(MessageType::WARNING, text);
    } else if session.state.said.insert(&text) {
        session.outbox.log(MessageType::INFO, text);
    }
}

impl Work {
    /// Ranks the completions, and adds how each was generated. Blocks.
    pub fn select(self) -> Selected {
        let sampled = self.generated.len();
        let completions = self.generated.iter().map(|generated| (generated.index, generated.completion.clone()));
        let selection = select(&self.document, &self.turn, completions, self.run.as_ref(), &self.cancel);
        let (isolation, unrunnable) = match selection.run {
            Ok(held) => (held, None),
            Err(error) => (None, Some(error.to_string())),
        };
        let each = selection.ranked.into_iter().filter_map(|ranked| self.alternative(ranked)).collect();
        Selected { text: self.text, each, sampled, unrunnable, isolation }
    }

    fn alternative(&self, ranked: Ranked) -> Option<Alternative> {
        let raw = self.generated.iter().find(|generated| generated.index == ranked.index)?;
        let made = GenerationInfo {
            model: self.model.clone(),
            sampling: raw.sampling,
            max_tokens: self.prepared.max_tokens,
            prompt: self.prepared.prompt.clone(),
            history: self.prepared.cut.clone(),
            completion: raw.completion.clone(),
        };
        let program = turns::written_text(&self.document, &self.turn, &ranked.completion.text);
        Some(Alternative { program, ranked, made })
    }
}

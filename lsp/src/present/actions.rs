//! Code actions on a prompt or a selection of prompts: which ones, and their titles. Pure.

use std::ops::Range;

use codegen_text::document::Document;
use codegen_text::provenance::TurnState;
use codegen_text::turns::{self, Insertion, Refusal, Turn};
use tower_lsp::ls_types as lsp;

use crate::present::status::{Known, Offer};

/// The turns at a cursor or in a selection, by their index in `all`: for a cursor the one that it is in; for a
/// selection those whose prompt is in it, or else the one that it starts in.
#[must_use]
pub fn selected(document: &Document, all: &[Known], selection: &Range<usize>) -> Vec<usize> {
    let inside = |known: &Known| {
        let prompt = &known.turn.prompt_range;
        prompt.start < selection.end && selection.start < prompt.end
    };
    let prompts: Vec<usize> =
        all.iter().enumerate().filter(|(_, known)| inside(known)).map(|(index, _)| index).collect();
    if !prompts.is_empty() {
        return prompts;
    }
    let turns: Vec<Turn> = all.iter().map(|known| known.turn.clone()).collect();
    turns::innermost(document, &turns, selection.start).into_iter().collect()
}

#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    pub title: String,
    pub offer: Offer,
    /// The reason why it cannot be run, if it cannot.
    pub disabled: Option<String>,
}

impl Action {
    fn new(title: impl Into<String>, offer: Offer) -> Self {
        Self { title: title.into(), offer, disabled: None }
    }
}

/// The actions for one turn.
#[must_use]
pub fn of_turn(known: &Known) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut add = |title: &str, offer: Offer| actions.push(Action::new(title, offer));
    if known.working {
        add("Cancel the synthesis of this turn", Offer::Cancel);
        add("Explain this turn", Offer::Explain);
        return actions;
    }
    match &known.insertion {
        Insertion::Insert { .. } | Insertion::ReplacePlaceholder { .. } => {
            let again = if known.state == TurnState::Failed { " again" } else { "" };
            add(&format!("Write code for this prompt{again}"), Offer::Synthesize);
        }
        Insertion::ReplaceGenerated { .. } => add("Regenerate this turn", Offer::Regenerate),
        Insertion::Refuse(Refusal::OwnCode { lines }) => {
            add(&crate::present::status::replacing(*lines), Offer::Replace(*lines))
        }
        Insertion::Refuse(refusal @ Refusal::NoStatement(_)) => {
            let reason = Some(refusal.to_string());
            let title = "Write code for this prompt".to_owned();
            actions.push(Action { title, offer: Offer::Synthesize, disabled: reason });
            actions.push(Action::new("Explain this turn", Offer::Explain));
            return actions;
        }
    }
    if known.is_generated() {
        if known.following {
            add("Regenerate from here", Offer::RegenerateFromHere);
        }
        if known.record.is_some() {
            add("Write the next candidate", Offer::NextCandidate);
        }
    }
    add("Show candidates for this turn", Offer::Candidates);
    add("Explain this turn", Offer::Explain);
    actions
}

/// The actions for a selection of several turns.
#[must_use]
pub fn of_several(turns: &[&Known], selection: lsp::Range) -> Vec<Action> {
    let title = match turns.iter().filter(|known| known.waits()).count() {
        0 => return Vec::new(),
        1 => "Write code for the empty prompt in the selection".to_owned(),
        empty => format!("Write code for the {empty} empty prompts in the selection"),
    };
    vec![Action::new(title, Offer::SynthesizeAll(Some(selection)))]
}

/// Whether a client that asks for code actions `only` of these kinds wants `refactor.rewrite`. A kind includes those
/// that it is a prefix of.
#[must_use]
pub fn wanted(only: Option<&[lsp::CodeActionKind]>) -> bool {
    let ours = lsp::CodeActionKind::REFACTOR_REWRITE;
    only.is_none_or(|kinds| {
        kinds.iter().any(|kind| {
            let rest = ours.as_str().strip_prefix(kind.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || kind.as_str().is_empty())
        })
    })
}

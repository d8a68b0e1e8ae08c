//! Code actions on a prompt or a selection of prompts: which, and what they say. Pure.

use std::ops::Range;

use tower_lsp::ls_types as lsp;

use super::{Known, Offer};
use crate::document::Document;
use crate::records::TurnState;
use crate::turns::{self, Turn};

/// The turns that a cursor or a selection is about, by their index in `all`: for a cursor the one that it is in; for a
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

/// What is offered for one turn, each with its title.
#[must_use]
pub fn of_turn(known: &Known) -> Vec<(String, Offer)> {
    let mut offers = Vec::new();
    let mut add = |title: &str, offer: Offer| offers.push((title.to_owned(), offer));
    if known.working {
        add("Cancel the synthesis of this turn", Offer::Cancel);
    } else {
        if known.is_empty() {
            let again = if known.state == TurnState::Failed { " again" } else { "" };
            add(&format!("Synthesize this turn{again}"), Offer::Synthesize);
        } else if known.is_handwritten() {
            add("Replace by generated code", Offer::Regenerate);
        } else {
            add("Regenerate this turn", Offer::Regenerate);
        }
        if known.following && !known.is_empty() {
            let replacing = if known.is_handwritten() { "Replace this turn and regenerate" } else { "Regenerate" };
            add(&format!("{replacing} from here"), Offer::RegenerateFromHere);
        }
        if known.record.is_some() && !known.is_empty() {
            add("Write the next candidate", Offer::NextCandidate);
        }
        add("Show candidates for this turn", Offer::Candidates);
    }
    add("Explain this turn", Offer::Explain);
    offers
}

/// What is offered for a selection of several turns, each with its title.
#[must_use]
pub fn of_several(turns: &[&Known], selection: lsp::Range) -> Vec<(String, Offer)> {
    let title = match turns.iter().filter(|known| known.is_empty() && !known.working).count() {
        0 => return Vec::new(),
        1 => "Synthesize the empty turn in the selection".to_owned(),
        empty => format!("Synthesize the {empty} empty turns in the selection"),
    };
    vec![(title, Offer::SynthesizeAll(Some(selection)))]
}

/// Whether a client that asks for code actions `only` of these kinds wants those that rewrite. A kind includes what it is a
/// prefix of.
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

//! Code lenses over prompts: which ones, and their titles. Pure.

use codegen_text::provenance::{Provenance, TurnState};
use codegen_text::turns::{Insertion, Refusal};

use super::cuts::Cut;
use crate::config::CodeLenses;
use crate::generate::run;
use crate::present::status::{Changed, Known, Offer, replacing};

/// The largest number of characters of an error message that a lens shows.
const MESSAGE: usize = 80;

/// A lens over the prompt of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Lens {
    /// The index of the turn.
    pub turn: usize,
    pub title: String,
    pub offer: Offer,
}

/// Whether a turn has lenses. `marker`: whether prompts have a marker, so that every prompt is meant as one.
#[must_use]
pub fn shown(known: &Known, which: CodeLenses, marker: bool) -> bool {
    match which {
        CodeLenses::Off => false,
        CodeLenses::All => true,
        CodeLenses::Auto => marker || known.is_shown(),
    }
}

/// The lenses of the turns that `shown` admits. `cuts` holds the cut of each turn's history, in the order of the turns.
#[must_use]
pub fn lenses(turns: &[Known], cuts: &[Option<Cut>], shown: impl Fn(&Known) -> bool) -> Vec<Lens> {
    let empty = turns.iter().filter(|known| known.waits()).count();
    let first = turns.iter().position(Known::waits);
    let mut lenses = Vec::new();
    for (index, known) in turns.iter().enumerate().filter(|(_, known)| shown(known)) {
        let mut add = |title: String, offer: Offer| lenses.push(Lens { turn: index, title, offer });
        if known.working {
            add("Cancel".to_owned(), Offer::Cancel);
            continue;
        }
        match &known.insertion {
            Insertion::Insert { .. } | Insertion::ReplacePlaceholder { .. } => {
                let again = if known.state == TurnState::Failed { " again" } else { "" };
                add(format!("Write code{again}"), Offer::Synthesize);
                if empty > 1 && first == Some(index) {
                    add(format!("Write all ({empty})"), Offer::SynthesizeAll(None));
                }
            }
            Insertion::ReplaceGenerated { .. } => {
                add("Regenerate".to_owned(), Offer::Regenerate);
                if known.following {
                    add("Regenerate from here".to_owned(), Offer::RegenerateFromHere);
                }
                let which = match known.place {
                    Some((place, count)) if count > 1 => format!(" ({}/{count})", place + 1),
                    _ => String::new(),
                };
                add(format!("Next candidate{which}"), Offer::NextCandidate);
            }
            Insertion::Refuse(Refusal::OwnCode { lines }) => add(replacing(*lines), Offer::Replace(*lines)),
            Insertion::Refuse(refusal @ Refusal::NoStatement(_)) => {
                add(refusal.to_string(), Offer::Explain);
                continue;
            }
        }
        if let Some(status) = status(known, cuts.get(index).and_then(Option::as_ref)) {
            add(status, Offer::Explain);
        }
    }
    lenses
}

/// The state of a turn in words; `None` for one that is empty and whose history fits.
fn status(known: &Known, cut: Option<&Cut>) -> Option<String> {
    let state = match known.state {
        TurnState::Empty => None,
        TurnState::Failed => Some(match &known.failure {
            Some(reason) => format!("failed: {}", line(reason)),
            None => "failed".to_owned(),
        }),
        // The code behind a blank line is none of a prompt that asks for other code.
        TurnState::Edited if known.record.is_none() && known.offers => None,
        TurnState::Edited if known.record.is_none() => Some("written by hand".to_owned()),
        TurnState::Edited => Some("edited by hand".to_owned()),
        TurnState::Stale => Some(stale(known.changed).to_owned()),
        TurnState::Generated => Some("generated".to_owned()),
    };
    // An exception of a program says nothing about another program in its place.
    let raised = match (known.state, known.record.as_deref()) {
        (TurnState::Generated | TurnState::Stale, Some(Provenance { raised: Some(raised), .. })) => {
            Some(run::predicate(&line(raised)))
        }
        _ => None,
    };
    let parts: Vec<_> = [state, raised, cut.and_then(Cut::words)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn stale(changed: Changed) -> &'static str {
    match changed {
        Changed { prompt: true, before: true } => "stale: its prompt and a turn before it changed",
        Changed { prompt: true, before: false } => "stale: its prompt changed",
        Changed { prompt: false, before: true } => "stale: a turn before it changed",
        Changed { prompt: false, before: false } => "stale",
    }
}

/// The first line of a message, shortened.
fn line(message: &str) -> String {
    let first = message.trim().lines().next().unwrap_or_default();
    match first.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}\u{2026}", first.get(..end).unwrap_or_default()),
        None => first.to_owned(),
    }
}

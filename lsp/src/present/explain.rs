//! The answer to `codegen.explainTurn`: the prompt that the model would be shown for a turn, and the generation that
//! made its code. Pure.

use codegen_text::prompt::HistoryCut;
use codegen_text::provenance::{Provenance, TurnState};
use serde::Serialize;
use serde_json::{Value, json};

use crate::generate::prepare::{self, PreparedTurn};
use crate::present::status::Known;

/// The answer. `prepared` is what would be sent now, with its number of tokens; `None` without a model.
#[must_use]
pub fn turn(known: &Known, prepared: Option<&(PreparedTurn, usize)>) -> Value {
    json!({
        "prompt": known.turn.prompt,
        "promptText": prepared.map(|(prepared, _)| &prepared.prompt),
        "promptTokens": prepared.map(|(_, tokens)| tokens),
        "history": prepared.map(|(prepared, _)| History::from(&prepared.cut)),
        "state": state(known.state),
        "failure": known.failure,
        "made": known.record.as_deref().map(made),
    })
}

fn made(record: &Provenance) -> Value {
    let made = &record.made;
    json!({
        "model": made.model,
        "sampling": {
            "temperature": number(made.sampling.temperature),
            "topP": number(made.sampling.top_p),
            "topK": made.sampling.top_k,
            "seed": made.sampling.seed,
        },
        "maxTokens": made.max_tokens,
        "promptText": made.prompt,
        "history": History::from(&made.history),
        "stats": prepare::stats(&made.completion),
        "raised": record.raised,
    })
}

/// The parts of a history that were shown to the model, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct History<'c> {
    /// Prompts of the turns that were shown, oldest first.
    kept: &'c [String],
    /// Prompts of the turns that did not fit, oldest first.
    dropped: &'c [String],
    /// Whether the text before the first turn was shortened as well.
    preamble_cut: bool,
}

impl<'c> From<&'c HistoryCut> for History<'c> {
    fn from(HistoryCut { kept, dropped, preamble_cut }: &'c HistoryCut) -> Self {
        Self { kept, dropped, preamble_cut: *preamble_cut }
    }
}

/// A number as the user wrote it: 0.8 rather than the nearest `f32` in full.
fn number(number: f32) -> f64 {
    (f64::from(number) * 1e6).round() / 1e6
}

fn state(state: TurnState) -> &'static str {
    match state {
        TurnState::Empty => "empty",
        TurnState::Generated => "generated",
        TurnState::Edited => "edited",
        TurnState::Stale => "stale",
        TurnState::Failed => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_as_programs_read_it() {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let table = [
            (HistoryCut::default(), r#"{"kept":[],"dropped":[],"preambleCut":false}"#),
            (
                HistoryCut { kept: words(&["two", "three"]), dropped: words(&["one"]), preamble_cut: true },
                r#"{"kept":["two","three"],"dropped":["one"],"preambleCut":true}"#,
            ),
        ];
        for (cut, expected) in table {
            assert_eq!(serde_json::to_string(&History::from(&cut)).unwrap(), expected);
        }
    }
}

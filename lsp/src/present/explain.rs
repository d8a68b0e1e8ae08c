//! What `codegen.explainTurn` answers: what the model would be shown for a turn, and what made its program text. Pure.

use codegen_text::prompt::HistoryCut;
use codegen_text::provenance::{Record, TurnState};
use serde_json::{Value, json};

use crate::generate::prepare::{self, PreparedTurn};
use crate::present::status::Known;

/// The answer. `prepared`: what would be sent now, with its number of tokens; `None` without a model.
#[must_use]
pub fn turn(known: &Known, prepared: Option<&(PreparedTurn, usize)>) -> Value {
    json!({
        "prompt": known.turn.prompt,
        "promptText": prepared.map(|(prepared, _)| &prepared.prompt),
        "promptTokens": prepared.map(|(_, tokens)| tokens),
        "history": prepared.map(|(prepared, _)| history(&prepared.cut)),
        "state": state(known.state),
        "failure": known.failure,
        "made": known.record.as_deref().map(made),
    })
}

fn made(record: &Record) -> Value {
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
        "history": history(&made.history),
        "stats": prepare::stats(&made.completion),
        "raised": record.raised,
    })
}

fn history(cut: &HistoryCut) -> Value {
    json!({ "kept": cut.kept, "dropped": cut.dropped, "preambleCut": cut.preamble_cut })
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

//! `workspace/executeCommand`: which command, with which arguments.

use codegen_text::turns::NoTurn;
use serde::Deserialize;
use serde_json::json;
use tower_lsp::ls_types::{self as lsp, Uri};

use super::explain::{self, ExplainArgument};
use super::lookup;
use super::synthesis;
use crate::protocol::commands::{
    ACCEPT, ACCEPTED, ALL, CANCEL, CANDIDATES, COUNTS, DEFAULT_COUNT, EXPLAIN, REGENERATE, REPLACE, SYNTHESIZE,
    SYNTHESIZE_ALL,
};
use crate::server::session::Session;
use crate::server::waiter::CommandWaiter;
use crate::synthesis::{Outcome, Purpose, Which};

#[derive(Debug, Deserialize)]
struct At {
    uri: Uri,
    position: lsp::Position,
}

#[derive(Debug, Deserialize)]
struct Within {
    uri: Uri,
    range: Option<lsp::Range>,
}

#[derive(Debug, Deserialize)]
struct Regenerate {
    #[serde(flatten)]
    at: At,
    following: Option<bool>,
    seed: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Replace {
    #[serde(flatten)]
    at: At,
    lines: Option<usize>,
    index: Option<Index>,
}

#[derive(Debug, Deserialize)]
struct Candidates {
    #[serde(flatten)]
    at: At,
    count: Option<usize>,
    seed: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Accept {
    #[serde(flatten)]
    at: At,
    index: Index,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Index {
    Number(usize),
    Word(Word),
}

impl From<Index> for Which {
    fn from(index: Index) -> Self {
        match index {
            Index::Number(index) => Self::Index(index),
            Index::Word(Word::Next) => Self::Next,
            Index::Word(Word::Previous) => Self::Previous,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Next,
    Previous,
}

#[derive(Debug, Default, Deserialize)]
struct Cancel {
    uri: Option<Uri>,
    position: Option<lsp::Position>,
}

/// Runs a command.
pub fn requested(session: &mut Session, params: lsp::ExecuteCommandParams, waiter: CommandWaiter) {
    match params.command.as_str() {
        SYNTHESIZE => with(&params, waiter, "{uri: string, position: Position}", |at: At, waiter| {
            one(session, at, Purpose::Synthesize, &params, waiter);
        }),
        SYNTHESIZE_ALL => with(&params, waiter, "{uri: string, range?: Range}", |within: Within, waiter| {
            synthesis::all(session, within.uri, within.range, token(&params), waiter);
        }),
        REGENERATE => {
            let expected = "{uri: string, position: Position, following?: boolean, seed?: number}";
            with(&params, waiter, expected, |Regenerate { at, following, seed }, waiter| {
                let purpose = Purpose::Regenerate { seed, following: following.unwrap_or(false) };
                one(session, at, purpose, &params, waiter);
            });
        }
        REPLACE => {
            let expected =
                "{uri: string, position: Position, lines?: number, index?: a number, \"next\" or \"previous\"}";
            with(&params, waiter, expected, |Replace { at, lines, index }, waiter| {
                let purpose = Purpose::Replace { lines, which: index.map(Which::from) };
                one(session, at, purpose, &params, waiter);
            });
        }
        CANDIDATES => {
            let expected = "{uri: string, position: Position, count?: a number from 2 to 16, seed?: number}";
            with(&params, waiter, expected, |Candidates { at, count, seed }, waiter| {
                let count = count.unwrap_or(session.state.config_for(&at.uri).synthesis.candidates.max(DEFAULT_COUNT));
                if !COUNTS.contains(&count) {
                    return waiter
                        .refuse(format!("{CANDIDATES} cannot sample {count} candidates; expected {expected}"));
                }
                one(session, at, Purpose::Candidates { count, seed }, &params, waiter);
            });
        }
        ACCEPT => {
            let expected = "{uri: string, position: Position, index: a number, \"next\" or \"previous\"}";
            with(&params, waiter, expected, |Accept { at, index }, waiter| {
                one(session, at, Purpose::Accept(index.into()), &params, waiter);
            });
        }
        CANCEL if params.arguments.is_empty() => cancel(session, Cancel::default(), waiter),
        CANCEL => with(&params, waiter, "{uri?: string, position?: Position}", |argument, waiter| {
            cancel(session, argument, waiter);
        }),
        ACCEPTED => with(&params, waiter, "the suggestion's number", |id: u64, waiter| {
            session.state.accepted += 1;
            tracing::info!("suggestion {id} accepted, {} in all", session.state.accepted);
            waiter.answer(None);
        }),
        EXPLAIN => with(&params, waiter, "{uri: string, position: Position}", |argument: ExplainArgument, waiter| {
            explain::requested(session, argument, waiter);
        }),
        other => waiter.refuse(format!("there is no command {other}; there are {}", ALL.join(", "))),
    }
}

fn one(session: &mut Session, at: At, purpose: Purpose, params: &lsp::ExecuteCommandParams, waiter: CommandWaiter) {
    synthesis::one(session, at.uri, at.position, purpose, token(params), waiter);
}

fn cancel(session: &mut Session, Cancel { uri, position }: Cancel, waiter: CommandWaiter) {
    let prompt = match (&uri, position) {
        (None, Some(_)) => return waiter.refuse(format!("{CANCEL} cannot use a position without its uri")),
        (_, None) => None,
        (Some(uri), Some(position)) => match lookup::turn_at(&mut session.state, uri, position) {
            Ok(found) => Some(found.turn.prompt_range),
            Err(reason @ (NoTurn::NotOpen(_) | NoTurn::NoPosition(_))) => return waiter.refuse(reason.to_string()),
            // Where no turns are known there is no work on one.
            Err(_) => return waiter.answer(Some(json!({ "cancelled": 0 }))),
        },
    };
    let cancelled = session.state.end(Outcome::Cancelled, |operation| {
        uri.as_ref().is_none_or(|uri| operation.uri() == uri)
            && prompt.as_ref().is_none_or(|prompt| operation.covers(prompt))
    });
    // What it has ended is answered first.
    session.then(move |_| waiter.answer(Some(json!({ "cancelled": cancelled }))));
}

fn token(params: &lsp::ExecuteCommandParams) -> Option<lsp::ProgressToken> {
    params.work_done_progress_params.work_done_token.clone()
}

/// Runs a command with its one argument, or refuses it and says what was expected.
fn with<T: serde::de::DeserializeOwned>(
    params: &lsp::ExecuteCommandParams,
    waiter: CommandWaiter,
    expected: &str,
    run: impl FnOnce(T, CommandWaiter),
) {
    let [argument] = params.arguments.as_slice() else {
        let count = params.arguments.len();
        return waiter.refuse(format!("{} takes one argument, not {count}; expected {expected}", params.command));
    };
    match T::deserialize(argument) {
        Ok(argument) => run(argument, waiter),
        Err(error) => {
            waiter.refuse(format!("{} cannot use its argument: {error}; expected {expected}", params.command));
        }
    }
}

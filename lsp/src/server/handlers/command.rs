//! `workspace/executeCommand`: parses the name and the arguments.

use codegen_text::turns::NoTurn;
use serde::Deserialize;
use serde_json::json;
use tower_lsp::ls_types::{self as lsp, Uri};

use super::explain::{self, ExplainArgument};
use super::inline;
use super::lookup;
use super::statistics;
use super::synthesis;
use super::why::{self, WhyArgument};
use crate::protocol::commands::{
    ACCEPT, ACCEPTED, ALL, CANCEL, CANDIDATES, COUNTS, DEFAULT_COUNT, EXPLAIN, REGENERATE, REPLACE, SNOOZE, SYNTHESIZE,
    SYNTHESIZE_ALL, WHY,
};
use crate::server::responder::CommandResponder;
use crate::server::session::Session;
use crate::statistics::accepted::Told;
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
struct Snooze {
    minutes: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
struct Cancel {
    uri: Option<Uri>,
    position: Option<lsp::Position>,
}

/// Minutes for which suggestions are put off, unless told.
const SNOOZED: f64 = 5.0;

/// Runs a command, or refuses it.
pub fn requested(session: &mut Session, params: lsp::ExecuteCommandParams, responder: CommandResponder) {
    match params.command.as_str() {
        SYNTHESIZE => with(&params, responder, "{uri: string, position: Position}", |at: At, responder| {
            one(session, at, Purpose::Synthesize, &params, responder);
        }),
        SYNTHESIZE_ALL => with(&params, responder, "{uri: string, range?: Range}", |within: Within, responder| {
            synthesis::all(session, within.uri, within.range, token(&params), responder);
        }),
        REGENERATE => {
            let expected = "{uri: string, position: Position, following?: boolean, seed?: number}";
            with(&params, responder, expected, |Regenerate { at, following, seed }, responder| {
                let purpose = Purpose::Regenerate { seed, following: following.unwrap_or(false) };
                one(session, at, purpose, &params, responder);
            });
        }
        REPLACE => {
            let expected =
                "{uri: string, position: Position, lines?: number, index?: a number, \"next\" or \"previous\"}";
            with(&params, responder, expected, |Replace { at, lines, index }, responder| {
                let purpose = Purpose::Replace { lines, which: index.map(Which::from) };
                one(session, at, purpose, &params, responder);
            });
        }
        CANDIDATES => {
            let expected = "{uri: string, position: Position, count?: a number from 2 to 16, seed?: number}";
            with(&params, responder, expected, |Candidates { at, count, seed }, responder| {
                let count = count.unwrap_or(session.state.config_for(&at.uri).synthesis.candidates.max(DEFAULT_COUNT));
                if !COUNTS.contains(&count) {
                    return responder
                        .refuse(format!("{CANDIDATES} cannot sample {count} candidates; expected {expected}"));
                }
                one(session, at, Purpose::Candidates { count, seed }, &params, responder);
            });
        }
        ACCEPT => {
            let expected = "{uri: string, position: Position, index: a number, \"next\" or \"previous\"}";
            with(&params, responder, expected, |Accept { at, index }, responder| {
                one(session, at, Purpose::Accept(index.into()), &params, responder);
            });
        }
        CANCEL if params.arguments.is_empty() => cancel(session, Cancel::default(), responder),
        CANCEL => with(&params, responder, "{uri?: string, position?: Position}", |argument, responder| {
            cancel(session, argument, responder);
        }),
        ACCEPTED => {
            // What is known of the suggestion comes behind its number, for clients that want to show it.
            let arguments = params.arguments.first().cloned().into_iter().collect();
            let params = lsp::ExecuteCommandParams { arguments, ..params };
            with(&params, responder, "the suggestion's number", |id: u64, responder| {
                session.state.pace.accepted();
                statistics::told(session, id, Told::Whole);
                responder.answer(None);
            });
        }
        SNOOZE if params.arguments.is_empty() => inline::snooze(session, SNOOZED, responder),
        SNOOZE => with(&params, responder, "{minutes?: a number from 0 to 1440}", |Snooze { minutes }, responder| {
            inline::snooze(session, minutes.unwrap_or(SNOOZED), responder);
        }),
        WHY => with(&params, responder, "{uri: string, position: Position}", |argument: WhyArgument, responder| {
            why::requested(session, argument, responder);
        }),
        EXPLAIN => {
            with(&params, responder, "{uri: string, position: Position}", |argument: ExplainArgument, responder| {
                explain::requested(session, argument, responder);
            })
        }
        other => responder.refuse(format!("there is no command {other}; there are {}", ALL.join(", "))),
    }
}

fn one(
    session: &mut Session,
    at: At,
    purpose: Purpose,
    params: &lsp::ExecuteCommandParams,
    responder: CommandResponder,
) {
    synthesis::one(session, at.uri, at.position, purpose, token(params), responder);
}

fn cancel(session: &mut Session, Cancel { uri, position }: Cancel, responder: CommandResponder) {
    let prompt = match (&uri, position) {
        (None, Some(_)) => return responder.refuse(format!("{CANCEL} cannot use a position without its uri")),
        (_, None) => None,
        (Some(uri), Some(position)) => match lookup::turn_at(&mut session.state, uri, position) {
            Ok(found) => Some(found.mapped.turn.prompt_range),
            Err(reason @ (NoTurn::NotOpen(_) | NoTurn::NoPosition(_))) => return responder.refuse(reason.to_string()),
            // Without known turns, no command works on one.
            Err(_) => return responder.answer(Some(json!({ "cancelled": 0 }))),
        },
    };
    let cancelled = session.state.end(Outcome::Cancelled, |operation| {
        uri.as_ref().is_none_or(|uri| operation.uri() == uri)
            && prompt.as_ref().is_none_or(|prompt| operation.covers(prompt))
    });
    // The cancelled commands are answered first.
    session.then(move |_| responder.answer(Some(json!({ "cancelled": cancelled }))));
}

fn token(params: &lsp::ExecuteCommandParams) -> Option<lsp::ProgressToken> {
    params.work_done_progress_params.work_done_token.clone()
}

/// Runs a command with its single argument, or refuses it with the expected form.
fn with<T: serde::de::DeserializeOwned>(
    params: &lsp::ExecuteCommandParams,
    responder: CommandResponder,
    expected: &str,
    run: impl FnOnce(T, CommandResponder),
) {
    let [argument] = params.arguments.as_slice() else {
        let count = params.arguments.len();
        return responder.refuse(format!("{} takes one argument, not {count}; expected {expected}", params.command));
    };
    match T::deserialize(argument) {
        Ok(argument) => run(argument, responder),
        Err(error) => {
            responder.refuse(format!("{} cannot use its argument: {error}; expected {expected}", params.command));
        }
    }
}

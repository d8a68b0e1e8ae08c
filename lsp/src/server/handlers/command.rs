//! `workspace/executeCommand`: which command, with which arguments.

use serde::Deserialize;
use serde_json::json;
use tower_lsp::ls_types::{self as lsp, Uri};

use super::explain::{self, ExplainArgument};
use super::synthesis;
use crate::operation::{Purpose, Which};
use crate::protocol::positions;
use crate::server::main_loop::MainLoop;
use crate::server::state::CommandWaiter;

/// Writes the program text of the turn at a position.
pub const SYNTHESIZE: &str = "codegen.synthesize";
/// Writes the program text of every turn that has none.
pub const SYNTHESIZE_ALL: &str = "codegen.synthesizeAll";
/// Writes a turn's program text anew.
pub const REGENERATE: &str = "codegen.regenerate";
/// Writes a turn's program text in place of the lines that belong to its prompt, whoever wrote them.
pub const REPLACE: &str = "codegen.replace";
/// Answers with alternatives for a turn.
pub const CANDIDATES: &str = "codegen.candidates";
/// Writes an alternative.
pub const ACCEPT: &str = "codegen.accept";
/// Ends the work on a turn, in a document, or everywhere.
pub const CANCEL: &str = "codegen.cancel";
/// Counts an accepted suggestion. One argument: the suggestion's number. Clients run it by the item's `command`.
pub const ACCEPTED: &str = "codegen.accepted";
/// Answers with what the model is shown for a turn.
pub const EXPLAIN: &str = "codegen.explainTurn";
/// All commands.
pub const ALL: [&str; 9] =
    [SYNTHESIZE, SYNTHESIZE_ALL, REGENERATE, REPLACE, CANDIDATES, ACCEPT, CANCEL, EXPLAIN, ACCEPTED];

/// Candidates that can be asked for.
const COUNTS: std::ops::RangeInclusive<usize> = 2..=16;
/// Candidates where nobody says how many, unless the configuration has more.
pub const COUNT: usize = 4;

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
pub fn requested(main: &mut MainLoop, params: lsp::ExecuteCommandParams, waiter: CommandWaiter) {
    match params.command.as_str() {
        SYNTHESIZE => with(&params, waiter, "{uri: string, position: Position}", |at: At, waiter| {
            one(main, at, Purpose::Synthesize, &params, waiter);
        }),
        SYNTHESIZE_ALL => with(&params, waiter, "{uri: string, range?: Range}", |within: Within, waiter| {
            synthesis::all(main, within.uri, within.range, token(&params), waiter);
        }),
        REGENERATE => {
            let expected = "{uri: string, position: Position, following?: boolean, seed?: number}";
            with(&params, waiter, expected, |Regenerate { at, following, seed }, waiter| {
                let purpose = Purpose::Regenerate { seed, following: following.unwrap_or(false) };
                one(main, at, purpose, &params, waiter);
            });
        }
        REPLACE => {
            let expected =
                "{uri: string, position: Position, lines?: number, index?: a number, \"next\" or \"previous\"}";
            with(&params, waiter, expected, |Replace { at, lines, index }, waiter| {
                let purpose = Purpose::Replace { lines, which: index.map(Which::from) };
                one(main, at, purpose, &params, waiter);
            });
        }
        CANDIDATES => {
            let expected = "{uri: string, position: Position, count?: a number from 2 to 16, seed?: number}";
            with(&params, waiter, expected, |Candidates { at, count, seed }, waiter| {
                let count = count.unwrap_or(main.state.config_for(&at.uri).synthesis.candidates.max(COUNT));
                if !COUNTS.contains(&count) {
                    return waiter
                        .refuse(format!("{CANDIDATES} cannot sample {count} candidates; expected {expected}"));
                }
                one(main, at, Purpose::Candidates { count, seed }, &params, waiter);
            });
        }
        ACCEPT => {
            let expected = "{uri: string, position: Position, index: a number, \"next\" or \"previous\"}";
            with(&params, waiter, expected, |Accept { at, index }, waiter| {
                one(main, at, Purpose::Accept(index.into()), &params, waiter);
            });
        }
        CANCEL if params.arguments.is_empty() => cancel(main, Cancel::default(), waiter),
        CANCEL => with(&params, waiter, "{uri?: string, position?: Position}", |argument, waiter| {
            cancel(main, argument, waiter);
        }),
        ACCEPTED => with(&params, waiter, "the suggestion's number", |id: u64, waiter| {
            main.state.accepted += 1;
            tracing::info!("suggestion {id} accepted, {} in all", main.state.accepted);
            waiter.answer(None);
        }),
        EXPLAIN => with(&params, waiter, "{uri: string, position: Position}", |argument: ExplainArgument, waiter| {
            explain::requested(main, argument, waiter);
        }),
        other => waiter.refuse(format!("there is no command {other}; there are {}", ALL.join(", "))),
    }
}

fn one(main: &mut MainLoop, at: At, purpose: Purpose, params: &lsp::ExecuteCommandParams, waiter: CommandWaiter) {
    synthesis::one(main, at.uri, at.position, purpose, token(params), waiter);
}

fn cancel(main: &mut MainLoop, Cancel { uri, position }: Cancel, waiter: CommandWaiter) {
    let prompt = match (&uri, position) {
        (None, Some(_)) => return waiter.refuse(format!("{CANCEL} cannot use a position without its uri")),
        (_, None) => None,
        (Some(uri), Some(position)) => {
            let Some(buffer) = main.state.buffers.get(uri) else {
                return waiter.refuse(format!("{} is not open", uri.as_str()));
            };
            let offset = match positions::offset(buffer.document.rope(), position, main.state.encoding) {
                Ok(offset) => offset,
                Err(error) => return waiter.refuse(error.to_string()),
            };
            let options = &main.state.config_for(uri).turns;
            let Some((turn, _)) = main.state.records.turn_at(&buffer.document, offset, options) else {
                return waiter.answer(Some(json!({ "cancelled": 0 })));
            };
            Some(turn.prompt_range)
        }
    };
    let cancelled = synthesis::cancel(main, uri.as_ref(), prompt.as_ref());
    waiter.answer(Some(json!({ "cancelled": cancelled })));
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

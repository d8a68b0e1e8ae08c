//! `workspace/executeCommand`: which command, with which arguments.

use serde::Deserialize;
use tower_lsp::ls_types::{self as lsp, Uri};

use super::{explain, synthesize};
use crate::main_loop::MainLoop;
use crate::state::CommandWaiter;

/// Writes the program text of the turn at a position. One argument: `{"uri": …, "position": …}`.
pub const SYNTHESIZE: &str = "codegen.synthesize";
/// Counts an accepted suggestion. One argument: the suggestion's number. Clients run it by the item's `command`.
pub const ACCEPTED: &str = "codegen.accepted";
/// Writes the program text of every turn that has none. One argument: `{"uri": …, "range"?: …}`.
pub const SYNTHESIZE_ALL: &str = "codegen.synthesizeAll";
/// Writes a turn's program text anew. One argument: `{"uri": …, "position": …, "following"?: …, "seed"?: …}`.
pub const REGENERATE: &str = "codegen.regenerate";
/// Samples alternatives. One argument: `{"uri": …, "position": …, "count"?: …, "seed"?: …}`.
pub const CANDIDATES: &str = "codegen.candidates";
/// Writes an alternative. One argument: `{"uri": …, "position": …, "index": …}`.
pub const ACCEPT: &str = "codegen.accept";
/// Ends work. One argument: `{"uri"?: …, "position"?: …}`.
pub const CANCEL: &str = "codegen.cancel";
/// Answers with what the model is shown for a turn. One argument: `{"uri": …, "position": …}`.
pub const EXPLAIN: &str = "codegen.explainTurn";
/// All commands.
pub const ALL: [&str; 8] = [SYNTHESIZE, SYNTHESIZE_ALL, REGENERATE, CANDIDATES, ACCEPT, CANCEL, EXPLAIN, ACCEPTED];

/// The argument of [`SYNTHESIZE`].
#[derive(Debug, Deserialize)]
pub struct SynthesizeArgument {
    /// The document.
    pub uri: Uri,
    /// A position in the turn.
    pub position: lsp::Position,
}

/// Runs a command.
pub fn requested(main: &mut MainLoop, params: lsp::ExecuteCommandParams, waiter: CommandWaiter) {
    match params.command.as_str() {
        SYNTHESIZE => match argument(&params) {
            Ok(argument) => {
                synthesize::requested(main, argument, params.work_done_progress_params.work_done_token, waiter);
            }
            Err(problem) => waiter.refuse(format!("{problem}; expected {{\"uri\": string, \"position\": Position}}")),
        },
        EXPLAIN => match argument(&params) {
            Ok(argument) => explain::requested(main, argument, waiter),
            Err(problem) => waiter.refuse(format!("{problem}; expected {{\"uri\": string, \"position\": Position}}")),
        },
        ACCEPTED => match argument::<u64>(&params) {
            Ok(id) => {
                main.state.accepted += 1;
                tracing::info!("suggestion {id} accepted, {} in all", main.state.accepted);
                waiter.answer(None);
            }
            Err(problem) => waiter.refuse(format!("{problem}; expected the suggestion's number")),
        },
        other => waiter.refuse(format!("there is no command {other}; there are {}", ALL.join(", "))),
    }
}

fn argument<T: serde::de::DeserializeOwned>(params: &lsp::ExecuteCommandParams) -> Result<T, String> {
    let [argument] = params.arguments.as_slice() else {
        return Err(format!("{} takes one argument, not {}", params.command, params.arguments.len()));
    };
    T::deserialize(argument).map_err(|error| format!("{} cannot use its argument: {error}", params.command))
}

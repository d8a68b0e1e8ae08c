//! `workspace/executeCommand`: which command, with which arguments.

use serde::Deserialize;
use tower_lsp::ls_types::{self as lsp, Uri};

use super::synthesize;
use crate::main_loop::MainLoop;
use crate::state::CommandWaiter;

/// Writes the program text of the turn at a position. One argument: `{"uri": …, "position": …}`.
pub const SYNTHESIZE: &str = "codegen.synthesize";
/// Counts an accepted suggestion. One argument: the suggestion's number. Clients run it by the item's `command`.
pub const ACCEPTED: &str = "codegen.accepted";
/// All commands.
pub const ALL: [&str; 2] = [SYNTHESIZE, ACCEPTED];

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

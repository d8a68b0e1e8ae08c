//! `codegen.explainTurn`.

use serde::Deserialize;
use tower_lsp::ls_types::{self as lsp, MessageType, Uri};

use super::snapshot::Snapshot;
use crate::present::explain;
use crate::protocol::positions;
use crate::server::main_loop::MainLoop;
use crate::server::state::CommandWaiter;

/// The argument of the command.
#[derive(Debug, Deserialize)]
pub struct ExplainArgument {
    /// The document.
    pub uri: Uri,
    /// A position in the turn.
    pub position: lsp::Position,
}

/// A request. Answered away from the main loop: it counts tokens.
pub fn requested(main: &mut MainLoop, argument: ExplainArgument, waiter: CommandWaiter) {
    let ExplainArgument { uri, position } = argument;
    let Some(buffer) = main.state.buffers.get(&uri) else {
        return waiter.refuse(format!("{} is not open", uri.as_str()));
    };
    if let Some(reason) = main.state.unserved(&uri) {
        return waiter.refuse(reason);
    }
    if let Some(reason) = buffer.document.syntax_gap() {
        main.outbox.message(MessageType::WARNING, format!("codegen-lsp: this document is not parsed, since {reason}"));
        return waiter.answer(None);
    }
    let Some(snapshot) = Snapshot::of(&main.state, &uri) else {
        main.outbox.message(MessageType::WARNING, "codegen-lsp: the document is out of step; reopen it");
        return waiter.answer(None);
    };
    let offset = match positions::offset(buffer.document.rope(), position, main.state.encoding) {
        Ok(offset) => offset,
        Err(error) => return waiter.refuse(error.to_string()),
    };
    let Some((turn, _)) = main.state.records.turn_at(&snapshot.document, offset, &snapshot.options) else {
        let lsp::Position { line, .. } = position;
        let message =
            format!("codegen-lsp: line {} belongs to no comment prompt, so there is nothing to explain", line + 1);
        main.outbox.message(MessageType::INFO, message);
        return waiter.answer(None);
    };
    tokio::task::spawn_blocking(move || {
        let prepared = snapshot.engine.as_ref().map(|engine| {
            let prepared = snapshot.prepare(&turn, engine);
            let tokens = engine.tokenize(&prepared.prompt).len();
            (prepared, tokens)
        });
        let known = snapshot.turns().into_iter().find(|known| known.turn.prompt_range == turn.prompt_range);
        waiter.answer(known.map(|known| explain::turn(&known, prepared.as_ref())));
    });
}

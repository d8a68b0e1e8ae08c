//! `codegen.explainTurn`.

use serde::Deserialize;
use tower_lsp::ls_types::{self as lsp, MessageType, Uri};

use super::snapshot::Snapshot;
use crate::present::explain;
use crate::protocol::positions;
use crate::server::session::Session;
use crate::server::waiter::CommandWaiter;

/// The argument of the command.
#[derive(Debug, Deserialize)]
pub struct ExplainArgument {
    /// The document.
    pub uri: Uri,
    /// A position in the turn.
    pub position: lsp::Position,
}

/// A request. Answered away from the main loop: it counts tokens.
pub fn requested(session: &mut Session, argument: ExplainArgument, waiter: CommandWaiter) {
    let ExplainArgument { uri, position } = argument;
    let Some(buffer) = session.state.buffers.get(&uri) else {
        return waiter.refuse(format!("{} is not open", uri.as_str()));
    };
    if let Some(reason) = session.state.unserved(&uri) {
        return waiter.refuse(reason);
    }
    if let Some(reason) = buffer.document.syntax_gap() {
        session
            .outbox
            .message(MessageType::WARNING, format!("codegen-lsp: this document is not parsed, since {reason}"));
        return waiter.answer(None);
    }
    let Some(snapshot) = Snapshot::of(&session.state, &uri) else {
        session.outbox.message(MessageType::WARNING, "codegen-lsp: the document is out of step; reopen it");
        return waiter.answer(None);
    };
    let offset = match positions::offset(buffer.document.rope(), position, session.state.encoding) {
        Ok(offset) => offset,
        Err(error) => return waiter.refuse(error.to_string()),
    };
    let turns = session.state.turns(&uri).unwrap_or_default();
    let Some(turn) = turns.at(&snapshot.document, offset).map(|found| found.turn.clone()) else {
        let lsp::Position { line, .. } = position;
        let message =
            format!("codegen-lsp: line {} belongs to no comment prompt, so there is nothing to explain", line + 1);
        session.outbox.message(MessageType::INFO, message);
        return waiter.answer(None);
    };
    session.answer_off(waiter, move || {
        let prepared = snapshot.engine.as_ref().map(|engine| {
            let prepared = snapshot.prepare(&turn, engine);
            let tokens = engine.tokenize(&prepared.prompt).len();
            (prepared, tokens)
        });
        let known = snapshot.turns().into_iter().find(|known| known.turn.prompt_range == turn.prompt_range);
        known.map(|known| explain::turn(&known, prepared.as_ref()))
    });
}

//! `codegen.explainTurn`.

use codegen_text::turns::NoTurn;
use serde::Deserialize;
use tower_lsp::ls_types::{self as lsp, MessageType, Uri};

use super::lookup;
use super::snapshot::Snapshot;
use crate::present::explain;
use crate::server::responder::CommandResponder;
use crate::server::session::Session;

/// The argument of `codegen.explainTurn`.
#[derive(Debug, Deserialize)]
pub struct ExplainArgument {
    pub uri: Uri,
    /// A position in the turn, in the client's encoding.
    pub position: lsp::Position,
}

/// Answers a request away from the main loop, since it counts tokens.
pub fn requested(session: &mut Session, argument: ExplainArgument, responder: CommandResponder) {
    let ExplainArgument { uri, position } = argument;
    let found = match lookup::turn_at(&mut session.state, &uri, position) {
        Ok(found) => found,
        Err(reason) if reason.is_bad_request() => return responder.refuse(reason.to_string()),
        Err(reason @ NoTurn::NoPrompt(..)) => {
            session.outbox.message(MessageType::INFO, format!("codegen-lsp: {reason}"));
            return responder.answer(None);
        }
        Err(reason) => {
            session.outbox.message(MessageType::WARNING, format!("codegen-lsp: {reason}"));
            return responder.answer(None);
        }
    };
    let Some(mut snapshot) = Snapshot::of(&session.state, &uri) else { return responder.answer(None) };
    if let Some(comment) = found.asked {
        snapshot.ask(comment);
    }
    let turn = found.mapped.turn;
    session.answer_off(responder, move || {
        let prepared = snapshot.engine.as_ref().map(|engine| {
            let prepared = snapshot.prepare(&turn, engine);
            let tokens = engine.tokenize(&prepared.prompt).len();
            (prepared, tokens)
        });
        let known = snapshot.turns().into_iter().find(|known| known.turn.prompt_range == turn.prompt_range);
        known.map(|known| explain::turn(&known, prepared.as_ref()))
    });
}

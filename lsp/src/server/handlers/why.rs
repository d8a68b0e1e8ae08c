//! `codegen.why`.

use std::time::Instant;

use codegen_text::turns::NoTurn;
use serde::Deserialize;
use tower_lsp::ls_types::{self as lsp, MessageType, Uri};

use crate::present::why;
use crate::protocol::positions;
use crate::server::responder::CommandResponder;
use crate::server::session::Session;

/// The argument of `codegen.why`.
#[derive(Debug, Deserialize)]
pub struct WhyArgument {
    pub uri: Uri,
    /// A position on the line in question, in the client's encoding.
    pub position: lsp::Position,
}

/// Answers with what came of the last request on the line, or the nearest one, and shows it to the user.
pub fn requested(session: &mut Session, argument: WhyArgument, responder: CommandResponder) {
    let WhyArgument { uri, position } = argument;
    let Some(buffer) = session.state.buffers.get(&uri) else {
        return responder.refuse(NoTurn::NotOpen(uri.as_str().to_owned()).to_string());
    };
    let rope = buffer.document.rope();
    let cursor = match positions::offset(rope, position, session.state.encoding) {
        Ok(cursor) => cursor,
        Err(error) => return responder.refuse(error.to_string()),
    };
    let Some((request, line)) = buffer.asked.nearest(rope, cursor) else {
        let reason = session
            .state
            .unserved(&uri)
            .unwrap_or_else(|| "no suggestion has been asked for in this file since it was opened".to_owned());
        session.outbox.message(MessageType::INFO, format!("codegen-lsp: {reason}"));
        return responder.answer(None);
    };
    let (answer, sentence) = why::answer(request, line, Instant::now());
    session.outbox.message(MessageType::INFO, format!("codegen-lsp: {sentence}"));
    responder.answer(Some(answer));
}

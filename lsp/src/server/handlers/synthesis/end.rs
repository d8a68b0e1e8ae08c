//! The end of commands.

use tower_lsp::ls_types::{self as lsp, ProgressToken};

use super::stream;
use crate::server::responder::RequestId;
use crate::server::session::Session;
use crate::synthesis::Outcome;

/// Ends a command: cancels its work, ends its progress, tells the user what did not go as asked, and answers the
/// request. An edit that was sent to the client stays pending, since the client may still apply it.
pub(super) fn end(session: &mut Session, id: u64, outcome: Outcome) {
    let Some(operation) = session.state.operations.get(&id) else { return };
    stream::break_off(session, operation);
    let Some(operation) = session.state.operations.remove(&id) else { return };
    if let Some(step) = operation.step() {
        session.running.remove(step.id);
    }
    if let Some(token) = operation.progress().begun() {
        let message = Some(format!("{}, {} tokens", outcome.name(), operation.tokens()));
        session.outbox.progress(token, lsp::WorkDoneProgress::End(lsp::WorkDoneProgressEnd { message }));
    }
    if let Some(notice) = operation.notice() {
        session.outbox.message(outcome.loudness(), format!("codegen-lsp: {notice}"));
    }
    let answer = operation.answer(outcome);
    operation.into_waiter().answer(Some(answer));
    session.state.ready.lenses = true;
}

/// Removes the command's current step, and cancels its generations.
pub(super) fn leave(session: &mut Session, id: u64) {
    if let Some(operation) = session.state.operations.get(&id) {
        stream::break_off(session, operation);
    }
    let left = session.state.operations.get_mut(&id).and_then(|operation| operation.left());
    if let Some(step) = left {
        session.running.remove(step);
    }
    session.state.ready.lenses = true;
}

/// Cancels the command whose request the client has cancelled.
pub fn cancelled(session: &mut Session, request: RequestId) {
    session.state.end(Outcome::Cancelled, |operation| operation.responder().request == request);
}

/// Cancels the command whose progress the user has cancelled.
pub fn progress_cancelled(session: &mut Session, token: &ProgressToken) {
    session.state.end(Outcome::Cancelled, |operation| operation.progress().token() == Some(token));
}

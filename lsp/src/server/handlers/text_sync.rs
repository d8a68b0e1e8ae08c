//! `didOpen`, `didChange`, `didClose`: the buffers.

use codegen_text::document::Document;
use serde_json::{Value, json};
use tower_lsp::ls_types::{MessageType, Uri};

use super::{inline, parsing};
use crate::protocol::positions;
use crate::server::responder::Responder;
use crate::server::session::Session;
use crate::server::state::{Buffer, EngineState};
use crate::server::sync::{Changed, Opened, Unreadable};

/// Takes a buffer in. One that is open already is replaced: the client knows best.
pub fn opened(session: &mut Session, item: Opened) {
    closed(session, &item.uri);
    session.then(|session| open(session, item));
}

fn open(session: &mut Session, item: Opened) {
    let Opened { uri, language, version, text, repair } = item;
    tracing::debug!("opened {} ({} bytes of {language:?})", uri.as_str(), text.len());
    let limits = parsing::limits(session, &uri);
    let document = Document::limited(&text, version.unwrap_or_default(), limits);
    session.state.buffers.insert(uri.clone(), Buffer::new(document, language, version));
    if let Some(reason) = session.state.unserved(&uri) {
        return session.log_once(MessageType::INFO, format!("codegen-lsp: {reason}"));
    }
    if !repair.keeps_positions(true, session.state.encoding) {
        out_of_step(session, &uri, REPLACED.to_owned());
    }
    session.then(move |session| parsing::changed(session, &uri));
}

/// Applies a change, or leaves the buffer as it was and waits for its whole text: guessing would spoil all that follows.
pub fn changed(session: &mut Session, params: Changed) {
    let Changed { uri, version, changes, repair } = params;
    let Some(buffer) = session.state.buffers.get_mut(&uri) else {
        tracing::warn!("a change of {}, which is not open, is ignored", uri.as_str());
        return;
    };
    // What stands before a whole text does not matter.
    let whole = changes.iter().rposition(|change| change.range.is_none());
    if !buffer.synced && whole.is_none() {
        return;
    }
    let applied = changes.get(whole.unwrap_or(0)..).unwrap_or_default();
    // Without a version of the client's, or with one that stays as it is, it is still the next one.
    let own = buffer.document.version();
    let next = version.filter(|version| *version > own).unwrap_or_else(|| own.wrapping_add(1));
    match positions::apply_changes(&mut buffer.document, next, applied, session.state.encoding) {
        Ok(edits) => {
            buffer.client_version = version;
            buffer.synced = true;
            let dropped: Vec<_> = edits.iter().filter_map(|edit| buffer.follow(edit)).collect();
            for dropped in dropped {
                inline::drop_in_flight(session, dropped);
            }
            session.state.follow(&uri, &edits);
            let is_whole = whole.is_some() && applied.len() == 1;
            let trusted = repair.keeps_positions(is_whole, session.state.encoding);
            session.then(move |session| {
                if !trusted {
                    out_of_step(session, &uri, REPLACED.to_owned());
                }
                session.then(move |session| parsing::changed(session, &uri));
            });
        }
        Err(error) => {
            tracing::error!("cannot apply a change of {}: {error}", uri.as_str());
            out_of_step(session, &uri, format!("a change cannot be applied: {error}"));
        }
    }
}

/// A message could not be read. If it would have changed a document, that is no longer the client's.
pub fn unreadable(session: &mut Session, Unreadable { uri, problem }: Unreadable) {
    // Nothing may be sent to a client that has not been greeted; it has its answer.
    if !matches!(session.state.engine, EngineState::Absent) && session.state.told.insert(UNREADABLE.to_owned()) {
        let text =
            format!("codegen-lsp: {UNREADABLE}, and refused: {problem}. Further ones are in the server's own log");
        session.outbox.log(MessageType::WARNING, text);
    }
    if let Some(uri) = uri.filter(|uri| session.state.buffers.contains_key(uri)) {
        out_of_step(session, &uri, format!("a change cannot be read: {problem}"));
    }
}

/// What is said once of messages that cannot be read.
const UNREADABLE: &str = "a message of the editor's cannot be read";
/// Why a text may not be counted as the client counts it.
const REPLACED: &str = "it has bytes that are no UTF-8, or half a character, and positions in it cannot be trusted";

/// Nothing is answered of a buffer until the client sends its text whole. The user is told, once for each reason.
fn out_of_step(session: &mut Session, uri: &Uri, reason: String) {
    if let Some(buffer) = session.state.buffers.get_mut(uri) {
        buffer.synced = false;
    }
    forget(session, uri);
    if session.state.unserved(uri).is_none() {
        let name = uri.as_str();
        let text = format!("codegen-lsp: {name} is out of step with the editor ({reason}); reopen the file to go on");
        session.then(|session| session.tell_once(MessageType::ERROR, text));
    }
}

/// Drops a buffer and all work for it.
pub fn closed(session: &mut Session, uri: &Uri) {
    forget(session, uri);
    let uri = uri.clone();
    session.then(move |session| parsing::close(session, &uri));
}

/// The server's idea of a document, for tests and bug reports.
pub fn text(session: &mut Session, uri: &Uri, responder: Responder<Option<Value>>) {
    responder.answer(session.state.buffers.get(uri).map(|buffer| {
        let document = &buffer.document;
        json!({ "text": document.text(), "version": buffer.client_version, "synced": buffer.synced })
    }));
}

fn forget(session: &mut Session, uri: &Uri) {
    inline::forget(session, uri);
    session.state.abandon(uri);
}

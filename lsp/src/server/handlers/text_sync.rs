//! `didOpen`, `didChange`, `didClose`: the text of buffers.

use codegen_text::completion::Refusal;
use codegen_text::document::Document;
use codegen_text::edit::Edit;
use serde_json::{Value, json};
use tower_lsp::ls_types::{MessageType, Uri};

use super::{inline, parsing, statistics};
use crate::config::language::Service;
use crate::protocol::positions;
use crate::server::responder::Responder;
use crate::server::session::Session;
use crate::server::state::{Buffer, EngineState};
use crate::server::sync::{Changed, Opened, Unreadable};

/// Opens a buffer. One that is open already is replaced by the client's text.
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
    session.state.touched = Some(uri.clone());
    inline::rest::begins(session, &uri);
    if !repair.keeps_positions(true, session.state.encoding) {
        out_of_step(session, &uri, REPLACED.to_owned());
    }
    if let Some(reason) = session.state.unserved(&uri) {
        // Suggestions of plain text need no syntax.
        if session.state.service(&uri) != Service::Text {
            session.log_once(MessageType::INFO, format!("codegen-lsp: {reason}"));
        }
        return;
    }
    session.then(move |session| parsing::changed(session, &uri));
}

/// Applies a change. If that is not possible, the buffer stays as it is until the client sends its whole text: a guess
/// would corrupt every later change.
pub fn changed(session: &mut Session, params: Changed) {
    let Changed { uri, version, changes, repair } = params;
    let now = session.now();
    let Some(buffer) = session.state.buffers.get_mut(&uri) else {
        tracing::warn!("a change of {}, which is not open, is ignored", uri.as_str());
        return;
    };
    // Changes before a whole text have no effect.
    let whole = changes.iter().rposition(|change| change.range.is_none());
    if !buffer.synced && whole.is_none() {
        return;
    }
    let applied = changes.get(whole.unwrap_or(0)..).unwrap_or_default();
    // Without a version from the client, or with the same one again, the next number is used.
    let own = buffer.document.version();
    let next = version.filter(|version| *version > own).unwrap_or_else(|| own.wrapping_add(1));
    let before = buffer.document.rope().clone();
    match positions::apply_changes(&mut buffer.document, next, applied, session.state.encoding) {
        Ok(edits) => {
            buffer.client_version = version;
            buffer.synced = true;
            let dropped: Vec<_> = edits.iter().filter_map(|edit| buffer.follow(edit)).collect();
            let fates: Vec<_> = edits.iter().filter_map(|edit| buffer.stands.changed(edit)).collect();
            edits.iter().for_each(|edit| session.state.places.edited(&uri, edit));
            session.state.pace.typed(now, edits.iter().map(keys).sum());
            for fate in fates {
                session.state.pace.ended(fate, now);
            }
            for dropped in dropped {
                inline::drop_in_flight(session, &uri, dropped, Refusal::MovedOn);
            }
            session.state.follow(&uri, &edits);
            session.state.touched = Some(uri.clone());
            inline::rest::begins(session, &uri);
            statistics::edited(session, &uri, &before, &edits);
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

/// The keys that an edit was typed with, if it was typed.
fn keys(edit: &Edit) -> usize {
    edit.text.chars().count().max(usize::from(!edit.range.is_empty()))
}

/// Reports a message that could not be read. If it would have changed a document, that document is out of step.
pub fn unreadable(session: &mut Session, Unreadable { uri, problem }: Unreadable) {
    // LSP forbids messages before the answer to `initialize`; the client has an error response.
    if !matches!(session.state.engine, EngineState::Absent) && session.state.said.insert(UNREADABLE) {
        let text =
            format!("codegen-lsp: {UNREADABLE}, and refused: {problem}. Further ones are in the server's own log");
        session.outbox.log(MessageType::WARNING, text);
    }
    if let Some(uri) = uri.filter(|uri| session.state.buffers.contains_key(uri)) {
        out_of_step(session, &uri, format!("a change cannot be read: {problem}"));
    }
}

/// The message about unreadable messages, shown once.
const UNREADABLE: &str = "a message of the editor's cannot be read";
/// The reason why the client may count positions in a text differently.
const REPLACED: &str = "it has bytes that are no UTF-8, or half a character, and positions in it cannot be trusted";

/// Stops answering for a buffer until the client sends its whole text. The user is told, once for each reason.
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

/// Drops a buffer and cancels all work for it.
pub fn closed(session: &mut Session, uri: &Uri) {
    forget(session, uri);
    session.state.places.forget(uri);
    session.state.related.closed();
    let uri = uri.clone();
    session.then(move |session| parsing::close(session, &uri));
}

/// Answers with the server's copy of a document, for tests and bug reports.
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

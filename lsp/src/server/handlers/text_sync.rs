//! `didOpen`, `didChange`, `didClose`: the buffers.

use codegen_text::document::Document;
use serde_json::{Value, json};
use tower_lsp::ls_types::{MessageType, Uri};

use super::{inline, parsing, synthesis};
use crate::protocol::positions;
use crate::server::main_loop::MainLoop;
use crate::server::state::{Buffer, EngineState, Waiter};
use crate::server::sync::{Changed, Opened, Unreadable};

/// Takes a buffer in. One that is open already is replaced: the client knows best.
pub fn opened(main: &mut MainLoop, item: Opened) {
    let Opened { uri, language, version, text, repair } = item;
    closed(main, &uri);
    tracing::debug!("opened {} ({} bytes of {language:?})", uri.as_str(), text.len());
    let limits = parsing::limits(main, &uri);
    let document = Document::limited(&text, version.unwrap_or_default(), limits);
    main.state.buffers.insert(uri.clone(), Buffer::new(document, language, version));
    if let Some(reason) = main.state.unserved(&uri) {
        return main.log_once(MessageType::INFO, format!("codegen-lsp: {reason}"));
    }
    if !repair.keeps_positions(true, main.state.encoding) {
        out_of_step(main, &uri, REPLACED);
    }
    parsing::changed(main, &uri);
}

/// Applies a change, or leaves the buffer as it was and waits for its whole text: guessing would spoil all that follows.
pub fn changed(main: &mut MainLoop, params: Changed) {
    let Changed { uri, version, changes, repair } = params;
    let Some(buffer) = main.state.buffers.get_mut(&uri) else {
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
    match positions::apply_changes(&mut buffer.document, next, applied, main.state.encoding) {
        Ok(edits) => {
            buffer.client_version = version;
            buffer.synced = true;
            let dropped: Vec<_> = edits.iter().filter_map(|edit| buffer.follow(edit)).collect();
            for dropped in dropped {
                inline::drop_flight(main, dropped);
            }
            synthesis::document_changed(main, &uri, &edits);
            let is_whole = whole.is_some() && applied.len() == 1;
            if !repair.keeps_positions(is_whole, main.state.encoding) {
                out_of_step(main, &uri, REPLACED);
            }
            parsing::changed(main, &uri);
        }
        Err(error) => {
            tracing::error!("cannot apply a change of {}: {error}", uri.as_str());
            out_of_step(main, &uri, &format!("a change cannot be applied: {error}"));
        }
    }
}

/// A message could not be read. If it would have changed a document, that is no longer the client's.
pub fn unreadable(main: &mut MainLoop, Unreadable { uri, problem }: Unreadable) {
    // Nothing may be sent to a client that has not been greeted; it has its answer.
    if !matches!(main.state.engine, EngineState::Absent) && main.state.told.insert(UNREADABLE.to_owned()) {
        let text =
            format!("codegen-lsp: {UNREADABLE}, and refused: {problem}. Further ones are in the server's own log");
        main.outbox.log(MessageType::WARNING, text);
    }
    if let Some(uri) = uri.filter(|uri| main.state.buffers.contains_key(uri)) {
        out_of_step(main, &uri, &format!("a change cannot be read: {problem}"));
    }
}

/// What is said once of messages that cannot be read.
const UNREADABLE: &str = "a message of the editor's cannot be read";
/// Why a text may not be counted as the client counts it.
const REPLACED: &str = "it has bytes that are no UTF-8, or half a character, and positions in it cannot be trusted";

/// Nothing is answered of a buffer until the client sends its text whole. The user is told, once for each reason.
fn out_of_step(main: &mut MainLoop, uri: &Uri, reason: &str) {
    if let Some(buffer) = main.state.buffers.get_mut(uri) {
        buffer.synced = false;
    }
    forget(main, uri);
    if main.state.unserved(uri).is_none() {
        let name = uri.as_str();
        main.tell_once(
            MessageType::ERROR,
            format!("codegen-lsp: {name} is out of step with the editor ({reason}); reopen the file to go on"),
        );
    }
}

/// Drops a buffer and all work for it.
pub fn closed(main: &mut MainLoop, uri: &Uri) {
    forget(main, uri);
    parsing::close(main, uri);
}

/// The server's idea of a document, for tests and bug reports.
pub fn text(main: &mut MainLoop, uri: &Uri, waiter: Waiter<Option<Value>>) {
    waiter.answer(main.state.buffers.get(uri).map(|buffer| {
        let document = &buffer.document;
        json!({ "text": document.text(), "version": buffer.client_version, "synced": buffer.synced })
    }));
}

fn forget(main: &mut MainLoop, uri: &Uri) {
    inline::forget(main, uri);
    synthesis::abandon(main, uri);
}

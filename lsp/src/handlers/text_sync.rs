//! `didOpen`, `didChange`, `didClose`: the buffers.

use serde_json::{Value, json};
use tower_lsp::ls_types::{self as lsp, MessageType, Uri};

use super::{inline, synthesis};
use crate::document::Document;
use crate::main_loop::MainLoop;
use crate::proto;
use crate::state::{Buffer, Waiter};

/// Takes a buffer in. One that is open already is replaced: the client knows best.
pub fn opened(main: &mut MainLoop, item: lsp::TextDocumentItem) {
    closed(main, &item.uri);
    tracing::debug!("opened {} ({} bytes)", item.uri.as_str(), item.text.len());
    main.state.buffers.insert(item.uri, Buffer::new(Document::new(&item.text, item.version)));
}

/// Applies a change, or leaves the buffer as it was and waits for its whole text: guessing would spoil all that follows.
pub fn changed(main: &mut MainLoop, params: lsp::DidChangeTextDocumentParams) {
    let uri = params.text_document.uri;
    let Some(buffer) = main.state.buffers.get_mut(&uri) else {
        tracing::warn!("a change of {}, which is not open, is ignored", uri.as_str());
        return;
    };
    // What stands before a whole text does not matter.
    let whole = params.content_changes.iter().rposition(|change| change.range.is_none());
    if !buffer.synced && whole.is_none() {
        return;
    }
    let changes = params.content_changes.get(whole.unwrap_or(0)..).unwrap_or_default();
    match proto::apply_changes(&mut buffer.document, params.text_document.version, changes, main.state.encoding) {
        Ok(edits) => {
            buffer.synced = true;
            let dropped: Vec<_> = edits.iter().filter_map(|edit| buffer.follow(edit)).collect();
            for dropped in dropped {
                inline::drop_flight(main, dropped);
            }
            synthesis::document_changed(main, &uri, &edits);
        }
        Err(error) => {
            buffer.synced = false;
            tracing::error!("cannot apply a change of {}: {error}", uri.as_str());
            forget(main, &uri);
            let name = uri.as_str();
            main.tell_once(
                MessageType::ERROR,
                format!("codegen-lsp: a change of {name} cannot be applied ({error}); reopen the file to go on"),
            );
        }
    }
}

/// Drops a buffer and all work for it.
pub fn closed(main: &mut MainLoop, uri: &Uri) {
    forget(main, uri);
    main.state.buffers.remove(uri);
}

/// The server's idea of a document, for tests and bug reports.
pub fn text(main: &mut MainLoop, uri: &Uri, waiter: Waiter<Option<Value>>) {
    waiter.answer(main.state.buffers.get(uri).map(|buffer| {
        let document = &buffer.document;
        json!({ "text": document.text(), "version": document.version(), "synced": buffer.synced })
    }));
}

fn forget(main: &mut MainLoop, uri: &Uri) {
    inline::forget(main, uri);
    synthesis::abandon(main, uri);
}

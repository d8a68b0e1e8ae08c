//! The beginning of a generation: it is prepared away from the main loop.

use codegen_text::completion::Refusal;
use codegen_text::document::Document;
use tower_lsp::ls_types::Uri;

use super::gathered::Gathered;
use crate::generate::prepare::{self, At};
use crate::server::event::{Event, Wanted};
use crate::server::session::Session;

/// Prepares a generation for the buffer as it is.
pub(super) fn start(session: &mut Session, uri: &Uri, id: u64, offset: usize, wanted: Wanted) {
    let now = session.now();
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    buffer.begun = Some((id, now));
    let document = buffer.document.clone();
    buffer.read = Some(document.rope().clone());
    prepare(session, uri, id, wanted, offset, move || document);
}

/// Prepares a generation away from the main loop, since finding the context counts tokens. `document` is called there.
pub(super) fn prepare(
    session: &mut Session,
    uri: &Uri,
    id: u64,
    wanted: Wanted,
    offset: usize,
    document: impl FnOnce() -> Document + Send + 'static,
) {
    // While the engine loads, the request waits; `engine_settled` starts it.
    session.need_engine();
    let Some(engine) = session.state.engine().cloned() else { return };
    session.running.stop_reading();
    let Some(gathered) = Gathered::of(&session.state, uri) else { return };
    let entry = session.state.buffers.get(uri).and_then(|buffer| buffer.suggestions.entry(id));
    let selected = entry.map(|entry| entry.selected.clone());
    let count = if let Wanted::Several { count, .. } = wanted { count } else { 1 };
    let uri = uri.clone();
    session.offload(
        move || {
            let document = document();
            let parts = gathered.parts(&document);
            let at = At { selected: selected.as_ref(), count, ..gathered.at(offset, &parts) };
            prepare::prepare(&document, &at, &engine)
        },
        move |prepared| Event::Prepared(uri, id, wanted, prepared.unwrap_or(Err(Refusal::Failed)).map(Box::new)),
    );
}

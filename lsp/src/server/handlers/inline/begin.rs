//! The beginning of a generation: it is prepared away from the main loop.

use codegen_text::completion::Refusal;
use codegen_text::document::Document;
use tower_lsp::ls_types::Uri;

use crate::config::language::Service;
use crate::generate::prepare::{self, At};
use crate::server::elsewhere;
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
    let Some(engine) = session.state.engine().cloned() else { return };
    session.running.stop_reading();
    let Some(buffer) = session.state.buffers.get(uri) else { return };
    let (previous_start, plain) = (buffer.window_start, session.state.service(uri) == Service::Text);
    let selected = buffer.suggestions.entry(id).map(|entry| entry.selected.clone());
    let config = session.state.config_for(uri);
    let (options, max_tokens, share) = (config.turns.clone(), config.inline.max_tokens, config.inline.context_share);
    let (asked, related) = (elsewhere::asked(&session.state, uri), session.state.related.clone());
    let count = if let Wanted::Several { count, .. } = wanted { count } else { 1 };
    let uri = uri.clone();
    session.offload(
        move || {
            let (document, selected) = (document(), selected.as_ref());
            let parts = asked.filter(|_| !plain).map(|asked| related.parts(&document, &asked)).unwrap_or_default();
            let related = (parts.as_slice(), share);
            let at = At { offset, selected, count, options: &options, previous_start, max_tokens, plain, related };
            prepare::prepare(&document, &at, &engine)
        },
        move |prepared| Event::Prepared(uri, id, wanted, prepared.unwrap_or(Err(Refusal::Failed)).map(Box::new)),
    );
}

//! What is generated before anybody asks for it: the suggestion that follows the one that is shown.

use codegen_text::document::{Budget, Meter};
use tower_lsp::ls_types::Uri;

use super::begin;
use crate::server::event::Wanted;
use crate::server::session::Session;

/// Prepares what follows the suggestion that is shown, if that is not known and nothing else is being generated for the buffer.
pub(super) fn prepare(session: &mut Session, uri: &Uri) {
    let id = session.state.next_id();
    if session.state.engine().is_none() || !session.state.config_for(uri).inline.prepare_next {
        return;
    }
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    let Some(preparation) = buffer.suggestions.prepare_next(id) else { return };
    let document = buffer.document.clone();
    let edit = preparation.edit;
    let accepted = move || {
        let mut meter = Meter::new(Budget::UNLIMITED);
        document.edited(edit.range, &edit.text, &mut meter)
    };
    begin::prepare(session, uri, preparation.id, Wanted::Next, preparation.cursor, accepted);
}

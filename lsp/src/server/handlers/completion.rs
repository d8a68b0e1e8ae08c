//! `textDocument/completion` and `completionItem/resolve`: suggestions for clients that show them in a menu.

use tower_lsp::ls_types as lsp;

use super::inline::{self, Ask};
use crate::config::layers::InForce;
use crate::present::menu;
use crate::server::responder::{CompletionResponder, ResolveResponder, Waiter};
use crate::server::session::Session;
use crate::server::state::State;

/// What `initialize` is answered about the menu. It is decided once: few clients take a menu that comes later.
#[must_use]
pub fn provider(state: &State) -> Option<lsp::CompletionOptions> {
    // Problems are reported once the client listens.
    let (config, _) = InForce::of(&state.base, &state.initialization, &state.settings);
    let offered = config.global.menu.offered(state.capabilities.inline_completion);
    offered.then(|| menu::provider(state.capabilities.menu))
}

/// Answers a request with a menu, as far as one is wanted at its place.
pub fn requested(session: &mut Session, params: lsp::CompletionParams, responder: CompletionResponder) {
    let lsp::TextDocumentPositionParams { text_document, position } = params.text_document_position;
    // Clients say `Invoked` of typed letters, too (LSP: "24x7 code complete"), so that no request is known to be made by hand.
    let ask = Ask { uri: text_document.uri, version: None, unit: None, position, entry: None, invoked: false };
    inline::ask(session, ask, Waiter::Menu(responder));
}

/// Answers with the entry and its documentation, which is made of what the entry carries along.
pub fn resolve(session: &mut Session, item: lsp::CompletionItem, responder: ResolveResponder) {
    responder.answer(menu::resolved(item, session.state.capabilities.menu));
}

//! What the parser cannot do on the main loop: it is done away from it, and whoever needs a document's syntax waits for that.
//!
//! A document that a change leaves without a tree is parsed when nobody has typed into it for a moment, or at once if
//! somebody waits; a parse whose text is no longer the document's is cancelled. So a key costs the main loop a small budget
//! ([`Limits::of_a_buffer`]), whatever the file is like, and every other buffer's keys go on. Suggestions do not wait: they
//! are decided by a [`View`](codegen_text::prompt::view::View).

use std::time::Duration;

use codegen_text::document::{Budget, Document, Limits, Unparsed};
use ropey::Rope;
use tower_lsp::ls_types::{MessageType, Uri};

use crate::protocol::commands;
use crate::server::event::Event;
use crate::server::responder::RequestId;
use crate::server::session::Session;
use crate::server::state::Buffer;

/// How long nobody must have typed.
const QUIET: Duration = Duration::from_millis(200);

/// What a parse away from the main loop may cost. Two megabytes of broken functions take one to four seconds.
const BUDGET: Budget = Budget { steps: 64, time: Duration::from_secs(5) };

/// What parsing a buffer may cost the main loop.
#[must_use]
pub fn limits(session: &Session, uri: &Uri) -> Limits {
    Limits::of_a_buffer(session.state.config_for(uri).max_file_bytes)
}

/// The settings may say another size.
pub fn limits_changed(session: &mut Session) {
    let uris: Vec<Uri> = session.state.buffers.keys().cloned().collect();
    for uri in uris {
        let limits = limits(session, &uri);
        let Some(buffer) = session.state.buffers.get_mut(&uri) else { continue };
        buffer.document.set_limits(limits);
        changed(session, &uri);
    }
}

/// A buffer has been opened, or its text or limits have changed.
pub fn changed(session: &mut Session, uri: &Uri) {
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    let (document, parsing) = (&mut buffer.document, &mut buffer.parsing);
    let waited = parsing.is_awaited();
    parsing.keep_only(document.rope());
    if document.is_pending() {
        match parsing.changed() {
            Some(reason) => {
                document.give_up(reason);
                return settled(session, uri);
            }
            None if waited => return hurry(session, uri),
            None => {
                let due = Event::ParseDue(uri.clone(), document.rope().clone());
                return session.after(QUIET, due);
            }
        }
    }
    if document.syntax_gap() == Some(Unparsed::TooLarge) {
        let (name, limit) = (uri.as_str(), session.state.config_for(uri).max_file_bytes);
        session.tell_once(
            MessageType::INFO,
            format!(
                "codegen-lsp: {name} has more than {limit} bytes (codegen.maxFileBytes); its text is followed, but it gets no \
                 suggestions, code lenses or synthesis"
            ),
        );
    }
    if waited {
        settled(session, uri);
    }
}

/// Nobody has typed for a moment, if the text is still that one.
pub fn due(session: &mut Session, uri: &Uri, text: &Rope) {
    if session.state.buffers.get(uri).is_some_and(|buffer| buffer.document.rope().is_instance(text)) {
        hurry(session, uri);
    }
}

/// Parses a buffer that is not parsed yet, unless that is under way.
pub fn hurry(session: &mut Session, uri: &Uri) {
    let Some(buffer) = session.state.buffers.get_mut(uri).filter(|buffer| buffer.document.is_pending()) else { return };
    let rope = buffer.document.rope().clone();
    let Some(cancelled) = buffer.parsing.begin(&rope) else { return };
    let (snapshot, uri) = (buffer.document.clone(), uri.clone());
    session.offload(move || snapshot.parsed(BUDGET, &cancelled), move |parsed| Event::Parsed(uri, rope, parsed));
}

/// A parse has ended: with what is known of the syntax, cancelled, or in a panic.
pub fn parsed(session: &mut Session, uri: &Uri, text: &Rope, parsed: Option<Option<Document>>) {
    let same = |document: &Document| document.is_pending() && document.rope().is_instance(text);
    let Some(buffer) = session.state.buffers.get_mut(uri).filter(|buffer| same(&buffer.document)) else { return };
    let mut left = None;
    match parsed {
        Some(Some(mut parsed)) => {
            buffer.document.adopt(&mut parsed);
            left = Some(parsed);
        }
        Some(None) => return,
        None => buffer.document.give_up(Unparsed::TooSlow),
    }
    let gap = buffer.document.syntax_gap();
    if buffer.parsing.ended(gap)
        && let Some(reason) = gap
    {
        tracing::warn!("{} has no code lenses or synthesis as it is: {reason}", uri.as_str());
    }
    // What is left is an older tree.
    session.discard(left);
    settled(session, uri);
}

/// Holds an event back that needs the syntax of a document that is being parsed.
pub fn gate(session: &mut Session, event: Event) -> Option<Event> {
    let Some(uri) = needs_syntax(&event) else { return Some(event) };
    let waits = |buffer: &&mut Buffer| buffer.synced && buffer.document.is_pending();
    let Some(buffer) = session.state.buffers.get_mut(&uri).filter(waits) else { return Some(event) };
    buffer.parsing.hold(event);
    hurry(session, &uri);
    None
}

/// The document whose syntax an event needs.
fn needs_syntax(event: &Event) -> Option<Uri> {
    match event {
        Event::CodeLens(params, _) => Some(params.text_document.uri.clone()),
        Event::CodeAction(params, _) => Some(params.text_document.uri.clone()),
        Event::Command(params, _) if params.command != commands::ACCEPTED => {
            let argument = params.arguments.first()?;
            // Ending the work on a whole document needs nothing of it.
            let needs = params.command != commands::CANCEL || argument.get("position").is_some();
            argument.get("uri").filter(|_| needs).and_then(|uri| serde_json::from_value(uri.clone()).ok())
        }
        _ => None,
    }
}

/// Whoever waited for the syntax is to go on: it is there, will not be, or the document is gone or out of step.
fn settled(session: &mut Session, uri: &Uri) {
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    buffer.turns.forget();
    let waiting = buffer.parsing.take_waiting();
    session.state.wake(uri);
    session.resume(waiting);
}

/// A request was cancelled by the client: nobody waits for its answer any more.
pub fn cancelled(session: &mut Session, request: RequestId) {
    let is = |event: &Event| match event {
        Event::CodeLens(_, responder) => responder.request == request,
        Event::CodeAction(_, responder) => responder.request == request,
        Event::Command(_, responder) => responder.request == request,
        _ => false,
    };
    session.state.buffers.values_mut().for_each(|buffer| buffer.parsing.forget(is));
}

/// Drops a buffer; whoever waited for its syntax is answered as of a document that is not open.
pub fn close(session: &mut Session, uri: &Uri) {
    let Some(mut buffer) = session.state.buffers.remove(uri) else { return };
    session.resume(buffer.parsing.take_waiting());
    session.discard(buffer.document);
}

/// Ends all parsing, so that whoever waits for it is answered.
pub fn abandon(session: &mut Session) {
    let uris: Vec<Uri> = session.state.buffers.keys().cloned().collect();
    for uri in uris {
        let Some(buffer) = session.state.buffers.get_mut(&uri) else { continue };
        buffer.parsing.stop();
        buffer.document.give_up(Unparsed::TooSlow);
        settled(session, &uri);
    }
}

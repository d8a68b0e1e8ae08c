//! Parses documents away from the main loop where that is too slow for it. Events that need a document's syntax wait
//! for it.
//!
//! A document that a change leaves without a tree is parsed when the user has not typed into it for a moment, or at
//! once if an event waits. A parse whose text is no longer the document's is cancelled. So a key costs the main loop a
//! small budget ([`Limits::of_a_buffer`]), whatever the file is like, and the keys of every other buffer are handled
//! meanwhile. Suggestions do not wait: they are decided by a [`View`](codegen_text::prompt::view::View).

use std::time::Duration;

use codegen_text::document::{Budget, Document, Limits, Unparsed};
use ropey::Rope;
use tower_lsp::ls_types::{MessageType, Uri};

use crate::protocol::commands;
use crate::server::event::Event;
use crate::server::responder::RequestId;
use crate::server::session::Session;
use crate::server::state::Buffer;

/// The pause in the typing before a document is parsed.
const QUIET: Duration = Duration::from_millis(200);

/// The budget of a parse away from the main loop. Two megabytes of broken functions take one to four seconds.
const BUDGET: Budget = Budget { steps: 64, time: Duration::from_secs(5) };

/// The limits of parsing a buffer on the main loop.
#[must_use]
pub fn limits(session: &Session, uri: &Uri) -> Limits {
    Limits::of_a_buffer(session.state.config_for(uri).max_file_bytes)
}

/// Applies the settings' limits to every buffer.
pub fn limits_changed(session: &mut Session) {
    let uris: Vec<Uri> = session.state.buffers.keys().cloned().collect();
    for uri in uris {
        let limits = limits(session, &uri);
        let Some(buffer) = session.state.buffers.get_mut(&uri) else { continue };
        buffer.document.set_limits(limits);
        changed(session, &uri);
    }
}

/// Parses a buffer, or plans to, after it was opened or its text or limits have changed.
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

/// Parses a buffer after a pause in the typing, if the text is still that one.
pub fn due(session: &mut Session, uri: &Uri, text: &Rope) {
    if session.state.buffers.get(uri).is_some_and(|buffer| buffer.document.rope().is_instance(text)) {
        hurry(session, uri);
    }
}

/// Parses a buffer that is not parsed yet, unless a parse is under way.
pub fn hurry(session: &mut Session, uri: &Uri) {
    let Some(buffer) = session.state.buffers.get_mut(uri).filter(|buffer| buffer.document.is_pending()) else { return };
    let rope = buffer.document.rope().clone();
    let Some(cancelled) = buffer.parsing.begin(&rope) else { return };
    let (snapshot, uri) = (buffer.document.clone(), uri.clone());
    session.offload(move || snapshot.parsed(BUDGET, &cancelled), move |parsed| Event::Parsed(uri, rope, parsed));
}

/// Takes the result of a parse: the parsed document, inner `None` if it was cancelled, outer `None` after a panic.
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
    // `left` holds the older tree.
    session.discard(left);
    settled(session, uri);
}

/// Holds back an event that needs the syntax of a document that is being parsed; returns any other.
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
        Event::Command(params, _) if ![commands::ACCEPTED, commands::WHY].contains(&params.command.as_str()) => {
            let argument = params.arguments.first()?;
            // Cancelling the work on a whole document does not need its syntax.
            let needs = params.command != commands::CANCEL || argument.get("position").is_some();
            argument.get("uri").filter(|_| needs).and_then(|uri| serde_json::from_value(uri.clone()).ok())
        }
        _ => None,
    }
}

/// Resumes the events and commands that waited for the syntax: it is known, will not be, or the document is closed or
/// out of step.
fn settled(session: &mut Session, uri: &Uri) {
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    buffer.turns.forget();
    let waiting = buffer.parsing.take_waiting();
    session.state.wake(uri);
    session.resume(waiting);
}

/// Drops the held-back event of a request that the client has cancelled.
pub fn cancelled(session: &mut Session, request: RequestId) {
    let is = |event: &Event| match event {
        Event::CodeLens(_, responder) => responder.request == request,
        Event::CodeAction(_, responder) => responder.request == request,
        Event::Command(_, responder) => responder.request == request,
        _ => false,
    };
    session.state.buffers.values_mut().for_each(|buffer| buffer.parsing.forget(is));
}

/// Drops a buffer. Requests that waited for its syntax are answered as for a document that is not open.
pub fn close(session: &mut Session, uri: &Uri) {
    let Some(mut buffer) = session.state.buffers.remove(uri) else { return };
    session.resume(buffer.parsing.take_waiting());
    session.discard(buffer.document);
}

/// Ends all parsing, so that the requests that wait for it are answered.
pub fn abandon(session: &mut Session) {
    let uris: Vec<Uri> = session.state.buffers.keys().cloned().collect();
    for uri in uris {
        let Some(buffer) = session.state.buffers.get_mut(&uri) else { continue };
        buffer.parsing.stop();
        buffer.document.give_up(Unparsed::TooSlow);
        settled(session, &uri);
    }
}

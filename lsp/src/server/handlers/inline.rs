//! `textDocument/inlineCompletion`.

use codegen_core::{Event as Produced, FinishReason, Key};
use codegen_text::completion::here::Here;
use codegen_text::completion::session::{Answer, Decision, Dropped, Ended, Entry, Known, Stands};
use codegen_text::completion::{Judged, Kind, Selected, Suggestion};
use codegen_text::document::{Document, Unparsed};
use codegen_text::prompt::view::View;
use ropey::Rope;
use serde_json::json;
use tower_lsp::ls_types::{self as lsp, InlineCompletionItem, Uri};

use crate::generate::prepare::{self, Prepared};
use crate::protocol::commands;
use crate::protocol::positions::{self, Encoding};
use crate::server::event::{Event, Job, Suggested};
use crate::server::responder::{InlineResponder, RequestId};
use crate::server::session::Session;
use crate::server::state::{Buffer, EngineState};

/// Answers a request from what is known, joins it to a generation in flight, or starts one.
pub fn requested(session: &mut Session, params: lsp::InlineCompletionParams, responder: InlineResponder) {
    let lsp::TextDocumentPositionParams { text_document, position } = params.text_document_position;
    let uri = text_document.uri;
    let id = session.state.next_id();
    let state = &mut session.state;
    let unusable = !state.config_for(&uri).inline.enabled
        || matches!(state.engine, EngineState::Failed(_))
        || state.unserved(&uri).is_some();
    let usable =
        |buffer: &&mut Buffer| buffer.synced && !unusable && buffer.document.syntax_gap() != Some(Unparsed::TooLarge);
    let Some(buffer) = state.buffers.get_mut(&uri).filter(usable) else {
        return responder.answer(None);
    };
    let offset = match positions::offset(buffer.document.rope(), position, state.encoding) {
        Ok(offset) => offset,
        Err(error) => return responder.refuse(error.to_string()),
    };
    let entry = match params.context.selected_completion_info {
        None => None,
        Some(info) => match entry(buffer, offset, info, state.encoding) {
            Some(entry) => Some(entry),
            // Another entry than what is being typed: nothing can continue it at this place.
            None => return responder.answer(None),
        },
    };
    let here = Here::at(buffer.document.rope(), offset);
    match buffer.suggestions.ask(here, entry, responder, id) {
        Decision::Answer(responder, known, dropped) => {
            if let Some(dropped) = dropped {
                drop_in_flight(session, dropped);
            }
            show(session, &uri, responder, known);
        }
        Decision::Join { superseded, .. } => {
            if let Some(responder) = superseded {
                responder.answer(None);
            }
        }
        Decision::Start(id, offset, dropped) => {
            if let Some(dropped) = dropped {
                drop_in_flight(session, dropped);
            }
            start(session, &uri, id, offset);
        }
    }
}

/// The entry that is selected in the client's menu, if what has been typed is its beginning.
fn entry(buffer: &Buffer, offset: usize, info: lsp::SelectedCompletionInfo, encoding: Encoding) -> Option<Entry> {
    let rope = buffer.document.rope();
    let start = positions::offset(rope, info.range.start, encoding).ok()?;
    let end = positions::offset(rope, info.range.end, encoding).ok()?;
    let usable = start <= end && end == offset && info.range.start.line == info.range.end.line;
    let selected = Selected { start, text: info.text };
    let rest = selected.rest(&buffer.document.slice(start..offset)).filter(|_| usable)?.to_owned();
    Some(Entry { selected, rest })
}

/// Cancels a generation, and answers the requests that waited for it.
pub fn drop_in_flight(session: &mut Session, dropped: Dropped<InlineResponder>) {
    session.running.remove(dropped.id);
    if let Some(responder) = dropped.waiting {
        responder.answer(None);
    }
}

/// Forgets the suggestions of a buffer, and cancels their generation.
pub fn forget(session: &mut Session, uri: &Uri) {
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    (buffer.window_start, buffer.view) = (None, None);
    if let Some(dropped) = buffer.suggestions.clear() {
        drop_in_flight(session, dropped);
    }
}

/// Drops a request that the client has cancelled.
pub fn cancelled(session: &mut Session, request: RequestId) {
    let dropped =
        session.state.buffers.values_mut().find_map(|buffer| buffer.suggestions.cancelled(|w| w.request == request));
    if let Some(dropped) = dropped {
        drop_in_flight(session, dropped);
    }
}

/// Starts the requests that waited for the engine, or ends them if it could not be loaded.
pub fn engine_settled(session: &mut Session) {
    if session.state.engine().is_none() {
        let uris: Vec<_> = session.state.buffers.keys().cloned().collect();
        return uris.iter().for_each(|uri| forget(session, uri));
    }
    let uris: Vec<_> = session.state.buffers.keys().cloned().collect();
    for uri in uris {
        let id = session.state.next_id();
        let Some(buffer) = session.state.buffers.get_mut(&uri) else { continue };
        let ended = buffer.suggestions.restart(id);
        conclude(session, &uri, ended);
    }
}

/// Prepares a generation away from the main loop, since finding the context counts tokens.
fn start(session: &mut Session, uri: &Uri, id: u64, offset: usize) {
    // While the engine loads, the request waits; `engine_settled` starts it.
    let Some(engine) = session.state.engine().cloned() else { return };
    let Some(buffer) = session.state.buffers.get(uri) else { return };
    let (document, previous) = (buffer.document.clone(), buffer.window_start);
    let selected = buffer.suggestions.entry(id).map(|entry| entry.selected.clone());
    let config = session.state.config_for(uri);
    let (turns, max_tokens) = (config.turns.clone(), config.inline.max_tokens);
    let uri = uri.clone();
    session.offload(
        move || prepare::prepare(&document, offset, selected.as_ref(), &turns, previous, max_tokens, &engine),
        move |prepared| Event::Prepared(uri, id, prepared.flatten().map(Box::new)),
    );
}

/// Submits a prepared generation, if it is still wanted. The main loop does this because requests of one buffer must
/// reach the engine in order: the later supersedes the earlier.
pub fn prepared(session: &mut Session, uri: Uri, id: u64, prepared: Option<Box<Prepared>>) {
    let Some(buffer) = session.state.buffers.get_mut(&uri).filter(|buffer| buffer.suggestions.wants(id)) else {
        return;
    };
    let engine = match &session.state.engine {
        EngineState::Ready(engine) => engine,
        _ => return forget(session, &uri),
    };
    let Some(prepared) = prepared else {
        if let Some(responder) = buffer.suggestions.failed(id) {
            responder.answer(None);
        }
        return;
    };
    let Prepared { kind, mut request, start, held, view } = *prepared;
    buffer.window_start = Some(start);
    buffer.suggestions.holds(id, kind.clone(), held, view.origin());
    buffer.view = Some(view);
    request.key = Some(Key(uri.as_str().to_owned()));
    session.running.add(Job::Inline { uri, id, kind }, engine.submit(request));
}

/// Takes a token from the engine, or the end of a generation.
pub fn produced(session: &mut Session, uri: &Uri, id: u64, kind: Kind, event: Produced) {
    let next_id = session.state.next_id();
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    let suggestions = &mut buffer.suggestions;
    let failed = match event {
        Produced::Token { text, logprob, .. } => {
            if let Some(ended) = suggestions.streamed(id, &text, logprob, next_id) {
                if !suggestions.wants(id) {
                    session.running.remove(id);
                }
                conclude(session, uri, ended);
            }
            return;
        }
        Produced::Done(done) if !matches!(done.reason, FinishReason::Cancelled | FinishReason::Superseded) => {
            let ended = suggestions.finished(id, prepare::raw(done, kind), next_id);
            return conclude(session, uri, ended);
        }
        Produced::Done(_) => suggestions.failed(id),
        Produced::Failed(error) => {
            let responder = suggestions.failed(id);
            // An empty buffer has nothing to continue; the user is not told.
            if error != codegen_core::EngineError::EmptyPrompt {
                session.engine_failed(&error);
            }
            responder
        }
    };
    if let Some(responder) = failed {
        responder.answer(None);
    }
}

fn conclude(session: &mut Session, uri: &Uri, ended: Ended<InlineResponder>) {
    match ended {
        Ended::Answer(responder, known) => show(session, uri, responder, known),
        Ended::Nothing(responder) => responder.answer(None),
        Ended::Restart(id, offset) => start(session, uri, id, offset),
        Ended::Quiet => {}
    }
}

/// Runs the filters, away from the main loop since they parse; [`shown`] answers.
fn show(session: &mut Session, uri: &Uri, responder: InlineResponder, known: Known) {
    let (least, source) = (session.state.config_for(uri).inline.least(), known.source);
    let Some(buffer) = session.state.buffers.get(uri) else { return responder.answer(None) };
    let document = buffer.document.clone();
    // Usually the user has typed nothing since the suggestion was asked for.
    let view = buffer.view.clone().filter(|view| view.is_of(&document, known.offset));
    let (uri, text) = (uri.clone(), document.rope().clone());
    session.offload(
        move || {
            let view = view.or_else(|| View::around(&document, known.offset))?;
            judged(&document, &view, known, least)
        },
        move |judged| Event::Suggested(Suggested { uri, text, responder, judged: judged.flatten(), source }),
    );
}

/// What is shown of a known answer.
fn judged(document: &Document, view: &View, known: Known, least: f32) -> Option<Judged> {
    let Known { entry, answer, .. } = known;
    let mut judged = match answer {
        Answer::Standing(stands) => standing(view, &stands)?,
        Answer::Generated(raw) => {
            let rest = entry.as_ref().map(|entry| entry.rest.as_str());
            prepare::suggestion(document, view, &raw, rest, least)?
        }
        Answer::Longer(raw, stands) => {
            let rest = entry.as_ref().map(|entry| entry.rest.as_str());
            let longer = |judged: &Judged| judged.suggestion.text.starts_with(&stands.text);
            match prepare::suggestion(document, view, &raw, rest, least).filter(longer) {
                Some(judged) => judged,
                None => standing(view, &stands)?,
            }
        }
    };
    if let Some(Entry { selected, rest }) = entry {
        let suggestion = &mut judged.suggestion;
        if !suggestion.text.starts_with(&rest) {
            return None;
        }
        // The client compares the range and the beginning with the entry's.
        suggestion.text.insert_str(0, &document.slice(selected.start..suggestion.range.start));
        suggestion.range.start = selected.start;
    }
    Some(judged)
}

/// What stands, fitted to the cursor.
fn standing(view: &View, stands: &Stands) -> Option<Judged> {
    Some(Judged { suggestion: prepare::standing(view, &stands.text)?, confidence: stands.confidence })
}

/// Answers a request with a suggestion, and remembers that it stands.
pub fn shown(session: &mut Session, suggested: Suggested) {
    let Suggested { uri, text, responder, judged, source } = suggested;
    let (id, encoding) = (session.state.next_id(), session.state.encoding);
    let Some(Judged { suggestion, confidence }) = judged else { return responder.answer(None) };
    let Some(buffer) = session.state.buffers.get_mut(&uri) else { return responder.answer(None) };
    // The text may have moved on.
    if buffer.document.rope().is_instance(&text) {
        let typed = suggestion.range.end - suggestion.range.start;
        let rest = suggestion.text.get(typed..).unwrap_or_default().to_owned();
        let here = Here::at(&text, suggestion.range.end);
        if let Some(dropped) = buffer.suggestions.shown(&here, Stands { text: rest, confidence }, source) {
            drop_in_flight(session, dropped);
        }
    }
    let item = item(&text, suggestion, confidence, encoding, id);
    responder.answer(Some(lsp::InlineCompletionResponse::List(lsp::InlineCompletionList { items: vec![item] })));
}

fn item(
    text: &Rope,
    suggestion: Suggestion,
    confidence: Option<f32>,
    encoding: Encoding,
    id: u64,
) -> InlineCompletionItem {
    InlineCompletionItem {
        insert_text: suggestion.text,
        filter_text: None,
        range: Some(positions::lsp_range(text, suggestion.range, encoding)),
        command: Some(lsp::Command {
            title: "Count an accepted suggestion".to_owned(),
            command: commands::ACCEPTED.to_owned(),
            arguments: Some(vec![json!(id), json!({"confidence": confidence})]),
        }),
        insert_text_format: None,
    }
}

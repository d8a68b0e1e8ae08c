//! What is known is filtered, away from the main loop since the filters parse, and answered.

use codegen_text::completion::here::Here;
use codegen_text::completion::raw::RawCompletion;
use codegen_text::completion::session::{Answer, Chosen, Entry, Known, Source, Stands};
use codegen_text::completion::{Judged, Refusal, Suggestion};
use ropey::Rope;
use serde_json::json;
use tower_lsp::ls_types::{self as lsp, InlineCompletionItem, Uri};

use super::answer::{self, Facts, refuse, refuse_at};
use super::{SEVERAL, ahead, drop_in_flight};
use crate::config::language::Service;
use crate::generate::shown::{self as filtered, Site};
use crate::present::menu::{self, Offer};
use crate::protocol::commands;
use crate::protocol::positions::{self, Encoding};
use crate::server::event::{Event, Raw, Suggested};
use crate::server::responder::Waiter;
use crate::server::session::Session;

/// Answers with a known suggestion, as far as that passes the filters.
pub(super) fn one(session: &mut Session, uri: &Uri, waiter: Waiter, known: Known) {
    let least = session.state.config_for(uri).inline.threshold();
    let Some(buffer) = session.state.buffers.get(uri) else { return refuse(session, uri, waiter, Refusal::NotOpen) };
    let document = buffer.document.clone();
    // Usually the user has typed nothing since the suggestion was asked for.
    let view = buffer.view.clone().filter(|view| view.is_of(&document, known.offset));
    let (site, plain) = (view.map(Site::Python), session.state.service(uri) == Service::Text);
    let (uri, text) = (uri.clone(), document.rope().clone());
    let (source, cursor, entry) = (known.source, known.offset, known.entry.clone());
    let raw = match &known.answer {
        Answer::Standing(_) => None,
        Answer::Generated(raw) | Answer::Longer(raw, _) => Some(raw_of(raw)),
    };
    session.offload(
        move || {
            let site = site.map_or_else(|| Site::at(&document, known.offset, plain), Ok)?;
            filtered::one(&document, &site, known, least).map(|judged| vec![judged])
        },
        move |judged| {
            let judged = judged.unwrap_or_else(|| Err(Refusal::Failed.into()));
            Event::Suggested(Suggested { uri, text, waiter, cursor, entry, source, judged, raw })
        },
    );
}

/// Answers a request made by hand, with the suggestions that pass the filters.
pub(super) fn several(session: &mut Session, uri: &Uri, chosen: Chosen<Waiter>) {
    let Some(buffer) = session.state.buffers.get(uri) else {
        return refuse(session, uri, chosen.waiting, Refusal::NotOpen);
    };
    let document = buffer.document.clone();
    let plain = session.state.service(uri) == Service::Text;
    let (uri, text) = (uri.clone(), document.rope().clone());
    let Chosen { waiting: waiter, offset, entry, known, raws } = chosen;
    let own = entry.clone();
    let (raw, cursor) = (raws.first().map(raw_of), offset);
    let chosen = Chosen { waiting: (), offset, entry, known, raws };
    let source = chosen.known.as_ref().map_or(Source::Generated, |known| known.source);
    session.offload(
        move || {
            let site = Site::at(&document, chosen.offset, plain)?;
            filtered::several(&document, &site, &chosen, SEVERAL)
        },
        move |judged| {
            let judged = judged.unwrap_or_else(|| Err(Refusal::Failed.into()));
            Event::Suggested(Suggested { uri, text, waiter, cursor, entry: own, source, judged, raw })
        },
    );
}

fn raw_of(raw: &RawCompletion) -> Raw {
    Raw { text: raw.text.clone(), kind: raw.kind.clone(), mean_logprob: raw.mean_logprob() }
}

/// Answers a request with what passed the filters, and remembers what stands.
pub fn answer(session: &mut Session, suggested: Suggested) {
    let Suggested { uri, text, waiter, cursor, entry, source, judged, raw } = suggested;
    let facts = Facts { cursor, source: Some(source), raw };
    let judged = match judged {
        Ok(judged) => judged,
        // The lines that were there are not worth showing; the whole may be.
        Err(_) if source == Source::Early => return wait_on(session, &uri, waiter, &text, cursor, entry),
        Err(refused) => {
            refuse_at(session, &uri, waiter, refused, facts);
            // What stands behind it may have been prepared no further.
            return ahead::prepare(session, &uri);
        }
    };
    let (encoding, client) = (session.state.encoding, session.state.capabilities.menu);
    let numbered: Vec<(u64, Judged)> = judged.into_iter().map(|judged| (session.state.next_id(), judged)).collect();
    // The text may have moved on.
    let current = |session: &Session| {
        session.state.buffers.get(&uri).is_some_and(|buffer| buffer.document.rope().is_instance(&text))
    };
    if let Some((_, Judged { suggestion, confidence })) = numbered.first()
        && current(session)
    {
        let typed = suggestion.range.end - suggestion.range.start;
        let rest = suggestion.text.get(typed..).unwrap_or_default().to_owned();
        let here = Here::at(&text, suggestion.range.end);
        let stands = Stands { text: rest, confidence: *confidence };
        let now = session.now();
        let dropped = session.state.buffers.get_mut(&uri).and_then(|buffer| {
            if let Some(fate) = buffer.stands.shown(here.offset, &stands.text) {
                session.state.pace.ended(fate, now);
            }
            session.state.pace.shown(now);
            buffer.suggestions.shown(&here, stands, source)
        });
        if let Some(dropped) = dropped {
            drop_in_flight(session, &uri, dropped, Refusal::Superseded);
        }
    }
    answer::suggested(session, &uri, &text, &waiter, &numbered, facts);
    match waiter {
        Waiter::Inline(responder) => {
            let items = numbered
                .into_iter()
                .map(|(id, judged)| item(&text, judged.suggestion, judged.confidence, encoding, id));
            let list = lsp::InlineCompletionList { items: items.collect() };
            responder.answer(Some(lsp::InlineCompletionResponse::List(list)));
        }
        Waiter::Menu(responder) => {
            let offers = numbered
                .into_iter()
                .map(|(id, Judged { suggestion, confidence })| Offer { id, suggestion, confidence })
                .collect();
            responder.answer(Some(menu::menu(&text, offers, encoding, client).into()));
        }
    }
    ahead::prepare(session, &uri);
}

/// Lets a request wait for the end of the generation that a part of was not worth showing.
fn wait_on(session: &mut Session, uri: &Uri, waiter: Waiter, text: &Rope, cursor: usize, entry: Option<Entry>) {
    let id = session.state.next_id();
    let Some(buffer) = session.state.buffers.get_mut(uri).filter(|buffer| buffer.document.rope().is_instance(text))
    else {
        return refuse(session, uri, waiter, Refusal::MovedOn);
    };
    let decision = buffer.suggestions.ask(Here::at(text, cursor), entry, waiter, id);
    super::act(session, uri, decision, super::Patience::Endless);
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

//! Suggestions: `textDocument/inlineCompletion`, and what it has in common with the completion menu.
//!
//! A request is answered from what is known, joined to a generation in flight, or begins one ([`begin`], [`generation`]). What is
//! known is filtered and answered in [`show`]. What nobody has asked for yet is prepared in [`ahead`], or read in [`rest`].

mod ahead;
mod answer;
mod begin;
mod gathered;
pub mod generation;
pub mod rest;
pub mod show;

use std::time::Duration;

use codegen_text::completion::here::Here;
use codegen_text::completion::pace::{self, Debounce, Spot};
use codegen_text::completion::session::{Decision, Dropped, Entry, Invoked};
use codegen_text::completion::{Kind, Refusal, Selected};
use codegen_text::document::Unparsed;
use codegen_text::document::indentation::Unit;
use ropey::Rope;
use serde_json::json;
use tower_lsp::ls_types::{self as lsp, Uri};

use crate::config::language::Service;
use crate::protocol::inline::{Asked, InlineParams};
use crate::protocol::positions::{self, Encoding};
use crate::server::event::{Event, Wanted};
use crate::server::handlers::statistics;
use crate::server::responder::{CommandResponder, InlineResponder, RequestId, Waiter};
use crate::server::session::Session;
use crate::server::state::{Buffer, EngineState};
use crate::statistics::{Event as Counted, Trigger};
use answer::{Facts, refuse, refuse_at};

/// Suggestions that a request made by hand is answered with at most.
const SEVERAL: usize = 4;
/// Minutes for which suggestions are put off at most: a day.
const MOST_MINUTES: f64 = 1440.0;

/// What a request for a suggestion asks for.
pub struct Ask {
    pub uri: Uri,
    /// The version of the document that the position is in, if the client says.
    pub version: Option<i32>,
    /// The client's unit of indentation, if it says.
    pub unit: Option<Unit>,
    pub position: lsp::Position,
    /// The entry that is selected in the client's menu.
    pub entry: Option<lsp::SelectedCompletionInfo>,
    /// Whether the user asked by a gesture of their own, rather than by typing.
    pub invoked: bool,
}

/// Why a request is not decided about.
enum Unfit {
    Refused(Refusal),
    /// The request is wrong, for this reason.
    Invalid(String),
}

impl From<Refusal> for Unfit {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Takes in `textDocument/inlineCompletion`.
pub fn requested(session: &mut Session, params: InlineParams, responder: InlineResponder) {
    let unit = params.unit();
    let InlineParams { text_document: Asked { uri, version }, position, context, .. } = params;
    let invoked = context.is_invoked();
    let entry = context.selected_completion_info;
    ask(session, Ask { uri, version, unit, position, entry, invoked }, Waiter::Inline(responder));
}

/// Answers a request from what is known, joins it to a generation in flight, or starts one.
pub fn ask(session: &mut Session, asked: Ask, waiter: Waiter) {
    let (uri, invoked, menu) = (asked.uri.clone(), asked.invoked, matches!(waiter, Waiter::Menu(_)));
    let trigger = match (&asked.entry, invoked) {
        (Some(_), _) => Trigger::Menu,
        (None, true) => Trigger::Invoked,
        (None, false) => Trigger::Automatic,
    };
    statistics::record(session, Counted::Asked(trigger));
    let position = asked.position;
    let (here, entry) = match place(session, asked) {
        Ok(place) => place,
        Err(Unfit::Refused(refusal)) => {
            let buffer = session.state.buffers.get(&uri);
            let cursor =
                buffer.map(|buffer| positions::offset(buffer.document.rope(), position, session.state.encoding));
            return match cursor {
                Some(Ok(cursor)) => {
                    refuse_at(session, &uri, waiter, refusal, Facts { cursor, ..Facts::default() });
                }
                _ => refuse(session, &uri, waiter, refusal),
            };
        }
        Err(Unfit::Invalid(problem)) => return waiter.refuse(problem),
    };
    let id = session.state.next_id();
    let Some(buffer) = session.state.buffers.get_mut(&uri) else {
        return refuse(session, &uri, waiter, Refusal::NotOpen);
    };
    // A generation whose delay is not over has nothing to join: it is begun anew from here.
    let delayed = buffer.delayed.take();
    if invoked {
        match buffer.suggestions.invoke(here.clone(), entry, SEVERAL, waiter, id) {
            Invoked::Answer(chosen, dropped) => {
                drop_if_any(session, &uri, dropped);
                show::several(session, &uri, *chosen);
            }
            Invoked::Start { id, count, greedy, dropped } => {
                drop_if_any(session, &uri, dropped);
                begin::start(session, &uri, id, here.offset, Wanted::Several { count, greedy });
            }
        }
        return;
    }
    let superseded = delayed.and_then(|id| buffer.suggestions.failed(id));
    let decision = buffer.suggestions.ask(here, entry, waiter, id);
    if let Some(waiter) = superseded {
        refuse(session, &uri, waiter, Refusal::Superseded);
    }
    let patience = if menu { Patience::Menu } else { Patience::Inline };
    act(session, &uri, decision, patience);
}

/// How long a request waits for its generation to begin, and to end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// As the options say for suggestions beside the cursor.
    Inline,
    /// As they say for the completion menu.
    Menu,
    /// It begins at once, and is waited for to its end.
    Endless,
}

/// Does what was decided about a request.
fn act(session: &mut Session, uri: &Uri, decision: Decision<Waiter>, patience: Patience) {
    match decision {
        Decision::Answer(waiter, known, dropped) => {
            drop_if_any(session, uri, dropped);
            show::one(session, uri, waiter, known);
        }
        Decision::Join { id, superseded, raised } => {
            if let Some(waiter) = superseded {
                refuse(session, uri, waiter, Refusal::Superseded);
            }
            if patience != Patience::Endless {
                be_patient(session, uri, id, 0);
            }
            if raised {
                generation::raise(session, uri);
            }
        }
        Decision::Start(id, offset, dropped) => {
            drop_if_any(session, uri, dropped);
            if patience == Patience::Endless {
                begin::start(session, uri, id, offset, Wanted::One);
            } else {
                start_in_time(session, uri, id, offset, patience == Patience::Menu);
            }
        }
    }
}

/// Starts a generation for a request when it is time for that, or refuses it.
fn start_in_time(session: &mut Session, uri: &Uri, id: u64, offset: usize, menu: bool) {
    let now = session.now();
    let mut manner = session.state.config_for(uri).inline.manner();
    if manner.debounce == Debounce::Auto && !menu {
        // Editors that show suggestions by themselves wait by themselves before they ask.
        manner.debounce = Debounce::Fixed(0);
    }
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    let asked = pace::Ask { invoked: false, known: false, spot: Spot::of(&buffer.document, offset) };
    match session.state.pace.decide(&asked, manner, now) {
        pace::Decision::After(0) => {
            begin::start(session, uri, id, offset, Wanted::One);
        }
        pace::Decision::After(wait) => {
            buffer.delayed = Some(id);
            let text = buffer.document.rope().clone();
            session.after(Duration::from_millis(wait), Event::StartDue(uri.clone(), text, id, offset));
        }
        pace::Decision::Refused(why) => {
            if let Some(waiter) = buffer.suggestions.failed(id) {
                let facts = Facts { cursor: offset, ..Facts::default() };
                refuse_at(session, uri, waiter, of_pace(why), facts);
            }
        }
    }
}

/// Starts a generation whose delay is over, unless a key has come first.
pub fn start_due(session: &mut Session, uri: &Uri, text: &Rope, id: u64, offset: usize) {
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    if buffer.delayed != Some(id) {
        return;
    }
    buffer.delayed = None;
    if buffer.document.rope().is_instance(text) {
        begin::start(session, uri, id, offset, Wanted::One);
    } else if let Some(waiter) = buffer.suggestions.failed(id) {
        refuse(session, uri, waiter, Refusal::MovedOn);
    }
}

/// The name of what the pace of suggestions forbids.
fn of_pace(why: pace::Refusal) -> Refusal {
    match why {
        pace::Refusal::Snoozed { .. } => Refusal::Snoozed,
        pace::Refusal::OnDemand => Refusal::OnDemand,
        pace::Refusal::InsideLine => Refusal::InsideLine,
    }
}

/// The place that a request is about, and the entry that it has to continue.
fn place(session: &mut Session, asked: Ask) -> Result<(Here, Option<Entry>), Unfit> {
    let Ask { uri, version, unit, position, entry: selected, invoked } = asked;
    let now = session.now();
    let state = &mut session.state;
    if !state.buffers.contains_key(&uri) {
        return Err(Refusal::NotOpen.into());
    }
    if !state.config_for(&uri).inline.enabled {
        return Err(Refusal::Off.into());
    }
    if state.kept(&uri).is_some() {
        return Err(Refusal::Ignored.into());
    }
    if matches!(state.service(&uri), Service::Nothing(_)) {
        return Err(Refusal::Language.into());
    }
    if !invoked && state.pace.snoozed(now).is_some() {
        return Err(Refusal::Snoozed.into());
    }
    if matches!(state.engine, EngineState::Failed(_)) {
        return Err(Refusal::NoModel.into());
    }
    let encoding = state.encoding;
    let buffer = state.buffers.get_mut(&uri).ok_or(Refusal::NotOpen)?;
    if !buffer.synced {
        return Err(Refusal::OutOfStep.into());
    }
    if buffer.document.syntax_gap() == Some(Unparsed::TooLarge) {
        return Err(Refusal::TooLarge.into());
    }
    // Behind a change that is still on its way, or before one that the server has: the position is in another text.
    if version.is_some() && version != buffer.client_version {
        return Err(Refusal::OtherVersion.into());
    }
    if let Some(unit) = unit {
        buffer.document.set_unit(unit);
    }
    let offset = positions::offset(buffer.document.rope(), position, encoding);
    let offset = offset.map_err(|error| Unfit::Invalid(error.to_string()))?;
    buffer.place = Some(offset);
    let entry = match selected {
        None => None,
        // Another entry than what is being typed: nothing can continue it at this place.
        Some(info) => Some(entry(buffer, offset, info, encoding).ok_or(Refusal::OtherEntry)?),
    };
    Ok((Here::at(buffer.document.rope(), offset), entry))
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

/// Puts automatic suggestions off for some minutes, or ends that with none.
pub fn snooze(session: &mut Session, minutes: f64, responder: CommandResponder) {
    if !(0.0..=MOST_MINUTES).contains(&minutes) {
        return responder.refuse(format!("minutes is {minutes}, but must be a number from 0 to {MOST_MINUTES}"));
    }
    let wait = Duration::from_secs_f64(minutes * 60.0);
    if wait.is_zero() {
        session.state.pace.wake();
    } else {
        let until = session.now().saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        session.state.pace.snooze(until);
        // The client is told when it is over.
        session.after(wait, Event::SnoozeOver);
    }
    responder.answer(Some(json!({"seconds": wait.as_secs_f64()})));
}

/// Lets the request that the generation is for wait as long as it may for a whole block; a line is not there before its end.
/// It has waited for so many milliseconds already.
fn be_patient(session: &mut Session, uri: &Uri, id: u64, waited: u64) {
    let patience = session.state.config_for(uri).inline.patience_ms;
    let wait = Duration::from_millis(patience.saturating_sub(waited));
    let kind = session.state.buffers.get(uri).and_then(|buffer| buffer.suggestions.kind(id));
    if kind.is_some_and(|kind| *kind != Kind::Line) {
        session.after(wait, Event::PatienceOver(uri.clone(), id));
    }
}

/// Answers the request with what is there of its generation, if a part of that can be shown.
pub fn patience_over(session: &mut Session, uri: &Uri, id: u64) {
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    if let Some(ended) = buffer.suggestions.patience_over(id) {
        generation::conclude(session, uri, ended);
    }
}

/// Cancels a generation, and answers the requests that waited for it.
pub fn drop_in_flight(session: &mut Session, uri: &Uri, dropped: Dropped<Waiter>, why: Refusal) {
    session.running.remove(dropped.id);
    if let Some(waiter) = dropped.waiting {
        refuse(session, uri, waiter, why);
    }
}

fn drop_if_any(session: &mut Session, uri: &Uri, dropped: Option<Dropped<Waiter>>) {
    if let Some(dropped) = dropped {
        drop_in_flight(session, uri, dropped, Refusal::Superseded);
    }
}

/// Forgets the suggestions of a buffer, and cancels their generation.
pub fn forget(session: &mut Session, uri: &Uri) {
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    (buffer.window_start, buffer.view) = (None, None);
    if let Some(dropped) = buffer.suggestions.clear() {
        drop_in_flight(session, uri, dropped, Refusal::MovedOn);
    }
}

/// Drops a request that the client has cancelled.
pub fn cancelled(session: &mut Session, request: RequestId) {
    let mut buffers = session.state.buffers.iter_mut();
    let dropped = buffers.find_map(|(uri, buffer)| {
        let dropped = buffer.suggestions.cancelled(|waiter| waiter.request() == request)?;
        Some((uri.clone(), dropped))
    });
    if let Some((uri, dropped)) = dropped {
        drop_in_flight(session, &uri, dropped, Refusal::Cancelled);
    }
}

/// Starts the requests that waited for the engine, or ends them if it could not be loaded.
pub fn engine_settled(session: &mut Session) {
    let uris: Vec<_> = session.state.buffers.keys().cloned().collect();
    if session.state.engine().is_none() {
        return uris.iter().for_each(|uri| forget(session, uri));
    }
    rest::possible(session);
    for uri in uris {
        let id = session.state.next_id();
        let Some(buffer) = session.state.buffers.get_mut(&uri).filter(|buffer| buffer.delayed.is_none()) else {
            continue;
        };
        if let Some((id, offset, count, greedy)) = buffer.suggestions.several() {
            begin::start(session, &uri, id, offset, Wanted::Several { count, greedy });
            continue;
        }
        let ended = buffer.suggestions.restart(id);
        generation::conclude(session, &uri, ended);
    }
}

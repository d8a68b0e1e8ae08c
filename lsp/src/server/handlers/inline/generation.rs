//! The generations of suggestions: submitted, streamed, ended.

use codegen_core::{Completion, EngineError, Event as Produced, FinishReason, Key, Priority};
use codegen_text::completion::session::Ended;
use codegen_text::completion::{Kind, Refusal};
use codegen_text::prompt::view::View;
use tower_lsp::ls_types::Uri;

use super::answer::{Facts, refuse, refuse_at};
use super::begin::start;
use super::{ahead, be_patient, forget, show};
use crate::generate::prepare::{self, Prepared};
use crate::server::event::{Job, Wanted};
use crate::server::handlers::statistics;
use crate::server::responder::Waiter;
use crate::server::session::Session;
use crate::server::state::EngineState;
use crate::statistics::Event as Counted;

/// Submits a prepared generation, if it is still wanted. The main loop does this because requests of one buffer must
/// reach the engine in order: the later supersedes the earlier.
pub fn prepared(session: &mut Session, uri: Uri, id: u64, wanted: Wanted, prepared: Result<Box<Prepared>, Refusal>) {
    let now = session.now();
    let least = session.state.config_for(&uri).inline.threshold().confidence;
    let Some(buffer) = session.state.buffers.get_mut(&uri).filter(|buffer| buffer.suggestions.wants(id)) else {
        return;
    };
    let prepared = match prepared {
        Ok(prepared) => *prepared,
        Err(why) => return failed(session, &uri, id, why),
    };
    let engine = match &session.state.engine {
        EngineState::Ready(engine) => engine.clone(),
        _ => return forget(session, &uri),
    };
    let Prepared { kind, mut request, more, start, held, view, ceiling, shown } = prepared;
    let origin = view.as_ref().map(View::origin).unwrap_or_default();
    let ceiling = ceiling.map(|ceiling| (ceiling, least)).filter(|_| least > 0.0);
    buffer.suggestions.holds(id, kind.clone(), held, origin, ceiling);
    let key = Key(uri.as_str().to_owned());
    match wanted {
        // What is prepared must not supersede what is asked for, nor move the window that this is asked in. Somebody may have
        // come to wait for it meanwhile.
        Wanted::Next => {
            if buffer.suggestions.is_ahead(id) {
                request.priority = Priority::Ahead;
            }
            session.running.add(Job::Inline { uri, id, kind }, engine.submit(request));
            statistics::record(session, Counted::Prepared);
        }
        Wanted::One => {
            (buffer.window_start, buffer.view, buffer.shown) = (Some(start), view, shown);
            request.key = Some(key);
            let waited = buffer.begun.map_or(0, |(_, begun)| now.saturating_sub(begun));
            session.running.add(Job::Inline { uri: uri.clone(), id, kind }, engine.submit(request));
            be_patient(session, &uri, id, waited);
        }
        Wanted::Several { count, greedy } => {
            (buffer.window_start, buffer.view, buffer.shown) = (Some(start), view, shown);
            let config = &session.state.config_for(&uri).synthesis;
            let samplings = match greedy {
                true => prepare::samplings(config, count, id),
                false => prepare::drawn(config, count, id),
            };
            let mut candidates = prepare::several(request, more, samplings);
            candidates.key = Some(key);
            for (index, generation) in engine.submit_candidates(candidates).into_iter().enumerate() {
                let job = Job::Choice { uri: uri.clone(), id, index, kind: kind.clone() };
                session.running.add(job, generation);
            }
        }
    }
}

/// Takes a token from the engine, or the end of a generation.
pub fn produced(session: &mut Session, uri: &Uri, id: u64, kind: Kind, event: Produced) {
    let (next_id, now) = (session.state.next_id(), session.now());
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    let suggestions = &mut buffer.suggestions;
    match event {
        Produced::Token { text, logprob, .. } => {
            let ended = suggestions.streamed(id, &text, logprob, next_id);
            if !suggestions.wants(id) {
                session.running.remove(id);
            }
            if let Some(ended) = ended {
                responded(session, uri, id, now);
                conclude(session, uri, ended);
            }
        }
        Produced::Done(done) if !is_broken_off(done.reason) => {
            let counted = of_generation(&done);
            let ended = suggestions.finished(id, prepare::raw(done, kind), next_id);
            responded(session, uri, id, now);
            statistics::record(session, counted);
            conclude(session, uri, ended);
            ahead::prepare(session, uri);
        }
        Produced::Done(_) => failed(session, uri, id, Refusal::Superseded),
        Produced::Failed(error) => {
            failed(session, uri, id, Refusal::Failed);
            report(session, &error);
        }
    }
}

/// Notes how long the request that the generation is for was waiting, once.
fn responded(session: &mut Session, uri: &Uri, id: u64, now: u64) {
    let begun = session.state.buffers.get_mut(uri).and_then(|buffer| buffer.begun.take_if(|(begun, _)| *begun == id));
    if let Some((_, begun)) = begun {
        session.state.pace.responded(now.saturating_sub(begun));
    }
}

/// Takes the end of one of the generations for a request made by hand.
pub fn produced_several(session: &mut Session, uri: &Uri, id: u64, index: usize, kind: Kind, event: Produced) {
    let raw = match event {
        Produced::Token { .. } => return,
        Produced::Done(done) if !is_broken_off(done.reason) => {
            statistics::record(session, of_generation(&done));
            Some(prepare::raw(done, kind))
        }
        Produced::Done(_) => None,
        Produced::Failed(error) => {
            report(session, &error);
            None
        }
    };
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    if let Some(chosen) = buffer.suggestions.chosen(id, index, raw) {
        show::several(session, uri, chosen);
    }
}

/// Counts a generation that is for no request.
pub(super) fn count(session: &mut Session, done: &Completion) {
    statistics::record(session, of_generation(done));
}

/// What is counted of a generation.
fn of_generation(done: &Completion) -> Counted<'static> {
    let read = done.prompt_tokens.saturating_sub(done.reused_tokens);
    Counted::Generated { decoded: done.generated_tokens, read, reused: done.reused_tokens }
}

fn is_broken_off(reason: FinishReason) -> bool {
    matches!(reason, FinishReason::Cancelled | FinishReason::Superseded)
}

/// An empty buffer has nothing to continue; the user is not told.
pub(super) fn report(session: &mut Session, error: &EngineError) {
    if *error != EngineError::EmptyPrompt {
        session.engine_failed(error);
    }
}

/// Ends what has failed or had nothing to do, with what answers its request.
fn failed(session: &mut Session, uri: &Uri, id: u64, why: Refusal) {
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    let ahead = buffer.suggestions.is_ahead(id);
    let facts = Facts { cursor: buffer.suggestions.asked_at(id).unwrap_or_default(), ..Facts::default() };
    if let Some(waiter) = buffer.suggestions.failed(id) {
        refuse_at(session, uri, waiter, why, facts);
    } else if let Some(chosen) = buffer.suggestions.choice_failed(id) {
        if chosen.known.is_some() {
            show::several(session, uri, chosen);
        } else {
            refuse_at(session, uri, chosen.waiting, why, facts);
        }
    }
    if ahead {
        ahead::prepare(session, uri);
    }
}

/// Does what is to be done for a request whose generation has ended, or has come far enough.
pub(super) fn conclude(session: &mut Session, uri: &Uri, ended: Ended<Waiter>) {
    match ended {
        Ended::Answer(waiter, known) => show::one(session, uri, waiter, known),
        Ended::Nothing(waiter) => refuse(session, uri, waiter, Refusal::MovedOn),
        Ended::Restart(id, offset) => start(session, uri, id, offset, Wanted::One),
        Ended::Quiet => {}
    }
}

/// A request waits for what was only prepared so far. What is asked for must not wait behind other work, so that it is begun
/// again if there is any; the KV cache has what was read for it.
pub(super) fn raise(session: &mut Session, uri: &Uri) {
    if !session.running.is_busy_with_turns() {
        return;
    }
    let id = session.state.next_id();
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    let ended = buffer.suggestions.restart(id);
    conclude(session, uri, ended);
}

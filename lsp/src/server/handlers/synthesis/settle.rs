//! Advances commands and edits; no other module does.

use std::ops::Range;

use codegen_text::provenance::TurnCache;

use super::{apply, end, step, stream};
use crate::config::Timeouts;
use crate::server::event::Event;
use crate::server::handlers::parsing;
use crate::server::session::Session;
use crate::server::state::{EngineState, State};
use crate::synthesis::operation::{Model, Next, Now};
use crate::synthesis::pending_edit::{self, Timeout};

/// Advances what is ready: first the commands that break off, then edits, then the commands that waited for them, each
/// once.
pub fn settle(session: &mut Session) {
    let State { operations, ready, .. } = &session.state;
    let breaking_off = |id: &&u64| operations.get(id).is_some_and(|operation| operation.is_breaking_off());
    let breaking_off: Vec<u64> = ready.operations.iter().filter(breaking_off).copied().collect();
    for id in breaking_off {
        session.state.ready.operations.remove(&id);
        advance(session, id);
    }
    loop {
        if let Some(number) = session.state.ready.edits.pop_first() {
            edit(session, number);
        } else if let Some(id) = session.state.ready.operations.pop_first() {
            advance(session, id);
        } else {
            return;
        }
    }
}

/// Advances a command until it has to wait for something or has ended.
fn advance(session: &mut Session, id: u64) {
    while let Some(next) = next(&mut session.state, id) {
        match next {
            Next::Wait => return,
            Next::Load => return session.need_engine(),
            Next::Parse => {
                let uri = session.state.operations.get(&id).map(|operation| operation.uri().clone());
                return uri.iter().for_each(|uri| parsing::hurry(session, uri));
            }
            Next::Announce => stream::begin(session, id),
            Next::Begin => {
                stream::report(session, id);
                session.state.ready.lenses = true;
            }
            Next::Prepare => step::prepare(session, id),
            Next::Submit(prepared) => step::submit(session, id, *prepared),
            Next::Select => step::select(session, id),
            Next::Write(pending) => {
                let Some(number) = session.state.operations.get(&id).and_then(|operation| Some(operation.step()?.id))
                else {
                    return;
                };
                session.state.edits.insert(number, *pending);
                stream::report(session, id);
                edit(session, number);
            }
            Next::Leave => end::leave(session, id),
            Next::End(outcome) => return end::end(session, id, outcome),
        }
    }
}

fn next(state: &mut State, id: u64) -> Option<Next> {
    let arriving: Vec<Range<usize>> = {
        let uri = state.operations.get(&id)?.uri();
        let edits = state.edits.values().filter(|edit| edit.uri() == uri);
        edits.filter_map(|edit| edit.prompt().cloned()).collect()
    };
    let model = match &state.engine {
        EngineState::Ready(_) => Model::Ready(state.engine_stamp),
        EngineState::Failed(reason) => Model::Failed(reason),
        EngineState::Unloaded => Model::Unloaded,
        EngineState::Absent | EngineState::Loading => Model::Loading,
    };
    let operation = state.operations.get_mut(&id)?;
    let options = &state.config.at(operation.uri()).turns;
    let mut closed = TurnCache::default();
    let (document, turns) = match state.buffers.get_mut(operation.uri()) {
        Some(buffer) => (Some(&buffer.document), &mut buffer.turns),
        None => (None, &mut closed),
    };
    let mut now = Now {
        document,
        turns,
        options,
        records: &mut state.records,
        model,
        arriving: &arriving,
        can_apply: state.capabilities.apply_edit,
        id,
        last_id: &mut state.last_id,
    };
    Some(operation.next(&mut now))
}

/// Advances an edit until it has to wait for something or is over.
fn edit(session: &mut Session, number: u64) {
    let State { edits, buffers, records, config, operations, .. } = &mut session.state;
    let Some(pending) = edits.get_mut(&number) else { return };
    let Some(buffer) = buffers.get_mut(pending.uri()) else { return };
    let mut now = pending_edit::Now {
        document: &buffer.document,
        turns: &mut buffer.turns,
        records,
        options: &config.at(pending.uri()).turns,
        wanted: operations.contains_key(&pending.operation()),
    };
    let next = pending.next(&mut now);
    let (uri, attempt) = (pending.uri().clone(), pending.attempt());
    match next {
        pending_edit::Next::Wait => {}
        pending_edit::Next::WaitAtMost(timeout) => wait(session, number, attempt, timeout),
        pending_edit::Next::Parse => parsing::hurry(session, &uri),
        pending_edit::Next::Ask(edit) => {
            apply::ask(session, uri, (number, attempt), &edit);
            wait(session, number, attempt, Timeout::Answer);
        }
        pending_edit::Next::Landed => apply::landed(session, number),
        pending_edit::Next::Stale => apply::stale(session, number),
        pending_edit::Next::NotApplied(note) => apply::not_applied(session, number, note),
    }
}

fn wait(session: &Session, edit: u64, attempt: usize, timeout: Timeout) {
    let Timeouts { answer, report, refusal } = session.state.config.global.timeouts;
    let time = match timeout {
        Timeout::Answer => answer,
        Timeout::Report => report,
        Timeout::Refusal => refusal,
    };
    session.after(time, Event::Overdue { edit, attempt, applied: timeout == Timeout::Report });
}

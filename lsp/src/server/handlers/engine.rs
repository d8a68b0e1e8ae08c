//! The engine's life: loaded, ended, started again, taken out of memory.

use std::time::Duration;

use codegen_core::EngineError;
use codegen_engine::{Engine, ModelInfo};
use tower_lsp::ls_types::MessageType;

use super::{download, inline};
use crate::present::engine_status;
use crate::server::event::{Event, LoadError};
use crate::server::idle::{Due, Timer};
use crate::server::recovery::{Reduced, Step};
use crate::server::session::Session;
use crate::server::state::EngineState;

/// Takes a loaded engine, or the error, and starts the work that waited for it.
pub fn loaded(session: &mut Session, stamp: u64, result: Result<Engine, LoadError>) {
    if stamp != session.state.engine_stamp {
        return;
    }
    match result {
        Ok(engine) => {
            log(engine.info());
            session.state.recovery.loaded(engine.info().gpu_layers);
            let events = session.events.clone();
            engine.when_dead(move |error| {
                // Sending fails only while the server is being shut down.
                let _ = events.send(Event::EngineDied(stamp, error));
            });
            session.state.engine = EngineState::Ready(engine);
            settled(session);
        }
        Err(LoadError { died: Some(reason), .. }) => ended(session, &reason),
        // The offer says what is wrong, too.
        Err(LoadError { words, missing: Some(missing), .. }) if download::offer(session, &missing) => {
            session.state.engine = EngineState::Failed(words);
            settled(session);
        }
        Err(LoadError { words, .. }) => failed(session, words),
    }
}

fn log(info: &ModelInfo) {
    tracing::info!(
        "model {} ready: {} tokens of context, {} of {} layers on a GPU",
        info.title(),
        info.context,
        info.gpu_layers,
        info.layers + 1
    );
}

/// The engine serves no more requests; each of those that it had has been given an error.
pub fn died(session: &mut Session, stamp: u64, error: &EngineError) {
    if stamp != session.state.engine_stamp || session.state.engine().is_none() {
        return;
    }
    match error {
        EngineError::ProcessDied { reason } => ended(session, reason),
        error => failed(session, error.to_string()),
    }
}

/// The engine's process has ended. The user is told once, and it is started again unless that has not helped.
fn ended(session: &mut Session, reason: &str) {
    let asked = &session.state.config.global.engine;
    let step = session.state.recovery.died(asked);
    tracing::warn!("the engine's process has ended: {reason}; next: {step:?}");
    let next = match step {
        Step::Again | Step::Less(Reduced::No) => engine_status::Restart::Again,
        Step::Less(Reduced::Layers(layers)) => engine_status::Restart::Layers(layers),
        Step::Less(Reduced::BuiltIn) => engine_status::Restart::BuiltIn(&asked.model),
        Step::GiveUp => engine_status::Restart::Never,
    };
    let words = engine_status::restart(reason, next);
    if step == Step::GiveUp {
        return failed(session, words);
    }
    session.tell_once(MessageType::WARNING, format!("codegen-lsp: {words}"));
    forget_reading(session);
    session.load_engine();
    session.state.ready.lenses = true;
}

fn failed(session: &mut Session, words: String) {
    session.state.engine = EngineState::Failed(words.clone());
    session.tell_once(MessageType::ERROR, format!("codegen-lsp: {words}"));
    settled(session);
}

/// Moves on what waited for the engine.
fn settled(session: &mut Session) {
    session.state.ready.lenses = true;
    inline::engine_settled(session);
    session.state.wake_all();
}

/// Notes after an event whether there is work for the engine, and sets the timer after which the model is taken out of memory.
pub fn observe(session: &mut Session) {
    let limit = match &session.state.engine {
        EngineState::Ready(engine) => session.state.config.global.idle_unload.limit(engine.info().gpu_layers),
        _ => None,
    };
    let limit = limit.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
    let (busy, now) = (is_busy(session), session.now());
    if let Some(timer) = session.state.idle.observe(limit, busy, now) {
        set(session, timer);
    }
}

/// Takes the model out of memory if nobody has asked for anything; the next request loads it again.
pub fn idle_due(session: &mut Session, timer: u64) {
    let (busy, now) = (is_busy(session), session.now());
    match session.state.idle.due(timer, busy, now) {
        Due::Nothing => {}
        Due::Wait(timer) => set(session, timer),
        Due::Unload => {
            tracing::info!("the model is taken out of memory, since nobody asks for anything");
            session.state.engine_stamp += 1;
            session.state.engine = EngineState::Unloaded;
            forget_reading(session);
        }
    }
}

fn set(session: &Session, (timer, wait): Timer) {
    session.after(Duration::from_millis(wait), Event::IdleDue(timer));
}

/// Whether anything is under way that needs the engine.
fn is_busy(session: &Session) -> bool {
    !session.running.is_idle()
        || !session.state.operations.is_empty()
        || session.state.buffers.values().any(|buffer| buffer.suggestions.is_busy())
}

/// What was read is read no more, once the engine that did is gone.
fn forget_reading(session: &mut Session) {
    session.state.buffers.values_mut().for_each(|buffer| buffer.read = None);
}

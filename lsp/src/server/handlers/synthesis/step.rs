//! The current turn of a command: prepared, generated, selected. Work that starts here is reported back as an event,
//! and recorded.

use std::sync::Arc;

use codegen_core::{Event as Produced, Sampling};
use codegen_text::provenance::TurnText;

use super::select::{self, Generated};
use super::stream;
use crate::generate::prepare::{self, PreparedTurn};
use crate::server::event::{Event, Job, StepId};
use crate::server::responder::CommandResponder;
use crate::server::session::Session;
use crate::server::state::State;
use crate::synthesis::{Generating, Operation, Part, Phase, Selected, Shown, Step, Verifying};

/// Builds the turn's history and counts its tokens, away from the main loop.
pub(super) fn prepare(session: &mut Session, id: u64) {
    let state = &session.state;
    let Some(operation) = state.operations.get(&id) else { return };
    let (Some(step), Some(engine)) = (operation.step(), state.engine().cloned()) else { return };
    let at = StepId { operation: id, step: step.id };
    let (document, turn, text) = (step.snapshot.clone(), step.turn.clone(), step.text.clone());
    let stamp = state.engine_stamp;
    let config = state.config_for(operation.uri());
    let (options, max_tokens) = (config.turns.clone(), config.synthesis.max_tokens);
    let work = move || Box::new((text, prepare::prepare_turn(&document, &turn, &options, max_tokens, &engine)));
    session.offload(work, move |result| Event::TurnPrepared(at, stamp, result));
}

/// Records the prepared turn, for the engine with that number; `None` after a panic.
pub fn prepared(session: &mut Session, at: StepId, stamp: u64, result: Option<Box<(TurnText, PreparedTurn)>>) {
    record(session, at, |operation| operation.prepared(at.step, stamp, result));
}

/// Submits the turn to the engine.
pub(super) fn submit(session: &mut Session, id: u64, made: (TurnText, PreparedTurn)) {
    let Some(engine) = session.state.engine().cloned() else { return };
    let model = engine.info().title();
    let Some(samplings) = samplings(&mut session.state, id, &made, &model) else { return };
    let Some(operation) = session.state.operations.get_mut(&id) else { return };
    let Some(step) = operation.step().map(|step| step.id) else { return };
    let (text, prepared) = made;
    let generations = match samplings.as_slice() {
        [one] => vec![engine.submit(prepared.request(*one))],
        _ => engine.submit_candidates(prepared.candidates(samplings.clone())),
    };
    for (candidate, generation) in generations.into_iter().enumerate() {
        session.running.add(Job::Synthesis { at: StepId { operation: id, step }, candidate }, generation);
    }
    let parts = samplings.into_iter().map(Part::new).collect();
    operation.submitted(Generating { text, prepared, model, parts });
}

/// The sampling of each of the turn's candidates.
fn samplings(state: &mut State, id: u64, made: &(TurnText, PreparedTurn), model: &str) -> Option<Vec<Sampling>> {
    let operation = state.operations.get(&id)?;
    let config = &state.config.at(operation.uri()).synthesis;
    let draw = operation.draw(config.candidates, made, model, &state.records);
    let from = draw.seed.unwrap_or(state.drawn);
    let samplings = match draw.another {
        true => prepare::drawn(config, draw.count, from),
        false => prepare::samplings(config, draw.count, from),
    };
    if draw.seed.is_none() && samplings.iter().any(|sampling| *sampling != Sampling::GREEDY) {
        state.drawn += samplings.len() as u64;
    }
    Some(samplings)
}

/// Takes a token of a candidate from the engine, or its end.
pub fn produced(session: &mut Session, at: StepId, candidate: usize, event: Produced) {
    let id = at.operation;
    let Some(operation) = session.state.operations.get_mut(&id) else { return };
    let error = match &event {
        Produced::Failed(error) => Some(error.clone()),
        _ => None,
    };
    let shown = operation.produced(at.step, candidate, event);
    if let Some(error) = error.filter(|_| shown != Shown::Nothing) {
        session.engine_failed(&error);
    }
    let Some(operation) = session.state.operations.get(&id) else { return };
    match &shown {
        Shown::Nothing => return,
        Shown::Progress => {}
        Shown::Text => stream::partial(session, operation, candidate, None),
        Shown::Whole(text) => stream::partial(session, operation, candidate, Some(text)),
    }
    stream::report(session, id);
    if matches!(shown, Shown::Whole(_)) {
        session.state.ready.operations.insert(id);
    }
}

/// Starts the selection among the candidates, away from the main loop.
pub(super) fn select(session: &mut Session, id: u64) {
    let Some(uri) = session.state.operations.get(&id).map(|operation| operation.uri().clone()) else { return };
    let run = select::run_options(session, &uri);
    let Some(operation) = session.state.operations.get_mut(&id) else { return };
    let Some(step @ Step { phase: Phase::Generating(generating), .. }) = operation.step() else { return };
    let at = StepId { operation: id, step: step.id };
    let generated = generating.parts.iter().enumerate().filter_map(|(index, part)| {
        Some(Generated { index, sampling: part.sampling, completion: part.completion.clone()? })
    });
    let verifying = Verifying::default();
    let work = select::Work {
        document: step.snapshot.clone(),
        turn: step.turn.clone(),
        text: generating.text.clone(),
        prepared: generating.prepared.clone(),
        model: generating.model.clone(),
        generated: generated.collect(),
        run,
        cancel: Arc::clone(&verifying.0),
    };
    operation.verifying(verifying);
    stream::report(session, id);
    session.offload(move || work.select(), move |selected| Event::TurnSelected(at, selected.map(Box::new)));
}

/// Records the selected candidates; `None` after a panic.
pub fn selected(session: &mut Session, at: StepId, selected: Option<Box<Selected>>) {
    let operation = session.state.operations.get(&at.operation);
    if operation.and_then(Operation::step).is_none_or(|step| step.id != at.step) {
        return;
    }
    if let Some(selected) = &selected {
        if let Some(reason) = &selected.unrunnable {
            select::cannot_run(session, reason);
        }
        if let Some(held) = selected.isolation {
            select::tell_isolation(session, held);
        }
    }
    record(session, at, |operation| operation.selected(at.step, selected));
}

fn record(session: &mut Session, at: StepId, what: impl FnOnce(&mut Operation<CommandResponder>)) {
    if let Some(operation) = session.state.operations.get_mut(&at.operation) {
        what(operation);
        session.state.ready.operations.insert(at.operation);
    }
}

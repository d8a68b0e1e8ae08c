//! A command's beginning, and that of each of its turns.

use codegen_text::provenance::TurnText;
use codegen_text::turns::{self, Refusal, Turn};
use tower_lsp::ls_types::{NumberOrString, ProgressToken, Uri};

use super::plan::Plan;
use super::{apply, end, step, stream};
use crate::operation::{self, Operation, Outcome, Progress, Purpose, Step, Which};
use crate::server::handlers::parsing;
use crate::server::main_loop::{Event, MainLoop};
use crate::server::state::{CommandWaiter, EngineState};

/// Begins a command; earlier ones that have one of its turns at work or planned are superseded.
pub(super) fn start(
    main: &mut MainLoop,
    uri: Uri,
    purpose: Purpose,
    plan: Plan,
    token: Option<ProgressToken>,
    waiter: CommandWaiter,
) {
    let superseded = main.state.operations.iter().filter(|(_, other)| other.uri == uri);
    let superseded = superseded.filter(|(_, other)| plan.prompts.iter().any(|prompt| other.covers(prompt)));
    let superseded: Vec<u64> = superseded.map(|(id, _)| *id).collect();
    for id in superseded {
        end::end(main, id, Outcome::Superseded);
    }
    let id = main.state.next_id();
    let own = token.is_none() && main.state.abilities.progress;
    let token = token.or_else(|| own.then(|| NumberOrString::String(format!("codegen-synthesis-{id}"))));
    let operation = Operation {
        uri,
        purpose,
        waiter,
        progress: token.clone().map_or(Progress::None, Progress::Asked),
        about: plan.about,
        total: plan.prompts.len(),
        plan: plan.prompts.into(),
        taken: 0,
        step: None,
        written: Vec::new(),
        alternatives: None,
        dropped: 0,
        refused: 0,
        tokens: 0,
        notes: plan.notes,
        told: Vec::new(),
    };
    main.state.operations.insert(id, operation);
    match token {
        Some(token) if own => {
            let events = main.events.clone();
            main.outbox.create_progress(token, move |known| {
                let _ = events.send(Event::ProgressReady(id, known));
            });
        }
        _ => progress_ready(main, id, true),
    }
    main.turns_changed();
}

/// The client knows the token, or will not: the work begins.
pub fn progress_ready(main: &mut MainLoop, id: u64, known: bool) {
    let Some(operation) = main.state.operations.get_mut(&id) else { return };
    if let Progress::Asked(token) = &operation.progress {
        operation.progress = if known { Progress::Begun(token.clone()) } else { Progress::None };
    }
    stream::begin(main, id);
    advance(main, id);
}

/// The engine is there at last, or will not be.
pub fn engine_settled(main: &mut MainLoop) {
    let ids: Vec<u64> = main.state.operations.keys().copied().collect();
    for id in ids {
        advance(main, id);
    }
}

/// Something that commands of the document may have waited for has changed.
pub(super) fn wake(main: &mut MainLoop, uri: &Uri) {
    let ids = main.state.operations.iter().filter(|(_, operation)| operation.uri == *uri);
    let ids: Vec<u64> = ids.map(|(id, _)| *id).collect();
    for id in ids {
        advance(main, id);
    }
}

/// Begins the command's next turn, if none is at work and nothing has to be waited for; ends the command after the last.
pub(super) fn advance(main: &mut MainLoop, id: u64) {
    loop {
        let Some(operation) = main.state.operations.get(&id) else { return };
        if operation.step.is_some() || matches!(operation.progress, Progress::Asked(_)) {
            return;
        }
        let Some(place) = operation.plan.front() else { return end::end(main, id, operation.outcome()) };
        let Some(buffer) = main.state.buffers.get(&operation.uri) else {
            return end::end(main, id, Outcome::Closed);
        };
        if buffer.document.is_pending() {
            // `parsed` goes on from here.
            let uri = operation.uri.clone();
            return parsing::hurry(main, &uri);
        }
        if let Some(reason) = buffer.document.syntax_gap() {
            return end::fail(main, id, super::not_parsed(reason));
        }
        let mut landings = main.state.landings.values().filter(|landing| landing.uri == operation.uri);
        if landings.any(|landing| landing.prompt.as_ref().is_some_and(|prompt| operation::overlap(prompt, place))) {
            // What an earlier command wrote is about to arrive, and this one must not be taken for typing.
            return;
        }
        let mut turns =
            main.state.records.texts(&buffer.document, &main.state.config_for(&operation.uri).turns).into_iter();
        let found = turns.find(|(turn, _)| operation::overlap(&turn.prompt_range, place));
        let wanted = |turn: &Turn| operation.purpose != Purpose::All || turns::is_empty(&buffer.document, turn);
        let Some((turn, text)) = found.filter(|(turn, _)| wanted(turn)) else {
            skip(main, id);
            continue;
        };
        match operation.purpose.resolve(&buffer.document, turn.clone()) {
            Ok(turn) => return take(main, id, turn, text),
            Err(refusal) => leave(main, id, &turn, &refusal),
        }
    }
}

/// The next turn is left as it is, since nothing may be written there.
fn leave(main: &mut MainLoop, id: u64, turn: &Turn, refusal: &Refusal) {
    let Some(operation) = main.state.operations.get_mut(&id) else { return };
    operation.plan.pop_front();
    operation.taken += 1;
    operation.refuse(turn, refusal);
}

/// The next turn has got program text meanwhile, or is gone.
fn skip(main: &mut MainLoop, id: u64) {
    let Some(operation) = main.state.operations.get_mut(&id) else { return };
    operation.plan.pop_front();
    operation.taken += 1;
    if operation.total == 1 && operation.purpose != Purpose::All {
        operation.lost();
    }
}

/// The turn's time has come, if the model is there; an alternative that there is needs none.
fn take(main: &mut MainLoop, id: u64, turn: Turn, text: TurnText) {
    let Some(operation) = main.state.operations.get(&id) else { return };
    if let Some(which) = operation.purpose.which()
        && accept(main, id, &turn, &text, which)
    {
        return;
    }
    match &main.state.engine {
        EngineState::Ready(engine) => {
            let engine = engine.clone();
            if begin(main, id, turn, text).is_some() {
                step::prepare(main, id, engine);
            }
        }
        EngineState::Failed(reason) => {
            let note = format!("no model to synthesize with: {reason}");
            main.state.records.failed(&text, &note);
            end::fail(main, id, note);
        }
        // `engine_settled` goes on from here.
        EngineState::Absent | EngineState::Loading => {}
    }
}

/// Makes the turn the one at work.
fn begin(main: &mut MainLoop, id: u64, turn: Turn, text: TurnText) -> Option<()> {
    let step = main.state.next_id();
    let operation = main.state.operations.get_mut(&id)?;
    let buffer = main.state.buffers.get(&operation.uri)?;
    operation.plan.pop_front();
    operation.taken += 1;
    operation.step = Some(Step::new(step, buffer.document.clone(), (turn, text)));
    stream::report(main, id);
    main.turns_changed();
    Some(())
}

/// Writes an alternative, if there are any for the turn as it is.
fn accept(main: &mut MainLoop, id: u64, turn: &Turn, text: &TurnText, which: Which) -> bool {
    let Some(alternatives) = main.state.records.alternatives(text).filter(|known| !known.each.is_empty()) else {
        return false;
    };
    if begin(main, id, turn.clone(), text.clone()).is_some() {
        apply::accept(main, id, text, &alternatives, which);
    }
    true
}

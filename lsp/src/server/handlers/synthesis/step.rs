//! A turn at work: prepared, generated, judged.

use codegen_core::{Event as Produced, FinishReason, Sampling};
use codegen_engine::Engine;
use codegen_text::provenance::{TurnState, TurnText};
use codegen_text::turns::{self, Insertion, Refusal};

use super::judge::{self, Generated, Judged};
use super::{apply, begin, end, plan, stream};
use crate::generate::prepare::{self, PreparedTurn};
use crate::operation::{Generating, Operation, Outcome, Part, Phase, Purpose, Sampled, Step, Verifying};
use crate::server::handlers::command::COUNT;
use crate::server::main_loop::{Event, Job, MainLoop, StepId};
use crate::server::state::{EngineState, State};

/// Puts the turn's history together and counts its tokens, away from the main loop.
pub(super) fn prepare(main: &mut MainLoop, id: u64, engine: Engine) {
    let Some(operation) = main.state.operations.get(&id) else { return };
    let Some(step) = &operation.step else { return };
    let at = StepId { operation: id, step: step.id };
    let (document, turn, text) = (step.snapshot.clone(), step.turn.clone(), step.text.clone());
    let stamp = main.state.engine_stamp;
    let config = main.state.config_for(&operation.uri);
    let (options, max_tokens) = (config.turns.clone(), config.synthesis.max_tokens);
    let work = move || Box::new((text, prepare::prepare_turn(&document, &turn, &options, max_tokens, &engine)));
    main.offload(work, move |result| Event::TurnPrepared(at, stamp, result));
}

/// Submits what was prepared; if the engine that counted the tokens is gone, the turn waits for the next one.
pub fn prepared(main: &mut MainLoop, at: StepId, stamp: u64, result: Option<Box<(TurnText, PreparedTurn)>>) {
    let id = at.operation;
    if find(&mut main.state, at).is_none() {
        return;
    }
    let Some(result) = result else {
        return end::fail(main, id, "preparing the turn failed for a reason in the log".to_owned());
    };
    let (text, prepared) = *result;
    let engine = match &main.state.engine {
        EngineState::Ready(engine) if stamp == main.state.engine_stamp => engine.clone(),
        _ => return again(main, id),
    };
    let Some(samplings) = samplings(&mut main.state, id, &text, &prepared, &engine.info().title()) else { return };
    let generations = match samplings.as_slice() {
        [one] => vec![engine.submit(prepared.request(*one))],
        _ => engine.submit_candidates(prepared.candidates(samplings.clone())),
    };
    for (candidate, generation) in generations.into_iter().enumerate() {
        main.running.add(Job::Synthesis { at, candidate }, generation);
    }
    let part = |sampling| Part { sampling, text: String::new(), tokens: 0, ended: false, completion: None };
    let parts = samplings.into_iter().map(part).collect();
    let model = engine.info().title();
    if let Some(step) = find(&mut main.state, at) {
        step.phase = Phase::Generating(Box::new(Generating { text, prepared, model, parts }));
    }
}

/// Puts the turn back, first of those to come.
fn again(main: &mut MainLoop, id: u64) {
    let Some(operation) = main.state.operations.get_mut(&id) else { return };
    if let Some(prompt) = operation.step.take().and_then(|step| step.prompt) {
        operation.plan.push_front(prompt);
        operation.taken = operation.taken.saturating_sub(1);
    }
    begin::advance(main, id);
}

/// How the turn's candidates are sampled.
fn samplings(
    state: &mut State,
    id: u64,
    text: &TurnText,
    prepared: &PreparedTurn,
    model: &str,
) -> Option<Vec<Sampling>> {
    let operation = state.operations.get(&id)?;
    let config = &state.config_for(&operation.uri).synthesis;
    // The options asked for apply to the turn that the command was given for, not to those that follow it.
    let first = operation.taken == 1;
    let count = match operation.purpose {
        Purpose::Candidates { count, .. } => count,
        Purpose::Accept(_) | Purpose::Replace { which: Some(_), .. } => config.candidates.max(COUNT),
        _ => config.candidates,
    };
    let seed = match operation.purpose {
        Purpose::Regenerate { seed, .. } | Purpose::Candidates { seed, .. } if first => seed,
        _ => None,
    };
    let another = matches!(operation.purpose, Purpose::Regenerate { .. })
        && first
        && (seed.is_some() || is_greedy(state, text, prepared, model));
    let from = seed.unwrap_or(state.drawn);
    let samplings = match another {
        true => prepare::drawn(config, count, from),
        false => prepare::samplings(config, count, from),
    };
    if seed.is_none() && samplings.iter().any(|sampling| *sampling != Sampling::GREEDY) {
        state.drawn += samplings.len() as u64;
    }
    Some(samplings)
}

/// Whether the turn's program text is just what greedy sampling would give again.
fn is_greedy(state: &State, text: &TurnText, prepared: &PreparedTurn, model: &str) -> bool {
    let (TurnState::Generated, Some(record)) = state.records.state(text) else { return false };
    let made = &record.made;
    made.sampling == Sampling::GREEDY && made.model == model && made.max_tokens == prepared.max_tokens
}

/// The engine has produced a token of a candidate, or has ended it.
pub fn produced(main: &mut MainLoop, at: StepId, candidate: usize, event: Produced) {
    let id = at.operation;
    let Some(operation) = main.state.operations.get_mut(&id) else { return };
    let Some(Step { phase: Phase::Generating(generating), .. }) =
        operation.step.as_mut().filter(|step| step.id == at.step)
    else {
        return;
    };
    let Some(part) = generating.parts.get_mut(candidate) else { return };
    match event {
        Produced::Token { text, .. } => {
            part.text.push_str(&text);
            part.tokens += 1;
            operation.tokens += 1;
            let operation = &*operation;
            if !text.is_empty() {
                show(main, id, candidate, None);
            } else if operation.progress.begun().is_some() {
                stream::report(main, id);
            }
            return;
        }
        Produced::Done(done) => {
            part.ended = true;
            let mut tidied = done.clone();
            if !matches!(done.reason, FinishReason::Cancelled | FinishReason::Superseded) {
                part.completion = Some(done);
                prepare::tidy(&mut tidied);
            }
            show(main, id, candidate, Some(&tidied.text));
        }
        Produced::Failed(error) => {
            part.ended = true;
            let text = part.text.clone();
            operation.told.push(error.to_string());
            main.engine_failed(&error);
            show(main, id, candidate, Some(&text));
        }
    }
    finished(main, at);
}

fn show(main: &MainLoop, id: u64, candidate: usize, whole: Option<&str>) {
    if let Some(operation) = main.state.operations.get(&id) {
        stream::partial(main, operation, candidate, whole);
        stream::report(main, id);
    }
}

/// Goes on once all candidates have ended.
fn finished(main: &mut MainLoop, at: StepId) {
    let id = at.operation;
    let Some(operation) = main.state.operations.get_mut(&id) else { return };
    let failed = !operation.told.is_empty();
    let Some(step) = operation.step.as_mut() else { return };
    let Phase::Generating(generating) = &mut step.phase else { return };
    if !generating.parts.iter().all(|part| part.ended) {
        return;
    }
    let parts = generating.parts.iter().enumerate();
    let generated = parts.filter_map(|(index, part)| {
        Some(Generated { index, sampling: part.sampling, completion: part.completion.clone()? })
    });
    let generated: Vec<Generated> = generated.collect();
    if generated.is_empty() {
        if failed {
            let reason = operation.told.join("; ");
            main.state.records.failed(&generating.text.clone(), &reason);
            return end::end(main, id, Outcome::Failed);
        }
        return end::end(main, id, Outcome::Cancelled);
    }
    let verifying = Verifying::default();
    let job = judge::Work {
        document: step.snapshot.clone(),
        turn: step.turn.clone(),
        text: generating.text.clone(),
        prepared: generating.prepared.clone(),
        model: generating.model.clone(),
        generated,
        run: None,
        cancel: std::sync::Arc::clone(&verifying.0),
    };
    step.phase = Phase::Verifying(verifying);
    let uri = operation.uri.clone();
    let job = judge::Work { run: judge::run_options(main, &uri), ..job };
    stream::report(main, id);
    main.offload(move || job.judge(), move |judged| Event::TurnJudged(at, judged.map(Box::new)));
}

/// Writes the best of what was generated, or answers with all of it.
pub fn judged(main: &mut MainLoop, at: StepId, judged: Option<Box<Judged>>) {
    let id = at.operation;
    if find(&mut main.state, at).is_none() {
        return;
    }
    let Some(judged) = judged else {
        return end::fail(main, id, "judging the program text failed for a reason in the log".to_owned());
    };
    let Judged { text, each, sampled, unrunnable, isolation } = *judged;
    if let Some(reason) = unrunnable {
        judge::cannot_run(main, &reason);
    }
    if let Some(held) = isolation {
        judge::tell_isolation(main, held);
    }
    if each.is_empty() {
        return wrote_nothing(main, id, &text);
    }
    let Some(operation) = main.state.operations.get_mut(&id) else { return };
    if sampled > 1 {
        main.state.records.sampled(&text, each.clone());
    }
    if let Some(which) = operation.purpose.which() {
        return match main.state.records.alternatives(&text) {
            Some(alternatives) => apply::accept(main, id, &text, &alternatives, which),
            None => wrote_nothing(main, id, &text),
        };
    }
    match operation.purpose {
        Purpose::Candidates { .. } => {
            let replaces =
                operation.step.as_ref().map_or(0, |step| match turns::insertion(&step.snapshot, &step.turn) {
                    Insertion::Refuse(Refusal::OwnCode { lines }) => lines,
                    _ => 0,
                });
            operation.alternatives = Some(Sampled { each, present: text.program, replaces });
            end::leave_turn(main, id);
        }
        Purpose::Regenerate { .. } => {
            // Whoever asks for another text does not want the best one again if that is what there is.
            let other = each.iter().position(|alternative| alternative.program != text.program);
            apply::write(main, id, &text, &each, other.unwrap_or(0));
        }
        _ => apply::write(main, id, &text, &each, 0),
    }
}

fn wrote_nothing(main: &mut MainLoop, id: u64, text: &TurnText) {
    let Some(operation) = main.state.operations.get_mut(&id) else { return };
    operation.notes.push(format!("the model wrote no program text for {}", which(operation)));
    main.state.records.failed(text, "the model wrote no program text");
    end::leave_turn(main, id);
}

/// The turn at work was edited: its result has nowhere to go. What follows from it does not come, what else was planned
/// does.
pub(super) fn drop_turn(main: &mut MainLoop, id: u64) {
    let Some(operation) = main.state.operations.get_mut(&id) else { return };
    operation.dropped += 1;
    let turn = match operation.total {
        1 => "the turn".to_owned(),
        _ => format!("the turn {}", which(operation)),
    };
    operation.notes.push(format!("{turn} was edited while it was synthesized; the result is dropped"));
    if operation.purpose == Purpose::All {
        end::leave_turn(main, id);
    } else {
        end::end(main, id, Outcome::Dropped);
    }
}

/// The turn at work, in words: by its prompt, where there are several.
fn which(operation: &Operation) -> String {
    match &operation.step {
        Some(step) if operation.total > 1 => format!("\"{}\"", plan::first_line(&step.turn)),
        _ => "this prompt".to_owned(),
    }
}

fn find(state: &mut State, at: StepId) -> Option<&mut Step> {
    state.operations.get_mut(&at.operation)?.step.as_mut().filter(|step| step.id == at.step)
}

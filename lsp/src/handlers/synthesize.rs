//! `codegen.synthesize`: comment to code, as one edit.

use codegen_engine::{Completion, Event as Produced, FinishReason, Request, Sampling};
use serde_json::json;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{self as lsp, MessageType, ProgressToken, Uri};

use super::command::SynthesizeArgument;
use crate::edit::Edit;
use crate::main_loop::{Event, Job, MainLoop};
use crate::pipeline;
use crate::proto;
use crate::state::{CommandWaiter, EngineState, Phase, RequestId, Synthesis};
use crate::turns;

/// How often an edit is made anew for a document that changed while the client was asked to apply it.
const ATTEMPTS: usize = 5;

/// Finds the turn, and begins; an earlier command for the same turn is superseded.
pub fn requested(
    main: &mut MainLoop,
    argument: SynthesizeArgument,
    token: Option<ProgressToken>,
    waiting: CommandWaiter,
) {
    let SynthesizeArgument { uri, position } = argument;
    let state = &mut main.state;
    let Some(buffer) = state.buffers.get(&uri) else {
        return waiting.refuse(format!("{} is not open", uri.as_str()));
    };
    if !buffer.synced {
        main.outbox.message(MessageType::WARNING, "codegen-lsp: the document is out of step; reopen it");
        return waiting.answer(None);
    }
    let offset = match proto::offset(buffer.document.rope(), position, state.encoding) {
        Ok(offset) => offset,
        Err(error) => return waiting.refuse(error.to_string()),
    };
    let Some(turn) = turns::turn_at(&buffer.document, offset, &state.config.turns) else {
        main.outbox.message(
            MessageType::INFO,
            format!(
                "codegen-lsp: line {} belongs to no comment prompt, so there is nothing to synthesize",
                position.line + 1
            ),
        );
        return waiting.answer(None);
    };
    let place = Edit { range: turn.prompt_range.start..turn.program_range.end, text: String::new() };
    let superseded: Vec<u64> = (state.syntheses.iter())
        .filter(|(_, other)| other.uri == uri)
        .filter(|(_, other)| other.place.as_ref().is_some_and(|other| other.range.start == place.range.start))
        .map(|(id, _)| *id)
        .collect();
    let synthesis = Synthesis {
        uri,
        snapshot: buffer.document.clone(),
        turn,
        changes: Vec::new(),
        place: Some(place),
        waiting,
        progress: token,
        begun: false,
        text: String::new(),
        tokens: 0,
        phase: Phase::Waiting,
    };
    for id in superseded {
        end(main, id, "superseded", None);
    }
    let id = main.state.next_id();
    let own_token = synthesis.progress.is_none() && main.state.abilities.progress;
    main.state.syntheses.insert(id, synthesis);
    main.turns_changed();
    if own_token {
        let token = lsp::NumberOrString::String(format!("codegen-synthesis-{id}"));
        if let Some(synthesis) = main.state.syntheses.get_mut(&id) {
            synthesis.progress = Some(token.clone());
        }
        let events = main.events.clone();
        main.outbox.create_progress(token, move |known| {
            let _ = events.send(Event::ProgressReady(id, known));
        });
    } else {
        progress_ready(main, id, true);
    }
}

/// The client knows the token, or will not: the work begins.
pub fn progress_ready(main: &mut MainLoop, id: u64, known: bool) {
    let Some(synthesis) = main.state.syntheses.get_mut(&id) else { return };
    if !known {
        synthesis.progress = None;
    }
    if let Some(token) = &synthesis.progress {
        synthesis.begun = true;
        let message = synthesis.turn.prompt.lines().next().map(str::to_owned);
        let begin = lsp::WorkDoneProgressBegin {
            title: "Synthesizing".to_owned(),
            cancellable: Some(true),
            message,
            percentage: None,
        };
        main.outbox.progress(token, lsp::WorkDoneProgress::Begin(begin));
    }
    prepare(main, id);
}

fn prepare(main: &mut MainLoop, id: u64) {
    let Some(synthesis) = main.state.syntheses.get(&id) else { return };
    match &main.state.engine {
        EngineState::Ready(engine) => {
            let (engine, document, turn) = (engine.clone(), synthesis.snapshot.clone(), synthesis.turn.clone());
            let (options, max_tokens) = (main.state.config.turns.clone(), main.state.config.synthesis.max_tokens);
            main.offload(
                move || {
                    pipeline::prepare_turn(&document, &turn, &options, max_tokens, &engine).request(Sampling::GREEDY)
                },
                move |request| Event::TurnPrepared(id, request),
            );
        }
        EngineState::Failed(reason) => {
            let reason = format!("codegen-lsp: no model to synthesize with: {reason}");
            main.outbox.message(MessageType::ERROR, reason);
            end(main, id, "failed", None);
        }
        // `engine_settled` goes on from here.
        EngineState::Absent | EngineState::Loading => {}
    }
}

/// The engine is there at last, or will not be.
pub fn engine_settled(main: &mut MainLoop) {
    let waiting = |synthesis: &Synthesis| {
        matches!(synthesis.phase, Phase::Waiting) && (synthesis.begun || synthesis.progress.is_none())
    };
    let ids: Vec<u64> = main.state.syntheses.iter().filter(|(_, s)| waiting(s)).map(|(id, _)| *id).collect();
    for id in ids {
        prepare(main, id);
    }
}

/// Submits what was prepared.
pub fn prepared(main: &mut MainLoop, id: u64, request: Option<Request>) {
    // Prepared twice, where another engine came while the first preparation was at work: one generation is enough.
    let waiting = |synthesis: &&mut Synthesis| matches!(synthesis.phase, Phase::Waiting);
    let Some(synthesis) = main.state.syntheses.get_mut(&id).filter(waiting) else { return };
    let EngineState::Ready(engine) = &main.state.engine else { return prepare(main, id) };
    let Some(request) = request else { return end(main, id, "failed", None) };
    synthesis.phase = Phase::Generating;
    main.running.add(Job::Synthesis { id }, engine.submit(request));
}

/// The engine has produced a token, or has ended.
pub fn produced(main: &mut MainLoop, id: u64, event: Produced) {
    let Some(synthesis) = main.state.syntheses.get_mut(&id) else { return };
    match event {
        Produced::Token { text, .. } => {
            synthesis.text.push_str(&text);
            synthesis.tokens += 1;
            if let Some(token) = synthesis.progress.as_ref().filter(|_| synthesis.begun) {
                let line = synthesis.text.trim_end().lines().last().unwrap_or_default();
                let message = Some(format!("{} tokens: {line}", synthesis.tokens));
                let report = lsp::WorkDoneProgressReport { cancellable: Some(true), message, percentage: None };
                main.outbox.progress(token, lsp::WorkDoneProgress::Report(report));
            }
        }
        Produced::Done(done) if matches!(done.reason, FinishReason::Cancelled | FinishReason::Superseded) => {
            end(main, id, "cancelled", None);
        }
        Produced::Done(mut done) => {
            pipeline::tidy(&mut done);
            if !done.text.is_empty() {
                return apply(main, id, done, 1);
            }
            main.outbox.message(MessageType::INFO, "codegen-lsp: the model wrote no program text for this prompt");
            end(main, id, "nothing", None);
        }
        Produced::Failed(error) => {
            main.engine_failed(&error);
            end(main, id, "failed", None);
        }
    }
}

/// Asks the client to apply the edit, made for the document as it is now.
fn apply(main: &mut MainLoop, id: u64, completion: Completion, attempts: usize) {
    let Some(synthesis) = main.state.syntheses.get_mut(&id) else { return };
    let Some(buffer) = main.state.buffers.get(&synthesis.uri) else { return end(main, id, "closed", None) };
    let edit = turns::program_edit(&synthesis.snapshot, &synthesis.turn, &completion.text);
    let Some(edit) = synthesis.rebased(edit) else { return stale(main, id) };
    if !main.state.abilities.apply_edit {
        main.outbox.message(MessageType::WARNING, "codegen-lsp: this editor cannot apply edits (workspace/applyEdit)");
        return end(main, id, "done", Some(completion));
    }
    let version = buffer.document.version();
    let edits = vec![proto::text_edit(buffer.document.rope(), &edit, main.state.encoding)];
    let uri = synthesis.uri.clone();
    let edit = if main.state.abilities.document_changes {
        let text_document = lsp::OptionalVersionedTextDocumentIdentifier { uri, version: Some(version) };
        let edits = edits.into_iter().map(lsp::OneOf::Left).collect();
        let changes = lsp::DocumentChanges::Edits(vec![lsp::TextDocumentEdit { text_document, edits }]);
        lsp::WorkspaceEdit { document_changes: Some(changes), ..Default::default() }
    } else {
        lsp::WorkspaceEdit { changes: Some([(uri, edits)].into_iter().collect()), ..Default::default() }
    };
    synthesis.phase = Phase::Applying { completion: Box::new(completion), attempts, version };
    let events = main.events.clone();
    main.outbox.apply_edit(edit, move |result| {
        let _ = events.send(Event::Applied(id, result));
    });
}

/// The client has applied the edit, or not: if only because the document had moved on, it is asked again.
pub fn applied(main: &mut MainLoop, id: u64, result: jsonrpc::Result<lsp::ApplyWorkspaceEditResponse>) {
    let Some(synthesis) = main.state.syntheses.get_mut(&id) else { return };
    let Phase::Applying { completion, attempts, version } = &synthesis.phase else { return };
    let (completion, attempts, version) = (Completion::clone(completion), *attempts, *version);
    let moved = main.state.buffers.get(&synthesis.uri).is_some_and(|buffer| buffer.document.version() != version);
    let reason = match result {
        Ok(response) if response.applied => return end(main, id, "done", Some(completion)),
        Ok(_) if moved && synthesis.place.is_none() => return stale(main, id),
        Ok(_) if moved && attempts < ATTEMPTS => return apply(main, id, completion, attempts + 1),
        Ok(response) => response.failure_reason.unwrap_or_else(|| "it gave no reason".to_owned()),
        Err(error) => error.to_string(),
    };
    main.outbox
        .message(MessageType::WARNING, format!("codegen-lsp: the editor did not apply the program text: {reason}"));
    end(main, id, "not applied", None);
}

/// Follows changes of a document; a turn that was edited meanwhile gets no program text.
pub fn document_changed(main: &mut MainLoop, uri: &Uri, changes: &[Edit]) {
    let mut edited = Vec::new();
    for (id, synthesis) in main.state.syntheses.iter_mut().filter(|(_, synthesis)| synthesis.uri == *uri) {
        changes.iter().for_each(|change| synthesis.follow(change));
        // While the client applies our own edit, that very edit comes back as a change.
        if synthesis.place.is_none() && !matches!(synthesis.phase, Phase::Applying { .. }) {
            edited.push(*id);
        }
    }
    for id in edited {
        stale(main, id);
    }
}

fn stale(main: &mut MainLoop, id: u64) {
    let message = "codegen-lsp: the turn was edited while it was synthesized; the result is dropped";
    main.outbox.message(MessageType::WARNING, message);
    end(main, id, "dropped", None);
}

/// The command's request was cancelled.
pub fn cancelled(main: &mut MainLoop, request: RequestId) {
    end_where(main, "cancelled", |synthesis| synthesis.waiting.request == request);
}

/// The user cancelled the progress.
pub fn progress_cancelled(main: &mut MainLoop, token: &ProgressToken) {
    end_where(main, "cancelled", |synthesis| synthesis.progress.as_ref() == Some(token));
}

/// The document is gone.
pub fn abandon(main: &mut MainLoop, uri: &Uri) {
    end_where(main, "closed", |synthesis| synthesis.uri == *uri);
}

/// The client is gone.
pub fn abandon_all(main: &mut MainLoop) {
    end_where(main, "cancelled", |_| true);
}

fn end_where(main: &mut MainLoop, how: &str, which: impl Fn(&Synthesis) -> bool) {
    let ids: Vec<u64> = main.state.syntheses.iter().filter(|(_, s)| which(s)).map(|(id, _)| *id).collect();
    for id in ids {
        end(main, id, how, None);
    }
}

/// Ends a synthesis: its work stops, its progress ends, its command is answered.
fn end(main: &mut MainLoop, id: u64, how: &str, completion: Option<Completion>) {
    let Some(synthesis) = main.state.syntheses.remove(&id) else { return };
    main.running.remove(id);
    main.turns_changed();
    if let Some(token) = synthesis.progress.as_ref().filter(|_| synthesis.begun) {
        let message = Some(format!("{how}, {} tokens", synthesis.tokens));
        main.outbox.progress(token, lsp::WorkDoneProgress::End(lsp::WorkDoneProgressEnd { message }));
    }
    synthesis.waiting.answer(completion.map(|done| json!({ "text": done.text, "stats": pipeline::stats(&done) })));
}

//! A program text's way into the client's buffer: asked for, applied, reported.

use codegen_text::provenance::{Alternative, Alternatives, Record, TurnText};
use codegen_text::turns;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{self as lsp, Uri};

use super::{begin, end, plan, step, stream};
use crate::landing::Landing;
use crate::operation::{self, Operation, Outcome, Phase, Purpose, Which, Written};
use crate::protocol::positions;
use crate::server::handlers::parsing;
use crate::server::main_loop::{Event, MainLoop};
use crate::server::state::State;

/// How often an edit is made anew for a document that changed while the client was asked to apply it.
const ATTEMPTS: usize = 5;

/// Writes one of the alternatives for the turn at work.
pub(super) fn accept(main: &mut MainLoop, id: u64, text: &TurnText, alternatives: &Alternatives, which: Which) {
    let Some(operation) = main.state.operations.get_mut(&id) else { return };
    let chosen = which.place(alternatives, &text.program);
    let program = |place: usize| alternatives.each.get(place).map(|alternative| &alternative.program);
    match chosen {
        Some(place) if program(place) != Some(&text.program) => write(main, id, text, &alternatives.each, place),
        Some(_) => {
            let only = alternatives.each.len() == 1 && !matches!(which, Which::Index(_));
            let note = if only { "there is no other alternative" } else { "this is the present program text" };
            operation.notes.push(note.to_owned());
            end::end(main, id, Outcome::Nothing);
        }
        None => {
            let mut known: Vec<usize> = alternatives.each.iter().map(|each| each.ranked.index).collect();
            known.sort_unstable();
            let known: Vec<String> = known.iter().map(usize::to_string).collect();
            operation.notes.push(format!("there is no such alternative; there are {}", known.join(", ")));
            end::end(main, id, Outcome::Nothing);
        }
    }
}

/// Writes the alternative at `place`, the turn at work being `text`.
pub(super) fn write(main: &mut MainLoop, id: u64, text: &TurnText, each: &[Alternative], place: usize) {
    let Some(chosen) = each.get(place) else { return end::end(main, id, Outcome::Nothing) };
    let Some(operation) = main.state.operations.get_mut(&id) else { return };
    let Some(step) = operation.step.as_mut() else { return };
    let Some(buffer) = main.state.buffers.get(&operation.uri) else { return end::end(main, id, Outcome::Closed) };
    let completion = chosen.ranked.completion.clone();
    let (Some(edit), Some(lines), Some(prompt)) =
        (step.edit(&completion.text), step.place.clone(), step.prompt.clone())
    else {
        return step::drop_turn(main, id);
    };
    let evidence = chosen.ranked.evidence.clone();
    if let Some(raised) = &evidence.raised {
        let about = plan::first_line(&step.turn);
        operation.notes.push(format!("run up to \"{about}\", the program fails: {raised}"));
    }
    let record = Record {
        turn: TurnText { program: chosen.program.clone(), ..text.clone() },
        made: chosen.made.clone(),
        raised: evidence.raised.clone(),
    };
    let written = Written { prompt: step.turn.prompt.clone(), completion, evidence };
    if buffer.document.slice(edit.range.clone()) == edit.text {
        operation.notes.push("the model wrote the same program text again".to_owned());
        operation.written.push(written);
        main.state.records.generated(record);
        end::leave_turn(main, id);
        main.turns_changed();
        return;
    }
    if !main.state.abilities.apply_edit {
        operation.written.push(written);
        operation.notes.push("this editor cannot apply edits (workspace/applyEdit)".to_owned());
        return end::end(main, id, Outcome::NotApplied);
    }
    step.phase = Phase::Landing;
    let mut landing = Landing::new(operation.uri.clone(), id, prompt, lines, edit, (record, written));
    landing.replaces = matches!(operation.purpose, Purpose::Replace { .. });
    landing.replaced = step.turn.target.len();
    let number = step.id;
    main.state.landings.insert(number, landing);
    stream::report(main, id);
    ask(main, number);
}

/// Asks the client to apply the edit, made for the document as it is now.
fn ask(main: &mut MainLoop, number: u64) {
    let Some(landing) = main.state.landings.get_mut(&number) else { return };
    let Some(buffer) = main.state.buffers.get(&landing.uri) else { return };
    landing.held = buffer.document.is_pending();
    if landing.held {
        // What the edit may replace is decided by the syntax; `parsed` goes on from here.
        let uri = landing.uri.clone();
        return parsing::hurry(main, &uri);
    }
    let version = buffer.client_version;
    let Some(edit) = landing.ask(&buffer.document) else { return stale(main, number) };
    let (uri, attempt) = (landing.uri.clone(), landing.attempt);
    if !still_fits(&main.state, number) {
        return stale(main, number);
    }
    let edit =
        workspace_edit(main, uri, version, positions::text_edit(buffer.document.rope(), &edit, main.state.encoding));
    let events = main.events.clone();
    main.outbox.apply_edit(edit, move |result| {
        let _ = events.send(Event::Applied(number, attempt, result));
    });
    main.after(main.state.config.global.patience.answer, Event::Overdue { landing: number, attempt, applied: false });
}

/// A document's syntax is known, or will not be: asks for what was held back until then.
pub(super) fn parsed(main: &mut MainLoop, uri: &Uri) {
    let held = main.state.landings.iter().filter(|(_, landing)| landing.uri == *uri && landing.held);
    let held: Vec<u64> = held.map(|(number, _)| *number).collect();
    for number in held {
        ask(main, number);
    }
}

/// Whether the edit replaces what its command may replace in the buffer as it is now: what stands around it decides that, too,
/// and may have been changed since the turn's time came.
fn still_fits(state: &State, number: u64) -> bool {
    let Some(landing) = state.landings.get(&number) else { return false };
    let Some(buffer) = state.buffers.get(&landing.uri) else { return false };
    let (Some(prompt), Some(target)) = (&landing.prompt, &landing.target) else { return false };
    let mut turns = state.records.texts(&buffer.document, &state.config_for(&landing.uri).turns).into_iter();
    let found = turns.find(|(turn, _)| operation::overlap(&turn.prompt_range, prompt));
    let decided = found.and_then(|(turn, _)| turns::resolved(&buffer.document, turn, landing.replaces).ok());
    decided.is_some_and(|turn| turn.target.start == target.range.start && turn.target.len() == landing.replaced)
}

fn workspace_edit(main: &MainLoop, uri: Uri, version: Option<i32>, edit: lsp::TextEdit) -> lsp::WorkspaceEdit {
    if main.state.abilities.document_changes {
        let text_document = lsp::OptionalVersionedTextDocumentIdentifier { uri, version };
        let edits = vec![lsp::OneOf::Left(edit)];
        let changes = lsp::DocumentChanges::Edits(vec![lsp::TextDocumentEdit { text_document, edits }]);
        lsp::WorkspaceEdit { document_changes: Some(changes), ..Default::default() }
    } else {
        lsp::WorkspaceEdit { changes: Some([(uri, vec![edit])].into_iter().collect()), ..Default::default() }
    }
}

/// The client has applied the edit, or not: if only because the document had moved on, it is asked again, unless nobody
/// wants the text any more.
pub fn applied(
    main: &mut MainLoop,
    number: u64,
    attempt: usize,
    result: jsonrpc::Result<lsp::ApplyWorkspaceEditResponse>,
) {
    let Some(landing) = main.state.landings.get_mut(&number).filter(|landing| landing.attempt == attempt) else {
        return;
    };
    let Some(buffer) = main.state.buffers.get(&landing.uri) else { return };
    let moved = buffer.document.version() != landing.version;
    let wanted = main.state.operations.contains_key(&landing.operation);
    let reason = match result {
        Ok(response) if response.applied => {
            landing.applied = true;
            let uri = landing.uri.clone();
            main.after(
                main.state.config.global.patience.report,
                Event::Overdue { landing: number, attempt, applied: true },
            );
            return look(main, &uri);
        }
        Ok(_) if moved && landing.target.is_none() => return stale(main, number),
        Ok(_) if moved && wanted && attempt < ATTEMPTS => return ask(main, number),
        Ok(response) => {
            let reason = response.failure_reason.unwrap_or_else(|| "it gave no reason".to_owned());
            if !moved && wanted && attempt < ATTEMPTS {
                landing.refused = Some(reason);
                let event = Event::Overdue { landing: number, attempt, applied: false };
                return main.after(main.state.config.global.patience.refusal, event);
            }
            reason
        }
        Err(error) => error.to_string(),
    };
    not_applied(main, number, format!("the editor did not apply the program text: {reason}"));
}

/// The client has had its time. One that never answers may have applied the edit all the same.
pub fn overdue(main: &mut MainLoop, number: u64, attempt: usize, applied: bool) {
    let Some(landing) = main.state.landings.get_mut(&number) else { return };
    if landing.attempt != attempt || landing.applied != applied {
        return;
    }
    let there = main.state.buffers.get(&landing.uri).is_some_and(|buffer| landing.has_arrived(&buffer.document));
    if there {
        return landed(main, number);
    }
    let note = match (applied, &landing.refused) {
        (_, Some(reason)) => format!("the editor did not apply the program text: {reason}"),
        (true, None) => {
            "the editor said that it applied the program text, but has reported no change of the document".to_owned()
        }
        (false, None) => "the editor did not say whether it applied the program text".to_owned(),
    };
    not_applied(main, number, note);
}

/// Looks for program texts that have arrived.
pub(super) fn look(main: &mut MainLoop, uri: &Uri) {
    let Some(buffer) = main.state.buffers.get(uri) else { return };
    let landings = main.state.landings.iter().filter(|(_, landing)| landing.uri == *uri);
    let arrived = landings.filter(|(_, landing)| landing.has_landed(&buffer.document));
    let arrived: Vec<u64> = arrived.map(|(number, _)| *number).collect();
    for number in arrived {
        landed(main, number);
    }
    ask_again(main, uri);
}

/// Asks again for what the client refused because of a change that it has reported by now.
fn ask_again(main: &mut MainLoop, uri: &Uri) {
    let Some(buffer) = main.state.buffers.get(uri) else { return };
    let version = buffer.document.version();
    let landings = main.state.landings.iter().filter(|(_, landing)| landing.uri == *uri);
    let refused = landings.filter(|(_, landing)| landing.refused.is_some() && landing.version != version);
    let refused: Vec<u64> = refused.map(|(number, _)| *number).collect();
    for number in refused {
        ask(main, number);
    }
}

/// The program text is in the buffer, and noted even if the command is over.
fn landed(main: &mut MainLoop, number: u64) {
    let Some(landing) = main.state.landings.remove(&number) else { return };
    let (program, record) = (landing.record.turn.program.clone(), landing.record);
    main.state.records.generated(record);
    if let (Some(buffer), Some(prompt)) = (main.state.buffers.get_mut(&landing.uri), &landing.prompt) {
        main.state.records.mark(&mut buffer.document, prompt, &program, &main.state.config.at(&landing.uri).turns);
    }
    if let Some(operation) = of(main, landing.operation, number) {
        operation.written.push(landing.written);
        if let Some(step) = operation.step.as_ref().filter(|step| landing.replaces && step.turn.generated.is_none()) {
            let note = match turns::line_count(&step.snapshot, &step.turn.target) {
                0 => None,
                1 => Some("1 line was replaced by generated code".to_owned()),
                lines => Some(format!("{lines} lines were replaced by generated code")),
            };
            operation.notes.extend(note);
        }
        end::leave_turn(main, landing.operation);
    }
    main.turns_changed();
    begin::wake(main, &landing.uri);
}

/// What the edit was to replace has been changed.
fn stale(main: &mut MainLoop, number: u64) {
    let Some(landing) = main.state.landings.remove(&number) else { return };
    if of(main, landing.operation, number).is_some() {
        step::drop_turn(main, landing.operation);
    }
    begin::wake(main, &landing.uri);
}

/// The program text is not in the buffer. The command ends, and its answer has the text, so that it is not lost.
fn not_applied(main: &mut MainLoop, number: u64, note: String) {
    let Some(landing) = main.state.landings.remove(&number) else { return };
    if let Some(operation) = of(main, landing.operation, number) {
        operation.written.push(landing.written);
        operation.notes.push(note);
        end::end(main, landing.operation, Outcome::NotApplied);
    }
    begin::wake(main, &landing.uri);
}

/// The command that the landing is part of, if it still waits for it.
fn of(main: &mut MainLoop, operation: u64, number: u64) -> Option<&mut Operation> {
    let operation = main.state.operations.get_mut(&operation)?;
    operation.step.as_ref().is_some_and(|step| step.id == number).then_some(operation)
}

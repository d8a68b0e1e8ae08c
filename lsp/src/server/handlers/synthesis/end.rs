//! How commands end.

use tower_lsp::ls_types::{self as lsp, ProgressToken, Uri};

use super::{begin, stream};
use crate::operation::{Operation, Outcome, Step};
use crate::server::main_loop::MainLoop;
use crate::server::state::RequestId;

/// Ends a command: its work stops, its progress ends, the user is told what did not go as asked, and it is answered. An
/// edit that the client has been asked for stays on its way, since the client may apply it all the same.
pub(super) fn end(main: &mut MainLoop, id: u64, outcome: Outcome) {
    let Some(operation) = main.state.operations.get(&id) else { return };
    stream::break_off(main, operation);
    let Some(operation) = main.state.operations.remove(&id) else { return };
    if let Some(step) = &operation.step {
        main.running.remove(step.id);
    }
    if let Some(token) = operation.progress.begun() {
        let message = Some(format!("{}, {} tokens", outcome.name(), operation.tokens));
        main.outbox.progress(token, lsp::WorkDoneProgress::End(lsp::WorkDoneProgressEnd { message }));
    }
    if !operation.notes.is_empty() {
        main.outbox.message(outcome.loudness(), format!("codegen-lsp: {}", merged(operation.notes.iter())));
    }
    let said = merged(operation.told.iter().chain(&operation.notes));
    let message = Some(said).filter(|said| !said.is_empty());
    let answer = operation.answer(outcome, message.as_deref());
    operation.waiter.answer(Some(answer));
    main.turns_changed();
}

/// Notes as one sentence. What is to be said of several turns alike is said once.
fn merged<'n>(notes: impl Iterator<Item = &'n String>) -> String {
    let mut merged: Vec<(&str, usize)> = Vec::new();
    for note in notes {
        match merged.iter_mut().find(|(other, _)| other == note) {
            Some((_, times)) => *times += 1,
            None => merged.push((note, 1)),
        }
    }
    let merged = merged.into_iter().map(|(note, times)| match times {
        1 => note.to_owned(),
        _ => format!("{note} ({times} times)"),
    });
    merged.collect::<Vec<_>>().join("; ")
}

/// Ends a command for a reason that the user is told.
pub(super) fn fail(main: &mut MainLoop, id: u64, reason: String) {
    if let Some(operation) = main.state.operations.get_mut(&id) {
        operation.notes.push(reason);
    }
    end(main, id, Outcome::Failed);
}

/// Takes the turn at work away, and goes on with the next.
pub(super) fn leave_turn(main: &mut MainLoop, id: u64) -> Option<Step> {
    if let Some(operation) = main.state.operations.get(&id) {
        stream::break_off(main, operation);
    }
    let step = main.state.operations.get_mut(&id)?.step.take()?;
    main.running.remove(step.id);
    begin::advance(main, id);
    Some(step)
}

/// `codegen.cancel`: ends what is at work or planned for the turn whose prompt is there, for the document, or everywhere;
/// how many commands.
pub fn cancel(main: &mut MainLoop, uri: Option<&Uri>, prompt: Option<&std::ops::Range<usize>>) -> usize {
    end_where(main, Outcome::Cancelled, |operation| {
        uri.is_none_or(|uri| operation.uri == *uri) && prompt.is_none_or(|prompt| operation.covers(prompt))
    })
}

/// The command's request was cancelled.
pub fn cancelled(main: &mut MainLoop, request: RequestId) {
    end_where(main, Outcome::Cancelled, |operation| operation.waiter.request == request);
}

/// The user cancelled the progress.
pub fn progress_cancelled(main: &mut MainLoop, token: &ProgressToken) {
    end_where(main, Outcome::Cancelled, |operation| operation.progress.token() == Some(token));
}

/// The document is gone.
pub fn abandon(main: &mut MainLoop, uri: &Uri) {
    end_where(main, Outcome::Closed, |operation| operation.uri == *uri);
    main.state.landings.retain(|_, landing| landing.uri != *uri);
}

/// The client is gone.
pub fn abandon_all(main: &mut MainLoop) {
    end_where(main, Outcome::Cancelled, |_| true);
    main.state.landings.clear();
}

fn end_where(main: &mut MainLoop, outcome: Outcome, which: impl Fn(&Operation) -> bool) -> usize {
    let ids = main.state.operations.iter().filter(|(_, operation)| which(operation));
    let ids: Vec<u64> = ids.map(|(id, _)| *id).collect();
    for id in &ids {
        end(main, *id, outcome);
    }
    ids.len()
}

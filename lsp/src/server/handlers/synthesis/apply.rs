//! The way of a piece of code into the client's buffer: requested, applied, reported.

use codegen_text::edit::Edit;
use ropey::Rope;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{self as lsp, Uri};

use crate::protocol::positions;
use crate::server::event::Event;
use crate::server::handlers::statistics;
use crate::server::session::Session;
use crate::statistics::{Event as Counted, Writer};
use crate::synthesis::PendingEdit;
use crate::synthesis::pending_edit::Answer;

/// Takes the client's answer to an edit.
pub fn applied(
    session: &mut Session,
    number: u64,
    attempt: usize,
    result: jsonrpc::Result<lsp::ApplyWorkspaceEditResponse>,
) {
    let answer = match result {
        Ok(response) if response.applied => Answer::Applied,
        Ok(response) => Answer::Refused(response.failure_reason),
        Err(error) => Answer::Failed(error.to_string()),
    };
    record(session, number, |edit| edit.answered(attempt, answer));
}

/// Takes the end of the client's time for an edit.
pub fn overdue(session: &mut Session, number: u64, attempt: usize, applied: bool) {
    record(session, number, |edit| edit.overdue(attempt, applied));
}

fn record(session: &mut Session, number: u64, what: impl FnOnce(&mut PendingEdit)) {
    if let Some(edit) = session.state.edits.get_mut(&number) {
        what(edit);
        session.state.ready.edits.insert(number);
    }
}

/// Asks the client to apply an edit to the present version of a document. `number` is the edit's, `attempt` counts its
/// requests.
pub(super) fn ask(session: &mut Session, uri: Uri, (number, attempt): (u64, usize), edit: &Edit) {
    let Some(buffer) = session.state.buffers.get(&uri) else { return };
    let version = buffer.client_version;
    let rope = buffer.document.rope();
    let inside = session.state.capabilities.loses_edits_at_end.then(|| before_last_line_end(rope, edit)).flatten();
    let edit = positions::text_edit(rope, inside.as_ref().unwrap_or(edit), session.state.encoding);
    let edit = workspace_edit(session, uri, version, edit);
    let events = session.events.clone();
    session.outbox.apply_edit(edit, move |result| {
        let _ = events.send(Event::Applied(number, attempt, result));
    });
}

/// An edit that makes the same text of a buffer, but begins before its last line end; `None` if the edit does not put
/// whole lines behind that.
fn before_last_line_end(rope: &Rope, edit: &Edit) -> Option<Edit> {
    let end = rope.len_bytes();
    let line_end = ["\r\n", "\n"].into_iter().find(|line_end| edit.text.ends_with(line_end))?;
    let start = end.checked_sub(line_end.len())?;
    if edit.range != (end..end) || rope.get_byte_slice(start..end).is_none_or(|last| last != line_end) {
        return None;
    }
    let lines = edit.text.strip_suffix(line_end)?;
    Some(Edit { range: start..start, text: format!("{line_end}{lines}") })
}

fn workspace_edit(session: &Session, uri: Uri, version: Option<i32>, edit: lsp::TextEdit) -> lsp::WorkspaceEdit {
    if session.state.capabilities.document_changes {
        let text_document = lsp::OptionalVersionedTextDocumentIdentifier { uri, version };
        let edits = vec![lsp::OneOf::Left(edit)];
        let changes = lsp::DocumentChanges::Edits(vec![lsp::TextDocumentEdit { text_document, edits }]);
        lsp::WorkspaceEdit { document_changes: Some(changes), ..Default::default() }
    } else {
        lsp::WorkspaceEdit { changes: Some([(uri, vec![edit])].into_iter().collect()), ..Default::default() }
    }
}

/// Records the code that is now in the buffer, also if the command has ended.
pub(super) fn landed(session: &mut Session, number: u64) {
    let state = &mut session.state;
    let Some(edit) = state.edits.remove(&number) else { return };
    let (uri, operation, prompt) = (edit.uri().clone(), edit.operation(), edit.prompt().cloned());
    let (record, written) = edit.into_made();
    let program = record.turn.program.clone();
    state.records.generated(record);
    if let (Some(buffer), Some(prompt)) = (state.buffers.get_mut(&uri), &prompt) {
        state.records.mark(&mut buffer.document, prompt, &program, &state.config.at(&uri).turns);
        buffer.turns.forget();
    }
    if let Some(operation) = state.operations.get_mut(&operation) {
        operation.landed(number, written);
    }
    state.ready.lenses = true;
    state.wake(&uri);
    statistics::record(session, Counted::Written(Writer::Model, program.chars().count()));
}

/// Reports to the command that the text which the edit was to replace has been changed.
pub(super) fn stale(session: &mut Session, number: u64) {
    let Some(edit) = session.state.edits.remove(&number) else { return };
    if let Some(operation) = session.state.operations.get_mut(&edit.operation()) {
        operation.stale(number);
    }
    session.state.wake(edit.uri());
}

/// Reports to the command that the code is not in the buffer.
pub(super) fn not_applied(session: &mut Session, number: u64, note: String) {
    let Some(edit) = session.state.edits.remove(&number) else { return };
    let (uri, operation) = (edit.uri().clone(), edit.operation());
    let (_, written) = edit.into_made();
    if let Some(operation) = session.state.operations.get_mut(&operation) {
        operation.not_applied(number, written, note);
    }
    session.state.wake(&uri);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_behind_the_last_line_end_can_begin_before_it() {
        for (text, at, new, expected) in [
            ("# a\n", 4, "b = 1\n", Some((3, "\nb = 1"))),
            ("# a\r\n", 5, "b = 1\r\n", Some((3, "\r\nb = 1"))),
            ("\n", 1, "b = 1\n", Some((0, "\nb = 1"))),
            ("# a\n", 3, "b = 1\n", None),
            ("# a", 3, "b = 1\n", None),
            ("# a\n", 4, "b = 1", None),
            ("", 0, "b = 1\n", None),
        ] {
            let edit = Edit { range: at..at, text: new.to_owned() };
            let found = before_last_line_end(&Rope::from_str(text), &edit);
            let expected = expected.map(|(at, new)| Edit { range: at..at, text: new.to_owned() });
            assert_eq!(found, expected, "{text:?} {new:?}");
        }
    }
}

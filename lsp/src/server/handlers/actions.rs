//! `textDocument/codeAction`.

use std::ops::Range;

use tower_lsp::ls_types::{self as lsp, CodeActionKind, CodeActionOrCommand};

use super::snapshot::Snapshot;
use crate::present::actions;
use crate::present::status::Known;
use crate::protocol::capabilities::ClientCapabilities;
use crate::protocol::positions;
use crate::server::responder::ActionResponder;
use crate::server::session::Session;

/// Answers a request away from the main loop, since finding turns reads the whole document.
pub fn requested(session: &mut Session, params: lsp::CodeActionParams, responder: ActionResponder) {
    let Some(mut snapshot) = Snapshot::of(&session.state, &params.text_document.uri) else {
        return responder.answer(None);
    };
    let selection = match positions::range(snapshot.document.rope(), params.range, snapshot.encoding) {
        Ok(selection) => selection,
        Err(error) => return responder.refuse(error.to_string()),
    };
    if !actions::wanted(params.context.only.as_deref()) {
        return responder.answer(Some(Vec::new()));
    }
    let capabilities = session.state.capabilities;
    session.answer_off(responder, move || {
        if selection.is_empty() {
            snapshot.ask_at(selection.start);
        }
        let commands = commands(&snapshot, params.range, &selection);
        let answers = commands.into_iter().filter_map(|(command, disabled)| answer(command, disabled, capabilities));
        Some(answers.collect())
    });
}

/// The actions, each with the reason why it cannot be run, if there is one.
fn commands(snapshot: &Snapshot, given: lsp::Range, selection: &Range<usize>) -> Vec<(lsp::Command, Option<String>)> {
    let turns = snapshot.turns();
    let selected = actions::selected(&snapshot.document, &turns, selection);
    let selected: Vec<&Known> = selected.into_iter().filter_map(|index| turns.get(index)).collect();
    let offers = match selected.as_slice() {
        [] => Vec::new(),
        [turn] => actions::of_turn(turn),
        several => actions::of_several(several, given),
    };
    let start = selected.first().map_or(0, |turn| turn.first_line(&snapshot.document).start);
    let position = positions::position(snapshot.document.rope(), start, snapshot.encoding);
    let commands =
        offers.into_iter().map(|action| (action.offer.command(action.title, &snapshot.uri, position), action.disabled));
    commands.collect()
}

/// An action in a form that the client supports. Disabled actions are sent only to a client that can show the reason.
fn answer(
    command: lsp::Command,
    disabled: Option<String>,
    capabilities: ClientCapabilities,
) -> Option<CodeActionOrCommand> {
    if disabled.is_some() && !capabilities.disabled_actions {
        return None;
    }
    if !capabilities.code_action_literals {
        return Some(command.into());
    }
    if let Some(reason) = disabled {
        let (title, kind) = (command.title, Some(CodeActionKind::REFACTOR_REWRITE));
        let disabled = Some(lsp::CodeActionDisabled { reason });
        return Some(lsp::CodeAction { title, kind, disabled, ..lsp::CodeAction::default() }.into());
    }
    let title = command.title.clone();
    let kind = Some(CodeActionKind::REFACTOR_REWRITE);
    let action = lsp::CodeAction { title, kind, command: Some(command), ..lsp::CodeAction::default() };
    Some(action.into())
}

//! `textDocument/codeAction`.

use std::ops::Range;

use tower_lsp::ls_types::{self as lsp, CodeActionKind};

use super::snapshot::Snapshot;
use crate::present::actions::{self, Action};
use crate::present::status::Known;
use crate::protocol::actions::Answer;
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
        let actions = actions_at(&snapshot, params.range, &selection);
        let answers = actions.into_iter().filter_map(|action| answer(action, &snapshot, capabilities));
        Some(answers.collect())
    });
}

/// An action, and the place that its command names.
struct Placed {
    action: Action,
    position: lsp::Position,
}

fn actions_at(snapshot: &Snapshot, given: lsp::Range, selection: &Range<usize>) -> Vec<Placed> {
    let turns = snapshot.turns();
    let selected = actions::selected(&snapshot.document, &turns, selection);
    let selected: Vec<&Known> = selected.into_iter().filter_map(|index| turns.get(index)).collect();
    let actions = match selected.as_slice() {
        [] => Vec::new(),
        [turn] => actions::of_turn(turn),
        several => actions::of_several(several, given),
    };
    let start = selected.first().map_or(0, |turn| turn.first_line(&snapshot.document).start);
    let position = positions::position(snapshot.document.rope(), start, snapshot.encoding);
    actions.into_iter().map(|action| Placed { action, position }).collect()
}

/// An action in a form that the client supports. Disabled actions are sent only to a client that can show the reason.
fn answer(placed: Placed, snapshot: &Snapshot, capabilities: ClientCapabilities) -> Option<Answer> {
    let Placed { action: Action { title, offer, disabled }, position } = placed;
    if disabled.is_some() && !capabilities.disabled_actions {
        return None;
    }
    let command = offer.command(title.clone(), &snapshot.uri, position);
    if !capabilities.code_action_literals {
        return Some(Answer::Command(command));
    }
    let kind = Some(CodeActionKind::REFACTOR_REWRITE);
    let generated = offer.generates() && capabilities.tagged_actions;
    let action = match disabled {
        Some(reason) => {
            let disabled = Some(lsp::CodeActionDisabled { reason });
            lsp::CodeAction { title, kind, disabled, ..lsp::CodeAction::default() }
        }
        None => lsp::CodeAction { title, kind, command: Some(command), ..lsp::CodeAction::default() },
    };
    Some(Answer::action(action, generated))
}

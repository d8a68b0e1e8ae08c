//! `textDocument/codeAction`.

use std::ops::Range;

use tower_lsp::ls_types::{self as lsp, CodeActionKind, CodeActionOrCommand};

use super::snapshot::Snapshot;
use crate::main_loop::MainLoop;
use crate::offers::{Known, actions};
use crate::proto;
use crate::state::Waiter;

/// Who waits for code actions.
pub type ActionWaiter = Waiter<Option<lsp::CodeActionResponse>>;

/// A request. Answered away from the main loop, since looking at turns means going over the document.
pub fn requested(main: &mut MainLoop, params: lsp::CodeActionParams, waiter: ActionWaiter) {
    let Some(snapshot) = Snapshot::of(&main.state, &params.text_document.uri) else { return waiter.answer(None) };
    let selection = match proto::range(snapshot.document.rope(), params.range, snapshot.encoding) {
        Ok(selection) => selection,
        Err(error) => return waiter.refuse(error.to_string()),
    };
    if !actions::wanted(params.context.only.as_deref()) {
        return waiter.answer(Some(Vec::new()));
    }
    let literals = main.state.abilities.code_action_literals;
    tokio::task::spawn_blocking(move || {
        let commands = commands(&snapshot, params.range, &selection);
        waiter.answer(Some(commands.into_iter().map(|command| answer(command, literals)).collect()));
    });
}

fn commands(snapshot: &Snapshot, given: lsp::Range, selection: &Range<usize>) -> Vec<lsp::Command> {
    let turns = snapshot.turns();
    let selected = actions::selected(&snapshot.document, &turns, selection);
    let selected: Vec<&Known> = selected.into_iter().filter_map(|index| turns.get(index)).collect();
    let offers = match selected.as_slice() {
        [] => Vec::new(),
        [turn] => actions::of_turn(turn),
        several => actions::of_several(several, given),
    };
    let start = selected.first().map_or(0, |turn| turn.first_line(&snapshot.document).start);
    let position = proto::position(snapshot.document.rope(), start, snapshot.encoding);
    offers.into_iter().map(|(title, offer)| offer.command(title, &snapshot.uri, position)).collect()
}

/// A command as the client knows how to show it.
fn answer(command: lsp::Command, literals: bool) -> CodeActionOrCommand {
    if !literals {
        return command.into();
    }
    let title = command.title.clone();
    let kind = Some(CodeActionKind::REFACTOR_REWRITE);
    lsp::CodeAction { title, kind, command: Some(command), ..lsp::CodeAction::default() }.into()
}

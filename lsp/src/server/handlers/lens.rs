//! `textDocument/codeLens`, and `workspace/codeLens/refresh` where the client supports that.

use std::sync::Arc;

use tower_lsp::ls_types::{self as lsp, Uri};

use super::snapshot::Snapshot;
use crate::config::CodeLenses;
use crate::generate::prepare;
use crate::present::cuts::{self, Basis, Counted, Cut};
use crate::present::lenses;
use crate::present::status::Known;
use crate::protocol::positions;
use crate::server::event::{Event, Found};
use crate::server::responder::LensResponder;
use crate::server::session::Session;
use crate::server::state::{Refresh, State};

/// Answers a request away from the main loop, since finding turns reads the whole document.
pub fn requested(session: &mut Session, params: lsp::CodeLensParams, responder: LensResponder) {
    let uri = params.text_document.uri;
    let state = &session.state;
    if state.config_for(&uri).synthesis.code_lens == CodeLenses::Off {
        return responder.answer(None);
    }
    let Some(snapshot) = Snapshot::of(state, &uri) else { return responder.answer(None) };
    let basis = Basis {
        engine: state.engine_stamp,
        max_tokens: snapshot.synthesis.max_tokens,
        options: snapshot.options.clone(),
    };
    let before = state.buffers.get(&uri).map(|buffer| Arc::clone(&buffer.counted)).unwrap_or_default();
    session.offload(move || find(&snapshot, basis, &before), move |found| Event::LensesFound(uri, found, responder));
}

/// The lenses, with the token counts made for them.
fn find(snapshot: &Snapshot, basis: Basis, before: &Counted) -> Found {
    let turns = snapshot.turns();
    let which = snapshot.synthesis.code_lens;
    let marker = snapshot.options.marker.is_some();
    let shown = |known: &Known| lenses::shown(known, which, marker);
    let (cuts, counted) = match &snapshot.engine {
        None => (Vec::<Option<Cut>>::new(), None),
        Some(engine) => {
            let wanted = |known: &Known| shown(known) && !known.working;
            let budget = prepare::prompt_budget(engine, snapshot.synthesis.max_tokens);
            let mut count = |known: &Known| snapshot.prepare(&known.turn, engine).cut;
            let (cuts, counted) = cuts::cuts(&snapshot.document, &turns, &wanted, budget, (basis, before), &mut count);
            (cuts, Some(counted))
        }
    };
    let rope = snapshot.document.rope();
    let lenses = lenses::lenses(&turns, &cuts, shown).into_iter().filter_map(|lens| {
        let range = turns.get(lens.turn)?.first_line(&snapshot.document);
        let range = positions::lsp_range(rope, range, snapshot.encoding);
        let command = lens.offer.command(lens.title, &snapshot.uri, range.start);
        Some(lsp::CodeLens { range, command: Some(command), data: None })
    });
    Found { lenses: lenses.collect(), counted, turns: snapshot.map() }
}

/// Answers the request with the lenses that were found, and keeps the counts.
pub fn found(session: &mut Session, uri: &Uri, found: Option<Found>, responder: LensResponder) {
    let Some(Found { lenses, counted, turns }) = found else { return responder.answer(None) };
    let State { buffers, records, config, .. } = &mut session.state;
    if let Some(buffer) = buffers.get_mut(uri) {
        if let Some(counted) = counted {
            buffer.counted = Arc::new(counted);
        }
        if turns.is_of(&buffer.document, records, &config.at(uri).turns) {
            buffer.turns.put(turns);
        }
    }
    responder.answer(Some(lenses));
}

/// Asks the client to fetch the lenses again, since the state of a turn may have changed in a way that it cannot know.
/// At most one such request is under way.
pub fn refresh(session: &mut Session) {
    if !session.state.capabilities.lens_refresh || session.state.buffers.is_empty() {
        return;
    }
    match session.state.lens_refresh {
        Refresh::Quiet => {
            session.state.lens_refresh = Refresh::Asked;
            let events = session.events.clone();
            session.outbox.refresh_lenses(move || {
                let _ = events.send(Event::LensesRefreshed);
            });
        }
        Refresh::Asked | Refresh::AskedTooEarly => session.state.lens_refresh = Refresh::AskedTooEarly,
    }
}

/// Takes the client's answer to a refresh, or the end of waiting for it.
pub fn refreshed(session: &mut Session) {
    if std::mem::take(&mut session.state.lens_refresh) == Refresh::AskedTooEarly {
        session.state.ready.lenses = true;
    }
}

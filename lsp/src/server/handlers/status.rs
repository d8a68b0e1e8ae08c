//! `codegen/status`.

use codegen_text::document::Unparsed;
use tower_lsp::ls_types::Uri;

use crate::present::engine_status::{self, Facts, Instead, Model, Obstacle};
use crate::protocol::status::{Layers, Status};
use crate::server::event::Job;
use crate::server::recovery::Reduced;
use crate::server::session::Session;
use crate::server::state::{EngineState, State};

/// Takes in how much of the model is loaded, unless another one is being loaded by now.
pub fn loading(session: &mut Session, stamp: u64, percent: u8) {
    if stamp == session.state.engine_stamp && matches!(session.state.engine, EngineState::Loading) {
        session.state.loaded = Some(percent);
    }
}

/// Tells the client of the server's state, if that has changed.
pub fn refresh(session: &mut Session) {
    let suggesting = session.running.jobs().any(|job| matches!(job, Job::Inline { .. }));
    if let Some(status) = status(&session.state, suggesting)
        && let Some(status) = session.state.status.change(status)
    {
        session.outbox.status(status);
    }
}

/// The server's state; `None` before the client may be told of anything.
fn status(state: &State, suggesting: bool) -> Option<Status> {
    let info = state.engine().map(codegen_engine::Engine::info);
    let title = info.map(codegen_engine::ModelInfo::title);
    let name = state.recovery.model(&state.config.global.engine);
    let model = match (&state.engine, info) {
        (EngineState::Absent, _) => return None,
        (EngineState::Failed(reason), _) => Model::Failed(reason),
        (EngineState::Ready(_), Some(info)) => Model::Ready {
            title: title.as_deref().unwrap_or_default(),
            layers: Layers { gpu: info.gpu_layers, all: info.layers + 1 },
            gpus: &info.gpu_devices,
        },
        (EngineState::Unloaded, _) => Model::Unloaded { name },
        _ => Model::Loading { name, percent: state.loaded, again: state.recovery.starts_again() },
    };
    let instead = match state.recovery.reduced() {
        Reduced::No => None,
        Reduced::Layers(layers) => Some(Instead::Layers(layers)),
        Reduced::BuiltIn => Some(Instead::BuiltIn(&state.config.global.engine.model)),
    };
    let facts = Facts {
        model,
        instead,
        obstacle: state.touched.as_ref().and_then(|uri| obstacle(state, uri)),
        suggesting,
        commands: state.operations.len(),
        detail: state.capabilities.status_detail,
    };
    Some(engine_status::status(&facts))
}

/// Why nothing is suggested in a document.
fn obstacle(state: &State, uri: &Uri) -> Option<Obstacle> {
    let buffer = state.buffers.get(uri)?;
    let config = state.config_for(uri);
    if let Some(reason) = state.unserved(uri) {
        return Some(Obstacle::Unserved(reason));
    }
    if !buffer.synced {
        return Some(Obstacle::OutOfStep);
    }
    if !config.inline.enabled {
        return Some(Obstacle::SwitchedOff);
    }
    (buffer.document.syntax_gap() == Some(Unparsed::TooLarge)).then_some(Obstacle::TooLarge(config.max_file_bytes))
}

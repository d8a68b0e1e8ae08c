//! The client's settings, and the engine that they ask for.

use codegen_engine::Engine;
use serde_json::Value;
use tower_lsp::ls_types::MessageType;

use super::{inline, synthesis};
use crate::config::SECTION;
use crate::main_loop::{Event, MainLoop};
use crate::state::EngineState;
use crate::trust::Trust;

/// `workspace/didChangeConfiguration`: with the settings in it, or as a hint to fetch them.
pub fn changed(main: &mut MainLoop, settings: Value) {
    match settings.get(SECTION) {
        Some(section) => pulled(main, Some(section.clone())),
        None if main.state.abilities.configuration => pull(main),
        None => {}
    }
}

/// Asks the client for its settings.
pub fn pull(main: &mut MainLoop) {
    let events = main.events.clone();
    main.outbox.pull_configuration(move |settings| {
        let _ = events.send(Event::ConfigurationPulled(settings));
    });
}

/// The client's settings have come, or will not.
pub fn pulled(main: &mut MainLoop, settings: Option<Value>) {
    if let Some(settings) = settings {
        main.state.settings = settings;
    }
    apply(main);
}

/// Puts the settings in force: names what is wrong, and loads the engine if it has to be another.
pub fn apply(main: &mut MainLoop) {
    let state = &mut main.state;
    let mut config = state.base.clone();
    let (mut initialization, mut settings) = (state.initialization.clone(), state.settings.clone());
    let (trust, mut problems) = Trust::take(&mut initialization);
    problems.extend(config.read(&initialization));
    problems.extend(Trust::refuse(&mut settings));
    problems.extend(config.read(&settings));
    state.trust = trust;
    let reload = matches!(state.engine, EngineState::Absent) || config.engine != state.config.engine;
    let reread = config.turns != state.config.turns;
    let changed = config != state.config;
    state.config = config;
    // Settings come again whenever one of them changes; what was wrong before has been said.
    problems.retain(|problem| main.state.told.insert(problem.clone()));
    if !problems.is_empty() {
        main.tell_once(MessageType::WARNING, format!("codegen-lsp: {}", problems.join("; ")));
    }
    if reload || reread {
        let uris: Vec<_> = main.state.buffers.keys().cloned().collect();
        for uri in uris {
            // The first engine's requests wait for it; a later one's have nothing to wait for.
            if !matches!(main.state.engine, EngineState::Absent) {
                inline::forget(main, &uri);
            }
        }
    }
    if reload {
        main.load_engine();
    }
    if changed {
        main.turns_changed();
    }
}

/// An engine has been loaded, or not. What waited for it begins.
pub fn engine_loaded(main: &mut MainLoop, stamp: u64, result: Result<Engine, String>) {
    if stamp != main.state.engine_stamp {
        return;
    }
    match result {
        Ok(engine) => {
            let info = engine.info();
            tracing::info!(
                "model {} ready: {} tokens of context, {} of {} layers on a GPU",
                info.title(),
                info.context,
                info.gpu_layers,
                info.layers + 1
            );
            main.state.engine = EngineState::Ready(engine);
        }
        Err(error) => {
            main.state.engine = EngineState::Failed(error.clone());
            main.tell_once(MessageType::ERROR, format!("codegen-lsp: {error}"));
        }
    }
    main.turns_changed();
    inline::engine_settled(main);
    synthesis::engine_settled(main);
}

//! The client's settings, and the engine that they ask for.

use codegen_engine::Engine;
use serde_json::Value;
use tower_lsp::ls_types::{self as lsp, MessageType, Uri};

use super::{inline, parsing, synthesis};
use crate::config::SECTION;
use crate::config::layers::InForce;
use crate::server::main_loop::{Event, MainLoop};
use crate::server::state::EngineState;

/// Problems that are told at once; who sends settings may send any number of wrong ones.
const TOLD: usize = 12;

/// `workspace/didChangeConfiguration`: with the settings in it, or as a hint to fetch them. What is pushed says nothing of
/// single folders, so those that are known to have settings of their own are asked for.
pub fn changed(main: &mut MainLoop, settings: Value) {
    let pulls = main.state.abilities.configuration;
    if let Some(section) = settings.get(SECTION) {
        // What is being fetched is older.
        main.state.settings_stamp += 1;
        main.state.settings.global = section.clone();
        apply(main);
        if pulls && !main.state.roots.is_empty() {
            pull(main);
        }
    } else if pulls {
        pull(main);
    } else {
        // The user's own file may have changed, too.
        apply(main);
    }
}

/// `workspace/didChangeWorkspaceFolders`.
pub fn folders_changed(main: &mut MainLoop, change: lsp::WorkspaceFoldersChangeEvent) {
    let gone = |uri: &Uri| change.removed.iter().any(|folder| folder.uri == *uri);
    main.state.roots.retain(|root| !gone(root));
    main.state.settings.by_root.retain(|(root, _)| !gone(root));
    for folder in change.added {
        if !main.state.roots.contains(&folder.uri) {
            main.state.roots.push(folder.uri);
        }
    }
    if main.state.abilities.configuration {
        pull(main);
    } else {
        apply(main);
    }
}

/// Asks the client for its settings, for those of every workspace folder, too.
pub fn pull(main: &mut MainLoop) {
    main.state.settings_stamp += 1;
    let stamp = main.state.settings_stamp;
    let roots = main.state.roots.iter().cloned().map(Some);
    let scopes: Vec<_> = std::iter::once(None).chain(roots).collect();
    let events = main.events.clone();
    let asked = scopes.clone();
    main.outbox.pull_configuration(&scopes, move |answers| {
        let _ = events.send(Event::ConfigurationPulled(stamp, asked, answers));
    });
}

/// The client's settings have come, or will not. A request that has been overtaken says nothing any more.
pub fn pulled(main: &mut MainLoop, stamp: u64, scopes: Vec<Option<Uri>>, answers: Option<Vec<Value>>) {
    if stamp != main.state.settings_stamp {
        return;
    }
    if let Some(answers) = answers {
        main.state.settings.by_root.clear();
        for (scope, answer) in scopes.into_iter().zip(answers) {
            match scope {
                None => main.state.settings.global = answer,
                // A folder without settings of its own has those of the whole.
                Some(_) if answer.is_null() => {}
                Some(root) => main.state.settings.by_root.push((root, answer)),
            }
        }
    }
    apply(main);
}

/// Puts the settings in force: names what is wrong or ignored, and loads the engine if it has to be another.
pub fn apply(main: &mut MainLoop) {
    let state = &mut main.state;
    let (config, mut problems) = InForce::of(&state.base, &state.initialization, &state.settings);
    let reload = matches!(state.engine, EngineState::Absent) || config.global.engine != state.config.global.engine;
    let changed = config != state.config;
    let before = std::mem::replace(&mut state.config, config);
    // Settings come again whenever one of them changes; what was wrong before has been said.
    problems.retain(|problem| state.told.insert(problem.clone()));
    tell(main, problems);
    if !before.sizes().eq(main.state.config.sizes()) {
        parsing::limits_changed(main);
    }
    let reread = |uri: &Uri| before.at(uri).turns != main.state.config_for(uri).turns;
    let uris: Vec<_> = main.state.buffers.keys().filter(|uri| reload || reread(uri)).cloned().collect();
    for uri in uris {
        // The first engine's requests wait for it; a later one's have nothing to wait for.
        if !matches!(main.state.engine, EngineState::Absent) {
            inline::forget(main, &uri);
        }
    }
    if reload {
        main.load_engine();
    }
    if changed {
        main.turns_changed();
    }
}

fn tell(main: &mut MainLoop, mut problems: Vec<String>) {
    let more = problems.len().saturating_sub(TOLD);
    if more > 0 {
        problems.truncate(TOLD);
        problems.push(format!("and {more} more of that kind"));
    }
    if !problems.is_empty() {
        main.tell_once(MessageType::WARNING, format!("codegen-lsp: {}", problems.join("; ")));
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

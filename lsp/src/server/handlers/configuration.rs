//! The client's settings, and the engine that they ask for.

use codegen_engine::Engine;
use serde_json::Value;
use tower_lsp::ls_types::{self as lsp, MessageType, Uri};

use super::{download, inline, parsing};
use crate::config::SECTION;
use crate::config::layers::InForce;
use crate::server::event::{Event, LoadError};
use crate::server::session::Session;
use crate::server::state::EngineState;

/// The largest number of problems shown at once, since settings can have any number of them.
const TOLD: usize = 12;

/// Handles `workspace/didChangeConfiguration`, which carries the settings, or only says that they should be fetched.
/// Pushed settings do not include those of single folders, so folders that are known to have their own are fetched.
pub fn changed(session: &mut Session, settings: Value) {
    let pulls = session.state.capabilities.configuration;
    if let Some(section) = settings.get(SECTION) {
        // An answer that is still to come is older.
        session.state.settings_stamp += 1;
        session.state.settings.global = section.clone();
        apply(session);
        if pulls && !session.state.roots.is_empty() {
            pull(session);
        }
    } else if pulls {
        pull(session);
    } else {
        // The user's own file may have changed, too.
        apply(session);
    }
}

/// Handles `codegen/userOptions`: they take the place of `initializationOptions`, whose rights they have.
pub fn user_options_changed(session: &mut Session, options: Value) {
    session.state.initialization = options;
    apply(session);
}

/// Handles `workspace/didChangeWorkspaceFolders`.
pub fn folders_changed(session: &mut Session, change: lsp::WorkspaceFoldersChangeEvent) {
    let gone = |uri: &Uri| change.removed.iter().any(|folder| folder.uri == *uri);
    session.state.roots.retain(|root| !gone(root));
    session.state.settings.by_root.retain(|(root, _)| !gone(root));
    for folder in change.added {
        if !session.state.roots.contains(&folder.uri) {
            session.state.roots.push(folder.uri);
        }
    }
    if session.state.capabilities.configuration {
        pull(session);
    } else {
        apply(session);
    }
}

/// Requests the client's settings, global and of every workspace folder.
pub fn pull(session: &mut Session) {
    session.state.settings_stamp += 1;
    let stamp = session.state.settings_stamp;
    let roots = session.state.roots.iter().cloned().map(Some);
    let scopes: Vec<_> = std::iter::once(None).chain(roots).collect();
    let events = session.events.clone();
    let asked = scopes.clone();
    session.outbox.pull_configuration(&scopes, move |answers| {
        let _ = events.send(Event::ConfigurationPulled(stamp, asked, answers));
    });
}

/// Takes the client's answer to a request for settings, or `None`. The answer to an older request is ignored.
pub fn pulled(session: &mut Session, stamp: u64, scopes: Vec<Option<Uri>>, answers: Option<Vec<Value>>) {
    if stamp != session.state.settings_stamp {
        return;
    }
    if let Some(answers) = answers {
        session.state.settings.by_root.clear();
        for (scope, answer) in scopes.into_iter().zip(answers) {
            match scope {
                None => session.state.settings.global = answer,
                // A folder without settings of its own has the global ones.
                Some(_) if answer.is_null() => {}
                Some(root) => session.state.settings.by_root.push((root, answer)),
            }
        }
    }
    apply(session);
}

/// Puts the settings in force: reports what is wrong or ignored, and loads the engine if its options have changed.
pub fn apply(session: &mut Session) {
    let state = &mut session.state;
    let (config, mut problems) = InForce::of(&state.base, &state.initialization, &state.settings);
    let reload = matches!(state.engine, EngineState::Absent) || config.global.engine != state.config.global.engine;
    let changed = config != state.config;
    let before = std::mem::replace(&mut state.config, config);
    // All settings come again whenever one of them changes; problems that were reported before are not repeated.
    problems.retain(|problem| state.said.insert(problem));
    tell(session, problems);
    let counted = session.state.config.global.statistics;
    session.state.counting.enable(counted);
    if !before.sizes().eq(session.state.config.sizes()) {
        parsing::limits_changed(session);
    }
    let reread = |uri: &Uri| before.at(uri).turns != session.state.config_for(uri).turns;
    let uris: Vec<_> = session.state.buffers.keys().filter(|uri| reload || reread(uri)).cloned().collect();
    for uri in uris {
        // Requests wait for the first engine; for a later one there is nothing to wait for.
        if !matches!(session.state.engine, EngineState::Absent) {
            inline::forget(session, &uri);
        }
    }
    if reload {
        session.load_engine();
    }
    if changed {
        session.state.ready.lenses = true;
    }
}

fn tell(session: &mut Session, mut problems: Vec<String>) {
    let more = problems.len().saturating_sub(TOLD);
    if more > 0 {
        problems.truncate(TOLD);
        problems.push(format!("and {more} more of that kind"));
    }
    if !problems.is_empty() {
        session.tell_once(MessageType::WARNING, format!("codegen-lsp: {}", problems.join("; ")));
    }
}

/// Takes a loaded engine, or the error, and starts the work that waited for it.
pub fn engine_loaded(session: &mut Session, stamp: u64, result: Result<Engine, LoadError>) {
    if stamp != session.state.engine_stamp {
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
            session.state.engine = EngineState::Ready(engine);
        }
        Err(LoadError { text, missing }) => {
            session.state.engine = EngineState::Failed(text.clone());
            // The offer says what is wrong, too.
            if !missing.is_some_and(|missing| download::offer(session, &missing)) {
                session.tell_once(MessageType::ERROR, format!("codegen-lsp: {text}"));
            }
        }
    }
    session.state.ready.lenses = true;
    inline::engine_settled(session);
    session.state.wake_all();
}

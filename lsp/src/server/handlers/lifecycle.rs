//! `initialize`, `initialized`, `shutdown`, and the end of the client.

use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc::UnboundedSender;
use tower_lsp::ls_types::{self as lsp, Uri};

use super::{completion, configuration, inline, parsing, statistics};
use crate::protocol::capabilities::ClientCapabilities;
use crate::protocol::commands;
use crate::protocol::positions::Encoding;
use crate::server::event::Event;
use crate::server::responder::Responder;
use crate::server::session::Session;
use crate::synthesis::Outcome;

/// The interval of the checks for the client's process.
const WATCH: Duration = Duration::from_secs(1);

/// Reads the client's capabilities and options, and answers with the server's.
pub fn initialize(session: &mut Session, params: lsp::InitializeParams, responder: Responder<lsp::InitializeResult>) {
    let general = params.capabilities.general.as_ref();
    let encoding = Encoding::negotiate(general.and_then(|general| general.position_encodings.as_deref()));
    let name = params.client_info.as_ref().map(|info| info.name.as_str());
    session.state.encoding = encoding;
    session.state.capabilities = ClientCapabilities::of(&params.capabilities, name);
    session.state.roots = roots(&params);
    session.state.initialization = params.initialization_options.unwrap_or_default();
    if let Some(process) = params.process_id {
        watch(process, session.events.clone());
    }
    responder.answer(lsp::InitializeResult {
        capabilities: lsp::ServerCapabilities {
            position_encoding: Some(encoding.kind()),
            text_document_sync: Some(lsp::TextDocumentSyncCapability::Options(lsp::TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
                ..Default::default()
            })),
            inline_completion_provider: Some(lsp::OneOf::Right(lsp::InlineCompletionOptions::default())),
            completion_provider: completion::provider(&session.state),
            code_lens_provider: Some(lsp::CodeLensOptions { resolve_provider: Some(false) }),
            code_action_provider: Some(lsp::CodeActionProviderCapability::Options(lsp::CodeActionOptions {
                code_action_kinds: Some(vec![lsp::CodeActionKind::REFACTOR_REWRITE]),
                ..Default::default()
            })),
            execute_command_provider: Some(lsp::ExecuteCommandOptions {
                commands: commands::ALL.map(str::to_owned).to_vec(),
                work_done_progress_options: lsp::WorkDoneProgressOptions { work_done_progress: Some(true) },
            }),
            workspace: Some(lsp::WorkspaceServerCapabilities {
                workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: Some(lsp::OneOf::Left(true)),
                }),
                ..Default::default()
            }),
            experimental: Some(json!({"codegenUserOptions": true})),
            ..Default::default()
        },
        server_info: Some(lsp::ServerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        ..Default::default()
    });
}

/// The workspace folders; older clients send one at most.
fn roots(params: &lsp::InitializeParams) -> Vec<Uri> {
    if let Some(folders) = &params.workspace_folders {
        return folders.iter().map(|folder| folder.uri.clone()).collect();
    }
    #[allow(deprecated)]
    params.root_uri.clone().into_iter().collect()
}

/// Fetches the settings from a client that has them, and then loads the engine.
pub fn initialized(session: &mut Session) {
    if session.state.capabilities.register_configuration {
        session.outbox.register_configuration();
    }
    if session.state.capabilities.configuration {
        configuration::pull(session);
    } else {
        configuration::apply(session);
    }
}

/// Ends all work; the client may only say `exit` now.
pub fn shutdown(session: &mut Session, responder: Responder<()>) {
    abandon(session);
    session.then(|_| responder.answer(()));
}

/// Ends all work, and answers every request that waits for it. Requests that wait for syntax come first.
pub fn abandon(session: &mut Session) {
    session.state.download.cancel(None);
    let uris: Vec<_> = session.state.buffers.keys().cloned().collect();
    for uri in uris {
        inline::forget(session, &uri);
    }
    parsing::abandon(session);
    session.then(|session| {
        session.state.end(Outcome::Cancelled, |_| true);
        session.state.edits.clear();
        statistics::end(session);
    });
}

/// Watches for the end of the process that started the client, since other processes may keep the client's pipes open.
fn watch(process: u32, events: UnboundedSender<Event>) {
    if !alive(process) {
        // In another process namespace, such as a container, the end of the input has to suffice.
        tracing::warn!("the client's process {process} cannot be seen from here and is not watched");
        return;
    }
    tokio::spawn(async move {
        while alive(process) {
            tokio::time::sleep(WATCH).await;
        }
        let _ = events.send(Event::Orphaned);
    });
}

#[cfg(unix)]
fn alive(process: u32) -> bool {
    let Some(pid) = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw) else { return false };
    // A process that the server may not signal exists.
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn alive(_process: u32) -> bool {
    false
}

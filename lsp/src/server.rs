//! The protocol's side: relays every message to the main loop, holds no state and decides nothing.
//!
//! Events arrive there in the order of the client's messages, which [`transport`] sees to, since every handler's first act,
//! before it can wait for anything, is to send its event.

pub mod counting;
pub mod download;
pub mod elsewhere;
pub mod envelope;
pub mod event;
pub mod framing;
pub mod handlers;
pub mod idle;
pub mod main_loop;
pub mod outbox;
pub mod parsing;
pub mod recovery;
pub mod repair;
pub mod responder;
pub mod running;
pub mod said;
pub mod session;
pub mod spelling;
pub mod state;
pub mod sync;
mod transport;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types as lsp;
use tower_lsp::{LanguageServer, LspService};

use crate::config::layers::Base;
use crate::protocol::inline::InlineParams;
use crate::protocol::{actions, told};
use crate::server::counting::Counting;
use crate::server::event::Event;
use crate::server::main_loop::MainLoop;
use crate::server::outbox::Outbox;
use crate::server::responder::{RequestId, Responder};
use crate::server::session::Load;
use crate::statistics::accepted::Told;

/// The time that the main loop has to handle what a client has sent before it left.
const LEAVING: Duration = Duration::from_secs(2);

/// Serves one client until it says `exit`, closes its streams, or its process (`processId`) ends. Returns true if the
/// client said `shutdown` first.
pub async fn serve<I, O>(input: I, output: O, base: impl Into<Base>, load: impl Into<Load>) -> bool
where
    I: AsyncRead + Unpin,
    O: AsyncWrite,
{
    serve_counting(input, output, base, load, Counting::new(None)).await
}

/// Does the same as [`serve`], and counts what suggestions are worth where `counting` says; [`serve`] counts for the client
/// alone.
pub async fn serve_counting<I, O>(
    input: I,
    output: O,
    base: impl Into<Base>,
    load: impl Into<Load>,
    counting: Counting,
) -> bool
where
    I: AsyncRead + Unpin,
    O: AsyncWrite,
{
    let (base, load) = (base.into(), load.into());
    let (events, inbox) = unbounded_channel();
    let shut_down = Arc::new(AtomicBool::new(false));
    let (orphaned, orphan) = oneshot::channel();
    let mut loop_task = None;
    let (service, socket) = LspService::build(|client| {
        let main_loop = MainLoop::new(base, load, counting, events.clone(), Outbox::new(client), orphaned);
        loop_task = Some(tokio::spawn(main_loop.run(inbox)));
        Relay { events: events.clone(), last_request: AtomicU64::new(0), shut_down: Arc::clone(&shut_down) }
    })
    .custom_method("textDocument/inlineCompletion", Relay::inline_completion)
    .custom_method("window/workDoneProgress/cancel", Relay::progress_cancel)
    .custom_method("codegen/text", Relay::text)
    .custom_method("codegen/stats", Relay::statistics)
    .custom_method(told::SHOWN, Relay::shown)
    .custom_method(told::ACCEPTED, Relay::accepted)
    .custom_method(told::PARTLY_ACCEPTED, Relay::partly_accepted)
    .custom_method("codegen/userOptions", Relay::user_options)
    .custom_method(told::FOCUSED, Relay::focused)
    .custom_method(actions::METHOD, Relay::code_action)
    .custom_method(sync::OPEN, Relay::opened)
    .custom_method(sync::CHANGE, Relay::changed)
    .finish();
    let last = events.clone();
    tokio::select! {
        () = transport::run(input, output, service, socket, events) => {}
        Ok(()) = orphan => tracing::info!("the client's process is gone"),
    }
    if let Some(task) = loop_task {
        // What the client has sent before it left is still handled, and counted.
        let (done, ended) = oneshot::channel();
        if last.send(Event::Left(done)).is_ok() {
            let _ = tokio::time::timeout(LEAVING, ended).await;
        }
        task.abort();
        // The main loop is awaited, so that the engine's work has ended with it.
        let _ = task.await;
    }
    shut_down.load(Ordering::Acquire)
}

/// Turns messages into events.
struct Relay {
    events: UnboundedSender<Event>,
    last_request: AtomicU64,
    shut_down: Arc<AtomicBool>,
}

impl Relay {
    fn tell(&self, event: Event) {
        // Sending fails only while the server is being shut down.
        let _ = self.events.send(event);
    }

    async fn ask<T>(&self, event: impl FnOnce(Responder<T>) -> Event) -> jsonrpc::Result<T> {
        let request = self.last_request.fetch_add(1, Ordering::Relaxed) + 1;
        let (reply, answer) = oneshot::channel();
        self.tell(event(Responder { request, asked: Instant::now(), reply }));
        let mut guard = CancelGuard { request, events: Some(&self.events) };
        let answer = answer.await;
        guard.events = None;
        answer.unwrap_or_else(|_| Err(jsonrpc::Error::internal_error()))
    }

    async fn inline_completion(&self, params: InlineParams) -> jsonrpc::Result<Option<lsp::InlineCompletionResponse>> {
        self.ask(|responder| Event::InlineCompletion(params, responder)).await
    }

    async fn code_action(&self, params: lsp::CodeActionParams) -> jsonrpc::Result<Option<Vec<actions::Answer>>> {
        self.ask(|responder| Event::CodeAction(params, responder)).await
    }

    async fn progress_cancel(&self, params: lsp::WorkDoneProgressCancelParams) {
        self.tell(Event::ProgressCancelled(params.token));
    }

    async fn text(&self, params: lsp::TextDocumentIdentifier) -> jsonrpc::Result<Option<Value>> {
        self.ask(|responder| Event::Text(params.uri, responder)).await
    }

    async fn statistics(&self, params: Value) -> jsonrpc::Result<Value> {
        self.ask(|responder| Event::Statistics(params, responder)).await
    }

    async fn user_options(&self, mut params: Value) {
        // Without the key the message says nothing, rather than that all options are gone.
        if let Some(options) = params.get_mut("settings") {
            self.tell(Event::UserOptions(options.take()));
        }
    }

    async fn focused(&self, params: Value) {
        if let Some(uri) = told::focus(&params) {
            self.tell(Event::Focused(uri));
        }
    }

    async fn shown(&self, params: Value) {
        self.told(told::SHOWN, told::number(&params).map(|number| (number, Told::Shown)));
    }

    async fn accepted(&self, params: Value) {
        self.told(told::ACCEPTED, told::number(&params).map(|number| (number, Told::Whole)));
    }

    async fn partly_accepted(&self, params: Value) {
        self.told(told::PARTLY_ACCEPTED, told::part(&params).map(|(number, length)| (number, Told::Part(length))));
    }

    fn told(&self, method: &str, read: Result<(u64, Told), String>) {
        self.tell(match read {
            Ok((number, told)) => Event::Told(number, told),
            Err(problem) => Event::Unreadable(sync::Unreadable { uri: None, problem: format!("{method}: {problem}") }),
        });
    }

    async fn opened(&self, params: Value) {
        self.tell(sync::Opened::read(params).map_or_else(Event::Unreadable, Event::Opened));
    }

    async fn changed(&self, params: Value) {
        self.tell(sync::Changed::read(params).map_or_else(Event::Unreadable, Event::Changed));
    }
}

impl LanguageServer for Relay {
    async fn initialize(&self, params: lsp::InitializeParams) -> jsonrpc::Result<lsp::InitializeResult> {
        self.ask(|responder| Event::Initialize(Box::new(params), responder)).await
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        self.tell(Event::Initialized);
    }

    async fn shutdown(&self) -> jsonrpc::Result<()> {
        self.shut_down.store(true, Ordering::Release);
        self.ask(Event::Shutdown).await
    }

    async fn did_save(&self, _: lsp::DidSaveTextDocumentParams) {}

    async fn did_close(&self, params: lsp::DidCloseTextDocumentParams) {
        self.tell(Event::Closed(params.text_document.uri));
    }

    async fn did_change_configuration(&self, params: lsp::DidChangeConfigurationParams) {
        self.tell(Event::ConfigurationChanged(params.settings));
    }

    async fn did_change_workspace_folders(&self, params: lsp::DidChangeWorkspaceFoldersParams) {
        self.tell(Event::FoldersChanged(params.event));
    }

    async fn completion(&self, params: lsp::CompletionParams) -> jsonrpc::Result<Option<lsp::CompletionResponse>> {
        self.ask(|responder| Event::Completion(params, responder)).await
    }

    async fn completion_resolve(&self, item: lsp::CompletionItem) -> jsonrpc::Result<lsp::CompletionItem> {
        self.ask(|responder| Event::ResolveCompletion(Box::new(item), responder)).await
    }

    async fn code_lens(&self, params: lsp::CodeLensParams) -> jsonrpc::Result<Option<Vec<lsp::CodeLens>>> {
        self.ask(|responder| Event::CodeLens(params, responder)).await
    }

    async fn execute_command(&self, params: lsp::ExecuteCommandParams) -> jsonrpc::Result<Option<Value>> {
        self.ask(|responder| Event::Command(params, responder)).await
    }
}

/// Tells the main loop of a cancelled request: `$/cancelRequest` only drops the handler.
struct CancelGuard<'e> {
    request: RequestId,
    events: Option<&'e UnboundedSender<Event>>,
}

impl Drop for CancelGuard<'_> {
    fn drop(&mut self) {
        if let Some(events) = self.events {
            let _ = events.send(Event::Cancelled(self.request));
        }
    }
}

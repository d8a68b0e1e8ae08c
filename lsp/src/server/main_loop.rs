//! The only writer of the state. One event after another, from the client, from background work and from the engine; it
//! never waits for any of them.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use codegen_core::{self as engine, EngineError};
use codegen_engine::{Engine, Generation};
use codegen_text::completion::Plan;
use codegen_text::document::Document;
use codegen_text::provenance::TurnText;
use ropey::Rope;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{self as lsp, MessageType, ProgressToken, Uri};

use crate::config::EngineConfig;
use crate::config::layers::Base;
use crate::generate::prepare::{Prepared, PreparedTurn};
use crate::server::handlers::actions::ActionWaiter;
use crate::server::handlers::lens::LensWaiter;
use crate::server::handlers::synthesis::{self, Judged};
use crate::server::handlers::{actions, command, configuration, inline, lens, lifecycle, parsing, text_sync};
use crate::server::outbox::Outbox;
use crate::server::state::{CommandWaiter, EngineState, InlineWaiter, RequestId, State, Waiter};
use crate::server::sync;

/// Loads an engine; runs on a thread of its own.
pub type Loader = Arc<dyn Fn(&EngineConfig) -> anyhow::Result<Engine> + Send + Sync>;

/// Everything that can happen to the server, but for tokens, which come from [`Running`].
pub enum Event {
    /// `initialize`.
    Initialize(Box<lsp::InitializeParams>, Waiter<lsp::InitializeResult>),
    /// `initialized`.
    Initialized,
    /// `textDocument/didOpen`.
    Opened(sync::Opened),
    /// `textDocument/didChange`.
    Changed(sync::Changed),
    /// A message that could not be read.
    Unreadable(sync::Unreadable),
    /// `textDocument/didClose`.
    Closed(Uri),
    /// `textDocument/inlineCompletion`.
    InlineCompletion(lsp::InlineCompletionParams, InlineWaiter),
    /// `textDocument/codeLens`.
    CodeLens(lsp::CodeLensParams, LensWaiter),
    /// `textDocument/codeAction`.
    CodeAction(lsp::CodeActionParams, ActionWaiter),
    /// `workspace/executeCommand`.
    Command(lsp::ExecuteCommandParams, CommandWaiter),
    /// `workspace/didChangeConfiguration`.
    ConfigurationChanged(Value),
    /// `window/workDoneProgress/cancel`.
    ProgressCancelled(ProgressToken),
    /// `codegen/text`: the server's idea of a document, for tests and bug reports.
    Text(Uri, Waiter<Option<Value>>),
    /// `$/cancelRequest` of a request that had no answer yet.
    Cancelled(RequestId),
    /// `shutdown`.
    Shutdown(Waiter<()>),
    /// The input has ended.
    ClientGone,
    /// The process that started the client is gone.
    Orphaned,
    /// `workspace/didChangeWorkspaceFolders`.
    FoldersChanged(lsp::WorkspaceFoldersChangeEvent),
    /// The client's settings have arrived, or will not: the number of the request, what it was for, and the answers.
    ConfigurationPulled(u64, Vec<Option<Uri>>, Option<Vec<Value>>),
    /// An engine has been loaded, or not.
    EngineLoaded(u64, Result<Engine, String>),
    /// A completion can be asked for; `None`: none is wanted there.
    Prepared(Uri, u64, Option<Prepared>),
    /// Nobody has typed into a document for a moment, if this is still its text.
    ParseDue(Uri, Rope),
    /// A document of that text has been parsed; `None` within: it was cancelled; `None`: it failed.
    Parsed(Uri, Rope, Option<Option<Document>>),
    /// A document's code lenses have been found; `None` if finding them failed.
    LensesFound(Uri, Option<lens::Found>, LensWaiter),
    /// The client has been asked to fetch code lenses again, and has answered or will not.
    LensesRefreshed,
    /// The client knows a command's progress token, or will not.
    ProgressReady(u64, bool),
    /// A turn can be asked for, by the engine of this stamp; `None` if preparing it failed.
    TurnPrepared(StepId, u64, Option<Box<(TurnText, PreparedTurn)>>),
    /// What was generated for a turn has been judged; `None` if that failed.
    TurnJudged(StepId, Option<Box<Judged>>),
    /// The client has applied a landing's edit, or not; this was its attempt of that number.
    Applied(u64, usize, jsonrpc::Result<lsp::ApplyWorkspaceEditResponse>),
    /// The client has had its time to answer or, if it has `applied` the edit, to report it.
    Overdue {
        /// The landing's number.
        landing: u64,
        /// Its attempt.
        attempt: usize,
        /// Whether the client had answered.
        applied: bool,
    },
}

/// A turn at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepId {
    /// The number of the command.
    pub operation: u64,
    /// The number of its step.
    pub step: u64,
}

/// What a generation is for.
#[derive(Debug, Clone)]
pub enum Job {
    /// A buffer's suggestion.
    Inline {
        /// The buffer.
        uri: Uri,
        /// The suggestion's number.
        id: u64,
        /// What was asked for.
        plan: Plan,
    },
    /// A turn.
    Synthesis {
        /// The turn at work.
        at: StepId,
        /// Which of its candidates.
        candidate: usize,
    },
}

impl Job {
    fn id(&self) -> u64 {
        match self {
            Self::Inline { id, .. } => *id,
            Self::Synthesis { at, .. } => at.step,
        }
    }
}

/// The generations at work. The main loop owns them, rather than tasks, so that dropping one cancels it there and then.
#[derive(Default)]
pub struct Running(Vec<(Job, Generation)>);

impl Running {
    /// Takes a generation in.
    pub fn add(&mut self, job: Job, generation: Generation) {
        self.0.push((job, generation));
    }

    /// Drops the generations of the suggestion or step numbered `id`, if they are still at work: that cancels them.
    pub fn remove(&mut self, id: u64) {
        self.0.retain(|(job, _)| job.id() != id);
    }

    /// The next event of any of them. Waits for ever while there are none. A generation leaves with its last event.
    async fn next(&mut self) -> (Job, engine::Event) {
        std::future::poll_fn(|cx| {
            let mut index = 0;
            while let Some((job, generation)) = self.0.get_mut(index) {
                // `Generation::next` is cancel-safe: a future that is dropped has lost nothing.
                let event = match pin!(generation.next()).poll(cx) {
                    Poll::Ready(Some(event @ engine::Event::Token { .. })) => return Poll::Ready((job.clone(), event)),
                    Poll::Ready(Some(event)) => event,
                    Poll::Ready(None) => {
                        let reason = "it ended without a last word".to_owned();
                        engine::Event::Failed(EngineError::WorkerDied { reason })
                    }
                    Poll::Pending => {
                        index += 1;
                        continue;
                    }
                };
                let (job, _) = self.0.swap_remove(index);
                return Poll::Ready((job, event));
            }
            Poll::Pending
        })
        .await
    }
}

/// The state, and the ways out of it.
pub struct MainLoop {
    /// What the server knows.
    pub state: State,
    /// The generations at work.
    pub running: Running,
    /// Where background work reports to.
    pub events: UnboundedSender<Event>,
    /// To the client.
    pub outbox: Outbox,
    loader: Loader,
    orphaned: Option<oneshot::Sender<()>>,
}

impl MainLoop {
    /// A main loop for one client. `orphaned` is told when the client's process is gone.
    #[must_use]
    pub fn new(
        base: Base,
        loader: Loader,
        events: UnboundedSender<Event>,
        outbox: Outbox,
        orphaned: oneshot::Sender<()>,
    ) -> Self {
        let state = State::new(base);
        Self { state, running: Running::default(), events, outbox, loader, orphaned: Some(orphaned) }
    }

    /// Handles events until there can be no more. What the client did goes before what the engine has produced: a
    /// cancellation must not wait behind tokens.
    pub async fn run(mut self, mut inbox: UnboundedReceiver<Event>) {
        loop {
            tokio::select! {
                biased;
                event = inbox.recv() => match event {
                    Some(event) => self.handle(event),
                    None => return,
                },
                (job, event) = self.running.next() => match job {
                    Job::Inline { uri, id, plan } => inline::produced(&mut self, &uri, id, plan, event),
                    Job::Synthesis { at, candidate } => synthesis::produced(&mut self, at, candidate, event),
                },
            }
        }
    }

    /// Handles one event. What needs the syntax of a document that is being parsed waits for that.
    pub fn handle(&mut self, event: Event) {
        let Some(event) = parsing::gate(self, event) else { return };
        match event {
            Event::Initialize(params, waiter) => lifecycle::initialize(self, *params, waiter),
            Event::Initialized => lifecycle::initialized(self),
            Event::Shutdown(waiter) => lifecycle::shutdown(self, waiter),
            Event::ClientGone => lifecycle::abandon(self),
            Event::Orphaned => {
                lifecycle::abandon(self);
                if let Some(orphaned) = self.orphaned.take() {
                    let _ = orphaned.send(());
                }
            }
            Event::Opened(document) => text_sync::opened(self, document),
            Event::Changed(params) => text_sync::changed(self, params),
            Event::Unreadable(unreadable) => text_sync::unreadable(self, unreadable),
            Event::Closed(uri) => text_sync::closed(self, &uri),
            Event::Text(uri, waiter) => text_sync::text(self, &uri, waiter),
            Event::ConfigurationChanged(settings) => configuration::changed(self, settings),
            Event::FoldersChanged(change) => configuration::folders_changed(self, change),
            Event::ConfigurationPulled(stamp, scopes, answers) => configuration::pulled(self, stamp, scopes, answers),
            Event::EngineLoaded(stamp, result) => configuration::engine_loaded(self, stamp, result),
            Event::InlineCompletion(params, waiter) => inline::requested(self, params, waiter),
            Event::Prepared(uri, id, prepared) => inline::prepared(self, uri, id, prepared),
            Event::ParseDue(uri, text) => parsing::due(self, &uri, &text),
            Event::Parsed(uri, text, parsed) => parsing::parsed(self, &uri, &text, parsed),
            Event::CodeLens(params, waiter) => lens::requested(self, params, waiter),
            Event::LensesFound(uri, found, waiter) => lens::found(self, &uri, found, waiter),
            Event::LensesRefreshed => lens::refreshed(self),
            Event::CodeAction(params, waiter) => actions::requested(self, params, waiter),
            Event::Command(params, waiter) => command::requested(self, params, waiter),
            Event::ProgressReady(id, known) => synthesis::progress_ready(self, id, known),
            Event::TurnPrepared(at, stamp, prepared) => synthesis::prepared(self, at, stamp, prepared),
            Event::TurnJudged(at, judged) => synthesis::judged(self, at, judged),
            Event::Applied(landing, attempt, result) => synthesis::applied(self, landing, attempt, result),
            Event::Overdue { landing, attempt, applied } => synthesis::overdue(self, landing, attempt, applied),
            Event::ProgressCancelled(token) => synthesis::progress_cancelled(self, &token),
            Event::Cancelled(request) => {
                parsing::cancelled(self, request);
                inline::cancelled(self, request);
                synthesis::cancelled(self, request);
            }
        }
    }

    /// Called after whatever changes how turns stand or what is being done for them.
    pub fn turns_changed(&mut self) {
        lens::refresh(self);
    }

    /// Reports `event` after a while.
    pub fn after(&self, wait: Duration, event: Event) {
        let events = self.events.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            let _ = events.send(event);
        });
    }

    /// Tells the client's log something, unless it has been said before.
    pub fn log_once(&mut self, kind: MessageType, text: String) {
        if self.state.told.insert(text.clone()) {
            self.outbox.log(kind, text);
        }
    }

    /// Tells the user something, unless it has been said before.
    pub fn tell_once(&mut self, kind: MessageType, text: String) {
        if self.state.told.insert(text.clone()) {
            self.outbox.message(kind, text);
        }
    }

    /// Starts loading the engine that the configuration asks for; the one there is goes.
    pub fn load_engine(&mut self) {
        self.state.engine_stamp += 1;
        self.state.engine = EngineState::Loading;
        let stamp = self.state.engine_stamp;
        let (loader, config) = (Arc::clone(&self.loader), self.state.config.global.engine.clone());
        let load = move || loader(&config).map_err(|error| format!("{error:#}"));
        self.offload(load, move |result| {
            let result = result.unwrap_or_else(|| Err("loading the model failed for a reason in the log".to_owned()));
            Event::EngineLoaded(stamp, result)
        });
    }

    /// Runs `work` on a thread of its own and reports what comes of it. A panic is reported as `None`, so that whoever waits
    /// is answered even then.
    pub fn offload<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
        report: impl FnOnce(Option<T>) -> Event + Send + 'static,
    ) {
        let events = self.events.clone();
        tokio::task::spawn_blocking(move || {
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            let _ = events.send(report(result.ok()));
        });
    }

    /// Takes an engine's error: the user is told once, and an engine that died is not asked again.
    pub fn engine_failed(&mut self, error: &EngineError) {
        if let EngineError::WorkerDied { .. } = error {
            self.state.engine = EngineState::Failed(error.to_string());
        }
        self.tell_once(MessageType::ERROR, format!("codegen-lsp: {error}"));
    }
}

//! The events of the main loop.

use std::sync::Arc;

use codegen_core::{EngineError, Request};
use codegen_engine::Engine;
use codegen_text::completion::session::{Entry, Source};
use codegen_text::completion::{Judged, Kind, Refusal, Refused};
use codegen_text::document::Document;
use codegen_text::provenance::{TurnMap, TurnText};
use ropey::Rope;
use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{self as lsp, ProgressToken, Uri};

use crate::generate::prepare::{Prepared, PreparedTurn};
use crate::models::Missing;
use crate::present::cuts::Counted;
use crate::protocol::inline::InlineParams;
use crate::server::responder::{
    ActionResponder, CommandResponder, CompletionResponder, InlineResponder, LensResponder, RequestId,
    ResolveResponder, Responder, Waiter,
};
use crate::server::sync;
use crate::statistics::accepted::Told;
use crate::statistics::store::StoreError;
use crate::synthesis::Selected;

/// An event of the main loop. Tokens come from [`crate::server::running::Running`] instead.
pub enum Event {
    /// `initialize`.
    Initialize(Box<lsp::InitializeParams>, Responder<lsp::InitializeResult>),
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
    InlineCompletion(InlineParams, InlineResponder),
    /// `textDocument/completion`.
    Completion(lsp::CompletionParams, CompletionResponder),
    /// `completionItem/resolve`.
    ResolveCompletion(Box<lsp::CompletionItem>, ResolveResponder),
    /// `textDocument/codeLens`.
    CodeLens(lsp::CodeLensParams, LensResponder),
    /// `textDocument/codeAction`.
    CodeAction(lsp::CodeActionParams, ActionResponder),
    /// `workspace/executeCommand`.
    Command(lsp::ExecuteCommandParams, CommandResponder),
    /// `workspace/didChangeConfiguration`.
    ConfigurationChanged(Value),
    /// `codegen/userOptions`: what would now be in `initializationOptions`.
    UserOptions(Value),
    /// `window/workDoneProgress/cancel`.
    ProgressCancelled(ProgressToken),
    /// `codegen/text`: asks for the server's copy of a document, for tests and bug reports.
    Text(Uri, Responder<Option<Value>>),
    /// What the client says of the suggestion with this number.
    Told(u64, Told),
    /// `codegen/stats`.
    Statistics(Value, Responder<Value>),
    /// The time at which the counts are written.
    StatisticsDue,
    /// The end of writing the counts.
    StatisticsSaved(Result<(), StoreError>),
    /// A suggestion in this document was taken a while ago.
    KeptDue(Uri),
    /// `$/cancelRequest` for a request that had no response yet.
    Cancelled(RequestId),
    /// `shutdown`.
    Shutdown(Responder<()>),
    /// The input has ended.
    ClientGone,
    /// The process that started the client has ended.
    Orphaned,
    /// The client has left: the last event, and what tells that it was handled.
    Left(oneshot::Sender<()>),
    /// `workspace/didChangeWorkspaceFolders`.
    FoldersChanged(lsp::WorkspaceFoldersChangeEvent),
    /// The client's answer to `workspace/configuration`, or `None`: the number of the request, its scopes, and the
    /// answers.
    ConfigurationPulled(u64, Vec<Option<Uri>>, Option<Vec<Value>>),
    /// How much of the model is loaded, in percent, and the number of the load.
    Loading(u64, u8),
    /// The end of loading an engine: the number of the load, and the engine or the error.
    EngineLoaded(u64, Result<Engine, LoadError>),
    /// Why the engine with this number serves no more requests.
    EngineDied(u64, EngineError),
    /// The engine may have been idle for as long as it may, if this is the last timer.
    IdleDue(u64),
    /// Whether the user wants the model that they were offered.
    DownloadAnswered(Missing, bool),
    /// The client has accepted this token for a download's progress.
    DownloadShown(ProgressToken),
    /// How far a download is, in percent if that is known, and in words.
    Downloading(Option<u32>, String),
    /// The end of a download.
    Downloaded(Result<(), String>),
    /// A prepared completion, or why nothing is completed there.
    Prepared(Uri, u64, Wanted, Result<Box<Prepared>, Refusal>),
    /// Suggestions were put off, and are not any more.
    SnoozeOver,
    /// The user has done nothing for a moment since they did something in this document, if this number is the last.
    RestDue(Uri, u64),
    /// A request that only reads, and the start of its window, for that rest; `None` if there is nothing to read.
    ReadingPrepared(Uri, u64, Option<Box<(Request, usize)>>),
    /// `textDocument/didFocus`.
    Focused(Uri),
    /// The delay before a generation is over, if this is still the text: its number, and the byte offset of its cursor.
    StartDue(Uri, Rope, u64, usize),
    /// The request that a generation is for has been waiting for as long as it may for a whole block.
    PatienceOver(Uri, u64),
    /// A suggestion for a request, or why there is none.
    Suggested(Suggested),
    /// The document has not changed for a moment, if this is still its text.
    ParseDue(Uri, Rope),
    /// The end of a parse of that text: the parsed document; inner `None` if the parse was cancelled, outer `None`
    /// after a panic.
    Parsed(Uri, Rope, Option<Option<Document>>),
    /// The code lenses of a document; `None` after a panic.
    LensesFound(Uri, Option<Found>, LensResponder),
    /// The client's answer to `workspace/codeLens/refresh`, or the end of waiting for it.
    LensesRefreshed,
    /// Whether the client has accepted a command's progress token.
    ProgressReady(u64, bool),
    /// A prepared turn, for the engine with this number; `None` after a panic.
    TurnPrepared(StepId, u64, Option<Box<(TurnText, PreparedTurn)>>),
    /// The candidates of a turn, selected; `None` after a panic.
    TurnSelected(StepId, Option<Box<Selected>>),
    /// The client's answer to `workspace/applyEdit` for a pending edit, with the number of the attempt.
    Applied(u64, usize, jsonrpc::Result<lsp::ApplyWorkspaceEditResponse>),
    /// The end of the client's time to answer or, if it has `applied` the edit, to report it.
    Overdue {
        edit: u64,
        attempt: usize,
        /// Whether the client had answered that it applied the edit.
        applied: bool,
    },
}

/// Why an engine could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// For the user.
    pub words: String,
    /// How its process ended, if that is why.
    pub died: Option<String>,
    /// The model, if it is not here and could be fetched.
    pub missing: Option<Box<Missing>>,
}

impl From<anyhow::Error> for LoadError {
    fn from(error: anyhow::Error) -> Self {
        let died = match error.downcast_ref() {
            Some(EngineError::ProcessDied { reason }) => Some(reason.clone()),
            _ => None,
        };
        let missing = error.downcast_ref::<Missing>().cloned().map(Box::new);
        Self { words: format!("{error:#}"), died, missing }
    }
}

/// What is shown for a request, or why nothing is.
pub struct Suggested {
    pub uri: Uri,
    /// The text that it was made for.
    pub text: Rope,
    pub waiter: Waiter,
    /// The byte offset of the request's cursor.
    pub cursor: usize,
    /// The entry of the client's menu that it is to continue.
    pub entry: Option<Entry>,
    /// Where the answer comes from.
    pub source: Source,
    /// What is shown, the best first. At most one for a request that was not made by hand.
    pub judged: Result<Vec<Judged>, Refused>,
    /// What the model wrote; `None` where a suggestion stands already.
    pub raw: Option<Raw>,
}

/// What a model wrote for a request, for those who want to know why they see what they see.
#[derive(Debug, Clone, PartialEq)]
pub struct Raw {
    pub text: String,
    pub kind: Kind,
    /// The mean of its tokens' natural-log probabilities.
    pub mean_logprob: f32,
}

/// The purpose of a generation for a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A suggestion for a request.
    One,
    /// The suggestion that follows the one that is shown.
    Next,
    /// That many for a request made by hand; `greedy`: the first is the most likely text, and not all of them are drawn.
    Several {
        /// How many.
        count: usize,
        greedy: bool,
    },
}

/// The code lenses of a document, found by background work.
pub struct Found {
    pub lenses: Vec<lsp::CodeLens>,
    /// The token counts made for them, if there is a model.
    pub counted: Option<Counted>,
    pub turns: Arc<TurnMap>,
}

/// The turn that a command is working on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepId {
    /// The number of the command, unique in the server.
    pub operation: u64,
    /// The number of the step, unique in the server.
    pub step: u64,
}

/// The purpose of a generation.
#[derive(Debug, Clone)]
pub enum Job {
    Inline {
        uri: Uri,
        id: u64,
        kind: Kind,
    },
    /// One of several suggestions for a request.
    Choice {
        uri: Uri,
        id: u64,
        /// Which of them.
        index: usize,
        kind: Kind,
    },
    /// A text that is read while the user rests.
    Reading {
        uri: Uri,
        id: u64,
        text: Rope,
    },
    /// A candidate of a turn.
    Synthesis {
        at: StepId,
        /// The index of the candidate.
        candidate: usize,
    },
}

impl Job {
    /// The number of the suggestion or the step.
    #[must_use]
    pub fn id(&self) -> u64 {
        match self {
            Self::Inline { id, .. } | Self::Choice { id, .. } | Self::Reading { id, .. } => *id,
            Self::Synthesis { at, .. } => at.step,
        }
    }
}

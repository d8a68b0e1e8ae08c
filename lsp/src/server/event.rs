//! Everything that can happen to the server.

use std::sync::Arc;

use codegen_engine::Engine;
use codegen_text::completion::Plan;
use codegen_text::document::Document;
use codegen_text::provenance::{TurnMap, TurnText};
use ropey::Rope;
use serde_json::Value;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{self as lsp, ProgressToken, Uri};

use crate::generate::prepare::{Prepared, PreparedTurn};
use crate::present::cuts::Counted;
use crate::server::responder::{
    ActionResponder, CommandResponder, InlineResponder, LensResponder, RequestId, Responder,
};
use crate::server::sync;
use crate::synthesis::Selected;

/// Everything that can happen to the server, but for tokens, which come from [`crate::server::running::Running`].
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
    InlineCompletion(lsp::InlineCompletionParams, InlineResponder),
    /// `textDocument/codeLens`.
    CodeLens(lsp::CodeLensParams, LensResponder),
    /// `textDocument/codeAction`.
    CodeAction(lsp::CodeActionParams, ActionResponder),
    /// `workspace/executeCommand`.
    Command(lsp::ExecuteCommandParams, CommandResponder),
    /// `workspace/didChangeConfiguration`.
    ConfigurationChanged(Value),
    /// `window/workDoneProgress/cancel`.
    ProgressCancelled(ProgressToken),
    /// `codegen/text`: the server's idea of a document, for tests and bug reports.
    Text(Uri, Responder<Option<Value>>),
    /// `$/cancelRequest` of a request that had no answer yet.
    Cancelled(RequestId),
    /// `shutdown`.
    Shutdown(Responder<()>),
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
    LensesFound(Uri, Option<Found>, LensResponder),
    /// The client has been asked to fetch code lenses again, and has answered or will not.
    LensesRefreshed,
    /// The client knows a command's progress token, or will not.
    ProgressReady(u64, bool),
    /// A turn can be asked for, by the engine of this stamp; `None` if preparing it failed.
    TurnPrepared(StepId, u64, Option<Box<(TurnText, PreparedTurn)>>),
    /// What was generated for a turn has been selected; `None` if that failed.
    TurnSelected(StepId, Option<Box<Selected>>),
    /// The client has applied a pending edit, or not; this was its attempt of that number.
    Applied(u64, usize, jsonrpc::Result<lsp::ApplyWorkspaceEditResponse>),
    /// The client has had its time to answer or, if it has `applied` the edit, to report it.
    Overdue {
        /// The number of the pending edit.
        edit: u64,
        /// Its attempt.
        attempt: usize,
        /// Whether the client had answered.
        applied: bool,
    },
}

/// The code lenses of a document, found away from the main loop.
pub struct Found {
    /// The lenses.
    pub lenses: Vec<lsp::CodeLens>,
    /// What was counted for them, if there is a model to count for.
    pub counted: Option<Counted>,
    /// The document's turns.
    pub turns: Arc<TurnMap>,
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
    /// The number of the suggestion or the step.
    #[must_use]
    pub fn id(&self) -> u64 {
        match self {
            Self::Inline { id, .. } => *id,
            Self::Synthesis { at, .. } => at.step,
        }
    }
}

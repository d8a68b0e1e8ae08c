//! The events of the main loop.

use std::sync::Arc;

use codegen_engine::Engine;
use codegen_text::completion::session::Source;
use codegen_text::completion::{Judged, Kind};
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
    /// `codegen/text`: asks for the server's copy of a document, for tests and bug reports.
    Text(Uri, Responder<Option<Value>>),
    /// `$/cancelRequest` for a request that had no response yet.
    Cancelled(RequestId),
    /// `shutdown`.
    Shutdown(Responder<()>),
    /// The input has ended.
    ClientGone,
    /// The process that started the client has ended.
    Orphaned,
    /// `workspace/didChangeWorkspaceFolders`.
    FoldersChanged(lsp::WorkspaceFoldersChangeEvent),
    /// The client's answer to `workspace/configuration`, or `None`: the number of the request, its scopes, and the
    /// answers.
    ConfigurationPulled(u64, Vec<Option<Uri>>, Option<Vec<Value>>),
    /// The end of loading an engine: the number of the load, and the engine or the error.
    EngineLoaded(u64, Result<Engine, String>),
    /// A prepared completion, or `None` if there is nothing to complete there.
    Prepared(Uri, u64, Option<Box<Prepared>>),
    /// A suggestion for a request, or that there is none.
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

/// A suggestion, and the request that it is for.
pub struct Suggested {
    pub uri: Uri,
    /// The text that it was made for.
    pub text: Rope,
    pub responder: InlineResponder,
    pub judged: Option<Judged>,
    /// Where it comes from.
    pub source: Source,
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
            Self::Inline { id, .. } => *id,
            Self::Synthesis { at, .. } => at.step,
        }
    }
}

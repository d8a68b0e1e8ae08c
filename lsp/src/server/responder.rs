//! Responders, which answer the client's requests.

use std::time::Instant;

use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{self as lsp, InlineCompletionResponse};

/// The number of a client's request within this run of the server.
pub type RequestId = u64;

/// Answers one request of the client.
#[derive(Debug)]
pub struct Responder<T> {
    /// The number of the request, given by the relay.
    pub request: RequestId,
    /// When the request arrived.
    pub asked: Instant,
    /// The channel to the relay.
    pub reply: oneshot::Sender<jsonrpc::Result<T>>,
}

impl<T> Responder<T> {
    /// Sends the response; ignored if the client has cancelled.
    pub fn answer(self, answer: T) {
        let _ = self.reply.send(Ok(answer));
    }

    /// Answers with an error that says what is wrong with the request.
    pub fn refuse(self, problem: impl Into<String>) {
        let _ = self.reply.send(Err(jsonrpc::Error::invalid_params(problem.into())));
    }
}

/// Answers `textDocument/inlineCompletion`.
pub type InlineResponder = Responder<Option<InlineCompletionResponse>>;
/// Answers `workspace/executeCommand`.
pub type CommandResponder = Responder<Option<Value>>;
/// Answers `textDocument/codeLens`.
pub type LensResponder = Responder<Option<Vec<lsp::CodeLens>>>;
/// Answers `textDocument/codeAction`.
pub type ActionResponder = Responder<Option<lsp::CodeActionResponse>>;

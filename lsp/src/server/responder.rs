//! How requests are answered.

use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{self as lsp, InlineCompletionResponse};

/// Numbers a request of the client within this run of the server.
pub type RequestId = u64;

/// Answers one request of the client.
#[derive(Debug)]
pub struct Responder<T> {
    /// The request, as the relay numbered it.
    pub request: RequestId,
    /// Where the answer goes.
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

/// Answers a request for inline completion.
pub type InlineResponder = Responder<Option<InlineCompletionResponse>>;
/// Answers a request for command.
pub type CommandResponder = Responder<Option<Value>>;
/// Answers a request for code lenses.
pub type LensResponder = Responder<Option<Vec<lsp::CodeLens>>>;
/// Answers a request for code actions.
pub type ActionResponder = Responder<Option<lsp::CodeActionResponse>>;

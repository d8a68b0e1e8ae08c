//! Those who wait for answers to requests.

use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{self as lsp, InlineCompletionResponse};

/// Numbers a request of the client within this run of the server.
pub type RequestId = u64;

/// Someone who waits for the answer to a request.
#[derive(Debug)]
pub struct Waiter<T> {
    /// The request, as the relay numbered it.
    pub request: RequestId,
    /// Where the answer goes.
    pub reply: oneshot::Sender<jsonrpc::Result<T>>,
}

impl<T> Waiter<T> {
    /// Answers. Whoever has stopped waiting is no matter.
    pub fn answer(self, answer: T) {
        let _ = self.reply.send(Ok(answer));
    }

    /// Answers with an error that says what is wrong with the request.
    pub fn refuse(self, problem: impl Into<String>) {
        let _ = self.reply.send(Err(jsonrpc::Error::invalid_params(problem.into())));
    }
}

/// Who waits for an inline completion.
pub type InlineWaiter = Waiter<Option<InlineCompletionResponse>>;
/// Who waits for a command.
pub type CommandWaiter = Waiter<Option<Value>>;
/// Who waits for code lenses.
pub type LensWaiter = Waiter<Option<Vec<lsp::CodeLens>>>;
/// Who waits for code actions.
pub type ActionWaiter = Waiter<Option<lsp::CodeActionResponse>>;

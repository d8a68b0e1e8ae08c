//! Responders, which answer the client's requests.

use std::time::Instant;

use codegen_text::completion::Refusal;
use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{self as lsp, InlineCompletionResponse};

use crate::present::menu;
use crate::protocol::actions;

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

    /// Sends the response now, and returns a responder for the same request whose response goes nowhere.
    #[must_use]
    pub fn answer_ahead(self, answer: T) -> Self {
        let Self { request, asked, reply } = self;
        let _ = reply.send(Ok(answer));
        Self { request, asked, reply: oneshot::channel().0 }
    }

    /// Answers with an error that says what is wrong with the request.
    pub fn refuse(self, problem: impl Into<String>) {
        let _ = self.reply.send(Err(jsonrpc::Error::invalid_params(problem.into())));
    }
}

/// Answers `textDocument/inlineCompletion`.
pub type InlineResponder = Responder<Option<InlineCompletionResponse>>;
/// Answers a request for a suggestion, in the form that was asked for.
#[derive(Debug)]
pub enum Waiter {
    Inline(InlineResponder),
    Menu(CompletionResponder),
}

impl Waiter {
    /// The number of the request.
    #[must_use]
    pub fn request(&self) -> RequestId {
        match self {
            Self::Inline(responder) => responder.request,
            Self::Menu(responder) => responder.request,
        }
    }

    /// When the request arrived.
    #[must_use]
    pub fn asked(&self) -> Instant {
        match self {
            Self::Inline(responder) => responder.asked,
            Self::Menu(responder) => responder.asked,
        }
    }

    /// Answers that there is nothing. A menu's client asks again with the next key, unless there is never anything at such a
    /// place.
    pub fn nothing(self, why: Refusal) {
        match self {
            Self::Inline(responder) => responder.answer(None),
            Self::Menu(responder) if why.lasts() => responder.answer(None),
            Self::Menu(responder) => responder.answer(Some(menu::nothing().into())),
        }
    }

    /// Answers with an error that says what is wrong with the request.
    pub fn refuse(self, problem: impl Into<String>) {
        match self {
            Self::Inline(responder) => responder.refuse(problem),
            Self::Menu(responder) => responder.refuse(problem),
        }
    }
}

/// Answers `textDocument/completion`.
pub type CompletionResponder = Responder<Option<lsp::CompletionResponse>>;
/// Answers `completionItem/resolve`.
pub type ResolveResponder = Responder<lsp::CompletionItem>;
/// Answers `workspace/executeCommand`.
pub type CommandResponder = Responder<Option<Value>>;
/// Answers `textDocument/codeLens`.
pub type LensResponder = Responder<Option<Vec<lsp::CodeLens>>>;
/// Answers `textDocument/codeAction`.
pub type ActionResponder = Responder<Option<Vec<actions::Answer>>>;

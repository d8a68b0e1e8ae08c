//! What goes to the client without the main loop waiting for it.

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tower_lsp::Client;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::notification::Progress;
use tower_lsp::ls_types::{
    ApplyWorkspaceEditResponse, ConfigurationItem, MessageType, ProgressParams, ProgressParamsValue, ProgressToken,
    Registration, WorkDoneProgress, WorkspaceEdit,
};

use crate::config::SECTION;

enum Note {
    Message(MessageType, String),
    Progress(ProgressParams),
}

/// Sends to the client: notifications in order, requests each in a task of its own.
pub struct Outbox {
    notes: UnboundedSender<Note>,
    client: Client,
}

impl Outbox {
    /// An outbox to `client`; needs a tokio runtime.
    #[must_use]
    pub fn new(client: Client) -> Self {
        let (notes, mut queue) = unbounded_channel();
        let sender = client.clone();
        tokio::spawn(async move {
            while let Some(note) = queue.recv().await {
                match note {
                    Note::Message(kind, text) => sender.show_message(kind, text).await,
                    Note::Progress(params) => sender.send_notification::<Progress>(params).await,
                }
            }
        });
        Self { notes, client }
    }

    /// Shows a message to the user.
    pub fn message(&self, kind: MessageType, text: impl Into<String>) {
        let text = text.into();
        tracing::info!("told the user: {text}");
        let _ = self.notes.send(Note::Message(kind, text));
    }

    /// Reports progress.
    pub fn progress(&self, token: &ProgressToken, progress: WorkDoneProgress) {
        let value = ProgressParamsValue::WorkDone(progress);
        let _ = self.notes.send(Note::Progress(ProgressParams { token: token.clone(), value }));
    }

    /// Announces a progress token of the server's; `then` learns whether the client takes it.
    pub fn create_progress(&self, token: ProgressToken, then: impl FnOnce(bool) + Send + 'static) {
        let client = self.client.clone();
        tokio::spawn(async move {
            // A client that never answers must not hold the synthesis up.
            let wait = std::time::Duration::from_secs(1);
            let answer = tokio::time::timeout(wait, client.create_work_done_progress(token)).await;
            then(matches!(answer, Ok(Ok(()))));
        });
    }

    /// Asks the client to apply an edit.
    pub fn apply_edit(
        &self,
        edit: WorkspaceEdit,
        then: impl FnOnce(jsonrpc::Result<ApplyWorkspaceEditResponse>) + Send + 'static,
    ) {
        let client = self.client.clone();
        tokio::spawn(async move { then(client.apply_edit(edit).await) });
    }

    /// Asks the client to fetch code lenses again; `then` runs once it has answered, or will not.
    pub fn refresh_lenses(&self, then: impl FnOnce() + Send + 'static) {
        let client = self.client.clone();
        tokio::spawn(async move {
            let wait = std::time::Duration::from_secs(30);
            if !matches!(tokio::time::timeout(wait, client.code_lens_refresh()).await, Ok(Ok(()))) {
                tracing::debug!("the client did not take a request to refresh code lenses");
            }
            then();
        });
    }

    /// Asks for the server's section of the client's settings; `None` if the client has no answer.
    pub fn pull_configuration(&self, then: impl FnOnce(Option<Value>) + Send + 'static) {
        let client = self.client.clone();
        tokio::spawn(async move {
            let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
            let wait = std::time::Duration::from_secs(5);
            let answer = tokio::time::timeout(wait, client.configuration(vec![item])).await;
            then(answer.ok().and_then(Result::ok).and_then(|values| values.into_iter().next()));
        });
    }

    /// Asks the client to tell of changes of its settings.
    pub fn register_configuration(&self) {
        let client = self.client.clone();
        tokio::spawn(async move {
            let method = "workspace/didChangeConfiguration".to_owned();
            let options = Some(serde_json::json!({ "section": SECTION }));
            let registration =
                Registration { id: format!("{SECTION}-configuration"), method, register_options: options };
            if let Err(error) = client.register_capability(vec![registration]).await {
                tracing::debug!("the client does not tell of changed settings: {error}");
            }
        });
    }
}

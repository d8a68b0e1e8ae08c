//! Messages to the client, sent without the main loop waiting for it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codegen_core::printable;
use futures::FutureExt;
use serde_json::Value;
use tokio::sync::mpsc::{Sender, channel};
use tower_lsp::Client;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::notification::Progress;
use tower_lsp::ls_types::{
    ApplyWorkspaceEditResponse, ConfigurationItem, MessageActionItem, MessageType, ProgressParams, ProgressParamsValue,
    ProgressToken, Registration, Uri, WorkDoneProgress, WorkspaceEdit,
};

use crate::config::SECTION;
use crate::protocol::partial::Partial;
use crate::protocol::status::Status;

/// A callback for the client's answer to an edit.
type OnApplied = Box<dyn FnOnce(jsonrpc::Result<ApplyWorkspaceEditResponse>) + Send>;

enum Note {
    Message(MessageType, String),
    Log(MessageType, String),
    Progress(ProgressParams),
    Partial(Source, Box<dyn FnOnce() -> Partial + Send>),
    Status(Box<Status>),
    Edit(Box<WorkspaceEdit>, OnApplied),
}

/// The source of a partial text: the number of the generation, and the index of the candidate if there are several.
pub type Source = (u64, Option<usize>);

/// The topic of a note: a later note on it replaces an earlier one that is still in the queue.
#[derive(Debug, Clone, PartialEq)]
enum Topic {
    Progress(ProgressToken),
    Partial(Source),
    Status,
}

impl Note {
    /// The topic, if only the latest note on it matters.
    fn topic(&self) -> Option<Topic> {
        match self {
            Self::Progress(params) => match params.value {
                ProgressParamsValue::WorkDone(WorkDoneProgress::Report(_)) => {
                    Some(Topic::Progress(params.token.clone()))
                }
                ProgressParamsValue::WorkDone(_) => None,
            },
            Self::Partial(source, _) => Some(Topic::Partial(*source)),
            Self::Status(_) => Some(Topic::Status),
            Self::Message(..) | Self::Log(..) | Self::Edit(..) => None,
        }
    }
}

/// Notes that the client has not taken yet, in order. A note on a topic replaces the earlier one on it, so that a slow
/// client gets fewer of them, and the queue stays short.
#[derive(Default)]
struct Queue {
    notes: VecDeque<(Option<Topic>, Note)>,
}

impl Queue {
    fn push(&mut self, note: Note) {
        let topic = note.topic();
        if topic.is_some() {
            // The new note goes behind everything that was added since the old one.
            self.notes.retain(|(other, _)| *other != topic);
        }
        self.notes.push_back((topic, note));
    }

    fn pop(&mut self) -> Option<Note> {
        self.notes.pop_front().map(|(_, note)| note)
    }
}

/// Sends messages to the client: notifications and edits in order, other requests each in a task of its own.
pub struct Outbox {
    queue: Arc<Mutex<Queue>>,
    /// Wakes the task that empties the queue; the task ends when this is dropped.
    wake: Sender<()>,
    client: Client,
}

impl Outbox {
    /// An outbox to `client`. Needs a tokio runtime.
    #[must_use]
    pub fn new(client: Client) -> Self {
        let (wake, mut woken) = channel(1);
        let queue = Arc::new(Mutex::new(Queue::default()));
        let (sender, notes) = (client.clone(), Arc::clone(&queue));
        tokio::spawn(async move {
            while woken.recv().await.is_some() {
                loop {
                    // A separate statement, because the lock must not be held while the client is waited for.
                    let Some(note) = lock(&notes).pop() else { break };
                    send(&sender, note).await;
                }
            }
        });
        Self { queue, wake, client }
    }

    fn push(&self, note: Note) {
        lock(&self.queue).push(note);
        // A full channel wakes the task, too.
        let _ = self.wake.try_send(());
    }

    /// Shows a message to the user.
    pub fn message(&self, kind: MessageType, text: impl Into<String>) {
        // Some clients print it on a terminal unchanged.
        let text = printable::text(&text.into()).into_owned();
        tracing::info!("told the user: {text}");
        self.push(Note::Message(kind, text));
    }

    /// Writes a line into the client's log.
    pub fn log(&self, kind: MessageType, text: impl Into<String>) {
        let text = text.into();
        tracing::info!("told the client's log: {text}");
        self.push(Note::Log(kind, text));
    }

    /// Reports progress. A later report replaces one that the client has not taken yet.
    pub fn progress(&self, token: &ProgressToken, progress: WorkDoneProgress) {
        let value = ProgressParamsValue::WorkDone(shown(progress));
        self.push(Note::Progress(ProgressParams { token: token.clone(), value }));
    }

    /// Announces a progress token of the server; `then` is called with whether the client accepts it.
    pub fn create_progress(&self, token: ProgressToken, then: impl FnOnce(bool) + Send + 'static) {
        let client = self.client.clone();
        tokio::spawn(async move {
            // A client that never answers must not delay the synthesis.
            let wait = std::time::Duration::from_secs(1);
            let answer = tokio::time::timeout(wait, client.create_work_done_progress(token)).await;
            then(matches!(answer, Ok(Ok(()))));
        });
    }

    /// Asks the user something; `then` is called with the answer that was chosen, `None` if none was.
    pub fn ask<const N: usize>(
        &self,
        kind: MessageType,
        text: String,
        answers: [&str; N],
        then: impl FnOnce(Option<String>) + Send + 'static,
    ) {
        let text = printable::text(&text).into_owned();
        tracing::info!("asked the user: {text}");
        let client = self.client.clone();
        let actions =
            answers.map(|title| MessageActionItem { title: title.to_owned(), properties: HashMap::default() });
        tokio::spawn(async move {
            let answer = client.show_message_request(kind, text, Some(actions.to_vec())).await;
            then(answer.ok().flatten().map(|chosen| chosen.title));
        });
    }

    /// Sends the text of a generation so far. A later one replaces one that the client has not taken yet, so `make`,
    /// which is called when the client is ready for it, may never be called.
    pub fn partial(&self, source: Source, make: impl FnOnce() -> Partial + Send + 'static) {
        self.push(Note::Partial(source, Box::new(make)));
    }

    /// Tells of the server's state. A later one replaces one that the client has not taken yet.
    pub fn status(&self, status: Status) {
        let Status { message, .. } = &status;
        let message = printable::text(message).into_owned();
        self.push(Note::Status(Box::new(Status { message, ..status })));
    }

    /// Asks the client to apply an edit, after all messages before it.
    pub fn apply_edit(
        &self,
        edit: WorkspaceEdit,
        then: impl FnOnce(jsonrpc::Result<ApplyWorkspaceEditResponse>) + Send + 'static,
    ) {
        self.push(Note::Edit(Box::new(edit), Box::new(then)));
    }

    /// Asks the client to fetch code lenses again; `then` is called once it has answered, or after a while.
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

    /// Asks for the server's section of the client's settings, once for each scope; `None` if the client does not
    /// answer.
    pub fn pull_configuration(&self, scopes: &[Option<Uri>], then: impl FnOnce(Option<Vec<Value>>) + Send + 'static) {
        let client = self.client.clone();
        let item =
            |scope: &Option<Uri>| ConfigurationItem { scope_uri: scope.clone(), section: Some(SECTION.to_owned()) };
        let items = scopes.iter().map(item).collect();
        tokio::spawn(async move {
            let wait = std::time::Duration::from_secs(5);
            let answer = tokio::time::timeout(wait, client.configuration(items)).await;
            then(answer.ok().and_then(Result::ok));
        });
    }

    /// Asks the client to report changes of its settings.
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

/// Progress with its texts made printable, since they quote prompts and messages.
fn shown(mut progress: WorkDoneProgress) -> WorkDoneProgress {
    let message = match &mut progress {
        WorkDoneProgress::Begin(begin) => {
            begin.title = printable::text(&begin.title).into_owned();
            &mut begin.message
        }
        WorkDoneProgress::Report(report) => &mut report.message,
        WorkDoneProgress::End(end) => &mut end.message,
    };
    *message = message.take().map(|message| printable::text(&message).into_owned());
    progress
}

async fn send(client: &Client, note: Note) {
    match note {
        Note::Message(kind, text) => client.show_message(kind, text).await,
        Note::Log(kind, text) => client.log_message(kind, text).await,
        Note::Progress(params) => client.send_notification::<Progress>(params).await,
        Note::Partial(_, make) => client.send_notification::<Partial>(make()).await,
        Note::Status(status) => client.send_notification::<Status>(*status).await,
        Note::Edit(edit, then) => {
            let asking = client.clone();
            let mut answer = Box::pin(async move { asking.apply_edit(*edit).await });
            // Polled once here, so that the request is sent before the next note; its answer is handled by another
            // task.
            match (&mut answer).now_or_never() {
                Some(result) => then(result),
                None => drop(tokio::spawn(async move { then(answer.await) })),
            }
        }
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use tower_lsp::ls_types::{NumberOrString, WorkDoneProgressEnd, WorkDoneProgressReport};

    use super::*;
    use crate::protocol::status::StatusKind;

    fn report(token: &str, message: &str) -> Note {
        let report = WorkDoneProgressReport { message: Some(message.to_owned()), ..Default::default() };
        let value = ProgressParamsValue::WorkDone(WorkDoneProgress::Report(report));
        Note::Progress(ProgressParams { token: NumberOrString::String(token.to_owned()), value })
    }

    fn end(token: &str) -> Note {
        let value = ProgressParamsValue::WorkDone(WorkDoneProgress::End(WorkDoneProgressEnd { message: None }));
        Note::Progress(ProgressParams { token: NumberOrString::String(token.to_owned()), value })
    }

    fn partial(source: Source) -> Note {
        Note::Partial(source, Box::new(|| panic!("nobody asked for it")))
    }

    fn message(text: &str) -> Note {
        Note::Message(MessageType::INFO, text.to_owned())
    }

    /// The notes left in the queue, each in a few words.
    fn left(notes: Vec<Note>) -> Vec<String> {
        let mut queue = Queue::default();
        notes.into_iter().for_each(|note| queue.push(note));
        let words = |note| match note {
            Note::Message(_, text) | Note::Log(_, text) => text,
            Note::Partial(source, _) => format!("{source:?}"),
            Note::Status(status) => status.message,
            Note::Edit(..) => "edit".to_owned(),
            Note::Progress(params) => match params.value {
                ProgressParamsValue::WorkDone(WorkDoneProgress::Report(report)) => report.message.unwrap_or_default(),
                _ => "end".to_owned(),
            },
        };
        std::iter::from_fn(|| queue.pop()).map(words).collect()
    }

    #[test]
    fn only_the_latest_of_a_topic_stays_in_the_queue() {
        let notes = vec![report("a", "1 token"), report("b", "other"), message("said"), report("a", "2 tokens")];
        assert_eq!(left(notes), ["other", "said", "2 tokens"]);
        let notes = vec![partial((1, None)), partial((1, Some(0))), partial((2, None)), partial((1, None))];
        assert_eq!(left(notes), ["(1, Some(0))", "(2, None)", "(1, None)"]);
    }

    #[test]
    fn of_the_server_s_state_only_the_latest_stays_in_the_queue() {
        let status = |message: &str| {
            Note::Status(Box::new(Status {
                busy: true,
                kind: StatusKind::Normal,
                message: message.to_owned(),
                command: None,
                model: None,
                device: None,
                layers: None,
                percent: None,
            }))
        };
        assert_eq!(left(vec![status("1 %"), message("said"), status("2 %"), status("3 %")]), ["said", "3 %"]);
    }

    #[test]
    fn what_is_said_once_stays_in_its_place() {
        let edit = || Note::Edit(Box::default(), Box::new(|_| ()));
        let notes = vec![report("a", "1 token"), end("a"), message("x"), message("x"), edit(), edit(), end("a")];
        assert_eq!(left(notes), ["1 token", "end", "x", "x", "edit", "edit", "end"]);
    }
}

//! Offers to fetch a model that is named and not here, and fetches it if the user says so.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use codegen_engine::model::inspect::size;
use codegen_engine::model::{self, FileReport, Recipe};
use codegen_hub::remote::{Client, Environment, Observer, Progress};
use codegen_hub::{HubError, Store};
use tokio::sync::mpsc::UnboundedSender;
use tower_lsp::ls_types::{self as lsp, MessageType, NumberOrString, ProgressToken};

use crate::models::convert::convert_while;
use crate::models::pull::{Request, Watch, pull};
use crate::models::{Missing, memory};
use crate::server::event::Event;
use crate::server::session::Session;
use crate::server::state::EngineState;

/// What the user may answer.
const YES: &str = "Download";
const NO: &str = "Not now";

/// Offers to fetch a model, once; returns whether it did.
pub fn offer(session: &mut Session, missing: &Missing) -> bool {
    // Where nothing may be fetched, there is nothing to offer.
    let offline = Environment::of_process().is_ok_and(|environment| environment.offline.is_some());
    if offline || !session.state.download.offers(missing) {
        return false;
    }
    let bytes = missing.bytes().map_or_else(String::new, |bytes| format!(" (about {})", size(bytes)));
    let text = format!(
        "The model {} is not on this machine. Download it{bytes} from the Hugging Face Hub? Nothing else is sent or fetched.",
        missing.0
    );
    let (events, missing) = (session.events.clone(), missing.clone());
    session.outbox.ask(MessageType::INFO, text, [YES, NO], move |answer| {
        let _ = events.send(Event::DownloadAnswered(missing, answer.as_deref() == Some(YES)));
    });
    true
}

/// Fetches the model, if the user wants it.
pub fn answered(session: &mut Session, missing: Missing, yes: bool) {
    if !yes || session.state.download.under_way().is_some() {
        return;
    }
    let begun = session.state.download.begin(missing.0.to_string());
    if session.state.capabilities.progress {
        let token = NumberOrString::String(format!("codegen-download-{}", session.state.next_id()));
        let (events, known) = (session.events.clone(), token.clone());
        session.outbox.create_progress(token, move |accepted| {
            if accepted {
                let _ = events.send(Event::DownloadShown(known));
            }
        });
    }
    let mut watcher = Watcher { events: session.events.clone(), cancel: Arc::clone(&begun.cancel), percent: None };
    let work = move || fetch(&missing, &mut watcher).map_err(|error| format!("{error:#}"));
    session.offload(work, |result| {
        Event::Downloaded(result.unwrap_or_else(|| Err("the download failed for a reason in the log".to_owned())))
    });
}

fn fetch(missing: &Missing, watcher: &mut Watcher) -> anyhow::Result<()> {
    let (store, client) = (Store::of_user()?, Client::new(Environment::of_process()?)?);
    let request = Request { name: &missing.0, file_type: None, force: false, keep: false, memory: memory::free() };
    pull(&request, &store, &client, watcher).map(drop)
}

/// Shows the progress, now that the client has accepted its token.
pub fn shown(session: &mut Session, token: ProgressToken) {
    let Some(under_way) = session.state.download.under_way() else { return };
    let begin = lsp::WorkDoneProgressBegin {
        title: format!("Downloading {}", under_way.name),
        cancellable: Some(true),
        message: None,
        percentage: Some(0),
    };
    session.outbox.progress(&token, lsp::WorkDoneProgress::Begin(begin));
    session.state.download.shown_as(token);
}

/// Reports how far it is.
pub fn progressed(session: &Session, percent: Option<u32>, message: String) {
    let Some(token) = session.state.download.under_way().and_then(|under_way| under_way.token.as_ref()) else { return };
    let report = lsp::WorkDoneProgressReport { cancellable: Some(true), message: Some(message), percentage: percent };
    session.outbox.progress(token, lsp::WorkDoneProgress::Report(report));
}

/// Tells the end of it, and goes on with the model.
pub fn downloaded(session: &mut Session, result: Result<(), String>) {
    let Some(ended) = session.state.download.end() else { return };
    if let Some(token) = &ended.token {
        let message = Some(if result.is_ok() { "done".to_owned() } else { "not done".to_owned() });
        session.outbox.progress(token, lsp::WorkDoneProgress::End(lsp::WorkDoneProgressEnd { message }));
    }
    match result {
        Ok(()) => {
            session.outbox.message(MessageType::INFO, format!("codegen-lsp: the model {} is here.", ended.name));
            if matches!(session.state.engine, EngineState::Failed(_)) {
                session.load_engine();
            }
        }
        Err(error) if ended.cancel.load(Ordering::Relaxed) => {
            session.outbox.log(MessageType::INFO, format!("codegen-lsp: {}: {error}", ended.name));
        }
        Err(error) => session.outbox.message(MessageType::ERROR, format!("codegen-lsp: {error}")),
    }
}

/// Tells the main loop how far it is.
struct Watcher {
    events: UnboundedSender<Event>,
    cancel: Arc<AtomicBool>,
    /// The percentage that was told last.
    percent: Option<u64>,
}

impl Watcher {
    fn tell(&mut self, what: &str, done: u64, total: u64) {
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or(0).min(100);
        if self.percent.replace(percent) != Some(percent) {
            let _ = self.events.send(Event::Downloading(u32::try_from(percent).ok(), what.to_owned()));
        }
    }
}

impl Observer for Watcher {
    fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    fn progress(&mut self, Progress { done, total, .. }: Progress<'_>) {
        self.tell(&format!("{} of {}", size(done), size(total)), done, total);
    }

    fn note(&mut self, text: &str) {
        let _ = self.events.send(Event::Downloading(None, text.to_owned()));
    }
}

impl Watch for Watcher {
    fn convert(&mut self, folder: &Path, output: &Path, recipe: Recipe) -> anyhow::Result<FileReport> {
        self.percent = None;
        let report = convert_while(folder, output, recipe, &mut |model::Progress { done, total, .. }| {
            self.tell("converting", *done, *total);
            !self.cancelled()
        })?;
        report.ok_or_else(|| HubError::Cancelled.into())
    }
}

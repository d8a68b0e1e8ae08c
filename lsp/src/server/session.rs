//! The context of handlers: the state, and the channels to the client, the engine and background work.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use codegen_core::EngineError;
use codegen_engine::{Engine, Progress};
use tokio::sync::mpsc::UnboundedSender;
use tower_lsp::ls_types::MessageType;

use crate::config::EngineConfig;
use crate::config::layers::Base;
use crate::server::event::{Event, LoadError};
use crate::server::outbox::Outbox;
use crate::server::responder::Responder;
use crate::server::running::Running;
use crate::server::state::{EngineState, State};

/// Loads an engine; called on a thread of its own.
pub type Loader = Arc<dyn Fn(&EngineConfig) -> anyhow::Result<Engine> + Send + Sync>;

/// Loads an engine, and tells how much of the model is loaded.
type Telling = dyn Fn(&EngineConfig, Progress) -> anyhow::Result<Engine> + Send + Sync;

/// A [`Loader`] that may tell how much of the model is loaded.
#[derive(Clone)]
pub struct Load(Arc<Telling>);

impl Load {
    /// A loader that tells how far it is.
    #[must_use]
    pub fn telling(load: impl Fn(&EngineConfig, Progress) -> anyhow::Result<Engine> + Send + Sync + 'static) -> Self {
        Self(Arc::new(load))
    }
}

impl From<Loader> for Load {
    fn from(load: Loader) -> Self {
        Self::telling(move |config, _| load(config))
    }
}

/// The rest of an event's handling.
pub type Rest = Box<dyn FnOnce(&mut Session) + Send>;

/// The state, and the channels to the client, the engine and background work.
pub struct Session {
    pub state: State,
    pub running: Running,
    /// The channel for events of background work.
    pub events: UnboundedSender<Event>,
    pub outbox: Outbox,
    /// Events that were held back and are to be handled next.
    backlog: VecDeque<Event>,
    /// The rest of the handling of the current event.
    rest: VecDeque<Rest>,
    load: Load,
    /// When the session began.
    start: Instant,
}

impl Session {
    /// A session with a client that has not sent anything.
    #[must_use]
    pub fn new(base: Base, load: Load, events: UnboundedSender<Event>, outbox: Outbox) -> Self {
        let (backlog, rest) = (VecDeque::new(), VecDeque::new());
        Self {
            state: State::new(base),
            running: Running::default(),
            events,
            outbox,
            backlog,
            rest,
            load,
            start: Instant::now(),
        }
    }

    /// Milliseconds since the session began.
    #[must_use]
    pub fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Sends `event` to the main loop after `wait`.
    pub fn after(&self, wait: Duration, event: Event) {
        let events = self.events.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            let _ = events.send(event);
        });
    }

    /// Writes a text to the client's log, unless it was written or shown before.
    pub fn log_once(&mut self, kind: MessageType, text: String) {
        if self.state.said.insert(&text) {
            self.outbox.log(kind, text);
        }
    }

    /// Shows a text to the user, unless it was written or shown before.
    pub fn tell_once(&mut self, kind: MessageType, text: String) {
        if self.state.said.insert(&text) {
            self.outbox.message(kind, text);
        }
    }

    /// Starts loading the engine that the configuration asks for; the present one is dropped.
    pub fn load_engine(&mut self) {
        self.state.engine_stamp += 1;
        self.state.engine = EngineState::Loading;
        self.state.loaded = None;
        let stamp = self.state.engine_stamp;
        let (load, config) = (self.load.clone(), self.state.recovery.over(&self.state.config.global.engine));
        let events = self.events.clone();
        let progress = Progress::new(move |percent| {
            let _ = events.send(Event::Loading(stamp, percent));
        });
        let load = move || (load.0)(&config, progress).map_err(LoadError::from);
        self.offload(load, move |result| {
            let panicked = || LoadError {
                words: "loading the model failed for a reason in the log".into(),
                died: None,
                missing: None,
            };
            Event::EngineLoaded(stamp, result.unwrap_or_else(|| Err(panicked())))
        });
    }

    /// Runs `work` on a thread of its own and reports its result as an event. A panic is reported as `None`, so that
    /// the waiting requests are answered even then.
    pub fn offload<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
        report: impl FnOnce(Option<T>) -> Event + Send + 'static,
    ) {
        let events = self.events.clone();
        off_loop(work, move |result| {
            let _ = events.send(report(result));
        });
    }

    /// Runs `work` on a thread of its own and answers with its result. After a panic the responder is dropped, which
    /// the client gets as an internal error.
    pub fn answer_off<T: Send + 'static>(&self, responder: Responder<T>, work: impl FnOnce() -> T + Send + 'static) {
        off_loop(work, move |result| {
            if let Some(answer) = result {
                responder.answer(answer);
            }
        });
    }

    /// Drops `value` on a thread of its own, because freeing a large tree is slow.
    pub fn discard<T: Send + 'static>(&self, value: T) {
        off_loop(move || drop(value), |_| ());
    }

    /// Runs `rest` once everything that the event has made ready so far is settled. What a rest adds is run before the
    /// other rests.
    pub fn then(&mut self, rest: impl FnOnce(&mut Self) + Send + 'static) {
        self.rest.push_back(Box::new(rest));
    }

    /// Takes the rests, so that another event can be handled, or one of them be run.
    pub fn take_rest(&mut self) -> VecDeque<Rest> {
        std::mem::take(&mut self.rest)
    }

    /// Puts back earlier rests, behind the present ones.
    pub fn put_back_rest(&mut self, before: VecDeque<Rest>) {
        self.rest.extend(before);
    }

    /// Handles held-back events next, as soon as the state that they waited for is settled.
    pub fn resume(&mut self, events: impl IntoIterator<Item = Event>) {
        self.backlog.extend(events);
    }

    /// The next of the held-back events.
    pub fn resumed(&mut self) -> Option<Event> {
        self.backlog.pop_front()
    }

    /// Loads the engine if it was taken out of memory, because it is needed.
    pub fn need_engine(&mut self) {
        if matches!(self.state.engine, EngineState::Unloaded) {
            self.load_engine();
        }
    }

    /// Handles an error of the engine: the user is told once, and an engine that has died gets no further requests.
    pub fn engine_failed(&mut self, error: &EngineError) {
        if let EngineError::ProcessDied { .. } = error {
            // They are told of that once for all requests, with what is done about it.
            return;
        }
        if let EngineError::WorkerDied { .. } = error {
            self.state.engine = EngineState::Failed(error.to_string());
        }
        self.tell_once(MessageType::ERROR, format!("codegen-lsp: {error}"));
    }
}

/// The only way off the main loop: runs `work` on a thread of its own, then `then`, with `None` if `work` panicked.
fn off_loop<T>(work: impl FnOnce() -> T + Send + 'static, then: impl FnOnce(Option<T>) + Send + 'static) {
    tokio::task::spawn_blocking(move || then(std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()));
}

#[cfg(test)]
mod tests {
    use super::off_loop;

    #[tokio::test]
    async fn a_panic_off_the_loop_is_reported() {
        let (sender, mut reports) = tokio::sync::mpsc::unbounded_channel();
        for fails in [false, true] {
            let sender = sender.clone();
            off_loop(
                move || assert!(!fails, "as it should be"),
                move |result| {
                    let _ = sender.send(result);
                },
            );
            assert_eq!(reports.recv().await, Some((!fails).then_some(())));
        }
    }
}

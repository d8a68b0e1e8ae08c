//! What handlers are given: the state, and the ways out of it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use codegen_core::EngineError;
use codegen_engine::Engine;
use tokio::sync::mpsc::UnboundedSender;
use tower_lsp::ls_types::MessageType;

use crate::config::EngineConfig;
use crate::config::layers::Base;
use crate::server::event::Event;
use crate::server::outbox::Outbox;
use crate::server::responder::Responder;
use crate::server::running::Running;
use crate::server::state::{EngineState, State};

/// Loads an engine; runs on a thread of its own.
pub type Loader = Arc<dyn Fn(&EngineConfig) -> anyhow::Result<Engine> + Send + Sync>;

/// What is left to do for an event.
pub type Rest = Box<dyn FnOnce(&mut Session) + Send>;

/// The state, and the ways out of it.
pub struct Session {
    /// What the server knows.
    pub state: State,
    /// The generations at work.
    pub running: Running,
    /// Where background work reports to.
    pub events: UnboundedSender<Event>,
    /// To the client.
    pub outbox: Outbox,
    /// Events that were held back and are to be handled next.
    backlog: VecDeque<Event>,
    /// What is left to do for the event that is being handled.
    rest: VecDeque<Rest>,
    loader: Loader,
}

impl Session {
    /// A session with one client, of which nothing is known yet.
    #[must_use]
    pub fn new(base: Base, loader: Loader, events: UnboundedSender<Event>, outbox: Outbox) -> Self {
        let (backlog, rest) = (VecDeque::new(), VecDeque::new());
        Self { state: State::new(base), running: Running::default(), events, outbox, backlog, rest, loader }
    }

    /// Reports `event` after a while.
    pub fn after(&self, wait: Duration, event: Event) {
        let events = self.events.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            let _ = events.send(event);
        });
    }

    /// Tells the client's log something, unless it has been said before.
    pub fn log_once(&mut self, kind: MessageType, text: String) {
        if self.state.told.insert(text.clone()) {
            self.outbox.log(kind, text);
        }
    }

    /// Tells the user something, unless it has been said before.
    pub fn tell_once(&mut self, kind: MessageType, text: String) {
        if self.state.told.insert(text.clone()) {
            self.outbox.message(kind, text);
        }
    }

    /// Starts loading the engine that the configuration asks for; the one there is goes.
    pub fn load_engine(&mut self) {
        self.state.engine_stamp += 1;
        self.state.engine = EngineState::Loading;
        let stamp = self.state.engine_stamp;
        let (loader, config) = (Arc::clone(&self.loader), self.state.config.global.engine.clone());
        let load = move || loader(&config).map_err(|error| format!("{error:#}"));
        self.offload(load, move |result| {
            let result = result.unwrap_or_else(|| Err("loading the model failed for a reason in the log".to_owned()));
            Event::EngineLoaded(stamp, result)
        });
    }

    /// Runs `work` on a thread of its own and reports what comes of it. A panic is reported as `None`, so that whoever waits
    /// is answered even then.
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

    /// Runs `work` on a thread of its own and answers with what comes of it. After a panic the responder is dropped, which the
    /// client gets as an internal error.
    pub fn answer_off<T: Send + 'static>(&self, responder: Responder<T>, work: impl FnOnce() -> T + Send + 'static) {
        off_loop(work, move |result| {
            if let Some(answer) = result {
                responder.answer(answer);
            }
        });
    }

    /// Drops `value` on a thread of its own: taking a large tree apart takes its time.
    pub fn discard<T: Send + 'static>(&self, value: T) {
        off_loop(move || drop(value), |_| ());
    }

    /// Does the rest of what an event asks for once all that it has made ready so far is settled; what a rest leaves comes
    /// before what else is left.
    pub fn then(&mut self, rest: impl FnOnce(&mut Self) + Send + 'static) {
        self.rest.push_back(Box::new(rest));
    }

    /// Takes what is left to do, so that another event can be handled, or one of them be done.
    pub fn take_rest(&mut self) -> VecDeque<Rest> {
        std::mem::take(&mut self.rest)
    }

    /// Puts back what was left to do before, behind what is left now.
    pub fn put_back_rest(&mut self, before: VecDeque<Rest>) {
        self.rest.extend(before);
    }

    /// Events that were held back are handled next, as soon as what they waited for is settled.
    pub fn resume(&mut self, events: impl IntoIterator<Item = Event>) {
        self.backlog.extend(events);
    }

    /// The next of the events that were held back.
    pub fn resumed(&mut self) -> Option<Event> {
        self.backlog.pop_front()
    }

    /// Takes an engine's error: the user is told once, and an engine that died is not asked again.
    pub fn engine_failed(&mut self, error: &EngineError) {
        if let EngineError::WorkerDied { .. } = error {
            self.state.engine = EngineState::Failed(error.to_string());
        }
        self.tell_once(MessageType::ERROR, format!("codegen-lsp: {error}"));
    }
}

/// The one way off the main loop: runs `work` on a thread of its own, then `then`, with `None` if it panicked.
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

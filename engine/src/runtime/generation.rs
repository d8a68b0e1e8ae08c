//! The handle of a submitted request.

use std::sync::Arc;

use codegen_core::{Completion, EngineError, Event, FinishReason};
use tokio::sync::mpsc::UnboundedReceiver;

use super::ticket::{Shared, Ticket};

/// A request that has been submitted. Dropping it cancels the request within one token or one prompt chunk.
pub struct Generation {
    events: UnboundedReceiver<Event>,
    ticket: Arc<Ticket>,
    shared: Arc<Shared>,
}

impl Generation {
    pub(super) fn new(events: UnboundedReceiver<Event>, ticket: Arc<Ticket>, shared: Arc<Shared>) -> Self {
        Self { events, ticket, shared }
    }

    /// The next event; `None` after the last. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// The same for callers without an async runtime.
    ///
    /// # Panics
    /// When called from asynchronous code.
    pub fn blocking_next(&mut self) -> Option<Event> {
        self.events.blocking_recv()
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// The error of [`Event::Failed`].
    pub async fn finish(mut self) -> Result<Completion, EngineError> {
        self.ticket.report_only_end();
        while let Some(event) = self.next().await {
            if let Some(end) = end(event) {
                return end;
            }
        }
        Err(already_over())
    }

    /// The same for callers without an async runtime.
    ///
    /// # Errors
    /// The error of [`Event::Failed`].
    ///
    /// # Panics
    /// When called from asynchronous code.
    pub fn blocking_finish(mut self) -> Result<Completion, EngineError> {
        self.ticket.report_only_end();
        while let Some(event) = self.blocking_next() {
            if let Some(end) = end(event) {
                return end;
            }
        }
        Err(already_over())
    }

    /// Stops the work; the last event is then `Done` with the reason `Cancelled`, and comes at once. Without effect on a
    /// request that has ended.
    pub fn cancel(&self) {
        self.shared.stop(&self.ticket, FinishReason::Cancelled);
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl std::fmt::Debug for Generation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generation").finish_non_exhaustive()
    }
}

fn end(event: Event) -> Option<Result<Completion, EngineError>> {
    match event {
        Event::Token { .. } => None,
        Event::Done(completion) => Some(Ok(completion)),
        Event::Failed(error) => Some(Err(error)),
    }
}

/// Returned only if the caller takes the last event with `next` and then asks for the end.
fn already_over() -> EngineError {
    EngineError::WorkerDied { reason: "the request's last event has been taken already".into() }
}

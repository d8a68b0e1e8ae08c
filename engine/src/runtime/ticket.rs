//! What a request's owner and the worker share about it.
//!
//! A request can be ended from either side: by the worker, or by its owner (cancelled, dropped) or a successor
//! (superseded) while the worker is in the middle of a batch. Whoever comes first takes the ticket's sender and sends
//! the one last event; nobody waits for the other. The worker looks at `ended` between batches and forgets the request.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::Counters;
use crate::{Completion, EngineError, Event, FinishReason, Key, TokenId};

/// How far a request has come.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub text: String,
    pub prompt_tokens: usize,
    pub reused_tokens: usize,
    pub dropped_tokens: usize,
    pub generated_tokens: usize,
    pub logprob_sum: f64,
    pub started: Option<Instant>,
    pub first_token: Option<Instant>,
    pub last_token: Option<Instant>,
}

impl Progress {
    fn complete(&mut self, reason: FinishReason) -> Completion {
        let between = |from: Option<Instant>, to: Option<Instant>| match (from, to) {
            (Some(from), Some(to)) => to.saturating_duration_since(from),
            _ => Duration::ZERO,
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        let mean_logprob = (self.logprob_sum / self.generated_tokens.max(1) as f64) as f32;
        Completion {
            text: std::mem::take(&mut self.text),
            reason,
            prompt_tokens: self.prompt_tokens,
            reused_tokens: self.reused_tokens,
            dropped_tokens: self.dropped_tokens,
            generated_tokens: self.generated_tokens,
            mean_logprob,
            prefill: between(self.started, self.first_token),
            decode: between(self.first_token, self.last_token),
        }
    }
}

struct Outbox {
    /// Gone once the last event has been sent.
    sender: Option<UnboundedSender<Event>>,
    progress: Progress,
}

/// One request, as its owner and the worker see it.
pub(super) struct Ticket {
    id: u64,
    key: Option<Key>,
    ended: AtomicBool,
    outbox: Mutex<Outbox>,
}

impl Ticket {
    /// Whether the last event has been sent.
    pub fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Changes what a completion will say, unless there has been one.
    pub fn update(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut lock(&self.outbox).progress);
    }

    /// Reports a token.
    pub fn token(&self, id: TokenId, text: String, logprob: f32) {
        let mut outbox = lock(&self.outbox);
        let now = Instant::now();
        let progress = &mut outbox.progress;
        progress.text.push_str(&text);
        progress.generated_tokens += 1;
        progress.logprob_sum += f64::from(logprob);
        progress.first_token.get_or_insert(now);
        progress.last_token = Some(now);
        if let Some(sender) = &outbox.sender {
            // The owner may be gone already; `ended` will tell.
            let _ = sender.send(Event::Token { id, text, logprob });
        }
    }

    /// Sends the last event, unless that has been done.
    fn end(&self, event: impl FnOnce(&mut Progress) -> Event) -> bool {
        let mut outbox = lock(&self.outbox);
        let Some(sender) = outbox.sender.take() else { return false };
        self.ended.store(true, Ordering::Release);
        let _ = sender.send(event(&mut outbox.progress));
        true
    }
}

#[derive(Default)]
struct Registry {
    next_id: u64,
    open: HashMap<u64, Arc<Ticket>>,
    keys: HashMap<Key, u64>,
    /// Why no request can be served any more.
    dead: Option<String>,
}

/// Counts of work, written by the worker alone.
#[derive(Debug, Default)]
pub(super) struct AtomicCounters {
    pub prefill_tokens: AtomicU64,
    pub reused_tokens: AtomicU64,
    pub generated_tokens: AtomicU64,
    pub batches: AtomicU64,
    pub finished_requests: AtomicU64,
}

impl AtomicCounters {
    pub fn read(&self) -> Counters {
        Counters {
            prefill_tokens: self.prefill_tokens.load(Ordering::Relaxed),
            reused_tokens: self.reused_tokens.load(Ordering::Relaxed),
            generated_tokens: self.generated_tokens.load(Ordering::Relaxed),
            batches: self.batches.load(Ordering::Relaxed),
            finished_requests: self.finished_requests.load(Ordering::Relaxed),
        }
    }
}

/// What the engine's handles and its worker share.
#[derive(Default)]
pub(super) struct Shared {
    pub counters: AtomicCounters,
    registry: Mutex<Registry>,
}

impl Shared {
    /// Opens a ticket, hands it on, and ends the one it supersedes. `hand_on` is called in the order of the tickets.
    pub fn open(
        &self,
        key: Option<Key>,
        sender: UnboundedSender<Event>,
        hand_on: impl FnOnce(Arc<Ticket>),
    ) -> Arc<Ticket> {
        let mut registry = lock(&self.registry);
        let id = registry.next_id;
        registry.next_id += 1;
        let outbox = Mutex::new(Outbox { sender: Some(sender), progress: Progress::default() });
        let ticket = Arc::new(Ticket { id, key, ended: AtomicBool::new(false), outbox });
        if let Some(reason) = registry.dead.clone() {
            drop(registry);
            self.fail(&ticket, EngineError::WorkerDied { reason });
            return ticket;
        }
        let earlier = ticket.key.clone().and_then(|key| registry.keys.insert(key, id));
        let superseded = earlier.and_then(|earlier| registry.open.remove(&earlier));
        registry.open.insert(id, Arc::clone(&ticket));
        hand_on(Arc::clone(&ticket));
        drop(registry);
        if let Some(superseded) = superseded {
            self.stop(&superseded, FinishReason::Superseded);
        }
        ticket
    }

    /// Ends a request with what it has produced so far.
    pub fn stop(&self, ticket: &Ticket, reason: FinishReason) {
        self.close(ticket, |progress| Event::Done(progress.complete(reason)));
    }

    /// Ends a request with its text cut to `length` bytes.
    pub fn stop_at(&self, ticket: &Ticket, length: usize, reason: FinishReason) {
        self.close(ticket, |progress| {
            progress.text.truncate(progress.text.floor_char_boundary(length));
            Event::Done(progress.complete(reason))
        });
    }

    /// Ends a request with an error.
    pub fn fail(&self, ticket: &Ticket, error: EngineError) {
        self.close(ticket, |_| Event::Failed(error));
    }

    fn close(&self, ticket: &Ticket, event: impl FnOnce(&mut Progress) -> Event) {
        let counted = |progress: &mut Progress| {
            self.counters.finished_requests.fetch_add(1, Ordering::Relaxed);
            event(progress)
        };
        if !ticket.end(counted) {
            return;
        }
        let mut registry = lock(&self.registry);
        registry.open.remove(&ticket.id);
        if let Some(key) = &ticket.key
            && registry.keys.get(key) == Some(&ticket.id)
        {
            registry.keys.remove(key);
        }
    }

    /// Fails every open request and all that will come.
    pub fn die(&self, reason: &str) {
        let open: Vec<_> = {
            let mut registry = lock(&self.registry);
            registry.dead = Some(reason.to_owned());
            registry.open.drain().map(|(_, ticket)| ticket).collect()
        };
        for ticket in open {
            self.fail(&ticket, EngineError::WorkerDied { reason: reason.to_owned() });
        }
    }
}

/// Nothing here is left half changed by a panic, so a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

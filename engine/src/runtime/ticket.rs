//! The state that a request's owner and the worker share.
//!
//! A request can be ended from either side: by the worker, or by its owner (cancelled, dropped) or a successor
//! (superseded) while the worker is in the middle of a batch. The side that ends a request first takes the ticket's
//! sender and sends the one last event; neither side waits for the other. The worker looks at `ended` between batches
//! and drops the request.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use codegen_core::{Completion, EngineError, Event, FinishReason, Key, ScoredToken, TokenId};
use tokio::sync::mpsc::UnboundedSender;

use super::load::options::{Counters, ThreadsInUse};

/// The progress of a request.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub text: String,
    pub prompt_tokens: usize,
    pub reused_tokens: usize,
    pub dropped_tokens: usize,
    pub generated_tokens: usize,
    pub logprob_sum: f64,
    pub tokens: Vec<ScoredToken>,
    pub prompt_logprobs: Vec<f32>,
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
            tokens: std::mem::take(&mut self.tokens),
            prompt_logprobs: std::mem::take(&mut self.prompt_logprobs),
            prefill: between(self.started, self.first_token),
            decode: between(self.first_token, self.last_token),
        }
    }
}

/// What a request's events are given to. It must not wait for anything.
pub(crate) trait Sink: Send {
    /// Takes the progress after a change of it that is no token.
    fn changed(&mut self, _: &Progress) {}
    /// Takes the next event. After the last it is dropped.
    fn event(&mut self, event: Event);
}

impl Sink for UnboundedSender<Event> {
    fn event(&mut self, event: Event) {
        // The owner may be gone already; `ended` reports that.
        let _ = self.send(event);
    }
}

struct Outbox {
    /// Gone once the last event has been sent.
    sink: Option<Box<dyn Sink>>,
    /// Whether the owner waits only for the last event.
    only_end: bool,
    progress: Progress,
}

/// One request, as its owner and the worker see it.
pub(crate) struct Ticket {
    id: u64,
    key: Option<Key>,
    ended: AtomicBool,
    outbox: Mutex<Outbox>,
}

impl Ticket {
    /// Different for every ticket of an engine.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Whether the last event has been sent.
    pub fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Changes the values that the completion will report, unless it has been sent.
    pub fn update(&self, change: impl FnOnce(&mut Progress)) {
        let outbox = &mut *lock(&self.outbox);
        change(&mut outbox.progress);
        if let Some(sink) = &mut outbox.sink {
            sink.changed(&outbox.progress);
        }
    }

    /// Stops reporting tokens. Each report wakes the owner, and on a busy machine that may cost the worker its core.
    pub fn report_only_end(&self) {
        lock(&self.outbox).only_end = true;
    }

    /// Reports a token.
    pub fn token(&self, id: TokenId, text: String, logprob: f32) {
        let mut outbox = lock(&self.outbox);
        let now = Instant::now();
        let progress = &mut outbox.progress;
        progress.text.push_str(&text);
        progress.generated_tokens += 1;
        progress.logprob_sum += f64::from(logprob);
        progress.tokens.push(ScoredToken { end: progress.text.len(), logprob });
        progress.first_token.get_or_insert(now);
        progress.last_token = Some(now);
        let quiet = outbox.only_end;
        if let Some(sink) = outbox.sink.as_mut().filter(|_| !quiet) {
            sink.event(Event::Token { id, text, logprob });
        }
    }

    /// Sends the last event, unless that has been done.
    fn end(&self, event: impl FnOnce(&mut Progress) -> Event) -> bool {
        let mut outbox = lock(&self.outbox);
        let Some(mut sink) = outbox.sink.take() else { return false };
        self.ended.store(true, Ordering::Release);
        sink.event(event(&mut outbox.progress));
        true
    }
}

#[derive(Default)]
struct Registry {
    open: HashMap<u64, Arc<Ticket>>,
    /// The open tickets of each key: those of one submission, which is the latest with that key.
    keys: HashMap<Key, Vec<u64>>,
    /// Why no more requests can be served; `None` while the worker lives.
    dead: Option<EngineError>,
    /// Those who want to know of that.
    watchers: Vec<Watcher>,
}

/// Is told why an engine serves no more requests.
pub(crate) type Watcher = Box<dyn FnOnce(EngineError) + Send>;

/// Counts of work, written by the worker alone.
#[derive(Debug, Default)]
pub(crate) struct AtomicCounters {
    pub prefill_tokens: AtomicU64,
    pub reused_tokens: AtomicU64,
    pub generated_tokens: AtomicU64,
    pub guessed_tokens: AtomicU64,
    pub right_guesses: AtomicU64,
    pub batches: AtomicU64,
    pub finished_requests: AtomicU64,
}

impl AtomicCounters {
    pub fn read(&self) -> Counters {
        Counters {
            prefill_tokens: self.prefill_tokens.load(Ordering::Relaxed),
            reused_tokens: self.reused_tokens.load(Ordering::Relaxed),
            generated_tokens: self.generated_tokens.load(Ordering::Relaxed),
            guessed_tokens: self.guessed_tokens.load(Ordering::Relaxed),
            right_guesses: self.right_guesses.load(Ordering::Relaxed),
            batches: self.batches.load(Ordering::Relaxed),
            finished_requests: self.finished_requests.load(Ordering::Relaxed),
        }
    }
}

/// The state that the engine's handles and its worker share.
#[derive(Default)]
pub(crate) struct Shared {
    pub counters: AtomicCounters,
    /// Threads of the last batch of one token, and of the last of several; zero before there was any.
    pub decode_threads: AtomicUsize,
    pub batch_threads: AtomicUsize,
    /// Is told of every ticket that has ended, by its number, after its last event.
    pub on_end: OnceLock<Box<dyn Fn(u64) + Send + Sync>>,
    next_id: AtomicU64,
    registry: Mutex<Registry>,
}

impl Shared {
    /// How many threads computed the last batches.
    pub fn threads_in_use(&self) -> ThreadsInUse {
        ThreadsInUse {
            decode: self.decode_threads.load(Ordering::Relaxed),
            batch: self.batch_threads.load(Ordering::Relaxed),
        }
    }

    /// How many tickets there have been.
    pub fn submitted(&self) -> u64 {
        self.next_id.load(Ordering::Relaxed)
    }

    /// Returns a ticket that has not been opened yet.
    pub fn ticket(&self, key: Option<Key>, sink: impl Sink + 'static) -> Arc<Ticket> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let sink: Option<Box<dyn Sink>> = Some(Box::new(sink));
        let outbox = Mutex::new(Outbox { sink, only_end: false, progress: Progress::default() });
        Arc::new(Ticket { id, key, ended: AtomicBool::new(false), outbox })
    }

    /// Opens the tickets of one submission, all of which have the given key, hands the submission on, and ends what it
    /// supersedes. `hand_on` is called in the order in which submissions supersede one another.
    pub fn open(&self, key: Option<Key>, tickets: Vec<Arc<Ticket>>, hand_on: impl FnOnce()) {
        let mut registry = lock(&self.registry);
        if let Some(error) = registry.dead.clone() {
            drop(registry);
            for ticket in tickets {
                self.fail(&ticket, error.clone());
            }
            return;
        }
        let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id).collect();
        let earlier = match key {
            Some(key) if ids.is_empty() => registry.keys.remove(&key),
            Some(key) => registry.keys.insert(key, ids),
            None => None,
        };
        let earlier = earlier.unwrap_or_default();
        let superseded: Vec<_> = earlier.iter().filter_map(|id| registry.open.remove(id)).collect();
        registry.open.extend(tickets.into_iter().map(|ticket| (ticket.id, ticket)));
        hand_on();
        drop(registry);
        for ticket in superseded {
            self.stop(&ticket, FinishReason::Superseded);
        }
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
        if let Some(told) = self.on_end.get() {
            told(ticket.id);
        }
        if let Some(key) = &ticket.key
            && let Some(ids) = registry.keys.get_mut(key)
        {
            ids.retain(|&id| id != ticket.id);
            if ids.is_empty() {
                registry.keys.remove(key);
            }
        }
    }

    /// Fails every open request and all later ones.
    pub fn die(&self, error: &EngineError) {
        let open: Vec<_> = {
            let mut registry = lock(&self.registry);
            registry.dead = Some(error.clone());
            registry.open.drain().map(|(_, ticket)| ticket).collect()
        };
        for ticket in open {
            self.fail(&ticket, error.clone());
        }
    }

    /// Tells those who watch that the engine has died.
    pub fn tell_death(&self, error: &EngineError) {
        let watchers = std::mem::take(&mut lock(&self.registry).watchers);
        for watcher in watchers {
            watcher(error.clone());
        }
    }

    /// Tells `watcher` once the engine has died, or now.
    pub fn watch(&self, watcher: Watcher) {
        let dead = {
            let mut registry = lock(&self.registry);
            match registry.dead.clone() {
                Some(error) => error,
                None => return registry.watchers.push(watcher),
            }
        };
        watcher(dead);
    }
}

/// A panic leaves nothing here half changed, so a poisoned lock can be used.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

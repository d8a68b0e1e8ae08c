//! The handle of a running model, and the thread behind it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use codegen_core::{Candidate, Candidates, EngineError, Key, Prompt, Request, TokenId};

use super::backend::{Backend, Vocabulary, llama};
use super::generation::Generation;
use super::load::options::{Counters, Device, EngineOptions, ModelInfo, ThreadsInUse};
use super::load::progress::Progress;
use super::submission::{Continuation, Submission};
use super::ticket::{Shared, Sink, Ticket};
use super::worker;
use crate::decode::text::TextDecoder;
use crate::model::Infill;

/// The threads of all engines that have not been seen to end.
static THREADS: Mutex<Vec<JoinHandle<()>>> = Mutex::new(Vec::new());

/// A running model. Cheap to clone; the worker ends when the last clone and the last [`Generation`] are gone.
#[derive(Clone)]
pub struct Engine {
    handle: Arc<Handle>,
}

struct Handle {
    inbox: Sender<Submission>,
    shared: Arc<Shared>,
    vocabulary: Arc<dyn Vocabulary>,
    info: ModelInfo,
}

/// The work of the worker's thread once it has a backend: reports that it is ready, and serves until every handle is
/// gone.
///
/// It is a value rather than a return, because a backend may borrow from a model that lives on the thread's stack.
pub(crate) struct Serve {
    ready: Arc<OnceLock<()>>,
    report: Sender<Result<Ready, EngineError>>,
    inbox: Receiver<Submission>,
    shared: Arc<Shared>,
}

struct Ready {
    vocabulary: Arc<dyn Vocabulary>,
    info: ModelInfo,
}

impl Serve {
    pub(super) fn serve(self, backend: &mut dyn Backend, info: ModelInfo) {
        let _ = self.ready.set(());
        let sizes = [("context", backend.context()), ("batch", backend.batch()), ("slots", backend.slots())];
        if let Some((option, _)) = sizes.into_iter().find(|(_, size)| *size == 0) {
            let _ = self.report.send(Err(EngineError::bad_option(option, 0, "at least 1")));
            return;
        }
        let (inbox, shared) = self.accept(backend.vocabulary(), info);
        worker::run(backend, &inbox, &shared);
    }

    /// Reports that requests can be served; the thread then serves those that come out of the inbox, until it is closed.
    pub(crate) fn accept(
        self,
        vocabulary: Arc<dyn Vocabulary>,
        info: ModelInfo,
    ) -> (Receiver<Submission>, Arc<Shared>) {
        let _ = self.ready.set(());
        // If the caller is gone, the inbox is closed too, and whoever serves ends at once.
        let _ = self.report.send(Ok(Ready { vocabulary, info }));
        (self.inbox, self.shared)
    }
}

impl Engine {
    /// Loads a GGUF and starts the worker; blocks until the model is ready.
    ///
    /// # Errors
    /// [`EngineError::ModelNotFound`], [`EngineError::ModelLoad`], [`EngineError::AdapterLoad`],
    /// [`EngineError::BadOption`];
    /// [`EngineError::WorkerDied`] if loading panics.
    pub fn load(options: &EngineOptions) -> Result<Self, EngineError> {
        Self::load_telling(options, Progress::default())
    }

    /// Does the same as [`Engine::load`], and tells how much of the model is loaded.
    ///
    /// # Errors
    /// Those of [`Engine::load`].
    pub fn load_telling(options: &EngineOptions, progress: Progress) -> Result<Self, EngineError> {
        let options = options.clone();
        Self::spawn(move |serve| llama::load(&options, &progress, |backend, info| serve.serve(backend, info)))
    }

    /// Starts a worker around any backend. `make` runs on the worker's thread.
    ///
    /// # Errors
    /// What `make` returns; [`EngineError::WorkerDied`] if it panics.
    pub fn start<B: Backend>(
        make: impl FnOnce() -> Result<(B, ModelInfo), EngineError> + Send + 'static,
    ) -> Result<Self, EngineError> {
        Self::spawn(move |serve| {
            let (mut backend, info) = make()?;
            serve.serve(&mut backend, info);
            Ok(())
        })
    }

    /// Starts a thread that serves requests: `run` hands itself over with [`Serve`], or returns why it cannot.
    ///
    /// # Errors
    /// What `run` returns; [`EngineError::WorkerDied`] if it panics.
    pub(crate) fn spawn(
        run: impl FnOnce(Serve) -> Result<(), EngineError> + Send + 'static,
    ) -> Result<Self, EngineError> {
        let (inbox, submissions) = channel();
        let (report, reports) = channel();
        let shared = Arc::new(Shared::default());
        let ready = Arc::new(OnceLock::new());
        let serve = Serve {
            ready: Arc::clone(&ready),
            report: report.clone(),
            inbox: submissions,
            shared: Arc::clone(&shared),
        };
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("codegen-engine".into())
            .spawn(move || {
                let shared = for_thread;
                let outcome = catch_unwind(AssertUnwindSafe(|| run(serve)));
                let orderly = matches!(outcome, Ok(Ok(())));
                let error = match outcome {
                    Ok(Ok(())) => EngineError::WorkerDied { reason: "it was shut down".into() },
                    Ok(Err(error)) => error,
                    Err(panic) => EngineError::WorkerDied { reason: panic_message(&*panic) },
                };
                if ready.get().is_none() {
                    let _ = report.send(Err(error));
                    return;
                }
                shared.die(&error);
                if !orderly {
                    shared.tell_death(&error);
                }
            })
            .map_err(|error| EngineError::WorkerDied { reason: format!("its thread cannot be started: {error}") })?;
        let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread);
        drop(threads);
        match reports.recv() {
            Ok(Ok(Ready { vocabulary, info })) => {
                Ok(Self { handle: Arc::new(Handle { inbox, shared, vocabulary, info }) })
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(EngineError::WorkerDied { reason: "it ended while loading".into() }),
        }
    }

    /// Waits until the threads of all engines have ended, each of which frees its model and its KV cache. Returns
    /// whether they ended within `limit`. A thread ends when the last handle of its engine is dropped, after the batch
    /// in progress.
    ///
    /// The caller must call it before the program returns from `main`. At the end of a process, native libraries free
    /// what a thread that still computes works on; the process would then end with a segmentation fault instead of its
    /// exit code.
    pub fn wait_for_all(limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(thread) = threads.pop() {
            while !thread.is_finished() {
                if Instant::now() >= deadline {
                    threads.push(thread);
                    return false;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            // A panic has already been turned into an error of the requests.
            let _ = thread.join();
        }
        true
    }

    /// Devices llama.cpp sees in this build.
    #[must_use]
    pub fn devices() -> Vec<Device> {
        llama::devices()
    }

    /// How llama.cpp was built: the cargo features for GPUs, and the instruction sets its CPU code uses.
    #[must_use]
    pub fn build_info() -> String {
        llama::build_info()
    }

    /// Hands a request to the worker. Never blocks. Earlier requests of an equal key are answered with
    /// [`codegen_core::FinishReason::Superseded`] before this returns.
    pub fn submit(&self, request: Request) -> Generation {
        let Request { prompt, max_tokens, sampling, begin, stop, priority, key, overflow, score_from, fresh } = request;
        let (ticket, generation) = self.ticket(key.as_ref());
        let each = vec![Continuation { ticket, candidate: Candidate { sampling, begin, stop } }];
        self.hand_in(key, Submission { prompt, max_tokens, priority, overflow, score_from, fresh, each });
        generation
    }

    /// Hands several continuations of one prompt to the worker; the generations come in the order of `candidates.each`.
    /// Never blocks. Earlier requests of an equal key, all candidates of such included, are answered with
    /// [`codegen_core::FinishReason::Superseded`] before this returns, even if `each` is empty.
    ///
    /// The prompt is read once, and its logits give the first token of every candidate. From there on the candidates
    /// run in parallel, each on a slot with a copy of the prompt's KV cache, one token of each per batch. If there are
    /// fewer slots than candidates, the others follow as slots become free. Each candidate ends independently: if the
    /// one that reads the prompt is cancelled, the next continues where it stopped. The prompt is read again only if
    /// requests of a higher priority take every slot, or if the model's cache cannot be copied.
    ///
    /// A candidate's tokens depend on the prompt, its sampling and the logits, not on the tokens of the others. With
    /// llama.cpp, the logits depend a little on how many tokens are computed at once, by up to a few tenths (see
    /// [`crate::runtime::backend::llama`] for the reasons). So where two tokens are about equally likely, a candidate's
    /// text may differ from that of a single request, or from the same candidate's beside other requests. The same
    /// holds for tokens that the KV cache keeps from an earlier request, because they were computed in other batches.
    /// Only a request with [`Request::fresh`] that runs alone, as in an engine with one slot, gives the same bits every
    /// time: with the same model, options and [`ModelInfo::threads`], on the same kind of processor. Such requests
    /// always use that many threads.
    pub fn submit_candidates(&self, candidates: Candidates) -> Vec<Generation> {
        let Candidates { prompt, max_tokens, priority, key, overflow, score_from, fresh, each } = candidates;
        let (each, generations) = each
            .into_iter()
            .map(|candidate| {
                let (ticket, generation) = self.ticket(key.as_ref());
                (Continuation { ticket, candidate }, generation)
            })
            .unzip();
        self.hand_in(key, Submission { prompt, max_tokens, priority, overflow, score_from, fresh, each });
        generations
    }

    fn ticket(&self, key: Option<&Key>) -> (Arc<Ticket>, Generation) {
        let (sender, events) = tokio::sync::mpsc::unbounded_channel();
        let ticket = self.handle.shared.ticket(key.cloned(), sender);
        let generation = Generation::new(events, Arc::clone(&ticket), Arc::clone(&self.handle.shared));
        (ticket, generation)
    }

    /// A ticket whose events are given to `sink`.
    pub(crate) fn ticket_for(&self, sink: impl Sink + 'static) -> Arc<Ticket> {
        self.handle.shared.ticket(None, sink)
    }

    /// What the engine's handles share with its worker.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.handle.shared
    }

    /// The model's vocabulary.
    pub(crate) fn vocabulary(&self) -> &dyn Vocabulary {
        &*self.handle.vocabulary
    }

    /// Tells `watcher` once, from another thread, why the engine serves no more requests; at once if it does not now. An engine
    /// that ends because nobody holds it is not told of.
    pub fn when_dead(&self, watcher: impl FnOnce(EngineError) + Send + 'static) {
        self.handle.shared.watch(Box::new(watcher));
    }

    pub(crate) fn hand_in(&self, key: Option<Key>, submission: Submission) {
        let tickets = submission.each.iter().map(|continuation| Arc::clone(&continuation.ticket)).collect();
        self.handle.shared.open(key, tickets, || {
            // The receiver is gone only if the worker has died; the worker then fails all open tickets itself.
            let _ = self.handle.inbox.send(submission);
        });
    }

    /// Returns the description of the loaded model.
    #[must_use]
    pub fn info(&self) -> &ModelInfo {
        &self.handle.info
    }

    /// Returns the counts of work done so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.handle.shared.counters.read()
    }

    /// How many requests have been submitted so far, each candidate counted.
    #[must_use]
    pub fn submitted(&self) -> u64 {
        self.handle.shared.submitted()
    }

    /// How many threads computed the last batches.
    #[must_use]
    pub fn threads_in_use(&self) -> ThreadsInUse {
        self.handle.shared.threads_in_use()
    }

    /// Returns the tokens of `text`, after the token that the model's tokenizer puts before each text, if any. Special
    /// tokens are not parsed. Runs on the calling thread.
    #[must_use]
    pub fn tokenize(&self, text: &str) -> Vec<TokenId> {
        self.handle.vocabulary.tokenize(text)
    }

    /// Returns the prompt for what belongs between two texts, in the model's own form; `None` if the model was not trained
    /// for that. Runs on the calling thread.
    #[must_use]
    pub fn infill(&self, before: &str, behind: &str) -> Option<Prompt> {
        let Infill { prefix, suffix, middle } = self.handle.info.infill?;
        // What the model's tokenizer puts before each text stands before the whole.
        let first = self.tokenize("").len();
        let mut tokens = self.tokenize(before);
        tokens.insert(first.min(tokens.len()), prefix);
        tokens.push(suffix);
        tokens.extend(self.tokenize(behind).into_iter().skip(first));
        tokens.push(middle);
        Some(Prompt::Tokens(tokens))
    }

    /// Returns the number of bytes in the text of each token, in order; a token can be part of a character. For tokens
    /// from [`Self::tokenize`] the sum is the text's length, so that an offset in the text can be turned into a token's
    /// index. Control tokens and unknown ids have no text. Runs on the calling thread.
    #[must_use]
    pub fn token_lengths(&self, tokens: &[TokenId]) -> Vec<usize> {
        let mut bytes = Vec::new();
        let length = |&token: &TokenId| {
            bytes.clear();
            self.handle.vocabulary.token_bytes(token, &mut bytes);
            bytes.len()
        };
        tokens.iter().map(length).collect()
    }

    /// Returns the text of tokens; bytes that are not UTF-8 become U+FFFD. Runs on the calling thread.
    #[must_use]
    pub fn detokenize(&self, tokens: &[TokenId]) -> String {
        let (mut text, mut decoder, mut bytes) = (String::new(), TextDecoder::default(), Vec::new());
        for &token in tokens {
            bytes.clear();
            self.handle.vocabulary.token_bytes(token, &mut bytes);
            decoder.push(&bytes, &mut text);
        }
        decoder.finish(&mut text);
        text
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("model", &self.handle.info.name).finish_non_exhaustive()
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let message = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked: {}", message.unwrap_or("without a message"))
}

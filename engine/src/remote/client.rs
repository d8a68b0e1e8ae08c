//! This side of the border: sends what is submitted, and applies what comes back to the tickets.
//!
//! Three threads. The engine's own reads, and ends when the other side does; it is the only one that ends a request for what
//! the other side says. One sends, so that nobody who submits or cancels waits for a full pipe. One takes submissions out of
//! the engine's inbox, and thereby learns that nobody holds the engine any more.

use std::collections::HashMap;
use std::io::{self, BufReader, Read as Input, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use codegen_core::{EngineError, FinishReason, StopRule, TokenId};

use super::frames;
use super::protocol::{Call, Each, Read, Report, Total, VERSION, Work};
use super::vocabulary::{Calls, RemoteVocabulary};
use crate::runtime::submission::{Continuation, Submission};
use crate::runtime::ticket::{Shared, Ticket};
use crate::runtime::{Engine, EngineOptions, Progress, Serve};

/// Why there is no engine on the other side, or none any more.
#[derive(Debug)]
pub(super) enum End {
    /// It says so.
    Refused(EngineError),
    /// It is gone, or does not speak as it should: with what it has said of that, if anything.
    Lost(Option<String>),
}

/// What is to be sent.
enum Message {
    Submit(Submission),
    /// A request has ended on this side or on the other.
    Ended(u64),
    Tokenize(u64, String),
    /// Nobody will submit any more.
    Closed,
    /// The other side is gone.
    Lost,
}

/// A request that the other side works on.
struct Running {
    ticket: Arc<Ticket>,
    stop: Option<Box<dyn StopRule>>,
    /// The text so far, for the stop rule.
    text: String,
}

#[derive(Default)]
struct Open(Mutex<HashMap<u64, Running>>);

impl Open {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects to a host that reads from `output` and writes to `input`, and lets it load a model. Blocks until that is ready.
///
/// # Errors
/// Those of [`Engine::load`], as the host gives them; [`EngineError::ProcessDied`] if it hangs up.
pub fn connect(
    input: impl Input + Send + 'static,
    output: impl Write + Send + 'static,
    options: &EngineOptions,
    progress: Progress,
) -> Result<Engine, EngineError> {
    let options = options.clone();
    Engine::spawn(move |serve| match follow(serve, (input, output), options, &progress) {
        Ok(()) => Ok(()),
        Err(End::Refused(error)) => Err(error),
        Err(End::Lost(said)) => {
            Err(EngineError::ProcessDied { reason: said.unwrap_or_else(|| "it has hung up".to_owned()) })
        }
    })
}

/// Lets the host load a model and serve requests, until nobody holds the engine and the host has hung up.
pub(super) fn follow(
    serve: Serve,
    (input, mut output): (impl Input, impl Write + Send + 'static),
    options: EngineOptions,
    progress: &Progress,
) -> Result<(), End> {
    let (mut input, mut buffer) = (BufReader::new(input), Vec::new());
    let mut next = || frames::read::<Report>(&mut input, &mut buffer);
    let start = Call::Start { version: VERSION.to_owned(), options };
    // If it is gone already, reading says so.
    let _ = frames::write(&mut output, &start);
    let (info, texts) = loop {
        match next().map_err(unreadable)? {
            Some(Report::Loading(percent)) => progress.report_percent(percent),
            Some(Report::Ready { info, texts }) => break (*info, texts),
            Some(Report::Refused(error)) => return Err(End::Refused(error)),
            Some(_) | None => return Err(End::Lost(None)),
        }
    };
    let (messages, outgoing) = channel();
    let calls = Arc::<Calls>::default();
    let asking = messages.clone();
    let ask = Box::new(move |call, text| asking.send(Message::Tokenize(call, text)).is_ok());
    let vocabulary = RemoteVocabulary { texts, calls: Arc::clone(&calls), ask };
    let (inbox, shared) = serve.accept(Arc::new(vocabulary), info);
    let (open, leaving) = (Arc::<Open>::default(), Arc::<AtomicBool>::default());
    let ended = messages.clone();
    let _ = shared.on_end.set(Box::new(move |id| drop(ended.send(Message::Ended(id)))));
    let sending = Sending { outgoing, output, open: Arc::clone(&open), leaving: Arc::clone(&leaving) };
    thread("codegen-engine-send", move || sending.run())?;
    let submitting = messages.clone();
    thread("codegen-engine-take", move || take(&inbox, &submitting))?;
    let result = loop {
        match next() {
            Ok(Some(report)) => {
                if let Err(reason) = apply(report, &open, &calls, &shared) {
                    break Err(End::Lost(Some(reason)));
                }
            }
            Ok(None) if leaving.load(Ordering::Acquire) => break Ok(()),
            Ok(None) => break Err(End::Lost(None)),
            Err(error) => break Err(unreadable(error)),
        }
    };
    calls.close();
    let _ = messages.send(Message::Lost);
    open.lock().clear();
    result
}

fn unreadable(error: io::Error) -> End {
    match error.kind() {
        // It has ended in the middle of a message, and how it did says more.
        io::ErrorKind::UnexpectedEof => End::Lost(None),
        _ => End::Lost(Some(format!("what it says cannot be read: {error}"))),
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), End> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    started.map(drop).map_err(|error| End::Lost(Some(format!("a thread cannot be started: {error}"))))
}

/// Takes submissions until nobody holds the engine.
fn take(inbox: &Receiver<Submission>, messages: &Sender<Message>) {
    for submission in inbox {
        if messages.send(Message::Submit(submission)).is_err() {
            return;
        }
    }
    let _ = messages.send(Message::Closed);
}

/// The thread that sends.
struct Sending<W> {
    outgoing: Receiver<Message>,
    output: W,
    open: Arc<Open>,
    /// Set before the host is hung up on because nobody needs it.
    leaving: Arc<AtomicBool>,
}

impl<W: Write> Sending<W> {
    fn run(mut self) {
        let mut closed = false;
        while let Ok(message) = self.outgoing.recv() {
            let call = match message {
                Message::Submit(submission) => open(submission, &self.open).map(Call::Submit),
                // What the other side has ended is not among those that are open.
                Message::Ended(id) => self.open.lock().remove(&id).map(|_| Call::Cancel(id)),
                Message::Tokenize(call, text) => Some(Call::Tokenize { call, text }),
                Message::Closed => {
                    closed = true;
                    None
                }
                Message::Lost => return,
            };
            if let Some(call) = call
                && let Err(error) = frames::write(&mut self.output, &call)
            {
                // The thread that reads sees how the other side ended.
                tracing::debug!("the engine's process cannot be written to: {error}");
                return;
            }
            if closed && self.open.lock().is_empty() {
                self.leaving.store(true, Ordering::Release);
                return;
            }
        }
    }
}

/// Notes the requests of a submission as running, and makes a message of it; `None` if all have been ended already.
fn open(submission: Submission, open: &Open) -> Option<Work> {
    let Submission { prompt, max_tokens, priority, overflow, score_from, fresh, each } = submission;
    let mut running = open.lock();
    let mut sent = Vec::with_capacity(each.len());
    for Continuation { ticket, candidate } in each {
        // One that ends from here on is cancelled by a message that is still to come.
        if !ticket.ended() {
            let id = ticket.id();
            sent.push(Each { id, sampling: candidate.sampling, begin: candidate.begin });
            running.insert(id, Running { ticket, stop: candidate.stop, text: String::new() });
        }
    }
    (!sent.is_empty()).then_some(Work { prompt, max_tokens, priority, overflow, score_from, fresh, each: sent })
}

/// Applies what the host says. Fails with the reason if it says that its engine has died.
fn apply(report: Report, open: &Open, calls: &Calls, shared: &Shared) -> Result<(), String> {
    match report {
        Report::Token { id, token, text, logprob } => {
            if let Some(running) = open.lock().get_mut(&id) {
                running.token((token, text, logprob), shared);
            }
        }
        Report::Read { id, read, total } => {
            count(shared, total);
            if let Some(running) = open.lock().get(&id) {
                note(&running.ticket, read);
            }
        }
        Report::Ended { id, end, total } => {
            count(shared, total);
            if let Err(EngineError::WorkerDied { reason }) = end {
                return Err(reason);
            }
            let running = open.lock().remove(&id);
            if let Some(Running { ticket, .. }) = running {
                match end {
                    Ok(reason) => shared.stop(&ticket, reason),
                    Err(error) => shared.fail(&ticket, error),
                }
            }
        }
        Report::Tokens { call, tokens } => calls.answer(call, tokens),
        Report::Loading(_) | Report::Ready { .. } | Report::Refused(_) => {}
    }
    Ok(())
}

impl Running {
    /// Takes a token, and ends the request where its rule says so; the other side has then begun another one.
    fn token(&mut self, (token, text, logprob): (TokenId, String, f32), shared: &Shared) {
        if self.ticket.ended() {
            return;
        }
        if self.stop.is_some() {
            self.text.push_str(&text);
        }
        self.ticket.token(token, text, logprob);
        if let Some(cut) = self.stop.as_mut().and_then(|rule| rule.cut(&self.text)) {
            shared.stop_at(&self.ticket, cut, FinishReason::Stop);
        }
    }
}

fn note(ticket: &Ticket, read: Read) {
    ticket.update(|progress| {
        progress.prompt_tokens = read.prompt_tokens;
        progress.reused_tokens = read.reused_tokens;
        progress.dropped_tokens = read.dropped_tokens;
        progress.prompt_logprobs = read.logprobs;
        if read.begun {
            progress.started.get_or_insert_with(Instant::now);
        }
    });
}

/// Takes over what the host has counted; requests are counted on this side.
fn count(shared: &Shared, Total { counters, threads }: Total) {
    let own = &shared.counters;
    own.prefill_tokens.store(counters.prefill_tokens, Ordering::Relaxed);
    own.reused_tokens.store(counters.reused_tokens, Ordering::Relaxed);
    own.generated_tokens.store(counters.generated_tokens, Ordering::Relaxed);
    own.guessed_tokens.store(counters.guessed_tokens, Ordering::Relaxed);
    own.right_guesses.store(counters.right_guesses, Ordering::Relaxed);
    own.batches.store(counters.batches, Ordering::Relaxed);
    shared.decode_threads.store(threads.decode, Ordering::Relaxed);
    shared.batch_threads.store(threads.batch, Ordering::Relaxed);
}

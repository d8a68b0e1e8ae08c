//! The other side of the border: reads what is to be done, and lets an engine do it.
//!
//! One thread reads, and answers at once what needs no model's work. What becomes of requests is written by the thread that it
//! happens on, in one piece each, so that a token wakes nobody here.

use std::collections::HashMap;
use std::io::{self, BufReader, Read as Input, Write};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use codegen_core::{Candidate, EngineError, Event, FinishReason};

use super::frames;
use super::protocol::{Call, Each, Read, Report, Total, VERSION, Work};
use super::vocabulary::Texts;
use crate::runtime::submission::{Continuation, Submission};
use crate::runtime::ticket::{Progress as Made, Shared, Sink, Ticket};
use crate::runtime::{Engine, EngineOptions, Progress};

/// Serves one client, whose first message says which model is loaded, until it hangs up; all of its requests are ended then. The
/// engine's thread may still be at its last batch.
///
/// # Errors
/// The client does not speak as it should, or the thread that loads cannot be started.
pub fn serve(
    input: impl Input,
    output: impl Write + Send + 'static,
    load: impl FnOnce(EngineOptions, Progress) -> Result<Engine, EngineError> + Send + 'static,
) -> io::Result<()> {
    let (mut input, mut buffer) = (BufReader::new(input), Vec::new());
    let host = Arc::new(Host::new(output));
    let options = match frames::read(&mut input, &mut buffer)? {
        Some(Call::Start { version, options }) if version == VERSION => options,
        Some(Call::Start { version, .. }) => {
            let reason = format!("it is version {VERSION}, and version {version} has started it");
            host.say(&Report::Refused(EngineError::NoProcess { reason }));
            return Ok(());
        }
        Some(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "the first message is no start")),
        None => return Ok(()),
    };
    let loading = Arc::clone(&host);
    // The client may hang up while a model is loaded.
    std::thread::Builder::new().name("codegen-load".to_owned()).spawn(move || loading.load(options, load))?;
    let result = loop {
        match frames::read(&mut input, &mut buffer) {
            Ok(Some(call)) => host.take(call),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    host.end();
    result
}

struct Host {
    output: Mutex<Box<dyn Write + Send>>,
    engine: OnceLock<Engine>,
    /// The requests that are not over.
    open: Mutex<HashMap<u64, Arc<Ticket>>>,
}

impl Host {
    fn new(output: impl Write + Send + 'static) -> Self {
        Self { output: Mutex::new(Box::new(output)), engine: OnceLock::new(), open: Mutex::default() }
    }

    fn say(&self, report: &Report) {
        // Where the client is gone, the input ends, too.
        let written = frames::write(&mut *lock(&self.output), report);
        if let Err(error) = written {
            tracing::debug!("a message is not taken: {error}");
        }
    }

    fn load(
        self: Arc<Self>,
        options: EngineOptions,
        load: impl FnOnce(EngineOptions, Progress) -> Result<Engine, EngineError>,
    ) {
        // The worker may keep it to its end, which comes once nobody holds the engine, as the host does.
        let telling = Arc::downgrade(&self);
        let progress = Progress::new(move |percent| {
            if let Some(host) = telling.upgrade() {
                host.say(&Report::Loading(percent));
            }
        });
        #[cfg(feature = "testing")]
        super::fault::load(&options.model);
        match load(options, progress) {
            Ok(engine) => {
                let (info, texts) = (Box::new(engine.info().clone()), Texts::of(engine.vocabulary()));
                // It is there before the client may ask for anything.
                let _ = self.engine.set(engine);
                self.say(&Report::Ready { info, texts });
            }
            Err(error) => self.say(&Report::Refused(error)),
        }
    }

    fn take(self: &Arc<Self>, call: Call) {
        let Some(engine) = self.engine.get() else {
            return tracing::warn!("a message came before the model was loaded");
        };
        match call {
            Call::Submit(work) => self.submit(engine, work),
            Call::Cancel(id) => {
                let ticket = lock(&self.open).get(&id).cloned();
                if let Some(ticket) = ticket {
                    engine.shared().stop(&ticket, FinishReason::Cancelled);
                }
            }
            Call::Tokenize { call, text } => self.say(&Report::Tokens { call, tokens: engine.tokenize(&text) }),
            Call::Start { .. } => tracing::warn!("a second start came"),
        }
    }

    fn submit(self: &Arc<Self>, engine: &Engine, work: Work) {
        let Work { prompt, max_tokens, priority, overflow, score_from, fresh, each } = work;
        let each = each.into_iter().map(|Each { id, sampling, begin }| {
            let (host, shared) = (Arc::clone(self), Arc::clone(engine.shared()));
            let ticket = engine.ticket_for(Reporter { id, host, shared, told: Read::default() });
            lock(&self.open).insert(id, Arc::clone(&ticket));
            Continuation { ticket, candidate: Candidate { sampling, begin, stop: None } }
        });
        let each = each.collect();
        engine.hand_in(None, Submission { prompt, max_tokens, priority, overflow, score_from, fresh, each });
    }

    /// Ends all requests, and lets go of the engine.
    fn end(&self) {
        let open: Vec<_> = lock(&self.open).drain().map(|(_, ticket)| ticket).collect();
        if let Some(engine) = self.engine.get() {
            open.iter().for_each(|ticket| engine.shared().stop(ticket, FinishReason::Cancelled));
        }
    }
}

/// Reports what becomes of one request.
struct Reporter {
    id: u64,
    host: Arc<Host>,
    shared: Arc<Shared>,
    /// What has been told of its prompt.
    told: Read,
}

impl Reporter {
    fn total(&self) -> Total {
        Total { counters: self.shared.counters.read(), threads: self.shared.threads_in_use() }
    }
}

impl Sink for Reporter {
    fn changed(&mut self, made: &Made) {
        let read = Read {
            prompt_tokens: made.prompt_tokens,
            reused_tokens: made.reused_tokens,
            dropped_tokens: made.dropped_tokens,
            begun: made.started.is_some(),
            logprobs: made.prompt_logprobs.clone(),
        };
        if read != self.told {
            self.host.say(&Report::Read { id: self.id, read: read.clone(), total: self.total() });
            self.told = read;
        }
    }

    fn event(&mut self, event: Event) {
        let id = self.id;
        let end = match event {
            Event::Token { id: token, text, logprob } => {
                #[cfg(feature = "testing")]
                super::fault::token();
                return self.host.say(&Report::Token { id, token, text, logprob });
            }
            Event::Done(done) => Ok(done.reason),
            Event::Failed(error) => Err(error),
        };
        lock(&self.host.open).remove(&id);
        self.host.say(&Report::Ended { id, end, total: self.total() });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

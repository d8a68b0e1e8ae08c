//! The worker's loop: one batch after the other, each with something of every request that may run now.
//!
//! Requests are ordered by priority, then by arrival. Only those of the highest priority present run; the others keep
//! their slots, and with them their KV cache, until one of a higher priority needs one. What a request has generated is
//! part of its sequence, so that one which lost its slot resumes by feeding that sequence again.
//!
//! Candidates are jobs of one group, with the same prompt. The first that gets a slot reads it, and the others wait. At
//! its end each picks its first token from the same logits, whether it has a slot or not: from there on they are jobs
//! whose sequences begin alike, and take their slots as any job does, with a copy of what another slot holds.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use codegen_core::{EngineError, TokenId};

use super::backend::{Backend, BatchToken, Vocabulary};
use super::job::{Job, Limits};
use super::slots::Slots;
use super::submission::Submission;
use super::ticket::Shared;
use crate::decode::constrain::TokenTable;

/// Tokens of prompts that are scored in one batch at most, whatever the batch's size: each takes a row of logits, for
/// CodeGen 200 kB, in llama.cpp's buffers, which never shrink.
const MOST_SCORED: usize = 256;

/// Serves requests until every sender of the inbox is gone and none is left.
pub(super) fn run(backend: &mut dyn Backend, inbox: &Receiver<Submission>, shared: &Shared) {
    let mut worker = Worker {
        vocabulary: backend.vocabulary(),
        table: OnceCell::new(),
        context: backend.context(),
        slots: Slots::new(backend.slots()),
        guesses: backend.guesses(),
        backend,
        shared,
        jobs: Vec::new(),
        batch: Vec::new(),
        parts: Vec::new(),
    };
    loop {
        if worker.jobs.is_empty() {
            match inbox.recv() {
                Ok(submission) => worker.admit(submission),
                Err(_) => return,
            }
        }
        while let Ok(submission) = inbox.try_recv() {
            worker.admit(submission);
        }
        worker.step();
    }
}

/// How many jobs may guess tokens in one batch: with more of them, the batch is large without guesses.
const GUESSING: usize = 2;

/// A job's part of the batch.
struct Part {
    job: usize,
    tokens: usize,
    /// The index in the batch of the first of them.
    start: usize,
    /// Tokens that are only guessed, behind the others.
    guessed: Vec<TokenId>,
}

impl Part {
    fn new(job: usize, tokens: usize) -> Self {
        Self { job, tokens, start: 0, guessed: Vec::new() }
    }
}

struct Worker<'a> {
    backend: &'a mut dyn Backend,
    vocabulary: Arc<dyn Vocabulary>,
    /// Made when the first request needs it.
    table: OnceCell<TokenTable>,
    context: usize,
    shared: &'a Shared,
    /// Highest priority first, then in order of arrival.
    jobs: Vec<Job>,
    slots: Slots,
    /// How many tokens one job may guess at a time.
    guesses: usize,
    batch: Vec<BatchToken>,
    parts: Vec<Part>,
}

impl Worker<'_> {
    fn admit(&mut self, submission: Submission) {
        let limits = Limits { vocabulary: &*self.vocabulary, context: self.context };
        let jobs = Job::admit(submission, &limits, self.shared);
        if let Some(first) = jobs.first() {
            let place = self.jobs.partition_point(|other| other.priority >= first.priority);
            self.jobs.splice(place..place, jobs);
        }
    }

    fn step(&mut self) {
        self.retire();
        self.assign_slots();
        self.fill_batch();
        if self.batch.is_empty() {
            return;
        }
        self.shared.counters.batches.fetch_add(1, Ordering::Relaxed);
        let fresh = self.parts.iter().any(|part| self.jobs[part.job].fresh);
        self.backend.repeatable(fresh);
        let result = self.backend.decode(&self.batch);
        let alone = self.batch.len() == 1;
        let threads = if alone { &self.shared.decode_threads } else { &self.shared.batch_threads };
        threads.store(self.backend.threads(), Ordering::Relaxed);
        match result {
            Ok(()) => self.advance(),
            Err(error) => self.fail_batch(&error),
        }
    }

    /// Removes requests that have ended, from either side.
    fn retire(&mut self) {
        let slots = &mut self.slots;
        self.jobs.retain(|job| {
            let ended = job.ticket.ended();
            if let (true, Some(slot)) = (ended, job.slot) {
                slots.release(slot);
            }
            !ended
        });
    }

    /// Number of jobs that may run: those of the highest priority come first.
    fn runnable(&self) -> usize {
        let Some(first) = self.jobs.first() else { return 0 };
        self.jobs.partition_point(|job| job.priority == first.priority)
    }

    fn assign_slots(&mut self) {
        for index in 0..self.runnable() {
            if self.jobs[index].slot.is_some() || self.waits(index) {
                continue;
            }
            let free = self.slots.best_free(&self.jobs[index].wanted());
            let Some(slot) = free.or_else(|| self.preempt()) else { return };
            let job = &mut self.jobs[index];
            job.slot = Some(slot);
            if self.guesses > 0 {
                job.earlier = self.slots.earlier(slot, &job.wanted());
            }
            job.fed = self.slots.take(slot, &job.wanted(), self.backend);
            if !job.begun {
                self.begin(index);
            }
        }
    }

    /// Whether another candidate is about to read into the cache the tokens that this one needs.
    fn waits(&self, index: usize) -> bool {
        let job = &self.jobs[index];
        let read = job.generating() && self.slots.hold_common(&job.wanted());
        !read && self.jobs.iter().any(|other| other.group == job.group && other.reads_common())
    }

    /// Notes that a job's prompt is being read, for the candidates too that wait for it.
    fn begin(&mut self, index: usize) {
        let Job { group, fed, .. } = self.jobs[index];
        self.jobs[index].reuses(fed, self.shared);
        let now = Instant::now();
        for job in self.jobs.iter().filter(|job| job.group == group) {
            job.ticket.update(|progress| {
                progress.started.get_or_insert(now);
            });
        }
    }

    /// Takes the slot of the last job that may not run now.
    fn preempt(&mut self) -> Option<usize> {
        let runnable = self.runnable();
        let victim = self.jobs[runnable..].iter_mut().rev().find(|job| job.slot.is_some())?;
        let slot = victim.slot.take()?;
        victim.fed = 0;
        self.slots.release(slot);
        Some(slot)
    }

    /// Fills the batch with one token of every job that generates, then with prompts as far as they fit, then, if it is
    /// small, with guesses.
    fn fill_batch(&mut self) {
        self.batch.clear();
        self.parts.clear();
        let runnable = self.runnable();
        let (mut room, mut rows) = (self.backend.batch(), MOST_SCORED);
        let waiting = |job: &Job| job.sequence.len() - job.fed;
        for (index, job) in self.jobs[..runnable].iter().enumerate() {
            if job.slot.is_some() && waiting(job) == 1 && room > 0 {
                room -= 1;
                self.parts.push(Part::new(index, 1));
            }
        }
        for (index, job) in self.jobs[..runnable].iter().enumerate() {
            if job.slot.is_some() && waiting(job) > 1 && room > 0 {
                let tokens = job.within(waiting(job).min(room), &mut rows);
                room -= tokens;
                if tokens > 0 {
                    self.parts.push(Part::new(index, tokens));
                }
            }
        }
        if self.parts.len() <= GUESSING && self.parts.iter().all(|part| part.tokens == 1) {
            for part in &mut self.parts {
                part.guessed = self.jobs[part.job].guess(self.guesses.min(room), self.context);
                room -= part.guessed.len();
            }
        }
        // llama.cpp computes neighbouring sequences together.
        self.parts.sort_by_key(|part| self.jobs[part.job].slot);
        for part in &mut self.parts {
            let job = &self.jobs[part.job];
            let Some(slot) = job.slot else { continue };
            part.start = self.batch.len();
            let tokens = job.sequence.iter().copied().enumerate().skip(job.fed).take(part.tokens);
            self.batch.extend(tokens.map(|(position, token)| {
                let logits = job.wants_logits(position);
                BatchToken { token, position, slot, logits }
            }));
            let guessed = part.guessed.iter().copied().zip(job.fed + part.tokens..);
            self.batch.extend(guessed.map(|(token, position)| BatchToken { token, position, slot, logits: true }));
        }
    }

    /// Takes the results of a batch.
    fn advance(&mut self) {
        let parts = std::mem::take(&mut self.parts);
        for part in &parts {
            let job = &mut self.jobs[part.job];
            let Some(slot) = job.slot else { continue };
            let end = job.fed + part.tokens;
            let prompt = part.tokens - usize::from(part.tokens == 1 && job.generating());
            self.shared.counters.prefill_tokens.fetch_add(prompt as u64, Ordering::Relaxed);
            self.slots.extend(slot, &job.sequence[job.fed..end]);
            let mut scored = (job.fed..end).zip(part.start..);
            let numbers = scored.all(|(position, row)| job.score(position, || self.backend.logits(row)));
            job.fed = end;
            if !numbers {
                self.fail_numbers(part.job);
            } else if end == job.sequence.len() {
                let logits = part.start + part.tokens - 1;
                if !job.generating() {
                    self.share(part.job, logits);
                }
                self.pick(part.job, logits);
                self.take_guesses(part);
            }
        }
        self.parts = parts;
    }

    /// Takes the guessed tokens that the job has then picked itself, and cuts the cache behind them.
    fn take_guesses(&mut self, part: &Part) {
        let Some(slot) = self.jobs[part.job].slot.filter(|_| !part.guessed.is_empty()) else { return };
        let mut right = 0;
        for (token, row) in part.guessed.iter().zip(part.start + part.tokens..) {
            let job = &mut self.jobs[part.job];
            if job.ticket.ended() || job.sequence.get(job.fed) != Some(token) {
                break;
            }
            job.fed += 1;
            right += 1;
            self.slots.extend(slot, &[*token]);
            self.pick(part.job, row);
        }
        let counters = &self.shared.counters;
        counters.guessed_tokens.fetch_add(part.guessed.len() as u64, Ordering::Relaxed);
        counters.right_guesses.fetch_add(right as u64, Ordering::Relaxed);
        let job = &mut self.jobs[part.job];
        job.learn(part.guessed.len(), right);
        if right < part.guessed.len() {
            let held = self.slots.rewind(slot, self.backend);
            if held < job.fed && !job.ticket.ended() {
                // Such a cache cannot be cut: a wrong guess costs all of it.
                job.fed = held;
                self.guesses = 0;
            }
        }
    }

    /// Fails a job whose logits are not numbers, and clears the tokens that led to them.
    fn fail_numbers(&mut self, index: usize) {
        let job = &self.jobs[index];
        let reason = "the model's output holds no numbers (all are NaN or infinite)".into();
        self.shared.fail(&job.ticket, EngineError::Decode { reason });
        if let Some(slot) = job.slot {
            self.slots.clear(slot, self.backend);
        }
    }

    /// Gives the other candidates their first token, now that one has read their prompt; even if that one has been
    /// cancelled meanwhile.
    fn share(&mut self, reader: usize, logits: usize) {
        for index in 0..self.jobs.len() {
            let (job, group) = (&self.jobs[index], self.jobs[reader].group);
            if index != reader && job.group == group && !job.generating() && !job.ticket.ended() {
                let prompt = job.sequence.len();
                self.jobs[index].reuses(prompt, self.shared);
                self.pick(index, logits);
            }
        }
    }

    /// Picks a job's next token from the logits at an index of the batch.
    fn pick(&mut self, index: usize, logits: usize) {
        let job = &mut self.jobs[index];
        if !job.generating() {
            job.read(self.shared);
        }
        if job.ticket.ended() {
            return;
        }
        let vocabulary = &*self.vocabulary;
        let table = || {
            self.table.get_or_init(|| {
                let bytes = |token, out: &mut Vec<u8>| vocabulary.token_bytes(token, out);
                TokenTable::new(vocabulary.len(), bytes, |token| vocabulary.is_end(token))
            })
        };
        let row = self.backend.logits(logits);
        let Some(sampled) = job.sample(row, table) else {
            if row.iter().any(|logit| *logit > f32::NEG_INFINITY) {
                let reason = "no token of the model can begin the text as it has to begin".into();
                self.shared.fail(&job.ticket, EngineError::Decode { reason });
            } else {
                self.fail_numbers(index);
            }
            return;
        };
        job.accept(sampled, &Limits { vocabulary, context: self.context }, self.shared);
        if !job.ticket.ended()
            && let Some(kept) = job.slide(self.context)
            && let Some(slot) = job.slot
        {
            job.fed = self.slots.truncate(slot, kept, self.backend);
        }
    }

    fn fail_batch(&mut self, error: &EngineError) {
        for part in &self.parts {
            let job = &self.jobs[part.job];
            self.shared.fail(&job.ticket, error.clone());
            if let Some(slot) = job.slot {
                self.slots.rewind(slot, self.backend);
            }
        }
    }
}

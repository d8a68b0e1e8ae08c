//! The worker's loop: one batch after the other, each with something of every request that may run now.
//!
//! Requests are ordered by priority, then by arrival. Only those of the highest priority present run; the others keep
//! their slots, and with them their KV cache, until one of a higher priority needs one. What a request has generated is
//! part of its sequence, so that one which lost its slot resumes by feeding that sequence again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use super::backend::{Backend, BatchToken, Vocabulary};
use super::job::{Job, Limits};
use super::slots::Slots;
use super::ticket::{Shared, Ticket};
use crate::{EngineError, Request};

/// A request on its way to the worker.
pub(super) struct Submission {
    pub ticket: Arc<Ticket>,
    pub request: Request,
}

/// Serves requests until every sender of the inbox is gone and none is left.
pub(super) fn run(backend: &mut dyn Backend, inbox: &Receiver<Submission>, shared: &Shared) {
    let mut worker = Worker {
        vocabulary: backend.vocabulary(),
        context: backend.context(),
        slots: Slots::new(backend.slots()),
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

/// What a job has in the batch.
struct Part {
    job: usize,
    tokens: usize,
    /// The index in the batch of the token whose logits are wanted: the job's last.
    logits: Option<usize>,
}

struct Worker<'a> {
    backend: &'a mut dyn Backend,
    vocabulary: Arc<dyn Vocabulary>,
    context: usize,
    shared: &'a Shared,
    /// Highest priority first, then in order of arrival.
    jobs: Vec<Job>,
    slots: Slots,
    batch: Vec<BatchToken>,
    parts: Vec<Part>,
}

impl Worker<'_> {
    fn admit(&mut self, submission: Submission) {
        let limits = Limits { vocabulary: &*self.vocabulary, context: self.context };
        if let Some(job) = Job::admit(submission, &limits, self.shared) {
            let place = self.jobs.partition_point(|other| other.priority >= job.priority);
            self.jobs.insert(place, job);
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
        match self.backend.decode(&self.batch) {
            Ok(()) => self.advance(),
            Err(error) => self.fail_batch(&error),
        }
    }

    /// Forgets requests that have ended, from whichever side.
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
            if self.jobs[index].slot.is_some() {
                continue;
            }
            let free = self.slots.best_free(&self.jobs[index].sequence);
            let Some(slot) = free.or_else(|| self.preempt()) else { return };
            let job = &mut self.jobs[index];
            let reused = self.slots.take(slot, &job.sequence, self.backend);
            job.slot = Some(slot);
            job.fed = reused;
            self.shared.counters.reused_tokens.fetch_add(reused as u64, Ordering::Relaxed);
            if !job.begun {
                job.begun = true;
                job.ticket.update(|progress| {
                    progress.reused_tokens = reused;
                    progress.started = Some(Instant::now());
                });
            }
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

    /// One token of every job that generates, then prompts as far as they fit.
    fn fill_batch(&mut self) {
        self.batch.clear();
        self.parts.clear();
        let runnable = self.runnable();
        let mut room = self.backend.batch();
        let waiting = |job: &Job| job.sequence.len() - job.fed;
        for (index, job) in self.jobs[..runnable].iter().enumerate() {
            if job.slot.is_some() && waiting(job) == 1 && room > 0 {
                room -= 1;
                self.parts.push(Part { job: index, tokens: 1, logits: None });
            }
        }
        for (index, job) in self.jobs[..runnable].iter().enumerate() {
            if job.slot.is_some() && waiting(job) > 1 && room > 0 {
                let tokens = waiting(job).min(room);
                room -= tokens;
                self.parts.push(Part { job: index, tokens, logits: None });
            }
        }
        // llama.cpp computes neighbouring sequences together.
        self.parts.sort_by_key(|part| self.jobs[part.job].slot);
        for part in &mut self.parts {
            let job = &self.jobs[part.job];
            let Some(slot) = job.slot else { continue };
            let end = job.fed + part.tokens;
            for (position, &token) in job.sequence.iter().enumerate().take(end).skip(job.fed) {
                let logits = position + 1 == job.sequence.len();
                if logits {
                    part.logits = Some(self.batch.len());
                }
                self.batch.push(BatchToken { token, position, slot, logits });
            }
        }
    }

    /// Takes the results of a batch.
    fn advance(&mut self) {
        let limits = Limits { vocabulary: &*self.vocabulary, context: self.context };
        for part in &self.parts {
            let job = &mut self.jobs[part.job];
            let Some(slot) = job.slot else { continue };
            let end = job.fed + part.tokens;
            let prompt = part.tokens - usize::from(part.tokens == 1 && job.generating());
            self.shared.counters.prefill_tokens.fetch_add(prompt as u64, Ordering::Relaxed);
            self.slots.extend(slot, &job.sequence[job.fed..end]);
            job.fed = end;
            let Some(index) = part.logits else { continue };
            if job.ticket.ended() {
                continue;
            }
            match job.sampler.sample(self.backend.logits(index)) {
                Some(sampled) => job.accept(sampled, &limits, self.shared),
                None => {
                    let reason = "the model's output holds no numbers (all are NaN or infinite)".into();
                    self.shared.fail(&job.ticket, EngineError::Decode { reason });
                    self.slots.clear(slot, self.backend);
                    continue;
                }
            }
            if !job.ticket.ended()
                && let Some(kept) = job.slide(self.context)
            {
                job.fed = self.slots.truncate(slot, kept, self.backend);
            }
        }
    }

    fn fail_batch(&mut self, error: &EngineError) {
        for part in &self.parts {
            let job = &self.jobs[part.job];
            self.shared.fail(&job.ticket, error.clone());
            if let Some(slot) = job.slot {
                self.slots.clear(slot, self.backend);
            }
        }
    }
}

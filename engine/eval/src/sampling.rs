//! Samples tasks with continuous batching: as many samples are in progress as the engine has slots. Each goes through
//! the turns of its dialogue, and another begins as soon as one ends.
//!
//! Samples that begin at the same moment with the same prompt are submitted together and share its KV cache; later ones
//! find it in the slots. A sample's text depends on the model, its prompt and its seed, but not on the others (except
//! for llama.cpp's rounding: see [`Engine::submit_candidates`]).

use std::cell::OnceCell;
use std::collections::HashSet;
use std::iter::Peekable;
use std::ops::ControlFlow;
use std::pin::pin;
use std::rc::Rc;

use codegen_core::{Candidate, Candidates, EngineError, Overflow, Priority, Prompt};
use codegen_engine::Engine;
use futures::StreamExt;
use futures::future::{Either, LocalBoxFuture, select};
use futures::stream::FuturesUnordered;
use tokio::sync::watch;

use super::dialogue::Task;
use super::record::{Key, Sample};
use prompt::{Fitting, TooLong};
use speaker::Speaker;

mod prompt;
mod seeds;
mod speaker;

/// The settings of sampling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Number of samples of each task.
    pub samples: usize,
    /// The top-p of sampling.
    pub top_p: f32,
    /// The seed of all random numbers.
    pub seed: u64,
    /// Whether the prompts' perplexity is measured.
    pub perplexity: bool,
    /// Samples one after the other, without reusing the KV cache: each sample is then the same to the last bit,
    /// whatever was sampled before.
    pub reproducible: bool,
}

/// The work that a call of [`run`] has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Number of new samples, including those left out.
    pub samples: usize,
    /// Whether no samples remain to be made.
    pub complete: bool,
}

/// Ends the sampling early, from any thread.
#[derive(Debug, Clone)]
pub struct Cancel(watch::Sender<bool>);

impl Default for Cancel {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Cancel {
    /// Ends the sampling at once.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// Whether it has been ended.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    async fn cancelled(&self) {
        // This value is the sender, so the wait cannot end because the sender is gone.
        let _ = self.0.subscribe().wait_for(|cancelled| *cancelled).await;
    }
}

/// Samples every task as often as the plan says, except for the samples in `done`, and passes each sample to `sink` as
/// it ends. Blocks until all is done, `sink` breaks, or the sampling is cancelled; samples in progress are then
/// dropped.
///
/// A slow `sink` slows the sampling down: samples in progress continue to the end of their turn, and no new ones begin.
///
/// # Errors
/// Errors of the engine; samples passed to `sink` before remain valid. A prompt that is too long for the context is not
/// an error: the sample is left out, with the reason.
///
/// # Panics
/// When called from asynchronous code.
pub fn run(
    engine: &Engine,
    tasks: &[Task],
    plan: &Plan,
    done: &HashSet<Key>,
    cancel: &Cancel,
    sink: impl FnMut(Sample) -> ControlFlow<()>,
) -> Result<Stats, EngineError> {
    futures::executor::block_on(Sampler { engine, plan }.run(tasks, done, cancel, sink))
}

/// A sample to be made.
#[derive(Clone, Copy)]
struct Wanted<'t> {
    /// The task's place among the tasks.
    index: usize,
    task: &'t Task,
    sample: usize,
}

impl Wanted<'_> {
    fn key(&self) -> Key {
        let Task { condition, problem, input, .. } = self.task;
        Key { condition: condition.clone(), problem: problem.clone(), input: *input, sample: self.sample }
    }
}

/// The first turn of a task, which is the same for all its samples.
struct Opening {
    /// The task's place among the tasks.
    index: usize,
    prompt: Result<Fitting, TooLong>,
    /// The prompt's perplexity, once it is known: it need not be measured for each sample.
    perplexity: OnceCell<Option<f64>>,
}

#[derive(Clone, Copy)]
struct Sampler<'e> {
    engine: &'e Engine,
    plan: &'e Plan,
}

impl<'e> Sampler<'e> {
    async fn run(
        self,
        tasks: &'e [Task],
        done: &HashSet<Key>,
        cancel: &Cancel,
        mut sink: impl FnMut(Sample) -> ControlFlow<()>,
    ) -> Result<Stats, EngineError> {
        let mut wanted = wanted(tasks, self.plan.samples, done).peekable();
        let width = if self.plan.reproducible { 1 } else { self.engine.info().slots.max(1) };
        let mut running: FuturesUnordered<LocalBoxFuture<'e, Result<Sample, EngineError>>> = FuturesUnordered::new();
        let mut stats = Stats::default();
        let mut opening: Option<Rc<Opening>> = None;
        let mut cancelled = pin!(cancel.cancelled());
        loop {
            while running.len() < width
                && let Some(group) = group(&mut wanted, width - running.len())
            {
                let opening = self.opening(&mut opening, &group[0]);
                running.extend(self.begin(&group, &opening));
            }
            let next = match select(cancelled.as_mut(), running.next()).await {
                Either::Left(_) => return Ok(stats),
                Either::Right((next, _)) => next,
            };
            let Some(sample) = next.transpose()? else { return Ok(Stats { complete: true, ..stats }) };
            stats.samples += 1;
            if sink(sample).is_break() {
                return Ok(stats);
            }
        }
    }

    /// Returns the first turn of a task, reusing the previous sample's if it has the same task.
    fn opening(self, last: &mut Option<Rc<Opening>>, wanted: &Wanted<'_>) -> Rc<Opening> {
        if let Some(opening) = last.as_ref().filter(|opening| opening.index == wanted.index) {
            return Rc::clone(opening);
        }
        let prompt = prompt::fit(self.engine, &wanted.task.dialogue.shown(&[]));
        let opening = Rc::new(Opening { index: wanted.index, prompt, perplexity: OnceCell::new() });
        *last = Some(Rc::clone(&opening));
        opening
    }

    /// Begins samples of one task, for which the first prompt is read once.
    fn begin(
        self,
        group: &[Wanted<'e>],
        opening: &Rc<Opening>,
    ) -> Vec<LocalBoxFuture<'e, Result<Sample, EngineError>>> {
        let speakers: Vec<_> = group.iter().map(|&wanted| Speaker::new(self, wanted)).collect();
        let mut firsts = Vec::new();
        if let Ok(prompt) = &opening.prompt {
            // A reproducible prompt is always scored: its logits are rounded differently when they are wanted for all
            // of its tokens than for the last alone.
            let scored = self.plan.reproducible || opening.perplexity.get().is_none();
            let each = speakers.iter().map(|speaker| speaker.candidate(0)).collect();
            firsts = self.engine.submit_candidates(self.candidates(prompt, scored, each));
        }
        let mut firsts = firsts.into_iter();
        let begun = speakers.into_iter().map(|speaker| {
            let (opening, first) = (Rc::clone(opening), firsts.next());
            Box::pin(speaker.speak(opening, first)) as LocalBoxFuture<'e, _>
        });
        begun.collect()
    }

    fn candidates(self, prompt: &Fitting, scored: bool, each: Vec<Candidate>) -> Candidates {
        let mut candidates = Candidates::new(Prompt::Tokens(prompt.tokens.clone()), prompt.limit, each);
        candidates.priority = Priority::Evaluation;
        candidates.overflow = Overflow::Refuse;
        candidates.score_from = (self.plan.perplexity && scored).then_some(prompt.score_from);
        candidates.fresh = self.plan.reproducible;
        candidates
    }
}

/// Returns the samples to make, task after task.
fn wanted<'t>(tasks: &'t [Task], samples: usize, done: &HashSet<Key>) -> impl Iterator<Item = Wanted<'t>> {
    let all = tasks.iter().enumerate();
    let all = all.flat_map(move |(index, task)| (0..samples).map(move |sample| Wanted { index, task, sample }));
    all.filter(|wanted| !done.contains(&wanted.key()))
}

/// Returns the next samples that begin with the same prompt: at most `most`, and at least one unless none remain.
fn group<'t>(wanted: &mut Peekable<impl Iterator<Item = Wanted<'t>>>, most: usize) -> Option<Vec<Wanted<'t>>> {
    let mut group = vec![wanted.next()?];
    while group.len() < most
        && let Some(next) = wanted.next_if(|next| next.index == group[0].index)
    {
        group.push(next);
    }
    Some(group)
}

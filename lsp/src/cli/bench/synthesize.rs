//! Measures what the KV cache and the shared batch gain for multi-turn synthesis.

use std::time::{Duration, Instant};

use codegen_core::{Completion, Priority, Prompt, Request, Sampling};
use codegen_engine::Engine;
use codegen_text::document::Document;
use codegen_text::turns::{self, TurnOptions};
use serde_json::{Value, json};

use super::{Arguments, Continued, median};
use crate::cli::output;
use crate::config::SynthesisConfig;
use crate::generate::prepare;

/// A file of ten turns that fits the smallest context.
pub(super) const TURNS: &str = include_str!("../../../../fixtures/bench/ten_turns.py");

/// The number of candidates of one turn.
const CANDIDATES: usize = 8;

/// The largest number of tokens of each candidate.
const TOKENS: usize = 48;

/// The beginning of a class, which a model continues for longer than the last of the ten turns, where it may end the
/// text.
pub(super) const OPEN: &str = "\n\nclass Table:\n    def __init__(self, rows):\n        self.rows = rows\n\n    def ";

/// Measures and prints.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let regenerations = regenerations(arguments)?;
    let batch = batch(arguments)?;
    if arguments.json {
        let regenerations: Vec<Value> = regenerations.iter().map(Regeneration::json).collect();
        return output::json(&format!("{:#}", json!({ "regenerate": regenerations, "candidates": batch.json() })));
    }
    let mut text = "regenerating turns k to 10 of ten, the whole file in the KV cache, against a fresh engine\n\n\
                    |  k | prompt tokens | read | reused | read afresh | seconds | afresh | ratio |\n\
                    | -: | ------------: | ---: | -----: | ----------: | ------: | -----: | ----: |\n"
        .to_owned();
    regenerations.iter().for_each(|regeneration| text.push_str(&regeneration.row()));
    text.push_str(&batch.line());
    output::print(&text)
}

/// The measurements of regenerating from one turn on.
struct Regeneration {
    from: usize,
    warm: Work,
    fresh: Work,
}

/// The amount of work and its time.
struct Work {
    prompt: usize,
    reused: usize,
    seconds: f64,
}

impl Regeneration {
    fn json(&self) -> Value {
        let work = |work: &Work| {
            json!({
                "promptTokens": work.prompt, "readTokens": work.prompt - work.reused,
                "reusedTokens": work.reused, "seconds": work.seconds,
            })
        };
        json!({ "from": self.from, "warm": work(&self.warm), "fresh": work(&self.fresh) })
    }

    fn row(&self) -> String {
        let Self { from, warm, fresh } = self;
        format!(
            "| {from:2} | {:13} | {:4} | {:6} | {:11} | {:7.3} | {:6.3} | {:5.2} |\n",
            warm.prompt,
            warm.prompt - warm.reused,
            warm.reused,
            fresh.prompt - fresh.reused,
            warm.seconds,
            fresh.seconds,
            fresh.seconds / warm.seconds,
        )
    }
}

fn regenerations(arguments: &Arguments) -> anyhow::Result<Vec<Regeneration>> {
    let count = turns::turns(&Document::new(TURNS, 0), &TurnOptions::default()).len();
    let mut all = Vec::new();
    for from in 1..=count {
        let (mut warm, mut fresh) = (Vec::new(), Vec::new());
        for _ in 0..arguments.rounds {
            // Each uses an engine of its own, so that no round reuses the cache of an earlier one. They run one after
            // the other, since the threads of two would compete.
            fresh.push(regenerate(&arguments.engine.load()?, from)?);
            let engine = arguments.engine.load()?;
            fill(&engine)?;
            warm.push(regenerate(&engine, from)?);
        }
        all.push(Regeneration { from, warm: summary(warm), fresh: summary(fresh) });
    }
    Ok(all)
}

/// Has the engine read the whole file, as it has after the file's turns were generated one after the other.
fn fill(engine: &Engine) -> anyhow::Result<()> {
    let mut request = Request::new(Prompt::Text(TURNS.to_owned()), 1);
    request.priority = Priority::Synthesis;
    engine.submit(request).blocking_finish()?;
    Ok(())
}

/// Generates every turn from one on, each after those before it. The file's own code stays, so that the model's answers
/// do not change what is measured.
fn regenerate(engine: &Engine, from: usize) -> anyhow::Result<(Vec<Completion>, Duration)> {
    let (document, options) = (Document::new(TURNS, 0), TurnOptions::default());
    let max_tokens = SynthesisConfig::default().max_tokens;
    let start = Instant::now();
    let mut completions = Vec::new();
    for turn in turns::turns(&document, &options).iter().skip(from - 1) {
        let prepared = prepare::prepare_turn(&document, turn, &options, max_tokens, engine);
        completions.push(engine.submit(prepared.request(Sampling::GREEDY)).blocking_finish()?);
    }
    Ok((completions, start.elapsed()))
}

/// The tokens of one round (all are equal) and the median of the times.
fn summary(rounds: Vec<(Vec<Completion>, Duration)>) -> Work {
    let (completions, times): (Vec<_>, Vec<_>) = rounds.into_iter().unzip();
    let sum = |tokens: fn(&Completion) -> usize| completions.first().map_or(0, |all| all.iter().map(tokens).sum());
    Work { prompt: sum(|done| done.prompt_tokens), reused: sum(|done| done.reused_tokens), seconds: median(times) }
}

/// Candidates in one batch, and one by one: tokens generated per second, as medians of the rounds.
struct Batch {
    prompt: usize,
    /// The number of tokens in the last round.
    generated: usize,
    together: f64,
    one_by_one: f64,
    afresh: f64,
}

impl Batch {
    fn json(&self) -> Value {
        json!({
            "count": CANDIDATES, "promptTokens": self.prompt, "generatedTokens": self.generated,
            "batchTokensPerSecond": self.together, "separateTokensPerSecond": self.one_by_one,
            "separateFreshTokensPerSecond": self.afresh,
        })
    }

    fn line(&self) -> String {
        format!(
            "\n{CANDIDATES} candidates of up to {TOKENS} tokens ({} in all) after {} tokens of prompt\n\
             in one batch:                               {:4.0} tokens/s\n\
             {CANDIDATES} requests, the prompt in the KV cache:      {:4.0} tokens/s, the batch is {:.2} times as fast\n\
             {CANDIDATES} requests, the prompt read every time:      {:4.0} tokens/s, {:.2} times\n",
            self.generated,
            self.prompt,
            self.together,
            self.one_by_one,
            self.together / self.one_by_one,
            self.afresh,
            self.together / self.afresh,
        )
    }
}

fn batch(arguments: &Arguments) -> anyhow::Result<Batch> {
    let engine = arguments.engine.load()?;
    let config = SynthesisConfig::default();
    let prompt = engine.tokenize(&[TURNS, OPEN].concat());
    let continued = Continued { prompt, tokens: TOKENS, priority: Priority::Synthesis };
    let (mut together, mut one_by_one, mut afresh, mut generated) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for round in 0..u64::from(arguments.rounds) {
        let samplings = prepare::samplings(&config, CANDIDATES, round * 100);
        // Every kind starts with a KV cache without the prompt.
        forget(&engine)?;
        let (done, time) = timed(|| continued.together(&engine, &samplings))?;
        generated = tokens(&done);
        together.push(per_token(&done, time));

        forget(&engine)?;
        let (done, time) = timed(|| continued.one_by_one(&engine, &samplings))?;
        one_by_one.push(per_token(&done, time));

        let (mut all, mut total) = (Vec::new(), Duration::ZERO);
        for sampling in &samplings {
            forget(&engine)?;
            let (done, time) = timed(|| Ok(vec![continued.once(&engine, *sampling)?]))?;
            all.extend(done);
            total += time;
        }
        afresh.push(per_token(&all, total));
    }
    let speed = |times| 1.0 / median(times);
    let (together, one_by_one, afresh) = (speed(together), speed(one_by_one), speed(afresh));
    Ok(Batch { prompt: continued.prompt.len(), generated, together, one_by_one, afresh })
}

fn tokens(done: &[Completion]) -> usize {
    done.iter().map(|done| done.generated_tokens).sum()
}

/// The time per token: a real model may end some texts early, and not the same ones in both ways.
fn per_token(done: &[Completion], time: Duration) -> Duration {
    time / u32::try_from(tokens(done).max(1)).unwrap_or(u32::MAX)
}

fn timed(work: impl FnOnce() -> anyhow::Result<Vec<Completion>>) -> anyhow::Result<(Vec<Completion>, Duration)> {
    let start = Instant::now();
    Ok((work()?, start.elapsed()))
}

/// Fills every slot with another text.
fn forget(engine: &Engine) -> anyhow::Result<()> {
    let other = |index: usize| {
        let text = format!("{index} = other text");
        let request = Request::new(Prompt::Text(text), 1);
        engine.submit(request)
    };
    let all: Vec<_> = (0..engine.info().slots).map(other).collect();
    all.into_iter().try_for_each(|generation| generation.blocking_finish().map(|_| ()))?;
    Ok(())
}

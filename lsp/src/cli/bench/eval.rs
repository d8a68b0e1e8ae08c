//! Measures what shared batches gain for evaluation, which samples many continuations and waits for none in particular.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use codegen_core::{Completion, Priority, Sampling};
use codegen_engine::Engine;
use codegen_engine::model::{self, FileType, Shape, builtin};
use serde_json::json;

use super::{Arguments, Continued, median};
use crate::cli::output;
use crate::generate::prepare;

/// The prompt of all continuations.
const PROMPT: &str = include_str!("../../../../fixtures/bench/ten_turns.py");

/// The number of continuations.
const COUNT: usize = 16;

/// The number of tokens of each continuation.
const TOKENS: usize = 48;

/// The seed of the random weights.
const WEIGHTS: u64 = 350;

/// Arguments of this measurement.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp bench eval --model builtin --rounds 3")]
pub struct EvalArguments {
    /// Where the model of random weights is kept [default: where the built-in model is unpacked to]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    common: Arguments,
}

/// Measures and prints.
pub(super) fn run(arguments: &EvalArguments) -> anyhow::Result<()> {
    let mut config = arguments.common.engine.evaluation();
    if arguments.common.engine.model.is_none() {
        let path = random_model(arguments.folder.as_deref())?;
        config.model = path.to_str().context("the model's path is not Unicode")?.to_owned();
    }
    config.options.slots.get_or_insert(COUNT);
    let engine = prepare::load_engine(&config)?;
    let measured = measure(&engine, u64::from(arguments.common.rounds))?;
    match arguments.common.json {
        true => output::json(measured.json(&engine).trim_end()),
        false => output::print(&measured.text(&engine)),
    }
}

/// The path of the model of random weights, which is written if it is missing.
pub(super) fn random_model(folder: Option<&Path>) -> anyhow::Result<PathBuf> {
    let folder =
        folder.map_or_else(|| builtin::cache_folder().map(|cache| cache.join("models")), |f| Ok(f.to_owned()))?;
    let path = folder.join(format!("random-350m-{WEIGHTS}-q4_k_m.gguf"));
    if !path.exists() {
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        output::say(&format!("writing {} …", path.display()));
        let like = builtin::unpacked()?;
        model::synthetic(&like, Shape::CODEGEN_350M, FileType::Q4KM.into(), WEIGHTS, &path, &mut |_| ())?;
    }
    Ok(path)
}

/// Times of the continuations one after the other, and in shared batches.
struct Measured {
    prompt: usize,
    generated: usize,
    one_by_one: f64,
    together: f64,
    /// The median of the rounds' own ratios, which other load on the machine disturbs less than the times.
    ratio: f64,
}

fn measure(engine: &Engine, rounds: u64) -> anyhow::Result<Measured> {
    let continued = Continued { prompt: engine.tokenize(PROMPT), tokens: TOKENS, priority: Priority::Evaluation };
    let (mut one_by_one, mut together, mut ratios, mut generated) = (Vec::new(), Vec::new(), Vec::new(), 0);
    // Both start with the prompt in the KV cache.
    continued.once(engine, Sampling::GREEDY)?;
    for round in 0..rounds {
        let samplings: Vec<Sampling> = (0..COUNT as u64)
            .map(|seed| Sampling { temperature: 0.2, top_k: 0, top_p: 0.95, seed: round * 100 + seed })
            .collect();
        let (slow, slow_tokens) = timed(|| continued.one_by_one(engine, &samplings))?;
        let (fast, fast_tokens) = timed(|| continued.together(engine, &samplings))?;
        // A real model may end some texts early, and not the same ones in both ways.
        let (slow, fast) = (per_token(slow, slow_tokens), per_token(fast, fast_tokens));
        ratios.push(slow.div_duration_f64(fast));
        one_by_one.push(slow);
        together.push(fast);
        generated = fast_tokens;
    }
    ratios.sort_unstable_by(f64::total_cmp);
    let ratio = ratios.get(ratios.len() / 2).copied().unwrap_or(0.0);
    let (prompt, one_by_one, together) = (continued.prompt.len(), median(one_by_one), median(together));
    Ok(Measured { prompt, generated, one_by_one, together, ratio })
}

/// Time taken, and tokens generated.
fn timed(work: impl FnOnce() -> anyhow::Result<Vec<Completion>>) -> anyhow::Result<(Duration, usize)> {
    let start = Instant::now();
    let done = work()?;
    Ok((start.elapsed(), done.iter().map(|done| done.generated_tokens).sum()))
}

fn per_token(time: Duration, tokens: usize) -> Duration {
    time / u32::try_from(tokens.max(1)).unwrap_or(u32::MAX)
}

impl Measured {
    fn json(&self, engine: &Engine) -> String {
        let value = json!({
            "model": engine.info().title(), "parameters": engine.info().parameters, "slots": engine.info().slots,
            "threads": engine.info().threads, "count": COUNT, "promptTokens": self.prompt,
            "generatedTokens": self.generated, "oneByOneTokensPerSecond": 1.0 / self.one_by_one,
            "batchTokensPerSecond": 1.0 / self.together, "ratio": self.ratio,
        });
        format!("{value:#}\n")
    }

    fn text(&self, engine: &Engine) -> String {
        let info = engine.info();
        format!(
            "{COUNT} continuations of {TOKENS} tokens after a prompt of {} tokens in the KV cache\n\
             {} ({:.0} M parameters, {:.0} MB), {} slots, {} threads\n\n\
             one after the other: {:7.1} tokens/s\n\
             in shared batches:   {:7.1} tokens/s\n\
             ratio:               {:7.2} (median of the rounds')\n",
            self.prompt,
            info.title(),
            info.parameters as f64 / 1e6,
            info.bytes as f64 / 1e6,
            info.slots,
            info.threads,
            1.0 / self.one_by_one,
            1.0 / self.together,
            self.ratio,
        )
    }
}

//! From a cursor or a turn to a request for the engine. Shared by the server and the command line.

use codegen_core::Truncation;
use codegen_core::{
    Candidate, Candidates, Completion, EngineError, FinishReason, Overflow, Priority, Prompt, Request, Sampling,
    StopRule,
};
use codegen_engine::{Engine, EngineOptions, Progress};
use codegen_text::candidates::{Ranked, Score};
use codegen_text::completion::confidence::Ceiling;
use codegen_text::completion::plain::Plain;
use codegen_text::completion::raw::RawCompletion;
use codegen_text::completion::{
    self, Held, Judged, Kind, Plan, Rated, Refusal, Refused, Selected, Suggestion, Threshold, confidence,
};
use codegen_text::document::Document;
use codegen_text::prompt::HistoryCut;
use codegen_text::prompt::history;
use codegen_text::prompt::related::Shown;
use codegen_text::prompt::view::View;
use codegen_text::python::Identifiers;
use codegen_text::turns::{self, Turn, TurnOptions};
use serde_json::{Value, json};

pub use super::context::At;
use super::context::Composed;
use crate::config::{EngineConfig, SynthesisConfig};

/// The number of tokens left free in the context beside the prompt and the generated text, since a cut prompt may
/// tokenize into a few more.
const MARGIN: usize = 8;

/// A completion that is ready for the engine.
pub struct Prepared {
    /// The kind of completion.
    pub kind: Kind,
    pub request: Request,
    /// The stop rules of further completions of the same prompt.
    pub more: Vec<Box<dyn StopRule>>,
    /// The start of the context's window in bytes; see [`codegen_text::prompt::cursor::Context::start`].
    pub start: usize,
    /// The text before the cursor that the answer repeats; see [`Held`].
    pub held: String,
    /// The part of the document that the plan was made from; `None` for a text in a language that nothing is known of.
    pub view: Option<View>,
    /// What the probability of its parts depends on; `None` if they are not weighed by it.
    pub ceiling: Option<Ceiling>,
    /// What the prompt has of other files.
    pub shown: Vec<Shown>,
}

/// The request, made several requests for continuations of one prompt, each with its own sampling. `more` has the stop rules
/// of all but the first.
#[must_use]
pub fn several(request: Request, more: Vec<Box<dyn StopRule>>, samplings: Vec<Sampling>) -> Candidates {
    let Request { prompt, max_tokens, begin, stop, priority, .. } = request;
    let each = samplings.into_iter().zip(stop.into_iter().chain(more));
    let each = each.map(|(sampling, stop)| Candidate { sampling, begin: begin.clone(), stop: Some(stop) });
    let mut candidates = Candidates::new(prompt, max_tokens, each.collect());
    candidates.priority = priority;
    candidates
}

/// Resolves the model's name and loads it. Blocks.
///
/// # Errors
/// The name is unknown, or the model cannot be run with these options.
pub fn load_engine(config: &EngineConfig) -> anyhow::Result<Engine> {
    load_engine_telling(config, Progress::default())
}

/// Does the same as [`load_engine`], and tells how much of the model is loaded.
///
/// # Errors
/// Those of [`load_engine`].
pub fn load_engine_telling(config: &EngineConfig, progress: Progress) -> anyhow::Result<Engine> {
    Ok(Engine::load_telling(&engine_options(config)?, progress)?)
}

/// The engine's options, with the file of the model.
///
/// # Errors
/// The name is unknown.
pub fn engine_options(config: &EngineConfig) -> anyhow::Result<EngineOptions> {
    let model = crate::models::locate(&config.model)?;
    Ok(EngineOptions { model, ..config.options.clone() })
}

/// A completion that was generated for a cursor in a Python file.
pub struct Generated {
    /// What suggestions are made of.
    pub raw: RawCompletion,
    /// What the model wrote, what is held before the cursor included.
    pub done: Completion,
    /// The part of the document that it was decided in.
    pub view: View,
}

/// Prepares one completion of Python, and waits for it.
///
/// # Errors
/// The engine fails. The inner error says why there is nothing to generate.
pub fn generate(document: &Document, at: &At, engine: &Engine) -> Result<Result<Generated, Refusal>, EngineError> {
    let Prepared { kind, request, held, view, .. } = match prepare(document, at, engine) {
        Ok(prepared) => prepared,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(view) = view else { return Ok(Err(Refusal::Language)) };
    let done = match engine.submit(request).blocking_finish() {
        Err(EngineError::EmptyPrompt) => return Ok(Err(Refusal::NothingAbove)),
        done => done?,
    };
    let mut raw = raw(done.clone(), kind);
    raw.forget(&held);
    Ok(Ok(Generated { raw, done, view }))
}

/// Prepares a completion. Counts tokens, so it is not for the main loop.
///
/// # Errors
/// None is wanted there, or the cursor is in a word that no name begins with.
pub fn prepare(document: &Document, at: &At, engine: &Engine) -> Result<Prepared, Refusal> {
    let &At { offset, selected, count, options, max_tokens, plain, related: (parts, _), .. } = at;
    if plain {
        return prepare_plain(document, at, engine);
    }
    let view = view(document, offset)?;
    let mut plan = Plan::new(view.part(), view.cursor(), options)?;
    plan.max_tokens = plan.max_tokens.min(max_tokens);
    let held = plan.held(inside(&view, selected).as_ref(), || {
        let mut known = Identifiers::around(document, offset);
        known.add(parts.iter().flat_map(|part| part.pieces.iter().flatten()).map(String::as_str));
        known
    })?;
    let begin = match &held {
        Held::Free(_) => None,
        Held::Word(_, begin) => Some(begin.clone()),
    };
    let held = held.text().to_owned();
    let budget = budget(engine, &mut plan.max_tokens);
    let cursor = view.outside(&(view.cursor()..view.cursor())).start;
    let end = cursor.saturating_sub(held.len());
    let Composed { prompt, start, related: shown } = Composed::new(document, at, end, budget, engine);
    let mut request = Request::new(prompt, plan.max_tokens);
    request.begin = begin;
    request.stop = Some(completion::behind(&held, plan.stop_rule()));
    let more = (1..count).map(|_| completion::behind(&held, plan.stop_rule())).collect();
    let (ceiling, kind) = (plan.ceiling(), plan.kind);
    Ok(Prepared { kind, request, more, start, held, view: Some(view), ceiling, shown })
}

/// A request that reads what a completion is shown, and generates nothing of use; and the start of its window. If the cursor
/// is not `known`, but the document's end, all of the document has to fit. Counts tokens, so it is not for the main loop.
/// `None` if there is nothing to read.
#[must_use]
pub fn reading(document: &Document, at: &At, known: bool, engine: &Engine) -> Option<(Request, usize)> {
    let mut max_tokens = at.max_tokens;
    let budget = budget(engine, &mut max_tokens);
    let Composed { prompt, start, .. } = Composed::new(document, at, at.offset, budget, engine);
    if (!known && start > 0) || prompt == Prompt::Text(String::new()) {
        return None;
    }
    // With no token to generate, the engine would not read the prompt.
    let mut request = Request::new(prompt, 1);
    request.priority = Priority::Ahead;
    Some((request, start))
}

/// Prepares the rest of a line in a language that nothing is known of.
fn prepare_plain(document: &Document, at: &At, engine: &Engine) -> Result<Prepared, Refusal> {
    let plain = Plain::at(document, at.offset).ok_or(Refusal::BeforeText)?;
    let mut max_tokens = Plain::MAX_TOKENS.min(at.max_tokens);
    let budget = budget(engine, &mut max_tokens);
    let Composed { prompt, start, related: shown } = Composed::new(document, at, at.offset, budget, engine);
    let mut request = Request::new(prompt, max_tokens);
    request.stop = Some(plain.stop_rule());
    let more = (1..at.count).map(|_| plain.stop_rule()).collect();
    let (kind, held) = (Kind::Line, String::new());
    Ok(Prepared { kind, request, more, start, held, view: None, ceiling: None, shown })
}

/// The part of the document around the cursor that a suggestion is decided in.
///
/// # Errors
/// It cannot be parsed in time.
pub fn view(document: &Document, offset: usize) -> Result<View, Refusal> {
    View::around(document, offset).ok_or(Refusal::TooBroken)
}

/// The entry, with its start as a place in the view's part.
fn inside(view: &View, selected: Option<&Selected>) -> Option<Selected> {
    let Selected { start, text } = selected?;
    let cursor = view.outside(&(view.cursor()..view.cursor())).start;
    Some(Selected { start: view.cursor().saturating_sub(cursor.saturating_sub(*start)), text: text.clone() })
}

/// A finished completion of that kind, as suggestions are made of it.
#[must_use]
pub fn raw(done: Completion, kind: Kind) -> RawCompletion {
    let tokens = confidence::token_scores(&done.text, 0, &done.tokens);
    RawCompletion { tokens, kind, unfinished: done.reason == FinishReason::MaxTokens, text: done.text }
}

/// The parts of a completion that could be shown at the view's cursor, the longest first, and whether each leaves the
/// document whole.
///
/// # Errors
/// There is none.
pub fn parts(document: &Document, view: &View, raw: &RawCompletion) -> Result<Vec<(Rated, bool)>, Refusal> {
    let plan = Plan::at(raw.kind.clone(), view.part(), view.cursor());
    let parts = plan.parts(raw, &outside(document, view))?;
    let judged = parts.into_iter().map(|part| {
        let whole = plan.keeps(&part.text).is_ok();
        (part, whole)
    });
    Ok(judged.collect())
}

/// The names of the document outside of the view.
fn outside(document: &Document, view: &View) -> Identifiers {
    Identifiers::outside(document, view.outside(&(view.cursor()..view.cursor())).start, view.shown())
}

/// What is shown of a completion at the view's cursor that passes the threshold: behind `entry`, the rest
/// of an entry of the client's menu, if that is given. `document` is what the view was made of.
///
/// # Errors
/// Nothing is.
pub fn suggestion(
    document: &Document,
    view: &View,
    raw: &RawCompletion,
    entry: Option<&str>,
    least: Threshold,
) -> Result<Judged, Refused> {
    let plan = Plan::at(raw.kind.clone(), view.part(), view.cursor());
    let outside = outside(document, view);
    let mut judged = match entry {
        Some(entry) => plan.judge_entry(raw, entry, least, &outside)?,
        None => plan.judge(raw, least, &outside)?,
    };
    let Suggestion { range, text } = judged.suggestion;
    let text = view.written(&text).ok_or(Refusal::Indentation)?.into_owned();
    judged.suggestion = Suggestion { range: view.outside(&range), text };
    Ok(judged)
}

/// The rest of a suggestion that stands, fitted to the view's cursor.
///
/// # Errors
/// Nothing is left of it there.
pub fn standing(view: &View, rest: &str) -> Result<Suggestion, Refusal> {
    let Suggestion { range, text } = Plan::at(Kind::Line, view.part(), view.cursor()).refit(rest)?;
    Ok(Suggestion { range: view.outside(&range), text })
}

/// A turn that is ready for the engine, once or several times.
#[derive(Debug, Clone)]
pub struct PreparedTurn {
    /// The exact text that the model is shown.
    pub prompt: String,
    /// The parts of the history that are in it.
    pub cut: HistoryCut,
    pub max_tokens: usize,
    /// The white space that the model's lines come with; the turn's as the model is shown it.
    pub indent: String,
    truncation: Truncation,
}

impl PreparedTurn {
    /// A turn whose prompt is the turn's alone, for tests without an engine.
    #[cfg(test)]
    pub(crate) fn alone(document: &Document, turn: &Turn, options: &TurnOptions) -> Self {
        let history = turns::history(document, turn, options);
        let (prompt, truncation) = (turn.prompt.clone(), history.truncation());
        Self { prompt, cut: HistoryCut::default(), max_tokens: 8, indent: history.indent, truncation }
    }

    #[must_use]
    pub fn request(&self, sampling: Sampling) -> Request {
        let mut request = Request::new(Prompt::Text(self.prompt.clone()), self.max_tokens);
        request.sampling = sampling;
        request.stop = Some(completion::program_rule(self.truncation.clone()));
        request.priority = Priority::Synthesis;
        request.overflow = Overflow::Window { keep: 0 };
        request
    }

    /// The requests for several continuations that share the prompt's KV cache.
    #[must_use]
    pub fn candidates(&self, samplings: Vec<Sampling>) -> Candidates {
        let each = samplings.into_iter().map(|sampling| {
            let stop: Option<Box<dyn StopRule>> = Some(completion::program_rule(self.truncation.clone()));
            Candidate { sampling, begin: None, stop }
        });
        Candidates::new(Prompt::Text(self.prompt.clone()), self.max_tokens, each.collect())
    }
}

/// Prepares the synthesis of `turn` in at most `max_tokens` tokens, with the turns before it as the history. Counts
/// tokens, so it is not for the main loop.
#[must_use]
pub fn prepare_turn(
    document: &Document,
    turn: &Turn,
    options: &TurnOptions,
    mut max_tokens: usize,
    engine: &Engine,
) -> PreparedTurn {
    let budget = budget(engine, &mut max_tokens);
    let history = turns::history(document, turn, options);
    let truncation = history.truncation();
    let fitted = history::fit(&history, &turn.prompt, budget, &|text| engine.tokenize(text).len());
    PreparedTurn { prompt: fitted.text, cut: fitted.cut, max_tokens, indent: history.indent, truncation }
}

/// The sampling of each of `count` candidates: the first is the most likely text, the others are drawn with seeds from
/// `seed` on.
#[must_use]
pub fn samplings(config: &SynthesisConfig, count: usize, seed: u64) -> Vec<Sampling> {
    let first = std::iter::once(Sampling::GREEDY).take(count);
    first.chain(drawn(config, count.saturating_sub(1), seed.wrapping_add(1))).collect()
}

/// The sampling of each of `count` candidates that are all drawn, with seeds from `seed` on.
#[must_use]
pub fn drawn(config: &SynthesisConfig, count: usize, seed: u64) -> Vec<Sampling> {
    let (temperature, top_p) = (config.temperature, config.top_p);
    let seeds = (0..count).map(|index| seed.wrapping_add(index as u64));
    seeds.map(|seed| Sampling { temperature, top_k: 0, top_p, seed }).collect()
}

/// Trims a turn's completion to what is written into the buffer; see [`completion::program`].
pub fn trim(done: &mut Completion) {
    let kept = completion::program(&done.text, done.reason == FinishReason::MaxTokens).len();
    done.text.truncate(kept);
}

/// The cost of a completion as JSON.
#[must_use]
pub fn stats(completion: &Completion) -> Value {
    json!({
        "promptTokens": completion.prompt_tokens,
        "reusedTokens": completion.reused_tokens,
        "droppedTokens": completion.dropped_tokens,
        "generatedTokens": completion.generated_tokens,
        "meanLogprob": completion.mean_logprob,
        "prefillMs": completion.prefill.as_secs_f64() * 1e3,
        "decodeMs": completion.decode.as_secs_f64() * 1e3,
        "reason": format!("{:?}", completion.reason),
    })
}

/// A candidate and its score as JSON; see `PROTOCOL.md`.
#[must_use]
pub fn candidate(ranked: &Ranked) -> Value {
    json!({
        "index": ranked.index,
        "text": ranked.completion.text,
        "copies": ranked.copies,
        "score": score_json(&ranked.score, ranked.completion.mean_logprob),
        "stats": stats(&ranked.completion),
    })
}

/// A candidate's score as JSON.
#[must_use]
pub fn score_json(score: &Score, mean_logprob: f32) -> Value {
    let Score { parses, missing, shadows, drops, raised, run } = score;
    json!({
        "parses": parses,
        "missing": missing,
        "shadows": shadows,
        "drops": drops,
        "meanLogprob": mean_logprob,
        "run": run,
        "raised": raised,
    })
}

/// Tokens per second of the prompt and of what was generated; `None` where nothing was measured.
#[must_use]
pub fn speeds(completion: &Completion) -> (Option<f64>, Option<f64>) {
    let per_second = |tokens: usize, time: std::time::Duration| {
        (tokens > 0 && !time.is_zero()).then(|| tokens as f64 / time.as_secs_f64())
    };
    (
        per_second(completion.prompt_tokens.saturating_sub(completion.reused_tokens), completion.prefill),
        // The first token's time is part of the prompt's.
        per_second(completion.generated_tokens.saturating_sub(1), completion.decode),
    )
}

/// The number of tokens for the prompt of a turn beside `max_tokens` generated ones.
#[must_use]
pub fn prompt_budget(engine: &Engine, mut max_tokens: usize) -> usize {
    budget(engine, &mut max_tokens)
}

/// The number of tokens for the prompt. On a very small context, `max_tokens` is reduced to at most half of it.
fn budget(engine: &Engine, max_tokens: &mut usize) -> usize {
    let context = engine.info().context;
    *max_tokens = (*max_tokens).min((context / 2).max(1));
    context.saturating_sub(*max_tokens + MARGIN).max(1)
}

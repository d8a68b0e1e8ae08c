//! What the server and the command line share between a document and the engine: from a cursor or a turn to a request.

use codegen_engine::synthesis::{History, Truncation};
use codegen_engine::{
    Candidate, Candidates, Completion, Engine, FinishReason, Overflow, Priority, Prompt, Request, Sampling, StopRule,
};
use serde_json::{Value, json};

use crate::candidates::{Evidence, Ranked};
use crate::completion::{self, Plan};
use crate::config::{EngineConfig, SynthesisConfig};
use crate::context;
use crate::document::Document;
use crate::records::HistoryCut;
use crate::turns::{self, Turn, TurnOptions};

/// Tokens left free in the context beside the prompt and what is generated: a cut prompt may tokenize into a few more.
const MARGIN: usize = 8;

/// A completion ready to be asked for.
pub struct Prepared {
    /// What it is to be.
    pub plan: Plan,
    /// What the engine is asked.
    pub request: Request,
    /// Where the context's window starts; see [`context::Context::start`].
    pub start: usize,
    /// What the answer says again of the text before the cursor; see [`context::Context::held`].
    pub held: &'static str,
}

/// Resolves the model's name and loads it. Blocks.
///
/// # Errors
/// The name means nothing, or the model cannot be run as the options say.
pub fn load_engine(config: &EngineConfig) -> anyhow::Result<Engine> {
    let mut options = config.options.clone();
    options.model = codegen_engine::model::resolve(&config.model)?;
    Ok(Engine::load(&options)?)
}

/// Prepares a completion at `offset`; `None` where none is wanted. Counts tokens, so it is not for the main loop.
#[must_use]
pub fn prepare(
    document: &Document,
    offset: usize,
    options: &TurnOptions,
    previous_start: Option<usize>,
    max_tokens: usize,
    engine: &Engine,
) -> Option<Prepared> {
    let mut plan = completion::plan(document, offset, options)?;
    plan.max_tokens = plan.max_tokens.min(max_tokens);
    let budget = budget(engine, &mut plan.max_tokens);
    let context = context::build(document, offset, budget, previous_start, &|text| engine.tokenize(text).len());
    let mut request = Request::new(Prompt::Text(context.prompt), plan.max_tokens);
    request.stop = Some(completion::stop_rule(document, offset, &plan));
    Some(Prepared { plan, request, start: context.start, held: context.held })
}

/// A turn ready to be asked for, once or several times.
#[derive(Debug, Clone)]
pub struct PreparedTurn {
    /// The very text that the model is shown.
    pub prompt: String,
    /// What of the history is in it.
    pub cut: HistoryCut,
    /// At most this many tokens are generated.
    pub max_tokens: usize,
    truncation: Truncation,
}

impl PreparedTurn {
    /// One continuation.
    #[must_use]
    pub fn request(&self, sampling: Sampling) -> Request {
        let mut request = Request::new(Prompt::Text(self.prompt.clone()), self.max_tokens);
        request.sampling = sampling;
        request.stop = Some(completion::program_rule(self.truncation.clone()));
        request.priority = Priority::Synthesis;
        request.overflow = Overflow::Window { keep: 0 };
        request
    }

    /// Several continuations that share the prompt's KV cache.
    #[must_use]
    pub fn candidates(&self, samplings: Vec<Sampling>) -> Candidates {
        let each = samplings.into_iter().map(|sampling| {
            let stop: Option<Box<dyn StopRule>> = Some(completion::program_rule(self.truncation.clone()));
            Candidate { sampling, stop }
        });
        Candidates {
            prompt: Prompt::Text(self.prompt.clone()),
            max_tokens: self.max_tokens,
            priority: Priority::Synthesis,
            key: None,
            overflow: Overflow::Window { keep: 0 },
            each: each.collect(),
        }
    }
}

/// Prepares the synthesis of `turn` in at most `max_tokens` tokens, the turns before it being the history. Counts tokens,
/// so it is not for the main loop.
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
    let cut =
        HistoryCut { kept: history.turns.iter().map(|(prompt, _)| prompt.clone()).collect(), ..HistoryCut::default() };
    let prompt = fit(history, &turn.prompt, budget, &|text| engine.tokenize(text).len());
    PreparedTurn { prompt, cut, max_tokens, truncation }
}

/// How `count` candidates are sampled: the first is the most likely text, the others are drawn with seeds from `seed` on.
#[must_use]
pub fn samplings(config: &SynthesisConfig, count: usize, seed: u64) -> Vec<Sampling> {
    let drawn = |index: usize| Sampling {
        temperature: config.temperature,
        top_k: 0,
        top_p: config.top_p,
        seed: seed.wrapping_add(index as u64),
    };
    (0..count).map(|index| if index == 0 { Sampling::GREEDY } else { drawn(index) }).collect()
}

/// Leaves of a turn's completion what is written into the buffer; see [`completion::program`].
pub fn tidy(done: &mut Completion) {
    let kept = completion::program(&done.text, done.reason == FinishReason::MaxTokens).len();
    done.text.truncate(kept);
}

/// What a completion cost, for programs to read.
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

/// A candidate and its score, for programs to read; see `PROTOCOL.md`.
#[must_use]
pub fn candidate(ranked: &Ranked) -> Value {
    json!({
        "index": ranked.index,
        "text": ranked.completion.text,
        "copies": ranked.copies,
        "score": score(ranked),
        "stats": stats(&ranked.completion),
    })
}

/// What speaks for a candidate and what against it, for programs to read.
#[must_use]
pub fn score(ranked: &Ranked) -> Value {
    let Evidence { parses, missing, shadows, drops, raised, run } = &ranked.evidence;
    json!({
        "parses": parses,
        "missing": missing,
        "shadows": shadows,
        "drops": drops,
        "meanLogprob": ranked.completion.mean_logprob,
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
        // The first token's time belongs to the prompt.
        per_second(completion.generated_tokens.saturating_sub(1), completion.decode),
    )
}

/// Tokens that the prompt of a turn may have beside `max_tokens` generated ones.
#[must_use]
pub fn prompt_budget(engine: &Engine, mut max_tokens: usize) -> usize {
    budget(engine, &mut max_tokens)
}

/// Tokens for the prompt. On a very small context what is generated gets half of it at most.
fn budget(engine: &Engine, max_tokens: &mut usize) -> usize {
    let context = engine.info().context;
    *max_tokens = (*max_tokens).min((context / 2).max(1));
    context.saturating_sub(*max_tokens + MARGIN).max(1)
}

/// The history's text within `budget` tokens: whole turns go, oldest first, but their imports and the definitions that
/// later turns name stay, in the preamble; if that is still too long, the preamble is cut.
fn fit(mut history: History, prompt: &str, budget: usize, count: &dyn Fn(&str) -> usize) -> String {
    let mut text = history.render(prompt);
    while count(&text) > budget && !history.turns.is_empty() {
        let (_, program) = history.turns.remove(0);
        let later = history.turns.iter().flat_map(|(prompt, program)| [prompt.as_str(), program.as_str()]);
        let later: Vec<&str> = later.chain([prompt]).collect();
        for statement in top_level(&program) {
            if is_import(statement) || defines(statement).is_some_and(|name| later.iter().any(|text| names(text, name)))
            {
                for line in statement.trim_end().lines() {
                    history.preamble.push_str(&history.indent);
                    history.preamble.push_str(line);
                    history.preamble.push('\n');
                }
            }
        }
        text = history.render(prompt);
    }
    let excess = count(&text).saturating_sub(budget);
    if excess > 0 {
        history.preamble = shorten(&history.preamble, excess, count);
        text = history.render(prompt);
    }
    text
}

/// Takes at least `excess` tokens from a preamble, if it has as many: first whole statements, oldest first, imports
/// staying and the last, which may be what encloses the turn; then lines.
fn shorten(preamble: &str, excess: usize, count: &dyn Fn(&str) -> usize) -> String {
    let mut excess = excess;
    let mut cut = |text: &str| {
        let goes = excess > 0;
        excess = excess.saturating_sub(if goes { count(text) } else { 0 });
        goes
    };
    let mut statements = top_level(preamble);
    let last = statements.pop();
    statements.retain(|statement| is_import(statement) || !cut(statement));
    let lines = statements.into_iter().chain(last).flat_map(|statement| statement.split_inclusive('\n'));
    lines.filter(|line| !cut(line)).collect()
}

/// The top-level statements of a program, roughly: each unindented line with the lines below that are indented or blank.
fn top_level(program: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = Vec::new();
    let mut offset = 0;
    for line in program.split_inclusive('\n') {
        let continues = line.starts_with([' ', '\t', ')', ']', '}']) || line.trim().is_empty();
        if !continues || starts.is_empty() {
            starts.push(offset);
        }
        offset += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([program.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| program.get(*start..end)).collect()
}

fn is_import(statement: &str) -> bool {
    statement.starts_with("import ") || statement.starts_with("from ")
}

/// The name that a top-level statement defines.
fn defines(statement: &str) -> Option<&str> {
    let rest = ["def ", "class ", "async def "].iter().find_map(|keyword| statement.strip_prefix(keyword));
    let text = rest.unwrap_or(statement);
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    let assigned = after.trim_start().strip_prefix('=').is_some_and(|value| !value.starts_with('='));
    (!name.is_empty() && (rest.is_some() || assigned)).then_some(name)
}

/// Whether `text` has `name` as a word.
fn names(text: &str, name: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(turns: &[(&str, &str)]) -> History {
        let turns = turns.iter().map(|(prompt, program)| ((*prompt).to_owned(), (*program).to_owned())).collect();
        History { turns, ..History::default() }
    }

    #[test]
    fn a_history_that_fits_stays_whole() {
        let history = history(&[("one", "x = 1"), ("two", "y = 2")]);
        let whole = history.render("three");
        assert_eq!(fit(history, "three", whole.len(), &str::len), whole);
    }

    #[test]
    fn whole_turns_go_and_what_later_turns_use_stays() {
        let old = "import re\n\ndef used(a):\n    return [\n        a,\n    ]\n\ndef unused():\n    pass\n\nlimit = 3\nlist == 4\n";
        let history = history(&[("old", old), ("two", "y = used(limit)")]);
        let budget = history.render("three").len() - 1;
        let expected = History {
            preamble: "import re\ndef used(a):\n    return [\n        a,\n    ]\nlimit = 3\n".to_owned(),
            turns: vec![("two".to_owned(), "y = used(limit)".to_owned())],
            ..History::default()
        };
        assert_eq!(fit(history, "three", budget, &str::len), expected.render("three"));
    }

    #[test]
    fn a_long_preamble_loses_its_oldest_statements_and_then_lines() {
        let preamble = "import re\nx = 1\n\ny = 2\nclass A:\n    z = 3\n    def f(self):\n";
        assert_eq!(shorten(preamble, 1, &str::len), "import re\ny = 2\nclass A:\n    z = 3\n    def f(self):\n");
        assert_eq!(shorten(preamble, 8, &str::len), "import re\nclass A:\n    z = 3\n    def f(self):\n");
        assert_eq!(shorten(preamble, 14, &str::len), "class A:\n    z = 3\n    def f(self):\n");
        assert_eq!(shorten(preamble, 1000, &str::len), "");
    }

    #[test]
    fn definitions_kept_in_a_block_stay_in_the_block() {
        let mut history = history(&[("one", "import re"), ("two", "")]);
        history.indent = "    ".to_owned();
        history.preamble = "def f():\n".to_owned();
        let budget = history.render("three").len() - 1;
        let text = fit(history, "three", budget, &str::len);
        assert!(text.starts_with("def f():\n    import re\n    # two\n"), "{text}");
    }

    #[test]
    fn in_the_end_only_the_prompt_stays() {
        let mut history = history(&[("one", "import re")]);
        history.preamble = "import os\n".to_owned();
        assert_eq!(fit(history, "three", 1, &str::len), History::default().render("three"));
    }
}

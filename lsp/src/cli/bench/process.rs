//! Measures what a token costs more where the model runs in a process of its own, as the server's does.

use std::time::{Duration, Instant};

use codegen_core::{Event, Prompt, Request, TokenId};
use codegen_engine::{Engine, Progress};
use serde_json::{Value, json};

use super::synthesize::{OPEN, TURNS};
use super::{Arguments, median};
use crate::cli::{engine_host, output};
use crate::config::EngineConfig;

/// The largest number of tokens of a continuation.
const TOKENS: usize = 128;

/// How often a text is tokenized for one time.
const CALLS: u32 = 200;

/// The times of one of the two engines, a median for each round or call.
#[derive(Default)]
struct Times {
    first: Vec<Duration>,
    token: Vec<Duration>,
    tokenize: Vec<Duration>,
    /// Tokens of the last round.
    tokens: usize,
}

/// Measures and prints.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut config = arguments.engine.config();
    let mut engines = Vec::new();
    for process in [false, true] {
        config = EngineConfig { process, ..config };
        engines.push(engine_host::load(&config, Progress::default())?);
    }
    let mut times = [Times::default(), Times::default()];
    for round in 0..=usize::from(arguments.rounds) {
        // What gets faster or slower meanwhile meets both alike: each goes first every other time.
        for index in [round % 2, 1 - round % 2] {
            let (Some(engine), Some(times)) = (engines.get(index), times.get_mut(index)) else { continue };
            measure(engine, (round > 0).then_some(times))?;
        }
    }
    print(&times, arguments)
}

/// Measures one round; the first one warms up, and is not noted.
fn measure(engine: &Engine, times: Option<&mut Times>) -> anyhow::Result<()> {
    let text = [TURNS, OPEN].concat();
    let start = Instant::now();
    let mut prompt = Vec::new();
    for _ in 0..CALLS {
        prompt = engine.tokenize(&text);
    }
    let tokenize = start.elapsed() / CALLS;
    let (first, token, tokens) = stream(engine, prompt)?;
    if let Some(times) = times {
        times.tokenize.push(tokenize);
        times.first.push(first);
        times.token.push(token);
        times.tokens = tokens;
    }
    Ok(())
}

/// Takes every token as it comes, as the server does: the time to the first, the time per token from there on, and their number.
fn stream(engine: &Engine, prompt: Vec<TokenId>) -> anyhow::Result<(Duration, Duration, usize)> {
    // With all threads all the time, and without the KV cache, both do the same work in every round.
    let request = Request { fresh: true, ..Request::new(Prompt::Tokens(prompt), TOKENS) };
    let start = Instant::now();
    let mut generation = engine.submit(request);
    let (mut first, mut last, mut tokens) = (Duration::ZERO, Duration::ZERO, 0);
    while let Some(event) = generation.blocking_next() {
        match event {
            Event::Token { .. } => {
                last = start.elapsed();
                if tokens == 0 {
                    first = last;
                }
                tokens += 1;
            }
            Event::Done(_) => {}
            Event::Failed(error) => return Err(error.into()),
        }
    }
    let further = u32::try_from(tokens).unwrap_or(u32::MAX).saturating_sub(1).max(1);
    Ok((first, last.saturating_sub(first) / further, tokens))
}

fn print([here, there]: &[Times; 2], arguments: &Arguments) -> anyhow::Result<()> {
    let rows = [
        ("a token", &here.token, &there.token),
        ("the first token", &here.first, &there.first),
        ("tokenizing the prompt", &here.tokenize, &there.tokenize),
    ];
    let rows = rows.map(|(what, here, there)| (what, median(here.clone()) * 1e6, median(there.clone()) * 1e6));
    if arguments.json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|(what, here, there)| json!({"what": what, "inProcessMicroseconds": here, "ownProcessMicroseconds": there}))
            .collect();
        return output::json(&format!(
            "{:#}",
            json!({"tokens": there.tokens, "rounds": arguments.rounds, "times": rows})
        ));
    }
    let mut text = format!(
        "{} tokens, one by one, in the server's process and in one of its own; medians of {} rounds\n\n\
         |                       | in one process |  in its own | difference | of it |\n\
         | --------------------- | -------------: | ----------: | ---------: | ----: |\n",
        there.tokens, arguments.rounds
    );
    for (what, here, there) in rows {
        let (more, share) = (there - here, (there / here.max(1e-9) - 1.0) * 100.0);
        text.push_str(&format!("| {what:21} | {here:11.1} µs | {there:8.1} µs | {more:7.1} µs | {share:3.1} % |\n"));
    }
    output::print(&text)
}

//! One way of running a model, in a process of its own: the requests to it, and this program's own worker.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use codegen_core::{Event, Prompt, Request};
use codegen_engine::Engine;
use serde::{Deserialize, Serialize};

use super::Model;
use crate::cli::engine_args::EngineArgs;
use crate::cli::output;

/// The text that is typed and continued.
pub(super) const TEXT: &str = include_str!("../../../../../fixtures/bench/ten_turns.py");

/// The number of bytes of the text before the first key; decoding continues these.
pub(super) const BEFORE: usize = 400;

/// The amount that is measured at a time.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Limits {
    /// The time for which tokens are decoded.
    pub decode: Duration,
    /// The number of bytes of the text that are read as a prompt.
    pub prompt: usize,
    /// The largest number of keys that are typed, and the time for typing them.
    pub keys: usize,
    pub typing: Duration,
    /// The largest number of tokens of the suggestion after each key.
    pub suggestion: usize,
}

impl Limits {
    pub fn of(model: Model, quick: bool) -> Self {
        let (decode, typing) = if quick { (500, 1000) } else { (2000, 4000) };
        let (prompt, keys, suggestion) = match model {
            Model::Builtin => (800, 60, 12),
            Model::Large => (300, 12, 4),
        };
        let (decode, typing) = (Duration::from_millis(decode), Duration::from_millis(typing));
        Self { decode, prompt, keys, typing, suggestion }
    }
}

/// One way of running a model.
pub(super) trait Subject {
    fn name(&self) -> String;
    /// Measures decoding in tokens per second, one after the other, the prompt in the KV cache.
    fn decode(&mut self, limits: &Limits) -> anyhow::Result<f64>;
    /// Measures reading a prompt that is in no cache, in tokens per second.
    fn prefill(&mut self, limits: &Limits) -> anyhow::Result<f64>;
    /// Measures the milliseconds from each key to the end of its suggestion.
    fn keys(&mut self, limits: &Limits) -> anyhow::Result<Vec<f64>>;
}

/// Tokens per second since `start`. The whole time counts: a caller that gets tokens late, as on a busy machine, would
/// otherwise measure them as faster than they were.
pub(super) fn per_second(tokens: usize, start: Instant) -> f64 {
    tokens as f64 / start.elapsed().as_secs_f64().max(1e-9)
}

/// The requests to the worker, a line of JSON each.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Task {
    Decode,
    Prefill,
    Keys,
}

/// A worker of this program, with a number of threads.
pub(super) struct Ours {
    threads: &'static str,
    process: Child,
    tasks: ChildStdin,
    results: BufReader<ChildStdout>,
}

impl Ours {
    pub fn start(model: &Path, threads: &'static str) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot tell which program this is")?;
        let mut command = Command::new(program);
        command.args(["bench", "load-worker", "--threads", threads]).arg("--model").arg(model);
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start a worker")?;
        let (tasks, results) = process.stdin.take().zip(process.stdout.take()).context("a worker has no pipes")?;
        Ok(Self { threads, process, tasks, results: BufReader::new(results) })
    }

    fn ask(&mut self, task: Task, limits: &Limits) -> anyhow::Result<Vec<f64>> {
        writeln!(self.tasks, "{}", serde_json::to_string(&(task, limits))?).context("a worker has ended")?;
        let mut line = String::new();
        self.results.read_line(&mut line)?;
        serde_json::from_str(&line).context("a worker has ended")
    }

    fn one(&mut self, task: Task, limits: &Limits) -> anyhow::Result<f64> {
        self.ask(task, limits)?.pop().context("a worker has measured nothing")
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Subject for Ours {
    fn name(&self) -> String {
        format!("{} threads", self.threads).replace("auto threads", "chosen").replace("1 threads", "1 thread")
    }

    fn decode(&mut self, limits: &Limits) -> anyhow::Result<f64> {
        self.one(Task::Decode, limits)
    }

    fn prefill(&mut self, limits: &Limits) -> anyhow::Result<f64> {
        self.one(Task::Prefill, limits)
    }

    fn keys(&mut self, limits: &Limits) -> anyhow::Result<Vec<f64>> {
        self.ask(Task::Keys, limits)
    }
}

/// Arguments of a worker.
#[derive(Debug, Args)]
pub struct WorkerArguments {
    #[command(flatten)]
    engine: EngineArgs,
    /// Keep a second engine beside, which does nothing
    #[arg(long, value_name = "FILE")]
    beside: Option<PathBuf>,
}

/// Measures what standard input requests, until that is closed.
pub fn work(arguments: &WorkerArguments) -> anyhow::Result<()> {
    let engine = arguments.engine.load()?;
    let beside = arguments.beside.as_ref().map(|model| {
        let mut arguments = arguments.engine.clone();
        arguments.model = model.to_str().map(str::to_owned);
        arguments.load()
    });
    let _beside = beside.transpose()?;
    for (round, line) in std::io::stdin().lines().enumerate() {
        let (task, limits): (Task, Limits) = serde_json::from_str(&line?)?;
        let numbers = match task {
            Task::Decode => vec![decode(&engine, &limits)?],
            Task::Prefill => vec![prefill(&engine, &limits, round)?],
            Task::Keys => keys(&engine, &limits)?,
        };
        output::print(&format!("{}\n", serde_json::to_string(&numbers)?))?;
    }
    Ok(())
}

fn decode(engine: &Engine, limits: &Limits) -> anyhow::Result<f64> {
    let (start, mut tokens) = (Instant::now(), 0);
    while start.elapsed() < limits.decode {
        let mut generation = engine.submit(Request::new(Prompt::Text(TEXT[..BEFORE].to_owned()), 256));
        while let Some(event) = generation.blocking_next() {
            match event {
                Event::Token { .. } => tokens += 1,
                Event::Done(_) => break,
                Event::Failed(error) => return Err(error.into()),
            }
            if start.elapsed() >= limits.decode {
                break;
            }
        }
    }
    Ok(per_second(tokens, start))
}

fn prefill(engine: &Engine, limits: &Limits, round: usize) -> anyhow::Result<f64> {
    let start = Instant::now();
    let done = engine.submit(Request::new(Prompt::Text(unread(limits, round)), 1)).blocking_finish()?;
    Ok(per_second(done.prompt_tokens - done.reused_tokens, start))
}

/// A prompt that differs from all earlier ones from its first token on.
pub(super) fn unread(limits: &Limits, round: usize) -> String {
    format!("{round} {}", &TEXT[..limits.prompt.min(TEXT.len())])
}

fn keys(engine: &Engine, limits: &Limits) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::new();
    let begin = Instant::now();
    for key in 0..limits.keys {
        if begin.elapsed() > limits.typing {
            break;
        }
        let mut request = Request::new(Prompt::Text(TEXT[..BEFORE + key].to_owned()), limits.suggestion);
        request.stop = Some(Box::new(|text: &str| text.find('\n')));
        let start = Instant::now();
        engine.submit(request).blocking_finish()?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_room_for_every_key() {
        for (model, quick) in [(Model::Builtin, true), (Model::Large, false)] {
            let limits = Limits::of(model, quick);
            assert!(
                TEXT.is_ascii() && TEXT.len() >= (BEFORE + limits.keys).max(limits.prompt),
                "{} {}",
                BEFORE + limits.keys,
                limits.prompt
            );
        }
    }
}

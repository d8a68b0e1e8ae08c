//! A Python that judges suggestions: what breaks, what no name stands for, what is no word.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;

const SCRIPT: &str = include_str!("judge.py");

/// What Python says of a suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Judged {
    /// Whether the buffer parsed before, as it was or with the rest of its line.
    pub parsed: bool,
    pub breaks_parse: bool,
    pub breaks_compile: bool,
    /// Names that the suggestion reads and nothing defines.
    pub unknown: Vec<String>,
    /// Whether the word that the suggestion completes exists nowhere; none if it completes none.
    pub nonsense: Option<bool>,
}

/// A Python that is kept running.
pub(super) struct Judge {
    process: Child,
    tasks: ChildStdin,
    results: BufReader<ChildStdout>,
}

impl Judge {
    pub fn start(python: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(python);
        command.args(["-I", "-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().with_context(|| format!("cannot run {python}; --python takes another"))?;
        let (tasks, results) = process.stdin.take().zip(process.stdout.take()).context("Python has no pipes")?;
        Ok(Self { process, tasks, results: BufReader::new(results) })
    }

    pub fn ask(&mut self, task: &Value) -> anyhow::Result<Judged> {
        writeln!(self.tasks, "{task}").context("Python has ended")?;
        let mut line = String::new();
        self.results.read_line(&mut line)?;
        serde_json::from_str(&line).context("Python has ended")
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

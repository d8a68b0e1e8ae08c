//! Measures what it is worth to guess tokens from what was said before: the same requests with guesses and without, and to
//! llama-server with its own kind of them, in turns.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use codegen_core::{Completion, Prompt, Request};
use codegen_engine::model::builtin;
use codegen_engine::{Engine, EngineOptions};
use serde_json::{Value, json};

use super::eval::random_model;
use super::llama_server::{LlamaServer, REST};
use super::noise::Noise;
use super::numbers::quantile;
use crate::cli::output;

/// The number of tokens of each continuation.
const TOKENS: usize = 96;

const TURNS: &str = include_str!("../../../../fixtures/bench/ten_turns.py");
const TYPED: &str = include_str!("../../../../fixtures/typing/dev/02_inventory.py");

/// Arguments of this measurement.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp bench repeat --model builtin --rounds 3")]
pub struct RepeatArguments {
    /// Measure this often, and report medians
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = crate::cli::number::whole(1..=100u8))]
    rounds: u8,
    /// Beside this number of busy loops; several numbers, separated by commas, are measured one after the other
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "0", value_parser = crate::cli::number::whole(0..=64u8))]
    beside: Vec<u8>,
    /// The models: builtin, 350m (random weights in the shape of CodeGen-350M), or a GGUF file [default: both]
    #[arg(long, value_name = "MODEL,…", value_delimiter = ',')]
    model: Vec<String>,
    /// Where the model of random weights is kept [default: where the built-in model is unpacked to]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Compare with this llama-server, without and with `--spec-type ngram-mod`
    #[arg(long, value_name = "FILE")]
    llama_server: Option<PathBuf>,
    /// The number of threads of all
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = crate::cli::number::whole(1..=64u8))]
    threads: u8,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A text that is continued.
struct Case {
    name: &'static str,
    prompt: String,
    /// Whether the same was asked for just before, as when a turn is written anew.
    again: bool,
}

/// Texts that repeat themselves, and one that does not.
fn cases() -> Vec<Case> {
    let head = |text: &str, bytes: usize| text.get(..text.floor_char_boundary(bytes)).unwrap_or_default().to_owned();
    let rows = (1..9).map(|row| format!("    {{\"name\": \"item {row}\", \"price\": {row}.50, \"count\": {row}}},\n"));
    let tests =
        (1..6).map(|n| format!("def test_{n}():\n    result = double({n})\n    assert result == {}\n\n\n", 2 * n));
    vec![
        Case { name: "new code", prompt: head(TYPED, 700), again: false },
        Case { name: "the same turn again", prompt: head(TURNS, 400), again: true },
        Case {
            name: "a copy of what stands above",
            prompt: format!("{TYPED}\n\n\n{}", head(TYPED, 300)),
            again: false,
        },
        Case { name: "a table", prompt: format!("rows = [\n{}", rows.collect::<String>()), again: false },
        Case { name: "tests", prompt: tests.collect(), again: false },
    ]
}

/// One way of running a model.
enum Subject {
    Ours { name: &'static str, engine: Engine },
    Server { name: &'static str, server: LlamaServer },
}

/// Tokens per second behind the first token.
fn speed(done: &Completion) -> f64 {
    let seconds = done.decode.as_secs_f64();
    if seconds > 0.0 { done.generated_tokens.saturating_sub(1) as f64 / seconds } else { 0.0 }
}

impl Subject {
    fn name(&self) -> &'static str {
        match self {
            Self::Ours { name, .. } | Self::Server { name, .. } => name,
        }
    }

    fn ask(&self, prompt: &str) -> anyhow::Result<f64> {
        match self {
            Self::Ours { engine, .. } => {
                let request = Request::new(Prompt::Text(prompt.to_owned()), TOKENS);
                Ok(speed(&engine.submit(request).blocking_finish()?))
            }
            Self::Server { server, .. } => {
                let body = json!({"prompt": prompt, "n_predict": TOKENS, "temperature": 0, "cache_prompt": true});
                let answer = server.complete(&body)?;
                answer["timings"]["predicted_per_second"].as_f64().context("llama-server tells no times")
            }
        }
    }

    /// Tokens per second for a case.
    fn measure(&self, case: &Case) -> anyhow::Result<f64> {
        // Whatever stands there from the round before: a text that nothing of the case can be guessed from.
        self.ask("\"\"\"One, two, three.\"\"\"\n")?;
        if case.again {
            self.ask(&case.prompt)?;
        }
        self.ask(&case.prompt)
    }
}

/// Measures and prints.
pub(super) fn run(arguments: &RepeatArguments) -> anyhow::Result<()> {
    let names = if arguments.model.is_empty() {
        vec!["builtin".to_owned(), "350m".to_owned()]
    } else {
        arguments.model.clone()
    };
    let mut rows = Vec::new();
    for name in names {
        let path = match name.as_str() {
            "builtin" => builtin::unpacked()?,
            "350m" => random_model(arguments.folder.as_deref())?,
            file => file.into(),
        };
        let subjects = subjects(arguments, &path)?;
        for &beside in &arguments.beside {
            output::say(&format!("{name}, beside {beside} busy loops …"));
            let noise = Noise::loops(beside.into())?;
            for case in cases() {
                rows.push(Row {
                    model: name.clone(),
                    beside,
                    case: case.name,
                    speeds: alternate(arguments, &subjects, &case)?,
                });
            }
            noise.end()?;
        }
    }
    if arguments.json { output::json(&json(&rows)) } else { output::print(&text(&rows)) }
}

fn subjects(arguments: &RepeatArguments, model: &Path) -> anyhow::Result<Vec<Subject>> {
    let load = |name, lookup| -> anyhow::Result<Subject> {
        let options = EngineOptions {
            lookup,
            threads: Some(arguments.threads.into()),
            // The slot that is asked first is asked again, as llama-server's only one is.
            slots: Some(1),
            ..EngineOptions::new(model.to_owned())
        };
        Ok(Subject::Ours { name, engine: Engine::load(&options)? })
    };
    let mut all = vec![load("plain", false)?, load("guessing", true)?];
    if let Some(program) = &arguments.llama_server {
        for (name, more) in [("llama-server", &[][..]), ("llama-server, ngram-mod", &["--spec-type", "ngram-mod"])] {
            let server = LlamaServer::start(
                program,
                model,
                arguments.threads.into(),
                &[&["--ctx-size", "2048"], more].concat(),
            )?;
            all.push(Subject::Server { name, server });
        }
    }
    Ok(all)
}

/// The median of the rounds of each subject; the first subject changes from round to round.
fn alternate(
    arguments: &RepeatArguments,
    subjects: &[Subject],
    case: &Case,
) -> anyhow::Result<Vec<(&'static str, f64)>> {
    let mut speeds: Vec<(&'static str, Vec<f64>)> =
        subjects.iter().map(|subject| (subject.name(), Vec::new())).collect();
    for round in 0..usize::from(arguments.rounds) {
        for turn in 0..subjects.len() {
            let index = (turn + round) % subjects.len();
            std::thread::sleep(REST);
            speeds[index].1.push(subjects[index].measure(case)?);
        }
    }
    Ok(speeds.into_iter().map(|(name, all)| (name, quantile(&all, 0.5))).collect())
}

/// The tokens per second of one case, of each subject.
struct Row {
    model: String,
    beside: u8,
    case: &'static str,
    speeds: Vec<(&'static str, f64)>,
}

fn text(rows: &[Row]) -> String {
    let mut out = String::from("| model | beside | text |");
    let names: Vec<&str> =
        rows.first().map(|row| row.speeds.iter().map(|(name, _)| *name).collect()).unwrap_or_default();
    for name in &names {
        let _ = write!(out, " {name} |");
    }
    let _ = writeln!(out, " guessing / plain |\n| --- | --- | --- |{} ---: |", " ---: |".repeat(names.len()));
    for row in rows {
        let _ = write!(out, "| {} | {} | {} |", row.model, row.beside, row.case);
        for (_, speed) in &row.speeds {
            let _ = write!(out, " {speed:.0} |");
        }
        let _ = writeln!(out, " {:.2} |", row.gain());
    }
    out
}

impl Row {
    /// How many times as fast guessing is.
    fn gain(&self) -> f64 {
        match self.speeds.as_slice() {
            [(_, plain), (_, guessing), ..] if *plain > 0.0 => guessing / plain,
            _ => 0.0,
        }
    }
}

fn json(rows: &[Row]) -> String {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            let speeds: serde_json::Map<_, _> =
                row.speeds.iter().map(|(name, speed)| ((*name).to_owned(), json!(speed))).collect();
            json!({"model": row.model, "beside": row.beside, "text": row.case, "tokensPerSecond": speeds, "gain": row.gain()})
        })
        .collect();
    format!("{:#}", json!({"rows": rows}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_guessing_gains() {
        let speeds = vec![("plain", 100.0), ("guessing", 250.0), ("llama-server", 90.0)];
        let rows = [Row { model: "builtin".to_owned(), beside: 2, case: "tests", speeds }];
        assert!(text(&rows).contains("| builtin | 2 | tests | 100 | 250 | 90 | 2.50 |"), "{}", text(&rows));
        let json: Value = serde_json::from_str(&json(&rows)).unwrap();
        assert_eq!(
            (&json["rows"][0]["gain"], &json["rows"][0]["tokensPerSecond"]["plain"]),
            (&json!(2.5), &json!(100.0))
        );
    }

    #[test]
    fn every_case_has_a_text() {
        assert!(cases().iter().all(|case| case.prompt.len() > 200 && case.prompt.is_ascii()));
    }
}

//! The measurements as a table and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::flips::Flips;
use super::place::Kind;
use super::row::Row;
use crate::cli::bench::numbers::quantile;

/// Counts over some rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Summary {
    pub asked: usize,
    pub shown: usize,
    pub whole: usize,
    pub first_line: usize,
    pub first_word: usize,
    pub useful: usize,
    /// Suggestions with an unknown name.
    pub unknown: usize,
    /// Suggestions that complete a word, and those that make one that exists nowhere.
    pub words: usize,
    pub nonsense: usize,
    pub parse: usize,
    pub compile: usize,
    latencies: Vec<f64>,
}

impl Summary {
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Self {
        let mut all = Self::default();
        for row in rows {
            all.asked += 1;
            all.latencies.push(row.latency);
            if row.shown.is_none() {
                continue;
            }
            all.shown += 1;
            all.whole += usize::from(row.verdict.whole);
            all.first_line += usize::from(row.verdict.first_line);
            all.first_word += usize::from(row.verdict.first_word);
            all.useful += usize::from(row.verdict.useful);
            all.unknown += usize::from(!row.unknown.is_empty());
            all.words += usize::from(row.nonsense.is_some());
            all.nonsense += usize::from(row.nonsense == Some(true));
            all.parse += usize::from(row.breaks_parse);
            all.compile += usize::from(row.breaks_compile);
        }
        all
    }

    /// The quantile of the times at `part`, from 0 to 1, in milliseconds.
    fn latency(&self, part: f64) -> f64 {
        quantile(&self.latencies, part)
    }

    fn json(&self) -> Value {
        json!({
            "asked": self.asked, "shown": self.shown, "whole": self.whole, "firstLine": self.first_line,
            "firstWord": self.first_word, "useful": self.useful, "unknownNames": self.unknown,
            "wordsCompleted": self.words, "nonsenseWords": self.nonsense, "breaksParse": self.parse,
            "breaksCompile": self.compile, "p50Ms": self.latency(0.5), "p95Ms": self.latency(0.95),
        })
    }

    fn line(&self, name: &str) -> String {
        let of = |count: usize| share(count, self.shown);
        format!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} | {} of {} | {} | {} | {:.0} | {:.0} |\n",
            self.asked,
            share(self.shown, self.asked),
            of(self.whole),
            share(self.whole, self.asked),
            of(self.first_line),
            of(self.first_word),
            of(self.useful),
            of(self.unknown),
            self.nonsense,
            self.words,
            of(self.parse),
            of(self.compile),
            self.latency(0.5),
            self.latency(0.95),
        )
    }
}

fn share(count: usize, of: usize) -> String {
    if of == 0 { "–".to_owned() } else { format!("{:.1} %", 100.0 * count as f64 / of as f64) }
}

/// The results of one run with one set of settings.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    /// The settings, for people.
    pub name: String,
    pub pauses: Vec<Row>,
    pub flips: Option<Flips>,
}

const HEADER: &str = "| place | asked | shown | right of shown | right of asked | first line | first word | useful | \
    unknown names | nonsense words | breaks parse | breaks compile | p50, ms | p95 |\n\
    | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";

/// The runs as text.
pub(super) fn text(runs: &[Run]) -> String {
    let mut out = String::new();
    for run in runs {
        let _ = writeln!(out, "{}\n", run.name);
        if !run.pauses.is_empty() {
            out.push_str(HEADER);
            out.push_str(&Summary::of(&run.pauses).line("all"));
            for kind in Kind::ALL {
                let rows = || run.pauses.iter().filter(|row| row.kind == kind);
                if rows().next().is_some() {
                    out.push_str(&Summary::of(rows()).line(kind.name()));
                }
            }
            out.push('\n');
        }
        if let Some(flips) = &run.flips {
            let _ = writeln!(
                out,
                "keys {}, with ghost text before them {}; lost or changed although the key fitted: {} of {} ({}); \
                 flips: {} of all keys ({} keys), {} of those inside words ({} of {})\n",
                flips.keys,
                flips.stood,
                flips.lost,
                flips.fitted,
                share(flips.lost, flips.fitted),
                share(flips.flipped, flips.keys),
                flips.flipped,
                share(flips.flipped_in_words, flips.keys_in_words),
                flips.flipped_in_words,
                flips.keys_in_words,
            );
        }
    }
    out
}

/// The runs as JSON.
pub(super) fn json(runs: &[Run]) -> String {
    let runs: Vec<Value> = runs
        .iter()
        .map(|run| {
            let kinds: Vec<Value> = Kind::ALL
                .iter()
                .map(|kind| {
                    let summary = Summary::of(run.pauses.iter().filter(|row| row.kind == *kind));
                    json!({"place": kind, "counts": summary.json()})
                })
                .collect();
            json!({
                "settings": run.name, "all": Summary::of(&run.pauses).json(), "places": kinds, "keys": run.flips,
            })
        })
        .collect();
    format!("{:#}", json!({"typing": runs}))
}

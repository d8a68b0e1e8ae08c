//! The measurements, as a table and as JSON, with the ratios that the goals are stated in.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::cli::bench::numbers::quantile;

/// The measurements of one model, run in one way under one load.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub model: &'static str,
    pub load: &'static str,
    pub subject: String,
    /// The tokens per second of each round.
    pub decode: Vec<f64>,
    pub prefill: Vec<f64>,
    /// The milliseconds of each key of all rounds.
    pub keys: Vec<f64>,
}

impl Cell {
    pub fn new(model: &'static str, load: &'static str, subject: String) -> Self {
        Self { model, load, subject, ..Self::default() }
    }
}

fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// All measurements.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub cells: Vec<Cell>,
}

impl Report {
    pub fn text(&self) -> String {
        let mut out = String::from(
            "| model | beside | how | decode, tokens/s | prompt, tokens/s | key p50, ms | p95 | worst |\n\
             | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n",
        );
        for cell in &self.cells {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {:.0} | {:.0} | {:.1} | {:.1} | {:.1} |",
                cell.model,
                cell.load,
                cell.subject,
                median(&cell.decode),
                median(&cell.prefill),
                median(&cell.keys),
                quantile(&cell.keys, 0.95),
                quantile(&cell.keys, 1.0),
            );
        }
        out.push_str("\nchosen threads against the best fixed number, and against llama-server's best:\n\n");
        out.push_str("| model | beside | decode | prompt | decode, server | prompt, server | worst key / median |\n");
        out.push_str("| --- | --- | ---: | ---: | ---: | ---: | ---: |\n");
        for ratio in self.ratios() {
            let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} |",
                ratio.model,
                ratio.load,
                show(ratio.fixed.0),
                show(ratio.fixed.1),
                show(ratio.server.0),
                show(ratio.server.1),
                show(ratio.worst_key),
            );
        }
        out
    }

    pub fn json(&self) -> String {
        let cells: Vec<Value> = self.cells.iter().map(cell_json).collect();
        let ratios: Vec<Value> = self.ratios().iter().map(Ratio::json).collect();
        format!("{:#}\n", json!({"measured": cells, "ratios": ratios}))
    }

    /// One row for each model and load: what the chosen threads reach of the best of the others.
    fn ratios(&self) -> Vec<Ratio> {
        let chosen = self.cells.iter().filter(|cell| cell.subject == "chosen");
        chosen.map(|cell| Ratio::of(cell, &self.cells)).collect()
    }
}

fn cell_json(cell: &Cell) -> Value {
    json!({
        "model": cell.model, "load": cell.load, "how": cell.subject,
        "decode": cell.decode, "decodeMedian": median(&cell.decode),
        "prompt": cell.prefill, "promptMedian": median(&cell.prefill),
        "keys": cell.keys.len(), "keyMedian": median(&cell.keys), "keyP95": quantile(&cell.keys, 0.95),
        "keyWorst": quantile(&cell.keys, 1.0),
    })
}

/// The speed of the chosen threads as a ratio of the best of the others, for decoding and for prompts.
#[derive(Debug, PartialEq)]
struct Ratio {
    model: &'static str,
    load: &'static str,
    fixed: (Option<f64>, Option<f64>),
    server: (Option<f64>, Option<f64>),
    worst_key: Option<f64>,
}

impl Ratio {
    fn of(chosen: &Cell, cells: &[Cell]) -> Self {
        let others = |server: bool| {
            cells.iter().filter(move |cell| {
                let like = (cell.model, cell.load) == (chosen.model, chosen.load) && cell.subject != chosen.subject;
                like && cell.subject.starts_with("llama-server") == server
            })
        };
        let against = |server: bool, values: fn(&Cell) -> &Vec<f64>| {
            let best = others(server).map(|cell| median(values(cell))).fold(0.0, f64::max);
            (best > 0.0).then(|| median(values(chosen)) / best)
        };
        let both = |server| (against(server, |cell| &cell.decode), against(server, |cell| &cell.prefill));
        let middle = median(&chosen.keys);
        let worst_key = (middle > 0.0).then(|| quantile(&chosen.keys, 1.0) / middle);
        Self { model: chosen.model, load: chosen.load, fixed: both(false), server: both(true), worst_key }
    }

    fn json(&self) -> Value {
        json!({
            "model": self.model, "load": self.load,
            "ofBestFixed": {"decode": self.fixed.0, "prompt": self.fixed.1},
            "ofBestServer": {"decode": self.server.0, "prompt": self.server.1},
            "worstKeyOfMedian": self.worst_key,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(subject: &str, decode: &[f64], prefill: f64) -> Cell {
        let mut cell = Cell::new("m", "idle", subject.to_owned());
        (cell.decode, cell.prefill, cell.keys) = (decode.to_vec(), vec![prefill], vec![2.0, 8.0, 2.0]);
        cell
    }

    #[test]
    fn the_chosen_are_compared_with_the_best_of_each_kind() {
        let mut elsewhere = cell("2 threads", &[900.0], 1.0);
        elsewhere.load = "busy";
        let cells = vec![
            cell("chosen", &[90.0, 1.0, 500.0], 30.0),
            cell("1 thread", &[100.0], 20.0),
            cell("2 threads", &[10.0], 40.0),
            cell("llama-server, 1", &[45.0], 60.0),
            elsewhere,
        ];
        let report = Report { cells };
        let ratios = report.ratios();
        assert_eq!(ratios.len(), 1);
        assert_eq!(ratios[0].fixed, (Some(0.9), Some(0.75)));
        assert_eq!(ratios[0].server, (Some(2.0), Some(0.5)));
        assert_eq!(ratios[0].worst_key, Some(4.0));
        assert!(report.text().contains("| m | idle | 0.90 | 0.75 | 2.00 | 0.50 | 4.00 |"), "{}", report.text());
        let json: Value = serde_json::from_str(&report.json()).unwrap_or_default();
        assert_eq!(json["ratios"][0]["ofBestFixed"]["decode"], 0.9);
    }
}

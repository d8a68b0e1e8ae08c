//! The replayed traces, as tables and as JSON, with the ratios that the goals are stated in.

use std::fmt::Write;

use serde_json::{Value, json};

use super::tally::{End, Quantile, Tally};

/// All rounds of one trace with one target.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub model: String,
    /// The number of busy loops.
    pub beside: usize,
    pub trace: String,
    pub how: String,
    pub kind: Kind,
    pub tally: Tally,
}

/// Whose suggestions a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// This server as it is set by default, or as the command line sets it.
    #[default]
    Ours,
    /// This server without something.
    Without,
    Peer,
}

/// The goals: the median at most this part of the peer's, and of its 95 percent quantile.
const GOAL: (f64, f64) = (0.5, 1.0);

/// The rows as tables in Markdown.
pub(super) fn text(rows: &[Row]) -> String {
    let mut out = String::from(
        "| model | beside | trace | how | requests | text | nothing | overtaken | stale | p50, ms | p95 | max | p50 of text \
         | from cache | prepared | tokens per key |\n\
         | --- | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for Row { model, beside, trace, how, tally, .. } in rows {
        let all = tally.outcomes.len();
        let counters = tally.counters.unwrap_or_default();
        let _ = writeln!(
            out,
            "| {model} | {beside} | {trace} | {how} | {all} | {} | {} | {} | {} | {} | {} | {:.1} | {} | {} | {} | {} |",
            percent(tally.count(End::Text), all),
            percent(tally.count(End::Nothing), all),
            percent(tally.count(End::Overtaken), all),
            tally.stale,
            shown(tally.time(0.5)),
            shown(tally.time(0.95)),
            tally.longest(),
            shown(tally.time_of_text(0.5)),
            counters.hits.map_or_else(unknown, |hits| percent(hits as usize, all)),
            counters.prepared.map_or_else(unknown, |prepared| percent(prepared as usize, all)),
            counters.tokens.map_or_else(unknown, |tokens| format!("{:.1}", tokens as f64 / all.max(1) as f64)),
        );
    }
    let ratios = ratios(rows);
    if !ratios.is_empty() {
        out.push_str(
            "\ncodegen-lsp against the best of llama-server (goals: p50 at most 0.5, p95 at most 1):\n\n\
             | model | beside | trace | p50 | p95 | goals |\n| --- | ---: | --- | ---: | ---: | --- |\n",
        );
        for Ratio { row, p50, p95 } in ratios {
            let goals = match (p50 <= GOAL.0, p95 <= GOAL.1) {
                // Who never suggests anything is fast without being of use.
                _ if row.tally.count(End::Text) == 0 => "not met: no suggestion at all",
                (true, true) => "met",
                (true, false) => "p95 missed",
                (false, true) => "p50 missed",
                (false, false) => "both missed",
            };
            let _ = writeln!(out, "| {} | {} | {} | {p50:.2} | {p95:.2} | {goals} |", row.model, row.beside, row.trace);
        }
    }
    let failed: usize = rows.iter().map(|row| row.tally.failed).sum();
    if failed > 0 {
        let _ = writeln!(out, "\nllama-server failed at {failed} requests: they count as answered with nothing.");
    }
    if rows.iter().any(|row| row.kind != Kind::Peer && row.tally.counters.is_none_or(|all| all.tokens.is_none())) {
        out.push_str("\nThe server counts no tokens (it has no `codegen/stats`): such columns are left out.\n");
    }
    out
}

/// The rows as JSON.
pub(super) fn json(rows: &[Row]) -> String {
    let quantile = |quantile: Quantile| json!({"ms": quantile.time, "atLeast": quantile.at_least});
    let all: Vec<Value> = rows
        .iter()
        .map(|Row { model, beside, trace, how, tally, .. }| {
            let counters = tally.counters.unwrap_or_default();
            json!({
                "model": model, "beside": beside, "trace": trace, "how": how, "requests": tally.outcomes.len(),
                "text": tally.count(End::Text), "nothing": tally.count(End::Nothing),
                "overtaken": tally.count(End::Overtaken), "stale": tally.stale, "crossed": tally.crossed,
                "failed": tally.failed,
                "p50": quantile(tally.time(0.5)), "p95": quantile(tally.time(0.95)), "maxMs": tally.longest(),
                "p50OfText": quantile(tally.time_of_text(0.5)), "p95OfText": quantile(tally.time_of_text(0.95)),
                "fromCache": counters.hits, "prepared": counters.prepared, "tokens": counters.tokens,
            })
        })
        .collect();
    let ratios: Vec<Value> = ratios(rows)
        .iter()
        .map(|Ratio { row, p50, p95 }| {
            json!({"model": row.model, "beside": row.beside, "trace": row.trace, "p50": p50, "p95": p95})
        })
        .collect();
    format!("{:#}", json!({"traces": all, "ratios": ratios}))
}

/// What a row's times are of the best peer's.
struct Ratio<'r> {
    row: &'r Row,
    p50: f64,
    p95: f64,
}

fn ratios(rows: &[Row]) -> Vec<Ratio<'_>> {
    let ratio = |row: &'_ Row, part: f64| {
        let same = |peer: &&Row| (&peer.model, peer.beside, &peer.trace) == (&row.model, row.beside, &row.trace);
        let peers = rows.iter().filter(|peer| peer.kind == Kind::Peer).filter(same);
        let best = peers.map(|peer| peer.tally.time(part).time).min_by(f64::total_cmp)?;
        (best > 0.0).then(|| row.tally.time(part).time / best)
    };
    let ours = rows.iter().filter(|row| row.kind == Kind::Ours);
    ours.filter_map(|row| Some(Ratio { row, p50: ratio(row, 0.5)?, p95: ratio(row, 0.95)? })).collect()
}

fn shown(quantile: Quantile) -> String {
    format!("{}{:.1}", if quantile.at_least { "> " } else { "" }, quantile.time)
}

fn percent(count: usize, of: usize) -> String {
    format!("{:.0} %", 100.0 * count as f64 / of.max(1) as f64)
}

fn unknown() -> String {
    "–".to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tally::Outcome;
    use super::super::target::Counters;
    use super::*;

    fn row(kind: Kind, trace: &str, times: &[f64]) -> Row {
        let outcomes = times.iter().map(|&time| Outcome { time, end: End::Text }).collect();
        let how = format!("{kind:?}");
        let tally = Tally { outcomes, ..Tally::default() };
        Row { model: "m".into(), beside: 2, trace: trace.into(), how, kind, tally }
    }

    #[test]
    fn ours_is_compared_with_the_best_peer_of_the_same_trace() {
        let mut rows = vec![
            row(Kind::Ours, "a", &[10.0, 10.0, 90.0]),
            row(Kind::Without, "a", &[1.0]),
            row(Kind::Peer, "a", &[40.0, 40.0, 45.0]),
            row(Kind::Peer, "a", &[25.0, 25.0, 100.0]),
            row(Kind::Peer, "b", &[1.0]),
            row(Kind::Ours, "c", &[1.0]),
        ];
        let table = text(&rows);
        assert!(table.contains("| m | 2 | a | 0.40 | 2.00 | p95 missed |"), "{table}");
        assert_eq!(table.matches("missed").count(), 1, "{table}");
        assert!(table.contains("counts no tokens"));
        let mut silent = rows.clone();
        silent[0].tally.outcomes.iter_mut().for_each(|outcome| outcome.end = End::Nothing);
        assert!(text(&silent).contains("| m | 2 | a | 0.40 | 2.00 | not met: no suggestion at all |"));
        let counters = Counters { tokens: Some(6), hits: Some(1), prepared: None };
        rows.iter_mut().for_each(|row| row.tally.counters = Some(counters));
        let table = text(&rows);
        assert!(
            table.contains("| 3 | 100 % | 0 % | 0 % | 0 | 10.0 | 90.0 | 90.0 | 10.0 | 33 % | – | 2.0 |"),
            "{table}"
        );
        assert!(!table.contains("counts no tokens") && !table.contains("failed"));
        rows[2].tally.failed = 3;
        assert!(text(&rows).contains("failed at 3 requests"));
        let value: Value = serde_json::from_str(&json(&rows)).unwrap();
        assert_eq!((&value["ratios"][0]["p50"], &value["traces"][0]["tokens"]), (&json!(0.4), &json!(6)));
    }
}

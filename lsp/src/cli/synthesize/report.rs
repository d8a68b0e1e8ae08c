//! Reports on a turn after it was written.

use codegen_text::candidates::Ranked;
use codegen_text::document::Document;
use codegen_text::python;
use codegen_text::turns::{self, Turn};
use serde_json::{Value, json};

use super::Written;
use crate::cli::complete::timing;
use crate::generate::prepare;
use crate::generate::run;
use crate::present::explain::History;

/// Lines for people: the cost, and a comparison of the candidates.
pub(super) fn remarks(number: usize, written: &Written) -> Vec<String> {
    let ranked = written.ranked();
    let Some(best) = ranked.first() else { return Vec::new() };
    let done = &best.completion;
    let mut first = format!("# turn {number}: {}", timing(done));
    if done.reused_tokens > 0 {
        first.push_str(&format!(", {} prompt tokens reused", done.reused_tokens));
    }
    let cut = &written.prepared.cut;
    if !cut.dropped.is_empty() {
        let all = cut.dropped.len() + cut.kept.len();
        first.push_str(&format!("; history cut: {} of {all} turns left out", cut.dropped.len()));
    }
    if done.text.is_empty() {
        first.push_str("; the model wrote no program text");
    } else if written.left_out {
        first.push_str("; its end, which the model did not finish, is left out");
    }
    let mut lines = vec![first];
    let several = ranked.iter().map(|ranked| ranked.copies).sum::<usize>() > 1;
    if several {
        lines.extend(ranked.iter().map(|ranked| format!("#   {}", score_line(ranked))));
    } else {
        let against = Some(against(best)).filter(|against| !done.text.is_empty() && !against.is_empty());
        lines.extend(against.map(|against| format!("#   {}", against.join("; "))));
    }
    lines
}

/// The reasons against a candidate, in words.
fn against(ranked: &Ranked) -> Vec<String> {
    let Ranked { completion, score, .. } = ranked;
    let mut findings = Vec::new();
    if completion.text.is_empty() {
        findings.push("no program text".to_owned());
    } else if !score.parses {
        findings.push("does not parse".to_owned());
    }
    findings.extend(score.raised.as_deref().map(run::predicate));
    for (what, names) in [("misses", &score.missing), ("shadows", &score.shadows), ("drops", &score.drops)] {
        if !names.is_empty() {
            findings.push(format!("{what} {}", names.join(", ")));
        }
    }
    findings
}

/// A candidate's score in a line.
fn score_line(ranked: &Ranked) -> String {
    let Ranked { index, completion, score, copies } = ranked;
    let mut findings = against(ranked);
    if findings.is_empty() {
        findings.push(if score.run { "runs".to_owned() } else { "parses".to_owned() });
    }
    let copies = if *copies > 1 { format!(", {copies} times") } else { String::new() };
    format!("candidate {index}: {:.3} per token{copies}, {}", completion.mean_logprob, findings.join("; "))
}

/// A turn in a list, for people.
pub(super) fn entry(number: usize, document: &Document, turn: &Turn) -> String {
    let program = turns::program_text(document, turn);
    let state = match program.lines().count() {
        0 => "empty".to_owned(),
        1 => "1 line".to_owned(),
        lines => format!("{lines} lines"),
    };
    let prompt = turn.prompt.trim().lines().next().unwrap_or_default();
    format!("turn {number}, line {}, {state}: {prompt}", line(document, turn))
}

/// The comments of a list that ask for nothing by themselves, by their numbers and lines, in a line for people.
pub(super) fn others(others: &[(usize, usize)]) -> Option<String> {
    const SHOWN: usize = 8;
    let named = others.iter().take(SHOWN).map(|(number, line)| format!("{number} (line {line})"));
    let mut named = named.collect::<Vec<_>>().join(", ");
    if others.len() > SHOWN {
        named.push_str(&format!(" and {} more", others.len() - SHOWN));
    }
    match others.len() {
        0 => None,
        1 => Some(format!("1 comment asks for nothing by itself, and --turn N writes code for it: {named}")),
        count => {
            Some(format!("{count} comments ask for nothing by themselves, and --turn N writes code for them: {named}"))
        }
    }
}

/// A turn in a list, as JSON.
pub(super) fn entry_json(number: usize, document: &Document, turn: &Turn) -> Value {
    json!({
        "turn": number,
        "line": line(document, turn),
        "prompt": turn.prompt,
        "text": turns::program_text(document, turn),
    })
}

/// The line of a turn's prompt, counted from 1.
fn line(document: &Document, turn: &Turn) -> usize {
    python::line_at(document, turn.prompt_range.start).number + 1
}

/// The result for a turn, as JSON.
pub(super) fn json(number: usize, document: &Document, turn: &Turn, written: &Written) -> Value {
    let candidates: Vec<Value> = written.ranked().into_iter().map(prepare::candidate).collect();
    json!({
        "turn": number,
        "line": line(document, turn),
        "prompt": turn.prompt,
        "text": written.text(),
        "history": History::from(&written.prepared.cut),
        "candidates": candidates,
    })
}

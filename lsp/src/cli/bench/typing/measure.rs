//! Types a session into a server, and judges what is suggested.

use serde_json::json;

use super::flips::{Drawn, Flips};
use super::judge::{Judge, Judged};
use super::keys::{Session, State};
use super::place::{Kind, is_word, last_word};
use super::row::Row;
use super::verdict::{Applied, compare};
use crate::cli::bench::client::{Answer, Client};
use crate::cli::bench::numbers::Random;

/// Asks at about `count` places, spread over the kinds of places.
pub(super) fn pauses(
    session: &Session,
    count: usize,
    seed: u64,
    client: &mut Client,
    judge: &mut Judge,
) -> anyhow::Result<Vec<Row>> {
    let states = session.states();
    client.close_all()?;
    client.open(&session.name, &session.buffer(&State::default()))?;
    let mut rows = Vec::new();
    for index in places(&states, count, seed) {
        let answer = client.ask(&session.buffer(&states[index]), session.cursor(&states[index]))?;
        rows.push(row(session, &states, index, &answer, Some(judge))?);
    }
    Ok(rows)
}

/// Asks after every key.
pub(super) fn keys(session: &Session, client: &mut Client) -> anyhow::Result<(Vec<Row>, Flips)> {
    let states = session.states();
    client.close_all()?;
    client.open(&session.name, &session.buffer(&State::default()))?;
    let (mut rows, mut drawn) = (Vec::new(), Vec::new());
    for (index, state) in states.iter().enumerate() {
        let answer = client.ask(&session.buffer(state), session.cursor(state))?;
        let row = row(session, &states, index, &answer, None)?;
        let (written, closers) = (state.written.clone(), state.closers.clone());
        let ghost = row.shown.clone().unwrap_or_default();
        drawn.push(Drawn { written, closers, ghost, word: row.kind == Kind::Word });
        rows.push(row);
    }
    Ok((rows, Flips::of(&drawn)))
}

/// The states to ask at, in order: the kinds take turns, each with a random place of its own, until there are enough.
fn places(states: &[State], count: usize, seed: u64) -> Vec<usize> {
    let mut random = Random::new(seed);
    let mut kinds: Vec<Vec<usize>> = Kind::ALL
        .iter()
        .map(|kind| (0..states.len()).filter(|&index| kind_of(&states[index]) == *kind).collect())
        .collect();
    let mut chosen = Vec::new();
    while chosen.len() < count && kinds.iter().any(|kind| !kind.is_empty()) {
        for kind in kinds.iter_mut().filter(|kind| !kind.is_empty()) {
            if chosen.len() < count {
                chosen.push(kind.swap_remove(random.below(kind.len())));
            }
        }
    }
    chosen.sort_unstable();
    chosen
}

fn kind_of(state: &State) -> Kind {
    Kind::of(&state.written, state.within)
}

fn row(
    session: &Session,
    states: &[State],
    index: usize,
    answer: &Answer,
    judge: Option<&mut Judge>,
) -> anyhow::Result<Row> {
    let state = &states[index];
    let kind = kind_of(state);
    let applied = answer.suggestion.as_ref().and_then(|suggestion| Applied::new(session, state, suggestion));
    let applied = applied.filter(|applied| !applied.shown().trim().is_empty());
    let verdict = applied.as_ref().map(|applied| compare(session, states, index, applied)).unwrap_or_default();
    let judged = match (&applied, judge) {
        (Some(applied), Some(judge)) => judged(session, states, index, kind, applied, judge)?,
        _ => Judged::default(),
    };
    let line = state.written.rfind('\n').map_or(0, |at| at + 1);
    let next: Vec<&str> = session.typed[state.reached..].split_inclusive('\n').take(2).collect();
    Ok(Row {
        session: session.name.clone(),
        settings: Vec::new(),
        every_key: false,
        offset: session.cursor(state),
        kind,
        line: state.written[line..].to_owned(),
        next: next.concat(),
        shown: applied.as_ref().map(|applied| applied.shown().to_owned()),
        confidence: answer.why().and_then(|why| why["confidence"].as_f64()),
        why: answer.why().cloned(),
        verdict,
        unknown: judged.unknown,
        nonsense: judged.nonsense,
        parsed: judged.parsed,
        breaks_parse: judged.breaks_parse,
        breaks_compile: judged.breaks_compile,
        latency: answer.time.as_secs_f64() * 1e3,
    })
}

fn judged(
    session: &Session,
    states: &[State],
    index: usize,
    kind: Kind,
    applied: &Applied,
    judge: &mut Judge,
) -> anyhow::Result<Judged> {
    let state = &states[index];
    let left = format!("{}{}", session.above, state.written);
    let rest = &session.typed[state.reached..];
    let end = state.reached + rest.find('\n').unwrap_or(rest.len());
    let full = states[index..].iter().find(|state| state.reached >= end).unwrap_or(state);
    let right = |state: &State| format!("{}{}", state.closers, session.below);
    let shown = applied.shown();
    let completed: String = shown.chars().take_while(|c| is_word(*c)).collect();
    let word =
        (kind == Kind::Word && !completed.is_empty()).then(|| format!("{}{completed}", last_word(&state.written)));
    judge.ask(&json!({
        "left": applied.before, "shown": applied.inserted, "right": applied.after,
        "buffer": [left, right(state)],
        "true": [format!("{}{}", session.above, full.written), right(full)],
        "prose": matches!(kind, Kind::Text | Kind::Comment),
        "word": word, "file": session.file(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_spread_over_the_kinds_and_the_same_each_time() {
        let session = Session::of("a", "import os\n\n\ndef f(a):\n    return os.path.join(a, 'b')\n", 1);
        let states = session.states();
        let chosen = places(&states, 12, 7);
        assert_eq!(chosen, places(&states, 12, 7));
        assert_ne!(chosen, places(&states, 12, 8));
        assert_eq!(chosen.len(), 12);
        let kinds: std::collections::BTreeSet<_> = chosen.iter().map(|&index| kind_of(&states[index])).collect();
        assert_eq!(kinds.len(), 8, "all but comments: {kinds:?}");
    }
}

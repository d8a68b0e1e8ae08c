//! The answers to requests, counted and remembered.

use std::time::Instant;

use codegen_text::completion::session::Source;
use codegen_text::completion::{Judged, Kind, Likely, Refusal, Refused};
use ropey::Rope;
use tower_lsp::ls_types::Uri;

use crate::present::why;
use crate::server::event::Raw;
use crate::server::handlers::statistics;
use crate::server::responder::Waiter;
use crate::server::session::Session;
use crate::statistics::{self as counts, Event as Counted, accepted};

/// What is known of a request when it is answered.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// The byte offset of its cursor.
    pub cursor: usize,
    /// Where the answer comes from; `None` if there was none to be filtered.
    pub source: Option<Source>,
    /// What the model wrote.
    pub raw: Option<Raw>,
}

/// Answers a request that nothing is shown for, because something else has come in between.
pub(super) fn refuse(session: &mut Session, uri: &Uri, waiter: Waiter, why: Refusal) {
    tracing::debug!("nothing is suggested in {}: {why}", uri.as_str());
    statistics::record(session, Counted::Refused(why.name()));
    waiter.nothing(why);
}

/// Answers a request that nothing is shown for, and remembers why.
pub(super) fn refuse_at(session: &mut Session, uri: &Uri, waiter: Waiter, refused: impl Into<Refused>, facts: Facts) {
    let Refused { why, best } = refused.into();
    let outcome = why::Outcome::Refused { name: why.name(), words: why.words().to_owned() };
    remember(session, uri, facts, outcome, best.map(|Likely { probability, .. }| probability));
    refuse(session, uri, waiter, why);
}

/// Counts the suggestions that a request is answered with, under their numbers, and remembers the first.
pub(super) fn suggested(
    session: &mut Session,
    uri: &Uri,
    text: &Rope,
    waiter: &Waiter,
    numbered: &[(u64, Judged)],
    facts: Facts,
) {
    let Some((_, Judged { suggestion, confidence })) = numbered.first() else { return };
    let source = facts.source.unwrap_or(Source::Generated);
    let stands = source == Source::Standing;
    let standing = session.state.buffers.get(uri).and_then(|buffer| buffer.watch.kind());
    let kind = facts.raw.as_ref().map(|raw| counted(&raw.kind)).or(standing).unwrap_or(counts::Kind::Line);
    let all = numbered.iter().map(|(number, Judged { suggestion, .. })| accepted::Suggested {
        number: *number,
        kind,
        cursor: suggestion.range.end,
        text: suggestion.text.clone(),
        before: suggestion.range.end - suggestion.range.start,
        stands,
    });
    statistics::suggested(session, uri, text, all.collect(), named(source), waiter.asked().elapsed());
    remember(session, uri, facts, why::Outcome::Suggested(suggestion.text.clone()), *confidence);
}

fn remember(session: &mut Session, uri: &Uri, facts: Facts, outcome: why::Outcome, probability: Option<f32>) {
    let least = session.state.config_for(uri).inline.threshold().confidence;
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    let Facts { cursor, source, raw } = facts;
    buffer.asked.record(why::Request {
        cursor,
        when: Instant::now(),
        kind: raw.as_ref().map(|raw| counted(&raw.kind).name()),
        source: source.map(|source| named(source).name()),
        outcome,
        shown: if raw.is_some() { buffer.shown.clone() } else { Vec::new() },
        raw: raw.map(|raw| why::Raw { text: raw.text, mean_logprob: raw.mean_logprob }),
        probability,
        least: probability.map(|_| least),
    });
}

/// The kind by which a suggestion is counted.
fn counted(kind: &Kind) -> counts::Kind {
    match kind {
        Kind::Line => counts::Kind::Line,
        Kind::Block { .. } => counts::Kind::Block,
        Kind::Turn { .. } => counts::Kind::Turn,
    }
}

fn named(source: Source) -> counts::Source {
    match source {
        Source::Standing => counts::Source::Standing,
        Source::Memory => counts::Source::Memory,
        Source::Prepared => counts::Source::Prepared,
        Source::Generated => counts::Source::Generated,
        Source::Early => counts::Source::Early,
    }
}

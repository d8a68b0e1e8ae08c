//! What is counted: of requests and answers, of the buffers' changes, of what the client says; and `codegen/stats`.

use std::time::{Duration, Instant, SystemTime};

use codegen_text::edit::Edit;
use ropey::Rope;
use serde_json::{Value, json};
use tower_lsp::ls_types::{MessageType, Uri};

use crate::server::counting::DUE;
use crate::server::event::Event;
use crate::server::responder::Responder;
use crate::server::session::Session;
use crate::statistics::accepted::{Found, Suggested, Told};
use crate::statistics::day::Day;
use crate::statistics::report::Report;
use crate::statistics::store::{DAYS, Store, StoreError, Stored};
use crate::statistics::{self, Source};

/// Days that `codegen/stats` answers for, unless told.
const ASKED: u64 = 30;

/// Counts an event.
pub fn record(session: &mut Session, event: statistics::Event<'_>) {
    if session.state.counting.record(event) {
        session.after(DUE, Event::StatisticsDue);
    }
}

/// Counts an answer with a suggestion, `took` after it was asked for, and watches what becomes of it. `text` is the text
/// that it was made for: where the buffer's is another by now, it cannot be watched. The first of `all` is the suggestion,
/// the others are to choose from.
pub fn suggested(session: &mut Session, uri: &Uri, text: &Rope, all: Vec<Suggested>, source: Source, took: Duration) {
    let mut all = all.into_iter();
    let Some(new) = all.next() else { return };
    record(session, statistics::Event::Answered { kind: new.kind, source, took });
    if let Some(buffer) = session.state.buffers.get_mut(uri)
        && buffer.document.rope().is_instance(text)
    {
        buffer.watch.suggested(new, all.as_slice());
    }
}

/// Counts what a notification has changed in a buffer; `before` is the text before it.
pub fn edited(session: &mut Session, uri: &Uri, before: &Rope, edits: &[Edit]) {
    let talks = session.state.counting.talks;
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    edits.iter().for_each(|edit| buffer.kept.changed(edit));
    let found = buffer.watch.changed(before, edits, talks);
    count(session, uri, found);
}

/// Takes in what the client says of a suggestion. Numbers that are not known, or no longer, are ignored.
pub fn told(session: &mut Session, number: u64, told: Told) {
    match told {
        Told::Shown => {}
        Told::Whole => session.state.counting.talks.of_whole = true,
        Told::Part(_) => session.state.counting.talks.of_parts = true,
    }
    let found = session.state.buffers.iter_mut().find_map(|(uri, buffer)| {
        let found = buffer.watch.told(number, told)?;
        Some((uri.clone(), found))
    });
    match found {
        Some((uri, found)) => count(session, &uri, found),
        None => tracing::debug!("the client says {told:?} of the suggestion {number}, which is not known any more"),
    }
}

fn count(session: &mut Session, uri: &Uri, found: Found) {
    let Found { events, taken } = found;
    events.into_iter().for_each(|event| record(session, event));
    if let Some(taken) = taken
        && let Some(buffer) = session.state.buffers.get_mut(uri)
    {
        buffer.kept.follow(taken, Instant::now());
        session.after(session.state.counting.keeps_after, Event::KeptDue(uri.clone()));
    }
}

/// Looks for the suggestions of a buffer that were taken a while ago.
pub fn kept_due(session: &mut Session, uri: &Uri) {
    let Some(up_to) = Instant::now().checked_sub(session.state.counting.keeps_after) else { return };
    let Some(buffer) = session.state.buffers.get_mut(uri) else { return };
    let events = buffer.kept.due(up_to, buffer.document.rope());
    events.into_iter().for_each(|event| record(session, event));
}

/// Writes the counts, away from the main loop since it may wait for other servers.
pub fn due(session: &mut Session) {
    if let Some((store, counts)) = session.state.counting.save() {
        session.offload(
            move || store.add(SystemTime::now(), &counts),
            |written| Event::StatisticsSaved(written.unwrap_or(Ok(()))),
        );
    }
}

/// Takes in the end of writing. The client's log has the first failure; what was not written is tried again later.
pub fn saved(session: &mut Session, written: Result<(), StoreError>) {
    session.state.counting.saved(written.is_ok());
    if let Err(error) = written {
        tracing::warn!("the statistics are not written: {error}");
        let text = format!(
            "codegen-lsp: the statistics cannot be written: {error} (codegen.statistics.enabled is their switch)"
        );
        session.log_once(MessageType::WARNING, text);
    }
}

/// Writes the counts at the end, when nothing else is to be done any more.
pub fn end(session: &mut Session) {
    if let Some((store, counts)) = session.state.counting.save_last()
        && let Err(error) = store.add(SystemTime::now(), &counts)
    {
        tracing::warn!("the statistics are not written: {error}");
    }
}

/// `codegen/stats`: answers with what the counts of the last days say, those of this server included. Reads files, so it
/// is done away from the main loop.
pub fn requested(session: &mut Session, params: &Value, responder: Responder<Value>) {
    let days = match params.get("days").filter(|days| !days.is_null()) {
        None => ASKED,
        Some(days) => match days.as_u64().filter(|days| (1..=DAYS).contains(days)) {
            Some(days) => days,
            None => return responder.refuse(format!("days is {days}, but must be a number from 1 to {DAYS}")),
        },
    };
    let counting = &session.state.counting;
    let (enabled, own, unsaved) = (counting.is_enabled(), Report::of(counting.session()), counting.unsaved());
    let store = counting.store().cloned();
    session.answer_off(responder, move || {
        let first = Day::first_of(days, SystemTime::now());
        let Stored { mut counts, problems, .. } = store.as_ref().map(|store| store.read(&first)).unwrap_or_default();
        counts.merge(&unsaved);
        json!({
            "enabled": enabled,
            "folder": store.as_ref().map(Store::folder),
            "days": days,
            "since": first.name(),
            "report": Report::of(&counts),
            "session": own,
            "problems": problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    });
}

//! What the parser cannot do on the main loop: it is done away from it, and whoever needs a document's syntax waits for that.
//!
//! A document that a change leaves without a tree is parsed when nobody has typed into it for a moment, or at once if
//! somebody waits; a parse whose text is no longer the document's is cancelled. So a key costs the main loop a small budget
//! ([`Limits::of_a_buffer`]), whatever the file is like, and every other buffer's keys go on. Suggestions do not wait: they
//! are decided by a [`View`](codegen_text::prompt::view::View).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use codegen_text::document::{Budget, Document, Limits, Unparsed};
use ropey::Rope;
use tower_lsp::ls_types::{MessageType, Uri};

use super::{command, synthesis};
use crate::server::main_loop::{Event, MainLoop};
use crate::server::state::{Buffer, RequestId};

/// How long nobody must have typed.
const QUIET: Duration = Duration::from_millis(200);

/// What a parse away from the main loop may cost. Two megabytes of broken functions take one to four seconds.
const BUDGET: Budget = Budget { steps: 64, time: Duration::from_secs(5) };

/// How far the parsing of a buffer has come.
#[derive(Default)]
pub struct Parsing {
    running: Option<Running>,
    /// Who needs the syntax.
    waiting: Vec<Event>,
    attempts: Attempts,
}

/// A parse under way; dropping it cancels it.
struct Running {
    of: Rope,
    cancelled: Arc<AtomicBool>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// How often in a row a buffer could not be parsed. After the first time the next change is tried, after every further one twice as
/// many are waited for, so that a file that cannot be parsed does not keep a processor busy.
#[derive(Debug, Default, PartialEq, Eq)]
struct Attempts {
    failed: Option<(u32, Unparsed)>,
    changes: u32,
}

/// As many times the changes to be waited for are doubled.
const DOUBLINGS: u32 = 6;

impl Attempts {
    /// The text has changed: why there is no point in parsing it yet, if there is none.
    fn changed(&mut self) -> Option<Unparsed> {
        let (times, reason) = self.failed?;
        self.changes += 1;
        (self.changes < 1 << (times - 1).min(DOUBLINGS)).then_some(reason)
    }

    /// The buffer could not be parsed. Whether that was the first time in a row.
    fn failed(&mut self, reason: Unparsed) -> bool {
        let times = self.failed.map_or(0, |(times, _)| times) + 1;
        *self = Self { failed: Some((times, reason)), changes: 0 };
        times == 1
    }
}

/// What parsing a buffer may cost the main loop.
#[must_use]
pub fn limits(main: &MainLoop, uri: &Uri) -> Limits {
    Limits::of_a_buffer(main.state.config_for(uri).max_file_bytes)
}

/// The settings may say another size.
pub fn limits_changed(main: &mut MainLoop) {
    let uris: Vec<Uri> = main.state.buffers.keys().cloned().collect();
    for uri in uris {
        let limits = limits(main, &uri);
        let Some(buffer) = main.state.buffers.get_mut(&uri) else { continue };
        buffer.document.set_limits(limits);
        changed(main, &uri);
    }
}

/// A buffer has been opened, or its text or limits have changed.
pub fn changed(main: &mut MainLoop, uri: &Uri) {
    let Some(buffer) = main.state.buffers.get_mut(uri) else { return };
    let (document, parsing) = (&mut buffer.document, &mut buffer.parsing);
    let waited = !parsing.waiting.is_empty();
    parsing.running.take_if(|running| !running.of.is_instance(document.rope()));
    if document.is_pending() {
        match parsing.attempts.changed() {
            Some(reason) => {
                document.give_up(reason);
                return settled(main, uri);
            }
            None if waited => return hurry(main, uri),
            None => {
                let due = Event::ParseDue(uri.clone(), document.rope().clone());
                return main.after(QUIET, due);
            }
        }
    }
    if document.syntax_gap() == Some(Unparsed::TooLarge) {
        let (name, limit) = (uri.as_str(), main.state.config_for(uri).max_file_bytes);
        main.tell_once(
            MessageType::INFO,
            format!(
                "codegen-lsp: {name} has more than {limit} bytes (codegen.maxFileBytes); its text is followed, but it gets no \
                 suggestions, code lenses or synthesis"
            ),
        );
    }
    if waited {
        settled(main, uri);
    }
}

/// Nobody has typed for a moment, if the text is still that one.
pub fn due(main: &mut MainLoop, uri: &Uri, text: &Rope) {
    if main.state.buffers.get(uri).is_some_and(|buffer| buffer.document.rope().is_instance(text)) {
        hurry(main, uri);
    }
}

/// Parses a buffer that is not parsed yet, unless that is under way.
pub fn hurry(main: &mut MainLoop, uri: &Uri) {
    let Some(buffer) = main.state.buffers.get_mut(uri).filter(|buffer| buffer.document.is_pending()) else { return };
    let rope = buffer.document.rope().clone();
    if buffer.parsing.running.as_ref().is_some_and(|running| running.of.is_instance(&rope)) {
        return;
    }
    let cancelled = Arc::new(AtomicBool::new(false));
    buffer.parsing.running = Some(Running { of: rope.clone(), cancelled: Arc::clone(&cancelled) });
    let (snapshot, uri) = (buffer.document.clone(), uri.clone());
    main.offload(move || snapshot.parsed(BUDGET, &cancelled), move |parsed| Event::Parsed(uri, rope, parsed));
}

/// A parse has ended: with what is known of the syntax, cancelled, or in a panic.
pub fn parsed(main: &mut MainLoop, uri: &Uri, text: &Rope, parsed: Option<Option<Document>>) {
    let same = |document: &Document| document.is_pending() && document.rope().is_instance(text);
    let Some(buffer) = main.state.buffers.get_mut(uri).filter(|buffer| same(&buffer.document)) else { return };
    match parsed {
        Some(Some(mut parsed)) => {
            buffer.document.adopt(&mut parsed);
            // What is left is an older tree, and taking a large one apart takes its time.
            tokio::task::spawn_blocking(move || drop(parsed));
        }
        Some(None) => return,
        None => buffer.document.give_up(Unparsed::TooSlow),
    }
    buffer.parsing.running = None;
    match buffer.document.syntax_gap() {
        None => buffer.parsing.attempts = Attempts::default(),
        Some(reason) => {
            if buffer.parsing.attempts.failed(reason) {
                tracing::warn!("{} has no code lenses or synthesis as it is: {reason}", uri.as_str());
            }
        }
    }
    settled(main, uri);
}

/// Holds an event back that needs the syntax of a document that is being parsed.
pub fn gate(main: &mut MainLoop, event: Event) -> Option<Event> {
    let Some(uri) = needs_syntax(&event) else { return Some(event) };
    let waits = |buffer: &&mut Buffer| buffer.synced && buffer.document.is_pending();
    let Some(buffer) = main.state.buffers.get_mut(&uri).filter(waits) else { return Some(event) };
    buffer.parsing.waiting.push(event);
    hurry(main, &uri);
    None
}

/// The document whose syntax an event needs.
fn needs_syntax(event: &Event) -> Option<Uri> {
    match event {
        Event::CodeLens(params, _) => Some(params.text_document.uri.clone()),
        Event::CodeAction(params, _) => Some(params.text_document.uri.clone()),
        Event::Command(params, _) if params.command != command::ACCEPTED => {
            let argument = params.arguments.first()?;
            // Ending the work on a whole document needs nothing of it.
            let needs = params.command != command::CANCEL || argument.get("position").is_some();
            argument.get("uri").filter(|_| needs).and_then(|uri| serde_json::from_value(uri.clone()).ok())
        }
        _ => None,
    }
}

/// Whoever waited for the syntax goes on: it is there, will not be, or the document is gone or out of step.
pub fn settled(main: &mut MainLoop, uri: &Uri) {
    let Some(buffer) = main.state.buffers.get_mut(uri) else { return };
    let waiting = std::mem::take(&mut buffer.parsing.waiting);
    synthesis::parsed(main, uri);
    waiting.into_iter().for_each(|event| main.handle(event));
}

/// A request was cancelled by the client: nobody waits for its answer any more.
pub fn cancelled(main: &mut MainLoop, request: RequestId) {
    let is = |event: &Event| match event {
        Event::CodeLens(_, waiter) => waiter.request == request,
        Event::CodeAction(_, waiter) => waiter.request == request,
        Event::Command(_, waiter) => waiter.request == request,
        _ => false,
    };
    main.state.buffers.values_mut().for_each(|buffer| buffer.parsing.waiting.retain(|event| !is(event)));
}

/// Drops a buffer; whoever waited for its syntax is answered as of a document that is not open.
pub fn close(main: &mut MainLoop, uri: &Uri) {
    let Some(buffer) = main.state.buffers.remove(uri) else { return };
    let waiting = buffer.parsing.waiting;
    tokio::task::spawn_blocking(move || drop(buffer.document));
    waiting.into_iter().for_each(|event| main.handle(event));
}

/// Ends all parsing, and answers whoever waits for it.
pub fn abandon(main: &mut MainLoop) {
    let uris: Vec<Uri> = main.state.buffers.keys().cloned().collect();
    for uri in uris {
        let Some(buffer) = main.state.buffers.get_mut(&uri) else { continue };
        buffer.parsing.running = None;
        buffer.document.give_up(Unparsed::TooSlow);
        settled(main, &uri);
    }
}

#[cfg(test)]
mod tests {
    use crate::server::handlers::parsing::*;

    #[test]
    fn a_buffer_that_cannot_be_parsed_is_tried_less_and_less() {
        let mut attempts = Attempts::default();
        assert_eq!(attempts.changed(), None);
        let mut waited = Vec::new();
        for time in 0..9 {
            assert_eq!(attempts.failed(Unparsed::TooSlow), time == 0);
            waited.push(std::iter::from_fn(|| attempts.changed()).count());
        }
        assert_eq!(waited, [0, 1, 3, 7, 15, 31, 63, 63, 63]);
        attempts = Attempts::default();
        assert_eq!(attempts.changed(), None);
    }

    #[test]
    fn a_dropped_parse_is_cancelled() {
        let cancelled = Arc::new(AtomicBool::new(false));
        drop(Running { of: Rope::new(), cancelled: Arc::clone(&cancelled) });
        assert!(cancelled.load(Ordering::Relaxed));
    }
}

//! Shows a turn to the client while it is generated: progress, and the text so far.

use std::ops::Range;

use codegen_text::document::Document;
use codegen_text::turns::{self, Turn};
use tower_lsp::ls_types as lsp;

use crate::generate::live::Live;
use crate::protocol::partial::Partial;
use crate::protocol::positions::{self, Encoding};
use crate::server::responder::CommandResponder;
use crate::server::session::Session;
use crate::synthesis::plan;
use crate::synthesis::{Operation, Phase, Purpose, Step};

/// Announces the start of the command to the client.
pub(super) fn begin(session: &Session, id: u64) {
    let Some(operation) = session.state.operations.get(&id) else { return };
    let Some(token) = operation.progress().begun() else { return };
    let title = match operation.purpose() {
        Purpose::Synthesize | Purpose::All => "Synthesizing",
        Purpose::Regenerate { .. } => "Regenerating",
        Purpose::Replace { .. } => "Replacing",
        Purpose::Candidates { .. } | Purpose::Accept(_) => "Sampling alternatives",
    };
    let message = match operation.total() {
        1 => operation.about().to_owned(),
        total => format!("{total} turns, beginning with: {}", operation.about()),
    };
    let begin = lsp::WorkDoneProgressBegin {
        title: title.to_owned(),
        cancellable: Some(true),
        message: Some(message),
        percentage: (operation.total() > 1).then_some(0),
    };
    session.outbox.progress(token, lsp::WorkDoneProgress::Begin(begin));
}

/// Reports the command's progress to the client.
pub(super) fn report(session: &Session, id: u64) {
    let Some(operation) = session.state.operations.get(&id) else { return };
    let (Some(token), Some(step)) = (operation.progress().begun(), operation.step()) else { return };
    let (before, percentage) = match operation.total() {
        1 => (String::new(), None),
        total => {
            let percentage = operation.taken().saturating_sub(1) * 100 / total.max(1);
            (format!("turn {} of {total}: ", operation.taken()), u32::try_from(percentage).ok())
        }
    };
    let message = Some(before + &what(step));
    let report = lsp::WorkDoneProgressReport { cancellable: Some(true), message, percentage };
    session.outbox.progress(token, lsp::WorkDoneProgress::Report(report));
}

/// The work on a turn, in a few words.
fn what(step: &Step) -> String {
    match &step.phase {
        Phase::Preparing => plan::first_line(&step.turn).to_owned(),
        Phase::Generating(generating) => match generating.parts.as_slice() {
            [part] => {
                let live = Live::of(&generating.prepared.indent, &part.text);
                let line = live.shown().lines().last().unwrap_or_default();
                format!("{} tokens: {line}", part.tokens)
            }
            parts => {
                let tokens: usize = parts.iter().map(|part| part.tokens).sum();
                let ended = parts.iter().filter(|part| part.ended).count();
                format!("{ended} of {} candidates, {tokens} tokens", parts.len())
            }
        },
        Phase::Verifying(_) => "checking the code".to_owned(),
        Phase::Applying => "writing the code".to_owned(),
    }
}

/// Sends the text of one continuation so far; the whole text, `whole`, if it has ended.
pub(super) fn partial(
    session: &Session,
    operation: &Operation<CommandResponder>,
    candidate: usize,
    whole: Option<&str>,
) {
    let Some(step) = operation.step() else { return };
    let Phase::Generating(generating) = &step.phase else { return };
    let Some(part) = generating.parts.get(candidate) else { return };
    let Some(buffer) = session.state.buffers.get(operation.uri()) else { return };
    let prompt = step.prompt.clone().unwrap_or_default();
    let candidate = (generating.parts.len() > 1).then_some(candidate);
    let shown = Shown {
        document: step.snapshot.clone(),
        turn: step.turn.clone(),
        indent: generating.prepared.indent.clone(),
        raw: whole.unwrap_or(&part.text).to_owned(),
        whole: whole.is_some(),
    };
    let (id, uri, tokens, done) = (step.id, operation.uri().clone(), part.tokens, part.ended || whole.is_some());
    let range = range(&buffer.document, prompt, session.state.encoding);
    session.outbox.partial((id, candidate), move || {
        let text = shown.text();
        Partial { id, uri, prompt: shown.turn.prompt, range, candidate, text, tokens, done }
    });
}

/// Ends the stream of every continuation that has not ended, for a turn that is given up.
pub(super) fn break_off(session: &Session, operation: &Operation<CommandResponder>) {
    let Some(Step { phase: Phase::Generating(generating), .. }) = operation.step() else { return };
    for (index, part) in generating.parts.iter().enumerate().filter(|(_, part)| !part.ended) {
        partial(session, operation, index, Some(&part.text));
    }
}

fn range(document: &Document, range: Range<usize>, encoding: Encoding) -> lsp::Range {
    positions::lsp_range(document.rope(), range, encoding)
}

/// A text that is to be shown. To find its certain part and move that to the turn's indentation takes a parse, so this
/// waits until the client can take the notification; many are replaced before that.
struct Shown {
    document: Document,
    turn: Turn,
    /// The white space that the model's lines come with.
    indent: String,
    /// The text that the model wrote so far.
    raw: String,
    /// Whether the text has ended, so that nothing of it is held back.
    whole: bool,
}

impl Shown {
    fn text(&self) -> String {
        let live = (!self.whole).then(|| Live::of(&self.indent, &self.raw));
        let shown = live.as_ref().map_or(self.raw.as_str(), Live::shown);
        let text = turns::program_edit(&self.document, &self.turn, shown).text;
        text.trim_start_matches(['\r', '\n']).trim_end().to_owned()
    }
}

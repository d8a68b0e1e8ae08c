//! The start of commands.

use std::ops::Range;

use codegen_text::turns::NoTurn;
use tower_lsp::ls_types::{self as lsp, MessageType, NumberOrString, ProgressToken, Uri};

use crate::protocol::positions;
use crate::server::event::Event;
use crate::server::handlers::lookup;
use crate::server::responder::CommandResponder;
use crate::server::session::Session;
use crate::server::state::State;
use crate::synthesis::plan;
use crate::synthesis::{self, Nothing, Operation, Outcome, Plan, Purpose};

/// The reason why a command is not started.
enum Refusal {
    /// The argument is invalid; the request gets an error.
    Request(String),
    /// There is nothing to do; the user is told why.
    Told(Nothing),
}

/// Starts a command for the turn at a position.
pub fn one(
    session: &mut Session,
    uri: Uri,
    position: lsp::Position,
    purpose: Purpose,
    token: Option<ProgressToken>,
    responder: CommandResponder,
) {
    let plan = plan_one(&mut session.state, &uri, position, &purpose);
    start(session, uri, purpose, plan, token, responder);
}

/// Starts the command for all turns without code, or those of a range.
pub fn all(
    session: &mut Session,
    uri: Uri,
    range: Option<lsp::Range>,
    token: Option<ProgressToken>,
    responder: CommandResponder,
) {
    let plan = plan_all(&mut session.state, &uri, range);
    start(session, uri, Purpose::All, plan, token, responder);
}

fn start(
    session: &mut Session,
    uri: Uri,
    purpose: Purpose,
    plan: Result<Plan, Refusal>,
    token: Option<ProgressToken>,
    responder: CommandResponder,
) {
    match plan {
        Ok(plan) => begin(session, uri, purpose, plan, token, responder),
        Err(Refusal::Request(problem)) => responder.refuse(problem),
        Err(Refusal::Told(Nothing { outcome, message })) => {
            let warns = matches!(outcome, Outcome::Failed | Outcome::Refused);
            let kind = if warns { MessageType::WARNING } else { MessageType::INFO };
            session.outbox.message(kind, format!("codegen-lsp: {message}"));
            responder.answer(Some(synthesis::empty_answer(&purpose, outcome, Some(&message))));
        }
    }
}

/// Starts a command; earlier ones that have one of its turns as current or planned are superseded.
fn begin(
    session: &mut Session,
    uri: Uri,
    purpose: Purpose,
    plan: Plan,
    token: Option<ProgressToken>,
    responder: CommandResponder,
) {
    session.state.end(Outcome::Superseded, |other| {
        *other.uri() == uri && plan.prompts.iter().any(|prompt| other.covers(prompt))
    });
    session.then(|session| insert(session, uri, purpose, plan, token, responder));
}

/// Inserts a command, and asks the client for a progress token if the request had none.
fn insert(
    session: &mut Session,
    uri: Uri,
    purpose: Purpose,
    plan: Plan,
    token: Option<ProgressToken>,
    responder: CommandResponder,
) {
    let id = session.state.next_id();
    let own = token.is_none() && session.state.capabilities.progress;
    let token = token.or_else(|| own.then(|| NumberOrString::String(format!("codegen-synthesis-{id}"))));
    let responder = if session.state.capabilities.waits_for_commands && purpose.writes() {
        responder.answer_ahead(None)
    } else {
        responder
    };
    let operation = Operation::new(uri, purpose, plan, token.clone(), responder);
    session.state.operations.insert(id, operation);
    session.state.ready.lenses = true;
    match token {
        Some(token) if own => {
            let events = session.events.clone();
            session.outbox.create_progress(token, move |known| {
                let _ = events.send(Event::ProgressReady(id, known));
            });
        }
        _ => progress_ready(session, id, true),
    }
}

/// Starts the work of a command once the client has accepted or refused the token.
pub fn progress_ready(session: &mut Session, id: u64, known: bool) {
    if let Some(operation) = session.state.operations.get_mut(&id) {
        operation.progress_ready(known);
        session.state.ready.operations.insert(id);
    }
}

fn plan_one(state: &mut State, uri: &Uri, position: lsp::Position, purpose: &Purpose) -> Result<Plan, Refusal> {
    let found = lookup::turn_at(state, uri, position)?;
    let plan =
        Plan::one(&found.document, &found.turns, &state.records, &found.mapped, purpose).map_err(Refusal::Told)?;
    if let (Some(comment), Some(buffer)) = (found.asked, state.buffers.get_mut(uri)) {
        // From now on it is a prompt, so that the command finds it when its time comes.
        buffer.document.ask(comment);
        buffer.turns.forget();
    }
    Ok(plan)
}

fn plan_all(state: &mut State, uri: &Uri, range: Option<lsp::Range>) -> Result<Plan, Refusal> {
    let document = lookup::document(state, uri)?;
    let range: Range<usize> = match range {
        Some(range) => positions::range(document.rope(), range, state.encoding)
            .map_err(|error| Refusal::Request(error.to_string()))?,
        None => 0..document.len() + 1,
    };
    let turns = state.turns(uri).unwrap_or_default();
    Plan::all(&document, &turns, &range).map_err(Refusal::Told)
}

impl From<NoTurn> for Refusal {
    fn from(reason: NoTurn) -> Self {
        if reason.is_bad_request() {
            return Self::Request(reason.to_string());
        }
        let (outcome, message) = match reason {
            NoTurn::NotParsed(gap) => (Outcome::Failed, plan::not_parsed(gap)),
            NoTurn::NoPrompt(..) => (Outcome::Nothing, reason.to_string()),
            _ => (Outcome::Failed, reason.to_string()),
        };
        Self::Told(Nothing { outcome, message })
    }
}

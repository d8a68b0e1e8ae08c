//! From a command's argument to its turns.

use std::ops::Range;

use codegen_text::document::Document;
use codegen_text::provenance::TurnState;
use codegen_text::turns::{self, Turn, TurnOptions};
use tower_lsp::ls_types::{self as lsp, MessageType, ProgressToken, Uri};

use super::begin;
use crate::operation::{self, Outcome, Purpose};
use crate::protocol::positions;
use crate::server::main_loop::MainLoop;
use crate::server::state::{Buffer, CommandWaiter, State};

/// Why there is nothing to begin with.
enum Nothing {
    /// The argument means nothing here.
    Refused(String),
    /// The user is told.
    Told(Outcome, String),
}

/// What a command begins with.
pub(super) struct Plan {
    /// The prompts of its turns.
    pub prompts: Vec<Range<usize>>,
    /// The first line of the first of them.
    pub about: String,
    /// What the user is to be told in the end.
    pub notes: Vec<String>,
}

/// A command for the turn at a position.
pub fn one(
    main: &mut MainLoop,
    uri: Uri,
    position: lsp::Position,
    purpose: Purpose,
    token: Option<ProgressToken>,
    waiter: CommandWaiter,
) {
    let plan = plan_one(&main.state, &uri, position, &purpose);
    start(main, uri, purpose, plan, token, waiter);
}

/// The command for all turns without program text, or those of a range.
pub fn all(
    main: &mut MainLoop,
    uri: Uri,
    range: Option<lsp::Range>,
    token: Option<ProgressToken>,
    waiter: CommandWaiter,
) {
    let plan = plan_all(&main.state, &uri, range);
    start(main, uri, Purpose::All, plan, token, waiter);
}

fn start(
    main: &mut MainLoop,
    uri: Uri,
    purpose: Purpose,
    plan: Result<Plan, Nothing>,
    token: Option<ProgressToken>,
    waiter: CommandWaiter,
) {
    match plan {
        Ok(plan) => begin::start(main, uri, purpose, plan, token, waiter),
        Err(Nothing::Refused(problem)) => waiter.refuse(problem),
        Err(Nothing::Told(outcome, message)) => {
            let warns = matches!(outcome, Outcome::Failed | Outcome::Refused);
            let kind = if warns { MessageType::WARNING } else { MessageType::INFO };
            main.outbox.message(kind, format!("codegen-lsp: {message}"));
            waiter.answer(Some(operation::empty_answer(&purpose, outcome, Some(&message))));
        }
    }
}

fn plan_one(state: &State, uri: &Uri, position: lsp::Position, purpose: &Purpose) -> Result<Plan, Nothing> {
    let document = &buffer(state, uri)?.document;
    let offset = positions::offset(document.rope(), position, state.encoding)
        .map_err(|error| Nothing::Refused(error.to_string()))?;
    let (turn, _) = state.records.turn_at(document, offset, &state.config_for(uri).turns).ok_or_else(|| {
        let line = position.line + 1;
        let message = format!("line {line} belongs to no comment prompt, so there is nothing to synthesize");
        Nothing::Told(Outcome::Nothing, message)
    })?;
    let target = match purpose.resolve(document, turn.clone()) {
        Ok(turn) => turn.target,
        Err(refusal) => return Err(Nothing::Told(Outcome::Refused, refusal.to_string())),
    };
    if let Purpose::Replace { lines: Some(told), .. } = purpose {
        let lines = turns::line_count(document, &target);
        if lines != *told {
            let message = format!("{lines} lines would be replaced now rather than {told}, so nothing was; ask again");
            return Err(Nothing::Told(Outcome::Refused, message));
        }
    }
    let mut prompts = vec![turn.prompt_range.clone()];
    let mut notes = Vec::new();
    if let Purpose::Regenerate { following: true, .. } = purpose {
        let (generated, left) = later(state, &state.config_for(uri).turns, document, &turn);
        prompts.extend(generated);
        if left > 0 {
            let turns = if left == 1 { "1 later turn was" } else { &format!("{left} later turns were") };
            notes.push(format!("{turns} written or changed by hand and left as they are"));
        }
    }
    Ok(Plan { prompts, about: first_line(&turn), notes })
}

/// The later turns of the turn's block whose program text is a model's, and how many others have one.
fn later(state: &State, options: &TurnOptions, document: &Document, turn: &Turn) -> (Vec<Range<usize>>, usize) {
    let (mut generated, mut left) = (Vec::new(), 0);
    for (later, text) in state.records.following(document, turn, options) {
        match state.records.state(&text).0 {
            TurnState::Empty | TurnState::Failed => {}
            _ if later.generated.is_some() => generated.push(later.prompt_range),
            _ => left += 1,
        }
    }
    (generated, left)
}

fn plan_all(state: &State, uri: &Uri, range: Option<lsp::Range>) -> Result<Plan, Nothing> {
    let document = &buffer(state, uri)?.document;
    let range = match range {
        Some(range) => positions::range(document.rope(), range, state.encoding)
            .map_err(|error| Nothing::Refused(error.to_string()))?,
        None => 0..document.len() + 1,
    };
    let texts = state.records.texts(document, &state.config_for(uri).turns);
    let mut turns: Vec<Turn> = texts.into_iter().map(|(turn, _)| turn).collect();
    turns.retain(|turn| operation::overlap(&turn.prompt_range, &range));
    let any = !turns.is_empty();
    turns.retain(|turn| turns::is_empty(document, turn));
    let Some(first) = turns.first() else {
        let what = if any { "no prompt without program text" } else { "no comment prompt" };
        return Err(Nothing::Told(
            Outcome::Nothing,
            format!("there is {what} here, so there is nothing to synthesize"),
        ));
    };
    let about = first_line(first);
    Ok(Plan { prompts: turns.into_iter().map(|turn| turn.prompt_range).collect(), about, notes: Vec::new() })
}

/// The first line of the turn's prompt.
pub(super) fn first_line(turn: &Turn) -> String {
    turn.prompt.lines().next().unwrap_or_default().to_owned()
}

fn buffer<'s>(state: &'s State, uri: &Uri) -> Result<&'s Buffer, Nothing> {
    let Some(buffer) = state.buffers.get(uri) else {
        return Err(Nothing::Refused(format!("{} is not open", uri.as_str())));
    };
    if let Some(reason) = state.unserved(uri) {
        return Err(Nothing::Refused(reason));
    }
    if !buffer.synced {
        return Err(Nothing::Told(Outcome::Failed, "the document is out of step; reopen it".to_owned()));
    }
    match buffer.document.syntax_gap() {
        None => Ok(buffer),
        Some(reason) => Err(Nothing::Told(Outcome::Failed, super::not_parsed(reason))),
    }
}

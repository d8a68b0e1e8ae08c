//! The document and the turn that a request is about, in the server's state.

use std::ops::Range;
use std::sync::Arc;

use codegen_text::document::Document;
use codegen_text::provenance::{Mapped, Records, TurnMap};
use codegen_text::turns::{self, Asked, Named, NoPrompt, NoTurn, Turn, TurnOptions};
use tower_lsp::ls_types::{self as lsp, Uri};

use crate::protocol::positions;
use crate::server::state::State;

/// The document of a request, if its turns can be known.
///
/// # Errors
/// Those of [`Asked::document`].
pub fn document(state: &State, uri: &Uri) -> Result<Document, NoTurn> {
    asked(state, uri).document().cloned()
}

/// A turn that a request names.
pub struct Found {
    pub mapped: Mapped,
    /// All turns of the document.
    pub turns: Arc<TurnMap>,
    /// The document, in which the comment is a prompt.
    pub document: Document,
    /// The comment, if it is no prompt of itself, so that only asking for it makes it one.
    pub asked: Option<Range<usize>>,
}

/// The turn at a position: by name, so any comment can be its prompt; see [`turns::named`].
///
/// # Errors
/// Those of [`Asked::turn`].
pub fn turn_at(state: &mut State, uri: &Uri, position: lsp::Position) -> Result<Found, NoTurn> {
    let turns = state.turns(uri).unwrap_or_default();
    let options = &state.config_for(uri).turns;
    let offset = |document: &Document| {
        positions::offset(document.rope(), position, state.encoding).map_err(|error| error.to_string())
    };
    asked(state, uri)
        .turn(position.line, offset, |document, offset| find(document.clone(), turns, &state.records, options, offset))
}

fn find(
    mut document: Document,
    turns: Arc<TurnMap>,
    records: &Records,
    options: &TurnOptions,
    offset: usize,
) -> Result<Found, NoPrompt> {
    let all: Vec<Turn> = turns.iter().map(|mapped| mapped.turn.clone()).collect();
    match turns::named(&document, &all, offset, options)? {
        Named::Turn(index) => {
            let mapped = turns.iter().nth(index).cloned().ok_or(NoPrompt::NoComment)?;
            Ok(Found { mapped, turns, document, asked: None })
        }
        Named::Comment(range) => {
            document.ask(range.clone());
            let turns = Arc::new(TurnMap::of(&document, records, options));
            let mapped = turns.covering(&range).cloned().ok_or(NoPrompt::NoComment)?;
            Ok(Found { mapped, turns, document, asked: Some(range) })
        }
    }
}

fn asked<'s>(state: &'s State, uri: &'s Uri) -> Asked<'s> {
    let buffer = state.buffers.get(uri);
    Asked {
        uri: uri.as_str(),
        document: buffer.map(|buffer| &buffer.document),
        unserved: state.unserved(uri),
        synced: buffer.is_some_and(|buffer| buffer.synced),
    }
}

//! The document and the turn that a request is about, in the server's state.

use codegen_text::document::Document;
use codegen_text::provenance::Mapped;
use codegen_text::turns::{Asked, NoTurn};
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

/// The turn at a position.
///
/// # Errors
/// Those of [`Asked::turn`].
pub fn turn_at(state: &mut State, uri: &Uri, position: lsp::Position) -> Result<Mapped, NoTurn> {
    let turns = state.turns(uri).unwrap_or_default();
    let offset = |document: &Document| {
        positions::offset(document.rope(), position, state.encoding).map_err(|error| error.to_string())
    };
    asked(state, uri).turn(position.line, offset, |document, offset| turns.at(document, offset).cloned())
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

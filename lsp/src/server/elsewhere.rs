//! What is asked about the other files of a document's workspace folder: the buffers that are open there, and the places that
//! were edited.

use std::path::PathBuf;

use codegen_text::document::Document;
use tower_lsp::ls_types::Uri;

use crate::config::trust;
use crate::related::Asked;
use crate::server::state::State;

/// What is asked about the files around a document; `None` if none of them are of interest, or if it is in no workspace folder.
#[must_use]
pub fn asked(state: &State, uri: &Uri) -> Option<Asked> {
    let path = trust::path(uri)?;
    let roots = state.roots.iter().filter_map(trust::path).filter(|root| path.starts_with(root));
    let root = roots.max_by_key(|root| root.components().count())?;
    let mut asked = Asked::new(state.config_for(uri), root, path)?;
    asked.open = state.buffers.keys().filter_map(|uri| open(state, uri)).collect();
    let edited = state.places.outside(uri).filter_map(|(uri, at)| Some((trust::path(uri)?, at)));
    asked.edited = edited.collect();
    asked.open.retain(|path, _| path.starts_with(&asked.root));
    Some(asked)
}

/// A buffer that the model may see and that is known to be as the editor has it.
fn open(state: &State, uri: &Uri) -> Option<(PathBuf, Document)> {
    let buffer = state.buffers.get(uri).filter(|buffer| buffer.synced)?;
    if state.unserved(uri).is_some() {
        return None;
    }
    Some((trust::path(uri)?, buffer.document.clone()))
}

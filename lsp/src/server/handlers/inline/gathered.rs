//! What a prompt for a buffer is made of besides the buffer's text.

use std::sync::Arc;

use codegen_text::document::Document;
use codegen_text::prompt::related::Part;
use codegen_text::turns::TurnOptions;
use tower_lsp::ls_types::Uri;

use crate::config::language::Service;
use crate::generate::prepare::At;
use crate::related::{Asked, Related};
use crate::server::elsewhere;
use crate::server::state::State;

/// What the main loop knows of a buffer's prompts. The rest is found away from it.
pub(super) struct Gathered {
    options: TurnOptions,
    max_tokens: usize,
    share: usize,
    plain: bool,
    previous_start: Option<usize>,
    asked: Option<Asked>,
    related: Related,
}

impl Gathered {
    /// What is known of the buffer now; `None` if there is no such buffer.
    pub(super) fn of(state: &State, uri: &Uri) -> Option<Self> {
        let buffer = state.buffers.get(uri)?;
        let config = state.config_for(uri);
        let plain = state.service(uri) == Service::Text;
        Some(Self {
            options: config.turns.clone(),
            max_tokens: config.inline.max_tokens,
            share: config.inline.context_share,
            plain,
            previous_start: buffer.window_start,
            asked: elsewhere::asked(state, uri).filter(|_| !plain),
            related: state.related.clone(),
        })
    }

    /// What the document may be shown of other files. Reads files.
    pub(super) fn parts(&self, document: &Document) -> Arc<Vec<Part>> {
        self.asked.as_ref().map(|asked| self.related.parts(document, asked)).unwrap_or_default()
    }

    /// One completion at the cursor, with these parts of other files.
    pub(super) fn at<'a>(&'a self, offset: usize, parts: &'a [Part]) -> At<'a> {
        let Self { max_tokens, plain, previous_start, share, .. } = *self;
        At { previous_start, max_tokens, plain, related: (parts, share), ..At::cursor(offset, &self.options) }
    }
}

//! What work away from the main loop needs to know of a document's turns.

use codegen_engine::Engine;
use codegen_text::document::Document;
use codegen_text::provenance::Records;
use codegen_text::turns::{Turn, TurnOptions};
use tower_lsp::ls_types::Uri;

use crate::config::SynthesisConfig;
use crate::generate::prepare::{self, PreparedTurn};
use crate::present::status::{self, Known};
use crate::protocol::positions::Encoding;
use crate::server::state::{Buffer, State};

/// A document and what is known of its turns, at one moment.
pub struct Snapshot {
    /// Its URI.
    pub uri: Uri,
    /// Its text and syntax.
    pub document: Document,
    /// What counts as a prompt.
    pub options: TurnOptions,
    /// How turns are synthesized.
    pub synthesis: SynthesisConfig,
    /// What the client's positions count.
    pub encoding: Encoding,
    /// The engine, if it runs.
    pub engine: Option<Engine>,
    records: Records,
    working: Vec<usize>,
}

impl Snapshot {
    /// Of an open document; `None` for one that is not open, out of step, of another language, or not parsed.
    #[must_use]
    pub fn of(state: &State, uri: &Uri) -> Option<Self> {
        let served =
            |buffer: &&Buffer| buffer.synced && state.unserved(uri).is_none() && buffer.document.syntax_gap().is_none();
        let buffer = state.buffers.get(uri).filter(served)?;
        let config = state.config_for(uri);
        Some(Self {
            uri: uri.clone(),
            document: buffer.document.clone(),
            options: config.turns.clone(),
            synthesis: config.synthesis.clone(),
            encoding: state.encoding,
            engine: state.engine().cloned(),
            records: state.records.clone(),
            working: state.at_work(uri).map(|prompt| prompt.start).collect(),
        })
    }

    /// Its turns, in the order of their prompts.
    #[must_use]
    pub fn turns(&self) -> Vec<Known> {
        status::known(&self.document, &self.options, &self.records, &self.working)
    }

    /// What the engine would be asked for a turn.
    #[must_use]
    pub fn prepare(&self, turn: &Turn, engine: &Engine) -> PreparedTurn {
        prepare::prepare_turn(&self.document, turn, &self.options, self.synthesis.max_tokens, engine)
    }
}

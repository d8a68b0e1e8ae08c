//! The state of a document's turns that work away from the main loop needs.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use codegen_engine::Engine;
use codegen_text::document::Document;
use codegen_text::provenance::{Records, TurnMap};
use codegen_text::turns::{self, Named, Turn, TurnOptions};
use tower_lsp::ls_types::Uri;

use crate::config::SynthesisConfig;
use crate::generate::prepare::{self, PreparedTurn};
use crate::present::status::{self, Known};
use crate::protocol::positions::Encoding;
use crate::server::state::{Buffer, State};

/// A document and the state of its turns, at one moment.
pub struct Snapshot {
    pub uri: Uri,
    /// The text and the syntax.
    pub document: Document,
    /// The options that decide what is a prompt.
    pub options: TurnOptions,
    /// The options of synthesis.
    pub synthesis: SynthesisConfig,
    /// The unit of the client's positions.
    pub encoding: Encoding,
    /// The engine, if it runs.
    pub engine: Option<Engine>,
    records: Records,
    working: Vec<usize>,
    map: OnceLock<Arc<TurnMap>>,
}

impl Snapshot {
    /// The snapshot of an open document; `None` for one that is not open, out of step, of another language, or not
    /// parsed.
    #[must_use]
    pub fn of(state: &State, uri: &Uri) -> Option<Self> {
        let served =
            |buffer: &&Buffer| buffer.synced && state.unserved(uri).is_none() && buffer.document.syntax_gap().is_none();
        let buffer = state.buffers.get(uri).filter(served)?;
        let config = state.config_for(uri);
        let known = buffer.turns.known(&buffer.document, &state.records, &config.turns);
        Some(Self {
            uri: uri.clone(),
            document: buffer.document.clone(),
            options: config.turns.clone(),
            synthesis: config.synthesis.clone(),
            encoding: state.encoding,
            engine: state.engine().cloned(),
            records: state.records.clone(),
            working: state.at_work(uri).map(|prompt| prompt.start).collect(),
            map: known.map_or_else(OnceLock::new, OnceLock::from),
        })
    }

    /// Makes the comment in `range` a prompt of the snapshot, not of the buffer.
    pub fn ask(&mut self, range: Range<usize>) {
        self.document.ask(range);
        self.map = OnceLock::new();
    }

    /// Makes the comment at an offset, if it can be a prompt, one of the snapshot, as a command there would.
    pub fn ask_at(&mut self, offset: usize) {
        let turns: Vec<Turn> = self.map().iter().map(|mapped| mapped.turn.clone()).collect();
        if let Ok(Named::Comment(range)) = turns::named(&self.document, &turns, offset, &self.options) {
            self.ask(range);
        }
    }

    /// The turns; if they have not been found before, this walks the document.
    #[must_use]
    pub fn map(&self) -> Arc<TurnMap> {
        let found = || Arc::new(TurnMap::of(&self.document, &self.records, &self.options));
        Arc::clone(self.map.get_or_init(found))
    }

    /// The turns with their states, in the order of their prompts.
    #[must_use]
    pub fn turns(&self) -> Vec<Known> {
        status::known(&self.document, &self.map(), &self.records, &self.working)
    }

    /// The request that the engine would get for a turn.
    #[must_use]
    pub fn prepare(&self, turn: &Turn, engine: &Engine) -> PreparedTurn {
        prepare::prepare_turn(&self.document, turn, &self.options, self.synthesis.max_tokens, engine)
    }
}

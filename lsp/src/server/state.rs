//! What the server knows: a plain value that only the main loop writes. Background work gets clones of a [`Document`],
//! which are cheap.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use codegen_engine::Engine;
use codegen_text::completion::session::{Dropped, Suggestions};
use codegen_text::document::Document;
use codegen_text::edit::{self, Assoc, Edit};
use codegen_text::prompt::view::View;
use codegen_text::provenance::{Records, TurnCache, TurnMap};
use serde_json::Value;
use tower_lsp::ls_types::Uri;

use crate::config::Config;
use crate::config::language;
use crate::config::layers::{Base, InForce, Settings};
use crate::present::cuts::Counted;
use crate::protocol::capabilities::ClientCapabilities;
use crate::protocol::positions::Encoding;
use crate::server::parsing::Parsing;
use crate::server::responder::{CommandResponder, InlineResponder};
use crate::synthesis::{Operation, Outcome, PendingEdit};

/// How far the client has followed what it was told of code lenses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Refresh {
    /// It has been told of everything.
    #[default]
    Quiet,
    /// It has been asked to fetch them again, and has not answered.
    Asked,
    /// Something has changed since it was asked.
    AskedTooEarly,
}

/// What has become ready to be moved on since things were last settled.
#[derive(Debug, Default)]
pub struct Ready {
    /// Commands, by number.
    pub operations: BTreeSet<u64>,
    /// Edits on their way, by number.
    pub edits: BTreeSet<u64>,
    /// Whether turns stand otherwise than the client's code lenses say, or other work is being done for them.
    pub lenses: bool,
}

/// The engine's life.
pub enum EngineState {
    /// Not asked for yet: the client has not said `initialized`.
    Absent,
    /// Being loaded in the background; requests wait.
    Loading,
    /// Running.
    Ready(Engine),
    /// It will not run, for this reason, until the configuration changes.
    Failed(String),
}

/// An open buffer.
pub struct Buffer {
    /// Its text and syntax.
    pub document: Document,
    /// The client's name of its language.
    pub language: String,
    /// The client's version of it; `None` if the client keeps none. The document's own counts on in any case.
    pub client_version: Option<i32>,
    /// False after a change that could not be applied: the client's text is then another, and nothing is answered until
    /// the client sends it whole.
    pub synced: bool,
    /// Where the last context's window started, so that it stays put.
    pub window_start: Option<usize>,
    /// Its suggestions.
    pub suggestions: Suggestions<InlineResponder>,
    /// What of its turns' histories does not fit, as far as it has been counted.
    pub counted: Arc<Counted>,
    /// How far its parsing has come, if that is too much for the main loop.
    pub parsing: Parsing,
    /// What its last suggestion was decided by.
    pub view: Option<View>,
    /// Its turns, once they have been looked at.
    pub turns: TurnCache,
}

impl Buffer {
    /// A buffer as the client opened it.
    #[must_use]
    pub fn new(document: Document, language: String, client_version: Option<i32>) -> Self {
        let (suggestions, counted) = (Suggestions::default(), Arc::default());
        Self {
            document,
            language,
            client_version,
            synced: true,
            window_start: None,
            suggestions,
            counted,
            parsing: Parsing::default(),
            view: None,
            turns: TurnCache::default(),
        }
    }

    /// Moves what refers to the text past a change of it.
    pub fn follow(&mut self, change: &Edit) -> Option<Dropped<InlineResponder>> {
        self.window_start = self.window_start.and_then(|start| edit::map(start, change, Assoc::Before));
        self.suggestions.changed(change)
    }
}

/// Everything the server knows.
pub struct State {
    /// What the client's positions count.
    pub encoding: Encoding,
    /// What the client can do.
    pub capabilities: ClientCapabilities,
    /// The options before any client's settings.
    pub base: Base,
    /// The options in force; see [`State::config_for`].
    pub config: InForce,
    /// `initializationOptions`.
    pub initialization: Value,
    /// The client's settings, which win over `initialization` as far as they may.
    pub settings: Settings,
    /// Counts what the client's settings came with, so that an answer that was overtaken is known as such.
    pub settings_stamp: u64,
    /// The workspace folders.
    pub roots: Vec<Uri>,
    /// The engine.
    pub engine: EngineState,
    /// Counts loads of the engine, so that a load that was overtaken is known as such.
    pub engine_stamp: u64,
    /// The open buffers.
    pub buffers: HashMap<Uri, Buffer>,
    /// Commands at work, by number.
    pub operations: BTreeMap<u64, Operation<CommandResponder>>,
    /// Program texts on their way into buffers, by the number of the step that made them.
    pub edits: BTreeMap<u64, PendingEdit>,
    /// What is to be moved on.
    pub ready: Ready,
    /// What is known of turns beyond their text.
    pub records: Records,
    /// How far the client has followed what it was told of code lenses.
    pub lens_refresh: Refresh,
    /// What the user has been told, so that it is not said twice.
    pub told: HashSet<String>,
    /// Suggestions the user accepted.
    pub accepted: u64,
    /// Program texts drawn by chance so far: the next one's seed, so that none is drawn twice.
    pub drawn: u64,
    /// The last number that was given out; see [`State::next_id`].
    pub last_id: u64,
}

impl State {
    /// A server that knows nothing of its client yet.
    #[must_use]
    pub fn new(base: Base) -> Self {
        // What is wrong with it is told once the client listens.
        let (config, _) = base.read();
        Self {
            encoding: Encoding::default(),
            capabilities: ClientCapabilities::default(),
            base,
            config: InForce { global: config, by_root: Vec::new() },
            initialization: Value::Null,
            settings: Settings::default(),
            settings_stamp: 0,
            roots: Vec::new(),
            engine: EngineState::Absent,
            engine_stamp: 0,
            buffers: HashMap::new(),
            operations: BTreeMap::new(),
            edits: BTreeMap::new(),
            ready: Ready::default(),
            records: Records::default(),
            lens_refresh: Refresh::default(),
            told: HashSet::new(),
            accepted: 0,
            drawn: 0,
            last_id: 0,
        }
    }

    /// A number not given out before: for generations, syntheses and suggestions.
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Why a document that is open gets nothing; `None` if its language is one of those that are answered.
    #[must_use]
    pub fn unserved(&self, uri: &Uri) -> Option<String> {
        let buffer = self.buffers.get(uri)?;
        language::unserved(&buffer.language, uri.as_str(), &self.config_for(uri).languages.0)
    }

    /// Whether the program in a document may be run. Asks the file system.
    #[must_use]
    pub fn trusted(&self, uri: &Uri) -> bool {
        self.config.global.trust.covers(uri)
    }

    /// The options for a document: those of its workspace folder, where it has some of its own.
    #[must_use]
    pub fn config_for(&self, uri: &Uri) -> &Config {
        self.config.at(uri)
    }

    /// Where the prompts of the turns are that a command is at work on or has planned, in the buffer as it is now.
    pub fn at_work<'s>(&'s self, uri: &'s Uri) -> impl Iterator<Item = &'s Range<usize>> {
        self.operations.values().filter(move |operation| operation.uri() == uri).flat_map(Operation::prompts)
    }

    /// The turns of a document that is open.
    pub fn turns(&mut self, uri: &Uri) -> Option<Arc<TurnMap>> {
        let buffer = self.buffers.get_mut(uri)?;
        Some(buffer.turns.get(&buffer.document, &self.records, &self.config.at(uri).turns))
    }

    /// Something that the work for a document may have waited for has changed.
    pub fn wake(&mut self, uri: &Uri) {
        let operations = self.operations.iter().filter(|(_, operation)| operation.uri() == uri);
        self.ready.operations.extend(operations.map(|(id, _)| id));
        let edits = self.edits.iter().filter(|(_, edit)| edit.uri() == uri);
        self.ready.edits.extend(edits.map(|(number, _)| number));
    }

    /// Something that all commands may have waited for has changed.
    pub fn wake_all(&mut self) {
        self.ready.operations.extend(self.operations.keys());
    }

    /// Moves commands and edits past the changes of a document of one notification. What they bring may be a piece of code that
    /// was on its way; a turn at work that they touched gets none, and planned turns may be gone.
    pub fn follow(&mut self, uri: &Uri, changes: &[Edit]) {
        self.operations.values_mut().filter(|operation| operation.uri() == uri).for_each(|one| one.follow(changes));
        for edit in self.edits.values_mut().filter(|edit| edit.uri() == uri) {
            changes.iter().for_each(|change| edit.follow(change));
        }
        self.wake(uri);
    }

    /// Ends the commands for which `which` is true before their time; how many.
    pub fn end(&mut self, outcome: Outcome, which: impl Fn(&Operation<CommandResponder>) -> bool) -> usize {
        let ended = self.operations.iter_mut().filter(|(_, operation)| which(operation));
        let ended = ended.map(|(id, operation)| {
            operation.end(outcome);
            *id
        });
        let ended: Vec<u64> = ended.collect();
        self.ready.operations.extend(&ended);
        ended.len()
    }

    /// Ends all work on the turns of a document that is gone, or cannot be followed.
    pub fn abandon(&mut self, uri: &Uri) {
        self.end(Outcome::Closed, |operation| operation.uri() == uri);
        self.edits.retain(|_, edit| edit.uri() != uri);
    }

    /// The engine, if it runs.
    #[must_use]
    pub fn engine(&self) -> Option<&Engine> {
        match &self.engine {
            EngineState::Ready(engine) => Some(engine),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;
    use crate::server::responder::Responder;
    use crate::synthesis::{Plan, Purpose};

    /// A state with a command for each of the documents "a", "a" and "b", numbered from 1, that has the bytes 0 to 5 to do.
    fn state() -> State {
        let mut state = State::new(Base::from(Config::default()));
        for (id, uri) in [(1, "file:///a"), (2, "file:///a"), (3, "file:///b")] {
            let plan = Plan { prompts: std::iter::once(0..5).collect(), ..Plan::default() };
            let responder = Responder { request: id, reply: oneshot::channel().0 };
            let operation = Operation::new(uri_of(uri), Purpose::All, plan, None, responder);
            state.operations.insert(id, operation);
        }
        state
    }

    fn uri_of(uri: &str) -> Uri {
        uri.parse().unwrap_or_else(|_| unreachable!("{uri} is a URI"))
    }

    fn ready(state: &State) -> Vec<u64> {
        state.ready.operations.iter().copied().collect()
    }

    #[test]
    fn what_happens_to_a_document_makes_its_commands_ready() {
        let a = uri_of("file:///a");
        let mut waked = state();
        waked.wake(&a);
        assert_eq!(ready(&waked), [1, 2]);
        waked.wake_all();
        assert_eq!(ready(&waked), [1, 2, 3]);
        let mut followed = state();
        followed.follow(&a, &[Edit { range: 0..0, text: "xy".to_owned() }]);
        assert_eq!(ready(&followed), [1, 2]);
        assert_eq!(followed.at_work(&a).collect::<Vec<_>>(), [&(2..7), &(2..7)]);
        assert_eq!(followed.at_work(&uri_of("file:///b")).collect::<Vec<_>>(), [&(0..5)]);
    }

    #[test]
    fn commands_are_ended_by_what_they_are() {
        let mut state = state();
        assert_eq!(state.end(Outcome::Cancelled, |operation| operation.responder().request == 2), 1);
        assert_eq!(ready(&state), [2]);
        state.abandon(&uri_of("file:///b"));
        assert_eq!(ready(&state), [2, 3]);
        let ending: Vec<bool> = state.operations.values().map(Operation::is_breaking_off).collect();
        assert_eq!(ending, [false, true, true]);
    }
}

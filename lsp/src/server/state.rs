//! The state of the server: a plain value that only the main loop writes. Background work gets clones of a
//! [`Document`], which are cheap.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use codegen_engine::Engine;
use codegen_text::completion::pace::{self, Pace};
use codegen_text::completion::session::{Dropped, Suggestions};
use codegen_text::document::Document;
use codegen_text::edit::{self, Assoc, Edit};
use codegen_text::prompt::related::{Places, Shown};
use codegen_text::prompt::view::View;
use codegen_text::provenance::{Records, TurnCache, TurnMap};
use ropey::Rope;
use serde_json::Value;
use tower_lsp::ls_types::Uri;

use crate::config::Config;
use crate::config::ignore;
use crate::config::language::{self, Service};
use crate::config::layers::{Base, InForce, Settings};
use crate::present::cuts::Counted;
use crate::present::engine_status::StatusSent;
use crate::present::why::Asked;
use crate::protocol::capabilities::ClientCapabilities;
use crate::protocol::positions::Encoding;
use crate::related::Related;
use crate::server::counting::Counting;
use crate::server::download::Download;
use crate::server::idle::Idle;
use crate::server::parsing::Parsing;
use crate::server::recovery::Recovery;
use crate::server::responder::{CommandResponder, Waiter};
use crate::server::said::Said;
use crate::statistics::accepted::Watch;
use crate::statistics::kept::Kept;
use crate::synthesis::{Operation, Outcome, PendingEdit};

/// The state of the client's code lenses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Refresh {
    /// The client has been told of every change.
    #[default]
    Quiet,
    /// The client has been asked to fetch them again, and has not answered.
    Asked,
    /// A turn has changed since the client was asked.
    AskedTooEarly,
}

/// Commands and edits that have become ready since the last call of `settle`.
#[derive(Debug, Default)]
pub struct Ready {
    pub operations: BTreeSet<u64>,
    /// Pending edits, by number.
    pub edits: BTreeSet<u64>,
    /// Whether the state of turns, or of the work on them, differs from the client's code lenses.
    pub lenses: bool,
}

pub enum EngineState {
    /// Not loaded yet: the client has not sent `initialized`.
    Absent,
    /// Being loaded in the background; requests wait.
    Loading,
    Ready(Engine),
    /// Taken out of memory because nobody has asked for anything; loaded again when it is needed.
    Unloaded,
    /// Failed for this reason, until the configuration changes.
    Failed(String),
}

pub struct Buffer {
    /// The text and its syntax.
    pub document: Document,
    /// The client's language id.
    pub language: String,
    /// The client's version; `None` if the client sends none. The document's own version grows in any case.
    pub client_version: Option<i32>,
    /// False after a change that could not be applied: the client's text then differs, and the server does not answer
    /// for the buffer until the client sends the whole text.
    pub synced: bool,
    /// The start of the last context's window, so that it stays there.
    pub window_start: Option<usize>,
    /// The byte offset of the user's last request, or the end of their last edit, as far as is known.
    pub place: Option<usize>,
    /// The text that was read last by the engine.
    pub read: Option<Rope>,
    pub suggestions: Suggestions<Waiter>,
    /// What becomes of the suggestion that stands.
    pub stands: pace::Watch,
    /// The generation that is made for a request, and when it was begun, in milliseconds of [`crate::server::session::Session::now`].
    pub begun: Option<(u64, u64)>,
    /// The generation that starts when a delay is over.
    pub delayed: Option<u64>,
    /// How much of its turns' histories does not fit, as far as it has been counted.
    pub counted: Arc<Counted>,
    /// The state of its parsing, if that is too slow for the main loop.
    pub parsing: Parsing,
    /// The view that the last suggestion was decided by.
    pub view: Option<View>,
    /// What the last prompt had of other files.
    pub shown: Vec<Shown>,
    /// Its turns, if they have been found.
    pub turns: TurnCache,
    /// What came of the last requests for a suggestion.
    pub asked: Asked,
    /// What becomes of its suggestions.
    pub watch: Watch,
    /// Which of those that were taken are still there.
    pub kept: Kept,
}

impl Buffer {
    /// A buffer as the client opens it.
    #[must_use]
    pub fn new(document: Document, language: String, client_version: Option<i32>) -> Self {
        let (suggestions, counted) = (Suggestions::default(), Arc::default());
        Self {
            document,
            language,
            client_version,
            synced: true,
            window_start: None,
            place: None,
            read: None,
            suggestions,
            stands: pace::Watch::default(),
            begun: None,
            delayed: None,
            counted,
            parsing: Parsing::default(),
            view: None,
            shown: Vec::new(),
            turns: TurnCache::default(),
            asked: Asked::default(),
            watch: Watch::default(),
            kept: Kept::default(),
        }
    }

    /// Moves everything that refers to the text past a change of it.
    pub fn follow(&mut self, change: &Edit) -> Option<Dropped<Waiter>> {
        self.window_start = self.window_start.and_then(|start| edit::map(start, change, Assoc::Before));
        self.place = Some(change.range.start + change.text.len());
        self.asked.changed(change);
        self.suggestions.changed(change)
    }
}

pub struct State {
    /// The unit of the client's positions.
    pub encoding: Encoding,
    pub capabilities: ClientCapabilities,
    /// The options before any of the client's settings.
    pub base: Base,
    /// The options in force; see [`State::config_for`].
    pub config: InForce,
    pub initialization: Value,
    /// The client's settings, which win over `initialization` as far as they may.
    pub settings: Settings,
    /// The number of changes of the client's settings, by which an outdated answer is recognized.
    pub settings_stamp: u64,
    pub roots: Vec<Uri>,
    pub engine: EngineState,
    /// A model that was offered, or is being fetched.
    pub download: Download,
    /// The number of loads of the engine, by which an outdated load is recognized.
    pub engine_stamp: u64,
    /// How often its process has ended, and what is run instead.
    pub recovery: Recovery,
    /// How long it has had nothing to do.
    pub idle: Idle,
    pub buffers: HashMap<Uri, Buffer>,
    /// What is known of other files.
    pub related: Related,
    /// The places that were edited last, in all buffers.
    pub places: Places<Uri>,
    /// Commands in progress, by number.
    pub operations: BTreeMap<u64, Operation<CommandResponder>>,
    /// Pending edits, by the number of the step that made them.
    pub edits: BTreeMap<u64, PendingEdit>,
    /// Commands and edits to be advanced.
    pub ready: Ready,
    /// Records of how turns were generated.
    pub records: Records,
    /// The state of the client's code lenses.
    pub lens_refresh: Refresh,
    /// Messages that the user has been shown, so that none is repeated.
    pub said: Said,
    /// How the user types and takes suggestions.
    pub pace: Pace,
    /// What is counted.
    pub counting: Counting,
    /// What the client was told of the server's state.
    pub status: StatusSent,
    /// How much of the model that is being loaded is loaded, in percent.
    pub loaded: Option<u8>,
    /// The number of things that the user has done, by which is known whether they rest.
    pub rest: u64,
    /// The document that was opened or changed last.
    pub touched: Option<Uri>,
    /// The number of candidates sampled so far: the next one's seed, so that none is sampled twice.
    pub drawn: u64,
    /// The last number returned by [`State::next_id`].
    pub last_id: u64,
}

impl State {
    /// The state before the client's first message.
    #[must_use]
    pub fn new(base: Base) -> Self {
        // Problems in it are reported once the client listens.
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
            download: Download::default(),
            engine_stamp: 0,
            recovery: Recovery::default(),
            idle: Idle::default(),
            buffers: HashMap::new(),
            related: Related::default(),
            places: Places::default(),
            operations: BTreeMap::new(),
            edits: BTreeMap::new(),
            ready: Ready::default(),
            records: Records::default(),
            lens_refresh: Refresh::default(),
            said: Said::default(),
            pace: Pace::default(),
            counting: Counting::new(None),
            status: StatusSent::default(),
            loaded: None,
            rest: 0,
            touched: None,
            drawn: 0,
            last_id: 0,
        }
    }

    /// A new number, for generations, commands and suggestions.
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The reason why the server does nothing but suggest plain text in an open document, if that; `None` if it is read as
    /// Python.
    #[must_use]
    pub fn unserved(&self, uri: &Uri) -> Option<String> {
        let buffer = self.buffers.get(uri)?;
        let unserved = language::unserved(&buffer.language, uri.as_str(), &self.config_for(uri).languages.0);
        unserved.or_else(|| self.kept(uri))
    }

    /// What the server does for a document, by its language.
    #[must_use]
    pub fn service(&self, uri: &Uri) -> Service {
        let language = self.buffers.get(uri).map_or("", |buffer| buffer.language.as_str());
        let config = self.config_for(uri);
        language::service(language, uri.as_str(), &config.languages.0, &config.inline.languages)
    }

    /// The reason why a document is kept from the model; `None` if it is not.
    #[must_use]
    pub fn kept(&self, uri: &Uri) -> Option<String> {
        ignore::kept(self.config_for(uri), &self.roots, uri)
    }

    /// Whether the program in a document may be run. Asks the file system.
    #[must_use]
    pub fn trusted(&self, uri: &Uri) -> bool {
        self.config.global.trust.covers(uri)
    }

    /// The options for a document: those of its workspace folder, where it has its own.
    #[must_use]
    pub fn config_for(&self, uri: &Uri) -> &Config {
        self.config.at(uri)
    }

    /// The ranges of the prompts of the turns that commands are working on or have planned, in the buffer as it is now.
    pub fn at_work<'s>(&'s self, uri: &'s Uri) -> impl Iterator<Item = &'s Range<usize>> {
        self.operations.values().filter(move |operation| operation.uri() == uri).flat_map(Operation::prompts)
    }

    /// The turns of a document that is open.
    pub fn turns(&mut self, uri: &Uri) -> Option<Arc<TurnMap>> {
        let buffer = self.buffers.get_mut(uri)?;
        Some(buffer.turns.get(&buffer.document, &self.records, &self.config.at(uri).turns))
    }

    /// Makes the commands and edits of a document ready, because something that they may wait for has changed.
    pub fn wake(&mut self, uri: &Uri) {
        let operations = self.operations.iter().filter(|(_, operation)| operation.uri() == uri);
        self.ready.operations.extend(operations.map(|(id, _)| id));
        let edits = self.edits.iter().filter(|(_, edit)| edit.uri() == uri);
        self.ready.edits.extend(edits.map(|(number, _)| number));
    }

    /// Makes all commands ready, because something that they may wait for has changed.
    pub fn wake_all(&mut self) {
        self.ready.operations.extend(self.operations.keys());
    }

    /// Moves commands and edits past the changes of a document in one notification. The changes may contain a pending
    /// edit's code. If they touch the current turn, its result is dropped; planned turns may be gone.
    pub fn follow(&mut self, uri: &Uri, changes: &[Edit]) {
        self.operations.values_mut().filter(|operation| operation.uri() == uri).for_each(|one| one.follow(changes));
        for edit in self.edits.values_mut().filter(|edit| edit.uri() == uri) {
            changes.iter().for_each(|change| edit.follow(change));
        }
        self.wake(uri);
    }

    /// Ends the commands for which `which` is true early, and returns their number.
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

    /// Ends all work on the turns of a document that is closed, or out of step.
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

    /// A state with a command for each of the documents "a", "a" and "b", numbered from 1, that has the bytes 0 to 5
    /// planned.
    fn state() -> State {
        let mut state = State::new(Base::from(Config::default()));
        for (id, uri) in [(1, "file:///a"), (2, "file:///a"), (3, "file:///b")] {
            let plan = Plan { prompts: std::iter::once(0..5).collect(), ..Plan::default() };
            let responder = Responder { request: id, asked: std::time::Instant::now(), reply: oneshot::channel().0 };
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

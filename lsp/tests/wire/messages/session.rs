//! One session: sends the steps, does an editor's part, and checks every answer.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use codegen_engine::runtime::backend::scripted::Gate;
use codegen_lsp::config::Timeouts;
use codegen_lsp::protocol::positions::Encoding;
use codegen_lsp::server::session::Loader;
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tower_lsp::ls_types::{Position, Range};

use super::maker::{Maker, Step};
use super::reference::{self, Answered, DOCUMENTS, Form, Reference};
use super::script;
use crate::common::{OwnFile, gated, read_message};
use crate::random::Chance;

/// What is different from session to session.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    pub seed: u64,
    pub encoding: Encoding,
    /// Whether the client has settings to be asked for.
    configuration: bool,
    /// Whether edits are told with their documents' versions.
    versions: bool,
    /// Whether the session ends with everything answered, or in the middle of it.
    in_peace: bool,
}

impl Setup {
    pub fn new(seed: u64) -> Self {
        let encoding = [Encoding::Utf16, Encoding::Utf8, Encoding::Utf16, Encoding::Utf32][seed as usize % 4];
        let bit = |bit: u64| (seed >> bit) & 1 == 1;
        Self { seed, encoding, configuration: bit(1), versions: !bit(2), in_peace: !seed.is_multiple_of(5) }
    }

    fn initialize(&self) -> Value {
        let kind = match self.encoding {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16 => "utf-16",
            Encoding::Utf32 => "utf-32",
        };
        json!({"processId": null, "rootUri": "file:///project", "capabilities": {
            "general": {"positionEncodings": [kind]},
            "window": {"workDoneProgress": true},
            "workspace": {
                "applyEdit": true, "configuration": self.configuration, "workspaceFolders": true,
                "workspaceEdit": {"documentChanges": self.versions}, "codeLens": {"refreshSupport": true},
            },
        }})
    }
}

/// The most suggestions for a user who asks for them, as PROTOCOL.md has it.
const SEVERAL: usize = 4;

/// The requests with one id.
#[derive(Debug, Default)]
struct Asked {
    method: String,
    sent: usize,
    answered: usize,
    cancelled: bool,
    /// Whether a user asks, who may be shown several.
    invoked: bool,
    /// The answer, if it is known.
    expected: Option<Value>,
    /// The answer to the suggestion at the end.
    shown: Option<Value>,
    /// Why there was none, as `codegen.why` says it.
    why: Option<Value>,
}

struct Session {
    setup: Setup,
    outgoing: mpsc::UnboundedSender<Vec<u8>>,
    incoming: mpsc::UnboundedReceiver<Value>,
    served: JoinHandle<bool>,
    documents: Reference,
    asked: HashMap<String, Asked>,
    /// The number of errors with a null id that are still to come.
    unnamed: usize,
    /// Decides what the client answers.
    chance: Chance,
    settings: Maker,
    /// Whether the client does all that the server asks for.
    calm: bool,
    /// Generations whose last text has come, and those whose has not.
    done: HashSet<String>,
    begun: HashSet<String>,
    own: OwnFile,
    gate: Gate,
    last_id: u64,
    patience: Duration,
}

/// Runs a session; an error says what was wrong.
pub async fn run(setup: Setup, steps: &[Step], patience: Duration) -> Result<(), String> {
    super::panics::take();
    let mut session = Session::new(setup, patience);
    session.greet().await?;
    for step in steps {
        session.step(step).await?;
        session.take_all()?;
    }
    let orderly = session.leave().await?;
    match super::panics::take() {
        Some(panic) => Err(format!("a panic: {panic}")),
        None if !orderly => Err("the server did not take the end for one in order".to_owned()),
        None => Ok(()),
    }
}

impl Session {
    fn new(setup: Setup, patience: Duration) -> Self {
        let (engine, gate) = gated(script::anything(setup.seed));
        let loader: Loader = Arc::new(move |config| {
            anyhow::ensure!(config.model != "nowhere", "there is no such model");
            Ok(engine.clone())
        });
        let own = OwnFile::with(&json!({}));
        let base = own.under(|config| {
            config.inline.min_confidence = None;
            let (answer, refusal) = (Duration::from_secs(5), Duration::from_millis(300));
            config.timeouts = Timeouts { answer, report: Duration::from_millis(500), refusal };
        });
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (read, write) = tokio::io::split(theirs);
        let served = tokio::spawn(codegen_lsp::server::serve(read, write, base, loader));
        let (read, mut write) = tokio::io::split(ours);
        let (sender, incoming) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut read = BufReader::new(read);
            while let Some(message) = read_message(&mut read).await {
                let _ = sender.send(message);
            }
        });
        let (outgoing, mut queue) = mpsc::unbounded_channel::<Vec<u8>>();
        tokio::spawn(async move {
            while let Some(bytes) = queue.recv().await {
                if write.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        });
        Self {
            setup,
            outgoing,
            incoming,
            served,
            documents: Reference::new(setup.encoding),
            asked: HashMap::new(),
            unnamed: 0,
            chance: Chance::new(setup.seed ^ 0xc11e),
            settings: Maker::new(setup.seed ^ 0x5e77, setup.encoding),
            calm: false,
            done: HashSet::new(),
            begun: HashSet::new(),
            own,
            gate,
            last_id: 0,
            patience,
        }
    }

    async fn greet(&mut self) -> Result<(), String> {
        let key = self.ask("initialize", self.setup.initialize());
        self.until("the handshake", |session| session.is_answered(&key)).await?;
        self.send(&json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}), Form::Plain);
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Send(message, form) => self.send(message, *form),
            Step::Own(settings) => {
                self.own.write(settings);
                let params = json!({"settings": null});
                let message = json!({"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": params});
                self.send(&message, Form::Plain);
            }
            Step::Hold => self.gate.close(),
            Step::Permit(count) => self.gate.permit(*count),
            Step::Release => self.gate.open(),
            Step::Wait => self.compare().await?,
        }
        Ok(())
    }

    /// Sends a message, and notes what is to come of it.
    fn send(&mut self, message: &Value, form: Form) {
        match reference::answered(message, form) {
            Answered::Not => {}
            Answered::WithoutId => self.unnamed += 1,
            Answered::By(id) => {
                let asked = self.asked.entry(id.to_string()).or_default();
                asked.sent += 1;
                asked.method = message["method"].as_str().unwrap_or_default().to_owned();
                asked.invoked = message.pointer("/params/context/triggerKind").is_some_and(|kind| *kind == 1);
                let text = asked.method == "codegen/text" && message["jsonrpc"] == "2.0" && form == Form::Plain;
                let uri = message.pointer("/params/uri").filter(|uri| reference::number(uri).is_some());
                asked.expected = uri.filter(|_| text && asked.sent == 1).map(|uri| self.documents.answer(uri));
            }
        }
        if message["method"] == "$/cancelRequest"
            && let Some(asked) = self.asked.get_mut(&message["params"]["id"].to_string())
        {
            asked.cancelled = true;
        }
        self.documents.take(message, form);
        let body = reference::body(message, form);
        let _ = self.outgoing.send([format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes(), body].concat());
    }

    /// Sends a request of the test's own.
    fn ask(&mut self, method: &str, params: Value) -> String {
        self.last_id += 1;
        let id = json!(format!("test {}", self.last_id));
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}), Form::Plain);
        id.to_string()
    }

    fn is_answered(&self, key: &str) -> bool {
        self.asked.get(key).is_some_and(|asked| asked.answered == asked.sent)
    }

    /// Compares all documents.
    async fn compare(&mut self) -> Result<(), String> {
        let keys: Vec<_> =
            DOCUMENTS.iter().map(|spellings| self.ask("codegen/text", json!({"uri": spellings[0]}))).collect();
        self.until("the texts", |session| keys.iter().all(|key| session.is_answered(key))).await
    }

    /// Takes messages until `done`.
    async fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) -> Result<(), String> {
        let mut quiet = Duration::ZERO;
        while !done(self) {
            let pause = Duration::from_millis(100);
            match tokio::time::timeout(pause, self.incoming.recv()).await {
                Ok(Some(message)) => {
                    quiet = Duration::ZERO;
                    self.take(&message)?;
                }
                Ok(None) => return Err(format!("the server ended before {what}")),
                Err(_) => quiet += pause,
            }
            if let Some(panic) = super::panics::take() {
                return Err(format!("a panic: {panic}"));
            }
            if quiet > self.patience {
                let left: Vec<_> = self.asked.iter().filter(|(_, asked)| asked.answered < asked.sent).collect();
                return Err(format!("{what} did not come; unanswered: {left:?}, without an id: {}", self.unnamed));
            }
        }
        Ok(())
    }

    fn take_all(&mut self) -> Result<(), String> {
        while let Ok(message) = self.incoming.try_recv() {
            self.take(&message)?;
        }
        Ok(())
    }

    fn take(&mut self, message: &Value) -> Result<(), String> {
        match (message["method"].as_str(), message.get("id")) {
            (Some(method), Some(id)) => self.serve(method, id, &message["params"]),
            (Some(method), None) => self.told(method, &message["params"]),
            (None, Some(Value::Null)) => {
                self.unnamed = self.unnamed.checked_sub(1).ok_or_else(|| format!("an error for nothing: {message}"))?;
                Ok(())
            }
            (None, Some(id)) => self.answered(id, message).map_err(|problem| format!("{problem}: {message}")),
            (None, None) => Err(format!("no message: {message}")),
        }
    }

    fn answered(&mut self, id: &Value, message: &Value) -> Result<(), String> {
        let asked = self.asked.get_mut(&id.to_string()).ok_or("an answer to nothing")?;
        asked.answered += 1;
        if asked.answered > asked.sent {
            return Err(format!("answered {} times, sent {}", asked.answered, asked.sent));
        }
        if let Some(error) = message.get("error") {
            return match error["code"].as_i64() {
                Some(-32800) if asked.cancelled => Ok(()),
                Some(-32602..=-32600) if asked.expected.is_none() || asked.sent > 1 => Ok(()),
                _ => Err(format!("an error that is none of the client's, for {}", asked.method)),
            };
        }
        let result = &message["result"];
        if let Some(expected) = asked.expected.as_ref().filter(|_| asked.sent == 1) {
            return if result == expected { Ok(()) } else { Err(format!("the text should be {expected}")) };
        }
        asked.why = result.get("refusal").cloned();
        let item = asked.method == "textDocument/inlineCompletion" && asked.sent == 1 && !result.is_null();
        asked.shown = item.then(|| result["items"][0]["insertText"].clone());
        if item { check_items(result, if asked.invoked { SEVERAL } else { 1 }) } else { Ok(()) }
    }

    /// Takes a notification.
    fn told(&mut self, method: &str, params: &Value) -> Result<(), String> {
        match method {
            "window/logMessage" | "window/showMessage" | "$/progress" | "codegen/status" => Ok(()),
            "codegen/partial" => {
                let source = format!("{} {}", params["id"], params["candidate"]);
                if self.done.contains(&source) {
                    return Err(format!("a text of a generation that has ended: {params}"));
                }
                if params["done"] == true {
                    self.begun.remove(&source);
                    self.done.insert(source);
                } else {
                    self.begun.insert(source);
                }
                Ok(())
            }
            _ => Err(format!("{method} is no notification of the server's")),
        }
    }

    /// Answers a request of the server's.
    fn serve(&mut self, method: &str, id: &Value, params: &Value) -> Result<(), String> {
        let result = match method {
            "window/workDoneProgress/create" | "client/registerCapability" | "workspace/codeLens/refresh" => {
                Value::Null
            }
            "workspace/configuration" => {
                let items = params["items"].as_array().map_or(0, Vec::len);
                let settings = |session: &mut Self| if session.calm { json!({}) } else { session.settings.settings() };
                (0..items).map(|_| settings(self)).collect()
            }
            "workspace/applyEdit" => self.edit(params),
            _ => return Err(format!("{method} is no request of the server's")),
        };
        let answer = match self.chance.below(30) {
            _ if self.calm => json!({"result": result}),
            0 => json!({"error": {"code": -32603, "message": "the editor has failed"}}),
            1 => json!({"result": 3}),
            _ => json!({"result": result}),
        };
        let mut message = json!({"jsonrpc": "2.0", "id": id});
        message
            .as_object_mut()
            .into_iter()
            .for_each(|object| object.extend(answer.as_object().cloned().unwrap_or_default()));
        self.send(&message, Form::Plain);
        Ok(())
    }

    /// Applies an edit of the server's, and reports it; or not. Returns the answer.
    fn edit(&mut self, params: &Value) -> Value {
        let refused = json!({"applied": false, "failureReason": "no"});
        let decided = if self.calm { 9 } else { self.chance.below(10) };
        match (decided, self.applied(&params["edit"])) {
            (0, _) | (_, None) => refused,
            // It says so, and never reports it.
            (1, _) => json!({"applied": true}),
            // It reports it, and says that it has not.
            (2, Some(change)) => {
                self.send(&change, Form::Plain);
                refused
            }
            (_, Some(change)) => {
                self.send(&change, Form::Plain);
                json!({"applied": true})
            }
        }
    }

    /// The report of an edit, if it fits the document as the client has it.
    fn applied(&self, edit: &Value) -> Option<Value> {
        let (uri, edits, version) = match edit.get("documentChanges") {
            Some(changes) => {
                let document = &changes[0]["textDocument"];
                (document["uri"].as_str()?.to_owned(), changes[0]["edits"].clone(), document["version"].clone())
            }
            None => {
                let (uri, edits) = edit["changes"].as_object()?.iter().next()?;
                (uri.clone(), edits.clone(), Value::Null)
            }
        };
        let copy = self.documents.open.get(&reference::number(&json!(uri))?)?;
        let fits = version.is_null() || version == copy.version;
        let range: Range = serde_json::from_value(edits[0]["range"].clone()).ok()?;
        let there = |position: Position| copy.text.find(position, self.setup.encoding);
        let start = there(range.start)?;
        if !copy.synced || !fits || start > there(range.end)? {
            return None;
        }
        let next = copy.version.as_i64().map_or(Value::Null, |version| json!(version + 1));
        let changes = json!([{"range": range, "text": edits[0]["newText"]}]);
        let params = json!({"textDocument": {"uri": uri, "version": next}, "contentChanges": changes});
        Some(json!({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}))
    }

    /// Ends the session, and checks that nothing is left. Returns whether the server took the end for one in order.
    async fn leave(mut self) -> Result<bool, String> {
        if self.setup.in_peace {
            self.find_peace().await?;
        }
        self.gate.open();
        let key = self.ask("shutdown", Value::Null);
        self.until("the answer to shutdown", |session| session.is_answered(&key)).await?;
        let late = self.ask("textDocument/inlineCompletion", json!({}));
        self.until("every answer after shutdown", Self::is_quiet).await?;
        if !self.is_answered(&late) {
            return Err("a request after shutdown has no answer".to_owned());
        }
        self.send(&json!({"jsonrpc": "2.0", "method": "exit"}), Form::Plain);
        let Self { mut incoming, served, patience, .. } = self;
        let ended = tokio::time::timeout(patience, served).await.map_err(|_| "the server does not end")?;
        while let Some(message) = incoming.recv().await {
            if message.get("method").is_none() {
                return Err(format!("an answer after the last one: {message}"));
            }
        }
        ended.map_err(|error| format!("the server has failed: {error}"))
    }

    fn is_quiet(&self) -> bool {
        self.unnamed == 0 && self.asked.values().all(|asked| asked.answered == asked.sent)
    }

    /// Waits for every answer, and checks that documents are equal and the model is asked.
    async fn find_peace(&mut self) -> Result<(), String> {
        self.calm = true;
        self.step(&Step::Own(json!({}))).await?;
        let settings = json!({"settings": {"codegen": {}}});
        let message = json!({"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": settings});
        self.send(&message, Form::Plain);
        self.gate.open();
        self.until("every answer", Self::is_quiet).await?;
        self.compare().await?;
        self.until("the end of every generation", |session| session.begun.is_empty()).await?;
        let uri = DOCUMENTS[0][0];
        let text = format!("x = 0{}", script::KNOWN.0);
        let document = json!({"uri": uri, "languageId": "python", "version": 1, "text": text});
        let open = json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": document}});
        self.send(&open, Form::Plain);
        // The settings that were sent last are read beside other work: until they hold, the answer may be nothing.
        let start = Instant::now();
        loop {
            let shown = self.suggestion(uri).await?;
            if shown.as_ref().is_some_and(|shown| *shown == script::KNOWN.1.trim_end()) {
                return Ok(());
            }
            let why = self.why(uri).await?;
            if shown.is_some() || start.elapsed() > self.patience {
                return Err(format!("the model is not asked at the end, but answers {shown:?}, because of {why:?}"));
            }
        }
    }

    /// Asks for a suggestion at the end of the text that the model knows.
    async fn suggestion(&mut self, uri: &str) -> Result<Option<Value>, String> {
        let params = json!({"textDocument": {"uri": uri}, "position": {"line": 1, "character": 8},
            "context": {"triggerKind": 2}});
        let key = self.ask("textDocument/inlineCompletion", params);
        self.until("a suggestion", |session| session.is_answered(&key)).await?;
        Ok(self.asked.get(&key).and_then(|asked| asked.shown.clone()))
    }

    /// Asks why there was none.
    async fn why(&mut self, uri: &str) -> Result<Option<Value>, String> {
        let arguments = json!([{"uri": uri, "position": {"line": 1, "character": 8}}]);
        let key = self.ask("workspace/executeCommand", json!({"command": "codegen.why", "arguments": arguments}));
        self.until("the reason", |session| session.is_answered(&key)).await?;
        Ok(self.asked.get(&key).and_then(|asked| asked.why.clone()))
    }
}

/// Checks that an answer is at most `most` suggestions, which differ, each on one line.
fn check_items(result: &Value, most: usize) -> Result<(), String> {
    let items = result["items"].as_array().map_or(&[][..], Vec::as_slice);
    let texts: HashSet<_> = items.iter().filter_map(|item| item["insertText"].as_str()).collect();
    if !(1..=most).contains(&items.len()) || texts.len() < items.len() {
        return Err(format!("{} suggestions, {} texts, where {most} may be shown", items.len(), texts.len()));
    }
    let fits = items.iter().all(|item| {
        let range = &item["range"];
        range["start"]["line"].is_u64()
            && range["start"]["line"] == range["end"]["line"]
            && range["start"]["character"].as_u64() <= range["end"]["character"].as_u64()
    });
    if fits && !texts.contains("") { Ok(()) } else { Err("no suggestion that a client can show".to_owned()) }
}

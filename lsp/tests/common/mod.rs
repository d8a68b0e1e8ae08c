//! A client for the tests: speaks JSON-RPC with a server in this process or in another one.
#![allow(dead_code)]

mod commands;
mod own_file;

pub use own_file::{OwnFile, settings_changed};

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::{Gate, Script};
use codegen_lsp::config::Config;
use codegen_lsp::config::layers::Base;
use codegen_lsp::server::session::Loader;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

#[allow(unused_imports, reason = "not every test binary edits")]
pub use commands::only_edit;

/// Guards against hangs only; no test measures it. A machine that does much else besides is slow, and nothing hangs there.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// Waits for a future that must complete.
#[track_caller]
pub fn soon<F: Future>(what: &'static str, future: F) -> impl Future<Output = F::Output> {
    let place = std::panic::Location::caller();
    async move {
        match tokio::time::timeout(PATIENCE, future).await {
            Ok(output) => output,
            Err(_) => panic!("{what} did not come ({place})"),
        }
    }
}

/// A message that the server sent unasked.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    pub id: Option<Value>,
    pub method: String,
    pub params: Value,
}

type Answers = Arc<Mutex<HashMap<u64, Option<oneshot::Sender<Result<Value, Value>>>>>>;

pub struct Client {
    outgoing: mpsc::UnboundedSender<Vec<u8>>,
    answers: Answers,
    incoming: mpsc::UnboundedReceiver<Incoming>,
    /// Messages that have arrived and were not taken yet.
    set_aside: Vec<Incoming>,
    last_id: u64,
    writer: JoinHandle<()>,
    reader: JoinHandle<()>,
    served: Option<JoinHandle<bool>>,
    version: i32,
    /// The version of each document, as an editor counts it.
    versions: HashMap<String, i32>,
}

/// A request that has been sent.
pub struct Asked {
    pub id: u64,
    answer: oneshot::Receiver<Result<Value, Value>>,
}

impl Asked {
    /// Waits for the result or the error.
    #[track_caller]
    pub fn answer(self) -> impl Future<Output = Result<Value, Value>> {
        let wait = soon("an answer", self.answer);
        async move { wait.await.expect("the server must answer, not hang up") }
    }

    #[track_caller]
    pub fn result(self) -> impl Future<Output = Value> {
        let place = std::panic::Location::caller();
        let answer = self.answer();
        async move {
            match answer.await {
                Ok(value) => value,
                Err(error) => panic!("an error came: {error} ({place})"),
            }
        }
    }

    #[track_caller]
    pub fn error(self) -> impl Future<Output = Value> {
        let place = std::panic::Location::caller();
        let answer = self.answer();
        async move {
            match answer.await {
                Err(error) => error,
                Ok(value) => panic!("a result came instead of an error: {value} ({place})"),
            }
        }
    }
}

impl Client {
    /// A client of a server in this process, whose engines come from `loader`.
    pub fn with_loader(loader: Loader, base: impl Into<Base>) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (read, write) = tokio::io::split(theirs);
        let served = tokio::spawn(codegen_lsp::server::serve(read, write, base.into(), loader));
        let (read, write) = tokio::io::split(ours);
        let mut client = Self::over(read, write);
        client.served = Some(served);
        client
    }

    /// A client of a server in this process that shows whatever the engine says, however improbable it is, when all of it is
    /// there, and asks the engine for nothing that it was not asked for.
    pub fn with_engine(engine: &Engine) -> Self {
        Self::with_config(engine, |_| ())
    }

    /// The same with other options.
    pub fn with_config(engine: &Engine, change: impl FnOnce(&mut Config)) -> Self {
        let engine = engine.clone();
        let mut config = Config::default();
        config.inline.min_confidence = None;
        config.inline.prepare_next = false;
        config.inline.patience_ms = 60_000;
        change(&mut config);
        Self::with_loader(Arc::new(move |_| Ok(engine.clone())), config)
    }

    pub fn over(
        read: impl AsyncRead + Unpin + Send + 'static,
        write: impl AsyncWrite + Unpin + Send + 'static,
    ) -> Self {
        // Room for all requests of a test: `wire/memory.rs` counts the growth of the heap, and this is not the
        // server's.
        let answers: Answers = Arc::new(Mutex::new(HashMap::with_capacity(4096)));
        let (incoming_sender, incoming) = mpsc::unbounded_channel();
        let (outgoing, outgoing_queue) = mpsc::unbounded_channel();
        let reader = tokio::spawn(read_all(read, Arc::clone(&answers), incoming_sender));
        let writer = tokio::spawn(write_all(write, outgoing_queue));
        let set_aside = Vec::new();
        Self {
            outgoing,
            answers,
            incoming,
            set_aside,
            last_id: 0,
            writer,
            reader,
            served: None,
            version: 0,
            versions: HashMap::new(),
        }
    }

    pub fn send(&self, message: &Value) {
        self.send_raw(message.to_string().as_bytes());
    }

    /// Sends bytes unchanged, without a header.
    pub fn send_bytes(&self, bytes: &[u8]) {
        let _ = self.outgoing.send(bytes.to_vec());
    }

    pub fn send_raw(&self, body: &[u8]) {
        let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        bytes.extend_from_slice(body);
        let _ = self.outgoing.send(bytes);
    }

    pub fn request(&mut self, method: &str, params: Value) -> Asked {
        self.last_id += 1;
        let id = self.last_id;
        let (sender, answer) = oneshot::channel();
        self.answers.lock().unwrap().insert(id, Some(sender));
        let mut message = json!({"jsonrpc": "2.0", "id": id, "method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        Asked { id, answer }
    }

    pub fn notify(&self, method: &str, params: Value) {
        let mut message = json!({"jsonrpc": "2.0", "method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
    }

    /// Answers a request of the server.
    pub fn reply(&self, request: &Incoming, result: Value) {
        self.send(&json!({"jsonrpc": "2.0", "id": request.id, "result": result}));
    }

    /// Waits for the next message of this method from the server; others are kept for later.
    #[track_caller]
    pub fn next(&mut self, method: &'static str) -> impl Future<Output = Incoming> {
        let place = std::panic::Location::caller();
        async move {
            if let Some(index) = self.set_aside.iter().position(|incoming| incoming.method == method) {
                return self.set_aside.remove(index);
            }
            loop {
                let incoming = tokio::time::timeout(PATIENCE, self.incoming.recv()).await;
                match incoming {
                    Ok(Some(incoming)) if incoming.method == method => return incoming,
                    Ok(Some(incoming)) => self.set_aside.push(incoming),
                    Ok(None) => panic!("the server ended without {method} ({place})"),
                    Err(_) => panic!("no {method} came ({place})"),
                }
            }
        }
    }

    /// Takes all messages of this method that have arrived by now.
    pub fn arrived(&mut self, method: &str) -> Vec<Incoming> {
        while let Ok(incoming) = self.incoming.try_recv() {
            self.set_aside.push(incoming);
        }
        let (found, rest) = std::mem::take(&mut self.set_aside).into_iter().partition(|i| i.method == method);
        self.set_aside = rest;
        found
    }

    /// The messages of this method that came before the one that was taken last.
    pub fn before(&self, method: &str) -> Vec<&Incoming> {
        self.set_aside.iter().filter(|incoming| incoming.method == method).collect()
    }

    /// Waits for the next message to the user, and returns its text.
    pub async fn message(&mut self) -> String {
        self.next("window/showMessage").await.params["message"].as_str().unwrap().to_owned()
    }

    pub async fn initialize(&mut self, params: Value) -> Value {
        let result = self.request("initialize", params).result().await;
        self.notify("initialized", json!({}));
        result
    }

    /// Does the handshake of a client that supports everything but configuration.
    pub async fn hello(&mut self) -> Value {
        self.initialize(able()).await
    }

    pub fn open(&mut self, uri: &str, text: &str) {
        self.open_as(uri, "python", text);
    }

    /// Opens a document of any language.
    pub fn open_as(&mut self, uri: &str, language: &str, text: &str) {
        self.version += 1;
        self.versions.insert(uri.to_owned(), self.version);
        let document = json!({"uri": uri, "languageId": language, "version": self.version, "text": text});
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub fn close(&self, uri: &str) {
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }

    /// Sends one change: from line and character to line and character.
    pub fn change(&mut self, uri: &str, range: [u32; 4], text: &str) {
        let [l1, c1, l2, c2] = range;
        let range = json!({"start": {"line": l1, "character": c1}, "end": {"line": l2, "character": c2}});
        self.changes(uri, json!([{"range": range, "text": text}]));
    }

    pub fn changes(&mut self, uri: &str, changes: Value) {
        self.version += 1;
        self.versions.insert(uri.to_owned(), self.version);
        let document = json!({"uri": uri, "version": self.version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    pub fn version(&self) -> i32 {
        self.version
    }

    pub fn complete(&mut self, uri: &str, line: u32, character: u32) -> Asked {
        let params = json!({
            "textDocument": {"uri": uri}, "position": {"line": line, "character": character},
            "context": {"triggerKind": 2},
        });
        self.request("textDocument/inlineCompletion", params)
    }

    /// A request that the user makes by hand.
    pub fn invoke(&mut self, uri: &str, line: u32, character: u32) -> Asked {
        let params = json!({
            "textDocument": {"uri": uri}, "position": {"line": line, "character": character},
            "context": {"triggerKind": 1},
        });
        self.request("textDocument/inlineCompletion", params)
    }

    pub fn synthesize(&mut self, uri: &str, line: u32) -> Asked {
        let argument = json!({"uri": uri, "position": {"line": line, "character": 0}});
        self.request("workspace/executeCommand", json!({"command": "codegen.synthesize", "arguments": [argument]}))
    }

    pub async fn text(&mut self, uri: &str) -> Value {
        self.request("codegen/text", json!({ "uri": uri })).result().await
    }

    /// Waits until the server has handled everything sent so far.
    pub async fn settle(&mut self) {
        self.text("file:///nowhere").await;
    }

    pub fn cancel(&self, id: u64) {
        self.notify("$/cancelRequest", json!({ "id": id }));
    }

    /// The number of requests without an answer.
    pub fn unanswered(&self) -> usize {
        self.answers.lock().unwrap().values().filter(|answer| answer.is_some()).count()
    }

    /// Leaves in order; returns whether the server took that for order.
    pub async fn leave(mut self) -> bool {
        self.request("shutdown", Value::Null).result().await;
        self.notify("exit", Value::Null);
        let served = self.served.take().unwrap();
        soon("the server's end", served).await.unwrap()
    }

    /// Waits until the server ends by itself; returns whether the server took that for order.
    pub async fn ended(mut self) -> bool {
        let served = self.served.take().unwrap();
        soon("the server's end", served).await.unwrap()
    }

    /// Closes the connection without a message; returns whether the server took that for order.
    pub async fn hang_up(mut self) -> bool {
        let Self { outgoing, served, .. } = &mut self;
        let served = served.take().unwrap();
        let (nobody, _) = mpsc::unbounded_channel();
        *outgoing = nobody;
        soon("the server's end", served).await.unwrap()
    }
}

/// A model whose most likely text is `a = 1` under every prompt; when sampled, it writes `a`, `b`, `c` or `d` with
/// equal probability.
pub fn hesitant() -> Script {
    Script::weighing(|tokens| {
        let text: Vec<u8> = tokens.iter().filter_map(|&token| u8::try_from(token).ok()).collect();
        let mut lines = text.rsplit(|&byte| byte == b'\n');
        let (line, above) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        match line {
            [] if above.starts_with(b"#") => (0..4).map(|n| (i32::from(b'a') + n, 10.0 - n as f32 / 1e3)).collect(),
            [] => vec![(codegen_engine::runtime::backend::scripted::END_OF_TEXT, 20.0)],
            [_, rest @ ..] => {
                let next = b" = 1\n".get(rest.len()).copied().unwrap_or(b'\n');
                vec![(i32::from(next), 20.0)]
            }
        }
    })
}

/// The `initialize` parameters of a client that supports everything but configuration, with these options.
pub fn able_with(options: Value) -> Value {
    let mut params = able();
    params["initializationOptions"] = options;
    params
}

/// The capabilities of a client that supports everything but configuration.
pub fn able() -> Value {
    json!({"processId": null, "capabilities": {
        "general": {"positionEncodings": ["utf-16"]},
        "window": {"workDoneProgress": true},
        "workspace": {"applyEdit": true, "workspaceEdit": {"documentChanges": true}},
    }})
}

/// The single item of an answer: its text and its range on the line.
#[track_caller]
pub fn item(answer: &Value) -> (String, [u64; 2]) {
    let items = answer["items"].as_array().unwrap_or_else(|| panic!("no items: {answer}"));
    assert_eq!(items.len(), 1, "{answer}");
    let range = &items[0]["range"];
    assert_eq!(range["start"]["line"], range["end"]["line"], "{answer}");
    let character = |end: &str| range[end]["character"].as_u64().unwrap();
    assert_eq!(items[0]["command"]["command"], "codegen.accepted");
    (items[0]["insertText"].as_str().unwrap().to_owned(), [character("start"), character("end")])
}

/// A scripted engine with a gate.
pub fn gated(mut script: Script) -> (Engine, Gate) {
    let gate = Gate::new();
    script.gate = Some(gate.clone());
    (script.engine(), gate)
}

/// Waits until the engine stands at the gate.
pub async fn blocked(gate: &Gate) {
    let gate = gate.clone();
    soon("the engine at the gate", tokio::task::spawn_blocking(move || gate.wait_blocked())).await.unwrap();
}

/// Waits until the engine has handled all requests before; costs one batch and one token.
pub async fn idle(engine: &Engine) {
    let request = codegen_core::Request::new(codegen_core::Prompt::Text("\u{1}".to_owned()), 1);
    soon("the engine's idleness", engine.submit(request).finish()).await.unwrap();
}

async fn write_all(mut write: impl AsyncWrite + Unpin, mut queue: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(bytes) = queue.recv().await {
        if write.write_all(&bytes).await.is_err() {
            return;
        }
    }
    let _ = write.shutdown().await;
}

async fn read_all(read: impl AsyncRead + Unpin, answers: Answers, incoming: mpsc::UnboundedSender<Incoming>) {
    let mut read = BufReader::new(read);
    while let Some(message) = read_message(&mut read).await {
        if let Some(method) = message["method"].as_str() {
            let id = message.get("id").cloned();
            let _ = incoming.send(Incoming { id, method: method.to_owned(), params: message["params"].clone() });
        } else if let Some(id) = message["id"].as_u64() {
            let answer = match message.get("error") {
                Some(error) => Err(error.clone()),
                None => Ok(message["result"].clone()),
            };
            let waiting = answers.lock().unwrap().get_mut(&id).map(Option::take);
            match waiting {
                Some(Some(sender)) => drop(sender.send(answer)),
                Some(None) => panic!("request {id} was answered twice: {message}"),
                None => panic!("an answer to nothing: {message}"),
            }
        } else {
            let params = message.clone();
            let _ = incoming.send(Incoming { id: None, method: "error without a request".to_owned(), params });
        }
    }
}

/// Reads a message; `None` at the end.
pub async fn read_message(read: &mut (impl AsyncBufReadExt + Unpin)) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if read.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = Some(value.parse::<usize>().unwrap());
        }
    }
    let mut body = vec![0; length.expect("a length")];
    read.read_exact(&mut body).await.ok()?;
    Some(serde_json::from_slice(&body).expect("JSON"))
}

impl Client {
    /// Accepts the server's progress token, and returns it.
    pub async fn accept_progress(&mut self) -> Value {
        let request = self.next("window/workDoneProgress/create").await;
        self.reply(&request, Value::Null);
        request.params["token"].clone()
    }
}

impl Client {
    /// Closes the server's input.
    pub fn drop_output(&mut self) {
        self.outgoing = mpsc::unbounded_channel().0;
    }
}

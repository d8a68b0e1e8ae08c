//! An editor's side of the protocol, as far as suggestions need it.

mod connection;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

use self::connection::Connection;
use self::text::{difference, offset, position};
use super::settings::{Setting, nested};

/// A suggestion as the server answers, in bytes of the whole buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Suggestion {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

/// The answer to one request.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Answer {
    pub suggestion: Option<Suggestion>,
    /// The command that tells the server of an acceptance.
    pub command: Option<Value>,
    /// The time from the key to the answer's arrival.
    pub time: Duration,
}

impl Answer {
    /// What the server says of the suggestion besides its number.
    pub fn why(&self) -> Option<&Value> {
        self.command.as_ref()?["arguments"].get(1).filter(|why| why.is_object())
    }
}

/// A document that is open.
struct Document {
    version: u64,
    text: String,
}

/// A request for a suggestion that has not been answered.
#[derive(Clone, Copy)]
struct Asked {
    id: u64,
    cursor: usize,
    sent: Instant,
}

/// A server, and the documents that are typed.
pub(super) struct Client {
    connection: Connection,
    last_id: u64,
    open: BTreeMap<String, Document>,
    /// The document in which is typed.
    current: String,
    asked: Option<Asked>,
    /// The requests that are answered to nobody any more.
    dropped: BTreeSet<u64>,
    answers: BTreeMap<u64, (Instant, Value)>,
    /// How many suggestions arrived for requests that had been cancelled.
    pub crossed: usize,
    /// The last error that the server has shown.
    pub complaint: Option<String>,
}

/// The codes of answers that say that a request was dropped: by the client's wish, the text's change, or the server.
const DROPPED: [i64; 3] = [-32800, -32801, -32802];

impl Client {
    /// Starts a server with settings, each with its dotted name.
    pub fn start(program: &Path, settings: &[Setting]) -> anyhow::Result<Self> {
        let mut client = Self {
            connection: Connection::start(program)?,
            last_id: 0,
            open: BTreeMap::new(),
            current: String::new(),
            asked: None,
            dropped: BTreeSet::new(),
            answers: BTreeMap::new(),
            crossed: 0,
            complaint: None,
        };
        client.request(
            "initialize",
            &json!({
                "processId": std::process::id(), "rootUri": null, "initializationOptions": nested(settings),
                "capabilities": {"textDocument": {"inlineCompletion": {"dynamicRegistration": false}}},
            }),
        )?;
        client.notify("initialized", &json!({}))?;
        Ok(client)
    }

    /// Opens a document beside the others, and goes to it.
    pub fn open(&mut self, name: &str, text: &str) -> anyhow::Result<()> {
        let document = json!({"uri": uri(name), "languageId": "python", "version": 1, "text": text});
        self.notify("textDocument/didOpen", &json!({"textDocument": document}))?;
        self.open.insert(name.to_owned(), Document { version: 1, text: text.to_owned() });
        self.show(name)
    }

    /// Goes to an open document; what was asked for in another one is cancelled.
    pub fn show(&mut self, name: &str) -> anyhow::Result<()> {
        let cancel: Vec<Value> = self.cancel().into_iter().collect();
        self.connection.send(&cancel)?;
        name.clone_into(&mut self.current);
        Ok(())
    }

    /// Closes all documents.
    pub fn close_all(&mut self) -> anyhow::Result<()> {
        let mut messages: Vec<Value> = self.cancel().into_iter().collect();
        for name in std::mem::take(&mut self.open).into_keys() {
            messages.push(notification("textDocument/didClose", &json!({"textDocument": {"uri": uri(&name)}})));
        }
        self.connection.send(&messages)?;
        Ok(())
    }

    /// Brings the document to `text` with one edit, asks for a suggestion at `cursor`, and waits for it.
    pub fn ask(&mut self, text: &str, cursor: usize) -> anyhow::Result<Answer> {
        self.begin(text, cursor)?;
        self.wait(None)?.context("nothing was asked for")
    }

    /// Brings the document to `text` with one edit, and asks for a suggestion at `cursor`; a request that is not answered yet
    /// is cancelled.
    pub fn begin(&mut self, text: &str, cursor: usize) -> anyhow::Result<()> {
        let mut messages: Vec<Value> = self.cancel().into_iter().collect();
        let uri = uri(&self.current);
        let document = self.open.get_mut(&self.current).context("no document is open")?;
        if let Some((start, end, new)) = difference(&document.text, text) {
            document.version += 1;
            let range = json!({"start": position(&document.text, start), "end": position(&document.text, end)});
            let change = json!({
                "textDocument": {"uri": uri, "version": document.version},
                "contentChanges": [{"range": range, "text": new}],
            });
            messages.push(notification("textDocument/didChange", &change));
            text.clone_into(&mut document.text);
        }
        self.last_id += 1;
        let id = self.last_id;
        let params =
            json!({"textDocument": {"uri": uri}, "position": position(text, cursor), "context": {"triggerKind": 2}});
        messages.push(json!({
            "jsonrpc": "2.0", "id": id, "method": "textDocument/inlineCompletion", "params": params,
        }));
        let sent = self.connection.send(&messages)?;
        self.asked = Some(Asked { id, cursor, sent });
        Ok(())
    }

    /// The answer to what was asked for last; none if that has not arrived by `until`, or nothing is asked for.
    pub fn wait(&mut self, until: Option<Instant>) -> anyhow::Result<Option<Answer>> {
        let Some(Asked { id, cursor, sent }) = self.asked else { return Ok(None) };
        let Some((arrival, message)) = self.answer(id, until)? else { return Ok(None) };
        self.asked = None;
        let time = arrival.saturating_duration_since(sent);
        if let Some(error) = message.get("error") {
            let dropped = error["code"].as_i64().is_some_and(|code| DROPPED.contains(&code));
            anyhow::ensure!(dropped, "the server answers a request for a suggestion with {error}");
            return Ok(Some(Answer { time, ..Answer::default() }));
        }
        let text = self.open.get(&self.current).map_or("", |document| &document.text);
        Ok(Some(answer(&message["result"], text, cursor, time)))
    }

    /// Tells the server that a suggestion was accepted.
    pub fn accepted(&mut self, answer: &Answer) -> anyhow::Result<()> {
        let Some(command) = &answer.command else { return Ok(()) };
        let params = json!({"command": command["command"], "arguments": command["arguments"]});
        self.request("workspace/executeCommand", &params).map(|_| ())
    }

    /// Calls a method that a server may not have.
    pub fn call(&mut self, method: &str, params: &Value) -> anyhow::Result<Result<Value, Value>> {
        self.last_id += 1;
        let id = self.last_id;
        self.connection.send(&[json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})])?;
        let (_, message) = self.answer(id, None)?.context("the server has ended")?;
        Ok(message.get("error").map_or_else(|| Ok(message["result"].clone()), |error| Err(error.clone())))
    }

    fn request(&mut self, method: &str, params: &Value) -> anyhow::Result<Value> {
        self.call(method, params)?.map_err(|error| anyhow::anyhow!("the server answers {method} with {error}"))
    }

    fn notify(&mut self, method: &str, params: &Value) -> anyhow::Result<()> {
        self.connection.send(&[notification(method, params)])?;
        Ok(())
    }

    /// Forgets what is asked for; returns the message that cancels it.
    fn cancel(&mut self) -> Option<Value> {
        let Asked { id, .. } = self.asked.take()?;
        // It may have arrived already: then nothing is left to be cancelled.
        if self.answers.remove(&id).is_some() {
            return None;
        }
        self.dropped.insert(id);
        Some(notification("$/cancelRequest", &json!({"id": id})))
    }

    /// The answer to a request, once it is there; none if that has not arrived by `until`.
    fn answer(&mut self, id: u64, until: Option<Instant>) -> anyhow::Result<Option<(Instant, Value)>> {
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                return Ok(Some(answer));
            }
            let Some((arrival, message)) = self.connection.receive(until)? else { return Ok(None) };
            self.take(arrival, message)?;
        }
    }

    /// Takes in a message: answers a request of the server's, and keeps an answer for who waits for it.
    fn take(&mut self, arrival: Instant, message: Value) -> anyhow::Result<()> {
        match (message["method"].as_str(), message.get("id")) {
            (Some(asked), Some(theirs)) => {
                let items = message["params"]["items"].as_array().map_or(0, Vec::len);
                let result =
                    if asked == "workspace/configuration" { json!(vec![Value::Null; items]) } else { Value::Null };
                self.connection.send(&[json!({"jsonrpc": "2.0", "id": theirs, "result": result})])?;
            }
            (Some("window/showMessage"), None) if message["params"]["type"] == 1 => {
                self.complaint = message["params"]["message"].as_str().map(str::to_owned);
            }
            (None, Some(answered)) => {
                let Some(id) = answered.as_u64() else { return Ok(()) };
                if self.dropped.remove(&id) {
                    self.crossed += usize::from(first_item(&message["result"]).is_some());
                } else {
                    self.answers.insert(id, (arrival, message));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn uri(name: &str) -> String {
    format!("file:///typing/{name}")
}

fn notification(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

fn first_item(result: &Value) -> Option<&Value> {
    result.get("items").unwrap_or(result).get(0)
}

fn answer(result: &Value, text: &str, cursor: usize, time: Duration) -> Answer {
    let Some(item) = first_item(result) else { return Answer { time, ..Answer::default() } };
    let inserted = item["insertText"].as_str().or_else(|| item["insertText"]["value"].as_str()).unwrap_or_default();
    let range = &item["range"];
    let (start, end) =
        if range.is_object() { (offset(text, &range["start"]), offset(text, &range["end"])) } else { (cursor, cursor) };
    let suggestion = Some(Suggestion { start, end, text: inserted.to_owned() });
    Answer { suggestion, command: Some(item["command"].clone()).filter(Value::is_object), time }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_every_form_are_read() {
        let time = Duration::from_millis(3);
        let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}});
        let item = json!({"insertText": "ab", "range": range, "command": {"command": "c", "arguments": [1, {"a": 2}]}});
        for result in [json!([item]), json!({"items": [item]})] {
            let read = answer(&result, "a", 1, time);
            assert_eq!(read.suggestion, Some(Suggestion { start: 0, end: 1, text: "ab".to_owned() }));
            assert_eq!((read.why(), read.time), (Some(&json!({"a": 2})), time));
        }
        let plain = answer(&json!([{"insertText": {"value": "b"}}]), "a", 1, time);
        assert_eq!(plain.suggestion, Some(Suggestion { start: 1, end: 1, text: "b".to_owned() }));
        for nothing in [Value::Null, json!([]), json!({"items": []})] {
            assert_eq!(answer(&nothing, "a", 1, time), Answer { time, ..Answer::default() });
        }
    }
}

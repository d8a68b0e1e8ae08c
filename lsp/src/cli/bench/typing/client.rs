//! An editor's side of the protocol, as far as suggestions need it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Map, Value, json};

use super::verdict::Suggestion;
use crate::statistics::store;

/// The answer to one request.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Answer {
    pub suggestion: Option<Suggestion>,
    /// What the server says of the suggestion besides its number.
    pub why: Option<Value>,
    pub time: Duration,
}

/// A server, and the document that is typed.
pub(super) struct Client {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last_id: u64,
    version: u64,
    uri: String,
    text: String,
}

impl Client {
    /// Starts a server with settings, each with its dotted name.
    pub fn start(program: &Path, settings: &[(String, Value)]) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        // The user's own settings take no part.
        command.env("CODEGEN_LSP_CONFIG", std::env::temp_dir().join("codegen-lsp-bench-typing-none.json"));
        // Nor do the user's statistics.
        command.env(store::VARIABLE, store::OFF);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().with_context(|| format!("cannot run {}", program.display()))?;
        let (input, output) = process.stdin.take().zip(process.stdout.take()).context("the server has no pipes")?;
        let output = BufReader::new(output);
        let mut client =
            Self { process, input, output, last_id: 0, version: 0, uri: String::new(), text: String::new() };
        client.request(
            "initialize",
            &json!({
                "processId": std::process::id(), "rootUri": null, "initializationOptions": nested(settings),
                "capabilities": {"textDocument": {"inlineCompletion": {"dynamicRegistration": false}}},
            }),
        )?;
        client.send(&json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}))?;
        Ok(client)
    }

    /// Opens a new document, and closes the one before.
    pub fn open(&mut self, name: &str, text: &str) -> anyhow::Result<()> {
        if !self.uri.is_empty() {
            self.notify("textDocument/didClose", &json!({"textDocument": {"uri": self.uri}}))?;
        }
        self.uri = format!("file:///typing/{name}");
        self.version += 1;
        text.clone_into(&mut self.text);
        let document = json!({"uri": self.uri, "languageId": "python", "version": self.version, "text": text});
        self.notify("textDocument/didOpen", &json!({"textDocument": document}))
    }

    /// Brings the document to `text` with one edit, asks for a suggestion at `cursor`, and waits for it.
    pub fn ask(&mut self, text: &str, cursor: usize) -> anyhow::Result<Answer> {
        if let Some((start, end, new)) = difference(&self.text, text) {
            self.version += 1;
            let range = json!({"start": position(&self.text, start), "end": position(&self.text, end)});
            let change = json!({
                "textDocument": {"uri": self.uri, "version": self.version},
                "contentChanges": [{"range": range, "text": new}],
            });
            self.notify("textDocument/didChange", &change)?;
            text.clone_into(&mut self.text);
        }
        let asked = json!({
            "textDocument": {"uri": self.uri}, "position": position(text, cursor), "context": {"triggerKind": 2},
        });
        let begin = Instant::now();
        let result = self.request("textDocument/inlineCompletion", &asked)?;
        let time = begin.elapsed();
        let items = result.get("items").unwrap_or(&result);
        let Some(item) = items.get(0) else { return Ok(Answer { time, ..Answer::default() }) };
        let inserted = item["insertText"].as_str().or_else(|| item["insertText"]["value"].as_str()).unwrap_or_default();
        let range = &item["range"];
        let (start, end) = if range.is_object() {
            (offset(text, &range["start"]), offset(text, &range["end"]))
        } else {
            (cursor, cursor)
        };
        let why = item["command"]["arguments"].get(1).filter(|why| why.is_object()).cloned();
        let suggestion = Some(Suggestion { start, end, text: inserted.to_owned() });
        Ok(Answer { suggestion, why, time })
    }

    fn notify(&mut self, method: &str, params: &Value) -> anyhow::Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    fn request(&mut self, method: &str, params: &Value) -> anyhow::Result<Value> {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        loop {
            let message = self.receive()?;
            match (message.get("method"), message.get("id")) {
                (Some(asked), Some(theirs)) => {
                    let items = message["params"]["items"].as_array().map_or(0, Vec::len);
                    let result =
                        if asked == "workspace/configuration" { json!(vec![Value::Null; items]) } else { Value::Null };
                    let answer = json!({"jsonrpc": "2.0", "id": theirs, "result": result});
                    self.send(&answer)?;
                }
                (None, Some(answered)) if answered.as_u64() == Some(id) => {
                    if let Some(error) = message.get("error") {
                        anyhow::bail!("the server answers {method} with {error}");
                    }
                    return Ok(message["result"].clone());
                }
                _ => {}
            }
        }
    }

    fn send(&mut self, message: &Value) -> anyhow::Result<()> {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).context("the server has ended")?;
        self.input.flush().context("the server has ended")
    }

    fn receive(&mut self) -> anyhow::Result<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            anyhow::ensure!(self.output.read_line(&mut line)? > 0, "the server has ended");
            if let Some(value) = line.strip_prefix("Content-Length:") {
                length = value.trim().parse().context("the server sends a bad header")?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).context("the server has ended")?;
        serde_json::from_slice(&body).context("the server sends bad JSON")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Settings with dotted names as an object of objects.
fn nested(settings: &[(String, Value)]) -> Value {
    let mut all = Map::new();
    for (name, value) in settings {
        let mut section = &mut all;
        let mut parts = name.split('.').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                section.insert(part.to_owned(), value.clone());
                break;
            }
            let inner = section.entry(part).or_insert_with(|| json!({}));
            let Value::Object(inner) = inner else { break };
            section = inner;
        }
    }
    Value::Object(all)
}

/// The one edit between two texts: the bytes of the old one that are replaced, and by what.
fn difference<'n>(old: &str, new: &'n str) -> Option<(usize, usize, &'n str)> {
    if old == new {
        return None;
    }
    let same = |(a, b): &(char, char)| a == b;
    let start: usize = old.chars().zip(new.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let tail: usize =
        old_rest.chars().rev().zip(new_rest.chars().rev()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    Some((start, old.len() - tail, &new_rest[..new_rest.len() - tail]))
}

/// A position as the protocol has it without negotiation, in UTF-16 code units.
fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({"line": before.matches('\n').count(), "character": before[start..].encode_utf16().count()})
}

fn offset(text: &str, position: &Value) -> usize {
    let number = |name: &str| position[name].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
    let mut left = number("character");
    let mut end = start;
    for c in text[start..].chars() {
        if left < c.len_utf16() || c == '\n' {
            break;
        }
        left -= c.len_utf16();
        end += c.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_leads_from_a_text_to_the_next() {
        for (old, new, edit) in [
            ("abc", "abxc", Some((2, 2, "x"))),
            ("f(|)", "f(a|)", Some((2, 2, "a"))),
            ("aa", "a", Some((1, 2, ""))),
            ("aé", "aè", Some((1, 3, "è"))),
            ("a", "a", None),
        ] {
            assert_eq!(difference(old, new), edit, "{old} {new}");
        }
    }

    #[test]
    fn positions_there_and_back() {
        let text = "a\né𝒳b\n";
        for at in [0, 1, 2, 4, 8, 9, 10] {
            assert_eq!(offset(text, &position(text, at)), at);
        }
        assert_eq!(position(text, 8), json!({"line": 1, "character": 3}));
    }

    #[test]
    fn settings_are_nested() {
        let settings = [("a.b".to_owned(), json!(1)), ("a.c".to_owned(), json!("x"))];
        assert_eq!(nested(&settings), json!({"a": {"b": 1, "c": "x"}}));
    }
}

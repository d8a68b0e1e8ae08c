//! The client's own spellings of URIs. URIs in incoming messages are brought into the form that the server compares;
//! URIs in outgoing messages are spelled as the client opened them. Pure. (The forms are defined in [`crate::uri`].)

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use crate::uri::canonical;

/// Fields that hold URIs, in LSP's and the server's own messages.
const FIELDS: [&str; 3] = ["uri", "rootUri", "scopeUri"];
/// Fields whose content is the client's own and stays as it is.
const FOREIGN: [&str; 3] = ["initializationOptions", "settings", "capabilities"];

/// The number of closed documents whose spellings are kept, since something may still be on its way about them.
const CLOSED: usize = 256;

/// The client's spellings of the URIs of documents and folders that differ from the server's form.
#[derive(Debug, Default)]
pub struct Spellings {
    /// Spellings, by the server's form.
    known: HashMap<String, String>,
    /// The forms of documents that have been closed, the latest last.
    closed: VecDeque<String>,
}

impl Spellings {
    /// Brings the URIs of a message from the client into their form, and remembers the spelling of those it opens. A
    /// string that is not a URI stays as it is, and is refused where it is read.
    pub fn incoming(&mut self, method: &str, params: &mut Value) {
        match method {
            "textDocument/didOpen" => self.note(params.pointer("/textDocument/uri")),
            "textDocument/didClose" => self.close(params.pointer("/textDocument/uri")),
            "initialize" => {
                self.note(params.get("rootUri"));
                let folders = params.get("workspaceFolders").and_then(Value::as_array);
                folders.into_iter().flatten().for_each(|folder| self.note(folder.get("uri")));
            }
            "workspace/didChangeWorkspaceFolders" => {
                let added = params.pointer("/event/added").and_then(Value::as_array);
                added.into_iter().flatten().for_each(|folder| self.note(folder.get("uri")));
            }
            _ => {}
        }
        bring_in(params);
    }

    /// Spells the URIs of a message to the client as the client does.
    pub fn outgoing(&self, value: &mut Value) {
        if self.known.is_empty() {
            return;
        }
        match value {
            Value::Array(values) => values.iter_mut().for_each(|value| self.outgoing(value)),
            Value::Object(map) => {
                for (key, value) in map.iter_mut() {
                    match value {
                        Value::String(text) if FIELDS.contains(&key.as_str()) => self.spell(text),
                        // The edits of a `WorkspaceEdit`, by document.
                        Value::Object(changes) if key == "changes" => {
                            *changes = std::mem::take(changes).into_iter().map(|entry| self.spell_key(entry)).collect();
                        }
                        value => self.outgoing(value),
                    }
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, spelling: Option<&Value>) {
        let Some(spelling) = spelling.and_then(Value::as_str) else { return };
        let Some(form) = canonical(spelling) else { return };
        self.closed.retain(|closed| closed != form.as_str());
        if form.as_str() == spelling {
            self.known.remove(spelling);
        } else {
            self.known.insert(form.as_str().to_owned(), spelling.to_owned());
        }
    }

    /// Keeps the spelling of a closed document for a while.
    fn close(&mut self, spelling: Option<&Value>) {
        let Some(form) = spelling.and_then(Value::as_str).and_then(canonical) else { return };
        if !self.known.contains_key(form.as_str()) || self.closed.iter().any(|closed| closed == form.as_str()) {
            return;
        }
        self.closed.push_back(form.as_str().to_owned());
        if self.closed.len() > CLOSED
            && let Some(oldest) = self.closed.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    fn spell(&self, text: &mut String) {
        if let Some(spelling) = self.known.get(text.as_str()) {
            text.clone_from(spelling);
        }
    }

    fn spell_key(&self, (mut key, value): (String, Value)) -> (String, Value) {
        self.spell(&mut key);
        (key, value)
    }
}

fn bring_in(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(bring_in),
        Value::Object(map) => map.iter_mut().for_each(bring_in_field),
        _ => {}
    }
}

fn bring_in_field((key, value): (&String, &mut Value)) {
    match value {
        Value::String(text) if FIELDS.contains(&key.as_str()) => {
            if let Some(uri) = canonical(text) {
                uri.as_str().clone_into(text);
            }
        }
        value if !FOREIGN.contains(&key.as_str()) => bring_in(value),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn uris_come_in_in_their_form_wherever_they_stand() {
        let mut spellings = Spellings::default();
        for (method, mut params, expected) in [
            (
                "textDocument/didOpen",
                json!({"textDocument": {"uri": "file:///a/[b].py", "text": "uri"}}),
                json!({"textDocument": {"uri": "file:///a/%5Bb%5D.py", "text": "uri"}}),
            ),
            (
                "workspace/executeCommand",
                json!({"command": "c", "arguments": [{"uri": "file:///C%3A/a b"}]}),
                json!({"command": "c", "arguments": [{"uri": "file:///c:/a%20b"}]}),
            ),
            ("codegen/text", json!({"uri": "a b"}), json!({"uri": "untitled:a%20b"})),
            ("codegen/text", json!({"uri": 3}), json!({"uri": 3})),
            ("codegen/text", json!({"uri": ""}), json!({"uri": ""})),
            (
                "initialize",
                json!({"rootUri": "file:///a b", "workspaceFolders": [{"uri": "file:///\u{e9}", "name": "uri"}],
                    "initializationOptions": {"uri": "file:///a b"}, "capabilities": {"uri": "file:///a b"}}),
                json!({"rootUri": "file:///a%20b", "workspaceFolders": [{"uri": "file:///%C3%A9", "name": "uri"}],
                    "initializationOptions": {"uri": "file:///a b"}, "capabilities": {"uri": "file:///a b"}}),
            ),
            ("initialize", json!({"rootUri": null}), json!({"rootUri": null})),
            ("x", json!([{"uri": "file:///a b"}]), json!([{"uri": "file:///a%20b"}])),
        ] {
            spellings.incoming(method, &mut params);
            assert_eq!(params, expected, "{method}");
        }
    }

    #[test]
    fn uris_go_out_as_they_were_opened() {
        let mut spellings = Spellings::default();
        let mut open =
            |uri: &str| spellings.incoming("textDocument/didOpen", &mut json!({"textDocument": {"uri": uri}}));
        open("file:///a/[b].py");
        open("file:///c%3A/d.py");
        open("file:///plain.py");
        // Requested in another spelling than the client opened it in.
        spellings.incoming("textDocument/codeLens", &mut json!({"textDocument": {"uri": "file:///C:/d.py"}}));
        let mut out = json!([
            {"command": {"arguments": [{"uri": "file:///a/%5Bb%5D.py"}]}},
            {"edit": {"documentChanges": [{"textDocument": {"uri": "file:///c:/d.py", "version": 1}}]}},
            {"edit": {"changes": {"file:///c:/d.py": [], "file:///plain.py": []}}},
            {"text": "file:///c:/d.py"},
        ]);
        spellings.outgoing(&mut out);
        let expected = json!([
            {"command": {"arguments": [{"uri": "file:///a/[b].py"}]}},
            {"edit": {"documentChanges": [{"textDocument": {"uri": "file:///c%3A/d.py", "version": 1}}]}},
            {"edit": {"changes": {"file:///c%3A/d.py": [], "file:///plain.py": []}}},
            {"text": "file:///c:/d.py"},
        ]);
        assert_eq!(out, expected);
        // Opened again in the server's form.
        spellings.incoming("textDocument/didOpen", &mut json!({"textDocument": {"uri": "file:///c:/d.py"}}));
        let mut out = json!({"uri": "file:///c:/d.py"});
        spellings.outgoing(&mut out);
        assert_eq!(out, json!({"uri": "file:///c:/d.py"}));
    }

    #[test]
    fn spellings_of_closed_documents_are_kept_for_a_while() {
        let mut spellings = Spellings::default();
        let document = |number: usize| json!({"textDocument": {"uri": format!("file:///[{number}].py")}});
        let mut send = |method: &str, number: usize| spellings.incoming(method, &mut document(number));
        for number in 0..10 * CLOSED {
            send("textDocument/didOpen", number);
            send("textDocument/didClose", number);
            // What is closed once more, or was never open, takes no place.
            send("textDocument/didClose", number);
            send("textDocument/didClose", number + 1);
        }
        let latest = 10 * CLOSED - 1;
        send("textDocument/didOpen", latest);
        (0..CLOSED).for_each(|number| {
            send("textDocument/didOpen", number);
            send("textDocument/didClose", number);
        });
        assert_eq!((spellings.known.len(), spellings.closed.len()), (CLOSED + 1, CLOSED));
        let mut out = json!([{"uri": format!("file:///%5B{latest}%5D.py")}, {"uri": "file:///%5B0%5D.py"}, {"uri": "file:///%5B999%5D.py"}]);
        spellings.outgoing(&mut out);
        let expected = json!([{"uri": format!("file:///[{latest}].py")}, {"uri": "file:///[0].py"}, {"uri": "file:///%5B999%5D.py"}]);
        assert_eq!(out, expected, "the one that is open again, one of the last that were closed, and an older one");
    }
}

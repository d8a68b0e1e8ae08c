//! What the server should know of every document after a message: PROTOCOL.md in code, with none of the server's.

use std::collections::BTreeMap;

use codegen_lsp::protocol::positions::Encoding;
use serde_json::{Value, json};
use tower_lsp::ls_types::{Position, Range};

use crate::naive::Naive;

/// The documents of a session, each with the spellings that a client may use of its URI.
pub const DOCUMENTS: [&[&str]; 7] = [
    &["file:///project/a.py"],
    &["file:///project/[id]/b c.py", "file:///project/%5Bid%5D/b%20c.py", "/project/[id]/b c.py"],
    &["file:///c%3A/Code/c.py", "file:///C:/Code/c.py", "c:\\Code\\c.py"],
    &["untitled:Untitled-1", "Untitled:Untitled-1"],
    &["vscode-notebook-cell:/c%3A/a.ipynb#W0%3D", "vscode-notebook-cell:/C:/a.ipynb#W0="],
    &["git:/project/a.py?%7B%22ref%22%3A%22HEAD%22%7D"],
    &["scratch"],
];

/// Half a UTF-16 pair, as an escape, in place of this character of a message.
pub const HALF: char = '\u{e000}';
/// The byte E9 alone, in place of this character.
pub const BYTE: char = '\u{e001}';
/// The bytes of a surrogate, in place of this character.
pub const FORM: char = '\u{e002}';

/// The form of a message on the wire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    Plain,
    /// With `params` twice, of which the second counts.
    Twice,
    /// Without the bytes from there on, counted in thousandths of its length.
    Cut(usize),
}

/// A message as bytes, without a header.
pub fn body(message: &Value, form: Form) -> Vec<u8> {
    let text = message.to_string();
    let text = match (form, text.strip_prefix('{')) {
        (Form::Twice, Some(rest)) if message.get("params").is_some() => format!("{{\"params\":{{\"a\":[1]}},{rest}"),
        _ => text,
    };
    let mut bytes = Vec::new();
    for char in text.chars() {
        match char {
            HALF => bytes.extend(b"\\ud83d"),
            BYTE => bytes.push(0xe9),
            FORM => bytes.extend(b"\xed\xa0\xbd"),
            char => bytes.extend(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    if let Form::Cut(thousandths) = form {
        bytes.truncate(bytes.len() * thousandths.min(999) / 1000);
    }
    bytes
}

/// How a message is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    Not,
    /// By an error with a null id.
    WithoutId,
    /// By its id.
    By(Value),
}

/// How a message must be answered: what JSON-RPC 2.0 says, and PROTOCOL.md of what is none of its messages.
pub fn answered(message: &Value, form: Form) -> Answered {
    let Some(object) = message.as_object().filter(|_| !matches!(form, Form::Cut(_))) else {
        return Answered::WithoutId;
    };
    if !object.contains_key("method") {
        return if object.contains_key("result") || object.contains_key("error") {
            Answered::Not
        } else {
            Answered::WithoutId
        };
    }
    match object.get("id") {
        None if is_sound(message) => Answered::Not,
        None => Answered::WithoutId,
        Some(id @ Value::String(_)) => Answered::By(id.clone()),
        Some(id) => match (id.as_i64(), id.as_f64()) {
            (Some(number), _) => Answered::By(json!(number)),
            (None, Some(float)) if float.fract() == 0.0 && float.abs() < 9e15 => Answered::By(json!(float as i64)),
            _ => Answered::WithoutId,
        },
    }
}

/// Whether a message with a method is one of JSON-RPC 2.0, its id aside.
fn is_sound(message: &Value) -> bool {
    let params = message.get("params");
    let fits = params.is_none_or(|params| params.is_object() || params.is_array() || params.is_null());
    fits && message["jsonrpc"] == "2.0" && message["method"].is_string()
}

/// A document as the server should have it.
#[derive(Debug, Clone)]
pub struct Copy {
    pub text: Naive,
    pub version: Value,
    pub synced: bool,
}

/// The documents that are open.
#[derive(Debug, Clone)]
pub struct Reference {
    pub encoding: Encoding,
    pub open: BTreeMap<usize, Copy>,
}

/// The number of the document with this URI, in any of its spellings.
pub fn number(uri: &Value) -> Option<usize> {
    DOCUMENTS.iter().position(|spellings| spellings.iter().any(|spelling| *uri == *spelling))
}

impl Reference {
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding, open: BTreeMap::new() }
    }

    /// The answer to `codegen/text`.
    pub fn answer(&self, uri: &Value) -> Value {
        let copy = number(uri).and_then(|number| self.open.get(&number));
        copy.map_or(
            Value::Null,
            |copy| json!({"text": copy.text.text(), "version": copy.version, "synced": copy.synced}),
        )
    }

    /// Takes a message of the client.
    pub fn take(&mut self, message: &Value, form: Form) {
        let changes = |text: &str| text == "textDocument/didOpen" || text == "textDocument/didChange";
        let Some(method) = message["method"].as_str() else { return };
        let uri = message.pointer("/params/textDocument/uri").unwrap_or(&Value::Null);
        let Some(number) = number(uri) else { return };
        if let Form::Cut(_) = form {
            // The document is known if its URI came before the end.
            let cut = String::from_utf8_lossy(&body(message, form)).into_owned();
            let came = |value: &Value| cut.contains(&value.to_string());
            if changes(method) && came(&message["method"]) && came(uri) {
                self.lose(number);
            }
            return;
        }
        let is_notification = message.get("id").is_none() && is_sound(message);
        let done = match method {
            _ if !is_notification => None,
            "textDocument/didOpen" => self.opened(number, &message["params"]),
            "textDocument/didChange" => self.changed(number, &message["params"]),
            "textDocument/didClose" => {
                self.open.remove(&number);
                return;
            }
            _ => return,
        };
        if done.is_none() && changes(method) {
            self.lose(number);
        }
    }

    /// Puts a document out of step.
    fn lose(&mut self, number: usize) {
        if let Some(copy) = self.open.get_mut(&number) {
            copy.synced = false;
        }
    }

    /// `None` if the parameters are not those of the method.
    fn opened(&mut self, number: usize, params: &Value) -> Option<()> {
        let document = &params["textDocument"];
        let text = document["text"].as_str()?;
        let language = &document["languageId"];
        if !language.is_string() && !language.is_null() {
            return None;
        }
        let synced = self.keeps_positions(params, true);
        let text = Naive::new(&as_read(text));
        self.open.insert(number, Copy { text, version: version(&document["version"]), synced });
        Some(())
    }

    /// `None` if the parameters are not those of the method, or a range is not in the text.
    fn changed(&mut self, number: usize, params: &Value) -> Option<()> {
        let changes: Option<Vec<_>> = params["contentChanges"].as_array()?.iter().map(change).collect();
        let changes = changes?;
        let Some(copy) = self.open.get(&number) else { return Some(()) };
        let whole = changes.iter().rposition(|(range, _)| range.is_none());
        if !copy.synced && whole.is_none() {
            return Some(());
        }
        let changes = &changes[whole.unwrap_or(0)..];
        let mut text = copy.text.clone();
        let synced = self.keeps_positions(params, whole.is_some() && changes.len() == 1);
        for (range, new) in changes {
            text.replace(*range, &as_read(new), self.encoding).then_some(())?;
        }
        self.open.insert(number, Copy { text, version: version(&params["textDocument"]["version"]), synced });
        Some(())
    }

    /// Whether both sides count alike in what came of a text that is no UTF-8.
    fn keeps_positions(&self, params: &Value, whole: bool) -> bool {
        let text = params.to_string();
        if text.contains(FORM) {
            false
        } else if text.contains(BYTE) {
            whole && self.encoding != Encoding::Utf8
        } else {
            whole || !text.contains(HALF)
        }
    }
}

/// A text as it is read: what is no UTF-8 is replaced.
fn as_read(text: &str) -> String {
    text.replace([HALF, BYTE], "\u{fffd}").replace(FORM, "\u{fffd}\u{fffd}\u{fffd}")
}

/// A version, if it is a whole number of 32 bits.
fn version(value: &Value) -> Value {
    let whole = value.as_f64().filter(|number| number.fract() == 0.0).map(|number| number as i64);
    whole.filter(|number| i32::try_from(*number).is_ok()).map_or(Value::Null, |number| json!(number))
}

/// A change as its range and text.
fn change(change: &Value) -> Option<(Option<Range>, String)> {
    let text = change["text"].as_str()?.to_owned();
    let length = &change["rangeLength"];
    if !length.is_null() {
        u32::try_from(length.as_u64()?).ok()?;
    }
    let range = &change["range"];
    if range.is_null() {
        return Some((None, text));
    }
    let number = |end: &str, field: &str| u32::try_from(range[end][field].as_u64()?).ok();
    let position = |end: &str| Some(Position::new(number(end, "line")?, number(end, "character")?));
    Some((Some(Range::new(position("start")?, position("end")?)), text))
}

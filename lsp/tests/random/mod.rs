//! Random byte streams: sessions with bytes flipped, removed, inserted, repeated. They are the same in every run.
#![allow(dead_code)]

use serde_json::{Value, json};

/// A random number generator (xorshift).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }
}

pub fn framed(body: &[u8]) -> Vec<u8> {
    [format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

fn message(method: &str, id: Option<u64>, params: Value) -> Vec<u8> {
    let mut message = json!({"jsonrpc": "2.0", "method": method, "params": params});
    if let Some(id) = id {
        message["id"] = json!(id);
    }
    framed(message.to_string().as_bytes())
}

/// A session with a few messages of each kind.
fn session() -> Vec<Vec<u8>> {
    let document = json!({"uri": "file:///a/[b].py"});
    let start = json!({"line": 0, "character": 0});
    let range = json!({"start": start, "end": start});
    let at = json!([{"uri": "file:///a/%5Bb%5D.py", "position": start}]);
    let text = "# Add two numbers.\n\n\ndef f(x):\n    return x";
    let opened = json!({"uri": "file:///a/[b].py", "languageId": "python", "version": 1, "text": text});
    let changed = |text: &str| json!({"textDocument": {"uri": "file:///a/[b].py", "version": 2}, "contentChanges": [{"range": range, "text": text}]});
    vec![
        message(
            "initialize",
            Some(1),
            json!({"processId": null, "rootUri": "file:///a", "capabilities": {
            "workspace": {"applyEdit": true, "configuration": true}, "window": {"workDoneProgress": true}}}),
        ),
        message("initialized", None, json!({})),
        framed(br#"{"jsonrpc":"2.0","id":0,"result":[null]}"#),
        message("textDocument/didOpen", None, json!({ "textDocument": opened })),
        message("textDocument/didChange", None, changed("x = '\u{e9}'\n")),
        message(
            "textDocument/inlineCompletion",
            Some(2),
            json!({"textDocument": document, "position": start,
            "context": {"triggerKind": 2}}),
        ),
        message("textDocument/codeLens", Some(3), json!({ "textDocument": document })),
        message(
            "textDocument/codeAction",
            Some(4),
            json!({"textDocument": document, "range": range,
            "context": {"diagnostics": []}}),
        ),
        message("workspace/executeCommand", Some(5), json!({"command": "codegen.synthesize", "arguments": at})),
        message("$/cancelRequest", None, json!({"id": 5})),
        message(
            "workspace/didChangeConfiguration",
            None,
            json!({"settings": {"codegen": {"inline": {"enabled": false}}}}),
        ),
        message("codegen/text", Some(6), document.clone()),
        message("textDocument/didClose", None, json!({ "textDocument": document })),
        message("shutdown", Some(7), Value::Null),
    ]
}

/// Pieces that are inserted into streams.
const PIECES: [&[u8]; 16] = [
    b"Content-Length: 10\r\n",
    b"Content-Length: -10\r\n\r\n",
    b"Content-Length: 1099511627776\r\n\r\n",
    b"Content-Length: 99999999999999999999999999\r\n\r\n",
    b"Content-Length: 200000\r\n\r\n",
    b"Content-Type: text/plain; charset=latin1\r\n",
    b"\r\n\r\n",
    b"\r",
    b"\xff\xfe\x00",
    b"\xed\xa0\xbd",
    b"\\ud83d",
    b"\"",
    b"}}}}",
    b"[[[[[[[[[[[[",
    b"{\"id\":1.5,\"jsonrpc\":null,",
    b"null",
];

/// The random stream of this number.
pub fn stream(number: u64) -> Vec<u8> {
    let mut chance = Chance::new(number + 1);
    if number % 50 == 49 {
        return (0..chance.below(2000)).map(|_| chance.below(256) as u8).collect();
    }
    let mut messages = session();
    if chance.below(3) == 0 {
        let (one, other) = (chance.below(messages.len()), chance.below(messages.len()));
        messages.swap(one, other);
    }
    messages.truncate(1 + chance.below(messages.len()));
    let mut bytes = messages.concat();
    for _ in 0..1 + chance.below(8) {
        let at = chance.below(bytes.len());
        let most = if chance.below(4) == 0 { 500 } else { 20 };
        let end = (at + chance.below(most)).min(bytes.len());
        match chance.below(6) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << chance.below(8)),
            1 => drop(bytes.drain(at..end)),
            2 => drop(bytes.splice(at..at, PIECES[chance.below(PIECES.len())].iter().copied())),
            3 => drop(bytes.splice(at..end, PIECES[chance.below(PIECES.len())].iter().copied())),
            4 => {
                let again = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, again));
            }
            _ if chance.below(4) == 0 => bytes.truncate(at),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = chance.below(256) as u8),
        }
    }
    bytes
}

/// Requests of which a living server answers at least one, whatever came before: the first may be lost with it.
pub fn probes() -> Vec<u8> {
    let probe = |id: u64| message("codegen/text", Some(1000 + id), json!({"uri": "file:///nowhere.py"}));
    (0..3).flat_map(probe).collect()
}

/// Checks that the output consists of messages only, and that a probe was answered.
#[track_caller]
pub fn check(output: &[u8], number: u64) {
    let (mut rest, mut alive) = (output, false);
    while !rest.is_empty() {
        let head = rest.windows(4).position(|window| window == b"\r\n\r\n").expect("a header");
        let header = std::str::from_utf8(&rest[..head]).expect("a header");
        let length: usize = header.strip_prefix("Content-Length: ").expect("a length").parse().expect("a length");
        let message: Value = serde_json::from_slice(&rest[head + 4..head + 4 + length]).expect("JSON");
        alive |= message["id"].as_u64().is_some_and(|id| id >= 1000) && message.get("method").is_none();
        rest = &rest[head + 4 + length..];
    }
    assert!(alive, "stream {number}: no probe was answered: {}", String::from_utf8_lossy(output));
}

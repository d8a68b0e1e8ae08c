//! A session over standard input and output, as an editor has it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::run;

/// Generous, because emulated and loaded machines are slow; no wait lasts longer than necessary.
const LIMIT: Duration = Duration::from_secs(300);

const URI: &str = "file:///project/a.py";

const TEXT: &str = "x = 1\nfor i in range\n";

/// Starts the program, has it suggest how a line goes on, and sees it end in order.
pub fn serve(program: &Command, place: &str) -> Result<()> {
    let mut session = Session::start(program)?;
    // The smallest confidence, so that there is a suggestion whatever the model thinks of it.
    let options = json!({ "inline": { "minConfidence": null }, "threads": 1 });
    let capabilities = json!({ "textDocument": { "inlineCompletion": {} } });
    let hello =
        json!({ "processId": null, "rootUri": null, "initializationOptions": options, "capabilities": capabilities });
    session.request("initialize", &hello)?;
    session.notify("initialized", &json!({}))?;
    let document = json!({ "uri": URI, "languageId": "python", "version": 1, "text": TEXT });
    session.notify("textDocument/didOpen", &json!({ "textDocument": document }))?;
    let place_in_text = json!({ "line": 1, "character": 14 });
    let cursor = json!({
        "textDocument": { "uri": URI }, "position": place_in_text, "context": { "triggerKind": 1 },
    });
    let answer = session.request("textDocument/inlineCompletion", &cursor)?;
    let text = answer["items"][0]["insertText"].as_str().unwrap_or_default();
    if !text.starts_with('(') {
        bail!("the server suggests nothing behind `range`: {answer}");
    }
    session.request("shutdown", &Value::Null)?;
    session.notify("exit", &Value::Null)?;
    let code = session.child.wait().context("the server cannot be waited for")?.code();
    if code != Some(0) {
        bail!("the server ended with {code:?}");
    }
    run::say(&format!("{place}: serves a session, and suggests {text:?}"));
    Ok(())
}

struct Session {
    child: Child,
    stdin: ChildStdin,
    messages: Receiver<Value>,
    last: u64,
}

impl Session {
    fn start(program: &Command) -> Result<Self> {
        let mut command = Command::new(program.get_program());
        command.args(program.get_args()).arg("--stdio").env_clear();
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("RUST_LOG", "error");
        if let Some(folder) = program.get_current_dir() {
            command.current_dir(folder);
        }
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start the server")?;
        let stdin = child.stdin.take().context("the server has no input")?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            // Ends with the server, or when nobody waits for messages any more.
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, stdin, messages, last: 0 })
    }

    fn notify(&mut self, method: &str, params: &Value) -> Result<()> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Sends a request and waits for its result.
    fn request(&mut self, method: &str, params: &Value) -> Result<Value> {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        loop {
            let message = self.messages.recv_timeout(LIMIT).with_context(|| format!("no answer to {method}"))?;
            match (message.get("method"), message.get("id")) {
                // What the server asks for, this client does not have.
                (Some(_), Some(asked)) => {
                    self.send(&json!({ "jsonrpc": "2.0", "id": asked, "result": null }))?;
                }
                (Some(_), None) => {}
                (None, answered) if answered == Some(&json!(id)) => {
                    if let Some(error) = message.get("error") {
                        bail!("{method} is refused: {error}");
                    }
                    return Ok(message["result"].clone());
                }
                (None, _) => {}
            }
        }
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        let mut message = message.clone();
        // JSON-RPC has no parameters that are null.
        if let Some(fields) = message.as_object_mut() {
            fields.retain(|name, value| name != "params" || !value.is_null());
        }
        let text = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        self.stdin.flush().context("the server takes no more")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It has ended already, or there was an error.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a message; `None` at the end.
fn read(from: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        from.read_line(&mut line).ok().filter(|&count| count > 0)?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse().ok()?;
        }
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

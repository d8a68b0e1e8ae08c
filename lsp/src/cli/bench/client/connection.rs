//! A server's process, and the messages to it and from it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Instant;

use anyhow::Context;
use serde_json::Value;
use tempfile::TempDir;

/// A message, and when it arrived.
type Arrived = (Instant, Value);

/// A server that runs until this is dropped.
pub(super) struct Connection {
    process: Child,
    input: ChildStdin,
    arriving: Receiver<anyhow::Result<Arrived>>,
    /// What the server reads and writes of its user's.
    _folder: TempDir,
}

impl Connection {
    pub fn start(program: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder for the server")?;
        let mut command = Command::new(program);
        // The user's own settings and statistics take no part.
        command.env("CODEGEN_LSP_CONFIG", folder.path().join("none.json"));
        command.env("CODEGEN_LSP_STATISTICS", folder.path().join("statistics"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().with_context(|| format!("cannot run {}", program.display()))?;
        let (input, output) = process.stdin.take().zip(process.stdout.take()).context("the server has no pipes")?;
        let (sender, arriving) = channel();
        // A thread reads, so that arrival is noticed at once and somebody who types can wait for a time as well as for
        // an answer.
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            loop {
                let message = receive(&mut output);
                let ended = message.is_err();
                if sender.send(message).is_err() || ended {
                    break;
                }
            }
        });
        Ok(Self { process, input, arriving, _folder: folder })
    }

    /// Sends messages together, and returns when that began.
    pub fn send(&mut self, messages: &[Value]) -> anyhow::Result<Instant> {
        let mut bytes = Vec::new();
        for message in messages {
            let body = message.to_string();
            write!(bytes, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        }
        let begin = Instant::now();
        self.input.write_all(&bytes).context("the server has ended")?;
        self.input.flush().context("the server has ended")?;
        Ok(begin)
    }

    /// The next message; none if it has not arrived by `until`.
    pub fn receive(&self, until: Option<Instant>) -> anyhow::Result<Option<Arrived>> {
        let received = match until {
            Some(until) => self.arriving.recv_timeout(until.saturating_duration_since(Instant::now())),
            None => self.arriving.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match received {
            Ok(message) => message.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the server has ended"),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn receive(output: &mut impl BufRead) -> anyhow::Result<Arrived> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        anyhow::ensure!(output.read_line(&mut line)? > 0, "the server has ended");
        if let Some(value) = line.strip_prefix("Content-Length:") {
            length = value.trim().parse().context("the server sends a bad header")?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).context("the server has ended")?;
    let arrival = Instant::now();
    Ok((arrival, serde_json::from_slice(&body).context("the server sends bad JSON")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_one_after_the_other_and_bad_ones_are_errors() {
        let mut two = &b"Content-Length: 2\r\n\r\n{}Content-Type: x\r\nContent-Length: 4\r\n\r\nnull"[..];
        assert_eq!(receive(&mut two).ok().map(|(_, message)| message), Some(serde_json::json!({})));
        assert_eq!(receive(&mut two).ok().map(|(_, message)| message), Some(Value::Null));
        for bad in ["", "Content-Length: x\r\n\r\n", "Content-Length: 3\r\n\r\n{}", "Content-Length: 1\r\n\r\n{"] {
            assert!(receive(&mut bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}

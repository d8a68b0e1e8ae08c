//! llama.cpp's own server, asked over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::Value;

/// The time in which the server must have loaded a model.
const START: Duration = Duration::from_secs(120);

/// The pause before somebody else is measured: the server's threads keep polling for work for a while after the last.
pub(super) const REST: Duration = Duration::from_millis(400);

/// A llama-server that runs until this is dropped.
pub(super) struct LlamaServer {
    port: u16,
    process: Child,
}

impl LlamaServer {
    /// Starts the server with one slot and without a GPU, and waits until it has loaded the model.
    pub fn start(program: &Path, model: &Path, threads: usize, more: &[&str]) -> anyhow::Result<Self> {
        let start = || -> anyhow::Result<Self> {
            // The port is free at this moment, which is all that can be known.
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let count = threads.to_string();
            let mut command = Command::new(program);
            command.arg("--model").arg(model).args(["--host", "127.0.0.1", "--port", &port.to_string()]);
            command.args(["--threads", &count, "--threads-batch", &count, "--parallel", "1", "--device", "none"]);
            command.args(more);
            if let Some(folder) = program.parent() {
                // The folder in which a build keeps its libraries beside the program.
                command.env("LD_LIBRARY_PATH", folder);
            }
            let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
            let mut server = Self { port, process };
            server.wait()?;
            Ok(server)
        };
        start().with_context(|| format!("cannot run {}", program.display()))
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let end = Instant::now() + START;
        while Instant::now() < end {
            if let Some(status) = self.process.try_wait()? {
                anyhow::bail!("it ended with {status}");
            }
            if self.request("GET", "/health", "").is_ok_and(|(status, _)| status == 200) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        anyhow::bail!("it has not loaded the model within {} seconds", START.as_secs())
    }

    /// Sends a request whose answer can be read from the stream. Who closes the stream cancels the request.
    pub fn begin(&self, method: &str, path: &str, body: &str) -> anyhow::Result<TcpStream> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        Ok(stream)
    }

    /// Sends a request, and reads the answer up to its body.
    pub fn send(&self, method: &str, path: &str, body: &str) -> anyhow::Result<(u16, BufReader<TcpStream>)> {
        head(self.begin(method, path, body)?)
    }

    pub fn request(&self, method: &str, path: &str, body: &str) -> anyhow::Result<(u16, String)> {
        read(self.begin(method, path, body)?)
    }

    /// Asks for JSON.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        json(&self.request(method, path, &body.to_string())?)
    }

    pub fn complete(&self, body: &Value) -> anyhow::Result<Value> {
        self.ask("POST", "/completion", body)
    }
}

impl Drop for LlamaServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads the answer from a stream up to its body.
fn head(stream: TcpStream) -> anyhow::Result<(u16, BufReader<TcpStream>)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).context("it speaks no HTTP")?;
    while reader.read_line(&mut line)? > 0 && !line.ends_with("\n\r\n") && line != "\r\n" {}
    Ok((status, reader))
}

/// Reads the whole answer from a stream: status and body.
pub(super) fn read(stream: TcpStream) -> anyhow::Result<(u16, String)> {
    let (status, mut reader) = head(stream)?;
    let mut text = String::new();
    reader.read_to_string(&mut text)?;
    Ok((status, text))
}

/// The JSON of a good answer.
pub(super) fn json((status, text): &(u16, String)) -> anyhow::Result<Value> {
    anyhow::ensure!(*status == 200, "llama-server answers {status}: {text}");
    Ok(serde_json::from_str(text)?)
}

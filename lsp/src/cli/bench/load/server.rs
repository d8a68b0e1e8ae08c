//! llama.cpp's own server, asked over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

use super::subject::{BEFORE, Limits, Subject, TEXT, per_second, unread};

/// The time in which the server must have loaded a model.
const START: Duration = Duration::from_secs(120);

/// A llama-server with a number of threads.
pub(super) struct Server {
    threads: usize,
    port: u16,
    process: Child,
    asked: usize,
}

impl Server {
    pub fn start(program: &Path, model: &Path, threads: usize) -> anyhow::Result<Self> {
        // The port is free at this moment, which is all that can be known.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let count = threads.to_string();
        let mut command = Command::new(program);
        command.arg("--model").arg(model).args(["--host", "127.0.0.1", "--port", &port.to_string()]);
        command.args(["--threads", &count, "--threads-batch", &count, "--parallel", "1", "--ctx-size", "2048"]);
        command.args(["--device", "none"]);
        if let Some(folder) = program.parent() {
            // The folder in which a build keeps its libraries beside the program.
            command.env("LD_LIBRARY_PATH", folder);
        }
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut server = Self { threads, port, process, asked: 0 };
        server.wait()?;
        Ok(server)
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

    fn send(&self, method: &str, path: &str, body: &str) -> anyhow::Result<(u16, BufReader<TcpStream>)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).context("it speaks no HTTP")?;
        while reader.read_line(&mut line)? > 0 && !line.ends_with("\n\r\n") && line != "\r\n" {}
        Ok((status, reader))
    }

    fn request(&self, method: &str, path: &str, body: &str) -> anyhow::Result<(u16, String)> {
        let (status, mut reader) = self.send(method, path, body)?;
        let mut text = String::new();
        reader.read_to_string(&mut text)?;
        Ok((status, text))
    }

    fn complete(&self, body: &Value) -> anyhow::Result<Value> {
        let (status, text) = self.request("POST", "/completion", &body.to_string())?;
        anyhow::ensure!(status == 200, "it answers {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Subject for Server {
    fn name(&self) -> String {
        format!("llama-server, {}", self.threads)
    }

    fn decode(&mut self, limits: &Limits) -> anyhow::Result<f64> {
        let body = json!({
            "prompt": &TEXT[..BEFORE], "n_predict": 256, "temperature": 0, "cache_prompt": true, "stream": true,
        });
        let (start, mut tokens) = (Instant::now(), 0);
        while start.elapsed() < limits.decode {
            let (_, mut reader) = self.send("POST", "/completion", &body.to_string())?;
            let mut line = String::new();
            while start.elapsed() < limits.decode && reader.read_line(&mut line)? > 0 {
                tokens += usize::from(line.starts_with("data: ") && line.contains("\"stop\":false"));
                line.clear();
            }
        }
        Ok(per_second(tokens, start))
    }

    fn prefill(&mut self, limits: &Limits) -> anyhow::Result<f64> {
        self.asked += 1;
        let body =
            json!({"prompt": unread(limits, self.asked), "n_predict": 1, "temperature": 0, "cache_prompt": false});
        let answer = self.complete(&body)?;
        answer["timings"]["prompt_per_second"].as_f64().context("it tells no times")
    }

    fn keys(&mut self, limits: &Limits) -> anyhow::Result<Vec<f64>> {
        let mut times = Vec::new();
        let begin = Instant::now();
        for key in 0..limits.keys {
            if begin.elapsed() > limits.typing {
                break;
            }
            let start = Instant::now();
            self.complete(&json!({
                "prompt": &TEXT[..BEFORE + key], "n_predict": limits.suggestion, "temperature": 0, "cache_prompt": true,
                "stop": ["\n"],
            }))?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(times)
    }
}

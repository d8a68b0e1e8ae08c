//! llama.cpp's own server as a way of running a model.

use std::io::BufRead;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use serde_json::json;

use super::subject::{BEFORE, Limits, Subject, TEXT, per_second, unread};
use crate::cli::bench::llama_server::LlamaServer;

/// A llama-server with a number of threads.
pub(super) struct Server {
    threads: usize,
    server: LlamaServer,
    asked: usize,
}

impl Server {
    pub fn start(program: &Path, model: &Path, threads: usize) -> anyhow::Result<Self> {
        let server = LlamaServer::start(program, model, threads, &["--ctx-size", "2048"])?;
        Ok(Self { threads, server, asked: 0 })
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
            let (_, mut reader) = self.server.send("POST", "/completion", &body.to_string())?;
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
        let answer = self.server.complete(&body)?;
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
            self.server.complete(&json!({
                "prompt": &TEXT[..BEFORE + key], "n_predict": limits.suggestion, "temperature": 0, "cache_prompt": true,
                "stop": ["\n"],
            }))?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(times)
    }
}

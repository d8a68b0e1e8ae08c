//! llama-server, asked as llama.vim asks it: one slot that keeps its KV cache, one request at a time, and a connection that is
//! closed when a later key makes its answer worthless.

use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::json;

use crate::cli::bench::client::{Answer, Suggestion};
use crate::cli::bench::llama_server::{self, LlamaServer};

/// The lines before the cursor's that llama.vim sends.
const LINES: usize = 256;

/// The tokens of a line at most, as many as this project's server allows.
const TOKENS: usize = 64;

/// The part of the context that a prompt may fill, in percent: how many tokens a text has is known only on average.
const FILLED: usize = 80;

/// The answers that llama.vim keeps, and how much may have been typed since.
const KEPT: usize = 250;
const TYPED: usize = 128;

/// The status with which it fails at a text that it cannot send, such as a part of a character: an editor then shows nothing.
const FAILED: u16 = 500;

/// A llama-server, and what is asked of it.
pub(super) struct Peer {
    pub name: String,
    server: LlamaServer,
    /// The tokens of its context.
    context: usize,
    /// The bytes of a prompt at most.
    bytes: usize,
    asked: Option<Asked>,
    /// What was suggested behind which prompt, the latest last; none if nothing is kept.
    kept: Option<Vec<(String, String)>>,
    /// The tokens of the requests that were answered; what it decoded for others, it does not tell.
    pub tokens: u64,
    /// The answers from what was kept.
    pub hits: u64,
    /// The requests that it failed at.
    pub failed: usize,
}

struct Asked {
    prompt: String,
    /// The bytes that the answer replaces.
    place: (usize, usize),
    sent: Instant,
    way: Way,
}

/// How an answer comes.
enum Way {
    Server(TcpStream, Receiver<(Instant, anyhow::Result<(u16, String)>)>),
    Kept(String),
}

impl Peer {
    /// Starts the server. `keeps`: what is typed through is answered from what was suggested, as the plugin does.
    pub fn start(program: &Path, model: &Path, threads: usize, keeps: bool) -> anyhow::Result<Self> {
        // As llama.vim recommends; a context of 0 is the model's own.
        let server = LlamaServer::start(program, model, threads, &["--ctx-size", "0", "--cache-reuse", "256"])?;
        let properties = server.ask("GET", "/props", &json!({}))?;
        let context = properties["default_generation_settings"]["n_ctx"].as_u64().context("it tells no context")?;
        let context = usize::try_from(context)?;
        let name = format!("llama-server, {threads}{}", if keeps { ", keeping" } else { "" });
        let kept = keeps.then(Vec::new);
        Ok(Self { name, server, context, bytes: 0, asked: None, kept, tokens: 0, hits: 0, failed: 0 })
    }

    /// Prepares for typing in a text.
    pub fn open(&mut self, text: &str) -> anyhow::Result<()> {
        self.cancel();
        let sample = &text[text.floor_char_boundary(text.len().saturating_sub(20_000))..];
        let answer = self.server.ask("POST", "/tokenize", &json!({"content": sample}))?;
        let tokens = answer["tokens"].as_array().map_or(0, Vec::len);
        // A short text says little about what is typed into it: two bytes are few for a token.
        let each = if tokens < 200 { 2.0 } else { sample.len() as f64 / tokens as f64 };
        let room = self.context.saturating_sub(TOKENS) * FILLED / 100;
        self.bytes = (room as f64 * each) as usize;
        Ok(())
    }

    /// Asks for the rest of the line at the cursor.
    pub fn ask(&mut self, text: &str, cursor: usize) -> anyhow::Result<()> {
        self.cancel();
        let start = start(text, cursor);
        let place = (start, cursor);
        let prompt = window(&text[..start], self.bytes).to_owned();
        if let Some(rest) = self.kept.as_ref().and_then(|kept| typed_through(kept, &prompt)) {
            self.hits += 1;
            let way = Way::Kept(rest.to_owned());
            self.asked = Some(Asked { prompt, place, sent: Instant::now(), way });
            return Ok(());
        }
        let body = json!({
            "prompt": prompt, "n_predict": TOKENS, "stop": ["\n"], "temperature": 0, "id_slot": 0, "cache_prompt": true,
            "stream": false,
        });
        let body = body.to_string();
        let sent = Instant::now();
        let stream = self.server.begin("POST", "/completion", &body)?;
        let reading = stream.try_clone()?;
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            let answer = llama_server::read(reading);
            let arrival = Instant::now();
            // Nobody listens any more if the request was cancelled.
            let _ = sender.send((arrival, answer));
        });
        self.asked = Some(Asked { prompt, place, sent, way: Way::Server(stream, answers) });
        Ok(())
    }

    /// Closes the connection of a request that is not answered.
    pub fn cancel(&mut self) {
        if let Some(Asked { way: Way::Server(stream, _), .. }) = self.asked.take() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// The answer to what was asked for last; none if it has not arrived by `until`.
    pub fn wait(&mut self, until: Option<Instant>) -> anyhow::Result<Option<Answer>> {
        let Some(Asked { prompt, place, sent, way }) = &self.asked else { return Ok(None) };
        let (time, text, tokens) = match way {
            Way::Kept(rest) => (Duration::ZERO, rest.clone(), 0),
            Way::Server(_, answers) => {
                let received = match until {
                    Some(until) => answers.recv_timeout(until.saturating_duration_since(Instant::now())),
                    None => answers.recv().map_err(|_| RecvTimeoutError::Disconnected),
                };
                let (arrival, answer) = match received {
                    Ok((arrival, answer)) => (arrival, answer?),
                    Err(RecvTimeoutError::Timeout) => return Ok(None),
                    Err(RecvTimeoutError::Disconnected) => anyhow::bail!("llama-server has not answered"),
                };
                let (text, tokens) = if answer.0 == FAILED {
                    self.failed += 1;
                    (String::new(), 0)
                } else {
                    let answer = llama_server::json(&answer)?;
                    let text = answer["content"].as_str().context("llama-server answers no content")?.to_owned();
                    (text, answer["tokens_predicted"].as_u64().unwrap_or(0))
                };
                (arrival.saturating_duration_since(*sent), text, tokens)
            }
        };
        if let Some(kept) = &mut self.kept
            && matches!(way, Way::Server(..))
        {
            kept.drain(..(kept.len() + 1).saturating_sub(KEPT));
            kept.push((prompt.clone(), text.clone()));
        }
        let (start, end) = *place;
        self.tokens += tokens;
        self.asked = None;
        let says_something = !text.trim().is_empty();
        let suggestion = says_something.then_some(Suggestion { start, end, text });
        Ok(Some(Answer { suggestion, command: None, time }))
    }
}

/// Where the prompt for a cursor ends: on a blank line llama.vim leaves the indentation to the model.
fn start(text: &str, cursor: usize) -> usize {
    let line = text[..cursor].rfind('\n').map_or(0, |at| at + 1);
    if text[line..cursor].trim().is_empty() { line } else { cursor }
}

/// The end of a text that is sent: as many lines as llama.vim sends, of those as many as have room.
fn window(before: &str, bytes: usize) -> &str {
    let lines = before.rmatch_indices('\n').nth(LINES).map_or(0, |(at, _)| at + 1);
    let least = before.len().saturating_sub(bytes);
    if lines >= least {
        return &before[lines..];
    }
    let least = before.ceil_char_boundary(least);
    let start = before[least..].find('\n').map_or(least, |at| least + at + 1);
    &before[start..]
}

/// What is left of a suggestion of which some has been typed; the last that fits.
fn typed_through<'k>(kept: &'k [(String, String)], prompt: &str) -> Option<&'k str> {
    let rest = |(before, text): &'k (String, String)| {
        let typed = prompt.strip_prefix(before.as_str()).filter(|typed| typed.len() <= TYPED)?;
        text.strip_prefix(typed).filter(|rest| !rest.is_empty())
    };
    kept.iter().rev().find_map(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_whole_lines() {
        assert_eq!(window("a\nb\nc", 100), "a\nb\nc");
        assert_eq!(window("a\nbcd\ne", 4), "e");
        assert_eq!(window("a\nbcd\ne", 6), "bcd\ne");
        assert_eq!(window("ééé", 3), "é");
        let long = "x\n".repeat(400);
        assert_eq!(window(&format!("{long}y"), 10_000).lines().count(), LINES + 1);
    }

    #[test]
    fn indentation_is_left_to_the_model() {
        for (text, expected) in [("a\n    ", 2), ("a\n    b", 7), ("  ", 0), ("a\n", 2)] {
            assert_eq!(start(text, text.len()), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_typed_through_is_kept() {
        let kept = [("a = ".to_owned(), "value".to_owned()), ("b".to_owned(), String::new())];
        for (prompt, rest) in
            [("a = ", Some("value")), ("a = va", Some("lue")), ("a = vo", None), ("a = value", None), ("b", None)]
        {
            assert_eq!(typed_through(&kept, prompt), rest, "{prompt}");
        }
    }
}

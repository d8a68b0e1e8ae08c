//! What the tests share.

use codegen_core::{
    Candidate, Candidates, Completion, EngineError, Event, Key, Priority, Prompt, Request, Sampling, TokenId,
};
use codegen_engine::runtime::backend::scripted::{Gate, Script};
use codegen_engine::{Engine, Generation};

/// A greedy request of inline priority.
pub fn request(prompt: &str, max_tokens: usize) -> Request {
    Request::new(Prompt::Text(prompt.into()), max_tokens)
}

/// The same with a key.
pub fn keyed(prompt: &str, max_tokens: usize, key: &str) -> Request {
    Request { key: Some(Key(key.into())), ..request(prompt, max_tokens) }
}

/// The same with a priority.
pub fn ranked(prompt: &str, max_tokens: usize, priority: Priority) -> Request {
    Request { priority, ..request(prompt, max_tokens) }
}

/// As many greedy candidates of synthesis's priority.
pub fn candidates(prompt: &str, count: usize, max_tokens: usize) -> Candidates {
    let each = (0..count).map(|_| Candidate { sampling: Sampling::GREEDY, begin: None, stop: None }).collect();
    Candidates::new(Prompt::Text(prompt.into()), max_tokens, each)
}

pub fn complete(engine: &Engine, request: Request) -> Completion {
    engine.submit(request).blocking_finish().unwrap()
}

pub fn fails(engine: &Engine, request: Request) -> EngineError {
    engine.submit(request).blocking_finish().unwrap_err()
}

/// All events of a request, the last one last.
pub fn events(mut generation: Generation) -> Vec<Event> {
    std::iter::from_fn(|| generation.blocking_next()).collect()
}

/// A letter that depends on every token before it, so that a text is right only if the cache was.
pub fn letter_after(tokens: &[TokenId]) -> TokenId {
    let hash = tokens.iter().fold(7_u64, |hash, &token| {
        (hash ^ u64::from(token.unsigned_abs())).wrapping_mul(0x0100_0000_01b3).rotate_left(5)
    });
    TokenId::from(b'a') + TokenId::try_from(hash % 26).unwrap()
}

/// What a model that always says `letter_after` makes of a prompt.
pub fn letters(prompt: &str, count: usize) -> String {
    let mut tokens: Vec<TokenId> = prompt.bytes().map(TokenId::from).collect();
    for _ in 0..count {
        tokens.push(letter_after(&tokens));
    }
    tokens[prompt.len()..].iter().map(|&token| char::from(u8::try_from(token).unwrap())).collect()
}

/// Such a model.
pub fn lettered() -> Script {
    Script::new(letter_after)
}

/// What came of them, in order.
pub fn finish(generations: Vec<Generation>) -> Vec<Completion> {
    generations.into_iter().map(|generation| generation.blocking_finish().unwrap()).collect()
}

/// A closed gate, and an engine behind it.
pub fn gated(script: Script) -> (Gate, Engine) {
    let gate = Gate::new();
    gate.close();
    let engine = Script { gate: Some(gate.clone()), ..script }.engine();
    (gate, engine)
}

/// A text of that many bytes.
pub fn prompt(length: usize) -> String {
    "the history ".chars().cycle().take(length).collect()
}

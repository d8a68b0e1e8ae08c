//! Prompts that are too long, empty, or made of tokens.

use std::sync::{Arc, Mutex};

use codegen_core::{EngineError, FinishReason, Overflow, Prompt, Request};
use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};

use crate::support::{complete, fails, letter_after, lettered, request};

#[test]
fn a_prompt_too_long_is_cut_at_its_start() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let script = Script::new(move |tokens| {
        *record.lock().unwrap() = tokens.to_vec();
        letter_after(tokens)
    });
    let engine = Script { context: 64, ..script }.engine();
    let prompt: String = ('A'..='Z').chain('a'..='z').chain('0'..='9').cycle().take(100).collect();
    let request = Request { overflow: Overflow::Window { keep: 3 }, ..request(&prompt, 1) };
    let completion = complete(&engine, request);
    // 63 tokens fit beside the one to generate; 48 are three steps of a quarter.
    assert_eq!((completion.dropped_tokens, completion.prompt_tokens), (48, 52));
    let expected: Vec<i32> = prompt[..3].bytes().chain(prompt[51..].bytes()).map(i32::from).collect();
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[test]
fn a_growing_prompt_keeps_its_cache_beyond_the_context() {
    let engine = Script { context: 256, ..lettered() }.engine();
    let mut prompt: String = ('a'..='z').cycle().take(300).collect();
    complete(&engine, request(&prompt, 8));
    let before = engine.counters();
    for typed in ('A'..='Z').cycle().take(128) {
        prompt.push(typed);
        complete(&engine, request(&prompt, 8));
    }
    let fed = engine.counters().prefill_tokens - before.prefill_tokens;
    // 128 tokens typed, and the window moved twice, each time to between half and three quarters of the context.
    assert!(fed < 128 + 2 * 192, "{fed}");
}

#[test]
fn a_generation_outgrows_the_context() {
    let engine = Script { context: 64, batch: 16, ..lettered() }.engine();
    for keep in [0, 10, 1000] {
        let completion =
            complete(&engine, Request { overflow: Overflow::Window { keep }, ..request("start of the file", 500) });
        assert_eq!((completion.generated_tokens, completion.reason), (500, FinishReason::MaxTokens));
        assert_eq!(completion.text.len(), 500);
    }
}

#[test]
fn the_smallest_contexts_work() {
    for context in 1..6 {
        let engine = Script { context, batch: 1, ..lettered() }.engine();
        let completion = complete(&engine, request("abcdefgh", 20));
        assert_eq!(completion.generated_tokens, 20, "a context of {context}");
        assert!(completion.prompt_tokens <= context);
    }
}

#[test]
fn a_prompt_too_long_can_be_refused() {
    let engine = Script { context: 64, ..lettered() }.engine();
    let refusing =
        |length: usize, max_tokens| Request { overflow: Overflow::Refuse, ..request(&"x".repeat(length), max_tokens) };
    assert_eq!(complete(&engine, refusing(60, 4)).generated_tokens, 4);
    assert_eq!(fails(&engine, refusing(60, 5)), EngineError::PromptTooLong { tokens: 60, max_tokens: 5, limit: 64 });
    assert!(matches!(fails(&engine, refusing(1, usize::MAX)), EngineError::PromptTooLong { .. }));
}

#[test]
fn an_empty_prompt_starts_from_the_end_of_text() {
    let engine = Script::new(|tokens| if tokens == [END_OF_TEXT] { b'i'.into() } else { END_OF_TEXT }).engine();
    for prompt in [Prompt::Text(String::new()), Prompt::Tokens(Vec::new())] {
        let completion = complete(&engine, Request::new(prompt, 9));
        assert_eq!((completion.text.as_str(), completion.prompt_tokens), ("i", 1));
    }
}

#[test]
fn tokens_are_taken_as_they_are_if_the_model_has_them() {
    let engine = Script::continuing(vec![("ab", "c")]).engine();
    let tokens = |tokens: &[i32]| Request::new(Prompt::Tokens(tokens.to_vec()), 9);
    assert_eq!(complete(&engine, tokens(&[97, END_OF_TEXT, 97, 98])).text, "c");
    for unknown in [-1, 257, i32::MAX, i32::MIN] {
        let error = fails(&engine, tokens(&[97, unknown]));
        assert!(error.to_string().contains(&unknown.to_string()), "{error}");
    }
    assert_eq!(complete(&engine, request("ab", 9)).text, "c");
}

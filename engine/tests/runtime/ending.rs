//! How a request ends: by itself, by its stop rule, by its owner, by a successor; and how its events come.

use std::sync::mpsc::channel;

use codegen_core::{Event, FinishReason, Request};
use codegen_engine::runtime::backend::scripted::{Gate, Script};

use crate::support::{complete, events, keyed, lettered, letters, request};

#[test]
fn a_script_is_followed_to_its_end() {
    let engine = Script::continuing(vec![("def f():\n", "    return 1\n"), ("x = ", "é\u{1F600}")]).engine();
    let completion = complete(&engine, request("def f():\n", 64));
    assert_eq!((completion.text.as_str(), completion.reason), ("    return 1\n", FinishReason::EndOfText));
    assert_eq!((completion.prompt_tokens, completion.generated_tokens), (9, 13));
    assert_eq!(complete(&engine, request("x = ", 64)).text, "é\u{1F600}");
    assert_eq!(complete(&engine, request("unknown", 64)).text, "");
}

#[test]
fn tokens_stream_whole_characters_and_one_end() {
    let engine = Script::continuing(vec![("x", "aé")]).engine();
    let events = events(engine.submit(request("x", 64)));
    let texts: Vec<_> = events
        .iter()
        .map(|event| match event {
            Event::Token { id, text, logprob } => {
                assert!((-0.02..0.0).contains(logprob), "one logit of 10 among 257: {logprob}");
                format!("{id}={text}")
            }
            Event::Done(completion) => format!("done: {}", completion.text),
            Event::Failed(error) => error.to_string(),
        })
        .collect();
    assert_eq!(texts, ["97=a", "195=", "169=é", "done: aé"]);
}

#[test]
fn a_character_cut_off_by_the_limit_is_not_part_of_the_text() {
    let engine = Script::continuing(vec![("x", "aé")]).engine();
    let completion = complete(&engine, request("x", 2));
    assert_eq!((completion.text.as_str(), completion.reason), ("a", FinishReason::MaxTokens));
    assert_eq!(completion.generated_tokens, 2);
}

#[test]
fn no_tokens_wanted_is_no_work() {
    let engine = lettered().engine();
    let completion = complete(&engine, request("x", 0));
    assert_eq!((completion.text.as_str(), completion.reason), ("", FinishReason::MaxTokens));
    assert_eq!(engine.counters().batches, 0);
}

#[test]
fn a_stop_rule_cuts_the_text() {
    let engine = Script::continuing(vec![("go:", "one two three four")]).engine();
    let rule = |text: &str| text.find("thr").map(|at| at - 1);
    let request = Request { stop: Some(Box::new(rule)), ..request("go:", 64) };
    let events = events(engine.submit(request));
    let Some(Event::Done(completion)) = events.last() else { panic!("{events:?}") };
    assert_eq!((completion.text.as_str(), completion.reason), ("one two", FinishReason::Stop));
    // The rule needed three more letters to know; they were streamed, and no more.
    assert_eq!((completion.generated_tokens, events.len()), ("one two thr".len(), "one two thr".len() + 1));
}

#[test]
fn a_stop_rule_may_point_anywhere() {
    let engine = Script::continuing(vec![("x", "éé")]).engine();
    for (cut, text) in [(1, ""), (2, "é"), (99, "é")] {
        let rule = move |text: &str| (!text.is_empty()).then_some(cut);
        let completion = complete(&engine, Request { stop: Some(Box::new(rule)), ..request("x", 64) });
        assert_eq!((completion.text.as_str(), completion.reason), (text, FinishReason::Stop));
    }
}

#[test]
fn a_dropped_handle_stops_within_one_token() {
    let gate = Gate::new();
    gate.close();
    let engine = Script { gate: Some(gate.clone()), ..lettered() }.engine();
    let generation = engine.submit(request("prompt", 1000));
    // The prompt and five tokens pass; the batch with the sixth is held up.
    gate.permit(6);
    gate.wait_blocked();
    assert_eq!(engine.counters().generated_tokens, 6);
    drop(generation);
    gate.open();
    complete(&engine, request("other", 1));
    assert_eq!(engine.counters().generated_tokens, 6 + 1);
    assert_eq!(engine.counters().batches, 6 + 1 + 1);
    assert_eq!(engine.counters().finished_requests, 2);
}

#[test]
fn a_dropped_handle_stops_within_one_chunk_of_the_prompt() {
    let gate = Gate::new();
    gate.close();
    let engine = Script { gate: Some(gate.clone()), batch: 100, ..lettered() }.engine();
    let generation = engine.submit(request(&"p".repeat(1000), 10));
    gate.permit(3);
    gate.wait_blocked();
    drop(generation);
    gate.open();
    complete(&engine, request("xy", 1));
    // Three chunks, the one that was being computed, and the other request's two tokens.
    assert_eq!(engine.counters().prefill_tokens, 400 + 2);
}

#[test]
fn a_cancelled_request_is_answered_at_once_with_what_there_is() {
    let gate = Gate::new();
    gate.close();
    let engine = Script { gate: Some(gate.clone()), ..lettered() }.engine();
    let generation = engine.submit(request("prompt", 1000));
    gate.permit(3);
    gate.wait_blocked();
    generation.cancel();
    generation.cancel();
    // The worker still stands at the gate.
    let events = events(generation);
    let Some(Event::Done(completion)) = events.last() else { panic!("{events:?}") };
    assert_eq!(completion.reason, FinishReason::Cancelled);
    assert_eq!(completion.text, letters("prompt", 3));
    assert_eq!(events.len(), 4);
    gate.open();
}

#[test]
fn a_superseded_request_is_answered_at_once_and_in_nobodys_way() {
    let gate = Gate::new();
    gate.close();
    let engine = Script { gate: Some(gate.clone()), slots: 1, ..lettered() }.engine();
    let running = engine.submit(keyed("one", 1000, "buffer"));
    let other = engine.submit(keyed("elsewhere", 3, "another buffer"));
    gate.wait_blocked();
    let waiting = engine.submit(keyed("two", 1000, "buffer"));
    // All of this while the worker computes a batch.
    assert_eq!(running.blocking_finish().unwrap().reason, FinishReason::Superseded);
    let last = engine.submit(keyed("three", 3, "buffer"));
    assert_eq!(waiting.blocking_finish().unwrap().reason, FinishReason::Superseded);
    gate.open();
    assert_eq!(other.blocking_finish().unwrap().text, letters("elsewhere", 3));
    assert_eq!(last.blocking_finish().unwrap().text, letters("three", 3));
    // The first one's batch, and three for each of the two that were left: nothing was spent on the superseded.
    assert_eq!(engine.counters().batches, 1 + 3 + 3);
    assert_eq!(engine.counters().finished_requests, 4);
}

#[test]
fn a_finished_request_cannot_be_superseded() {
    let engine = lettered().engine();
    let first = engine.submit(keyed("one", 2, "buffer"));
    while engine.counters().finished_requests == 0 {
        std::thread::yield_now();
    }
    complete(&engine, keyed("two", 2, "buffer"));
    assert_eq!(first.blocking_finish().unwrap().reason, FinishReason::MaxTokens);
}

#[test]
fn the_worker_ends_with_its_last_handle() {
    let gate = Gate::new();
    gate.close();
    let (alive, ended) = channel::<()>();
    let script = Script::new(move |tokens| {
        let _ = &alive;
        crate::support::letter_after(tokens)
    });
    let engine = Script { gate: Some(gate.clone()), ..script }.engine();
    let clone = engine.clone();
    let generation = engine.submit(request("x", 5));
    drop(engine);
    drop(clone);
    gate.open();
    // A request whose handle lives is finished even without an engine.
    assert_eq!(generation.blocking_finish().unwrap().text, letters("x", 5));
    // The script, and with it the channel's sender, is dropped by the worker's thread when it ends.
    assert!(ended.recv().is_err());
}

#[tokio::test]
async fn events_can_be_awaited() {
    let engine = Script::continuing(vec![("x", "ab")]).engine();
    let mut generation = engine.submit(request("x", 64));
    assert!(matches!(generation.next().await, Some(Event::Token { id: 97, .. })));
    assert_eq!(generation.finish().await.unwrap().text, "ab");
    let mut generation = engine.submit(request("x", 1));
    while let Some(event) = generation.next().await {
        assert!(!matches!(event, Event::Failed(_)));
    }
    assert!(generation.next().await.is_none());
}

//! What happens when something fails: typed errors for everybody concerned, and for nobody else.

use std::sync::Arc;
use std::sync::mpsc::channel;

use codegen_core::{EngineError, Event, Request, Sampling, StopRule, TokenId};
use codegen_engine::runtime::backend::scripted::{Gate, Script};
use codegen_engine::runtime::{Backend, BatchToken, Vocabulary};
use codegen_engine::{Engine, ModelInfo};

use crate::support::{candidates, complete, events, fails, lettered, letters, request};

fn died(event: Option<Event>) -> String {
    match event {
        Some(Event::Failed(EngineError::WorkerDied { reason })) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_panic_of_the_worker_reaches_everybody() {
    let gate = Gate::new();
    gate.close();
    let script = Script::new(|_| panic!("out of cheese"));
    let engine = Script { gate: Some(gate.clone()), slots: 1, ..script }.engine();
    let running = engine.submit(request("a", 9));
    let waiting = engine.submit(request("b", 9));
    gate.wait_blocked();
    gate.open();
    for generation in [running, waiting] {
        let events = events(generation);
        assert_eq!(events.len(), 1);
        assert!(died(events.into_iter().next()).contains("out of cheese"));
    }
    assert!(died(events(engine.submit(request("c", 9))).pop()).contains("out of cheese"));
    assert_eq!(engine.counters().finished_requests, 3);
    assert_eq!(engine.tokenize("ab"), [97, 98]);
}

#[test]
fn a_panic_while_loading_is_an_error() {
    let start = || -> Result<(Fragile, ModelInfo), EngineError> { panic!("no cheese at all") };
    let error = Engine::start(start).unwrap_err();
    assert!(matches!(&error, EngineError::WorkerDied { reason } if reason.contains("no cheese")), "{error}");
}

#[test]
fn an_error_while_loading_is_passed_on() {
    let start = || -> Result<(Fragile, ModelInfo), EngineError> { Err(EngineError::EmptyPrompt) };
    assert_eq!(Engine::start(start).unwrap_err(), EngineError::EmptyPrompt);
}

#[test]
fn a_stop_rule_is_dropped_with_its_request() {
    struct Rule(std::sync::mpsc::Sender<()>);
    impl StopRule for Rule {
        fn cut(&mut self, _: &str) -> Option<usize> {
            let _ = self.0.send(());
            None
        }
    }
    let engine = lettered().engine();
    let (sender, receiver) = channel();
    complete(&engine, Request { stop: Some(Box::new(Rule(sender))), ..request("x", 3) });
    assert_eq!(receiver.iter().count(), 3);
}

#[test]
fn options_that_mean_nothing_are_refused() {
    let engine = lettered().engine();
    let sampling = Sampling { temperature: f32::NAN, ..Sampling::GREEDY };
    let error = fails(&engine, Request { sampling, ..request("x", 3) });
    assert!(matches!(error, EngineError::BadOption { option: "temperature", .. }), "{error}");
    assert_eq!(engine.counters().batches, 0);
}

/// A backend that says "a" for ever, fails on the token `F`, gives no numbers after the token `N`, and cannot cut what it
/// holds, only forget it. Its vocabulary has no end.
struct Fragile {
    slots: Vec<Vec<TokenId>>,
    rows: Vec<Vec<f32>>,
    /// How many of the tokens `F` it still fails on.
    failures: usize,
}

struct Endless;

impl Vocabulary for Endless {
    fn tokenize(&self, text: &str) -> Vec<TokenId> {
        text.bytes().map(TokenId::from).collect()
    }
    fn token_bytes(&self, token: TokenId, out: &mut Vec<u8>) {
        out.extend(u8::try_from(token).ok());
    }
    fn is_end(&self, _: TokenId) -> bool {
        false
    }
    fn len(&self) -> usize {
        128
    }
}

impl Backend for Fragile {
    fn vocabulary(&self) -> Arc<dyn Vocabulary> {
        Arc::new(Endless)
    }
    fn context(&self) -> usize {
        512
    }
    fn batch(&self) -> usize {
        8
    }
    fn slots(&self) -> usize {
        self.slots.len()
    }
    fn decode(&mut self, batch: &[BatchToken]) -> Result<(), EngineError> {
        self.rows.clear();
        for token in batch {
            assert_eq!(self.slots[token.slot].len(), token.position);
            self.slots[token.slot].push(token.token);
            let mut row = vec![if token.token == i32::from(b'N') { f32::NAN } else { 0.0 }; 128];
            if token.token != i32::from(b'N') {
                row[usize::from(b'a')] = 1.0;
            }
            self.rows.push(row);
        }
        if self.failures > 0 && batch.iter().any(|token| token.token == i32::from(b'F')) {
            self.failures -= 1;
            return Err(EngineError::Decode { reason: "F".into() });
        }
        Ok(())
    }
    fn logits(&mut self, index: usize) -> &[f32] {
        &self.rows[index]
    }
    fn truncate(&mut self, slot: usize, from: usize) -> bool {
        if from == 0 {
            self.slots[slot].clear();
        }
        from == 0
    }
    fn copy(&mut self, _: usize, _: usize, _: usize) -> bool {
        false
    }
}

fn fragile(slots: usize) -> Engine {
    failing(slots, usize::MAX)
}

fn failing(slots: usize, failures: usize) -> Engine {
    let info = lettered().engine().info().clone();
    Engine::start(move || Ok((Fragile { slots: vec![Vec::new(); slots], rows: Vec::new(), failures }, info))).unwrap()
}

#[test]
fn a_backend_without_room_is_refused() {
    let info = lettered().engine().info().clone();
    let error =
        Engine::start(move || Ok((Fragile { slots: Vec::new(), rows: Vec::new(), failures: 0 }, info))).unwrap_err();
    assert!(matches!(error, EngineError::BadOption { option: "slots", .. }), "{error}");
}

#[test]
fn a_failed_batch_fails_its_requests_and_the_engine_goes_on() {
    let engine = fragile(2);
    for _ in 0..3 {
        assert_eq!(fails(&engine, request("a long prompt, then F", 9)), EngineError::Decode { reason: "F".into() });
        assert_eq!(complete(&engine, request("a long prompt", 4)).text, "aaaa");
    }
}

#[test]
fn candidates_fail_with_the_batch_that_they_are_in() {
    for slots in [1, 2, 3] {
        // Each of the first two fails where it reads the prompt, and the third gets to its end.
        let engine = failing(slots, 2);
        let ends: Vec<_> =
            engine.submit_candidates(candidates("a long prompt, then F", 5, 4)).into_iter().map(events).collect();
        for failed in &ends[..2] {
            assert_eq!(failed[..], [Event::Failed(EngineError::Decode { reason: "F".into() })]);
        }
        for events in &ends[2..] {
            assert!(matches!(events.last(), Some(Event::Done(done)) if done.text == "aaaa"), "{events:?}");
        }
        assert_eq!(engine.counters().finished_requests, 5);
    }
}

#[test]
fn output_without_numbers_fails_all_candidates() {
    let engine = fragile(2);
    for generation in engine.submit_candidates(candidates("a long prompt, then N", 4, 4)) {
        let events = events(generation);
        assert!(matches!(events[..], [Event::Failed(EngineError::Decode { .. })]), "{events:?}");
    }
    assert_eq!(engine.counters().prefill_tokens, 21);
    assert_eq!(complete(&engine, request("x", 4)).text, "aaaa");
}

#[test]
fn a_panic_reaches_all_candidates() {
    let engine = Script::new(|_| panic!("out of cheese")).engine();
    for generation in engine.submit_candidates(candidates("x", 3, 4)) {
        let events = events(generation);
        assert_eq!(events.len(), 1);
        assert!(died(events.into_iter().next()).contains("out of cheese"));
    }
    assert!(died(events(engine.submit_candidates(candidates("x", 3, 4)).remove(1)).pop()).contains("out of cheese"));
}

#[test]
fn output_without_numbers_fails_the_request() {
    let engine = fragile(1);
    assert!(matches!(fails(&engine, request("N", 9)), EngineError::Decode { .. }));
    assert_eq!(complete(&engine, request("x", 4)).text, "aaaa");
}

#[test]
fn a_cache_that_cannot_be_cut_is_forgotten() {
    let engine = fragile(1);
    complete(&engine, request("shared one", 4));
    let completion = complete(&engine, request("shared two", 4));
    assert_eq!((completion.reused_tokens, completion.text.as_str()), (0, "aaaa"));
    // Nothing has to be cut for a prompt that goes on where the cache ends.
    assert_eq!(complete(&engine, request("shared twoaaa!", 4)).reused_tokens, 13);
    assert_eq!(complete(&engine, request("x", 600)).generated_tokens, 600);
}

#[test]
fn an_empty_prompt_needs_a_token_to_start_from() {
    assert_eq!(fails(&fragile(1), request("", 9)), EngineError::EmptyPrompt);
    assert_eq!(complete(&lettered().engine(), request("x", 2)).text, letters("x", 2));
}

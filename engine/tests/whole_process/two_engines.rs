//! What engines cost each other that live in one process, counted by what its threads do.

use std::collections::HashSet;
use std::fs;
use std::time::Duration;

use codegen_core::{Prompt, Request};
use codegen_engine::{Counters, Engine, EngineOptions};

use crate::alone;

/// Tokens that are decoded.
const TOKENS: usize = 4;

fn load(slots: usize) -> Engine {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf");
    // With two threads, which wait for each other some 200 times a token.
    let options =
        EngineOptions { threads: Some(2), slots: Some(slots), context: Some(256), ..EngineOptions::new(model.into()) };
    Engine::load(&options).unwrap()
}

fn decode(engine: &Engine) -> String {
    let request = Request::new(Prompt::Text("def add(a, b):\n    return a + b\n\n\n".into()), TOKENS);
    engine.submit(request).blocking_finish().unwrap().text
}

/// The threads of this process that engines compute with, each with how often it has gone to sleep.
fn engine_threads() -> Vec<(String, u64)> {
    let threads = fs::read_dir("/proc/self/task").unwrap().filter_map(|entry| {
        let status = fs::read_to_string(entry.unwrap().path().join("status")).ok()?;
        let field = |name: &str| status.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()));
        let sleeps = field("voluntary_ctxt_switches:")?.parse().ok()?;
        // Threads take the name of the one that starts them.
        (field("Name:")? == "codegen-engine").then_some((field("Pid:")?, sleeps))
    });
    threads.collect()
}

fn work(counters: Counters) -> [u64; 4] {
    [counters.prefill_tokens, counters.reused_tokens, counters.generated_tokens, counters.batches]
}

#[test]
fn a_request_costs_the_same_beside_a_resting_engine_and_with_eight_slots() {
    let _alone = alone();
    // The system may still be busy taking threads away that have ended.
    for _ in 0..1000 {
        if engine_threads().is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let alone = load(1);
    let text = decode(&alone);
    let own: HashSet<String> = engine_threads().into_iter().map(|(id, _)| id).collect();
    assert_eq!(own.len(), 2, "its thread, and one that helps");

    // An engine that has computed and now rests, with eight slots.
    let beside = load(8);
    assert_eq!(decode(&beside), text);
    assert_eq!(work(alone.counters()), work(beside.counters()), "slots that are free cost no tokens");
    assert_eq!(engine_threads().len(), 4);

    // OpenMP counts the threads of both, finds them to be more than the cores, and has each barrier sleep at once.
    let sleeps = |own: &HashSet<String>| -> u64 {
        engine_threads().iter().filter(|(id, _)| own.contains(id)).map(|(_, sleeps)| sleeps).sum()
    };
    let before = sleeps(&own);
    assert_eq!(decode(&alone), text);
    let slept = sleeps(&own) - before;
    assert!(slept <= 10 * TOKENS as u64, "threads that wait within a batch do not sleep: {slept} times");
}

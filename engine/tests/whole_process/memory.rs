//! Memory does not grow with the number of requests.

use codegen_core::{Key, Prompt, Request};
use codegen_engine::{Engine, EngineOptions};

use crate::alone;

/// Bytes of this process that are in memory.
fn resident() -> i64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split_whitespace().nth(1).unwrap().parse::<i64>().unwrap() * 4096
}

#[test]
fn two_thousand_requests_leave_nothing_behind() {
    let _alone = alone();
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf");
    // On a busy machine several threads spend most of their time waiting for one another.
    let engine = Engine::load(&EngineOptions { threads: Some(1), ..EngineOptions::new(model.into()) }).unwrap();
    let run = |numbers: std::ops::Range<usize>| {
        for number in numbers {
            let request = Request {
                key: Some(Key(format!("buffer {number}"))),
                // Every third is left alone while it runs.
                ..Request::new(Prompt::Text(format!("def f{number}(a, b):\n")), if number % 3 == 0 { 50 } else { 2 })
            };
            let mut generation = engine.submit(request);
            if number % 3 == 0 {
                generation.blocking_next();
            } else {
                generation.blocking_finish().unwrap();
            }
        }
        resident()
    };
    let before = run(0..600);
    let after = run(600..2600);
    assert_eq!(engine.counters().finished_requests, 2600);
    // Losing 500 bytes a request, less than one string or event of each, would be seen.
    assert!(after - before < 1_000_000, "{} bytes more after 2,000 requests", after - before);
}

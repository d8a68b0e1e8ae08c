//! The same with the real model: the one that ships with the program.

use std::collections::HashSet;
use std::ops::ControlFlow;

use codegen_engine::{Engine, EngineOptions};
use codegen_eval::dialogue::Task;
use codegen_eval::record::Sample;
use codegen_eval::sampling::{self, Cancel, Plan};

use crate::{PLAN, all, by_key, missing, task};

/// With one thread, because several tests run at a time, and threads that wait for one another get nowhere then.
fn load(slots: usize) -> Engine {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/models/builtin.gguf");
    let options =
        EngineOptions { threads: Some(1), slots: Some(slots), context: Some(256), ..EngineOptions::new(file.into()) };
    Engine::load(&options).unwrap()
}

fn tasks() -> Vec<Task> {
    let mut tasks = vec![
        task("multi", "1", &["Assign the list [3, 8, 1] to a variable named numbers.", "Sort numbers.", "Print them."]),
        task("single", "1", &["Assign the list [3, 8, 1] to a variable named numbers. Sort numbers. Print them."]),
        task("multi", "2", &["Define a function that adds two numbers."]),
    ];
    tasks.iter_mut().for_each(|task| task.temperature = 0.9);
    tasks
}

fn lines(samples: &[Sample]) -> String {
    samples.iter().map(|sample| serde_json::to_string(sample).unwrap() + "\n").collect()
}

#[test]
fn reproducible_samples_are_the_same_to_the_last_byte() {
    let plan = Plan { samples: 2, top_p: 0.95, reproducible: true, ..PLAN };
    let whole = lines(&all(&load(1), &tasks(), &plan));
    assert_eq!(whole.lines().count(), 6);
    // Ended after each sample and continued by another process would do, on an engine that has done other things.
    let busy = load(3);
    all(&busy, &tasks(), &PLAN);
    let mut done = HashSet::new();
    let mut pieces = Vec::new();
    loop {
        let before = pieces.len();
        let known = done.clone();
        let sink = |sample: Sample| {
            done.insert(sample.key.clone());
            pieces.push(sample);
            ControlFlow::Break(())
        };
        sampling::run(&busy, &tasks(), &plan, &known, &Cancel::default(), sink).unwrap();
        if pieces.len() == before {
            break;
        }
    }
    assert_eq!(lines(&pieces), whole);
}

#[test]
fn prompts_are_scored_alike_however_they_are_sampled() {
    let shared = by_key(all(&load(4), &tasks(), &PLAN));
    let alone = by_key(all(&load(1), &tasks(), &Plan { reproducible: true, ..PLAN }));
    for (key, sample) in &shared {
        let perplexity = |sample: &Sample| sample.turns[0].perplexity.unwrap();
        let ratio = perplexity(sample) / perplexity(&alone[key]);
        assert!((0.95..1.05).contains(&ratio), "{key:?}: {ratio}");
        assert_eq!(perplexity(sample), perplexity(&shared[&codegen_eval::record::Key { sample: 0, ..key.clone() }]));
        assert!(sample.turns.iter().all(|turn| turn.perplexity.is_some_and(|perplexity| perplexity > 1.0)));
    }
    assert!(missing(&load(1), &tasks(), &PLAN, &shared.into_keys().collect()).0.is_empty());
}

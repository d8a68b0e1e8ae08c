//! That sampling side by side changes nothing but the work.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};
use codegen_eval::dialogue::{StopSequences, Task};
use codegen_eval::sampling::{self, Cancel, Plan};

use crate::{PLAN, Turns, all, by_key, engine, limited, task};

fn tasks() -> Vec<Task> {
    let mut tasks = vec![
        task("multi", "1", &["one", "two", "three"]),
        task("multi", "2", &["one", "other"]),
        task("multi", "3", &["alone"]),
        task("single", "1", &["one two three"]),
        task("single", "2", &["one other"]),
    ];
    tasks[1].input = 3;
    tasks
}

#[test]
fn what_is_sampled_does_not_depend_on_what_is_sampled_beside_it() {
    let alone = by_key(all(&engine(1), &tasks(), &PLAN));
    assert_eq!(alone.len(), 15);
    for slots in [2, 3, 16] {
        assert_eq!(by_key(all(&engine(slots), &tasks(), &PLAN)), alone, "{slots} slots");
    }
    let backwards: Vec<Task> = tasks().into_iter().rev().collect();
    assert_eq!(by_key(all(&engine(3), &backwards, &PLAN)), alone);
    let reproducible = Plan { reproducible: true, ..PLAN };
    assert_eq!(by_key(all(&engine(3), &tasks(), &reproducible)), alone);
}

#[test]
fn samples_share_batches_and_their_prompt() {
    let prompt = "a prompt that is long enough to be worth keeping ".repeat(4);
    // Eight begin together and stay so. When they have ended, the others come one by one, and the model does not wait for
    // them, so that how many of them share a batch is up to the threads and not asserted.
    for samples in [8, 40] {
        let turns = Turns { prompts: vec![prompt.clone()], stop_sequences: StopSequences::Turn, max_tokens: 30 };
        let engine = Script {
            slots: 8,
            ..Script::new(|tokens| {
                let last = tokens.last().copied().unwrap_or_default();
                if (97..122).contains(&last) { last + 1 } else { 97 }
            })
        }
        .engine();
        let done = all(&engine, &[limited("multi", "1", turns)], &Plan { samples, ..PLAN });
        let counters = engine.counters();
        let (prompt, count) = (prompt.len() as u64 + 3, samples as u64);
        assert_eq!((done.len(), counters.generated_tokens), (samples, count * 30));
        assert!(
            counters.prefill_tokens < prompt + 3 * count,
            "{counters:?}: the prompt is read once, not {samples} times"
        );
        assert!(samples > 8 || counters.batches <= 32, "{counters:?}: a batch has a token of each of 8");
    }
}

#[test]
fn others_begin_and_end_while_a_long_sample_goes_on() {
    let others = Arc::new(AtomicUsize::new(0));
    let ended = Arc::clone(&others);
    // The long one ends when all others have, and would never do so if one of them waited for it.
    let script = Script::new(move |tokens| {
        let long = tokens.starts_with(b"# long".map(i32::from).as_slice());
        std::thread::yield_now();
        if long && ended.load(Ordering::Relaxed) < 20 { i32::from(b'a') } else { END_OF_TEXT }
    });
    let engine = Script { slots: 2, context: 100_000, ..script }.engine();
    let turns = |prompt: &str| Turns {
        prompts: vec![prompt.into()],
        stop_sequences: StopSequences::HumanEval,
        max_tokens: 90_000,
    };
    let mut tasks = vec![limited("multi", "0", turns("long"))];
    tasks.extend((1..=20).map(|id| limited("multi", &id.to_string(), turns("short"))));
    let plan = Plan { samples: 1, ..PLAN };
    let mut samples = Vec::new();
    sampling::run(&engine, &tasks, &plan, &HashSet::new(), &Cancel::default(), |sample| {
        others.fetch_add(1, Ordering::Relaxed);
        samples.push(sample);
        ControlFlow::Continue(())
    })
    .unwrap();
    let last = samples.last().unwrap();
    assert_eq!((samples.len(), last.key.problem.as_str(), last.turns[0].ended.as_str()), (21, "0", "end of text"));
}

#[test]
fn a_reproducible_sample_takes_nothing_from_the_cache() {
    let engine = engine(4);
    all(&engine, &tasks(), &PLAN);
    let before = engine.counters();
    let samples = all(&engine, &tasks(), &Plan { reproducible: true, ..PLAN });
    let after = engine.counters();
    assert_eq!(after.reused_tokens, before.reused_tokens);
    assert!(samples.iter().flat_map(|sample| &sample.turns).all(|turn| turn.reused_tokens == 0));
    let order: Vec<_> = samples.iter().map(|sample| (sample.key.condition.as_str(), sample.key.sample)).collect();
    assert_eq!(order[..4], [("multi", 0), ("multi", 1), ("multi", 2), ("multi", 0)], "in order");
}

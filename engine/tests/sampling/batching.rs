//! That sampling side by side changes nothing but the work.

use codegen_engine::eval::dialogue::Task;
use codegen_engine::eval::sampling::Plan;

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
    let turns = Turns { prompts: vec![prompt.clone()], terminals: tasks()[0].dialogue.terminals(), max_tokens: 30 };
    let engine = codegen_engine::runtime::scripted::Script {
        slots: 8,
        ..codegen_engine::runtime::scripted::Script::new(|tokens| {
            let last = tokens.last().copied().unwrap_or_default();
            if (97..122).contains(&last) { last + 1 } else { 97 }
        })
    }
    .engine();
    let samples = all(&engine, &[limited("multi", "1", turns)], &Plan { samples: 40, ..PLAN });
    let counters = engine.counters();
    let prompt = prompt.len() as u64 + 3;
    assert_eq!((samples.len(), counters.generated_tokens), (40, 40 * 30));
    assert!(counters.prefill_tokens < prompt + 3 * 40, "{counters:?}: the prompt is read once, not 40 times");
    assert!(counters.batches < 40 * 30 / 6, "{counters:?}: a batch has a token of each of 8");
}

#[test]
fn a_slot_is_not_idle_while_there_is_more_to_sample() {
    // Samples of very different lengths: one that goes on to the limit does not hold up the others.
    let script = codegen_engine::runtime::scripted::Script {
        slots: 2,
        ..codegen_engine::runtime::scripted::Script::new(|tokens| {
            let long = tokens.starts_with(b"# l".map(i32::from).as_slice());
            if long { 97 } else { codegen_engine::runtime::scripted::END_OF_TEXT }
        })
    };
    let engine = script.engine();
    let turns = |prompt: &str| Turns {
        prompts: vec![prompt.into()],
        terminals: tasks()[0].dialogue.terminals(),
        max_tokens: 60,
    };
    let mut tasks = vec![limited("multi", "0", turns("long"))];
    tasks.extend((1..=50).map(|id| limited("multi", &id.to_string(), turns("short"))));
    let samples = all(&engine, &tasks, &Plan { samples: 1, ..PLAN });
    assert_eq!(samples.last().unwrap().key.problem, "0", "the others ended while it went on");
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

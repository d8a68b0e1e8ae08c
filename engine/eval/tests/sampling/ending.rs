//! Runs that end early, and those that go on where they ended.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::mpsc;

use codegen_core::{EngineError, TokenId};
use codegen_engine::runtime::backend::scripted::{Gate, Script};
use codegen_eval::record::{Key, Sample};
use codegen_eval::sampling::{self, Cancel, Plan, Stats};

use crate::{PLAN, all, by_key, engine, missing, said, task};

#[test]
fn nothing_to_sample() {
    let tasks = [task("multi", "1", &["one"])];
    assert!(all(&engine(2), &[], &PLAN).is_empty());
    assert!(all(&engine(2), &tasks, &Plan { samples: 0, ..PLAN }).is_empty());
    let done: HashSet<Key> = by_key(all(&engine(2), &tasks, &PLAN)).into_keys().collect();
    let engine = engine(2);
    assert_eq!(missing(&engine, &tasks, &PLAN, &done), (Vec::new(), Stats { samples: 0, complete: true }));
    assert_eq!(engine.counters().batches, 0, "the model is not even asked");
}

#[test]
fn a_run_goes_on_with_exactly_what_is_missing() {
    let tasks =
        [task("multi", "1", &["one", "two"]), task("multi", "2", &["three"]), task("single", "1", &["one two"])];
    let whole = by_key(all(&engine(3), &tasks, &PLAN));
    for ended_after in 0..=whole.len() {
        let mut samples = Vec::new();
        let sink = |sample: Sample| {
            samples.push(sample);
            if samples.len() < ended_after { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let stats = sampling::run(&engine(3), &tasks, &PLAN, &HashSet::new(), &Cancel::default(), sink).unwrap();
        assert_eq!(stats, Stats { samples: samples.len(), complete: false });
        assert_eq!(samples.len(), ended_after.max(1));
        let done = samples.iter().map(|sample| sample.key.clone()).collect();
        let (rest, stats) = missing(&engine(3), &tasks, &PLAN, &done);
        assert_eq!(stats, Stats { samples: whole.len() - done.len(), complete: true });
        assert_eq!(by_key(samples.into_iter().chain(rest)), whole, "no key twice, none missing");
    }
}

#[test]
fn cancelling_takes_effect_while_the_model_is_at_work() {
    let gate = Gate::new();
    let engine = Script { slots: 2, gate: Some(gate.clone()), ..Script::new(said) }.engine();
    let (ended, ends) = mpsc::channel();
    let cancel = Cancel::default();
    let (sampler, canceller) = (engine.clone(), cancel.clone());
    let thread = std::thread::spawn(move || {
        let tasks = [task("multi", "1", &["one", "two"]), task("multi", "2", &["three"])];
        let plan = Plan { samples: 100, ..PLAN };
        sampling::run(&sampler, &tasks, &plan, &HashSet::new(), &canceller, |sample| {
            ended.send(sample).unwrap();
            ControlFlow::Continue(())
        })
    });
    ends.recv().unwrap();
    gate.close();
    gate.wait_blocked();
    assert!(!cancel.is_cancelled());
    cancel.cancel();
    // The gate is still closed: no batch is waited for.
    let stats = thread.join().unwrap().unwrap();
    assert!(cancel.is_cancelled() && !stats.complete);
    assert_eq!(stats.samples, 1 + ends.iter().count());
    gate.open();
    // What was under way is gone, and the engine serves others.
    all(&engine, &[task("multi", "3", &["four"])], &PLAN);
    let tasks = [task("multi", "1", &["one"])];
    let stats = sampling::run(&engine, &tasks, &PLAN, &HashSet::new(), &cancel, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(stats, Stats { samples: 0, complete: false }, "what is cancelled stays so");
}

#[test]
fn a_model_that_fails_ends_the_run_and_what_was_sampled_stays() {
    let script = Script::new(|tokens: &[TokenId]| {
        assert!(!tokens.starts_with(b"# bad".map(TokenId::from).as_slice()), "a bad prompt");
        said(tokens)
    });
    let engine = Script { slots: 1, ..script }.engine();
    let tasks = [task("multi", "1", &["good"]), task("multi", "2", &["bad"]), task("multi", "3", &["good"])];
    let mut samples = Vec::new();
    let error = sampling::run(&engine, &tasks, &PLAN, &HashSet::new(), &Cancel::default(), |sample| {
        samples.push(sample);
        ControlFlow::Continue(())
    });
    assert!(matches!(&error, Err(EngineError::WorkerDied { reason }) if reason.contains("a bad prompt")), "{error:?}");
    assert_eq!(by_key(samples).len(), 3);
}

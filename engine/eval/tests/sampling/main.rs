//! Sampling tasks: around a scripted model, whose texts depend on the whole prompt and have no rounding, and with the real
//! one.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod batching;
mod ending;
mod model;
mod turns;

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use codegen_core::TokenId;
use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};
use codegen_eval::dialogue::{Check, Dialogue, Shown, StopSequences, Task};
use codegen_eval::record::{Key, Sample};
use codegen_eval::sampling::{self, Cancel, Plan, Stats};
use codegen_eval::scoring::Scoring;
use serde_json::Value;

/// Comments, each answered by a piece of code, all of which are shown for the next.
struct Turns {
    prompts: Vec<String>,
    stop_sequences: StopSequences,
    max_tokens: usize,
}

impl Dialogue for Turns {
    fn turns(&self) -> usize {
        self.prompts.len()
    }

    fn shown(&self, texts: &[String]) -> Shown {
        let history = self.program(texts);
        let prompt = &self.prompts[texts.len()];
        Shown { text: format!("{history}# {prompt}\n"), prompt_start: history.len(), max_tokens: self.max_tokens }
    }

    fn stop_sequences(&self) -> StopSequences {
        self.stop_sequences
    }

    fn program(&self, texts: &[String]) -> String {
        self.prompts.iter().zip(texts).map(|(prompt, text)| format!("# {prompt}\n{text}\n\n")).collect()
    }
}

/// A task of one input with these prompts, eight tokens each, greedily.
fn task(condition: &str, problem: &str, prompts: &[&str]) -> Task {
    let prompts = prompts.iter().map(|&prompt| prompt.to_owned()).collect();
    limited(condition, problem, Turns { prompts, stop_sequences: StopSequences::Turn, max_tokens: 8 })
}

fn limited(condition: &str, problem: &str, dialogue: Turns) -> Task {
    Task {
        condition: condition.into(),
        problem: problem.into(),
        line: 7,
        input: 0,
        temperature: 0.0,
        dialogue: Box::new(dialogue),
        check: Check::Output(Value::Null, Scoring::Reference),
    }
}

const PLAN: Plan = Plan { samples: 3, top_p: 1.0, seed: 11, perplexity: true, reproducible: false };

/// A byte that depends on every token before it, so that a text is right only if the prompt was, and the cache. Texts end
/// after different lengths.
fn said(tokens: &[TokenId]) -> TokenId {
    let hash = tokens.iter().fold(7_u64, |hash, &token| {
        (hash ^ u64::from(token.unsigned_abs())).wrapping_mul(0x0100_0000_01b3).rotate_left(5)
    });
    if hash % 7 == 0 { END_OF_TEXT } else { TokenId::from(b'a') + TokenId::try_from(hash % 26).unwrap() }
}

/// A model that says that, with so many slots.
fn engine(slots: usize) -> Engine {
    Script { slots, ..Script::new(said) }.engine()
}

/// A model for which all small letters are about equally likely, and nothing else is.
fn undecided(slots: usize) -> Engine {
    let letters = |_: &[TokenId]| (b'a'..=b'z').map(|byte| (TokenId::from(byte), 30.0)).collect();
    Script { slots, ..Script::weighing(letters) }.engine()
}

/// Everything that is sampled, in the order of its end.
fn all(engine: &Engine, tasks: &[Task], plan: &Plan) -> Vec<Sample> {
    let (samples, stats) = missing(engine, tasks, plan, &HashSet::new());
    assert_eq!(stats, Stats { samples: samples.len(), complete: true });
    samples
}

fn missing(engine: &Engine, tasks: &[Task], plan: &Plan, done: &HashSet<Key>) -> (Vec<Sample>, Stats) {
    let mut samples = Vec::new();
    let sink = |sample| {
        samples.push(sample);
        ControlFlow::Continue(())
    };
    let stats = sampling::run(engine, tasks, plan, done, &Cancel::default(), sink).unwrap();
    (samples, stats)
}

/// Samples by their keys, without what the cache had for them; no key may occur twice.
#[track_caller]
fn by_key(samples: impl IntoIterator<Item = Sample>) -> BTreeMap<Key, Sample> {
    let mut by_key = BTreeMap::new();
    for mut sample in samples {
        for turn in &mut sample.turns {
            turn.reused_tokens = 0;
        }
        let key = sample.key.clone();
        assert!(by_key.insert(key.clone(), sample).is_none(), "{key:?} twice");
    }
    by_key
}

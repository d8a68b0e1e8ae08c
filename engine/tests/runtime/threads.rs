//! How many threads compute: chosen, given, or pinned for results that must repeat.

use codegen_core::Request;
use codegen_engine::{Engine, EngineOptions, ThreadsInUse};

use crate::support::{complete, request};

const PROMPT: &str = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n";

fn load(threads: Option<usize>) -> Engine {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf");
    let options = EngineOptions { threads, slots: Some(1), ..EngineOptions::new(model.into()) };
    Engine::load(&options).unwrap()
}

#[test]
fn the_engine_chooses_unless_it_is_told() {
    let engine = load(None);
    let most = engine.info().threads;
    assert_eq!(engine.info().threads_chosen, most > 1);
    assert_eq!(engine.threads_in_use(), ThreadsInUse::default(), "nothing has been computed yet");
    complete(&engine, request(PROMPT, 12));
    let used = engine.threads_in_use();
    assert!((1..=most).contains(&used.decode) && (1..=most).contains(&used.batch), "{used:?}");

    for threads in [1, 2] {
        let engine = load(Some(threads));
        assert_eq!((engine.info().threads, engine.info().threads_chosen), (threads, false));
        complete(&engine, request(PROMPT, 2));
        assert_eq!(engine.threads_in_use(), ThreadsInUse { decode: threads, batch: threads });
    }
}

#[test]
fn what_must_repeat_is_computed_with_all_threads() {
    let engine = load(None);
    let all = engine.info().threads;
    let repeats = || complete(&engine, Request { fresh: true, ..request(PROMPT, 2) });
    let first = repeats();
    assert_eq!(engine.threads_in_use(), ThreadsInUse { decode: all, batch: all });
    // The first token after that is decoded by one thread again, with which small batches begin.
    complete(&engine, request(PROMPT, 2));
    assert_eq!(engine.threads_in_use().decode, 1);
    let second = repeats();
    assert_eq!(engine.threads_in_use(), ThreadsInUse { decode: all, batch: all });
    assert_eq!((first.text, first.mean_logprob.to_bits()), (second.text, second.mean_logprob.to_bits()));
}

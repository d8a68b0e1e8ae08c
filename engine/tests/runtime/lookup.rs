//! Tokens that are guessed from what was said before: the same text, in fewer batches.

use codegen_core::{Priority, Request, Sampling, TokenId};
use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};
use codegen_engine::{Engine, EngineOptions};

use crate::support::{candidates, complete, finish, gated, lettered, letters, ranked, request};

const BATCH: usize = 15;

/// A model with a small vocabulary that often says again what it has said, and never the same for sure.
fn chatty(guesses: usize) -> Script {
    let next = |tokens: &[TokenId]| {
        let hash = tokens.iter().rev().take(2).fold(7_u64, |hash, &token| {
            (hash ^ u64::from(token.unsigned_abs())).wrapping_mul(0x0100_0000_01b3).rotate_left(7)
        });
        let likely = TokenId::from(b'a') + TokenId::try_from(hash % 6).unwrap();
        (0..6)
            .map(|letter| TokenId::from(b'a') + letter)
            .map(|letter| (letter, if letter == likely { 9.0 } else { 6.0 }))
            .collect()
    };
    Script { guesses, ..Script::weighing(next) }
}

/// A model that recites a text of 26 letters again and again, as long as nothing else stands before.
fn reciting(guesses: usize) -> Script {
    let next = |tokens: &[TokenId]| match tokens.last() {
        Some(&last) if (97..122).contains(&last) => last + 1,
        _ => TokenId::from(b'a'),
    };
    Script { guesses, ..Script::new(next) }
}

fn sampled(seed: u64, temperature: f32) -> Request {
    let sampling = Sampling { temperature, top_k: 0, top_p: 1.0, seed };
    Request { sampling, ..request("abcabcabc", 120) }
}

#[test]
fn guesses_change_no_token_and_no_probability() {
    let (plain, guessing) = (chatty(0).engine(), chatty(BATCH).engine());
    for (seed, temperature) in (0..60).map(|seed| (seed, [0.0, 0.3, 1.0][usize::try_from(seed % 3).unwrap()])) {
        let [expected, given] = [&plain, &guessing].map(|engine| complete(engine, sampled(seed, temperature)));
        assert_eq!(
            (given.text, given.tokens, given.reason),
            (expected.text, expected.tokens, expected.reason),
            "{seed}"
        );
        assert_eq!(given.generated_tokens, 120);
    }
    let counters = guessing.counters();
    assert!(counters.right_guesses > 200 && counters.guessed_tokens > counters.right_guesses, "{counters:?}");
    assert_eq!(plain.counters().guessed_tokens, 0);
    assert_eq!(counters.generated_tokens, plain.counters().generated_tokens);
}

#[test]
fn what_is_said_again_takes_few_batches() {
    let (plain, guessing) = (reciting(0).engine(), reciting(BATCH).engine());
    let [expected, given] =
        [&plain, &guessing].map(|engine| complete(engine, request("abcdefghijklmnopqrstuvwxyz", 208)).text);
    assert_eq!(given, expected);
    assert_eq!(plain.counters().batches, 208);
    let batches = guessing.counters().batches;
    assert!(batches < 40, "{batches} batches");
}

#[test]
fn what_an_earlier_request_said_is_guessed() {
    let engine = Script { guesses: BATCH, ..lettered() }.engine();
    let prompt = "once upon a time";
    let first = complete(&engine, request(prompt, 60)).text;
    assert_eq!(first, letters(prompt, 60));
    let before = engine.counters().batches;
    assert_eq!(complete(&engine, request(prompt, 60)).text, first);
    let batches = engine.counters().batches - before;
    assert!(batches < 15, "{batches} batches");
    // What no longer follows is not said again.
    let other = format!("{prompt}, t");
    assert_eq!(complete(&engine, request(&other, 60)).text, letters(&other, 60));
    assert_eq!(complete(&engine, request(prompt, 60)).text, first);
}

#[test]
fn a_wrong_guess_leaves_nothing_in_the_cache() {
    // Each letter depends on all tokens before it, so that it shows what is in the cache.
    let (plain, guessing) = (lettered().engine(), Script { guesses: BATCH, ..lettered() }.engine());
    let prompt = "say it say it say it ".repeat(4);
    for length in [1, 2, 3, 4, 5, 30] {
        let [expected, given] = [&plain, &guessing].map(|engine| complete(engine, request(&prompt, length)));
        assert_eq!(given.text, expected.text, "{length}");
        let next = format!("{prompt}{}", given.text);
        let [expected, given] = [&plain, &guessing].map(|engine| complete(engine, request(&next, 5)));
        assert_eq!((given.text, given.reused_tokens), (expected.text, expected.reused_tokens), "{length}");
    }
    assert!(guessing.counters().guessed_tokens > 0);
}

#[test]
fn guesses_end_where_the_request_does() {
    let limits =
        |max_tokens| complete(&reciting(BATCH).engine(), request("abcdefghijklmnopqrstuvwxyzabcdef", max_tokens));
    for max_tokens in 1..40 {
        let done = limits(max_tokens);
        assert_eq!(done.generated_tokens, max_tokens);
        assert_eq!(done.text.len(), max_tokens);
    }
    // By its stop rule, in the middle of what was guessed; the context's end; the end of the text.
    let engine = reciting(BATCH).engine();
    let stop = |text: &str| text.find('m');
    let until = Request { stop: Some(Box::new(stop)), ..request("abcdefghijklmnopqrstuvwxyzabcdef", 60) };
    assert_eq!(complete(&engine, until).text, "ghijkl");
    assert_eq!(complete(&engine, request("abcdefghijklmnopqrstuvwxyzabcdef", 8)).text, "ghijklmn");
    let narrow = Script { context: 64, ..reciting(BATCH) }.engine();
    let [expected, given] = [Script { context: 64, ..reciting(0) }.engine(), narrow]
        .map(|engine| complete(&engine, request("abcdefghijklmnopqrstuvwxyz", 200)).text);
    assert_eq!(given, expected);
    let ending = Script {
        guesses: BATCH,
        ..Script::new(|tokens| if tokens.len() >= 60 { END_OF_TEXT } else { TokenId::from(b"abcde"[tokens.len() % 5]) })
    };
    assert_eq!(complete(&ending.engine(), request("abcdeabcdeabcde", 200)).generated_tokens, 45);
}

#[test]
fn a_cache_that_cannot_be_cut_is_not_guessed_for_twice() {
    let (plain, guessing) = (chatty(0).engine(), Script { divisible: false, ..chatty(BATCH) }.engine());
    for seed in 0..20 {
        let [expected, given] = [&plain, &guessing].map(|engine| complete(engine, sampled(seed, 1.0)).text);
        assert_eq!(given, expected, "{seed}");
    }
    let counters = guessing.counters();
    let wrong = counters.guessed_tokens - counters.right_guesses;
    assert!((1..=BATCH as u64).contains(&wrong), "{counters:?}");
}

#[test]
fn many_candidates_and_fresh_requests_are_not_guessed() {
    let engine = Script { slots: 8, ..reciting(BATCH) }.engine();
    finish(engine.submit_candidates(candidates("abcdefghijklmnopqrstuvwxyzabc", 8, 20)));
    let fresh = Request { fresh: true, ..request("abcdefghijklmnopqrstuvwxyzabc", 20) };
    complete(&engine, fresh);
    assert_eq!(engine.counters().guessed_tokens, 0);
    let (gate, engine) = gated(reciting(BATCH));
    let both = ["abcdefghijklmnopqrstuvwxyzabc", "xyzabcdefghijklmnopqrstuvwxyz"]
        .map(|prompt| engine.submit(ranked(prompt, 40, Priority::Synthesis)));
    gate.open();
    let [first, second] = both.map(|generation| generation.blocking_finish().unwrap().text);
    assert!(first.starts_with("defgh") && second.starts_with("abcde"), "{first} {second}");
    assert!(engine.counters().right_guesses > 20, "two at once are");
}

#[test]
fn a_real_model_says_the_same_in_fewer_batches() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf");
    let load = |lookup| {
        let options = EngineOptions { lookup, threads: Some(1), ..EngineOptions::new(file.into()) };
        Engine::load(&options).unwrap()
    };
    let (plain, guessing) = (load(false), load(true));
    let table = "names = [\n    \"alpha\",\n    \"beta\",\n    \"gamma\",\n    \"delta\",\n]\n";
    let prompt = format!("{table}\n\n{}", table.split_inclusive('\n').next().unwrap());
    let [expected, given] = [&plain, &guessing].map(|engine| complete(engine, request(&prompt, 24)));
    assert_eq!(given.text, expected.text);
    let [one, several] = [&plain, &guessing].map(|engine| engine.counters().batches);
    assert!(several < one, "{several} of {one} batches");
}

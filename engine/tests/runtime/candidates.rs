//! Several continuations of one prompt: read once, decoded side by side, each for itself.

use std::sync::{Arc, Mutex};

use codegen_core::{
    Candidate, Candidates, Completion, EngineError, Event, FinishReason, Key, Overflow, Priority, Request, Sampling,
    TokenId,
};
use codegen_engine::Generation;
use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};
use proptest::prelude::*;

use crate::support::{
    candidates, complete, events, finish, gated, letter_after, lettered, letters, prompt, ranked, request,
};

/// The first is greedy, the others have seeds.
fn seeded(prompt: &str, count: usize, max_tokens: usize) -> Candidates {
    let mut candidates = candidates(prompt, count, max_tokens);
    for (seed, candidate) in (1..).zip(&mut candidates.each[1..]) {
        candidate.sampling = Sampling { temperature: 1.0, seed, ..Sampling::GREEDY };
    }
    candidates
}

/// A model for which three letters, which depend on all that is before, are about as likely.
fn wavering() -> Script {
    Script::weighing(|tokens| {
        let letter = letter_after(tokens);
        let next = |step: TokenId| TokenId::from(b'a') + (letter - TokenId::from(b'a') + step) % 26;
        vec![(letter, 12.0), (next(1), 11.8), (next(2), 11.6)]
    })
}

fn texts(completions: &[Completion]) -> Vec<&str> {
    completions.iter().map(|completion| completion.text.as_str()).collect()
}

#[test]
fn eight_candidates_read_one_prompt_and_share_every_batch() {
    for length in [1, 10, 100, 256] {
        let prompt = prompt(length);
        let engine = Script { slots: 8, ..lettered() }.engine();
        let done = finish(engine.submit_candidates(candidates(&prompt, 8, 5)));
        assert_eq!(texts(&done), vec![letters(&prompt, 5); 8]);
        let reused: Vec<_> = done.iter().map(|completion| completion.reused_tokens).collect();
        assert_eq!(reused, [&[0][..], &[length; 7]].concat());
        assert!(done.iter().all(|completion| completion.prompt_tokens == length && completion.generated_tokens == 5));
        // All begin with the reading of the prompt, and say how long it took.
        assert!(done.iter().all(|completion| completion.prefill.as_nanos() > 0));
        let counters = engine.counters();
        // One batch for the prompt, which gives the first tokens, and one for each of the other four.
        assert_eq!((counters.prefill_tokens, counters.batches), (length as u64, 5));
        assert_eq!((counters.reused_tokens, counters.generated_tokens), (7 * length as u64, 40));
        assert_eq!(counters.finished_requests, 8);
    }
}

#[test]
fn a_prompt_of_several_chunks_is_read_once() {
    let engine = Script { slots: 8, batch: 16, ..lettered() }.engine();
    let done = finish(engine.submit_candidates(candidates(&prompt(100), 8, 5)));
    assert_eq!(texts(&done), vec![letters(&prompt(100), 5); 8]);
    assert_eq!((engine.counters().prefill_tokens, engine.counters().batches), (100, 7 + 4));
}

#[test]
fn no_candidates_are_no_work() {
    let engine = lettered().engine();
    assert!(engine.submit_candidates(candidates("x", 0, 5)).is_empty());
    let done = finish(engine.submit_candidates(candidates("x", 3, 0)));
    assert!(done.iter().all(|completion| completion.reason == FinishReason::MaxTokens));
    assert_eq!(engine.counters().batches, 0);
    assert_eq!(finish(engine.submit_candidates(candidates("x", 1, 3)))[0].text, letters("x", 3));
}

#[test]
fn seeds_give_different_texts_whatever_the_company() {
    let prompt = prompt(80);
    let wanted: Vec<String> = seeded(&prompt, 8, 12)
        .each
        .into_iter()
        .map(|Candidate { sampling, begin, stop }| {
            complete(&wavering().engine(), Request { sampling, begin, stop, ..request(&prompt, 12) }).text
        })
        .collect();
    assert_eq!(wanted[0], letters(&prompt, 12));
    let mut different = wanted.clone();
    different.sort_unstable();
    different.dedup();
    assert!(different.len() > 4, "{wanted:?}");
    for (slots, batch, divisible) in [(8, 256, true), (3, 7, true), (2, 256, true), (1, 9, true), (3, 20, false)] {
        let engine = Script { slots, batch, divisible, ..wavering() }.engine();
        let company = engine.submit(ranked("something else", 30, Priority::Synthesis));
        let done = finish(engine.submit_candidates(seeded(&prompt, 8, 12)));
        assert_eq!(texts(&done), wanted, "{slots} slots, {batch} tokens in a batch, divisible: {divisible}");
        assert_eq!(company.blocking_finish().unwrap().text, letters("something else", 30));
    }
}

#[test]
fn candidates_that_lack_a_slot_follow_without_reading_the_prompt_again() {
    // Rounds of as many candidates as there are slots; the first token of each needs no batch of its own.
    for (slots, rounds) in [(1, 8), (2, 4), (3, 3), (5, 2), (7, 2), (8, 1), (20, 1)] {
        for length in [3, 100] {
            let engine = Script { slots, ..lettered() }.engine();
            let done = finish(engine.submit_candidates(candidates(&prompt(length), 8, 5)));
            assert_eq!(texts(&done), vec![letters(&prompt(length), 5); 8]);
            let counters = engine.counters();
            assert_eq!((counters.prefill_tokens, counters.batches), (length as u64, 1 + 4 * rounds), "{slots} slots");
            assert_eq!(counters.reused_tokens, 7 * length as u64);
        }
    }
}

#[test]
fn a_candidate_that_ends_with_its_first_token_needs_no_slot() {
    let engine = Script { slots: 2, ..Script::new(|_| END_OF_TEXT) }.engine();
    let done = finish(engine.submit_candidates(candidates("over", 4, 5)));
    assert!(done.iter().all(|completion| completion.reason == FinishReason::EndOfText && completion.text.is_empty()));
    assert_eq!(done[3].reused_tokens, 4);
    assert_eq!((engine.counters().prefill_tokens, engine.counters().batches), (4, 1));
}

#[test]
fn each_candidate_has_its_own_stop_rule() {
    let engine = Script { slots: 4, ..lettered() }.engine();
    let mut wanted = candidates("the prompt", 4, 9);
    for (length, candidate) in (1..).zip(&mut wanted.each[..3]) {
        candidate.stop = Some(Box::new(move |text: &str| (text.len() >= length).then_some(length)));
    }
    let done = finish(engine.submit_candidates(wanted));
    let lengths: Vec<_> = done.iter().map(|completion| (completion.text.len(), completion.reason)).collect();
    let (stop, most) = (FinishReason::Stop, FinishReason::MaxTokens);
    assert_eq!(lengths, [(1, stop), (2, stop), (3, stop), (9, most)]);
}

#[test]
fn a_bad_option_fails_only_its_candidate() {
    for bad in 0..3 {
        let engine = Script { slots: 4, ..lettered() }.engine();
        let mut wanted = candidates("the prompt", 3, 4);
        wanted.each[bad].sampling.temperature = -1.0;
        for (index, generation) in engine.submit_candidates(wanted).into_iter().enumerate() {
            match generation.blocking_finish() {
                Ok(completion) => assert!(index != bad && completion.text == letters("the prompt", 4)),
                Err(error) => assert!(index == bad && matches!(error, EngineError::BadOption { .. }), "{error}"),
            }
        }
        assert_eq!(engine.counters().prefill_tokens, 10);
    }
}

#[test]
fn a_prompt_that_is_refused_fails_all() {
    let engine = Script { context: 64, ..lettered() }.engine();
    let refusing = Candidates { overflow: Overflow::Refuse, ..candidates(&prompt(60), 3, 5) };
    for generation in engine.submit_candidates(refusing) {
        let events = events(generation);
        let refused = EngineError::PromptTooLong { tokens: 60, max_tokens: 5, limit: 64 };
        assert_eq!(events, [Event::Failed(refused)]);
    }
}

/// What is done to candidates by their owner: one or more are cancelled or dropped.
fn end_some(generations: &mut [Option<Generation>], which: &[usize], drop: bool) {
    for &index in which {
        if drop {
            generations[index] = None;
        } else if let Some(generation) = &generations[index] {
            generation.cancel();
        }
    }
}

/// The texts of those that are left, which must have come to their end, in their places.
fn left(generations: Vec<Option<Generation>>, ended: &[usize]) -> Vec<usize> {
    let mut lengths = Vec::new();
    for (index, generation) in generations.into_iter().enumerate() {
        let Some(generation) = generation else { continue };
        let events = events(generation);
        let ends = events.iter().filter(|event| !matches!(event, Event::Token { .. })).count();
        let Some(Event::Done(completion)) = events.last() else { panic!("{events:?}") };
        let cancelled = completion.reason == FinishReason::Cancelled;
        assert_eq!((ends, cancelled), (1, ended.contains(&index)), "candidate {index}");
        assert_eq!(completion.text, letters(&prompt(100), completion.generated_tokens));
        if !cancelled {
            lengths.push(completion.generated_tokens);
        }
    }
    lengths
}

const SOME: [&[usize]; 6] = [&[0], &[1], &[3], &[0, 1], &[1, 2, 3], &[0, 1, 2, 3]];

#[test]
fn whoever_is_ended_while_the_prompt_is_read_the_work_is_not_lost() {
    // The prompt takes seven batches of 16; the owner acts while one of them is computed.
    for chunk in [1, 2, 4, 7] {
        for which in SOME {
            for drop in [false, true] {
                let (gate, engine) = gated(Script { slots: 4, batch: 16, ..lettered() });
                let mut generations: Vec<_> =
                    engine.submit_candidates(candidates(&prompt(100), 4, 5)).into_iter().map(Some).collect();
                gate.permit(chunk - 1);
                gate.wait_blocked();
                end_some(&mut generations, which, drop);
                gate.open();
                assert_eq!(left(generations, which), vec![5; 4 - which.len()]);
                let counters = engine.counters();
                let (read, batches) = match which.len() {
                    // The batch that was on its way is the last.
                    4 => ((16 * chunk).min(100), chunk),
                    _ => (100, 7 + 4),
                };
                if which.len() < 4 {
                    assert_eq!((counters.prefill_tokens, counters.batches), (read as u64, batches as u64), "{which:?}");
                }
                // Afterwards the engine is as good as new.
                assert_eq!(complete(&engine, request(&prompt(100), 2)).text, letters(&prompt(100), 2));
                let last = usize::from(read == 100);
                assert_eq!(engine.counters().prefill_tokens, (100 + last) as u64);
            }
        }
    }
}

#[test]
fn whoever_is_ended_while_tokens_are_decoded_the_others_go_on() {
    for slots in [1, 2, 4] {
        for which in SOME {
            let (gate, engine) = gated(Script { slots, ..lettered() });
            let mut generations: Vec<_> =
                engine.submit_candidates(candidates(&prompt(100), 4, 6)).into_iter().map(Some).collect();
            gate.permit(3);
            gate.wait_blocked();
            end_some(&mut generations, which, slots == 2);
            gate.open();
            assert_eq!(left(generations, which), vec![6; 4 - which.len()]);
            assert_eq!(complete(&engine, request(&prompt(100), 2)).text, letters(&prompt(100), 2));
            // Only the last token of the prompt was read again, for the later request.
            assert_eq!(engine.counters().prefill_tokens, 101, "{slots} slots, {which:?}");
        }
    }
}

#[test]
fn what_is_typed_goes_first_and_paused_candidates_resume() {
    // Before the prompt is read, in its middle, at its end, and among the candidates' tokens.
    for permits in [0, 1, 3, 5] {
        for (slots, read_again) in [(1, true), (2, false), (4, false), (6, false)] {
            let record = Arc::new(Mutex::new(String::new()));
            let turns = Arc::clone(&record);
            let script = Script::new(move |tokens: &[TokenId]| {
                turns.lock().unwrap().push(char::from(u8::try_from(tokens[0]).unwrap()));
                letter_after(tokens)
            });
            let (gate, engine) = gated(Script { slots, batch: 32, ..script });
            let running = engine.submit_candidates(candidates(&prompt(100), 4, 6));
            gate.permit(permits);
            gate.wait_blocked();
            let before = record.lock().unwrap().len();
            let inline = engine.submit(request("inline", 3));
            gate.open();
            assert_eq!(inline.blocking_finish().unwrap().text, letters("inline", 3));
            let done = finish(running);
            assert_eq!(texts(&done), vec![letters(&prompt(100), 6); 4], "{slots} slots, after {permits} batches");
            // But for the batch that was being computed, the inline request had the engine to itself.
            let after: String = record.lock().unwrap()[before..].to_owned();
            assert!(after.trim_start_matches('t').starts_with("iii"), "{after}");
            let fed = engine.counters().prefill_tokens - 6;
            if read_again {
                assert!(fed > 100 && fed <= 2 * (100 + 6), "{fed} tokens, {slots} slots, after {permits} batches");
            } else {
                // A candidate that lost its slot feeds again what it had generated, but no prompt.
                assert!((100..100 + 6).contains(&fed), "{fed} tokens, {slots} slots, after {permits} batches");
            }
        }
    }
}

#[test]
fn a_prompt_that_has_lost_every_slot_is_read_again_once() {
    let (gate, engine) = gated(Script { slots: 2, ..lettered() });
    let running = engine.submit_candidates(candidates(&prompt(100), 4, 6));
    gate.permit(2);
    gate.wait_blocked();
    let inline = ["one", "two"].map(|prompt| engine.submit(request(prompt, 3)));
    gate.open();
    for generation in inline {
        generation.blocking_finish().unwrap();
    }
    assert_eq!(texts(&finish(running)), vec![letters(&prompt(100), 6); 4]);
    // Two candidates had three tokens each by then, the one whose logits are still to come included in the next batch.
    let fed = engine.counters().prefill_tokens - 6;
    assert!((200..200 + 2 * 6).contains(&fed), "{fed}");
}

#[test]
fn equal_requests_that_came_later_wait_for_all_candidates() {
    let (gate, engine) = gated(Script { slots: 1, ..lettered() });
    let running = engine.submit_candidates(candidates(&prompt(100), 3, 4));
    let later = engine.submit(ranked("later", 2, Priority::Synthesis));
    gate.open();
    assert_eq!(texts(&finish(running)), vec![letters(&prompt(100), 4); 3]);
    assert_eq!(later.blocking_finish().unwrap().text, letters("later", 2));
    assert_eq!(engine.counters().prefill_tokens, 105);
}

#[test]
fn a_cache_that_can_only_be_forgotten_gives_the_same_texts() {
    for slots in [1, 2, 4, 5] {
        for length in [10, 100] {
            let engine = Script { slots, divisible: false, ..lettered() }.engine();
            for _ in 0..2 {
                let done = finish(engine.submit_candidates(candidates(&prompt(length), 4, 5)));
                assert_eq!(texts(&done), vec![letters(&prompt(length), 5); 4], "{slots} slots");
            }
            assert_eq!(engine.counters().finished_requests, 8);
        }
    }
}

#[test]
fn windows_slide_for_each_candidate() {
    for (slots, context) in [(1, 1), (2, 2), (2, 24), (4, 24), (3, 40)] {
        let engine = Script { slots, context, batch: 8, ..lettered() }.engine();
        let done = finish(engine.submit_candidates(candidates(&prompt(30), 4, 50)));
        assert!(done.iter().all(|completion| completion.generated_tokens == 50));
        assert_eq!(texts(&done), vec![done[0].text.as_str(); 4], "{slots} slots of {context}");
        let alone = complete(&Script { context, ..lettered() }.engine(), request(&prompt(30), 50));
        assert_eq!((&done[0].text, done[0].dropped_tokens), (&alone.text, alone.dropped_tokens));
    }
}

fn reasons(generations: Vec<Generation>) -> Vec<FinishReason> {
    finish(generations).iter().map(|completion| completion.reason).collect()
}

#[test]
fn a_key_supersedes_all_candidates_and_candidates_supersede_a_key() {
    use FinishReason::{Cancelled, MaxTokens, Superseded};
    let keyed = |count| Candidates { key: Some(Key("turn".into())), ..candidates("prompt", count, 4) };
    let single = || Request { key: Some(Key("turn".into())), ..ranked("single", 4, Priority::Synthesis) };
    let (gate, engine) = gated(Script { slots: 4, ..lettered() });
    let other = engine.submit_candidates(Candidates { key: Some(Key("other".into())), ..candidates("x", 2, 4) });
    let first = engine.submit(single());
    let second = engine.submit_candidates(keyed(3));
    second[1].cancel();
    let third = engine.submit_candidates(keyed(2));
    let fourth = engine.submit(single());
    // What is superseded is answered while the worker stands still.
    assert_eq!(first.blocking_finish().unwrap().reason, Superseded);
    assert_eq!(reasons(second), [Superseded, Cancelled, Superseded]);
    assert_eq!(reasons(third), [Superseded; 2]);
    let fifth = engine.submit_candidates(keyed(3));
    assert_eq!(fourth.blocking_finish().unwrap().reason, Superseded);
    // Candidates without number supersede too.
    assert!(engine.submit_candidates(keyed(0)).is_empty());
    assert_eq!(reasons(fifth), [Superseded; 3]);
    let last = engine.submit_candidates(keyed(2));
    gate.open();
    assert_eq!(reasons(last), [MaxTokens; 2]);
    assert_eq!(reasons(other), [MaxTokens; 2]);
    // Those that have ended cannot be superseded.
    assert_eq!(reasons(engine.submit_candidates(keyed(2))), [MaxTokens; 2]);
}

#[test]
fn a_key_outlives_those_candidates_that_end_first() {
    let (gate, engine) = gated(Script { slots: 4, ..lettered() });
    let mut wanted = Candidates { key: Some(Key("turn".into())), ..candidates("prompt", 3, 9) };
    wanted.each[0].stop = Some(Box::new(|_: &str| Some(0)));
    let mut running = engine.submit_candidates(wanted);
    gate.permit(1);
    gate.wait_blocked();
    assert_eq!(reasons(vec![running.remove(0)]), [FinishReason::Stop]);
    let next = engine.submit(Request { key: Some(Key("turn".into())), ..request("next", 2) });
    assert_eq!(reasons(running), [FinishReason::Superseded; 2]);
    gate.open();
    assert_eq!(next.blocking_finish().unwrap().text, letters("next", 2));
}

#[test]
fn candidates_whose_windows_have_moved_can_be_paused() {
    let alone = complete(&Script { context: 24, ..lettered() }.engine(), request(&prompt(30), 50));
    for permits in [0, 11, 20, 33, 47] {
        let (gate, engine) = gated(Script { slots: 2, context: 24, ..lettered() });
        let running = engine.submit_candidates(candidates(&prompt(30), 3, 50));
        gate.permit(permits);
        gate.wait_blocked();
        let inline = ["one", "two"].map(|prompt| engine.submit(request(prompt, 3)));
        gate.open();
        for generation in inline {
            generation.blocking_finish().unwrap();
        }
        for completion in finish(running) {
            assert_eq!((completion.generated_tokens, completion.text == alone.text), (50, true), "after {permits}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_candidate_gets_one_right_answer(
        // A prompt's length, the number of candidates, how many of each's events are awaited before it is dropped.
        groups in prop::collection::vec((1_usize..60, prop::collection::vec(0_usize..12, 0..6), 0_u8..3, any::<bool>()), 1..8),
        slots in 1_usize..6,
        batch in 1_usize..20,
        divisible in any::<bool>(),
    ) {
        let engine = Script { slots, batch, divisible, ..wavering() }.engine();
        let mut running = Vec::new();
        let mut count = 0;
        for (length, patience, priority, keyed) in groups {
            let priority = [Priority::Evaluation, Priority::Synthesis, Priority::Inline][usize::from(priority)];
            let key = keyed.then(|| Key("key".into()));
            let wanted = Candidates { priority, key, ..candidates(&prompt(length), patience.len(), 8) };
            count += patience.len();
            running.extend(engine.submit_candidates(wanted).into_iter().zip(patience).map(|both| (both, length, keyed)));
        }
        for ((mut generation, patience), length, keyed) in running {
            let seen: Vec<Event> = (0..patience).map_while(|_| generation.blocking_next()).collect();
            if seen.len() < patience || patience > 8 {
                let ends = seen.iter().filter(|event| !matches!(event, Event::Token { .. })).count();
                prop_assert_eq!(ends, 1);
                let Some(Event::Done(completion)) = seen.last() else { panic!("{seen:?}") };
                prop_assert_eq!(&completion.text, &letters(&prompt(length), completion.generated_tokens));
                prop_assert!(keyed || completion.reason == FinishReason::MaxTokens);
            }
        }
        prop_assert_eq!(engine.counters().finished_requests, count as u64);
    }
}

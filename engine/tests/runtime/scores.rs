//! The log-probabilities of a prompt's own tokens.

use codegen_core::{Candidates, EngineError, Event, FinishReason, Overflow, Priority, Request, TokenId};
use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::{Gate, Script};

use crate::support::{candidates, complete, events, fails, letter_after, lettered, letters, ranked, request};

/// Logits of all small letters, which depend on every token before them.
fn weights(tokens: &[TokenId]) -> Vec<(TokenId, f32)> {
    let hash = tokens
        .iter()
        .fold(17_u32, |hash, token| (hash ^ token.unsigned_abs()).wrapping_mul(0x0100_0193).rotate_left(7));
    let logit = |letter: u8| f32::from(u16::try_from((hash >> (letter % 16)) % 400).unwrap()) / 40.0;
    (b'a'..=b'z').map(|letter| (letter.into(), logit(letter))).collect()
}

fn script() -> Script {
    Script::weighing(weights)
}

/// What the scores from a token on are, by the definition of a probability.
fn expected(prompt: &str, from: usize) -> Vec<f64> {
    let tokens: Vec<TokenId> = prompt.bytes().map(TokenId::from).collect();
    (from.max(1)..tokens.len())
        .map(|index| {
            let logits = weights(&tokens[..index]);
            // 26 of 257 tokens are letters; the others' logits are zero.
            let all: f64 = logits.iter().map(|&(_, logit)| f64::from(logit).exp()).sum::<f64>() + 231.0;
            let own = logits.iter().find(|(token, _)| *token == tokens[index]).map_or(0.0, |&(_, logit)| logit.into());
            own - all.ln()
        })
        .collect()
}

#[track_caller]
fn assert_scores(scores: &[f32], prompt: &str, from: usize) {
    let expected = expected(prompt, from);
    assert_eq!(scores.len(), expected.len());
    for (index, (&score, expected)) in scores.iter().zip(expected).enumerate() {
        assert!((f64::from(score) - expected).abs() < 1e-5, "score {index}: {score}, not {expected}");
    }
}

fn scored(prompt: &str, from: usize, max_tokens: usize) -> Request {
    Request { score_from: Some(from), ..ranked(prompt, max_tokens, Priority::Evaluation) }
}

fn prompt(length: usize) -> String {
    "some, but not all of it, is made of small letters; ".chars().cycle().take(length).collect()
}

#[test]
fn scores_are_the_tokens_log_probabilities_however_the_prompt_is_fed() {
    for batch in [1, 3, 16, 256] {
        let engine = Script { batch, ..script() }.engine();
        for from in [0, 1, 2, 31, 98, 99, 100, 1000, usize::MAX] {
            for cached in [false, true] {
                let before = engine.counters().prefill_tokens;
                let completion = complete(&engine, Request { fresh: !cached, ..scored(&prompt(100), from, 3) });
                assert_scores(&completion.prompt_logprobs, &prompt(100), from);
                // The logits of the token before the first scored one are needed, and those of the prompt's last.
                let reused = if cached { (from.max(1) - 1).min(99) } else { 0 };
                assert_eq!(completion.reused_tokens, reused, "from {from}, in batches of {batch}");
                assert_eq!(engine.counters().prefill_tokens - before, 100 - reused as u64);
            }
        }
        let unscored = complete(&engine, request(&prompt(100), 3));
        assert_eq!((unscored.prompt_logprobs.len(), unscored.reused_tokens), (0, 99));
    }
}

#[test]
fn scoring_changes_nothing_of_what_is_generated() {
    let engine = lettered().engine();
    assert_eq!(complete(&engine, scored(&prompt(100), 50, 8)).text, letters(&prompt(100), 8));
    assert_eq!(complete(&engine, scored(&prompt(100), 0, 8)).text, letters(&prompt(100), 8));
}

#[test]
fn a_prompt_can_be_scored_without_generating_anything() {
    for batch in [1, 7, 256] {
        let engine = Script { batch, ..script() }.engine();
        let generation = engine.submit(scored(&prompt(60), 10, 0));
        let [Event::Done(completion)] = &events(generation)[..] else { panic!("one event") };
        assert_scores(&completion.prompt_logprobs, &prompt(60), 10);
        assert_eq!((completion.generated_tokens, completion.reason), (0, FinishReason::MaxTokens));
        let wanted = Candidates { score_from: Some(20), max_tokens: 0, ..candidates(&prompt(50), 3, 0) };
        for generation in engine.submit_candidates(wanted) {
            assert_scores(&generation.blocking_finish().unwrap().prompt_logprobs, &prompt(50), 20);
        }
        // Without scores there is nothing to do.
        let before = engine.counters();
        assert_eq!(complete(&engine, request("other", 0)).prompt_tokens, 0);
        assert_eq!(engine.counters().prefill_tokens, before.prefill_tokens);
    }
}

#[test]
fn all_candidates_report_the_scores_of_the_prompt_that_was_read_once() {
    for slots in [1, 2, 4, 6] {
        for fresh in [false, true] {
            let engine = Script { slots, batch: 16, ..script() }.engine();
            let wanted = || Candidates { score_from: Some(30), fresh, ..candidates(&prompt(100), 4, 5) };
            for round in 0..2 {
                for generation in engine.submit_candidates(wanted()) {
                    assert_scores(&generation.blocking_finish().unwrap().prompt_logprobs, &prompt(100), 30);
                }
                let read = if fresh { 100 * (round + 1) } else { 100 + 71 * round };
                assert_eq!(engine.counters().prefill_tokens, read, "{slots} slots");
            }
        }
    }
}

#[test]
fn a_reader_that_is_cancelled_leaves_its_scores_to_the_others() {
    // The prompt takes seven batches of 16.
    for chunk in 1..=7 {
        let gate = Gate::new();
        gate.close();
        let engine = Script { slots: 4, batch: 16, gate: Some(gate.clone()), ..script() }.engine();
        let wanted = Candidates { score_from: Some(5), ..candidates(&prompt(100), 3, 5) };
        let mut running = engine.submit_candidates(wanted);
        gate.permit(chunk - 1);
        gate.wait_blocked();
        running.remove(0).cancel();
        gate.open();
        for generation in running {
            assert_scores(&generation.blocking_finish().unwrap().prompt_logprobs, &prompt(100), 5);
        }
        assert_eq!(engine.counters().prefill_tokens, 100);
    }
}

#[test]
fn what_is_cancelled_before_its_prompt_was_read_has_no_scores() {
    let gate = Gate::new();
    gate.close();
    let engine = Script { batch: 16, gate: Some(gate.clone()), ..script() }.engine();
    let generation = engine.submit(scored(&prompt(100), 1, 5));
    gate.permit(3);
    gate.wait_blocked();
    generation.cancel();
    gate.open();
    assert_eq!(generation.blocking_finish().unwrap().prompt_logprobs, Vec::<f32>::new());
}

#[test]
fn scores_survive_the_loss_of_a_slot() {
    for (slots, permits) in [(1, 0), (1, 1), (1, 4), (1, 7), (1, 9), (2, 4)] {
        for divisible in [true, false] {
            let gate = Gate::new();
            gate.close();
            let engine = Script { slots, batch: 16, gate: Some(gate.clone()), divisible, ..script() }.engine();
            let slow = engine.submit(scored(&prompt(100), 20, 6));
            gate.permit(permits);
            gate.wait_blocked();
            let inline = ["one", "two"].map(|prompt| engine.submit(request(prompt, 3)));
            gate.open();
            for generation in inline {
                generation.blocking_finish().unwrap();
            }
            let completion = slow.blocking_finish().unwrap();
            assert_scores(&completion.prompt_logprobs, &prompt(100), 20);
            assert_eq!(completion.generated_tokens, 6);
        }
    }
}

#[test]
fn a_scored_prompt_is_refused_rather_than_cut() {
    let engine = Script { context: 64, ..script() }.engine();
    let long = |length, max_tokens| Request {
        overflow: Overflow::Window { keep: 3 },
        ..scored(&prompt(length), 10, max_tokens)
    };
    assert_eq!(
        fails(&engine, long(60, 5)),
        EngineError::PromptTooLong { tokens: 60, max_tokens: 5, limit: 64 },
        "the prompt alone would fit"
    );
    assert_scores(&complete(&engine, long(59, 5)).prompt_logprobs, &prompt(59), 10);
    assert_scores(&complete(&engine, long(64, 0)).prompt_logprobs, &prompt(64), 10);
    // A window that moves later, while tokens are generated, leaves the scores as they are.
    let sliding = complete(&engine, long(32, 100));
    assert_eq!(sliding.generated_tokens, 100);
    assert_scores(&sliding.prompt_logprobs, &prompt(32), 10);
}

#[test]
fn an_empty_prompt_has_no_scores() {
    let completion = complete(&script().engine(), scored("", 0, 2));
    assert_eq!((completion.prompt_logprobs.len(), completion.prompt_tokens), (0, 1));
}

#[test]
fn logits_that_are_no_numbers_fail_the_request() {
    let script = Script::weighing(|tokens| {
        let value = if tokens.len() == 5 { f32::NAN } else { 0.0 };
        (0..257).map(|token| (token, value)).collect()
    });
    let engine = Script { slots: 1, batch: 3, ..script }.engine();
    assert!(matches!(fails(&engine, scored(&prompt(20), 1, 2)), EngineError::Decode { .. }));
    for generation in engine.submit_candidates(Candidates { score_from: Some(0), ..candidates(&prompt(20), 3, 2) }) {
        assert!(matches!(generation.blocking_finish(), Err(EngineError::Decode { .. })));
    }
    // Where these logits are not asked for, nothing is wrong.
    assert_eq!(complete(&engine, scored(&prompt(20), 6, 2)).prompt_logprobs.len(), 14);
}

#[test]
fn a_token_that_is_ruled_out_has_no_probability_at_all() {
    let script = Script::weighing(|_| vec![(TokenId::from(b'x'), f32::NEG_INFINITY)]);
    let completion = complete(&script.engine(), scored("axa", 1, 1));
    assert_eq!(completion.prompt_logprobs[0].to_bits(), f32::NEG_INFINITY.to_bits());
    assert!((completion.prompt_logprobs[1] + 256.0_f32.ln()).abs() < 1e-5);
}

#[test]
fn several_scored_prompts_share_batches() {
    let gate = Gate::new();
    gate.close();
    let engine = Script { slots: 3, batch: 64, gate: Some(gate.clone()), ..script() }.engine();
    let running = [(90, 1), (70, 30), (20, 19)]
        .map(|(length, from)| (length, from, engine.submit(scored(&prompt(length), from, 4))));
    gate.open();
    for (length, from, generation) in running {
        assert_scores(&generation.blocking_finish().unwrap().prompt_logprobs, &prompt(length), from);
    }
}

#[test]
fn more_scores_than_one_batch_gives() {
    // Batches are larger than the number of scores that one may give.
    let engine = Script { batch: 2000, ..script() }.engine();
    let before = engine.counters().batches;
    let completion = complete(&engine, scored(&prompt(1000), 101, 1));
    assert_scores(&completion.prompt_logprobs, &prompt(1000), 101);
    // 100 tokens go before, 256 and 256 and 256 are scored, and 132 are left.
    assert_eq!(engine.counters().batches - before, 4);
}

#[test]
fn a_fresh_request_takes_nothing_from_the_cache() {
    let engine = Script { slots: 2, ..lettered() }.engine();
    let fresh = |length| Request { fresh: true, ..request(&prompt(length), 4) };
    for length in [100, 100, 120] {
        let completion = complete(&engine, fresh(length));
        assert_eq!((completion.reused_tokens, completion.text), (0, letters(&prompt(length), 4)));
    }
    // Its own cache is there for others.
    assert_eq!(complete(&engine, request(&prompt(120), 4)).reused_tokens, 119);
}

#[test]
fn fresh_candidates_share_only_what_they_have_read() {
    for slots in [1, 2, 4] {
        let engine = Script { slots, ..lettered() }.engine();
        for _ in 0..3 {
            complete(&engine, request(&prompt(100), 4));
            let before = engine.counters();
            let wanted = Candidates { fresh: true, ..candidates(&prompt(100), 4, 5) };
            let done: Vec<_> =
                engine.submit_candidates(wanted).into_iter().map(|one| one.blocking_finish().unwrap()).collect();
            assert_eq!(engine.counters().prefill_tokens - before.prefill_tokens, 100, "{slots} slots");
            let reused: Vec<_> = done.iter().map(|one| one.reused_tokens).collect();
            assert_eq!(reused, [0, 100, 100, 100]);
            assert!(done.iter().all(|one| one.text == letters(&prompt(100), 5)));
        }
    }
}

#[test]
fn nothing_is_copied_for_a_fresh_request_from_one_that_runs() {
    let gate = Gate::new();
    gate.close();
    let engine = Script { gate: Some(gate.clone()), ..lettered() }.engine();
    let first = engine.submit(request(&prompt(200), 9));
    gate.permit(2);
    gate.wait_blocked();
    let second = engine.submit(Request { fresh: true, ..request(&prompt(200), 9) });
    gate.open();
    for (generation, reused) in [(first, 0), (second, 0)] {
        let completion = generation.blocking_finish().unwrap();
        assert_eq!((completion.reused_tokens, completion.text), (reused, letters(&prompt(200), 9)));
    }
}

#[test]
fn tokens_have_as_many_bytes_as_their_text() {
    let engine: Engine = Script::new(letter_after).engine();
    assert_eq!(engine.token_lengths(&engine.tokenize("dé")), [1, 1, 1]);
    assert_eq!(engine.token_lengths(&[97, 256, -1]), [1, 0, 0]);
}

//! Who runs when, and on which slot.

use std::sync::{Arc, Mutex};

use codegen_core::{Priority, TokenId};
use codegen_engine::runtime::backend::scripted::{Gate, Script};

use crate::support::{complete, letter_after, lettered, letters, ranked, request};

/// A script that writes down, for every token, whose turn it was: a prompt's first letter.
fn recorded() -> (Script, Arc<Mutex<String>>) {
    let record = Arc::new(Mutex::new(String::new()));
    let turns = Arc::clone(&record);
    let script = Script::new(move |tokens: &[TokenId]| {
        turns.lock().unwrap().push(char::from(u8::try_from(tokens[0]).unwrap()));
        letter_after(tokens)
    });
    (script, record)
}

#[test]
fn the_highest_priority_runs_alone() {
    for slots in [1, 2, 3] {
        let gate = Gate::new();
        gate.close();
        let (script, record) = recorded();
        let engine = Script { gate: Some(gate.clone()), slots, ..script }.engine();
        let evaluation = engine.submit(ranked("evaluation", 4, Priority::Evaluation));
        gate.wait_blocked();
        let synthesis = engine.submit(ranked("synthesis", 3, Priority::Synthesis));
        let inline = engine.submit(ranked("inline", 2, Priority::Inline));
        gate.open();
        // Whoever was paused, or lost the only slot, ends with the text it would have had alone.
        assert_eq!(evaluation.blocking_finish().unwrap().text, letters("evaluation", 4), "{slots} slots");
        assert_eq!(synthesis.blocking_finish().unwrap().text, letters("synthesis", 3));
        assert_eq!(inline.blocking_finish().unwrap().text, letters("inline", 2));
        assert_eq!(*record.lock().unwrap(), "eiissseee", "{slots} slots");
    }
}

#[test]
fn a_paused_request_keeps_its_cache_and_a_preempted_one_feeds_it_again() {
    for (slots, fed_again) in [(2, 0), (1, "evaluation".len() + 1)] {
        let gate = Gate::new();
        gate.close();
        let engine = Script { gate: Some(gate.clone()), slots, ..lettered() }.engine();
        let evaluation = engine.submit(ranked("evaluation", 4, Priority::Evaluation));
        gate.permit(1);
        gate.wait_blocked();
        let inline = engine.submit(ranked("inline", 2, Priority::Inline));
        gate.open();
        inline.blocking_finish().unwrap();
        evaluation.blocking_finish().unwrap();
        // The token whose batch was held up is in the cache too when the slot is lost.
        let fed = "evaluation".len() + "inline".len() + if fed_again > 0 { fed_again + 1 } else { 0 };
        assert_eq!(engine.counters().prefill_tokens, fed as u64, "{slots} slots");
    }
}

#[test]
fn equals_go_in_order_of_arrival() {
    let gate = Gate::new();
    gate.close();
    let (script, record) = recorded();
    let engine = Script { gate: Some(gate.clone()), slots: 1, ..script }.engine();
    let generations: Vec<_> = ["a", "b", "c"].map(|prompt| engine.submit(request(prompt, 2))).into();
    gate.open();
    for generation in generations {
        generation.blocking_finish().unwrap();
    }
    assert_eq!(*record.lock().unwrap(), "aabbcc");
}

#[test]
fn slots_share_batches() {
    let gate = Gate::new();
    gate.close();
    let (script, record) = recorded();
    let engine = Script { gate: Some(gate.clone()), ..script }.engine();
    let first = engine.submit(request("x", 1));
    gate.wait_blocked();
    let generations: Vec<_> = ["alpha", "beta"].map(|prompt| (prompt, engine.submit(request(prompt, 5)))).into();
    gate.open();
    first.blocking_finish().unwrap();
    for (prompt, generation) in generations {
        assert_eq!(generation.blocking_finish().unwrap().text, letters(prompt, 5));
    }
    assert_eq!(engine.counters().batches, 1 + 5);
    let mut turns: Vec<char> = record.lock().unwrap().chars().skip(1).collect();
    turns.sort_unstable();
    assert_eq!(turns.into_iter().collect::<String>(), "aaaaabbbbb");
}

#[test]
fn a_prompt_does_not_hold_up_tokens_that_are_due() {
    let gate = Gate::new();
    gate.close();
    let (script, record) = recorded();
    let engine = Script { gate: Some(gate.clone()), batch: 10, ..script }.engine();
    let quick = engine.submit(request("quick", 6));
    gate.permit(1);
    gate.wait_blocked();
    // 36 tokens, beside one token of the other request in each batch of ten: four batches.
    let long = engine.submit(request(&"l".repeat(36), 1));
    gate.open();
    quick.blocking_finish().unwrap();
    long.blocking_finish().unwrap();
    assert_eq!(*record.lock().unwrap(), "qqqqqql");
    assert_eq!(engine.counters().batches, 6);
}

#[test]
fn more_slots_than_a_batch_holds() {
    let engine = Script { slots: 5, batch: 2, ..lettered() }.engine();
    let generations: Vec<_> = ["a", "bb", "ccc", "dddd", "eeeee"].map(|p| (p, engine.submit(request(p, 4)))).into();
    for (prompt, generation) in generations {
        assert_eq!(generation.blocking_finish().unwrap().text, letters(prompt, 4));
    }
}

#[test]
fn typing_ten_characters_decodes_ten_tokens() {
    let engine = lettered().engine();
    let mut prompt = "p".repeat(500);
    complete(&engine, request(&prompt, 5));
    let before = engine.counters();
    for typed in "for i in x".chars() {
        prompt.push(typed);
        let completion = complete(&engine, request(&prompt, 5));
        assert_eq!(completion.text, letters(&prompt, 5));
        assert_eq!(completion.reused_tokens, prompt.len() - 1);
    }
    assert_eq!(engine.counters().prefill_tokens - before.prefill_tokens, 10);
}

#[test]
fn what_was_generated_is_reused_when_it_is_typed() {
    let engine = lettered().engine();
    let said = complete(&engine, request("prompt", 8)).text;
    let accepted = format!("prompt{said}");
    // The last token was sampled, but never fed.
    let completion = complete(&engine, request(&format!("{accepted}\n"), 1));
    assert_eq!(completion.reused_tokens, accepted.len() - 1);
    // The same prompt again costs its last token.
    assert_eq!(complete(&engine, request("prompt", 8)).reused_tokens, 5);
}

#[test]
fn sixteen_dialogues_keep_their_slots_from_turn_to_turn() {
    let gate = Gate::new();
    let engine = Script { slots: 16, gate: Some(gate.clone()), ..lettered() }.engine();
    // All begin alike, and those of one problem go on alike.
    let mut histories: Vec<String> = (0..16)
        .map(|index| format!("{}problem {}, sample {index}\n", "import numpy\n".repeat(10), index / 4))
        .collect();
    let mut held = [0; 16];
    for turn in 0..4 {
        let before = engine.counters();
        gate.close();
        // They come back in another order every time.
        let order: Vec<usize> = (0..16).map(|index| (index * 7 + turn * 3) % 16).collect();
        let submit = |&index: &usize| (index, engine.submit(ranked(&histories[index], 9, Priority::Evaluation)));
        let mut running = vec![submit(&order[0])];
        gate.wait_blocked();
        running.extend(order[1..].iter().map(submit));
        gate.open();
        for (index, generation) in running {
            let completion = generation.blocking_finish().unwrap();
            if turn > 0 {
                assert_eq!(completion.reused_tokens, held[index], "dialogue {index}, turn {turn}");
            }
            histories[index].push_str(&completion.text);
            // The last token was sampled, but never fed.
            held[index] = histories[index].len() - 1;
            histories[index].push_str("\n# and then\n");
        }
        if turn > 0 {
            // Each reads what is new and nothing else; the first one's batch was on its way when the others came, who share theirs.
            let counters = engine.counters();
            assert_eq!(counters.prefill_tokens - before.prefill_tokens, 16 * 13);
            assert_eq!(counters.batches - before.batches, 1 + 9);
        }
    }
}

#[test]
fn a_request_joins_those_that_run_at_once() {
    let gate = Gate::new();
    gate.close();
    let (script, record) = recorded();
    let engine = Script { slots: 3, gate: Some(gate.clone()), ..script }.engine();
    let first = engine.submit(request("first", 6));
    gate.permit(2);
    gate.wait_blocked();
    let others = ["second", "third"].map(|prompt| engine.submit(request(prompt, 2)));
    gate.open();
    for generation in others.into_iter().chain([first]) {
        generation.blocking_finish().unwrap();
    }
    // The third batch was on its way when they came.
    assert_eq!(engine.counters().batches, 6);
    assert_eq!(*record.lock().unwrap(), "ffffstfstf");
}

#[test]
fn each_buffer_finds_its_own_slot() {
    let engine = lettered().engine();
    for round in 0..4 {
        for buffer in ["import numpy", "class Tree:"] {
            let completion = complete(&engine, request(&format!("{buffer}{}", "x".repeat(round)), 2));
            let reused = if round == 0 { 0 } else { buffer.len() + round - 1 };
            assert_eq!(completion.reused_tokens, reused, "{buffer} {round}");
        }
    }
    // A third one takes the slot that was used longest ago.
    complete(&engine, request("# new", 1));
    assert!(complete(&engine, request("class Tree:", 1)).reused_tokens > 0);
}

#[test]
fn a_long_prefix_is_copied_from_a_slot_that_is_taken() {
    let gate = Gate::new();
    gate.close();
    let engine = Script { gate: Some(gate.clone()), ..lettered() }.engine();
    let history = "h".repeat(200);
    let first = engine.submit(request(&format!("{history}one"), 9));
    gate.permit(2);
    gate.wait_blocked();
    let prompt = format!("{history}two");
    let second = engine.submit(request(&prompt, 9));
    gate.open();
    let second = second.blocking_finish().unwrap();
    assert_eq!((second.reused_tokens, second.text), (200, letters(&prompt, 9)));
    assert_eq!(first.blocking_finish().unwrap().text, letters(&format!("{history}one"), 9));
}

//! What slots keep for the requests that follow.

use codegen_core::Priority;
use codegen_engine::runtime::backend::scripted::Script;

use crate::support::{candidates, complete, finish, gated, lettered, prompt, ranked, request};

#[test]
fn after_eight_candidates_the_same_history_is_still_there() {
    for slots in [1, 2, 8] {
        let engine = Script { slots, ..lettered() }.engine();
        let history = prompt(100);
        complete(&engine, ranked(&history, 4, Priority::Synthesis));
        let again = finish(engine.submit_candidates(candidates(&history, 8, 30)));
        // The last token is decoded again, for its logits.
        assert_eq!((again[0].reused_tokens, again[7].reused_tokens), (99, 100));
        let next = format!("{history}{}", again[5].text);
        assert_eq!(complete(&engine, ranked(&history, 4, Priority::Synthesis)).reused_tokens, 99, "{slots} slots");
        if slots == 8 {
            // The turn that follows an accepted candidate builds on it; the last token was sampled, but never fed.
            let next = complete(&engine, ranked(&format!("{next}\n"), 4, Priority::Synthesis));
            assert_eq!(next.reused_tokens, 129);
        }
    }
}

#[test]
fn candidates_spare_the_slots_that_others_use() {
    let engine = Script { slots: 8, ..lettered() }.engine();
    let (history, inline) = (prompt(100), format!("the h{}", "typed".repeat(20)));
    complete(&engine, ranked(&history, 4, Priority::Synthesis));
    complete(&engine, request(&inline, 4));
    finish(engine.submit_candidates(candidates(&history, 7, 4)));
    assert_eq!(complete(&engine, request(&inline, 4)).reused_tokens, inline.len() - 1);
    assert_eq!(complete(&engine, ranked(&history, 4, Priority::Synthesis)).reused_tokens, 99);
}

#[test]
fn a_copied_prompt_goes_where_nothing_of_use_is_lost() {
    let (gate, engine) = gated(Script { slots: 8, ..lettered() });
    let (history, inline) = (prompt(100), format!("{}{}", prompt(60), "typed".repeat(8)));
    // Side by side, so that each has a slot of its own although they begin alike.
    let both = [&history, &inline].map(|prompt| engine.submit(request(prompt, 4)));
    gate.open();
    for generation in both {
        generation.blocking_finish().unwrap();
    }
    finish(engine.submit_candidates(candidates(&history, 7, 4)));
    assert_eq!(complete(&engine, request(&inline, 4)).reused_tokens, inline.len() - 1);
}

#[test]
fn a_beginning_that_all_files_share_costs_nobody_a_slot() {
    let engine = Script { slots: 3, ..lettered() }.engine();
    let prompts = ["one", "two", "three"].map(|name| format!("import os\n\n{}", name.repeat(30)));
    for prompt in &prompts {
        complete(&engine, request(prompt, 1));
    }
    for prompt in &prompts {
        assert_eq!(complete(&engine, request(prompt, 1)).reused_tokens, prompt.len() - 1);
    }
}

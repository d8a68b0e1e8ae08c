//! Many requests at once, of every kind, on engines of every shape: whatever happens, each gets one answer, and what it
//! says is right.

use codegen_core::{FinishReason, Key, Priority, Request};
use codegen_engine::runtime::backend::scripted::Script;
use proptest::prelude::*;

use crate::support::{events, lettered, letters, request};

#[derive(Debug, Clone)]
struct Planned {
    prompt: String,
    max_tokens: usize,
    priority: Priority,
    key: Option<u8>,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Wait,
    Drop,
    Cancel,
    CancelAfter(usize),
}

fn planned() -> impl Strategy<Value = Planned> {
    let what = prop_oneof![
        4 => Just(What::Wait),
        1 => Just(What::Drop),
        1 => Just(What::Cancel),
        2 => (0_usize..6).prop_map(What::CancelAfter),
    ];
    let priority = prop::sample::select(vec![Priority::Evaluation, Priority::Synthesis, Priority::Inline]);
    // Few letters, so that prompts share prefixes.
    ("[xy]{1,40}", 0_usize..12, priority, prop::option::weighted(0.4, 0_u8..3), what)
        .prop_map(|(prompt, max_tokens, priority, key, what)| Planned { prompt, max_tokens, priority, key, what })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_request_gets_one_right_answer(
        plan in prop::collection::vec(planned(), 1..40),
        slots in 1_usize..5,
        batch in 1_usize..20,
        tight in any::<bool>(),
    ) {
        // With a tight context windows and slides come into play, and only the number of tokens can be foretold.
        let context = if tight { 24 } else { 64 };
        let engine = Script { context, batch, slots, ..lettered() }.engine();
        let mut running = Vec::new();
        for planned in &plan {
            let mut generation = engine.submit(Request {
                priority: planned.priority,
                key: planned.key.map(|key| Key(key.to_string())),
                ..request(&planned.prompt, planned.max_tokens)
            });
            match planned.what {
                What::Drop => continue,
                What::Cancel => generation.cancel(),
                What::CancelAfter(count) => {
                    let ended = (0..count).any(|_| !matches!(generation.blocking_next(), Some(codegen_core::Event::Token { .. })));
                    if ended {
                        prop_assert!(generation.blocking_next().is_none(), "something came after the end");
                        continue;
                    }
                    generation.cancel();
                }
                What::Wait => {}
            }
            running.push((planned, generation));
        }
        for (planned, generation) in running {
            let events = events(generation);
            let ends = events.iter().filter(|event| !matches!(event, codegen_core::Event::Token { .. })).count();
            prop_assert_eq!(ends, 1);
            let Some(codegen_core::Event::Done(completion)) = events.last() else { panic!("{events:?}") };
            prop_assert_eq!(completion.text.len(), completion.generated_tokens);
            if completion.reason == FinishReason::MaxTokens {
                prop_assert_eq!(completion.generated_tokens, planned.max_tokens);
            }
            if !tight {
                prop_assert_eq!(&completion.text, &letters(&planned.prompt, completion.generated_tokens));
            }
            if planned.what == What::Wait && planned.key.is_none() {
                prop_assert_eq!(completion.reason, FinishReason::MaxTokens);
            }
        }
        prop_assert_eq!(engine.counters().finished_requests, plan.len() as u64);
    }
}

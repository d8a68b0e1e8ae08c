//! What a sample is made of.

use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};
use codegen_eval::dialogue::StopSequences;
use codegen_eval::record::{Key, Sample, Turn};
use codegen_eval::sampling::Plan;

use crate::{PLAN, Turns, all, limited, said, task, undecided};

#[test]
fn a_sample_is_its_turns_and_a_program() {
    let engine = Script::continuing(vec![
        ("# one\n", "x = 1\n\n# never shown"),
        ("# one\nx = 1\n\n\n\n# two\n", "print(x)"),
        ("# one\nx = 1\n\n\n\n# two\nprint(x)\n\n# three\n", "y = 22222"),
    ])
    .engine();
    let [sample] = &all(&engine, &[task("multi", "P/1", &["one", "two", "three"])], &Plan { samples: 1, ..PLAN })[..]
    else {
        panic!()
    };
    assert_eq!(sample.key, Key { condition: "multi".into(), problem: "P/1".into(), input: 0, sample: 0 });
    assert_eq!((sample.line, &sample.left_out), (7, &None));
    let turns: Vec<_> = sample.turns.iter().map(|turn| (turn.text.as_str(), turn.ended.as_str())).collect();
    assert_eq!(turns, [("x = 1\n\n", "stop"), ("print(x)", "limit"), ("y = 2222", "limit")]);
    assert_eq!(sample.program, "# one\nx = 1\n\n\n\n# two\nprint(x)\n\n# three\ny = 2222\n\n");
    let Turn { prompt_tokens, reused_tokens, generated_tokens, limit, .. } = sample.turns[1];
    assert_eq!((prompt_tokens, generated_tokens, limit), (21, 8, 8));
    assert!((12..=15).contains(&reused_tokens), "the history but not the prompt: {reused_tokens}");
}

#[test]
fn the_text_may_end_by_itself_and_humaneval_has_other_terminals() {
    let script = || Script::continuing(vec![("# one\n", "  x\n\n\n\ny\nif"), ("# two\n", "z")]).engine();
    let prompts = |prompt: &str, stop_sequences| Turns { prompts: vec![prompt.into()], stop_sequences, max_tokens: 50 };
    let plan = Plan { samples: 1, ..PLAN };
    let ended = |prompt, stop_sequences| {
        let sample = all(&script(), &[limited("0.2", "P", prompts(prompt, stop_sequences))], &plan).remove(0);
        (sample.turns[0].text.clone(), sample.turns[0].ended.clone())
    };
    let said = |text: &str, ended: &str| (text.to_owned(), ended.to_owned());
    assert_eq!(ended("one", StopSequences::Turn), said("  x", "stop"));
    assert_eq!(ended("one", StopSequences::HumanEval), said("  x\n\n\n\ny", "stop"));
    assert_eq!(ended("two", StopSequences::HumanEval), said("z", "end of text"));
}

#[test]
fn the_perplexity_is_that_of_the_prompt_alone() {
    // Of 257 tokens the model is certain of a space behind a number sign, and knows nothing of the rest.
    let mut script = Script::weighing(|tokens| match tokens.last() {
        Some(35) => vec![(32, 1000.0)],
        _ => vec![(END_OF_TEXT, 1.0)],
    });
    script.slots = 3;
    let even = |logits: f64| (257.0 - 1.0 + logits.exp()).ln();
    let samples = all(&script.engine(), &[task("multi", "P", &["ab", "c"])], &PLAN);
    assert_eq!(samples.len(), 3);
    for sample in samples {
        // The first token of all has none; "#" of the second prompt has.
        let expected = [(even(1.0) * 3.0 / 4.0).exp(), (even(1.0) * 3.0 / 4.0).exp()];
        for (turn, expected) in sample.turns.iter().zip(expected) {
            let perplexity = turn.perplexity.unwrap();
            assert!((perplexity - expected).abs() < 1e-3, "{perplexity} is not {expected}");
        }
    }
    let silent = Plan { perplexity: false, ..PLAN };
    let samples = all(&crate::engine(3), &[task("multi", "P", &["ab", "c"])], &silent);
    assert!(samples.iter().flat_map(|sample| &sample.turns).all(|turn| turn.perplexity.is_none()));
}

#[test]
fn conditions_have_the_same_seeds_and_samples_have_their_own() {
    let hot = |condition: &str, input| {
        let mut task = task(condition, "P", &["one", "two"]);
        (task.temperature, task.input) = (1.0, input);
        task
    };
    let samples = all(&undecided(4), &[hot("multi", 0), hot("single", 0), hot("multi", 1)], &PLAN);
    let programs = |condition: &str, input| {
        let mut some: Vec<_> = samples
            .iter()
            .filter(|sample| sample.key.condition == condition && sample.key.input == input)
            .map(|sample| (sample.key.sample, sample.seed, sample.program.clone()))
            .collect();
        some.sort();
        some
    };
    let multi = programs("multi", 0);
    assert_eq!(multi, programs("single", 0));
    let other = programs("multi", 1);
    let mut distinct: Vec<_> = multi.iter().chain(&other).map(|(_, _, program)| program).collect();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 6);
    for sample in &samples {
        assert_ne!(sample.turns[0].text, sample.turns[1].text, "turns have seeds of their own, too");
    }
    let reseeded = all(&undecided(4), &[hot("multi", 0)], &Plan { seed: 12, ..PLAN });
    assert!(reseeded.iter().all(|sample| multi.iter().all(|(_, _, program)| *program != sample.program)));
}

#[test]
fn a_context_that_is_too_short_leaves_samples_out_and_cuts_limits() {
    let script = |context| Script { context, slots: 4, ..Script::new(|_| 120) }.engine();
    let tasks = || [task("multi", "P", &["one", "two", "three"])];
    let plan = Plan { samples: 2, ..PLAN };
    // Each turn shows 6 to 8 tokens and adds 8 and two line ends; 6 + 10 + 6 + 10 + 8 = 40 are shown for the third.
    for (context, limits, left_out) in [
        (100, vec![8, 8, 8], None),
        (43, vec![8, 8, 3], None),
        (41, vec![8, 8, 1], None),
        (40, vec![8, 8], Some("line 7: turn 3 shows the model 40 tokens, which leaves no room in its context of 40")),
        (25, vec![8, 3], Some("line 7: turn 3 shows the model 35 tokens, which leaves no room in its context of 25")),
        (6, vec![], Some("line 7: turn 1 shows the model 6 tokens, which leaves no room in its context of 6")),
    ] {
        let samples = all(&script(context), &tasks(), &plan);
        assert_eq!(samples.len(), 2, "{context}");
        for sample in samples {
            let found: Vec<usize> = sample.turns.iter().map(|turn| turn.limit).collect();
            assert_eq!((found, sample.left_out.as_deref()), (limits.clone(), left_out), "{context}");
            assert_eq!(sample.program.is_empty(), left_out.is_some());
        }
    }
}

/// How many tokens all turns of these samples showed the model.
fn shown(samples: &[Sample]) -> usize {
    samples.iter().flat_map(|sample| &sample.turns).map(|turn| turn.prompt_tokens).sum()
}

#[test]
fn a_dialogue_of_many_turns_is_read_once() {
    let prompts: Vec<String> = (0..40).map(|turn| format!("turn {turn}")).collect();
    let prompts: Vec<&str> = prompts.iter().map(String::as_str).collect();
    // Alone, a dialogue finds what it left. Samples beside it may take its slot between two turns, and its next turn then
    // takes over what another has, so that only the sum is certain.
    for (count, share) in [(1, 15), (3, 5)] {
        let engine = Script { slots: 2, ..Script::new(said) }.engine();
        let before = engine.counters();
        let samples = all(&engine, &[task("multi", "P", &prompts)], &Plan { samples: count, ..PLAN });
        assert_eq!(samples.len(), count);
        for sample in &samples {
            assert_eq!(sample.turns.len(), 40);
            let last = &sample.turns[39];
            assert!(last.prompt_tokens > 500, "{last:?}");
            assert!(count > 1 || last.prompt_tokens - last.reused_tokens < 40, "{last:?}");
        }
        let read = usize::try_from(engine.counters().prefill_tokens - before.prefill_tokens).unwrap();
        let shown = shown(&samples);
        assert!(read * share < shown, "{read} of {shown} tokens were read by {count}");
    }
}

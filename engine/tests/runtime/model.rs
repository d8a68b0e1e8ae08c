//! The engine with a real model: the quantized one that ships with the program. That it decodes at all shows that the
//! native code was built for this machine; a build with gcc's broken AMX code crashes here.

use std::path::{Path, PathBuf};

use codegen_core::{Completion, EngineError, Event, FinishReason, Overflow, Priority, Prompt, Request, Sampling};
use codegen_engine::{Engine, EngineOptions, FlashAttention, GpuLayers, KvType};

use crate::support::{candidates, complete, events, fails, ranked, request};

const PROMPT: &str = "import os\n\n\ndef read_lines(path):\n    \"\"\"Return the lines of a file.\"\"\"\n";

fn file() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf").into()
}

fn options() -> EngineOptions {
    EngineOptions::new(file())
}

/// With one thread, because several tests run at a time, and threads that wait for one another get nowhere then.
fn load(change: impl FnOnce(&mut EngineOptions)) -> Engine {
    let mut options = EngineOptions { threads: Some(1), ..options() };
    change(&mut options);
    Engine::load(&options).unwrap()
}

/// Tokens and their log-probabilities.
type Scored = Vec<(i32, f32)>;

fn scored(events: impl IntoIterator<Item = Event>) -> Scored {
    let tokens = events.into_iter().filter_map(|event| match event {
        Event::Token { id, logprob, .. } => Some((id, logprob)),
        _ => None,
    });
    tokens.collect()
}

fn score(engine: &Engine, request: Request) -> Scored {
    scored(events(engine.submit(request)))
}

/// llama.cpp rounds a quantized model's intermediate results differently in batches of different sizes, by up to a tenth
/// in a log-probability. So two ways to the same text may part where two tokens are about equally likely, and there
/// only. A cache that held anything wrong would show at once: by a factor of e or more.
#[track_caller]
fn assert_agree(left: &[(i32, f32)], right: &[(i32, f32)]) {
    const ROUNDING: f32 = 0.3;
    for (index, ((left, left_logprob), (right, right_logprob))) in left.iter().zip(right).enumerate() {
        let difference = (left_logprob - right_logprob).abs();
        assert!(difference < ROUNDING, "token {index}: {left} at {left_logprob}, {right} at {right_logprob}");
        if left != right {
            assert!(index >= 3, "they part at token {index}: {left} and {right}");
            return;
        }
    }
    assert_eq!(left.len(), right.len());
}

#[test]
fn a_quantized_model_decodes_on_this_machine_and_always_the_same() {
    let completions: Vec<Completion> = (0..2).map(|_| complete(&load(|_| ()), request(PROMPT, 40))).collect();
    let text = &completions[0].text;
    assert_eq!(text, &completions[1].text);
    assert_eq!(completions[0].mean_logprob.to_bits(), completions[1].mean_logprob.to_bits());
    // It has learned Python: the line is indented, and something is returned or called.
    assert!(text.starts_with("    ") && (text.contains("return") || text.contains('(')), "{text}");
    assert!((-3.0..0.0).contains(&completions[0].mean_logprob));
    assert!(completions[0].prefill.as_nanos() > 0 && completions[0].decode.as_nanos() > 0);
}

#[test]
fn the_model_is_described_as_it_is() {
    let engine = load(|options| {
        options.context = Some(300);
        options.slots = Some(3);
        options.threads = Some(1);
    });
    let info = engine.info();
    assert_eq!((info.architecture.as_str(), info.vocabulary), ("phi2", 51_200));
    assert_eq!((info.context, info.slots, info.threads), (300, 3, 1));
    assert!(info.context_train >= 512 && info.layers > 0 && info.parameters > 1_000_000);
    assert!(info.bytes <= file().metadata().unwrap().len());
    assert!(!info.name.is_empty());
    let gpus: Vec<String> =
        Engine::devices().into_iter().filter(|device| device.gpu).map(|device| device.name).collect();
    if gpus.is_empty() {
        assert_eq!((info.gpu_layers, info.gpu_devices.len()), (0, 0));
    } else {
        assert_eq!(info.gpu_layers, info.layers + 1, "a model this small fits on any GPU");
        assert!(info.gpu_devices.iter().all(|device| gpus.contains(device)));
    }
    assert!(Engine::devices().iter().any(|device| device.backend == "CPU" && !device.gpu && device.memory_total > 0));
    assert!(Engine::build_info().contains("GPU features"));
}

#[test]
fn a_reused_cache_gives_what_a_fresh_one_gives() {
    let engine = load(|_| ());
    // Leave something behind that only partly belongs to the next prompt.
    complete(&engine, request(&format!("{PROMPT}    for line in"), 20));
    let prompt = format!("{PROMPT}    with open(");
    assert_agree(&score(&engine, request(&prompt, 24)), &score(&load(|_| ()), request(&prompt, 24)));
    assert!(engine.counters().reused_tokens > 10);
}

#[test]
fn typing_ten_characters_decodes_about_ten_tokens() {
    let engine = load(|_| ());
    let mut prompt = PROMPT.repeat(8);
    complete(&engine, request(&prompt, 4));
    let before = engine.counters();
    for typed in "    lines ".chars() {
        prompt.push(typed);
        complete(&engine, request(&prompt, 4));
    }
    let fed = engine.counters().prefill_tokens - before.prefill_tokens;
    // A letter can change the token before it, too; but no prompt, of more than a hundred tokens, was read again.
    assert!((10..=30).contains(&fed), "{fed}");
}

#[test]
fn two_slots_in_one_batch_give_what_each_gives_alone() {
    let prompts =
        [PROMPT, "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def push(self, item):\n"];
    let engine = load(|_| ());
    let alone: Vec<_> = prompts.iter().map(|prompt| score(&load(|_| ()), request(prompt, 24))).collect();
    let before = engine.counters().batches;
    let together: Vec<_> = prompts.iter().map(|prompt| engine.submit(request(prompt, 24))).collect();
    for (together, alone) in together.into_iter().zip(alone) {
        assert_agree(&scored(events(together)), &alone);
    }
    let batches = engine.counters().batches - before;
    assert!(batches < 2 * 24, "{batches} batches are as many as one after the other needs");
}

#[test]
fn a_preempted_request_resumes_as_if_nothing_had_been() {
    for slots in [1, 2] {
        let engine = load(|options| options.slots = Some(slots));
        let undisturbed = score(&engine, request(PROMPT, 40));
        let mut slow = engine.submit(ranked(PROMPT, 40, Priority::Evaluation));
        let mut seen: Vec<Event> = (0..5).map(|_| slow.blocking_next().unwrap()).collect();
        complete(&engine, request("while True:\n", 6));
        seen.extend(events(slow));
        assert_agree(&scored(seen), &undisturbed);
    }
}

#[test]
fn a_copied_prefix_gives_what_a_fresh_one_gives() {
    let history = PROMPT.repeat(6);
    // What comes next is clear, so that no rounding turns the first tokens into others.
    let prompts = ["read", "write"].map(|verb| format!("{history}import os\n\n\ndef {verb}_lines("));
    let alone = prompts.each_ref().map(|prompt| score(&load(|_| ()), request(prompt, 40)));
    let engine = load(|_| ());
    let mut first = engine.submit(request(&prompts[0], 40));
    let mut seen = vec![first.blocking_next().unwrap()];
    let second = score(&engine, request(&prompts[1], 40));
    assert!(engine.counters().reused_tokens > 64, "nothing was copied");
    assert_agree(&second, &alone[1]);
    // The donor goes on unharmed.
    seen.extend(events(first));
    assert_agree(&scored(seen), &alone[0]);
}

#[test]
fn candidates_share_one_prompt_and_say_what_each_would_alone() {
    let engine = load(|_| ());
    assert_eq!(engine.info().slots, 8, "a model this small has room for all");
    let alone = score(&load(|_| ()), request(PROMPT, 24));
    let all: Vec<Scored> = engine
        .submit_candidates(candidates(PROMPT, 8, 24))
        .into_iter()
        .map(|generation| scored(events(generation)))
        .collect();
    for scored in &all {
        assert_agree(scored, &all[0]);
        assert_agree(scored, &alone);
    }
    let counters = engine.counters();
    let prompt = engine.tokenize(PROMPT).len() as u64;
    assert_eq!((counters.prefill_tokens, counters.reused_tokens), (prompt, 7 * prompt));
    assert_eq!(counters.batches, 24);
}

#[test]
fn candidates_follow_one_another_through_few_slots() {
    let alone = score(&load(|_| ()), request(PROMPT, 24));
    for slots in [1, 3] {
        let engine = load(|options| options.slots = Some(slots));
        for generation in engine.submit_candidates(candidates(PROMPT, 8, 24)) {
            assert_agree(&scored(events(generation)), &alone);
        }
        assert_eq!(engine.counters().prefill_tokens, engine.tokenize(PROMPT).len() as u64);
    }
}

#[test]
fn candidates_with_seeds_differ_and_the_prompt_stays_for_the_next() {
    let engine = load(|_| ());
    let mut wanted = candidates(PROMPT, 8, 24);
    for (seed, candidate) in (1..).zip(&mut wanted.each) {
        candidate.sampling = Sampling { temperature: 0.8, top_k: 0, top_p: 0.95, seed };
    }
    let generations = engine.submit_candidates(wanted);
    let done: Vec<Completion> =
        generations.into_iter().map(|generation| generation.blocking_finish().unwrap()).collect();
    let mut texts: Vec<&str> = done.iter().map(|completion| completion.text.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    assert!(texts.len() > 4, "{texts:?}");
    let prompt = engine.tokenize(PROMPT).len();
    assert_eq!(engine.counters().prefill_tokens, prompt as u64);
    assert_eq!(complete(&engine, request(PROMPT, 4)).reused_tokens, prompt - 1);
}

#[test]
fn seeds_reproduce() {
    let engine = load(|_| ());
    let sample = |seed| {
        let sampling = Sampling { temperature: 0.8, top_k: 0, top_p: 0.95, seed };
        complete(&engine, Request { sampling, ..request(PROMPT, 24) }).text
    };
    let texts: Vec<String> = (0..3).map(sample).collect();
    assert_eq!(sample(1), texts[1]);
    assert!(texts[0] != texts[1] || texts[1] != texts[2], "{texts:?}");
}

/// Bits of what a request gave, the floats included.
fn exact(engine: &Engine, request: Request) -> (Vec<(i32, u32)>, Vec<u32>) {
    let bits = |scores: &[f32]| scores.iter().map(|score| score.to_bits()).collect();
    let events = events(engine.submit(request));
    let Some(Event::Done(completion)) = events.last() else { panic!("{:?}", events.last()) };
    let prompt = bits(&completion.prompt_logprobs);
    (scored(events).into_iter().map(|(token, logprob)| (token, logprob.to_bits())).collect(), prompt)
}

#[test]
fn a_fresh_request_alone_gives_the_same_bits_whatever_was_done_before() {
    let engine = load(|options| (options.slots, options.batch) = (Some(1), 32));
    // Open at its end, so that the model has something to say.
    let prompt = PROMPT.repeat(5) + "class Table:\n    def __init__(self, rows):\n        self.rows = rows\n\n    def";
    let sampled = || Request {
        fresh: true,
        score_from: Some(40),
        sampling: Sampling { temperature: 0.8, top_k: 0, top_p: 0.95, seed: 7 },
        ..request(&prompt, 40)
    };
    let first = exact(&engine, sampled());
    assert!(first.0.len() > 20 && first.1.len() > 60, "{} tokens", first.0.len());
    let context = engine.info().context;
    for before in 0..6 {
        match before {
            0 => {}
            // The same prompt, a part of it, and another.
            1 => drop(complete(&engine, request(&prompt, 60))),
            2 => drop(complete(&engine, request(&prompt[..prompt.len() / 2], 3))),
            3 => drop(complete(&engine, request("class Stack:\n", 12))),
            // The window moves.
            4 => drop(complete(&engine, request(&prompt, context))),
            // One that is cancelled while its prompt is read, and candidates.
            _ => {
                drop(engine.submit(request(&prompt.repeat(3), 5)));
                for generation in engine.submit_candidates(candidates(PROMPT, 4, 9)) {
                    generation.blocking_finish().unwrap();
                }
            }
        }
        assert!(exact(&engine, sampled()) == first, "after {before}");
    }
    assert!(
        exact(&load(|options| (options.slots, options.batch) = (Some(1), 32)), sampled()) == first,
        "another engine"
    );
}

#[test]
fn a_prompts_scores_are_what_the_logits_say() {
    let prompt = PROMPT.repeat(4);
    let tokens = load(|_| ()).tokenize(&prompt);
    let options = EngineOptions { threads: Some(1), gpu_layers: GpuLayers::Count(0), ..options() };
    let rows = codegen_engine::runtime::logits(&options, &tokens).unwrap();
    let expected: Vec<f32> = (1..tokens.len())
        .map(|index| {
            let row = &rows[index - 1];
            let all: f64 = row.iter().map(|&logit| f64::from(logit).exp()).sum();
            (f64::from(row[usize::try_from(tokens[index]).unwrap()]) - all.ln()) as f32
        })
        .collect();
    for (batch, from, cached) in [(256, 1, false), (16, 1, false), (256, 50, true), (7, 90, true)] {
        let engine = load(|options| (options.batch, options.gpu_layers) = (batch, GpuLayers::Count(0)));
        if cached {
            complete(&engine, request(&prompt, 5));
        }
        let scores = complete(&engine, Request { score_from: Some(from), ..request(&prompt, 1) }).prompt_logprobs;
        assert_eq!(scores.len(), tokens.len() - from);
        // Fed as the reference was, the logits are the same; otherwise they are rounded differently.
        let most = if batch == 256 && !cached { 1e-4 } else { 0.5 };
        for (index, (score, expected)) in scores.iter().zip(&expected[from - 1..]).enumerate() {
            assert!((score - expected).abs() < most, "batch {batch}, token {}: {score}, not {expected}", from + index);
        }
        let mean = |scores: &[f32]| scores.iter().map(|&score| f64::from(score)).sum::<f64>() / scores.len() as f64;
        assert!((mean(&scores) - mean(&expected[from - 1..])).abs() < 0.02);
    }
}

#[test]
fn tokens_lengths_add_up_to_the_texts() {
    let engine = load(|_| ());
    let text = "def f(x):\n\treturn 'é 漢字 😀'                    \r\n";
    let tokens = engine.tokenize(text);
    let lengths = engine.token_lengths(&tokens);
    assert_eq!((lengths.len(), lengths.iter().sum::<usize>()), (tokens.len(), text.len()));
    // Where a token's end is a character's, the text so far is the tokens'.
    let mut end = 0;
    for (index, length) in lengths.into_iter().enumerate() {
        end += length;
        assert!(!text.is_char_boundary(end) || engine.detokenize(&tokens[..=index]) == text[..end]);
    }
}

#[test]
fn many_slots_serve_many_requests() {
    let engine = load(|options| (options.slots, options.context) = (Some(64), Some(256)));
    let alone = score(&load(|_| ()), request(PROMPT, 6));
    let prompts = ["class Stack:\n", "x = [1, 2, 3]\n", PROMPT];
    let running: Vec<_> = (0..96).map(|index| (index, engine.submit(request(prompts[index % 3], 6)))).collect();
    for (index, generation) in running {
        let scored = scored(events(generation));
        if index % 3 == 2 {
            assert_agree(&scored, &alone);
        }
    }
    assert!(engine.counters().batches < 40, "{}", engine.counters().batches);
}

#[test]
fn long_prompts_and_long_generations_stay_within_the_context() {
    let engine = load(|options| options.batch = 64);
    let context = engine.info().context;
    let prompt = "x = [1, 2, 3]\n".repeat(1000);
    let completion = complete(&engine, request(&prompt, 8));
    assert!(completion.dropped_tokens > 0 && completion.prompt_tokens <= context - 8, "{completion:?}");
    let refused = fails(&engine, Request { overflow: Overflow::Refuse, ..request(&prompt, 8) });
    assert!(matches!(refused, EngineError::PromptTooLong { limit, .. } if limit == context), "{refused}");
    let endless = complete(&load(|options| options.context = Some(64)), request("x = [1, 2, 3]\n", 200));
    assert!(endless.generated_tokens == 200 || endless.reason == FinishReason::EndOfText, "{endless:?}");
}

#[test]
fn an_empty_prompt_starts_a_document() {
    let completion = complete(&load(|_| ()), request("", 16));
    assert_eq!(completion.prompt_tokens, 1);
    assert!(!completion.text.is_empty());
}

#[test]
fn text_survives_its_tokens() {
    let engine = load(|_| ());
    let all: String = (0..=0x2fff).filter_map(char::from_u32).collect();
    for text in [
        "",
        "\0",
        "a\0b\0\0",
        "def f(x):\r\n\treturn x\r",
        "                                                    x",
        "\t\t\t\t\t\t\t\t\t\t\t\t",
        "é 漢字 😀 👩‍👩‍👧 e\u{301} \u{2028}",
        "<|endoftext|>",
        "\u{feff}x",
        &all,
        &" ".repeat(10_000),
    ] {
        assert_eq!(engine.detokenize(&engine.tokenize(text)), text);
    }
    assert!(engine.tokenize("").is_empty());
    // Typed text is text: it cannot end the document.
    assert!(engine.tokenize("<|endoftext|>").len() > 1);
    // Control tokens have no text, and what is no token has none either.
    assert_eq!(engine.detokenize(&[50_256, -1, 51_200, i32::MAX]), "");
    let emoji = engine.tokenize("😀");
    assert_eq!(engine.detokenize(&emoji[..1]), "\u{fffd}");
}

#[test]
fn other_ways_to_compute_agree() {
    let expected = score(&load(|_| ()), request(PROMPT, 12));
    for change in [
        |options: &mut EngineOptions| options.kv_type = KvType::F32,
        |options: &mut EngineOptions| options.flash_attention = FlashAttention::On,
        |options: &mut EngineOptions| options.flash_attention = FlashAttention::Off,
        |options: &mut EngineOptions| options.mmap = false,
        |options: &mut EngineOptions| options.batch = 3,
        // Fewer tokens in a batch than there are slots.
        |options: &mut EngineOptions| options.batch = 1,
        |options: &mut EngineOptions| (options.batch, options.slots, options.context) = (3, Some(20), Some(256)),
        |options: &mut EngineOptions| options.gpu_layers = GpuLayers::Count(0),
    ] {
        assert_agree(&score(&load(change), request(PROMPT, 12)), &expected);
    }
}

#[test]
fn a_failed_request_leaves_the_engine_alone() {
    let engine = load(|_| ());
    let tokens = Request::new(Prompt::Tokens(vec![1, 51_200]), 4);
    assert!(matches!(fails(&engine, tokens), EngineError::Decode { .. }));
    complete(&engine, request(PROMPT, 4));
}

#[test]
fn what_is_no_model_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let refusal = |path: &Path| Engine::load(&EngineOptions::new(path.to_owned())).unwrap_err();

    for path in [path("missing.gguf"), folder.path().to_owned()] {
        let error = refusal(&path);
        assert!(matches!(&error, EngineError::ModelNotFound { path: named, .. } if *named == path), "{error}");
    }

    std::fs::write(path("text.gguf"), "This is no model.\n").unwrap();
    std::fs::write(path("empty.gguf"), "").unwrap();
    let whole = std::fs::read(file()).unwrap();
    std::fs::write(path("half.gguf"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(path("header.gguf"), &whole[..1000]).unwrap();
    for (name, reason) in [
        ("text.gguf", "letters GGUF"),
        ("empty.gguf", "letters GGUF"),
        ("half.gguf", "truncated"),
        ("header.gguf", "truncated"),
    ] {
        let error = refusal(&path(name));
        let EngineError::ModelLoad { path: named, reason: given } = &error else { panic!("{name}: {error}") };
        assert_eq!(*named, path(name));
        assert!(given.contains(reason) && !given.is_empty(), "{name}: {given}");
    }
    // For such a number llama.cpp itself ends the process.
    let mut layers = whole.clone();
    let key = b"phi2.block_count";
    let at = whole.windows(key.len()).position(|bytes| bytes == key).unwrap() + key.len() + 4;
    layers[at..at + 4].fill(0);
    std::fs::write(path("layers.gguf"), layers).unwrap();
    let error = refusal(&path("layers.gguf"));
    assert!(matches!(&error, EngineError::ModelLoad { reason, .. } if reason.contains("block_count 0")), "{error}");
    // None of this has hurt the process.
    complete(&load(|_| ()), request("x", 1));
}

#[test]
fn options_out_of_range_are_refused() {
    let refused = |change: fn(&mut EngineOptions)| {
        let mut options = options();
        change(&mut options);
        match Engine::load(&options).unwrap_err() {
            EngineError::BadOption { option, .. } => option,
            EngineError::NoDevice { index: 1000, .. } => "main-device",
            other => panic!("{other}"),
        }
    };
    assert_eq!(refused(|options| options.context = Some(0)), "context");
    assert_eq!(refused(|options| options.context = Some(1_000_000)), "context");
    assert_eq!(refused(|options| options.batch = 0), "batch");
    assert_eq!(refused(|options| options.batch = usize::MAX), "batch");
    assert_eq!(refused(|options| options.slots = Some(0)), "slots");
    assert_eq!(refused(|options| options.slots = Some(257)), "slots");
    assert_eq!(refused(|options| options.threads = Some(0)), "threads");
    assert_eq!(refused(|options| options.main_device = Some(1000)), "main-device");
    if !Engine::devices().iter().any(|device| device.gpu) {
        assert_eq!(refused(|options| options.gpu_layers = GpuLayers::All), "gpu-layers");
        assert_eq!(refused(|options| options.gpu_layers = GpuLayers::Count(3)), "gpu-layers");
    }
}

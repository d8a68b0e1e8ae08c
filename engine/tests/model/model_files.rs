//! GGUFs that somebody or something has damaged: none of them may end the process, whoever would be to blame for it.
//!
//! llama.cpp ends the process for some files, and a process that has ended cannot say so. So the files are loaded by
//! processes of their own, each of which takes a share of them and names the one it is at.
#![allow(clippy::print_stdout, reason = "a process says on standard output which files it has loaded")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use codegen_core::{Prompt, Request};
use codegen_engine::gguf::{Gguf, Metadata, Value, Writer};
use codegen_engine::model::{FileType, convert};
use codegen_engine::{Engine, EngineOptions, GpuLayers};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// How many damaged files are loaded, unless `CODEGEN_TEST_MUTANTS` says otherwise.
const MUTANTS: u64 = 10_000;

/// Processes that share them.
const PROCESSES: u64 = 2;

fn sound(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/parity/checkpoints/heads-4x32");
    let path = folder.join("sound.gguf");
    convert(&source, &path, FileType::F16.into(), &mut |_| ()).unwrap();
    path
}

/// Loads a file as the product does, and has it read and write a little. What is wrong with it is the answer.
fn load(path: &Path) -> Result<(), String> {
    let options = EngineOptions {
        threads: Some(1),
        context: Some(64),
        slots: Some(1),
        gpu_layers: GpuLayers::Count(0),
        ..EngineOptions::new(path.to_owned())
    };
    let engine = Engine::load(&options).map_err(|error| error.to_string())?;
    for text in ["def f(x):\n    return x", "é 你好 🎉\t\r\n", "\u{0}<|endoftext|>[PAD310] 'tis"] {
        drop(engine.detokenize(&engine.tokenize(text)));
    }
    let mut generation = engine.submit(Request::new(Prompt::Text("x = (1,\n     2)".into()), 2));
    while generation.blocking_next().is_some() {}
    Ok(())
}

/// Damages a file: its bytes, or what they mean. The same number does the same.
fn mutant(sound: &[u8], parsed: &Gguf, number: u64) -> Vec<u8> {
    let mut random = Random(ChaCha8Rng::seed_from_u64(number));
    // Weights are numbers, of which each is as good as another; everything before them has a form.
    let head = usize::try_from(parsed.data_start).unwrap();
    match random.below(10) {
        0..4 => bytes(sound.to_vec(), head, &mut random),
        4 => {
            let end = *random.pick(&[head, sound.len()]);
            sound[..random.below(end)].to_vec()
        }
        _ => meaning(sound, parsed, &mut random),
    }
}

struct Random(ChaCha8Rng);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0.next_u64() as usize % end.max(1)
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

const NUMBERS: [u64; 14] =
    [0, 1, 2, 3, 7, 255, 256, 319, 320, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 40, u64::MAX];

/// Flips bits, overwrites numbers, takes bytes out or doubles them.
fn bytes(mut file: Vec<u8>, head: usize, random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(3) {
        let at = random.below(head);
        match random.below(5) {
            0 | 1 => file[at] ^= 1 << random.below(8),
            2 => file[at] = *random.pick(&[0, 1, 0x20, 0x7f, 0x80, 0xc3, 0xff]),
            3 => {
                let number = random.pick(&NUMBERS).to_le_bytes();
                let length = *random.pick(&[4, 8]);
                // The weights follow, so that there are as many bytes.
                file[at..at + length].copy_from_slice(&number[..length]);
            }
            _ => {
                let length = random.below(9);
                let piece = file[at..(at + length).min(head)].to_vec();
                match random.below(2) {
                    0 => drop(file.splice(at..at + piece.len(), [])),
                    _ => drop(file.splice(at..at, piece)),
                }
            }
        }
    }
    file
}

/// Changes metadata and writes the file anew, so that its form is sound.
fn meaning(sound: &[u8], parsed: &Gguf, random: &mut Random) -> Vec<u8> {
    let mut metadata = parsed.metadata.clone();
    let mut tensors = parsed.tensors.clone();
    for _ in 0..=random.below(2) {
        match random.below(8) {
            0..3 => texts(&mut metadata, "tokenizer.ggml.tokens", random),
            3 => texts(&mut metadata, "tokenizer.ggml.merges", random),
            4 => kinds(&mut metadata, random),
            5 => {
                let keys: Vec<String> = metadata.iter().map(|(key, _)| key.to_owned()).collect();
                let key = random.pick(&keys).clone();
                metadata.set(key, value(random));
            }
            6 => {
                let key = *random.pick(&KEYS);
                metadata.set(key, value(random));
            }
            _ => {
                let index = random.below(tensors.len());
                let other = random.below(tensors.len());
                match random.below(3) {
                    0 => tensors[index].shape.reverse(),
                    1 => tensors[index].name.clone_from(&parsed.tensors[other].name),
                    _ => tensors[index].shape = vec![1 + random.below(400) as u64, 1 + random.below(400) as u64],
                }
            }
        }
    }
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file, &metadata, &tensors).unwrap();
    let data = &sound[usize::try_from(parsed.data_start).unwrap()..];
    for tensor in &tensors {
        let length = usize::try_from(tensor.bytes()).unwrap();
        let piece: Vec<u8> = data.iter().copied().cycle().take(length).collect();
        writer.write(&piece).unwrap();
    }
    writer.finish().unwrap();
    file
}

/// Keys that llama.cpp reads of every model, and that this one does not have.
const KEYS: [&str; 21] = [
    "phi2.expert_count",
    "phi2.expert_used_count",
    "phi2.expert_group_count",
    "phi2.nextn_predict_layers",
    "phi2.attention.causal",
    "phi2.attention.key_length",
    "phi2.attention.value_length",
    "phi2.attention.key_length_swa",
    "phi2.rope.scaling.type",
    "phi2.rope.scaling.factor",
    "phi2.rope.scaling.original_context_length",
    "phi2.rope.freq_base",
    "phi2.rope.dimension_count_swa",
    "phi2.pooling_type",
    "phi2.embedding_length_out",
    "phi2.vocab_size",
    "tokenizer.ggml.scores",
    "tokenizer.ggml.eot_token_id",
    "tokenizer.ggml.fim_pre_token_id",
    "tokenizer.ggml.add_eos_token",
    "tokenizer.ggml.suppress_tokens",
];

/// Any value, of any type.
fn value(random: &mut Random) -> Value {
    let number = *random.pick(&NUMBERS);
    match random.below(12) {
        0..4 => Value::U32(number as u32),
        4 => Value::I32(number as i32),
        5 => Value::U64(number),
        6 => Value::F32(*random.pick(&[0.0, -1.0, 1e-5, f32::NAN, f32::INFINITY, 3e38])),
        7 => Value::Bool(random.below(2) == 0),
        8 | 9 => Value::from(*random.pick(&[
            "",
            "gpt2",
            "llama",
            "bert",
            "t5",
            "rwkv",
            "plamo2",
            "none",
            "gemma4",
            "mmbert",
            "default",
            "llama-bpe",
            "kimi-k2",
            "phi2",
            "phi3",
            "llama4",
            "phi-3",
            "model",
            "yarn",
            "longrope",
            "hybriddna",
            "whitespace",
            "test",
        ])),
        10 => Value::i32s((0..random.below(400)).map(|index| index as i32)),
        _ => Value::strings((0..random.below(400)).map(|index| format!("t{index}"))),
    }
}

/// Changes a list of texts.
fn texts(metadata: &mut Metadata, key: &str, random: &mut Random) {
    let Some(Value::Strings(texts)) = metadata.get(key) else { return };
    let mut texts = texts.clone();
    if texts.is_empty() {
        return;
    }
    let (at, other) = (random.below(texts.len()), random.below(texts.len()));
    match random.below(8) {
        0 => texts.swap(at, other),
        1 => texts[at] = texts[other].clone(),
        2 => texts[at] = Vec::new(),
        3 => drop(texts.remove(at)),
        4 => texts.insert(at, texts[other].clone()),
        5 => texts.truncate(at),
        6 => {
            texts[at] = random
                .pick(&[
                    "",
                    " ",
                    "  ",
                    "a b",
                    "[EMPTY_3]",
                    "</s>",
                    "<|im_end|>",
                    "<0x0A>",
                    "\u{0}",
                    "\u{10ffff}",
                    "unused",
                    "\n",
                ])
                .as_bytes()
                .to_vec();
        }
        _ => {
            let text = &mut texts[at];
            let place = random.below(text.len());
            if let Some(byte) = text.get_mut(place) {
                *byte ^= 1 << random.below(8);
            }
        }
    }
    metadata.set(key, Value::Strings(texts));
}

/// Changes the tokens' types.
fn kinds(metadata: &mut Metadata, random: &mut Random) {
    let key = "tokenizer.ggml.token_type";
    let Some(Value::Numbers(kind, bytes)) = metadata.get(key) else { return };
    let (kind, mut bytes) = (*kind, bytes.clone());
    let at = random.below(bytes.len() / 4) * 4;
    match random.below(3) {
        0 => bytes.truncate(at),
        1 => bytes.extend([1, 0, 0, 0]),
        _ => bytes[at..at + 4].copy_from_slice(&random.pick(&[0, 1, 2, 3, 4, 5, 6, 7, -1, i32::MAX]).to_le_bytes()),
    }
    metadata.set(key, Value::Numbers(kind, bytes));
}

#[test]
fn no_damaged_file_ends_the_process() {
    let folder = tempfile::tempdir().unwrap();
    sound(folder.path());
    let mutants = std::env::var("CODEGEN_TEST_MUTANTS").map_or(MUTANTS, |count| count.parse().unwrap());
    let start = |share: u64| -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "model_files::loading_child", "--nocapture", "--test-threads=1"])
            .env("CODEGEN_TEST_FOLDER", folder.path())
            .env("CODEGEN_TEST_SHARE", format!("{share} {mutants}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<Child> = (0..PROCESSES).map(start).collect();
    let (mut loaded, mut refused) = (0, 0);
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let last = said.lines().rev().find(|line| line.contains("mutant ")).unwrap_or_default();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the process ended ({}) at {last}: {errors}", output.status);
        loaded += said.lines().filter(|line| line.ends_with("loaded")).count() as u64;
        refused += said.lines().filter(|line| line.contains("refused: ")).count() as u64;
        assert!(!said.contains("panicked"), "{said}");
    }
    println!("{loaded} loaded, {refused} refused");
    assert_eq!(loaded + refused, mutants);
    // Both kinds are there, or the test tests nothing.
    assert!(loaded > mutants / 50 && refused > mutants / 4, "{loaded} loaded, {refused} refused");
}

#[test]
fn loading_child() {
    let Some(folder) = std::env::var_os("CODEGEN_TEST_FOLDER").map(PathBuf::from) else { return };
    let share = std::env::var("CODEGEN_TEST_SHARE").unwrap();
    let (share, mutants) = share.split_once(' ').unwrap();
    let (share, mutants): (u64, u64) = (share.parse().unwrap(), mutants.parse().unwrap());
    let sound = folder.join("sound.gguf");
    let (bytes, parsed) = (fs::read(&sound).unwrap(), Gguf::open(&sound).unwrap());
    load(&sound).unwrap();
    let path = folder.join(format!("mutant-{share}.gguf"));
    for number in (share..mutants).step_by(PROCESSES as usize) {
        fs::write(&path, mutant(&bytes, &parsed, number)).unwrap();
        println!("mutant {number}");
        match load(&path) {
            Ok(()) => println!("{number} loaded"),
            Err(error) => println!("{number} refused: {}", error.replace('\n', " ")),
        }
    }
}

//! Checkpoints as people have them: of CodeGen2, wrapped by a training, with ends and beginnings of their own.

use std::fs;
use std::path::{Path, PathBuf};

use codegen_core::{Event, FinishReason, Prompt, Request};
use codegen_engine::gguf::{Gguf, Value};
use codegen_engine::model::{FileReport, FileType, convert};
use codegen_engine::{Engine, EngineOptions, GpuLayers};
use serde_json::json;

use crate::support::{SMALL, Shape, wave};

/// Eight heads, so that there can be four blocks of two or eight of one.
const EIGHT: Shape = Shape { heads: 8, ..SMALL };

fn converted(folder: &Path) -> (PathBuf, FileReport) {
    let path = folder.with_extension("gguf");
    let report = convert(folder, &path, FileType::F32.into(), &mut |_| ()).unwrap();
    (path, report)
}

/// Names, shapes and bytes of all tensors.
fn tensors(path: &Path) -> Vec<(String, Vec<u64>, Vec<u8>)> {
    let (gguf, bytes) = (Gguf::open(path).unwrap(), fs::read(path).unwrap());
    let data = |tensor: &codegen_engine::gguf::TensorInfo| {
        let start = usize::try_from(gguf.data_start + tensor.offset).unwrap();
        bytes[start..start + usize::try_from(tensor.bytes()).unwrap()].to_vec()
    };
    gguf.tensors.iter().map(|tensor| (tensor.name.clone(), tensor.shape.clone(), data(tensor))).collect()
}

fn configure(folder: &Path, changes: &[(&str, serde_json::Value)]) {
    let path = folder.join("config.json");
    let mut fields: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    for (key, value) in changes {
        fields[*key] = value.clone();
    }
    fs::write(path, fields.to_string()).unwrap();
}

/// The row of the fused projection, of so many blocks, that has a dimension of a head's query (0), value (1) or key (2).
fn row(shape: Shape, blocks: usize, part: usize, head: usize, dimension: usize) -> usize {
    let (size, heads) = (shape.width / shape.heads, shape.heads / blocks);
    (head / heads) * 3 * heads * size + part * heads * size + (head % heads) * size + dimension
}

/// The same model twice: with the rows in CodeGen's four blocks, and in CodeGen2's eight.
#[test]
fn eight_blocks_make_the_same_file_as_four() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let size = EIGHT.width / EIGHT.heads;
    let mut source = vec![0; 3 * EIGHT.width];
    for part in 0..3 {
        for head in 0..EIGHT.heads {
            for dimension in 0..size {
                source[row(EIGHT, 8, part, head, dimension)] = row(EIGHT, 4, part, head, dimension);
            }
        }
    }
    for name in ["codegen", "codegen2"] {
        fs::create_dir(at(name)).unwrap();
    }
    EIGHT.write(&at("codegen"), wave);
    EIGHT.write(&at("codegen2"), |name, index| match name.ends_with("qkv_proj.weight") {
        true => wave(name, source[index / EIGHT.width] * EIGHT.width + index % EIGHT.width),
        false => wave(name, index),
    });
    configure(
        &at("codegen2"),
        &[
            ("head_dim", json!(size)),
            ("auto_map", json!({"AutoModelForCausalLM": "modeling_codegen.CodeGenForCausalLM"})),
        ],
    );
    fs::write(at("codegen2/modeling_codegen.py"), "class A:\n    # mp_num = 4\n    mp_num = 8\n").unwrap();
    let [four, eight] = ["codegen", "codegen2"].map(|name| converted(&at(name)).0);
    assert!(tensors(&four) == tensors(&eight));
    let blocks = |path: &Path| Gguf::open(path).unwrap().metadata.u64("general.source.qkv_blocks");
    assert_eq!((blocks(&four), blocks(&eight)), (None, Some(8)));
    // Read as four blocks it would be another model.
    configure(&at("codegen2"), &[("head_dim", json!(null)), ("auto_map", json!(null))]);
    let (wrong, _) = converted(&at("codegen2"));
    assert!(tensors(&four) != tensors(&wrong));
}

/// Renames the tensors of a checkpoint, whose header keeps its length by spaces.
fn rename(folder: &Path, name: impl Fn(&str) -> String, more: &[(&str, serde_json::Value)]) {
    let path = folder.join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let mut renamed: serde_json::Map<_, _> = header.into_iter().map(|(key, value)| (name(&key), value)).collect();
    for (key, value) in more {
        renamed.insert((*key).to_owned(), value.clone());
    }
    let header = serde_json::Value::from(renamed).to_string();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(&bytes[8 + length..]);
    // A value head's weights.
    file.extend(vec![0; 4 * more.len()]);
    fs::write(path, file).unwrap();
}

#[test]
fn what_a_training_put_around_the_model_is_taken_off_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    fs::create_dir(&plain).unwrap();
    SMALL.write(&plain, wave);
    let expected = tensors(&converted(&plain).0);
    let end: usize = SMALL.tensors().iter().map(|(_, shape)| 4 * shape.iter().product::<usize>()).sum();
    let value_head = json!({"dtype": "F32", "shape": [1], "data_offsets": [end, end + 4]});
    for (index, (prefix, head)) in
        [("module.", false), ("_orig_mod.", false), ("model.", true), ("module._orig_mod.", true), ("", true)]
            .into_iter()
            .enumerate()
    {
        let wrapped = folder.path().join(format!("wrapped{index}"));
        fs::create_dir(&wrapped).unwrap();
        SMALL.write(&wrapped, wave);
        let more: &[(&str, serde_json::Value)] =
            if head { &[("v_head.summary.bias", value_head.clone())] } else { &[] };
        rename(&wrapped, |name| format!("{prefix}{name}"), more);
        let (path, report) = converted(&wrapped);
        assert!(tensors(&path) == expected, "{prefix}");
        let notes = report.notes.join("\n");
        assert_eq!(notes.contains("what the training put around"), !prefix.is_empty(), "{prefix}: {notes}");
        assert_eq!(notes.contains("value head"), head, "{prefix}: {notes}");
    }
}

fn engine(path: PathBuf) -> Engine {
    Engine::load(&EngineOptions { threads: Some(1), gpu_layers: GpuLayers::Count(0), ..EngineOptions::new(path) })
        .unwrap()
}

/// Why the text after a prompt ends.
fn ending(engine: &Engine) -> (String, FinishReason) {
    let mut generation = engine.submit(Request::new(Prompt::Text("x".into()), 3));
    while let Some(event) = generation.blocking_next() {
        match event {
            Event::Token { .. } => {}
            Event::Done(completion) => return (completion.text, completion.reason),
            Event::Failed(error) => panic!("{error}"),
        }
    }
    unreachable!("every generation has a last event")
}

/// A model that always writes the same token: one that was added, or `#`, and what `eos_token_id` makes of it.
#[test]
fn a_text_ends_at_the_models_own_end_and_not_at_an_ordinary_token() {
    for (written, ends, expected) in [
        (258, json!(258), Some(FinishReason::EndOfText)),
        (257, json!([258, 257]), Some(FinishReason::EndOfText)),
        (256, json!([258, 257]), Some(FinishReason::EndOfText)),
        (256, json!(50256), Some(FinishReason::EndOfText)),
        // The first uploads name `#`.
        (usize::from(b'#'), json!(i32::from(b'#')), None),
        (257, json!(258), None),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("model");
        fs::create_dir(&source).unwrap();
        SMALL.write(&source, |name, index| match name {
            "lm_head.bias" => {
                if index == written {
                    9.0
                } else {
                    -9.0
                }
            }
            _ => 0.1 * wave(name, index),
        });
        fs::write(source.join("added_tokens.json"), r#"{"[A]": 257, "[B]": 258}"#).unwrap();
        configure(&source, &[("eos_token_id", ends.clone())]);
        let (path, report) = converted(&source);
        let (text, reason) = ending(&engine(path));
        match expected {
            Some(expected) => assert_eq!((text.as_str(), reason), ("", expected), "{written} {ends}"),
            None => assert_eq!((text.len() >= 3, reason), (true, FinishReason::MaxTokens), "{written} {ends}: {text}"),
        }
        let ordinary = report.notes.iter().any(|note| note.contains("ordinary token"));
        assert_eq!(ordinary, written < 256, "{:?}", report.notes);
    }
}

/// What is put before each text is a part of the prompt, and has no text itself.
#[test]
fn a_token_that_the_tokenizer_puts_first_is_read_first() {
    let folder = tempfile::tempdir().unwrap();
    for first in [true, false] {
        let source = folder.path().join(format!("model-{first}"));
        fs::create_dir(&source).unwrap();
        SMALL.write(&source, wave);
        let settings = json!({"add_bos_token": first, "bos_token": "<|endoftext|>"});
        fs::write(source.join("tokenizer_config.json"), settings.to_string()).unwrap();
        let (path, _) = converted(&source);
        let metadata = Gguf::open(&path).unwrap().metadata;
        assert_eq!(metadata.get("tokenizer.ggml.add_bos_token"), Some(&Value::Bool(first)));
        let engine = engine(path);
        let tokens = engine.tokenize("ab");
        let before: &[i32] = if first { &[256] } else { &[] };
        assert_eq!(&tokens[..tokens.len() - 2], before);
        assert_eq!(engine.token_lengths(&tokens).iter().sum::<usize>(), 2);
        assert_eq!(engine.detokenize(&tokens), "ab");
    }
}

//! Requantizing GGUF files, ours and those of other architectures.

use std::fs::{self, File};
use std::path::Path;

use codegen_core::{Event, Prompt, Request};
use codegen_engine::gguf::{Gguf, Metadata, ModelError, TensorInfo, TensorType, Value, Writer};
use codegen_engine::model::{FileReport, FileType, convert, quantize};
use codegen_engine::{Engine, EngineOptions};

use crate::support::{SMALL, wave};

fn run(input: &Path, output: &Path, kind: FileType) -> Result<FileReport, ModelError> {
    quantize(input, output, kind.into(), &mut |_| {})
}

fn data<'a>(bytes: &'a [u8], gguf: &Gguf, name: &str) -> &'a [u8] {
    let tensor = gguf.tensor(name).unwrap();
    let start = (gguf.data_start + tensor.offset) as usize;
    &bytes[start..start + tensor.bytes() as usize]
}

#[test]
fn requantizing_equals_converting() {
    let folder = tempfile::tempdir().unwrap();
    SMALL.write(folder.path(), wave);
    let at = |name: &str| folder.path().join(name);
    convert(folder.path(), &at("f32.gguf"), FileType::F32.into(), &mut |_| {}).unwrap();
    for kind in FileType::ALL {
        convert(folder.path(), &at("converted.gguf"), kind.into(), &mut |_| {}).unwrap();
        let report = run(&at("f32.gguf"), &at("quantized.gguf"), kind).unwrap();
        assert_eq!(report.notes, Vec::<String>::new());
        let [converted, quantized] = ["converted.gguf", "quantized.gguf"].map(|name| Gguf::open(&at(name)).unwrap());
        assert_eq!(converted.tensors, quantized.tensors, "{kind}");
        let [converted_bytes, quantized_bytes] =
            ["converted.gguf", "quantized.gguf"].map(|name| fs::read(at(name)).unwrap());
        for tensor in &converted.tensors {
            let [one, two] = [(&converted_bytes, &converted), (&quantized_bytes, &quantized)]
                .map(|(bytes, gguf)| data(bytes, gguf, &tensor.name));
            assert!(one == two, "{kind}: {}", tensor.name);
        }
        let mut metadata = quantized.metadata.clone();
        assert!(metadata.str("general.quantized_by").is_some_and(|by| by.starts_with("codegen-lsp ")));
        for (key, value) in converted.metadata.iter() {
            assert_eq!(metadata.get(key), Some(value), "{kind}: {key}");
            metadata.set(key, 0);
        }
    }
}

/// A file of an architecture that this program knows nothing of.
fn write_foreign(path: &Path, more: &[(&str, Value)]) -> Vec<TensorInfo> {
    let mut metadata = Metadata::default();
    metadata.set("general.architecture", "other");
    metadata.set("other.block_count", 16);
    metadata.set("other.strange", Value::Numbers(codegen_engine::gguf::ValueType::U8, vec![1, 2, 255]));
    metadata.set("other.bytes", Value::String(vec![0xff, 0xfe]));
    for (key, value) in more {
        metadata.set(*key, value.clone());
    }
    let tensor =
        |name: &str, shape: &[u64], kind| TensorInfo { name: name.to_owned(), shape: shape.to_vec(), kind, offset: 0 };
    let i32 = TensorType::from_id(26).unwrap();
    let tensors = vec![
        tensor("token_embd.weight", &[256, 8], TensorType::F16),
        tensor("blk.0.attn_v.weight", &[256, 4], TensorType::BF16),
        tensor("blk.5.attn_v.weight", &[256, 4], TensorType::BF16),
        tensor("blk.0.ffn_up_exps.weight", &[256, 3, 5], TensorType::F32),
        tensor("blk.0.ffn_gate_inp.weight", &[256, 4], TensorType::F32),
        tensor("blk.0.attn_norm.weight", &[256], TensorType::F32),
        tensor("blk.0.odd.weight", &[100, 3], TensorType::F16),
        tensor("blk.0.lone.weight", &[256, 1], TensorType::F32),
        tensor("table.weight", &[4, 4], i32),
    ];
    let mut writer = Writer::new(File::create(path).unwrap(), &metadata, &tensors).unwrap();
    for tensor in &tensors {
        let count = tensor.elements() as usize;
        let values = (0..count).map(|index| wave(&tensor.name, index));
        let bytes: Vec<u8> = match tensor.kind {
            TensorType::F16 => values.flat_map(|value| half::f16::from_f32(value).to_le_bytes()).collect(),
            TensorType::BF16 => values.flat_map(|value| half::bf16::from_f32(value).to_le_bytes()).collect(),
            _ => values.flat_map(f32::to_le_bytes).collect(),
        };
        writer.write(&bytes).unwrap();
    }
    writer.finish().unwrap();
    tensors
}

#[test]
fn other_architectures_keep_what_must_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let [input, output] = ["in.gguf", "out.gguf"].map(|name| folder.path().join(name));
    write_foreign(&input, &[("general.alignment", Value::U32(64))]);
    let report = run(&input, &output, FileType::Q4KM).unwrap();
    assert!(report.notes[0].starts_with("1 tensors have rows that are not a multiple of 256"), "{:?}", report.notes);
    let (before, after) = (Gguf::open(&input).unwrap(), Gguf::open(&output).unwrap());
    let kinds: Vec<_> = after.tensors.iter().map(|tensor| (tensor.name.as_str(), tensor.kind.name())).collect();
    assert_eq!(
        kinds,
        [
            ("token_embd.weight", "q6_k"), // also the LM head, for want of one
            ("blk.0.attn_v.weight", "q6_k"),
            ("blk.5.attn_v.weight", "q4_k"),
            ("blk.0.ffn_up_exps.weight", "q4_k"),
            ("blk.0.ffn_gate_inp.weight", "f32"),
            ("blk.0.attn_norm.weight", "f32"),
            ("blk.0.odd.weight", "f16"),
            ("blk.0.lone.weight", "f32"),
            ("table.weight", "i32"),
        ]
    );
    for (key, value) in before.metadata.iter() {
        assert_eq!(after.metadata.get(key), Some(value), "{key}");
    }
    assert_eq!(after.metadata.get("general.file_type"), Some(&Value::U32(15)));
    assert!(after.tensors.iter().all(|tensor| tensor.offset % 64 == 0));
    let (before_bytes, after_bytes) = (fs::read(&input).unwrap(), fs::read(&output).unwrap());
    for kept in ["blk.0.attn_norm.weight", "blk.0.odd.weight", "table.weight"] {
        assert_eq!(data(&before_bytes, &before, kept), data(&after_bytes, &after, kept), "{kept}");
    }
}

#[test]
fn losing_precision_twice_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let [input, once, twice] = ["in.gguf", "once.gguf", "twice.gguf"].map(|name| folder.path().join(name));
    write_foreign(&input, &[]);
    run(&input, &once, FileType::Q8_0).unwrap();
    let report = run(&once, &twice, FileType::Q4_0).unwrap();
    assert!(report.notes.iter().any(|note| note.contains("lost precision twice")), "{:?}", report.notes);
}

#[track_caller]
fn check_refused(input: &Path, output: &Path, expected: &str) {
    let folder = input.parent().unwrap();
    let before = fs::read_dir(folder).unwrap().count();
    let message = run(input, output, FileType::Q8_0).unwrap_err().to_string();
    assert!(message.contains(expected), "{expected}: {message}");
    assert_eq!(fs::read_dir(folder).unwrap().count(), before, "something was left behind");
}

#[test]
fn what_cannot_be_requantized_is_refused_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_foreign(&at("in.gguf"), &[]);
    check_refused(&at("in.gguf"), &at("in.gguf"), "is the input");
    check_refused(&at("none.gguf"), &at("out.gguf"), "none.gguf");
    write_foreign(&at("part.gguf"), &[("split.count", Value::U16(3))]);
    check_refused(&at("part.gguf"), &at("out.gguf"), "one of 3 parts");
    let whole = fs::read(at("in.gguf")).unwrap();
    fs::write(at("cut.gguf"), &whole[..whole.len() - 2000]).unwrap();
    check_refused(&at("cut.gguf"), &at("out.gguf"), "truncated");
    // The last bytes but those of the table, one row of f32 before that: an infinite weight.
    let gguf = Gguf::open(&at("in.gguf")).unwrap();
    let exps = gguf.tensor("blk.0.ffn_up_exps.weight").unwrap();
    let start = (gguf.data_start + exps.offset) as usize;
    let mut damaged = whole;
    damaged[start..start + 4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    fs::write(at("bad.gguf"), damaged).unwrap();
    check_refused(&at("bad.gguf"), &at("out.gguf"), "blk.0.ffn_up_exps.weight holds");
}

/// How the model in `file` continues a text: the logarithm of the probability of each token it picks.
fn log_probabilities(file: &Path) -> Vec<f32> {
    let mut options = EngineOptions::new(file.to_owned());
    options.threads = Some(1);
    let engine = Engine::load(&options).unwrap();
    let mut generation = engine.submit(Request::new(Prompt::Text("def quantized(model):".to_owned()), 4));
    let mut found = Vec::new();
    while let Some(event) = generation.blocking_next() {
        match event {
            Event::Token { logprob, .. } => found.push(logprob),
            Event::Done(_) => {}
            Event::Failed(error) => panic!("{error}"),
        }
    }
    found
}

/// The bundled llama.cpp runs every type that is written here, on this machine, with about the same result. (On some
/// processors a wrongly built one crashes on the first product with quantized weights.)
#[test]
fn llama_cpp_runs_every_type() {
    let folder = tempfile::tempdir().unwrap();
    SMALL.write(folder.path(), |name, index| if name.contains("ln_") { 1.0 } else { wave(name, index) });
    let file = folder.path().join("model.gguf");
    convert(folder.path(), &file, FileType::F32.into(), &mut |_| {}).unwrap();
    let expected = log_probabilities(&file);
    assert_eq!(expected.len(), 4);
    for kind in FileType::ALL {
        convert(folder.path(), &file, kind.into(), &mut |_| {}).unwrap();
        let found = log_probabilities(&file);
        let apart = (found[0] - expected[0]).abs();
        assert!(apart < 0.2, "{kind}: {found:?} instead of {expected:?}");
    }
}

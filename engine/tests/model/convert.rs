//! Conversion as a whole: what comes out, what is left when it fails.
#![allow(clippy::print_stdout, reason = "a process says on standard output how it went")]

use std::fs;
use std::path::Path;
use std::process::Command;

use codegen_engine::gguf::{Gguf, ModelError, TensorType, Value};
use codegen_engine::model::{FileReport, FileType, Recipe, convert, inspect};

use crate::support::{SMALL, Shape, wave};

/// The values of a tensor of a file of 32-bit floats.
fn floats(file: &Path, gguf: &Gguf, name: &str) -> Vec<f32> {
    let tensor = gguf.tensor(name).unwrap();
    assert_eq!(tensor.kind, TensorType::F32, "{name}");
    let bytes = fs::read(file).unwrap();
    let start = (gguf.data_start + tensor.offset) as usize;
    bytes[start..start + tensor.bytes() as usize].as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

fn run(folder: &Path, output: &Path, recipe: impl Into<Recipe>) -> Result<FileReport, ModelError> {
    convert(folder, output, recipe.into(), &mut |_| {})
}

#[test]
fn f32_holds_the_checkpoint_exactly() {
    let folder = tempfile::tempdir().unwrap();
    SMALL.write(folder.path(), wave);
    let output = folder.path().join("out.gguf");
    let mut last = (0, 0);
    let report = convert(folder.path(), &output, FileType::F32.into(), &mut |progress| {
        assert!(progress.done > last.0, "progress goes back");
        last = (progress.done, progress.total);
    })
    .unwrap();
    assert_eq!(last, (report.parameters, report.parameters), "progress ends at the end");
    assert_eq!(report.bytes, fs::metadata(&output).unwrap().len());
    assert_eq!(report.tensors, 23);

    let gguf = Gguf::open(&output).unwrap();
    for (ours, theirs) in [
        ("token_embd.weight", "transformer.wte.weight"),
        ("blk.1.attn_norm.bias", "transformer.h.1.ln_1.bias"),
        ("blk.0.attn_output.weight", "transformer.h.0.attn.out_proj.weight"),
        ("blk.1.ffn_down.weight", "transformer.h.1.mlp.fc_out.weight"),
        ("output.bias", "lm_head.bias"),
    ] {
        let values = floats(&output, &gguf, ours);
        assert!(values.iter().enumerate().all(|(index, &value)| value == wave(theirs, index)), "{ours}");
    }
    assert!(floats(&output, &gguf, "blk.0.attn_output.bias").iter().all(|&value| value == 0.0));
    assert_eq!(gguf.tensor("blk.0.ffn_up.weight").unwrap().shape, [256, 1024], "columns first");
}

#[test]
fn the_fused_projections_rows_are_put_in_phi2s_order() {
    let folder = tempfile::tempdir().unwrap();
    // Every element says which row it is in.
    SMALL.write(folder.path(), |_, index| (index / 256) as f32);
    let output = folder.path().join("out.gguf");
    run(folder.path(), &output, FileType::F32).unwrap();
    let gguf = Gguf::open(&output).unwrap();
    let rows: Vec<usize> = floats(&output, &gguf, "blk.0.attn_qkv.weight")
        .chunks(256)
        .map(|row| {
            assert!(row.iter().all(|value| value == &row[0]), "a row is whole");
            row[0] as usize
        })
        .collect();
    // Four blocks of one head of 64 each: 64 rows of q, 64 of v, 64 of k.
    assert_eq!(rows[..3], [0, 2, 4], "rotated dimensions of q: even ones first");
    assert_eq!(rows[16..18], [1, 3], "then odd ones");
    assert_eq!(rows[32..34], [32, 33], "the others as they were");
    assert_eq!(rows[64], 192, "the second head is in the second block");
    assert_eq!(rows[256..258], [128, 130], "keys follow queries and come third in a block");
    assert_eq!(rows[512..514], [64, 65], "values come last, unpermuted");
    let mut sorted = rows.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..768).collect::<Vec<_>>(), "no row is lost");
}

#[test]
fn the_metadata_is_what_llama_cpp_wants_and_tells_the_origin() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("my-codegen");
    fs::create_dir(&source).unwrap();
    SMALL.write(&source, wave);
    let output = folder.path().join("out.gguf");
    let recipe =
        Recipe { file_type: FileType::Q6K, token_embedding: Some(TensorType::Q5_K), output: Some(TensorType::Q8_0) };
    let report = run(&source, &output, recipe).unwrap();
    assert_eq!(report.notes, Vec::<String>::new());
    let gguf = Gguf::open(&output).unwrap();
    for (key, expected) in [
        ("general.architecture", Value::from("phi2")),
        ("general.name", Value::from("my-codegen")),
        ("general.file_type", Value::U32(18)),
        ("general.quantization_version", Value::U32(2)),
        ("phi2.context_length", Value::U32(128)),
        ("phi2.embedding_length", Value::U32(256)),
        ("phi2.feed_forward_length", Value::U32(1024)),
        ("phi2.block_count", Value::U32(2)),
        ("phi2.attention.head_count", Value::U32(4)),
        ("phi2.attention.head_count_kv", Value::U32(4)),
        ("phi2.rope.dimension_count", Value::U32(32)),
        ("phi2.attention.layer_norm_epsilon", Value::F32(1e-5)),
        ("tokenizer.ggml.model", Value::from("gpt2")),
        ("tokenizer.ggml.pre", Value::from("gpt-2")),
        // The configuration's 1 is a quotation mark.
        ("tokenizer.ggml.bos_token_id", Value::U32(256)),
        ("tokenizer.ggml.eos_token_id", Value::U32(256)),
        ("tokenizer.ggml.add_bos_token", Value::Bool(false)),
        ("general.source.folder", Value::from("my-codegen")),
    ] {
        assert_eq!(gguf.metadata.get(key), Some(&expected), "{key}");
    }
    let kinds = gguf.metadata.get("tokenizer.ggml.token_type").unwrap();
    let expected = (0..300).map(|id| match id {
        256 => 3,
        257.. => 5,
        _ => 1,
    });
    assert!(kinds == &Value::i32s(expected), "a token has the wrong kind");
    let json = gguf.metadata.str("tokenizer.huggingface.json").unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(json).unwrap()["model"]["vocab"].is_object());
    assert!(!format!("{:?}", gguf.metadata).contains(folder.path().to_str().unwrap()), "a path of this machine");

    let inspection = inspect(&output).unwrap();
    assert_eq!(inspection.file_type.as_deref(), Some("q6_k"));
    assert_eq!((inspection.layers, inspection.heads, inspection.context), (Some(2), Some(4), Some(128)));
    let kind = |name: &str| inspection.tensors.iter().find(|tensor| tensor.name == name).map(|tensor| tensor.kind);
    assert_eq!(kind("token_embd.weight"), Some(TensorType::Q5_K));
    assert_eq!(kind("output.weight"), Some(TensorType::Q8_0));
    assert_eq!(kind("blk.0.ffn_up.weight"), Some(TensorType::Q6_K));
    assert_eq!(kind("blk.0.ffn_up.bias"), Some(TensorType::F32));
    let text = inspection.to_string();
    assert!(text.contains("blk.*.attn_qkv.weight") && text.contains("768 x 256"), "{text}");
}

#[test]
fn conversion_is_reproducible() {
    let folder = tempfile::tempdir().unwrap();
    SMALL.write(folder.path(), wave);
    let [one, two] = ["one.gguf", "two.gguf"].map(|name| folder.path().join(name));
    run(folder.path(), &one, FileType::Q4KM).unwrap();
    run(folder.path(), &two, FileType::Q4KM).unwrap();
    assert_eq!(fs::read(one).unwrap(), fs::read(two).unwrap());
}

#[test]
fn rows_that_do_not_fill_blocks_are_noted() {
    let folder = tempfile::tempdir().unwrap();
    Shape { width: 96, rotary: 8, ..SMALL }.write(folder.path(), wave);
    let report = run(folder.path(), &folder.path().join("out.gguf"), FileType::Q4KM).unwrap();
    assert!(report.notes[0].contains("multiple of 256"), "{:?}", report.notes);
    assert!(report.types.iter().any(|usage| usage.kind == TensorType::Q5_0));
}

#[track_caller]
fn check_failure(folder: &Path, output: &Path, recipe: FileType, expected: &[&str]) {
    let before: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let message = run(folder, output, recipe).unwrap_err().to_string();
    for part in expected {
        assert!(message.contains(part), "{part}: {message}");
    }
    let after: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(before, after, "something was left behind");
}

#[test]
fn values_without_an_encoding_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.gguf");
    let one = |bad: f32| {
        move |name: &str, index: usize| if name.contains("1.mlp.fc_in.w") && index == 77 { bad } else { 0.5 }
    };
    SMALL.write(folder.path(), one(f32::NAN));
    check_failure(folder.path(), &output, FileType::F32, &["blk.1.ffn_up.weight", "NaN"]);
    SMALL.write(folder.path(), one(1e6));
    check_failure(folder.path(), &output, FileType::F16, &["blk.1.ffn_up.weight", "too large for f16"]);
    assert!(run(folder.path(), &output, FileType::BF16).is_ok());
}

#[test]
fn nothing_of_the_users_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    SMALL.write(folder.path(), wave);
    for name in ["config.json", "model.safetensors", "vocab.json"] {
        check_failure(folder.path(), &folder.path().join(name), FileType::F16, &[name, "not a GGUF"]);
    }
    check_failure(folder.path(), folder.path(), FileType::F16, &["is a folder"]);
    check_failure(folder.path(), &folder.path().join("no/out.gguf"), FileType::F16, &["does not exist"]);
}

/// Runs the test below, which does nothing otherwise, in a process of its own.
fn child(folder: &Path, shell: &str) -> std::process::Output {
    Command::new("sh")
        .args(["-c", &format!("{shell} exec \"$@\""), "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "convert::converting_child", "--nocapture"])
        .env("CODEGEN_TEST_FOLDER", folder)
        .output()
        .unwrap()
}

fn child_folder() -> Option<std::path::PathBuf> {
    std::env::var_os("CODEGEN_TEST_FOLDER").map(Into::into)
}

#[test]
fn converting_child() {
    let Some(folder) = child_folder() else { return };
    if let Err(error) = run(&folder, &folder.join("out.gguf"), FileType::Q4_0) {
        println!("error: {error}");
    }
}

/// The limit on a file's size stands in for a full disk: writing fails half-way, with an error from the same place.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    Shape { vocabulary: 20_000, ..SMALL }.write_zeros(folder.path());
    let before = fs::read_dir(folder.path()).unwrap().count();
    // Without the trap the system would kill the process.
    let output = child(folder.path(), "trap '' XFSZ; ulimit -f 4000;");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("error: ") && text.contains("out.gguf: cannot be written"), "{text}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before, "something was left behind");
}

use std::path::PathBuf;

use super::*;
use crate::gguf::{Metadata, ValueType};

fn gguf(metadata: &[(&str, Value)], tensors: &[(&str, &[u64])]) -> Gguf {
    let mut pairs = Metadata::default();
    for (key, value) in metadata {
        pairs.set(*key, value.clone());
    }
    let tensor = |(name, shape): &(&str, &[u64])| TensorInfo {
        name: (*name).to_owned(),
        shape: shape.to_vec(),
        kind: TensorType::F32,
        offset: 0,
    };
    let tensors = tensors.iter().map(tensor).collect();
    Gguf { path: PathBuf::new(), version: 3, metadata: pairs, tensors, data_start: 0, file_bytes: 0 }
}

/// Columns first. The experts stand for what other architectures have.
fn model() -> Gguf {
    gguf(
        &[
            ("general.architecture", "phi2".into()),
            ("phi2.attention.head_count", 4.into()),
            ("phi2.rope.dimension_count", 8.into()),
        ],
        &[
            ("token_embd.weight", &[64, 50]),
            ("per_layer_token_embd.weight", &[64, 50]),
            ("blk.0.attn_norm.weight", &[64]),
            ("blk.0.attn_qkv.weight", &[64, 192]),
            ("blk.0.ffn_up_exps.weight", &[64, 256, 3]),
            ("output.weight", &[64, 50]),
        ],
    )
}

fn adapter() -> Gguf {
    gguf(
        &[
            ("general.type", "adapter".into()),
            ("general.architecture", "phi2".into()),
            ("adapter.type", "lora".into()),
            ("adapter.lora.alpha", Value::F32(8.0)),
            ("phi2.attention.head_count", 4.into()),
            ("phi2.rope.dimension_count", 8.into()),
        ],
        &[
            ("token_embd.weight.lora_a", &[4, 50]),
            ("token_embd.weight.lora_b", &[4, 64]),
            ("blk.0.attn_qkv.weight.lora_a", &[64, 4]),
            ("blk.0.attn_qkv.weight.lora_b", &[4, 192]),
            ("blk.0.ffn_up_exps.weight.lora_a", &[64, 4, 3]),
            ("blk.0.ffn_up_exps.weight.lora_b", &[4, 256, 3]),
        ],
    )
}

#[test]
fn a_fitting_adapter_passes() {
    assert_eq!(problem(&model(), &adapter()), None);
    // Other converters write neither the numbers of the order nor, some of them, an alpha.
    let mut bare = adapter();
    bare.metadata = Metadata::default();
    for (key, value) in [("general.type", "adapter"), ("general.architecture", "phi2"), ("adapter.type", "lora")] {
        bare.metadata.set(key, value);
    }
    for kind in TYPES {
        bare.tensors[2].kind = kind;
        assert_eq!(problem(&model(), &bare), None);
    }
}

#[track_caller]
fn fails(change: impl FnOnce(&mut Gguf), expected: &[&str]) {
    let mut changed = adapter();
    change(&mut changed);
    let problem = problem(&model(), &changed).unwrap();
    for part in expected {
        assert!(problem.contains(part), "{part}: {problem}");
    }
}

#[test]
fn what_would_end_the_process_or_be_nonsense_is_named() {
    let set = |key: &'static str, value: Value| move |adapter: &mut Gguf| adapter.metadata.set(key, value);
    let text = |text: &str| Value::from(text);
    fails(set("general.type", text("model")), &["no adapter"]);
    fails(set("general.type", 1.into()), &["no adapter"]);
    fails(set("adapter.type", text("control_vector")), &["control_vector"]);
    fails(set("adapter.type", Value::F32(1.0)), &["adapter.type"]);
    fails(set("general.architecture", text("llama")), &["llama", "phi2"]);
    fails(set("general.architecture", Value::Bool(true)), &["\"\"", "phi2"]);
    for alpha in [Value::F32(f32::NAN), Value::F32(f32::INFINITY), Value::F64(8.0), Value::U32(8), text("8")] {
        fails(set(ALPHA, alpha), &["adapter.lora.alpha", "f32"]);
    }
    fails(set("adapter.alora.invocation_tokens", Value::Numbers(ValueType::U32, vec![])), &["aLoRA"]);
    fails(set("phi2.attention.head_count", 8.into()), &["phi2.attention.head_count is 8", "4"]);
    fails(set("phi2.rope.dimension_count", 16.into()), &["phi2.rope.dimension_count is 16", "8"]);

    fails(|adapter| adapter.tensors.clear(), &["no tensors"]);
    fails(|adapter| drop(adapter.tensors.remove(3)), &["attn_qkv.weight.lora_a", "counterpart"]);
    fails(|adapter| drop(adapter.tensors.remove(2)), &["attn_qkv.weight.lora_b", "counterpart"]);
    let named = |at: usize, name: &'static str| move |adapter: &mut Gguf| adapter.tensors[at].name = name.to_owned();
    fails(named(2, "blk.0.attn_norm.weight"), &["blk.0.attn_norm.weight", "neither"]);
    fails(named(2, "blk.0.lora_a.attn_qkv.weight.lora_a"), &["neither"]);
    fails(named(2, "blk.0.attn_qkv.weight.lora_b.lora_a"), &["neither"]);
    fails(|adapter| adapter.tensors[2].kind = TensorType::Q4_0, &["attn_qkv.weight.lora_a", "q4_0", "bf16"]);
    let both = |target: &'static str| {
        move |adapter: &mut Gguf| {
            adapter.tensors[2].name = format!("{target}.lora_a");
            adapter.tensors[3].name = format!("{target}.lora_b");
        }
    };
    fails(both("blk.1.attn_qkv.weight"), &["blk.1.attn_qkv.weight", "does not have"]);
    fails(both("blk.0.attn_norm.weight"), &["blk.0.attn_norm.weight", "nothing can be added"]);
    fails(both("per_layer_token_embd.weight"), &["per_layer_token_embd.weight", "nothing can be added"]);
}

#[test]
fn every_dimension_counts() {
    for at in 0..6 {
        for dimension in 0..4 {
            let change = |adapter: &mut Gguf| {
                adapter.tensors[at].shape.resize(4, 1);
                adapter.tensors[at].shape[dimension] += 1;
            };
            fails(change, &["do not fit"]);
        }
    }
    // Rows and columns the other way round.
    fails(|adapter| adapter.tensors[3].shape.reverse(), &["do not fit", "[192, 4]"]);
}

#[test]
fn an_embedding_that_is_the_head_takes_none() {
    let mut tied = model();
    tied.tensors.pop();
    assert!(problem(&tied, &adapter()).unwrap().contains("the LM head, too"));
}

#[test]
fn a_model_in_its_place_is_told_apart() {
    assert!(problem(&model(), &model()).unwrap().contains("it is a model, not an adapter"));
}

//! Checks a GGUF for numbers and types for which llama.cpp ends the process or never finishes, instead of refusing the
//! file.

mod vocabulary;

use crate::gguf::{Metadata, TensorInfo, TensorType, Value};
use crate::model::adapter::ADAPTER;

/// llama.cpp's own limit (`LLAMA_MAX_LAYERS`).
const MAX_LAYERS: u64 = 512;

/// Returns a model's fault, if it has one.
pub(in crate::runtime) fn problem(metadata: &Metadata, tensors: &[TensorInfo]) -> Option<String> {
    text(metadata)
        .or_else(|| kind(metadata))
        .or_else(|| numbers(metadata))
        .or_else(|| vector(tensors))
        .or_else(|| matrix(tensors))
        .or_else(|| vocabulary::problem(metadata))
}

/// Refuses texts with a zero byte: llama.cpp ends a text there, and would read a different text from the one checked
/// here.
fn text(metadata: &Metadata) -> Option<String> {
    let is_cut = |value: &Value| matches!(value, Value::String(bytes) if bytes.contains(&0));
    let (key, _) = metadata.iter().find(|(_, value)| is_cut(value))?;
    Some(format!("its {key} has a zero byte"))
}

/// Refuses files that are kept beside models and may be named by mistake.
fn kind(metadata: &Metadata) -> Option<String> {
    let is_adapter = metadata.str("general.type") == Some(ADAPTER);
    is_adapter
        .then(|| "it is an adapter, not a model; name it as `lora`, and as the model what it was trained on".to_owned())
}

/// Checks norms and biases, which are combined with 32-bit floats and must be such floats; every converter writes them
/// so.
fn vector(tensors: &[TensorInfo]) -> Option<String> {
    let is_vector = |name: &str| name.ends_with(".bias") || name.ends_with("norm.weight");
    let wrong = tensors.iter().find(|tensor| is_vector(&tensor.name) && tensor.kind != TensorType::F32)?;
    Some(format!("its tensor {} is of type {}; f32 is needed", wrong.name, wrong.kind))
}

/// Checks that weights, and rows of the embedding, have types that stand for floating-point numbers.
fn matrix(tensors: &[TensorInfo]) -> Option<String> {
    const PARTS: [&str; 7] = ["token_embd", "output", "attn_qkv", "attn_q", "attn_k", "attn_v", "attn_output"];
    let is_matrix = |name: &str| {
        let part = name.strip_prefix("blk.").and_then(|rest| rest.split_once('.')).map_or(name, |(_, part)| part);
        part.strip_suffix(".weight").is_some_and(|part| PARTS.contains(&part) || part.starts_with("ffn_"))
    };
    let is_number = |kind: TensorType| !matches!(kind.name(), "i8" | "i16" | "i32" | "i64" | "f64" | "q8_1" | "q8_k");
    let wrong = tensors.iter().find(|tensor| is_matrix(&tensor.name) && !is_number(tensor.kind))?;
    Some(format!("its tensor {} is of type {}, which no weight can have", wrong.name, wrong.kind))
}

/// A limit above any model's context, in tokens; llama.cpp computes with it in 32 bits.
const MAX_CONTEXT: u64 = 1 << 24;

/// llama.cpp's own limit (`LLAMA_MAX_EXPERTS`).
const MAX_EXPERTS: u64 = 1024;

/// The methods by which llama.cpp scales positions beyond those of the training.
const ROPE_SCALING: [&str; 4] = ["none", "linear", "yarn", "longrope"];

/// Checks the numbers that describe the network.
fn numbers(metadata: &Metadata) -> Option<String> {
    let architecture = metadata.str("general.architecture")?;
    context(metadata, architecture)
        .or_else(|| layers(metadata, architecture))
        .or_else(|| experts(metadata, architecture))
        .or_else(|| heads(metadata, architecture))
}

fn context(metadata: &Metadata, architecture: &str) -> Option<String> {
    let key = |key: &str| format!("{architecture}.{key}");
    if let Some(context) = metadata.u64(&key("context_length"))
        && context > MAX_CONTEXT
    {
        return Some(format!("it has {architecture}.context_length {context}; at most {MAX_CONTEXT} are possible"));
    }
    if let Some(scaling) = metadata.str(&key("rope.scaling.type"))
        && !ROPE_SCALING.contains(&scaling)
    {
        let known = ROPE_SCALING.join(", ");
        return Some(format!("it has {architecture}.rope.scaling.type {scaling:?}; there are {known}"));
    }
    // A prompt would then have to fit into one batch.
    if metadata.get(&key("attention.causal")) == Some(&Value::Bool(false)) {
        return Some("its attention is not causal: it encodes text and does not continue it".to_owned());
    }
    None
}

/// Checks that the numbers of experts agree, as llama.cpp requires.
fn experts(metadata: &Metadata, architecture: &str) -> Option<String> {
    let number = |key: &str| metadata.u64(&format!("{architecture}.{key}")).unwrap_or(0);
    let (all, groups, groups_used) =
        (number("expert_count"), number("expert_group_count"), number("expert_group_used_count"));
    let used = match metadata.get(&format!("{architecture}.expert_used_count")) {
        Some(Value::Numbers(_, bytes)) => {
            bytes.as_chunks().0.iter().map(|bytes| u64::from(u32::from_le_bytes(*bytes))).max().unwrap_or(0)
        }
        other => other.and_then(Value::as_u64).unwrap_or(0),
    };
    let grouped = groups <= 1 || (all.is_multiple_of(groups) && (1..groups).contains(&groups_used));
    let agree = match all {
        0 => used == 0 && groups == 0,
        _ => all <= MAX_EXPERTS && (1..=all).contains(&used) && groups < all && grouped,
    };
    (!agree).then(|| {
        format!("its numbers of experts do not agree: {all}, of which {used} are used, in {groups} groups, of which {groups_used} are")
    })
}

fn layers(metadata: &Metadata, architecture: &str) -> Option<String> {
    let number = |key: &str| metadata.u64(&format!("{architecture}.{key}"));
    if let (Some(all), Some(ahead)) = (number("block_count"), number("nextn_predict_layers"))
        && ahead > 0
        && ahead >= all
    {
        return Some(format!("it has {architecture}.nextn_predict_layers {ahead} of {all} layers"));
    }
    if let Some(layers) = number("block_count")
        && !(1..=MAX_LAYERS).contains(&layers)
    {
        return Some(format!("it has {architecture}.block_count {layers}; 1 to {MAX_LAYERS} are possible"));
    }
    for key in ["attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon"] {
        let key = format!("{architecture}.{key}");
        if let Some(&Value::F32(epsilon)) = metadata.get(&key)
            && !(epsilon >= 0.0 && epsilon.is_finite())
        {
            return Some(format!("it has {key} {epsilon}; a small positive number is needed"));
        }
    }
    None
}

fn heads(metadata: &Metadata, architecture: &str) -> Option<String> {
    let number = |key: &str| metadata.u64(&format!("{architecture}.{key}"));
    // Other architectures may have a number for each layer.
    let lists = ["attention.head_count", "attention.head_count_kv", "feed_forward_length"];
    let is_list = |key: &&str| matches!(metadata.get(&format!("phi2.{key}")), Some(Value::Numbers(..)));
    if let Some(key) = lists.iter().find(|key| architecture == "phi2" && is_list(key)) {
        return Some(format!("its phi2.{key} is a list; a number is needed"));
    }
    // Other architectures give this key another meaning, or do not use it.
    if architecture == "phi2"
        && let (Some(width), Some(heads)) = (number("embedding_length"), number("attention.head_count"))
    {
        let head = width.checked_div(heads).unwrap_or(0);
        if let Some(groups) = number("attention.head_count_kv")
            && groups != heads
        {
            return Some(format!("it has phi2.attention.head_count_kv {groups}, and {heads} heads; the two are one"));
        }
        for key in ["attention.key_length", "attention.value_length"] {
            if let Some(length) = number(key).filter(|&length| length != head) {
                return Some(format!("it has phi2.{key} {length}; the head size, {head}, is needed"));
            }
        }
        let rotary = number("rope.dimension_count").unwrap_or(head);
        if rotary == 0 || !rotary.is_multiple_of(2) || rotary > head {
            return Some(format!(
                "it has phi2.rope.dimension_count {rotary}; an even number up to the head size, {head}, is needed"
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sound model's numbers, one of them replaced.
    fn with(key: &str, value: impl Into<Value>) -> Option<String> {
        let mut metadata = Metadata::default();
        metadata.set("general.architecture", "phi2");
        let numbers =
            [("block_count", 8), ("embedding_length", 256), ("attention.head_count", 4), ("rope.dimension_count", 32)];
        for (key, number) in numbers {
            metadata.set(format!("phi2.{key}"), number);
        }
        metadata.set("phi2.attention.layer_norm_epsilon", Value::F32(1e-5));
        metadata.set(key, value);
        problem(&metadata, &[])
    }

    #[test]
    fn numbers_that_would_end_the_process_are_named() {
        for (key, number) in [
            ("phi2.block_count", 0),
            ("phi2.block_count", 513),
            ("phi2.block_count", u32::MAX),
            ("phi2.rope.dimension_count", 0),
            ("phi2.rope.dimension_count", 31),
            ("phi2.rope.dimension_count", 66),
            ("phi2.attention.head_count", 0),
            ("phi2.attention.head_count_kv", 2),
            ("phi2.attention.key_length", 32),
            ("phi2.attention.value_length", 0),
            ("phi2.context_length", u32::MAX),
            ("phi2.context_length", (1 << 24) + 1),
            ("phi2.nextn_predict_layers", 8),
        ] {
            assert!(with(key, number).is_some_and(|problem| problem.contains("phi2.")), "{key} {number}");
        }
        for epsilon in [f32::NAN, -1.0, f32::INFINITY] {
            let problem = with("phi2.attention.layer_norm_epsilon", Value::F32(epsilon));
            assert!(problem.is_some_and(|problem| problem.contains("layer_norm_epsilon")), "{epsilon}");
        }
    }

    #[test]
    fn settings_that_would_end_the_process_are_named() {
        for (key, value, expected) in [
            ("rope.scaling.type", Value::from("other"), "rope.scaling.type \"other\""),
            ("rope.scaling.type", Value::from("other\0"), "rope.scaling.type has a zero byte"),
            ("attention.causal", Value::Bool(false), "not causal"),
            ("attention.head_count", Value::i32s([4; 8]), "head_count is a list"),
            ("expert_count", Value::U32(8), "experts do not agree: 8, of which 0"),
            ("expert_used_count", Value::U32(2), "experts do not agree: 0, of which 2"),
            ("expert_used_count", Value::i32s([0, 2]), "experts do not agree: 0, of which 2"),
            ("expert_group_count", Value::U32(1), "in 1 groups"),
        ] {
            let found = with(&format!("phi2.{key}"), value);
            assert!(found.as_ref().is_some_and(|found| found.contains(expected)), "{key}: {found:?}");
        }
        assert_eq!(with("phi2.rope.scaling.type", "yarn"), None);
    }

    #[test]
    fn numbers_of_experts_agree_or_not() {
        let agree = |all: u32, used: u32, groups: u32, groups_used: u32| {
            let mut metadata = Metadata::default();
            let numbers =
                [("count", all), ("used_count", used), ("group_count", groups), ("group_used_count", groups_used)];
            for (key, number) in numbers {
                metadata.set(format!("moe.expert_{key}"), number);
            }
            experts(&metadata, "moe").is_none()
        };
        assert!(agree(0, 0, 0, 0) && agree(8, 2, 0, 0) && agree(8, 8, 1, 0) && agree(256, 8, 8, 4));
        assert!(
            !agree(8, 9, 0, 0)
                && !agree(1025, 2, 0, 0)
                && !agree(8, 2, 3, 1)
                && !agree(8, 2, 4, 4)
                && !agree(8, 2, 8, 1)
        );
    }

    #[test]
    fn weights_without_floating_point_meaning_are_named() {
        let found = |name: &str, id| {
            let kind = TensorType::from_id(id).unwrap_or(TensorType::F32);
            matrix(&[TensorInfo { name: name.into(), shape: vec![256, 2], kind, offset: 0 }])
        };
        for name in ["token_embd.weight", "blk.3.attn_qkv.weight", "blk.0.ffn_up.weight", "output.weight"] {
            for id in [24, 26, 28, 15] {
                assert!(found(name, id).is_some_and(|problem| problem.contains(name)), "{name} {id}");
            }
            assert_eq!(found(name, 12), None);
        }
        assert_eq!(found("blk.0.table.weight", 26), None);
    }

    #[test]
    fn vectors_that_are_no_floats_are_named() {
        let problem = |name: &str, kind| {
            problem(&Metadata::default(), &[TensorInfo { name: name.into(), shape: vec![32], kind, offset: 0 }])
        };
        for name in ["output.bias", "blk.0.attn_norm.weight"] {
            let message = problem(name, TensorType::Q8_0).unwrap_or_default();
            assert!(message.contains(name) && message.contains("q8_0"), "{message}");
            assert!(problem(name, TensorType::F16).is_some());
            assert_eq!(problem(name, TensorType::F32), None);
        }
        assert_eq!(problem("output.weight", TensorType::Q8_0), None);
    }

    #[test]
    fn an_adapter_is_no_model() {
        assert!(with("general.type", "adapter").is_some_and(|problem| problem.contains("name it as `lora`")));
        assert_eq!(with("general.type", "model"), None);
    }

    #[test]
    fn sound_and_foreign_models_pass() {
        assert_eq!(with("phi2.block_count", 512), None);
        assert_eq!(with("phi2.rope.dimension_count", 64), None);
        assert_eq!(with("phi2.attention.layer_norm_epsilon", Value::F32(0.0)), None);
        assert_eq!(with("general.architecture", "mamba"), None);
        assert_eq!(problem(&Metadata::default(), &[]), None);
    }
}

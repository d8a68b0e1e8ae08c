//! Numbers and types in a GGUF for which llama.cpp ends the process, or computes for ever, instead of refusing the file.

use crate::model::TensorType;
use crate::model::adapter::ADAPTER;
use crate::model::gguf::{Metadata, TensorInfo, Value};

/// llama.cpp's own limit (`LLAMA_MAX_LAYERS`).
const MAX_LAYERS: u64 = 512;

/// What is wrong with a model, if anything is.
pub(super) fn problem(metadata: &Metadata, tensors: &[TensorInfo]) -> Option<String> {
    kind(metadata).or_else(|| number(metadata)).or_else(|| vector(tensors))
}

/// Files that lie beside models and are named in their place.
fn kind(metadata: &Metadata) -> Option<String> {
    let is_adapter = metadata.str("general.type") == Some(ADAPTER);
    is_adapter
        .then(|| "it is an adapter, not a model; name it as `lora`, and as the model what it was trained on".to_owned())
}

/// Norms and biases are combined with floats of 32 bits, and have to be some; every converter writes them so.
fn vector(tensors: &[TensorInfo]) -> Option<String> {
    let is_vector = |name: &str| name.ends_with(".bias") || name.ends_with("norm.weight");
    let wrong = tensors.iter().find(|tensor| is_vector(&tensor.name) && tensor.kind != TensorType::F32)?;
    Some(format!("its tensor {} is of type {}; f32 is needed", wrong.name, wrong.kind))
}

fn number(metadata: &Metadata) -> Option<String> {
    let architecture = metadata.str("general.architecture")?;
    let number = |key: &str| metadata.u64(&format!("{architecture}.{key}"));

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
    // What other architectures mean by it, and whether they use it, is their own affair.
    if architecture == "phi2"
        && let (Some(width), Some(heads)) = (number("embedding_length"), number("attention.head_count"))
        && let Some(rotary) = number("rope.dimension_count")
    {
        let head = width.checked_div(heads).unwrap_or(0);
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
        ] {
            assert!(with(key, number).is_some_and(|problem| problem.contains("phi2.")), "{key} {number}");
        }
        for epsilon in [f32::NAN, -1.0, f32::INFINITY] {
            let problem = with("phi2.attention.layer_norm_epsilon", Value::F32(epsilon));
            assert!(problem.is_some_and(|problem| problem.contains("layer_norm_epsilon")), "{epsilon}");
        }
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

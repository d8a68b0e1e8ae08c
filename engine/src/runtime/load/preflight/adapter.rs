//! Checks whether a LoRA adapter fits the model it is to be added to. llama.cpp checks less: for some of the other
//! faults it ends the process, for some it computes nonsense.

use std::collections::HashMap;
use std::path::Path;

use codegen_core::EngineError;

use super::options;
use crate::gguf::{Gguf, TensorInfo, TensorType, Value};
use crate::model::adapter::{ADAPTER, ALPHA, HALVES, ORDER, TYPE, has_adapter};
use crate::model::resolve::not_here;

/// The types that adapters are written in, here and by llama.cpp's own converter.
const TYPES: [TensorType; 4] = [TensorType::F32, TensorType::F16, TensorType::BF16, TensorType::Q8_0];

/// The key of the texts that switch some adapters on. They would have to be looked for in every prompt.
const INVOCATION: &str = "adapter.alora.invocation_tokens";

/// Reads an adapter's file and checks it against the model.
pub(in crate::runtime) fn open(path: &Path, model: &Gguf) -> Result<Gguf, EngineError> {
    let refused = |reason: String| EngineError::AdapterLoad { path: path.to_owned(), reason };
    if has_adapter(path) {
        let from = path.display();
        return Err(refused(format!(
            "it is an adapter as peft saves it; convert it with `codegen-lsp model convert {from} -o FILE` and name FILE"
        )));
    }
    if let Err(cause) = std::fs::metadata(path)
        && cause.kind() == std::io::ErrorKind::NotFound
    {
        return Err(refused(not_here(path, cause).reason()));
    }
    options::file(path).map_err(refused)?;
    let adapter = Gguf::open(path).map_err(|error| refused(error.reason()))?;
    match problem(model, &adapter) {
        Some(problem) => Err(refused(problem)),
        None => Ok(adapter),
    }
}

/// Returns the fault of an adapter for this model, if it has one.
fn problem(model: &Gguf, adapter: &Gguf) -> Option<String> {
    kind(model, adapter).or_else(|| numbers(model, adapter)).or_else(|| tensors(model, adapter))
}

/// Checks the keys for which llama.cpp ends the process if they are present and not text.
fn kind(model: &Gguf, adapter: &Gguf) -> Option<String> {
    let text = |gguf: &Gguf, key: &str| gguf.metadata.str(key).map(str::to_owned);
    if text(adapter, "general.type").as_deref() != Some(ADAPTER) {
        return Some(match adapter.tensors.iter().any(|tensor| tensor.name == "token_embd.weight") {
            true => "it is a model, not an adapter; name it as the model".to_owned(),
            false => "it is no adapter: its general.type is not \"adapter\"".to_owned(),
        });
    }
    match text(adapter, TYPE).as_deref() {
        Some("lora") => {}
        Some(other) => return Some(format!("it is an adapter of type {other}; only lora is possible")),
        None => return Some(format!("it does not say its {TYPE}; only lora is possible")),
    }
    let [ours, its] = [model, adapter].map(|gguf| text(gguf, "general.architecture").unwrap_or_default());
    if ours != its {
        return Some(format!("its general.architecture is {its:?}, and the model's is {ours:?}"));
    }
    None
}

fn numbers(model: &Gguf, adapter: &Gguf) -> Option<String> {
    match adapter.metadata.get(ALPHA) {
        None => {}
        Some(&Value::F32(alpha)) if alpha.is_finite() => {}
        Some(other) => return Some(format!("its {ALPHA} is {other:?}; a number of type f32 is needed")),
    }
    if adapter.metadata.get(INVOCATION).is_some() {
        return Some("it is to be switched on by certain tokens (aLoRA), which is not possible here".to_owned());
    }
    let architecture = model.metadata.str("general.architecture")?;
    ORDER.into_iter().find_map(|key| {
        let key = format!("{architecture}.{key}");
        let (ours, its) = (model.metadata.u64(&key)?, adapter.metadata.u64(&key)?);
        (ours != its).then(|| format!("it is for models whose {key} is {its}, and this one's is {ours}"))
    })
}

fn tensors(model: &Gguf, adapter: &Gguf) -> Option<String> {
    if adapter.tensors.is_empty() {
        return Some("it holds no tensors".to_owned());
    }
    let mut pairs: HashMap<&str, [Option<&TensorInfo>; 2]> = HashMap::new();
    for tensor in &adapter.tensors {
        let name = &tensor.name;
        let half = HALVES.iter().enumerate().find_map(|(half, end)| Some((name.strip_suffix(end)?, half)));
        // llama.cpp takes these letters out wherever they stand.
        let Some((target, half)) = half.filter(|(target, _)| !HALVES.iter().any(|half| target.contains(half))) else {
            return Some(format!("its tensor {name} is neither of the two matrices of a LoRA"));
        };
        if !TYPES.contains(&tensor.kind) {
            return Some(format!("its tensor {name} is of type {}; f32, f16, bf16 and q8_0 are possible", tensor.kind));
        }
        pairs.entry(target).or_default()[half] = Some(tensor);
    }
    // In the file's order, so that of several faults the same one is always reported.
    let by_name: HashMap<&str, &TensorInfo> =
        model.tensors.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    adapter.tensors.iter().find_map(|tensor| {
        let target = HALVES.iter().find_map(|end| tensor.name.strip_suffix(end))?;
        match *pairs.get(target)? {
            [Some(a), Some(b)] => match by_name.get(target) {
                Some(weight) => pair(model, weight, a, b),
                None => Some(format!("it is for a tensor {target}, which the model does not have")),
            },
            _ => Some(format!("its tensor {} lacks its counterpart", tensor.name)),
        }
    })
}

/// Whether two matrices fit the one that they are added to.
fn pair(model: &Gguf, weight: &TensorInfo, a: &TensorInfo, b: &TensorInfo) -> Option<String> {
    let length = |tensor: &TensorInfo, dimension: usize| tensor.shape.get(dimension).copied().unwrap_or(1);
    let same = |one: &TensorInfo, other: &TensorInfo| (2..4).all(|at| length(one, at) == length(other, at));
    let is_embedding = weight.name == "token_embd.weight";
    if weight.shape.len() < 2 || (!is_embedding && weight.name.ends_with("token_embd.weight")) {
        return Some(format!("it is for the tensor {}, to which nothing can be added", weight.name));
    }
    // Where the embedding is the LM head, too, llama.cpp multiplies with both matrices the wrong way round.
    if is_embedding && model.tensor("output.weight").is_none() {
        return Some("it is for the embedding, which in this model is the LM head, too".to_owned());
    }
    let fits = same(weight, a)
        && same(weight, b)
        && match is_embedding {
            true => {
                length(b, 1) == length(weight, 0) && length(a, 1) == length(weight, 1) && length(a, 0) == length(b, 0)
            }
            false => {
                length(a, 0) == length(weight, 0) && length(b, 1) == length(weight, 1) && length(a, 1) == length(b, 0)
            }
        };
    (!fits).then(|| {
        format!(
            "its tensors {} {:?} and {} {:?} do not fit the model's {:?}; it may be for another model",
            a.name, a.shape, b.name, b.shape, weight.shape
        )
    })
}

#[cfg(test)]
mod tests;

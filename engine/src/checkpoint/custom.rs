//! Detects what makes a checkpoint a different model from its `model_type`: its own code, options that CodeGen does not
//! have, quantized weights.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::fields::Fields;
use super::{file, is_there};
use crate::gguf::ModelError;

/// CodeGen splits its fused projection into this many blocks, whatever the model's size: the model-parallel degree it
/// was trained with, which is written down in its source code rather than in its configuration.
pub const BLOCKS: usize = 4;

/// CodeGen2 of 1 and of 3.7 billion parameters were trained with another degree, which their own code has.
const CODEGEN2_BLOCKS: usize = 8;

/// Parts of the names of the models with that code.
const CODEGEN2: [&str; 2] = ["codegen2-1b", "codegen2-3_7b"];

/// A file of Python code that a checkpoint brings has some tens of kilobytes.
const MAX_CODE: u64 = 4 << 20;

/// The place of the number of blocks in the code.
static DEGREE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?m)^[ \t]*mp_num\s*=\s*(\d+)\b").ok());

/// How many blocks the fused projection has.
///
/// # Errors
/// If the model has code of its own, and that does not say it.
pub(super) fn blocks(fields: &Fields<'_>, name: Option<&str>, head_size: usize) -> Result<usize, ModelError> {
    let classes = own_classes(fields);
    let head_dim = fields.get("head_dim");
    if classes.is_empty() && head_dim.is_none() {
        return Ok(BLOCKS);
    }
    if let Some(size) = head_dim
        && size.as_u64() != u64::try_from(head_size).ok()
    {
        return Err(fields.error(format!("has head_dim {size}; by n_embd and n_head it should be {head_size}")));
    }
    let folder = fields.path.parent().unwrap_or(Path::new(""));
    let mut silent = false;
    for class in &classes {
        match degree(folder, class)? {
            Code::Says(blocks) => return Ok(blocks),
            Code::Silent => silent = true,
            Code::Elsewhere => {}
        }
    }
    // Code in the folder that does not give the number is different code, whatever the model's name.
    let known = |text: &str| CODEGEN2.iter().any(|known| text.to_ascii_lowercase().contains(known));
    if !silent && (name.is_some_and(known) || classes.iter().any(|class| known(class))) {
        return Ok(CODEGEN2_BLOCKS);
    }
    let why = match classes.first() {
        Some(class) => format!("auto_map names code of its own, {class}"),
        None => "it has head_dim, as CodeGen2 has".to_owned(),
    };
    Err(fields.error(format!(
        "may describe another model than CodeGen: {why}. The fused projection of CodeGen has {BLOCKS} blocks, that of CodeGen2-1B \
         and 3.7B {CODEGEN2_BLOCKS}; which it is, a line `mp_num = …` in that code, beside this file, has to say"
    )))
}

/// The classes of the model's own code, as `auto_map` names them: `modeling_x.Class` or `ORG/NAME--modeling_x.Class`.
fn own_classes(fields: &Fields<'_>) -> Vec<String> {
    let Some(Value::Object(classes)) = fields.get("auto_map") else { return Vec::new() };
    let models = classes.iter().filter(|(kind, _)| kind.starts_with("AutoModel"));
    let mut names: Vec<String> = models.filter_map(|(_, class)| class.as_str()).map(str::to_owned).collect();
    names.dedup();
    names
}

/// The degree of model parallelism according to a class's code.
enum Code {
    /// The code gives this number, and no other.
    Says(usize),
    /// The code is in the folder and gives no number, or several.
    Silent,
    /// The code is not in the folder.
    Elsewhere,
}

/// Looks for the degree in the code of a class. The code is searched and not run.
fn degree(folder: &Path, class: &str) -> Result<Code, ModelError> {
    let local = class.rsplit("--").next().unwrap_or(class);
    let module = local.split('.').next().unwrap_or_default();
    let is_plain = !module.is_empty() && module.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let path = folder.join(format!("{module}.py"));
    if !is_plain || !is_there(&path) {
        return Ok(Code::Elsewhere);
    }
    let code = file::read_to_string(&path, MAX_CODE)?;
    let Some(pattern) = DEGREE.as_ref() else { return Ok(Code::Silent) };
    let mut found: Vec<usize> =
        pattern.captures_iter(&code).filter_map(|found| found.get(1)?.as_str().parse().ok()).collect();
    found.sort_unstable();
    found.dedup();
    Ok(match found.as_slice() {
        [blocks @ 1..=1024] => Code::Says(*blocks),
        _ => Code::Silent,
    })
}

/// Parts of the names of options that say how large something is or how it is computed.
const SHAPING: [&str; 23] = [
    "head",
    "dim",
    "embd",
    "layer",
    "hidden",
    "rotary",
    "rope",
    "position",
    "mp_num",
    "block",
    "group",
    "kv",
    "expert",
    "window",
    "inner",
    "ffn",
    "alibi",
    "bias",
    "norm",
    "qkv",
    "parallel",
    "multi_query",
    "scale_",
];

/// Options with such names that CodeGen has, or that say nothing about what is computed.
const KNOWN: [&str; 14] = [
    "n_head",
    "n_embd",
    "n_layer",
    "n_inner",
    "n_positions",
    "rotary_dim",
    "layer_norm_epsilon",
    "tie_word_embeddings",
    "head_dim",
    "num_beam_groups",
    "output_hidden_states",
    "chunk_size_feed_forward",
    "scale_attn_weights",
    "embd_pdrop",
];

/// Other names of CodeGen's sizes, and which these are.
const ALIASES: [(&str, &str); 5] = [
    ("max_position_embeddings", "n_positions"),
    ("hidden_size", "n_embd"),
    ("num_attention_heads", "n_head"),
    ("num_key_value_heads", "n_head"),
    ("num_hidden_layers", "n_layer"),
];

/// Names an option that CodeGen does not have and that would change what is computed, if one is set.
pub(super) fn foreign_option(fields: &Map<String, Value>) -> Option<String> {
    for (key, value) in fields {
        if let Some((_, ours)) = ALIASES.iter().find(|(alias, _)| alias == key) {
            let ours_value = fields.get(*ours);
            if !value.is_null() && ours_value.is_some_and(|ours| ours != value) {
                return Some(format!("has {key} {value} and {ours} {}; the two are one", fields[*ours]));
            }
            continue;
        }
        if key == "scale_attn_weights" && *value == Value::Bool(false) {
            return Some("has scale_attn_weights false; CodeGen's attention is scaled".to_owned());
        }
        // Dropout is over once a model is trained.
        let shaping = SHAPING.iter().any(|part| key.to_ascii_lowercase().contains(part)) && !key.contains("drop");
        if shaping && !KNOWN.contains(&key.as_str()) && is_set(key, value) {
            return Some(format!("has {key} {value}, which CodeGen has not: it describes another model"));
        }
    }
    None
}

/// Whether an option does something. A text names things; sizes are numbers.
fn is_set(key: &str, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::String(_) => false,
        // CodeGen's angles have this base without saying it.
        Value::Number(number) if key == "rope_theta" => number.as_f64() != Some(10000.0),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => fields.iter().any(|(key, value)| is_set(key, value)),
        Value::Bool(true) => true,
    }
}

/// Returns how the weights are quantized, if the configuration says that they are.
pub(super) fn quantization(fields: &Map<String, Value>) -> Option<String> {
    let key = ["quantization_config", "compression_config"].into_iter().find(|key| {
        fields
            .get(*key)
            .is_some_and(|value| !value.is_null() && value.as_object().is_none_or(|object| !object.is_empty()))
    })?;
    let details = fields.get(key).and_then(Value::as_object);
    let text = |name: &str| details.and_then(|details| details.get(name)).and_then(Value::as_str);
    let flag = |name: &str| details.and_then(|details| details.get(name)).and_then(Value::as_bool);
    let method = text("quant_method").or_else(|| text("quantization_method")).unwrap_or("a method it does not name");
    // bitsandbytes leaves its settings behind where it has been switched off.
    if flag("load_in_8bit") == Some(false) && flag("load_in_4bit") == Some(false) && method == "bitsandbytes" {
        return None;
    }
    Some(quantized(&format!("{key}: {method}")))
}

/// Endings of the names of what quantization keeps beside or instead of a weight.
const QUANTIZED: [&str; 15] = [
    ".SCB",
    ".weight_format",
    ".CB",
    ".absmax",
    ".quant_map",
    ".nested_absmax",
    ".nested_quant_map",
    ".qweight",
    ".qzeros",
    ".g_idx",
    ".scales",
    ".W_q",
    ".weight_scale",
    ".weight_packed",
    ".input_scale",
];

/// Whether a tensor of that name is a part of a quantized weight.
#[must_use]
pub fn is_quantized(tensor: &str) -> bool {
    tensor.contains(".quant_state.") || QUANTIZED.iter().any(|end| tensor.ends_with(end))
}

/// The sentence for quantized weights; `what` says by what they are known.
#[must_use]
pub fn quantized(what: &str) -> String {
    format!(
        "holds quantized weights ({what}), which cannot be read; convert the original checkpoint instead, quantizing it with \
         --type"
    )
}

#[cfg(test)]
mod tests;

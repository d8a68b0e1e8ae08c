//! peft's `adapter_config.json`: the rank and the scale of each matrix, and a check for options that llama.cpp does not
//! support.

use std::path::Path;

use regex::Regex;
use serde_json::{Map, Value};

use crate::checkpoint::file;
use crate::gguf::ModelError;

/// The file has some kilobytes, unless it names many matrices one by one.
const MAX_BYTES: u64 = 16 << 20;

/// Ranks are far smaller than this; products with a model's sizes fit a `u64`.
const MAX_RANK: u64 = 1 << 20;

/// Options that describe how or where training ran; a finished adapter does not depend on them.
const HISTORY: [&str; 19] = [
    "task_type",
    "peft_version",
    "auto_mapping",
    "revision",
    "inference_mode",
    "target_modules",
    "exclude_modules",
    "lora_dropout",
    "layers_to_transform",
    "layers_pattern",
    "loftq_config",
    "eva_config",
    "corda_config",
    "lora_ga_config",
    "runtime_config",
    "megatron_core",
    "qalora_group_size",
    "ensure_weight_tying",
    "base_model_name_or_path",
];

/// Options that are read below.
const READ: [&str; 8] =
    ["peft_type", "bias", "init_lora_weights", "r", "lora_alpha", "use_rslora", "rank_pattern", "alpha_pattern"];

/// Ways of initializing that leave the base unchanged. The others subtract the adapter's initial values from the base,
/// so that the adapter fits only that changed base, which is not published.
const PLAIN_STARTS: [&str; 3] = ["gaussian", "eva", "orthogonal"];

/// The contents of an adapter's configuration.
#[derive(Debug, Clone)]
pub struct AdapterConfig {
    /// The model it was trained on, as the trainer called it.
    pub base: Option<String>,
    /// The numerator of the scale for products: peft's `lora_alpha`.
    pub alpha: f64,
    rank: u64,
    /// Whether the scale is divided by the rank's root instead of the rank.
    root: bool,
    ranks: Vec<(Regex, u64)>,
    alphas: Vec<(Regex, f64)>,
}

impl AdapterConfig {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// If it cannot be read, is not JSON, or asks for something that llama.cpp does not do.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        Self::parse(&file::read_to_string(path, MAX_BYTES)?, path)
    }

    /// Checks the file's text; `path` is for messages.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ModelError> {
        let fields: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| ModelError::invalid(path, format!("is not a JSON object: {error}")))?;
        Self::of(&fields).map_err(|problem| ModelError::invalid(path, problem))
    }

    fn of(fields: &Map<String, Value>) -> Result<Self, String> {
        refuse(fields)?;
        let rank = |value: &Value| value.as_u64().filter(|rank| (1..=MAX_RANK).contains(rank));
        let alpha = |value: &Value| value.as_f64().filter(|alpha| alpha.is_finite());
        let number = |key: &str| fields.get(key).ok_or_else(|| format!("has no {key}"));
        let (r, lora_alpha) = (number("r")?, number("lora_alpha")?);
        let expected = format!("a whole number from 1 to {MAX_RANK} is expected");
        Ok(Self {
            base: fields.get("base_model_name_or_path").and_then(Value::as_str).map(str::to_owned),
            alpha: alpha(lora_alpha).ok_or_else(|| format!("has lora_alpha {lora_alpha}; a number is expected"))?,
            rank: rank(r).ok_or_else(|| format!("has r {r}; {expected}"))?,
            root: flag(fields, "use_rslora")?,
            ranks: patterns(fields, "rank_pattern", rank, &expected)?,
            alphas: patterns(fields, "alpha_pattern", alpha, "a number is expected")?,
        })
    }

    /// The rank of a module, such as `transformer.h.0.attn.qkv_proj`.
    #[must_use]
    pub fn rank(&self, module: &str) -> u64 {
        first(&self.ranks, module).unwrap_or(self.rank)
    }

    /// Returns the scale of the product of a module's two matrices.
    #[must_use]
    pub fn scale(&self, module: &str) -> f64 {
        let rank = self.rank(module) as f64;
        let alpha = first(&self.alphas, module).unwrap_or(self.alpha);
        alpha / if self.root { rank.sqrt() } else { rank }
    }
}

/// Returns the value of the first pattern that fits, as peft does.
fn first<T: Copy>(patterns: &[(Regex, T)], module: &str) -> Option<T> {
    patterns.iter().find(|(pattern, _)| pattern.is_match(module)).map(|(_, value)| *value)
}

/// Refuses an option that is in the way, by name. An option that is not known here must be unset, because it may change
/// what the adapter computes.
fn refuse(fields: &Map<String, Value>) -> Result<(), String> {
    match fields.get("peft_type").unwrap_or(&Value::Null) {
        Value::String(kind) if kind == "LORA" => {}
        Value::Null => return Err("has no peft_type; that of a LoRA adapter says \"LORA\"".to_owned()),
        other => return Err(format!("is an adapter of type {other}; only \"LORA\" can be converted")),
    }
    match fields.get("bias").unwrap_or(&Value::Null) {
        Value::Null => {}
        Value::String(kind) if kind == "none" => {}
        other => return Err(format!("has bias {other}: biases were trained, too; merge it into its model instead")),
    }
    match fields.get("init_lora_weights").unwrap_or(&Value::Null) {
        Value::Null | Value::Bool(_) => {}
        Value::String(kind) if PLAIN_STARTS.contains(&kind.as_str()) => {}
        other => {
            return Err(format!(
                "has init_lora_weights {other}, which changed the base, too; save it with \
                 path_initial_model_for_weight_conversion, or merge it into its model instead"
            ));
        }
    }
    for (key, value) in fields {
        let known = HISTORY.contains(&key.as_str()) || READ.contains(&key.as_str());
        if !known && is_set(value) {
            return Err(format!(
                "has {key} {}, which llama.cpp cannot do while a model runs; merge it into its model instead",
                short(value)
            ));
        }
    }
    Ok(())
}

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    }
}

fn flag(fields: &Map<String, Value>, key: &str) -> Result<bool, String> {
    match fields.get(key).unwrap_or(&Value::Null) {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(*flag),
        other => Err(format!("has {key} {other}; true or false is expected")),
    }
}

/// Patterns and what they stand for, in the file's order. peft lets a pattern be the end of a name, from a dot on.
fn patterns<T>(
    fields: &Map<String, Value>,
    key: &str,
    parse: impl Fn(&Value) -> Option<T>,
    expected: &str,
) -> Result<Vec<(Regex, T)>, String> {
    let entries = match fields.get(key).unwrap_or(&Value::Null) {
        Value::Null => return Ok(Vec::new()),
        Value::Object(entries) => entries,
        other => return Err(format!("has {key} {}; an object is expected", short(other))),
    };
    let read = |(pattern, value): (&String, &Value)| {
        let regex = Regex::new(&format!("^(?:.*\\.)?(?:{pattern})$"))
            .map_err(|_| format!("has the pattern {pattern:?} in {key}, which cannot be read"))?;
        let value = parse(value).ok_or_else(|| format!("has {} for {pattern:?} in {key}; {expected}", short(value)))?;
        Ok((regex, value))
    };
    entries.iter().map(read).collect()
}

/// A value in few characters.
fn short(value: &Value) -> String {
    const SHOWN: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"{"peft_type": "LORA", "r": 4, "lora_alpha": 8, "bias": "none", "use_dora": false,
        "modules_to_save": null, "megatron_core": "megatron.core", "loftq_config": {}, "init_lora_weights": true}"#;

    fn parse(key: &str, value: &str) -> Result<AdapterConfig, String> {
        let mut fields: Map<String, Value> = serde_json::from_str(SMALL).unwrap();
        fields.insert(key.to_owned(), serde_json::from_str(value).unwrap());
        let text = serde_json::to_string(&fields).unwrap();
        AdapterConfig::parse(&text, Path::new("adapter_config.json")).map_err(|error| error.to_string())
    }

    #[test]
    fn scales_are_pefts() {
        const MODULE: &str = "transformer.h.10.attn.qkv_proj";
        let scale = |key: &str, value: &str| parse(key, value).unwrap().scale(MODULE);
        assert_eq!(scale("r", "16"), 0.5);
        assert_eq!(scale("lora_alpha", "2.5"), 2.5 / 4.0);
        assert_eq!(scale("use_rslora", "true"), 4.0);
        assert_eq!(scale("rank_pattern", r#"{"qkv_proj": 2}"#), 4.0);
        for (pattern, fits) in [
            ("qkv_proj", true),
            ("attn.qkv_proj", true),
            (r"h\\.10\\..*", true),
            (r"^transformer.h.10.attn.qkv_proj", true),
            ("(out|qkv)_proj", true),
            ("proj", false),
            ("kv_proj", false),
            ("attn", false),
            (r"h\\.1\\..*", false),
            ("^attn.qkv_proj", false),
        ] {
            let expected = if fits { 0.25 } else { 2.0 };
            assert_eq!(scale("alpha_pattern", &format!(r#"{{"{pattern}": 1}}"#)), expected, "{pattern}");
        }
        assert_eq!(scale("alpha_pattern", r#"{"z.*": 1, "qkv_proj": 12, ".*": 20}"#), 3.0, "the first counts");
    }

    #[test]
    fn what_llama_cpp_does_not_do_is_refused_by_name() {
        for (key, value, expected) in [
            ("peft_type", "\"IA3\"", "type \"IA3\""),
            ("peft_type", "null", "no peft_type"),
            ("bias", "\"lora_only\"", "bias \"lora_only\""),
            ("use_dora", "true", "use_dora true"),
            ("modules_to_save", "[\"lm_head\"]", "modules_to_save [\"lm_head\"]"),
            ("fan_in_fan_out", "true", "fan_in_fan_out true"),
            ("lora_bias", "true", "lora_bias true"),
            ("trainable_token_indices", "[1]", "trainable_token_indices [1]"),
            ("something_new", "{\"a\": 1}", "something_new {\"a\":1}"),
            ("init_lora_weights", "\"pissa_niter_4\"", "init_lora_weights \"pissa_niter_4\""),
            ("r", "0", "r 0; a whole number"),
            ("r", "null", "r null; a whole number"),
            ("lora_alpha", "\"8\"", "lora_alpha \"8\""),
            ("use_rslora", "1", "use_rslora 1"),
            ("rank_pattern", "{\"qkv_proj\": 0.5}", "0.5 for \"qkv_proj\" in rank_pattern"),
            ("rank_pattern", "[]", "rank_pattern []"),
            ("alpha_pattern", "{\"(\": 1}", "the pattern \"(\" in alpha_pattern"),
        ] {
            let error = parse(key, value).expect_err(key);
            assert!(error.starts_with("adapter_config.json: ") && error.contains(expected), "{key}: {error}");
        }
        for (key, value) in [("something_new", "null"), ("init_lora_weights", "\"gaussian\""), ("bias", "null")] {
            assert!(parse(key, value).is_ok(), "{key}");
        }
        assert!(AdapterConfig::parse("[1]", Path::new("a")).unwrap_err().to_string().contains("not a JSON object"));
    }
}

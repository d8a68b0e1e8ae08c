//! The files that slow tokenizers keep, as one `tokenizer.json`.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{END_OF_TEXT, MAX_BYTES, parse};
use crate::checkpoint::{Config, file, is_there};
use crate::gguf::ModelError;

/// What the special tokens are called in `special_tokens_map.json` and `tokenizer_config.json`.
const ROLES: [&str; 7] = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/// Settings of a tokenizer, from `tokenizer_config.json` and `special_tokens_map.json`; empty where these are not there.
pub(super) struct Settings {
    config: Map<String, Value>,
    special: Map<String, Value>,
}

impl Settings {
    pub fn read(folder: &Path) -> Result<Self, ModelError> {
        let maybe = |name: &str| {
            let path = folder.join(name);
            if is_there(&path) { parse(&path) } else { Ok(Map::new()) }
        };
        let settings = Self { config: maybe("tokenizer_config.json")?, special: maybe("special_tokens_map.json")? };
        if settings.flag("add_prefix_space") {
            return Err(ModelError::invalid(
                folder.join("tokenizer_config.json"),
                "has add_prefix_space true, with which a text begins with a space that is not there; CodeGen's has not",
            ));
        }
        Ok(settings)
    }

    fn flag(&self, name: &str) -> bool {
        self.config.get(name).and_then(Value::as_bool) == Some(true)
    }

    /// The text of the token in a role.
    fn role(&self, role: &str) -> Option<&str> {
        [&self.special, &self.config].into_iter().find_map(|map| text(map.get(role)?))
    }

    fn specials(&self) -> impl Iterator<Item = &str> {
        let more = [&self.special, &self.config]
            .into_iter()
            .filter_map(|map| map.get("additional_special_tokens")?.as_array())
            .flatten()
            .filter_map(text);
        ROLES.into_iter().filter_map(|role| self.role(role)).chain(more)
    }
}

/// A token is written as its text, or as an object with its text and its options.
fn text(token: &Value) -> Option<&str> {
    token.as_str().or_else(|| token["content"].as_str())
}

/// Builds what `tokenizer.json` would be from `vocab.json`, `merges.txt`, `added_tokens.json` and the settings.
pub(super) fn tokenizer(folder: &Path, config: &Config, settings: &Settings) -> Result<Value, ModelError> {
    let vocabulary: Map<String, Value> = parse(&folder.join("vocab.json"))?;
    let merges = merges(&folder.join("merges.txt"))?;
    let added = added(folder, config, settings, &vocabulary, &merges)?;
    let byte_level = |prefix: bool| {
        let mut options = json!({"type": "ByteLevel", "add_prefix_space": prefix});
        options["trim_offsets"] = json!(true);
        options["use_regex"] = json!(true);
        options
    };
    Ok(json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "post_processor": first(settings, &vocabulary, &added),
        "added_tokens": added,
        "normalizer": null,
        "pre_tokenizer": byte_level(false),
        "decoder": byte_level(true),
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": vocabulary, "merges": merges,
        },
    }))
}

fn merges(path: &Path) -> Result<Vec<String>, ModelError> {
    let text = file::read_to_string(path, MAX_BYTES)?;
    let is_merge = |(n, line): &(usize, &str)| !(line.is_empty() || *n == 0 && line.starts_with("#version"));
    Ok(text.lines().enumerate().filter(is_merge).map(|(_, line)| line.to_owned()).collect())
}

/// The added tokens, by id. An ordinary token of the vocabulary is none of them, even where `config.json` calls it an end:
/// the first uploads say 2, which is `#`.
fn added(
    folder: &Path,
    config: &Config,
    settings: &Settings,
    vocabulary: &Map<String, Value>,
    merges: &[String],
) -> Result<Vec<Value>, ModelError> {
    // By text: the id, and whether it is special.
    let mut tokens: BTreeMap<String, (Value, bool)> = BTreeMap::new();
    if let Some(listed) = settings.config.get("added_tokens_decoder").and_then(Value::as_object) {
        for (id, token) in listed {
            if let (Some(content), Ok(id)) = (text(token), id.parse::<u64>()) {
                tokens.insert(content.to_owned(), (json!(id), token["special"].as_bool() == Some(true)));
            }
        }
    }
    let path = folder.join("added_tokens.json");
    if is_there(&path) {
        let listed: Map<String, Value> = parse(&path)?;
        for (content, id) in listed {
            tokens.entry(content).or_insert((id, false));
        }
    }
    for (id, special) in tokens.values_mut() {
        *special |= id.as_u64().is_some_and(|id| config.eos_token_ids.iter().any(|&end| u64::from(end) == id));
    }
    let made: HashSet<String> = merges.iter().map(|merge| merge.replacen(' ', "", 1)).collect();
    for content in settings.specials().chain([END_OF_TEXT]) {
        if let Some((_, special)) = tokens.get_mut(content) {
            *special = true;
        } else if let Some(id) = vocabulary.get(content)
            && content.chars().nth(1).is_some()
            && !made.contains(content)
        {
            tokens.insert(content.to_owned(), (id.clone(), true));
        }
    }
    let mut tokens: Vec<_> = tokens.into_iter().collect();
    tokens.sort_by_key(|(_, (id, _))| id.as_u64());
    let shown = |(content, (id, special)): (String, (Value, bool))| {
        json!({
            "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": !special, "special": special,
        })
    };
    Ok(tokens.into_iter().map(shown).collect())
}

/// The post-processor, which puts the first token before a text if the settings say so.
fn first(settings: &Settings, vocabulary: &Map<String, Value>, added: &[Value]) -> Value {
    let token = settings.role("bos_token").filter(|_| settings.flag("add_bos_token"));
    let id = token.and_then(|token| {
        let added = added.iter().find(|other| other["content"] == token).map(|other| other["id"].clone());
        added.or_else(|| vocabulary.get(token).cloned())
    });
    let (Some(token), Some(id)) = (token, id) else { return Value::Null };
    let special = json!({"SpecialToken": {"id": token, "type_id": 0}});
    let sequence = |id: &str, kind: u8| json!({"Sequence": {"id": id, "type_id": kind}});
    json!({
        "type": "TemplateProcessing",
        "single": [special, sequence("A", 0)],
        "pair": [special, sequence("A", 0), sequence("B", 1)],
        "special_tokens": {token: {"id": token, "ids": [id], "tokens": [token]}},
    })
}

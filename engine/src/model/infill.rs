//! The tokens with which a model that was trained for it is shown the text behind a gap as well as the text before it.
//!
//! A prompt is `prefix` text-before `suffix` text-behind `middle`, and what the model writes then belongs between the two.
//! Which tokens these are stands in a GGUF's metadata, under names that have changed once; files without these entries are
//! known by what their tokens are called.

use codegen_core::TokenId;
use serde::{Deserialize, Serialize};

use crate::gguf::{Metadata, Value};

/// The tokens of a prompt with a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Infill {
    /// Stands before the text that comes before the gap.
    pub prefix: TokenId,
    /// Stands before the text that comes behind it.
    pub suffix: TokenId,
    /// Stands before what the model writes.
    pub middle: TokenId,
}

/// The metadata's entries for the three, in order: as they are called now, and as they were.
const ENTRIES: [[&str; 3]; 2] = [
    ["tokenizer.ggml.fim_pre_token_id", "tokenizer.ggml.fim_suf_token_id", "tokenizer.ggml.fim_mid_token_id"],
    ["tokenizer.ggml.prefix_token_id", "tokenizer.ggml.suffix_token_id", "tokenizer.ggml.middle_token_id"],
];

/// What the three are called in vocabularies: of Qwen and CodeGemma, StarCoder and Granite, SantaCoder, DeepSeek, Code Llama,
/// and GLM.
const NAMES: [[&str; 3]; 7] = [
    ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
    ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
    ["<fim-prefix>", "<fim-suffix>", "<fim-middle>"],
    ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"],
    ["▁<PRE>", "▁<SUF>", "▁<MID>"],
    ["<PRE>", "<SUF>", "<MID>"],
    ["<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"],
];

impl Infill {
    /// The tokens that a model's metadata or vocabulary names; `None` unless there are three different ones.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Option<Self> {
        let tokens = match metadata.get("tokenizer.ggml.tokens") {
            Some(Value::Strings(tokens)) => tokens.as_slice(),
            _ => &[],
        };
        let named = |entry: &str| {
            let id = metadata.get(entry)?.as_u64()?;
            usize::try_from(id).ok().filter(|&id| id < tokens.len())
        };
        let called = |name: &str| tokens.iter().position(|token| token == name.as_bytes());
        let declared = ENTRIES.iter().find_map(|each| Self::new(each.map(named)));
        declared.or_else(|| NAMES.iter().find_map(|each| Self::new(each.map(called))))
    }

    fn new(ids: [Option<usize>; 3]) -> Option<Self> {
        let [prefix, suffix, middle] = ids.map(|id| id.and_then(|id| TokenId::try_from(id).ok()));
        let found = Self { prefix: prefix?, suffix: suffix?, middle: middle? };
        (found.prefix != found.suffix && found.suffix != found.middle && found.prefix != found.middle).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(tokens: &[&str], entries: &[(&str, u32)]) -> Metadata {
        let mut metadata = Metadata::default();
        let tokens = tokens.iter().map(|token| token.as_bytes().to_vec()).collect();
        metadata.set("tokenizer.ggml.tokens", Value::Strings(tokens));
        for &(key, id) in entries {
            metadata.set(key, id);
        }
        metadata
    }

    #[test]
    fn the_metadata_s_entries_come_before_the_names_of_tokens() {
        let plain = ["a", "b", "c", "d"];
        let star = ["a", "<fim_middle>", "<fim_prefix>", "<fim_suffix>"];
        let found = |prefix, suffix, middle| Some(Infill { prefix, suffix, middle });
        let [new, old] = ENTRIES;
        for (tokens, entries, expected) in [
            (plain, vec![], None),
            (plain, vec![(new[0], 3), (new[1], 1), (new[2], 2)], found(3, 1, 2)),
            (plain, vec![(old[0], 3), (old[1], 1), (old[2], 2)], found(3, 1, 2)),
            (star, vec![], found(2, 3, 1)),
            (star, vec![(new[0], 1), (new[1], 2), (new[2], 3)], found(1, 2, 3)),
            // One is missing, one is no token, two are the same.
            (plain, vec![(new[0], 3), (new[1], 1)], None),
            (plain, vec![(new[0], 3), (new[1], 1), (new[2], 4)], None),
            (plain, vec![(new[0], 3), (new[1], 1), (new[2], 3)], None),
        ] {
            assert_eq!(Infill::of(&metadata(&tokens, &entries)), expected, "{tokens:?} {entries:?}");
        }
    }
}

//! The checkpoint's tokenizer: what the GGUF needs of it, and its `tokenizer.json` to keep.

mod ends;
mod parts;

use std::collections::HashSet;
use std::path::Path;
use std::str::FromStr;

use serde_json::{Map, Value};

use self::parts::Settings;
use crate::checkpoint::{Config, file, is_there};
use crate::gguf::ModelError;

pub use self::ends::Special;

/// CodeGen's `tokenizer.json` has 3.6 MB.
const MAX_BYTES: u64 = 256 << 20;

/// GPT-2's only special token, special also where no file says so: the slow tokenizers know it by name.
pub(super) const END_OF_TEXT: &str = "<|endoftext|>";

/// The way in which llama.cpp treats a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Found by merging pairs, its bytes written in GPT-2's alphabet.
    Normal,
    /// Means something to the model and is never found in text.
    Control,
    /// Found in text before anything else is, and written as it stands there.
    UserDefined,
    /// Fills the vocabulary up to the embedding's size.
    Unused,
}

/// A byte-level BPE tokenizer in GGUF's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTokenizer {
    /// Tokens by id, as many as the model's embedding has rows.
    pub tokens: Vec<String>,
    /// The tokens' kinds.
    pub kinds: Vec<TokenKind>,
    /// Merges in the order of their rank, the two sides separated by a space.
    pub merges: Vec<String>,
    /// The tokens that end a text, and the one that is put before it.
    pub special: Special,
    /// The tokenizer as a `tokenizer.json` without needless white space, its keys in their original order.
    pub json: String,
}

impl SourceTokenizer {
    /// Reads `tokenizer.json`, or else `vocab.json`, `merges.txt` and, where it is there, `added_tokens.json`.
    ///
    /// # Errors
    /// If neither is there, if a file is corrupt or contradicts itself, if there are more tokens than the model has, or
    /// if the tokenizer does something that llama.cpp's GPT-2 tokenizer does not.
    pub fn open(folder: &Path, config: &Config) -> Result<Self, ModelError> {
        let settings = Settings::read(folder)?;
        let path = folder.join("tokenizer.json");
        if is_there(&path) {
            let tokenizer: Value = parse(&path)?;
            return Self::from_value(&tokenizer, config).map_err(|problem| ModelError::invalid(path, problem));
        }
        let path = folder.join("vocab.json");
        if !is_there(&path) {
            return Err(ModelError::invalid(
                folder,
                "has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt",
            ));
        }
        let tokenizer = parts::tokenizer(folder, config, &settings)?;
        // It is not known here which of the files has the fault.
        let files = folder.join("{vocab.json, merges.txt, added_tokens.json}");
        Self::from_value(&tokenizer, config).map_err(|problem| ModelError::invalid(files, problem))
    }

    fn from_value(tokenizer: &Value, config: &Config) -> Result<Self, String> {
        check_kind(tokenizer)?;
        let model = &tokenizer["model"];
        let vocabulary = model["vocab"].as_object().ok_or("has no vocabulary")?;
        let mut entries = Entries::new(config.vocab_size);
        for (token, id) in vocabulary {
            entries.insert(token, id, TokenKind::Normal)?;
        }
        let merges = merges(&model["merges"], vocabulary)?;
        for added in tokenizer["added_tokens"].as_array().into_iter().flatten() {
            entries.insert_added(added)?;
        }
        let (tokens, kinds) = entries.finish();
        check_merges_are_whole(&tokens, &kinds, &merges)?;
        let special = Special::of(config, &tokens, &kinds, &tokenizer["post_processor"])?;
        let json = tokenizer.to_string();
        // The `tokenizers` crate decides: its reading of this file is the reference.
        let reference =
            tokenizers::Tokenizer::from_str(&json).map_err(|error| format!("is not a tokenizer: {error}"))?;
        for (id, (token, kind)) in tokens.iter().zip(&kinds).enumerate() {
            let found = reference.token_to_id(token);
            if *kind != TokenKind::Unused && found != u32::try_from(id).ok() {
                let found = found.map_or("nothing".to_owned(), |found| found.to_string());
                return Err(format!("gives the token {token:?} the id {id}, but it is read as {found}"));
            }
        }
        Ok(Self { tokens, kinds, merges, special, json })
    }
}

/// Tokens by id while they are gathered.
struct Entries {
    slots: Vec<Option<(String, TokenKind)>>,
    names: HashSet<String>,
}

impl Entries {
    fn new(size: usize) -> Self {
        Self { slots: vec![None; size], names: HashSet::with_capacity(size) }
    }

    fn insert(&mut self, token: &str, id: &Value, kind: TokenKind) -> Result<(), String> {
        let size = self.slots.len();
        let slot = id.as_u64().and_then(|id| usize::try_from(id).ok()).and_then(|id| self.slots.get_mut(id));
        let Some(slot) = slot else {
            return Err(format!(
                "gives the token {token:?} the id {id}; the model has the ids 0 to {}: the tokenizer is another model's, or the \
                 model was not resized when the token was added",
                size - 1
            ));
        };
        match slot {
            // An added token may stand in the vocabulary as well.
            Some((name, of)) if name == token => *of = kind,
            Some((name, _)) => return Err(format!("gives both {name:?} and {token:?} the id {id}")),
            None if self.names.insert(token.to_owned()) => *slot = Some((token.to_owned(), kind)),
            None => return Err(format!("has the token {token:?} twice, once with the id {id}")),
        }
        Ok(())
    }

    fn insert_added(&mut self, added: &Value) -> Result<(), String> {
        let content = added["content"].as_str().ok_or("has an added token without content")?;
        if content.is_empty() {
            return Err("has an added token that is empty".to_owned());
        }
        let kind = if added["special"].as_bool() == Some(true) { TokenKind::Control } else { TokenKind::UserDefined };
        for option in ["single_word", "lstrip", "rstrip"] {
            // Control tokens are never searched for in text, so how they would be found does not matter.
            if kind == TokenKind::UserDefined && added[option].as_bool() == Some(true) {
                return Err(format!("has the added token {content:?} with {option}, which llama.cpp does not know"));
            }
        }
        self.insert(content, &added["id"], kind)
    }

    fn finish(self) -> (Vec<String>, Vec<TokenKind>) {
        let Self { slots, names } = self;
        slots
            .into_iter()
            .enumerate()
            .map(|(id, slot)| {
                slot.unwrap_or_else(|| {
                    let mut name = format!("[PAD{id}]");
                    while names.contains(&name) {
                        name.push('_');
                    }
                    (name, TokenKind::Unused)
                })
            })
            .unzip()
    }
}

/// Refuses what llama.cpp's GPT-2 tokenizer would do differently.
fn check_kind(tokenizer: &Value) -> Result<(), String> {
    let model = &tokenizer["model"];
    match model["type"].as_str() {
        Some("BPE") | None => {}
        Some(other) => return Err(format!("is a {other} tokenizer; CodeGen's is BPE")),
    }
    if !tokenizer["normalizer"].is_null() {
        return Err("normalizes text, which CodeGen's tokenizer does not".to_owned());
    }
    let splitter = &tokenizer["pre_tokenizer"];
    let is_gpt2 = splitter["type"] == "ByteLevel"
        && splitter["add_prefix_space"].as_bool() == Some(false)
        && splitter["use_regex"].as_bool() != Some(false);
    if !is_gpt2 {
        return Err(format!(
            "splits text by {splitter}; CodeGen's splits by ByteLevel, with its regular expression and without a \
             prefix space"
        ));
    }
    for option in ["ignore_merges", "byte_fallback"] {
        if model[option].as_bool() == Some(true) {
            return Err(format!("has {option}, which CodeGen's tokenizer has not"));
        }
    }
    for option in ["continuing_subword_prefix", "end_of_word_suffix"] {
        if model[option].as_str().is_some_and(|text| !text.is_empty()) {
            return Err(format!("has a {option}, which CodeGen's tokenizer has not"));
        }
    }
    Ok(())
}

/// Merges as GGUF wants them, from either of the two ways in which `tokenizer.json` writes them.
fn merges(merges: &Value, vocabulary: &Map<String, Value>) -> Result<Vec<String>, String> {
    let merges = merges.as_array().ok_or("has no merges")?;
    let merges: Result<Vec<String>, String> = merges
        .iter()
        .map(|merge| {
            let sides = match merge {
                Value::String(text) => text.split_once(' '),
                Value::Array(sides) => match sides.as_slice() {
                    [Value::String(left), Value::String(right)] => Some((left.as_str(), right.as_str())),
                    _ => None,
                },
                _ => None,
            };
            sides
                .filter(|(left, right)| !left.contains(' ') && !right.contains(' '))
                .filter(|(left, right)| {
                    [*left, *right, &format!("{left}{right}")].iter().all(|token| vocabulary.contains_key(*token))
                })
                .map(|(left, right)| format!("{left} {right}"))
                .ok_or_else(|| format!("has the merge {merge}, which does not join two of its tokens into a third"))
        })
        .collect();
    // Of two that are equal the later one counts for `tokenizers`, and the earlier one for llama.cpp.
    let mut seen = HashSet::new();
    let mut merges: Vec<String> = merges?.into_iter().rev().filter(|merge| seen.insert(merge.clone())).collect();
    merges.reverse();
    Ok(merges)
}

/// Refuses merges that do not make all tokens of the vocabulary, as where a file was cut short: text would then be read
/// as other tokens than those the model was trained with.
fn check_merges_are_whole(tokens: &[String], kinds: &[TokenKind], merges: &[String]) -> Result<(), String> {
    let made: HashSet<String> = merges.iter().map(|merge| merge.replacen(' ', "", 1)).collect();
    let unmade = |(token, kind): &(&String, &TokenKind)| {
        **kind == TokenKind::Normal && token.chars().nth(1).is_some() && !made.contains(token.as_str())
    };
    let mut unmade = tokens.iter().zip(kinds).filter(unmade);
    match unmade.next() {
        None => Ok(()),
        Some((token, _)) => Err(format!(
            "has {} merges, but none for {} of its tokens, such as {token:?}; it is cut short, or these should be among \
             the added tokens",
            merges.len(),
            unmade.count() + 1
        )),
    }
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, ModelError> {
    let text = file::read_to_string(path, MAX_BYTES)?;
    serde_json::from_str(&text).map_err(|error| ModelError::invalid(path, format!("is not the JSON expected: {error}")))
}

#[cfg(test)]
mod tests;

//! Checks a GGUF's whole vocabulary. For some faults llama.cpp ends the process; with others it reads texts as
//! different tokens from those the model was trained with.

use std::collections::HashMap;

use crate::gguf::{Metadata, Value, ValueType};

/// Kinds of tokenizers that no code model has. llama.cpp's code for them checks its input less: a damaged table ends
/// the process when a text is read.
const FOREIGN: [&str; 6] = ["bert", "t5", "test", "hybriddna", "whitespace", "plamo2"];

/// Maximum number of tokens; no vocabulary is larger.
const MAX_TOKENS: u64 = 1 << 24;

/// llama.cpp's kinds of tokens (`enum llama_token_type`) are 0 to this.
const LAST_TYPE: i32 = 6;

/// Returns a vocabulary's fault, if it has one.
pub(in crate::runtime) fn problem(metadata: &Metadata) -> Option<String> {
    // Without a tokenizer's name llama.cpp refuses the file.
    let kind = metadata.str("tokenizer.ggml.model")?;
    if kind == "none" || kind == "no_vocab" {
        return nameless(metadata);
    }
    if FOREIGN.contains(&kind) {
        return Some(format!("its tokenizer is of the kind {kind}, which no model that continues code has"));
    }
    check(metadata, kind).err()
}

/// A vocabulary without texts has a size that llama.cpp makes room for.
fn nameless(metadata: &Metadata) -> Option<String> {
    let architecture = metadata.str("general.architecture")?;
    let size = metadata.u64(&format!("{architecture}.vocab_size")).filter(|&size| size > MAX_TOKENS)?;
    Some(format!("it has {architecture}.vocab_size {size}; at most {MAX_TOKENS} are possible"))
}

fn check(metadata: &Metadata, kind: &str) -> Result<(), String> {
    let tokens = Tokens::read(metadata)?;
    types(metadata, tokens.count)?;
    scores(metadata, tokens.count)?;
    special(metadata, tokens.count)?;
    match kind {
        "gpt2" => {
            if matches!(metadata.str("tokenizer.ggml.pre"), Some("gemma4" | "mmbert")) {
                return Err("its tokenizer is split as Gemma's, and is of the kind gpt2".to_owned());
            }
            merges(metadata, &tokens)
        }
        "llama" => bytes(&tokens),
        "rwkv" if !tokens.ids.contains_key(&b"\\n"[..]) && !tokens.ids.contains_key(&b"\n"[..]) => {
            Err("its vocabulary has no token for the end of a line".to_owned())
        }
        _ => Ok(()),
    }
}

/// The tokens' ids by their texts, as llama.cpp has them.
struct Tokens<'a> {
    ids: HashMap<&'a [u8], usize>,
    count: usize,
}

impl<'a> Tokens<'a> {
    fn read(metadata: &'a Metadata) -> Result<Self, String> {
        let Some(Value::Strings(texts)) = metadata.get("tokenizer.ggml.tokens") else {
            return Err("it has no list of tokens (tokenizer.ggml.tokens)".to_owned());
        };
        if texts.is_empty() || texts.len() as u64 > MAX_TOKENS {
            return Err(format!("its vocabulary has {} tokens; 1 to {MAX_TOKENS} are possible", texts.len()));
        }
        let mut ids: HashMap<&[u8], usize> = HashMap::with_capacity(texts.len());
        for (id, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            if text.contains(&0) {
                return Err(format!(
                    "its token {id}, {}, has a zero byte, at which llama.cpp would end it",
                    shown(text)
                ));
            }
            if let Some(other) = ids.insert(text, id) {
                return Err(format!("its tokens {other} and {id} have the same text, {}", shown(text)));
            }
        }
        // llama.cpp invents a name for a token without a text, which another token could have.
        for (id, _) in texts.iter().enumerate().filter(|(_, text)| text.is_empty()) {
            let made_up = format!("[EMPTY_{id}]");
            if ids.contains_key(made_up.as_bytes()) {
                return Err(format!("its token {id} has no text, and another one is called {made_up}"));
            }
        }
        Ok(Self { ids, count: texts.len() })
    }
}

/// The numbers of an array of this type, with as many elements as there are tokens; `None` where there is no such array.
fn numbers<'a>(
    metadata: &'a Metadata,
    key: &str,
    kinds: &[ValueType],
    count: usize,
) -> Result<Option<(ValueType, &'a [u8])>, String> {
    let key = format!("tokenizer.ggml.{key}");
    let Some(value) = metadata.get(&key) else { return Ok(None) };
    let Value::Numbers(kind, bytes) = value else {
        return Err(format!("its {key} is not a list of numbers"));
    };
    if !kinds.contains(kind) {
        return Err(format!("its {key} is a list of {kind:?}; {:?} is needed", kinds[0]));
    }
    // All these types have four bytes.
    if bytes.len() / 4 != count {
        return Err(format!("its {key} has {} elements, and there are {count} tokens", bytes.len() / 4));
    }
    Ok(Some((*kind, bytes)))
}

fn types(metadata: &Metadata, count: usize) -> Result<(), String> {
    let Some((_, bytes)) = numbers(metadata, "token_type", &[ValueType::I32], count)? else { return Ok(()) };
    let types = bytes.as_chunks().0.iter().map(|bytes| i32::from_le_bytes(*bytes));
    match types.enumerate().find(|(_, kind)| !(0..=LAST_TYPE).contains(kind)) {
        Some((id, kind)) => Err(format!("its token {id} is of the type {kind}; 0 to {LAST_TYPE} are possible")),
        None => Ok(()),
    }
}

fn scores(metadata: &Metadata, count: usize) -> Result<(), String> {
    let found = numbers(metadata, "scores", &[ValueType::F32, ValueType::I32], count)?;
    let Some((ValueType::F32, bytes)) = found else { return Ok(()) };
    let scores = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    match scores.enumerate().find(|(_, score)| score.is_nan()) {
        Some((id, _)) => Err(format!("its token {id} has a score that is no number")),
        None => Ok(()),
    }
}

/// Checks the ids of tokens with a special purpose.
fn special(metadata: &Metadata, count: usize) -> Result<(), String> {
    for (key, value) in metadata.iter() {
        let is_id = key.starts_with("tokenizer.ggml.") && key.ends_with("_token_id");
        if is_id && value.as_u64().is_none_or(|id| id >= count as u64) {
            return Err(format!("its {key} is {value:?}; the tokens are 0 to {}", count - 1));
        }
    }
    Ok(())
}

/// Checks that every merge joins two tokens into a third.
fn merges(metadata: &Metadata, tokens: &Tokens<'_>) -> Result<(), String> {
    let merges = match metadata.get("tokenizer.ggml.merges") {
        Some(Value::Strings(merges)) => merges,
        Some(_) => return Err("its tokenizer.ggml.merges is not a list of texts".to_owned()),
        // One kind of tokenizer has none, and llama.cpp refuses the others.
        None => return Ok(()),
    };
    for (rank, merge) in merges.iter().enumerate() {
        // As llama.cpp reads it: a space at the start belongs to the left half.
        let space = merge.iter().skip(1).position(|&byte| byte == b' ').map(|at| at + 1);
        let halves = space.map(|at| (&merge[..at], &merge[at + 1..]));
        let whole = halves.map(|(left, right)| [left, right].concat());
        let is_token = |text: &[u8]| tokens.ids.contains_key(text);
        let joins = halves.is_some_and(|(left, right)| is_token(left) && is_token(right))
            && whole.is_some_and(|whole| is_token(&whole));
        if !joins {
            return Err(format!("its merge {rank}, {}, does not join two of its tokens into a third", shown(merge)));
        }
    }
    Ok(())
}

/// Checks that every byte is a token: text that no other token covers is read byte by byte, and llama.cpp ends the
/// process for a byte that is missing.
fn bytes(tokens: &Tokens<'_>) -> Result<(), String> {
    let is_token = |byte: u8| {
        tokens.ids.contains_key(format!("<0x{byte:02X}>").as_bytes()) || tokens.ids.contains_key(&[byte][..])
    };
    match (0..=255).find(|&byte| !is_token(byte)) {
        Some(byte) => Err(format!("its vocabulary has no token for the byte {byte:#04x}")),
        None => Ok(()),
    }
}

/// Returns a text in few characters, whatever bytes it has.
fn shown(text: &[u8]) -> String {
    const SHOWN: usize = 40;
    let text = String::from_utf8_lossy(text);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?} …", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sound vocabulary, one key of which is replaced.
    fn with(key: &str, value: impl Into<Value>) -> Option<String> {
        let mut metadata = Metadata::default();
        metadata.set("general.architecture", "phi2");
        for (key, text) in [("model", "gpt2"), ("pre", "gpt-2")] {
            metadata.set(format!("tokenizer.ggml.{key}"), text);
        }
        metadata.set("tokenizer.ggml.tokens", Value::strings(["a", "b", "ab", "c", "<|endoftext|>"]));
        metadata.set("tokenizer.ggml.token_type", Value::i32s([1, 1, 1, 1, 3]));
        metadata.set("tokenizer.ggml.merges", Value::strings(["a b"]));
        metadata.set("tokenizer.ggml.eos_token_id", 4);
        metadata.set(key, value);
        problem(&metadata)
    }

    #[test]
    fn damage_is_named() {
        let floats = |values: &[f32]| {
            Value::Numbers(ValueType::F32, values.iter().flat_map(|value| value.to_le_bytes()).collect())
        };
        for (key, value, expected) in [
            (
                "tokens",
                Value::strings(["a", "b", "ab", "a", "<|endoftext|>"]),
                "tokens 0 and 3 have the same text, \"a\"",
            ),
            ("tokens", Value::strings(["a", "b", "ab", "", "[EMPTY_3]"]), "is called [EMPTY_3]"),
            ("tokens", Value::strings(["a", "b", "ab", "a\0", "e"]), "token 3, \"a\\0\", has a zero byte"),
            ("tokens", Value::strings(["a", "b", "ab", "\0", "e"]), "has a zero byte"),
            ("tokens", Value::strings(["a", "b", "ab", "c"]), "5 elements, and there are 4 tokens"),
            ("tokens", Value::strings(["a", "b", "aB", "c", "e"]), "merge 0, \"a b\", does not join"),
            ("tokens", Value::strings::<&str>([]), "has 0 tokens"),
            ("tokens", Value::i32s([1]), "no list of tokens"),
            ("token_type", Value::i32s([1, 1, 1, 1]), "4 elements, and there are 5 tokens"),
            ("token_type", Value::i32s([1, 1, 7, 1, 3]), "token 2 is of the type 7"),
            ("token_type", Value::i32s([1, 1, 1, -1, 3]), "token 3 is of the type -1"),
            ("token_type", floats(&[1.0; 5]), "a list of F32; I32 is needed"),
            ("token_type", Value::from("1"), "not a list of numbers"),
            ("scores", floats(&[0.0; 4]), "4 elements"),
            ("scores", floats(&[0.0, 0.0, f32::NAN, 0.0, 0.0]), "token 2 has a score"),
            ("merges", Value::strings(["a b", "a c"]), "merge 1, \"a c\""),
            ("merges", Value::strings(["ab"]), "merge 0, \"ab\""),
            ("merges", Value::strings([" b"]), "merge 0"),
            ("merges", Value::i32s([1]), "not a list of texts"),
            ("eos_token_id", Value::U32(5), "eos_token_id is U32(5); the tokens are 0 to 4"),
            ("padding_token_id", Value::I32(-1), "padding_token_id"),
            ("fim_pre_token_id", Value::U32(u32::MAX), "fim_pre_token_id"),
            ("model", Value::from("bert"), "of the kind bert"),
            ("model", Value::from("llama"), "no token for the byte 0x00"),
            ("model", Value::from("rwkv"), "the end of a line"),
            ("pre", Value::from("gemma4"), "split as Gemma's"),
        ] {
            let found = with(&format!("tokenizer.ggml.{key}"), value.clone());
            assert!(found.as_ref().is_some_and(|found| found.contains(expected)), "{key} {value:?}: {found:?}");
        }
    }

    #[test]
    fn sound_vocabularies_pass() {
        assert_eq!(with("general.name", "x"), None);
        assert_eq!(with("tokenizer.ggml.merges", Value::strings::<&str>([])), None);
        assert_eq!(with("tokenizer.ggml.token_type", Value::i32s([0, 2, 4, 5, 6])), None);
        assert_eq!(with("tokenizer.ggml.tokens", Value::strings(["a", "b", "ab", "", "x"])), None);
        assert_eq!(with("tokenizer.ggml.model", "none"), None);
        assert_eq!(problem(&Metadata::default()), None);
    }

    #[test]
    fn a_vocabulary_without_texts_has_a_size_that_fits() {
        let mut metadata = Metadata::default();
        metadata.set("general.architecture", "phi2");
        metadata.set("tokenizer.ggml.model", "none");
        metadata.set("phi2.vocab_size", u32::MAX);
        assert!(problem(&metadata).is_some_and(|problem| problem.contains("phi2.vocab_size")));
    }
}

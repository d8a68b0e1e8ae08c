//! Decides which tokens end a text, and which one is put before it.

use serde_json::Value;

use super::{END_OF_TEXT, TokenKind};
use crate::checkpoint::Config;

/// The tokens that a GGUF names for special purposes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Special {
    /// The tokens that end a text: the model's own ends first, in its order, then `<|endoftext|>`. At least one.
    pub ends: Vec<u32>,
    /// The token after which CodeGen's texts begin; it is put before a text if `first` is set.
    pub begin: u32,
    /// Whether the tokenizer puts `begin` before each text.
    pub first: bool,
    /// Notes for the user.
    pub notes: Vec<String>,
}

impl Special {
    /// A GGUF has places for this many ends beside `<|endoftext|>`, which llama.cpp knows by its text.
    pub const OWN_ENDS: usize = 3;

    /// Decides from the configuration, the tokens and the tokenizer's post-processor.
    ///
    /// # Errors
    /// If there is no token that could end a text, or if what is put before a text is not a single token.
    pub(super) fn of(
        config: &Config,
        tokens: &[String],
        kinds: &[TokenKind],
        post_processor: &Value,
    ) -> Result<Self, String> {
        let mut notes = Vec::new();
        let mut ends = Vec::new();
        for &id in &config.eos_token_ids {
            let index = id as usize;
            match kinds.get(index) {
                Some(TokenKind::Control | TokenKind::UserDefined) => ends.push(id),
                Some(TokenKind::Normal) => notes.push(format!(
                    "eos_token_id {id} is {:?}, an ordinary token, as in the first uploads of CodeGen; it does not end texts",
                    tokens[index]
                )),
                Some(TokenKind::Unused) | None => {
                    notes.push(format!("eos_token_id {id} is no token of the tokenizer; it does not end texts"));
                }
            }
        }
        let position = |found: Option<usize>| found.and_then(|id| u32::try_from(id).ok());
        let end_of_text = position(tokens.iter().position(|token| token == END_OF_TEXT));
        ends.extend(end_of_text.filter(|id| !ends.contains(id)));
        if ends.is_empty() {
            // Without one, llama.cpp takes token 11, which is a comma in GPT-2's vocabulary.
            let unused = position(kinds.iter().position(|kind| *kind == TokenKind::Unused));
            ends.push(unused.ok_or_else(|| {
                format!("has no token that ends a text: neither {END_OF_TEXT} nor one that config.json names as eos_token_id")
            })?);
            notes.push("there is no token that ends a text; texts end where they are cut".to_owned());
        }
        let own = ends.iter().filter(|id| Some(**id) != end_of_text).count();
        if own > Self::OWN_ENDS {
            notes.push(format!("{own} tokens end a text; of these the first {} go into the file", Self::OWN_ENDS));
        }
        let (before, behind) = around(post_processor)?;
        if behind {
            notes.push(
                "the tokenizer puts a token behind each text, which is not done where a text is continued".to_owned(),
            );
        }
        let first = match before.as_slice() {
            [] => None,
            [id] => Some(
                u32::try_from(*id)
                    .ok()
                    .filter(|&id| (id as usize) < tokens.len())
                    .ok_or_else(|| format!("puts the token {id} before each text, which is none of its tokens"))?,
            ),
            more => return Err(format!("puts {} tokens before each text; llama.cpp puts one at most", more.len())),
        };
        let begin = first.or(end_of_text).unwrap_or_else(|| ends.first().copied().unwrap_or_default());
        Ok(Self { ends, begin, first: first.is_some(), notes })
    }
}

/// The ids of the tokens that a post-processor puts before a text, and whether it puts some behind.
fn around(processor: &Value) -> Result<(Vec<u64>, bool), String> {
    match processor["type"].as_str() {
        None | Some("ByteLevel") => Ok((Vec::new(), false)),
        Some("Sequence") => {
            let mut all = (Vec::new(), false);
            for part in processor["processors"].as_array().into_iter().flatten() {
                let (before, behind) = around(part)?;
                // A later one puts its tokens around those of the earlier.
                all = ([before, all.0].concat(), all.1 || behind);
            }
            Ok(all)
        }
        Some("TemplateProcessing") => template(processor),
        Some("BertProcessing" | "RobertaProcessing") => {
            let id = processor["cls"][1].as_u64().ok_or("has a post-processor without the id of its first token")?;
            Ok((vec![id], true))
        }
        Some(other) => Err(format!("has the post-processor {other}, which is not known here")),
    }
}

fn template(processor: &Value) -> Result<(Vec<u64>, bool), String> {
    let pieces = processor["single"].as_array().ok_or("has a post-processor without a template")?;
    let (mut before, mut text, mut behind) = (Vec::new(), false, false);
    for piece in pieces {
        let Some(name) = piece["SpecialToken"]["id"].as_str() else {
            text = true;
            continue;
        };
        if text {
            behind = true;
            continue;
        }
        let ids = processor["special_tokens"][name]["ids"].as_array();
        let ids = ids.ok_or_else(|| format!("puts {name:?} before each text and does not say which token that is"))?;
        before.extend(ids.iter().filter_map(Value::as_u64));
    }
    Ok((before, behind))
}

//! Spells the tokens that a model never writes as tokens that it does write.
//!
//! A small model may be trained to write only the tokens that occur often (`engine/train`, "vocabulary"): the others have a
//! bias in the LM head that keeps them from ever being picked, and a word that is one of them is written in pieces. To copy
//! such a word out of its prompt, the model would have to know by heart how each is spelled. So the prompt is given to it in
//! the same pieces, and copying is copying.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use codegen_core::TokenId;

use crate::gguf::{Gguf, TensorType, Value};

/// A token with this bias in the LM head, or less, is never written. The trainer gives -30; biases that were learned are
/// between -10 and 10.
const NEVER: f32 = -29.0;

/// Biases of the LM head, which of all models that llama.cpp knows few have.
const BIAS: &str = "output.bias";

/// No vocabulary is larger than this.
const MAX_TOKENS: usize = 1 << 22;

/// The tokens with which a model's unwritten tokens are spelled. Empty for a model that writes all of its tokens.
///
/// A token is taken apart when a text has it: most of the tens of thousands that a small model does not write never come
/// up, and loading the model waits for this table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spelling {
    /// The spelling of each token, by id.
    parts: Vec<Part>,
}

/// How a token may stand in what a model reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Kept, because the model writes it.
    Written,
    /// Replaced by these two tokens, whose texts together are its text, or by their own parts.
    Halves(u32, u32),
    /// The model does not write it, and no merge tells what it is made of.
    Unknown,
}

impl Spelling {
    /// Reads the LM head's biases from a model's file, and the merges of its tokenizer. A model without either, or whose
    /// file cannot be read, is taken to write all of its tokens.
    #[must_use]
    pub fn of(gguf: &Gguf) -> Self {
        let strings = |key: &str| match gguf.metadata.get(key) {
            Some(Value::Strings(strings)) => Some(strings),
            _ => None,
        };
        let (Some(tokens), Some(merges)) = (strings("tokenizer.ggml.tokens"), strings("tokenizer.ggml.merges")) else {
            return Self::default();
        };
        match biases(gguf) {
            Some(biases) if biases.iter().any(|&bias| bias <= NEVER) => Self::new(tokens, merges, &biases),
            _ => Self::default(),
        }
    }

    /// Builds the table from the tokens' texts, the merges with their two sides separated by a space, and a bias for
    /// each token.
    fn new(tokens: &[Vec<u8>], merges: &[Vec<u8>], biases: &[f32]) -> Self {
        let ids: HashMap<&[u8], u32> = tokens.iter().map(Vec::as_slice).zip(0..).collect();
        let unwritten = |index: usize| biases.get(index).is_some_and(|&bias| bias <= NEVER);
        let part = |index| if unwritten(index) { Part::Unknown } else { Part::Written };
        let mut parts: Vec<Part> = (0..tokens.len()).map(part).collect();
        // Merges and the tokens they make are nearly always listed in the same order.
        let mut expected = 0;
        let mut joined = Vec::new();
        for merge in merges {
            let Some((left, right)) = sides(merge) else { continue };
            joined.clear();
            joined.extend_from_slice(left);
            joined.extend_from_slice(right);
            let whole = if tokens.get(expected).is_some_and(|token| *token == joined) {
                expected
            } else if let Some(&id) = ids.get(joined.as_slice()) {
                id as usize
            } else {
                continue;
            };
            expected = whole + 1;
            // A token may come of several merges; the first is the one that counts.
            if parts[whole] == Part::Unknown
                && let (Some(&left), Some(&right)) = (ids.get(left), ids.get(right))
            {
                parts[whole] = Part::Halves(left, right);
            }
        }
        Self { parts }
    }

    /// The tokens, with those that the model never writes replaced by their pieces, which are the same text.
    #[must_use]
    pub fn apply(&self, tokens: impl IntoIterator<Item = TokenId>) -> Vec<TokenId> {
        let mut spelled = Vec::new();
        let mut waiting = Vec::new();
        for token in tokens {
            let begin = spelled.len();
            if !self.spell(token, &mut waiting, &mut spelled) {
                spelled.truncate(begin);
                spelled.push(token);
            }
        }
        spelled
    }

    /// Appends the pieces of a token; false if it has none. `waiting` is a buffer to work in.
    fn spell(&self, token: TokenId, waiting: &mut Vec<TokenId>, spelled: &mut Vec<TokenId>) -> bool {
        waiting.clear();
        waiting.push(token);
        // Each half is shorter than the whole, so that this ends.
        while let Some(token) = waiting.pop() {
            match usize::try_from(token).ok().and_then(|index| self.parts.get(index)) {
                Some(&Part::Halves(left, right)) => {
                    let halves = [right, left].map(|half| TokenId::try_from(half).unwrap_or(TokenId::MAX));
                    waiting.extend(halves);
                }
                Some(Part::Unknown) => return false,
                Some(Part::Written) | None => spelled.push(token),
            }
        }
        true
    }

    /// How many tokens are not written, and have parts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().filter(|part| matches!(part, Part::Halves(..))).count()
    }

    /// Whether nothing is replaced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Returns the two sides of a merge; `None` if it does not have both.
fn sides(merge: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = merge.iter().position(|&byte| byte == b' ')?;
    let (left, right) = (&merge[..space], &merge[space + 1..]);
    (!left.is_empty() && !right.is_empty()).then_some((left, right))
}

/// The LM head's biases, if there are any.
fn biases(gguf: &Gguf) -> Option<Vec<f32>> {
    let tensor = gguf.tensor(BIAS).filter(|tensor| tensor.kind == TensorType::F32)?;
    let count = usize::try_from(tensor.elements()).ok().filter(|&count| count <= MAX_TOKENS)?;
    let mut bytes = vec![0; count * size_of::<f32>()];
    let mut file = File::open(&gguf.path).ok()?;
    file.seek(SeekFrom::Start(gguf.data_start + tensor.offset)).ok()?;
    file.read_exact(&mut bytes).ok()?;
    let (values, _) = bytes.as_chunks::<4>();
    Some(values.iter().map(|&value| f32::from_le_bytes(value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKENS: [&str; 9] = ["a", "b", "c", "ab", "abc", "abab", "ca", "zz", "abcabc"];
    const MERGES: [&str; 6] = ["a b", "ab c", "ab ab", "c a", "abc abc", "a bc"];

    fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
        texts.iter().map(|text| text.as_bytes().to_vec()).collect()
    }

    fn without(unwritten: &[usize]) -> Spelling {
        let biases: Vec<f32> = (0..TOKENS.len()).map(|id| if unwritten.contains(&id) { -30.0 } else { -9.5 }).collect();
        Spelling::new(&bytes(&TOKENS), &bytes(&MERGES), &biases)
    }

    #[test]
    fn unwritten_tokens_are_read_as_written_ones() {
        for (unwritten, read, expected) in [
            (&[][..], &[3, 4, 8][..], &[3, 4, 8][..]),
            (&[4], &[4, 0, 4], &[3, 2, 0, 3, 2]),
            // Only as far down as needed.
            (&[3, 4], &[4], &[0, 1, 2]),
            (&[8], &[8], &[4, 4]),
            (&[8, 4], &[8, 8], &[3, 2, 3, 2, 3, 2, 3, 2]),
            (&[8, 4, 3], &[0, 8], &[0, 0, 1, 2, 0, 1, 2]),
            // Without a merge there are no pieces, neither for it nor for what holds it.
            (&[7], &[7, 0], &[7, 0]),
            (&[0, 3], &[3, 6], &[3, 6]),
        ] {
            assert_eq!(without(unwritten).apply(read.iter().copied()), expected, "{unwritten:?}");
        }
        assert!(without(&[]).is_empty());
        assert_eq!(without(&[4, 8]).len(), 2);
        assert!(without(&[7]).is_empty());
    }

    #[test]
    fn what_is_no_merge_is_passed_over() {
        let merges = bytes(&["ab", " ab", "ab ", "", "a x", "x y", "b a", "a b"]);
        let spelling = Spelling::new(&bytes(&TOKENS), &merges, &[0.0, 0.0, 0.0, -30.0]);
        assert_eq!(spelling.apply([3, 99, -1]), [0, 1, 99, -1]);
    }

    #[test]
    fn numbers_that_are_missing_mean_that_a_token_is_written() {
        let spelling = Spelling::new(&bytes(&TOKENS), &bytes(&MERGES), &[0.0, 0.0, 0.0, f32::NAN]);
        assert_eq!(spelling.apply([3, 4]), [3, 4]);
    }
}

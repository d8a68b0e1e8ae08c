//! What a model has written for a cursor, before anything is filtered.

use super::Kind;
use super::confidence::{self, TokenScore};

/// A finished generation, or the part of one that is known so far.
#[derive(Debug, Clone, PartialEq)]
pub struct RawCompletion {
    /// The model's text, cut by the stop rule.
    pub text: String,
    /// What was asked for. It holds wherever the user has typed on to; nothing else that was known of the cursor does.
    pub kind: Kind,
    /// Its tokens.
    pub tokens: Vec<TokenScore>,
    /// Whether it did not come to an end: its tokens were used up, or the rest is still being generated.
    pub unfinished: bool,
}

impl RawCompletion {
    /// The mean of its tokens' natural-log probabilities; 0 without any.
    #[must_use]
    pub fn mean_logprob(&self) -> f32 {
        let sum: f32 = self.tokens.iter().map(|token| token.logprob).sum();
        if self.tokens.is_empty() { 0.0 } else { sum / self.tokens.len() as f32 }
    }

    /// Takes off the text before the cursor that the generation repeats, if it does.
    pub fn forget(&mut self, held: &str) {
        if self.text.starts_with(held) {
            *self = self.behind(held.len());
        }
    }

    /// The generation without the first `length` bytes of its text.
    pub(super) fn behind(&self, length: usize) -> Self {
        let (typed, text) = self.text.split_at(length);
        let solid = confidence::solid(typed);
        let tokens = self.tokens.iter().filter(|token| token.solid > solid);
        let tokens = tokens.map(|token| TokenScore { solid: token.solid - solid, ..*token }).collect();
        Self { text: text.to_owned(), tokens, ..self.clone() }
    }

    /// The last `length` bytes of it.
    pub(super) fn last(&self, length: usize) -> Self {
        self.behind(self.text.len().saturating_sub(length))
    }
}

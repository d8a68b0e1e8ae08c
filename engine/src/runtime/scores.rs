//! Log-probabilities of a prompt's own tokens, collected while the prompt is read.
//!
//! A token's probability is in the logits of the token before it, so that those must be computed even if the KV cache
//! holds the token already: a prompt's scores are known once, and go on where they were if the reader loses its slot, or
//! is cancelled and another candidate reads on. All candidates of a group therefore share one of these.

use codegen_core::TokenId;

use crate::decode::score;

/// What is known of a prompt's scores.
#[derive(Debug)]
pub(super) struct PromptScores {
    /// The first token that has a score, at least 1.
    from: usize,
    /// Tokens of the prompt.
    prompt: usize,
    logprobs: Vec<f32>,
}

impl PromptScores {
    /// Scores of a prompt's tokens from `from` on, but not of the first of all, before which there is nothing.
    pub fn new(from: usize, prompt: usize) -> Self {
        Self { from: from.max(1), prompt, logprobs: Vec::new() }
    }

    /// The position whose logits give the next score; `None` once all are known.
    pub fn next(&self) -> Option<usize> {
        let token = self.from.saturating_add(self.logprobs.len());
        (token < self.prompt).then_some(token - 1)
    }

    /// Whether the logits at a position are wanted.
    pub fn want(&self, position: usize) -> bool {
        self.next().is_some_and(|next| (next..self.prompt - 1).contains(&position))
    }

    /// Takes the logits at the position that is [`Self::next`]; `token` is the one behind it. False if they hold no
    /// numbers.
    pub fn take(&mut self, token: TokenId, logits: &[f32]) -> bool {
        let scored = usize::try_from(token).ok().and_then(|token| score::logprob(logits, token));
        self.logprobs.extend(scored);
        scored.is_some()
    }

    /// The scores so far.
    pub fn logprobs(&self) -> &[f32] {
        &self.logprobs
    }
}

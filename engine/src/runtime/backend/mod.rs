//! The worker's interface to a backend, which computes logits. Implemented by llama.cpp and by a scripted model for
//! tests.

pub mod llama;
mod log;
#[cfg(any(test, feature = "testing"))]
pub mod scripted;

use std::sync::Arc;

use codegen_core::{EngineError, TokenId};

/// A model's vocabulary. Used from any thread.
pub trait Vocabulary: Send + Sync {
    /// Tokens of `text`, after the one that the model's tokenizer puts before each text, if it does that; special tokens are
    /// not parsed.
    fn tokenize(&self, text: &str) -> Vec<TokenId>;
    /// Appends the token's bytes, which may be part of a character, to `out`. Control tokens have none.
    fn token_bytes(&self, token: TokenId, out: &mut Vec<u8>);
    /// Whether the token ends the text.
    fn is_end(&self, token: TokenId) -> bool;
    /// The token that ends the text, from which a model that knows it can also start one.
    fn end_of_text(&self) -> Option<TokenId> {
        (0..TokenId::try_from(self.len()).ok()?).find(|&token| self.is_end(token))
    }
    /// Number of tokens, which is the length of a row of logits.
    fn len(&self) -> usize;
    /// Whether there are no tokens; never true for a real model.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One token of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchToken {
    /// The token.
    pub token: TokenId,
    /// Its position in its sequence, from zero.
    pub position: usize,
    /// The slot, that is the sequence, it belongs to.
    pub slot: usize,
    /// Whether logits are wanted for it.
    pub logits: bool,
}

/// Computes logits. Lives on the worker's thread and need not be `Send`.
pub trait Backend {
    /// The vocabulary, to share with other threads.
    fn vocabulary(&self) -> Arc<dyn Vocabulary>;
    /// Tokens of context of each slot.
    fn context(&self) -> usize;
    /// Tokens one call of `decode` takes at most.
    fn batch(&self) -> usize;
    /// Number of slots.
    fn slots(&self) -> usize;
    /// Runs a batch and adds it to the KV cache. A failed batch leaves the cache as it was; if it cannot, the backend
    /// fails every later call.
    fn decode(&mut self, batch: &[BatchToken]) -> Result<(), EngineError>;
    /// Sets whether the following batches must give the same bits every time, and so be computed in the same way, above
    /// all with the same number of threads. A backend that has only one way may ignore it.
    fn repeatable(&mut self, _on: bool) {}
    /// Threads that computed the last batch.
    fn threads(&self) -> usize {
        1
    }
    /// How many tokens that are only guessed a batch may have behind one that is known; see `decode::lookup`. The cache is cut
    /// behind those that were right.
    fn guesses(&self) -> usize {
        0
    }
    /// The logits of the batch's `index`-th token, which asked for them.
    fn logits(&mut self, index: usize) -> &[f32];
    /// Forgets a slot's positions from `from` on. False if the cache cannot do that; the worker then forgets all.
    fn truncate(&mut self, slot: usize, from: usize) -> bool;
    /// Makes slot `to` hold what slot `from` holds up to position `length`, sharing memory where possible. False if the
    /// cache cannot do that; slot `to` may then hold anything.
    fn copy(&mut self, from: usize, to: usize, length: usize) -> bool;
}

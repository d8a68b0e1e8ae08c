//! Turns the text shown to the model into a prompt that fits the context.

use codegen_core::TokenId;
use codegen_engine::Engine;

use crate::dialogue::Shown;

/// A prompt that fits the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fitting {
    pub tokens: Vec<TokenId>,
    /// The first token of the part whose perplexity is measured.
    pub score_from: usize,
    /// Number of tokens that may be generated: at least one, unless none was asked for.
    pub limit: usize,
    /// Whether the context allows fewer than were asked for.
    pub cut: bool,
}

/// The sizes of a prompt that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong {
    pub tokens: usize,
    pub context: usize,
}

/// Tokenizes the text, and computes how much room it leaves.
pub(super) fn fit(engine: &Engine, shown: &Shown) -> Result<Fitting, TooLong> {
    let tokens = engine.tokenize(&shown.text);
    let context = engine.info().context;
    // The engine gives an empty prompt a token to start from.
    let room = context.saturating_sub(tokens.len().max(1));
    if room == 0 {
        return Err(TooLong { tokens: tokens.len(), context });
    }
    let score_from = token_at(&engine.token_lengths(&tokens), shown.prompt_start);
    let limit = shown.max_tokens.min(room);
    Ok(Fitting { tokens, score_from, limit, cut: limit < shown.max_tokens })
}

/// The first token that begins at or after a byte offset.
fn token_at(lengths: &[usize], offset: usize) -> usize {
    let begins = lengths.iter().scan(0, |end, length| {
        let begin = *end;
        *end += length;
        Some(begin)
    });
    begins.take_while(|&begin| begin < offset).count()
}

/// Returns the perplexity of a prompt from the natural logs of its tokens' probabilities; `None` without tokens.
#[allow(clippy::cast_precision_loss)]
pub(super) fn perplexity(logprobs: &[f32]) -> Option<f64> {
    let sum: f64 = logprobs.iter().map(|&logprob| f64::from(logprob)).sum();
    let perplexity = (-sum / logprobs.len() as f64).exp();
    perplexity.is_finite().then_some(perplexity)
}

#[cfg(test)]
mod tests {
    use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};

    use super::*;

    #[test]
    fn a_token_at_an_offset() {
        let table = [(0, 0), (1, 1), (2, 1), (3, 2), (4, 3), (5, 4), (6, 4)];
        for (offset, token) in table {
            assert_eq!(token_at(&[2, 1, 1, 1], offset), token, "{offset}");
        }
        assert_eq!(token_at(&[], 3), 0);
    }

    #[test]
    fn perplexities() {
        let even = perplexity(&[0.25f32.ln(); 4]).map(|value| (value * 1e5).round());
        assert_eq!(even, Some(4e5));
        assert_eq!(perplexity(&[]), None);
        assert_eq!(perplexity(&[f32::NEG_INFINITY]), None);
    }

    #[test]
    fn the_room_that_the_context_leaves() {
        let engine = Script { context: 10, ..Script::new(|_| END_OF_TEXT) }.engine();
        let shown = |length: usize, max_tokens| Shown { text: "x".repeat(length), prompt_start: 2, max_tokens };
        let room = |length, max_tokens| fit(&engine, &shown(length, max_tokens)).map(|fits| (fits.limit, fits.cut));
        assert_eq!(room(4, 6), Ok((6, false)));
        assert_eq!(room(4, 7), Ok((6, true)));
        assert_eq!(room(9, 5), Ok((1, true)));
        assert_eq!(room(9, 0), Ok((0, false)));
        assert_eq!(room(10, 5), Err(TooLong { tokens: 10, context: 10 }));
        assert_eq!(room(99, 1), Err(TooLong { tokens: 99, context: 10 }));
        assert_eq!(room(0, 99), Ok((9, true)));
        assert_eq!(fit(&engine, &shown(4, 1)).map(|fits| fits.score_from), Ok(2));
    }
}

//! A model's raw logits, for judging the model rather than for completing text.

use codegen_core::{EngineError, TokenId};

use super::backend::{BatchToken, llama};
use super::load::options::EngineOptions;
use super::load::progress::Progress;

/// Loads a model, runs it once over `tokens` and returns the logits at each of them, in rows as long as the vocabulary.
///
/// Takes as much memory as the rows need: for a text of a thousand tokens and CodeGen's vocabulary, 200 MB.
///
/// # Errors
/// If the model cannot be loaded, the tokens do not fit its context, or llama.cpp refuses them.
pub fn logits(options: &EngineOptions, tokens: &[TokenId]) -> Result<Vec<Vec<f32>>, EngineError> {
    llama::load(options, &Progress::default(), |backend, _| {
        let limit = backend.context();
        if tokens.len() > limit {
            return Err(EngineError::PromptTooLong { tokens: tokens.len(), max_tokens: 0, limit });
        }
        backend.repeatable(true);
        let mut rows = Vec::with_capacity(tokens.len());
        for chunk in tokens.chunks(backend.batch()) {
            let start = rows.len();
            let batch: Vec<_> = chunk
                .iter()
                .enumerate()
                .map(|(at, &token)| BatchToken { token, position: start + at, slot: 0, logits: true })
                .collect();
            backend.decode(&batch)?;
            rows.extend((0..batch.len()).map(|at| backend.logits(at).to_vec()));
        }
        Ok(rows)
    })?
}

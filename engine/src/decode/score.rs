//! How likely a given token is.

use super::exp::{max, sum_exp};

/// The natural-log probability of the token at `index`, at temperature 1. Negative infinity if the model rules it out, or
/// there is no such token; `None` if the logits hold no numbers (all are NaN or negative infinity).
#[must_use]
pub fn logprob(logits: &[f32], index: usize) -> Option<f32> {
    let best = max(logits);
    if best == f32::NEG_INFINITY {
        return None;
    }
    let Some(&logit) = logits.get(index).filter(|logit| !logit.is_nan()) else { return Some(f32::NEG_INFINITY) };
    Some(relative(logits, logit, best))
}

/// The natural-log probability of a token with the given logit; `best` is the largest of all.
#[must_use]
pub(super) fn relative(logits: &[f32], logit: f32, best: f32) -> f32 {
    if best == f32::INFINITY {
        return if logit == best { 0.0 } else { f32::NEG_INFINITY };
    }
    // ln of the sum in f64: the sum is at least one, and its error well below what a log-probability shows.
    let logprob = f64::from(logit) - f64::from(best) - f64::from(sum_exp(logits, best)).ln();
    #[allow(clippy::cast_possible_truncation)]
    let logprob = logprob as f32;
    logprob
}

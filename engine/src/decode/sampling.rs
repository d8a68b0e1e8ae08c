//! Picking a token from logits: greedy, or by chance with temperature, top-k and top-p (in this order).
//!
//! A small model computes a token in little more than a millisecond, so this must not take a tenth of one for a
//! vocabulary of 51,200: there is no sort of the whole vocabulary, no exponential for tokens that cannot be chosen, and
//! nothing is allocated after the first token.

use std::cmp::Ordering;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::exp::{exp, max, sum_exp};
use crate::{EngineError, Sampling, TokenId};

/// Tokens whose logit, divided by the temperature, is this far below the best are never drawn: all of them together are
/// less likely than one in a hundred million.
const NEGLIGIBLE: f32 = 30.0;

/// A token that was picked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampled {
    /// The token.
    pub token: TokenId,
    /// Its natural-log probability at temperature 1, among all tokens.
    pub logprob: f32,
}

/// A token that may be picked: its index and its logit, later its weight.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    token: u32,
    logit: f32,
}

impl Candidate {
    /// Most likely first, and the lower index first among equals: a total order, so that what is picked does not hang on
    /// how a selection algorithm treats ties.
    fn order(&self, other: &Self) -> Ordering {
        other.logit.total_cmp(&self.logit).then(self.token.cmp(&other.token))
    }
}

/// Picks the tokens of one request. Equal options and equal logits give equal tokens on every platform.
#[derive(Debug, Clone)]
pub struct Sampler {
    options: Sampling,
    random: ChaCha8Rng,
    candidates: Vec<Candidate>,
}

impl Sampler {
    /// Starts the random numbers from the options' seed.
    ///
    /// # Errors
    /// [`EngineError::BadOption`] for a temperature that is negative or no number, or a `top_p` outside (0, 1].
    pub fn new(options: Sampling) -> Result<Self, EngineError> {
        if !(options.temperature >= 0.0 && options.temperature.is_finite()) {
            return Err(EngineError::BadOption {
                option: "temperature",
                value: options.temperature.to_string(),
                expected: "a number from 0 (always the most likely token) up, such as 0.2".into(),
            });
        }
        if !(options.top_p > 0.0 && options.top_p <= 1.0) {
            return Err(EngineError::BadOption {
                option: "top_p",
                value: options.top_p.to_string(),
                expected: "a number above 0 and up to 1 (which keeps all tokens)".into(),
            });
        }
        Ok(Self { options, random: ChaCha8Rng::seed_from_u64(options.seed), candidates: Vec::new() })
    }

    /// Picks a token. NaN and negative infinity are never picked; `None` if there is nothing else.
    pub fn sample(&mut self, logits: &[f32]) -> Option<Sampled> {
        let best = max(logits);
        if best == f32::NEG_INFINITY {
            return None;
        }
        let greedy = logits.iter().position(|&logit| logit == best)?;
        if best == f32::INFINITY {
            return Some(Sampled { token: TokenId::try_from(greedy).ok()?, logprob: 0.0 });
        }
        let index = if self.options.temperature > 0.0 { self.draw(logits, best).unwrap_or(greedy) } else { greedy };
        // ln of the sum in f64: the sum is at least one, and its error well below what a log-probability shows.
        let logprob = f64::from(logits[index]) - f64::from(best) - f64::from(sum_exp(logits, best)).ln();
        #[allow(clippy::cast_possible_truncation)]
        Some(Sampled { token: TokenId::try_from(index).ok()?, logprob: logprob as f32 })
    }

    /// Draws by chance. `best` is the largest logit, and finite.
    fn draw(&mut self, logits: &[f32], best: f32) -> Option<usize> {
        let Sampling { temperature, top_k, top_p, .. } = self.options;
        let uniform = self.uniform();
        let floor = best - NEGLIGIBLE * temperature;
        self.candidates.clear();
        self.candidates.reserve(logits.len());
        for (token, &logit) in (0_u32..).zip(logits) {
            if logit >= floor {
                self.candidates.push(Candidate { token, logit });
            }
        }
        if top_k > 0 && top_k < self.candidates.len() {
            self.candidates.select_nth_unstable_by(top_k - 1, Candidate::order);
            self.candidates.truncate(top_k);
            self.candidates.sort_unstable_by(Candidate::order);
        }
        let mut total = 0.0_f64;
        for candidate in &mut self.candidates {
            candidate.logit = exp((candidate.logit - best) / temperature);
            total += f64::from(candidate.logit);
        }
        if top_p < 1.0 {
            total = self.keep_nucleus(f64::from(top_p), total);
        }
        let mut left = uniform * total;
        for candidate in &self.candidates {
            left -= f64::from(candidate.logit);
            if left < 0.0 {
                return Some(candidate.token as usize);
            }
        }
        // Rounding may leave a trace of `left` after the last one.
        self.candidates.last().map(|candidate| candidate.token as usize)
    }

    /// Keeps the smallest set of most likely candidates whose weights reach `top_p` of `total`; returns their sum.
    fn keep_nucleus(&mut self, top_p: f64, total: f64) -> f64 {
        // All candidates below this weight make up less than what may be left out, so none of them is in the set.
        #[allow(clippy::cast_precision_loss)]
        let floor = (1.0 - top_p) * total / self.candidates.len() as f64;
        self.candidates.retain(|candidate| f64::from(candidate.logit) >= floor);
        let wanted = top_p * total;
        let mut sum = 0.0;
        let mut sorted = 0;
        let mut step = 32;
        // Sorts only as much of the front as it takes to reach the sum.
        while sorted < self.candidates.len() {
            let rest = &mut self.candidates[sorted..];
            let end = step.min(rest.len());
            if end < rest.len() {
                rest.select_nth_unstable_by(end - 1, Candidate::order);
            }
            rest[..end].sort_unstable_by(Candidate::order);
            for (offset, candidate) in rest[..end].iter().enumerate() {
                sum += f64::from(candidate.logit);
                if sum >= wanted {
                    self.candidates.truncate(sorted + offset + 1);
                    return sum;
                }
            }
            sorted += end;
            step *= 4;
        }
        sum
    }

    /// A number from 0 up to, but not including, 1.
    fn uniform(&mut self) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        let mantissa = (self.random.next_u64() >> 11) as f64;
        mantissa / (1_u64 << 53) as f64
    }
}

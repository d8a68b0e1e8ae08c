//! Picking a token from logits: greedy, or by chance with temperature, top-k and top-p (in this order).
//!
//! A small model computes a token in little more than a millisecond, so this must not take a tenth of one for a
//! vocabulary of 51,200: everything is a plain pass over the row that the compiler can vectorise, nothing but a few
//! tokens around a cut is ever sorted, and nothing is allocated after the first token.

use codegen_core::{EngineError, Sampling, TokenId};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::exp::{exp, max, sum};
use super::score::relative;

/// Tokens less likely than this, compared with the most likely one, are never drawn: all of them together weigh less
/// than one in ten million. It also bounds the number of buckets below.
const NEGLIGIBLE: f32 = 1e-13;

/// Weights are passed over in blocks of so many where their maximum says that none matters.
const BLOCK: usize = 64;

/// Weights are counted in buckets of one eighth of a power of two: the upper bits of a float, counted down from 1.
const BUCKET_SHIFT: u32 = 20;
/// Enough for every weight from 1 down to `NEGLIGIBLE`.
const BUCKETS: usize = 360;

/// A token that was picked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampled {
    /// The token.
    pub token: TokenId,
    /// Its natural-log probability at temperature 1, among all tokens.
    pub logprob: f32,
}

/// Picks the tokens of one request. Equal options and equal logits give equal tokens on every platform.
#[derive(Debug, Clone)]
pub struct Sampler {
    options: Sampling,
    random: ChaCha8Rng,
    /// The probability of each token, divided by that of the most likely one; zero for those that were cut away.
    weights: Vec<f32>,
    /// The largest weight of each block.
    maxima: Vec<f32>,
    /// Blocks' maxima in another order.
    scratch: Vec<f32>,
    /// The weights and tokens of one bucket.
    bucket: Vec<(f32, usize)>,
}

impl Sampler {
    /// Starts the random numbers from the options' seed.
    ///
    /// # Errors
    /// [`EngineError::BadOption`] for a temperature that is negative or no number, or a `top_p` outside (0, 1].
    pub fn new(options: Sampling) -> Result<Self, EngineError> {
        if !(options.temperature >= 0.0 && options.temperature.is_finite()) {
            let expected = "a number from 0 (always the most likely token) up, such as 0.2";
            return Err(EngineError::bad_option("temperature", options.temperature, expected));
        }
        if !(options.top_p > 0.0 && options.top_p <= 1.0) {
            let expected = "a number above 0 and up to 1 (which keeps all tokens)";
            return Err(EngineError::bad_option("top_p", options.top_p, expected));
        }
        Ok(Self {
            options,
            random: ChaCha8Rng::seed_from_u64(options.seed),
            weights: Vec::new(),
            maxima: Vec::new(),
            scratch: Vec::new(),
            bucket: Vec::new(),
        })
    }

    /// Picks a token. NaN and negative infinity are never picked; `None` if there is nothing else.
    pub fn sample(&mut self, logits: &[f32]) -> Option<Sampled> {
        let best = max(logits);
        if best == f32::NEG_INFINITY {
            return None;
        }
        let greedy = first(logits, best)?;
        let by_chance = self.options.temperature > 0.0 && best < f32::INFINITY;
        let index = if by_chance { self.draw(logits, best).unwrap_or(greedy) } else { greedy };
        let logprob = relative(logits, logits[index], best);
        Some(Sampled { token: TokenId::try_from(index).ok()?, logprob })
    }

    /// Draws by chance. `best` is the largest logit, and finite.
    fn draw(&mut self, logits: &[f32], best: f32) -> Option<usize> {
        let Sampling { temperature, top_k, top_p, .. } = self.options;
        let uniform = self.uniform();
        self.weights.clear();
        self.weights.extend(logits.iter().map(|&logit| {
            let weight = exp((logit - best) / temperature);
            if weight >= NEGLIGIBLE { weight } else { 0.0 }
        }));
        self.maxima.clear();
        self.maxima.extend(self.weights.chunks(BLOCK).map(max));
        let mut candidates = logits.len();
        if top_k > 0 && top_k < candidates {
            candidates = top_k;
            let floor = self.floor_of_top(top_k);
            self.keep_most_likely(floor, |count, _| count >= top_k);
        }
        if top_p < 1.0 {
            let total = sum(&self.weights);
            let wanted = f64::from(top_p) * total;
            // All candidates below this together weigh less than what may be left out, so none of them is needed.
            #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
            let floor = (0.99 * (total - wanted) / candidates as f64) as f32;
            self.keep_most_likely(floor, |_, weight| weight >= wanted);
        }
        let mut left = uniform * sum(&self.weights);
        let mut last = None;
        // Whole blocks are passed over by their sums.
        for (block, weights) in self.weights.chunks(BLOCK).enumerate() {
            let in_block = sum(weights);
            if in_block <= left {
                left -= in_block;
                continue;
            }
            for (offset, &weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
                left -= f64::from(weight);
                last = Some(block * BLOCK + offset);
                if left < 0.0 {
                    return last;
                }
            }
        }
        // Rounding may leave a trace of `left` at the end.
        last.or_else(|| self.weights.iter().rposition(|&weight| weight > 0.0))
    }

    /// A weight that at least `count` tokens have: that many blocks hold one.
    fn floor_of_top(&mut self, count: usize) -> f32 {
        if count > self.maxima.len() {
            return 0.0;
        }
        self.scratch.clone_from(&self.maxima);
        *self.scratch.select_nth_unstable_by(count - 1, |a, b| b.total_cmp(a)).1
    }

    /// Keeps the smallest set of most likely tokens of which `enough` holds, given their number and the sum of their
    /// weights; of equally likely ones, those with the lower index. No token below `floor` may be needed for that.
    fn keep_most_likely(&mut self, floor: f32, enough: impl Fn(usize, f64) -> bool) {
        let (weights, maxima) = (&self.weights, &self.maxima);
        let blocks = weights.chunks(BLOCK).zip(maxima).enumerate();
        let candidates = blocks.filter(|(_, (_, maximum))| **maximum >= floor).flat_map(|(block, (weights, _))| {
            let tokens = weights.iter().enumerate().map(move |(offset, &weight)| (weight, block * BLOCK + offset));
            tokens.filter(|&(weight, _)| weight >= floor && weight > 0.0)
        });
        let mut buckets = [(0_usize, 0.0_f64); BUCKETS];
        for (weight, _) in candidates.clone() {
            let (count, sum) = &mut buckets[bucket(weight)];
            *count += 1;
            *sum += f64::from(weight);
        }
        let (mut count, mut total) = (0, 0.0);
        let crossing = buckets.iter().position(|&(in_bucket, weight)| {
            if in_bucket > 0 && enough(count + in_bucket, total + weight) {
                return true;
            }
            count += in_bucket;
            total += weight;
            false
        });
        let Some(crossing) = crossing else { return };
        // The set ends somewhere in this bucket, whose tokens alone have to be put in order.
        self.bucket.clear();
        self.bucket.extend(candidates.filter(|&(weight, _)| bucket(weight) == crossing));
        self.bucket.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let last = self.bucket.iter().find(|(weight, _)| {
            count += 1;
            total += f64::from(*weight);
            enough(count, total)
        });
        // Sums in another order may differ in their last bit, and then the whole bucket belongs to the set.
        let Some(&(least, last)) = last.or(self.bucket.last()) else { return };
        for (token, weight) in self.weights.iter_mut().enumerate() {
            let kept = *weight > least || (*weight == least && token <= last);
            *weight = if kept { *weight } else { 0.0 };
        }
    }

    /// A number from 0 up to, but not including, 1.
    fn uniform(&mut self) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        let mantissa = (self.random.next_u64() >> 11) as f64;
        mantissa / (1_u64 << 53) as f64
    }
}

/// The bucket of a weight from `NEGLIGIBLE` to 1, the likeliest first.
fn bucket(weight: f32) -> usize {
    // Positive floats are in the order of their bits. Rounding may give a weight a trace above 1.
    let below_one = 1.0_f32.to_bits().saturating_sub(weight.to_bits());
    ((below_one >> BUCKET_SHIFT) as usize).min(BUCKETS - 1)
}

/// The index of the first `value`.
fn first(values: &[f32], value: f32) -> Option<usize> {
    let found =
        values.chunks(BLOCK).position(|block| block.iter().fold(false, |any, &other| any | (other == value)))?;
    let start = found * BLOCK;
    Some(start + values[start..].iter().position(|&other| other == value)?)
}

//! An exponential that the compiler can vectorise.
//!
//! Log-probabilities need one for every entry of the vocabulary and every token. The library's `expf` is called one by
//! one and takes longer than some of the model's layers; this one takes a few microseconds for 51,200 entries, and gives
//! the same bits on every platform, because it uses nothing but IEEE additions and multiplications.

/// Below this, `exp` is so small that no sum of a vocabulary's probabilities shows it.
const SMALLEST: f32 = -80.0;

/// `e^x` for `x <= 0`, to within a few units in the last place. NaN and anything below -80 give nearly zero.
#[inline(always)]
#[must_use]
pub fn exp(x: f32) -> f32 {
    // Adding this rounds to an integer, which then stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 as a sum, its first part short enough for products with small integers to be exact.
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    // A comparison that is false for NaN.
    let x = if x > SMALLEST { x } else { SMALLEST };
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    let p = 1.987_569_2e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let p = p * (r * r) + r + 1.0;
    let scale = f32::from_bits(rounded.to_bits().wrapping_shl(23).wrapping_add(0x3f80_0000));
    p * scale
}

/// Sums of many numbers are kept in this many lanes, so that the order of additions is the same whatever the
/// processor's vectors hold.
const LANES: usize = 16;

/// The largest value; negative infinity for an empty slice or one of NaNs, which are passed over.
#[must_use]
pub fn max(values: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = if value > *lane { value } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |max, &value| if value > max { value } else { max })
}

/// The sum of `exp(value - max)`; `max` must be finite and no value larger. NaN counts as nothing.
#[must_use]
pub fn sum_exp(values: &[f32], max: f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += exp(value - max);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|&value| exp(value - max)).sum::<f32>()
}

/// The sum of all values.
#[must_use]
pub fn sum(values: &[f32]) -> f64 {
    let mut lanes = [0.0_f64; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += f64::from(value);
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|&value| f64::from(value)).sum::<f64>()
}

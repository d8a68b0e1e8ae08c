//! Estimates and their uncertainty. Everything is a function of its arguments: random numbers start from a fixed seed.
//!
//! A benchmark's samples are not independent: those of one problem pass or fail together. Therefore problems are
//! resampled, and their signs flipped, but never samples.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::Serialize;

/// Number of times that problems are resampled for an interval.
const RESAMPLES: usize = 10_000;
/// Maximum number of additions in an exact test, and of sums that it keeps; above that, random choices are used.
const EXACT: u64 = 200_000_000;
const EXACT_SUMS: u64 = 10_000_000;
/// The seed of the random numbers.
const SEED: u64 = 20_220_325;

/// The 95 % confidence interval of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// One problem's contribution to a ratio: `part` of `whole`, such as passed samples of all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The numerator.
    pub part: f64,
    /// The denominator, above zero.
    pub whole: f64,
}

/// The sum of all problems' parts over the sum of their wholes; `None` without problems.
#[must_use]
pub fn ratio(shares: &[Share]) -> Option<f64> {
    quotient(shares.iter())
}

fn quotient<'a>(shares: impl Iterator<Item = &'a Share>) -> Option<f64> {
    let (part, whole) = shares.fold((0.0, 0.0), |(part, whole), share| (part + share.part, whole + share.whole));
    (whole > 0.0).then(|| part / whole)
}

/// The 95 % interval of [`ratio`], by the bootstrap's percentiles over problems. `None` for fewer than two problems,
/// which do not show how others would do.
#[must_use]
pub fn interval(shares: &[Share]) -> Option<Interval> {
    if shares.len() < 2 {
        return None;
    }
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut draw = |_| {
        let drawn: Vec<usize> = shares.iter().map(|_| below(&mut random, shares.len())).collect();
        quotient(drawn.into_iter().filter_map(|index| shares.get(index)))
    };
    let mut ratios: Vec<f64> = (0..RESAMPLES).filter_map(&mut draw).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    Some(Interval { low: quantile(&ratios, 0.025)?, high: quantile(&ratios, 0.975)? })
}

/// The two-sided p of the hypothesis that neither of two conditions is better. `differences` holds for every problem
/// how many samples more passed in the first than in the second. The result is the share of all choices of signs whose
/// sum is at least as far from zero as the observed one. `None` without problems.
///
/// The test is exact while that takes few steps, as for runs of any usual size. Beyond that, p is `(1 + b) / (1 + m)`
/// for `b` of `m` random choices.
#[must_use]
pub fn sign_flip_p(differences: &[i64]) -> Option<f64> {
    if differences.is_empty() {
        return None;
    }
    // Signs of zeros change nothing.
    let sizes: Vec<u64> =
        differences.iter().map(|difference| difference.unsigned_abs()).filter(|&size| size > 0).collect();
    let seen = differences.iter().sum::<i64>().unsigned_abs();
    let total: u64 = sizes.iter().sum();
    let steps = total.saturating_mul(sizes.len() as u64);
    Some(if steps <= EXACT && total <= EXACT_SUMS {
        exact_p(&sizes, total, seen)
    } else {
        drawn_p(&sizes, total, seen)
    })
}

/// Computes p from the probability of every sum that the signs can give.
fn exact_p(sizes: &[u64], total: u64, seen: u64) -> f64 {
    let (Ok(length), Ok(seen), Ok(whole)) = (usize::try_from(total + 1), usize::try_from(seen), usize::try_from(total))
    else {
        return 1.0;
    };
    // `chances[s]` is the probability that the sizes with a plus add up to `s`; the sum of all is then `2 s - total`.
    let mut chances = vec![0.0_f64; length];
    let Some(first) = chances.first_mut() else { return 1.0 };
    *first = 1.0;
    let mut reached = 0;
    for size in sizes.iter().filter_map(|&size| usize::try_from(size).ok()) {
        reached += size;
        for sum in (0..=reached).rev() {
            let with_plus = if sum >= size { chances[sum - size] } else { 0.0 };
            chances[sum] = f64::midpoint(chances[sum], with_plus);
        }
    }
    let far = chances.iter().enumerate().filter(|&(sum, _)| (2 * sum).abs_diff(whole) >= seen);
    far.map(|(_, chance)| chance).sum::<f64>().min(1.0)
}

/// Estimates p by drawing signs at random.
fn drawn_p(sizes: &[u64], total: u64, seen: u64) -> f64 {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut far = 0_usize;
    for _ in 0..RESAMPLES {
        let mut plus = 0;
        for sizes in sizes.chunks(64) {
            let signs = random.next_u64();
            plus += sizes.iter().enumerate().map(|(bit, &size)| size * (signs >> bit & 1)).sum::<u64>();
        }
        far += usize::from((2 * plus).abs_diff(total) >= seen);
    }
    #[allow(clippy::cast_precision_loss)]
    let p = (1 + far) as f64 / (1 + RESAMPLES) as f64;
    p
}

/// The chance that at least one of `k` samples passes, without bias, where `passed` of `samples` do: `1 - C(n - c, k) / C(n, k)`.
/// `None` if there are fewer than `k` samples, or `k` is zero, or more pass than there are.
#[must_use]
pub fn pass_at_k(samples: usize, passed: usize, k: usize) -> Option<f64> {
    if k == 0 || k > samples || passed > samples {
        return None;
    }
    if samples - passed < k {
        return Some(1.0);
    }
    // The quotient of the binomials, factor by factor: each lies between 0 and 1, so that nothing overflows.
    #[allow(clippy::cast_precision_loss)]
    let none: f64 = (samples - passed + 1..=samples).map(|i| 1.0 - k as f64 / i as f64).product();
    Some(1.0 - none)
}

/// Interpolates between the two sorted `values` on either side of a share.
fn quantile(values: &[f64], share: f64) -> Option<f64> {
    #[allow(clippy::cast_precision_loss)]
    let place = share * values.len().checked_sub(1)? as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let (low, high) = (*values.get(below)?, *values.get(above)?);
    Some(low + (high - low) * place.fract())
}

/// Returns a random number below `end`. The bias of not drawing again is below 2^-50 for every number of problems.
#[allow(clippy::cast_possible_truncation)]
fn below(random: &mut ChaCha8Rng, end: usize) -> usize {
    ((u128::from(random.next_u64()) * end as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn pass_at_k_is_the_share_of_choices_with_one_that_passes() {
        // Of the 10 choices of 3 of 5, one leaves out both that pass.
        assert!(near(pass_at_k(5, 2, 3).unwrap(), 0.9));
        assert!(near(pass_at_k(5, 2, 1).unwrap(), 0.4));
        assert!(near(pass_at_k(200, 1, 100).unwrap(), 0.5));
        for (samples, passed, k, expected) in
            [(1, 0, 1, 0.0), (1, 1, 1, 1.0), (10, 0, 10, 0.0), (10, 1, 10, 1.0), (5, 3, 3, 1.0)]
        {
            assert_eq!(pass_at_k(samples, passed, k), Some(expected));
        }
        for (samples, passed, k) in [(0, 0, 1), (5, 2, 6), (5, 2, 0), (5, 6, 1)] {
            assert_eq!(pass_at_k(samples, passed, k), None);
        }
    }

    #[test]
    fn pass_at_k_counts_right_for_every_small_number() {
        let choose =
            |n: usize, k: usize| (0..k).fold(1.0, |product, i| product * (n as f64 - i as f64) / (i + 1) as f64);
        for samples in 1..=12 {
            for passed in 0..=samples {
                for k in 1..=samples {
                    let expected = 1.0 - choose(samples - passed, k) / choose(samples, k);
                    let got = pass_at_k(samples, passed, k).unwrap();
                    assert!(near(got, expected), "{samples} {passed} {k}: {got} {expected}");
                }
            }
        }
        // The binomials of these are far above any float.
        let large = pass_at_k(100_000, 5, 50_000).unwrap();
        assert!((large - (1.0 - 0.5_f64.powi(5))).abs() < 1e-4, "{large}");
    }

    #[test]
    fn a_ratio_weighs_samples_and_not_problems() {
        let shares = [Share { part: 1.0, whole: 1.0 }, Share { part: 0.0, whole: 3.0 }];
        assert_eq!(ratio(&shares), Some(0.25));
        assert_eq!(ratio(&[]), None);
        assert_eq!(interval(&shares[..1]), None);
        let interval = interval(&shares).unwrap();
        // Of two problems, each is drawn alone in a quarter of all cases.
        assert_eq!((interval.low, interval.high), (0.0, 1.0));
    }

    fn uniform(random: &mut ChaCha8Rng) -> f64 {
        (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Problems whose own rates are spread around `rate`, ten samples each.
    fn problems(random: &mut ChaCha8Rng, count: usize, rate: f64) -> Vec<Share> {
        let mut problem = |_| {
            let own = (rate + 0.3 * (uniform(random) - 0.5)).clamp(0.0, 1.0);
            let passed = (0..10).filter(|_| uniform(random) < own).count();
            Share { part: passed as f64, whole: 10.0 }
        };
        (0..count).map(&mut problem).collect()
    }

    #[test]
    fn intervals_hold_the_truth_about_as_often_as_they_say() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let holds = (0..300).filter(|_| {
            let interval = interval(&problems(&mut random, 40, 0.4)).unwrap();
            interval.low <= 0.4 && 0.4 <= interval.high
        });
        let holds = holds.count();
        assert!((270..=296).contains(&holds), "{holds} of 300");
    }

    #[test]
    fn the_test_finds_no_difference_where_there_is_none() {
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let mut found = |first: f64| {
            let significant = (0..400).filter(|_| {
                let (a, b) = (problems(&mut random, 30, first), problems(&mut random, 30, 0.4));
                #[allow(clippy::cast_possible_truncation)]
                let differences: Vec<i64> = a.iter().zip(&b).map(|(a, b)| (a.part - b.part) as i64).collect();
                sign_flip_p(&differences).unwrap() <= 0.05
            });
            significant.count()
        };
        let (same, better) = (found(0.4), found(0.55));
        assert!((5..=35).contains(&same), "{same} of 400");
        assert!(better > 340, "{better} of 400");
    }

    #[test]
    fn the_test_s_p_is_counted_by_hand() {
        for (differences, expected) in [
            (&[0][..], 1.0),
            (&[5], 1.0),
            // ++ and -- of four.
            (&[1, 1], 0.5),
            (&[1, -1], 1.0),
            (&[3, 2, 1], 0.25),
            // The sum is 4: +++, +-+ (4) and their opposites.
            (&[3, -1, 2], 0.5),
            (&[1, 1, 1, 1, 1, 0, 0], 2.0 / 32.0),
        ] {
            assert!(
                near(sign_flip_p(differences).unwrap(), expected),
                "{differences:?}: {:?}",
                sign_flip_p(differences)
            );
        }
        assert_eq!(sign_flip_p(&[]), None);
    }

    #[test]
    fn the_exact_p_is_that_of_all_signs_and_the_drawn_one_is_near() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        for _ in 0..30 {
            let differences: Vec<i64> = (0..10).map(|_| i64::try_from(random.next_u64() % 21).unwrap() - 8).collect();
            let seen = differences.iter().sum::<i64>().abs();
            let signed = |signs: u32| {
                let flip = |(bit, &size): (usize, &i64)| if signs >> bit & 1 == 1 { -size } else { size };
                differences.iter().enumerate().map(flip).sum::<i64>()
            };
            let far = (0..1_u32 << 10).filter(|&signs| signed(signs).abs() >= seen).count();
            let expected = far as f64 / 1024.0;
            assert!(near(sign_flip_p(&differences).unwrap(), expected), "{differences:?}");
            let sizes: Vec<u64> = differences.iter().map(|size| size.unsigned_abs()).collect();
            let drawn = drawn_p(&sizes, sizes.iter().sum(), seen.unsigned_abs());
            assert!((drawn - expected).abs() < 0.02, "{differences:?}: {drawn} {expected}");
        }
        // More steps than are worth taking: chance, which never says that it is impossible.
        let p = sign_flip_p(&vec![1_000_000; 300]).unwrap();
        assert!(near(p, 1.0 / 10_001.0), "{p}");
        // A hundred problems, exactly: 2 of 2^100.
        assert!((sign_flip_p(&[7; 100]).unwrap() - 2.0_f64.powi(-99)).abs() < 1e-42);
    }

    #[test]
    fn quantiles_lie_between_values() {
        assert_eq!(quantile(&[1.0, 2.0, 3.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0], 0.25), Some(1.25));
        assert_eq!(quantile(&[], 0.5), None);
    }
}

#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]

use std::collections::HashMap;

use codegen_core::{EngineError, Sampling};
use proptest::prelude::*;

use crate::decode::exp::{exp, max, sum_exp};
use crate::decode::sampling::Sampler;

/// Returns logits that look like a model's: a bell curve with a few outliers. The generator is written here, so that
/// they never change.
fn logits(count: usize) -> Vec<f32> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 24) as f32
    };
    let mut logits: Vec<f32> = (0..count).map(|_| 2.0 * (next() + next() + next() + next()) - 4.0).collect();
    for (place, boost) in [(7, 9.0), (11, 8.5), (19, 8.0), (23, 7.0), (42, 6.0)] {
        logits[place % count] += boost;
    }
    logits
}

/// The distribution by the definition: softmax, full sort, cut.
fn by_the_book(logits: &[f32], options: Sampling) -> HashMap<i32, f64> {
    let best = f64::from(max(logits));
    let mut all: Vec<(i32, f64)> = (0..)
        .zip(logits)
        .map(|(token, &logit)| (token, ((f64::from(logit) - best) / f64::from(options.temperature)).exp()))
        .collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    if options.top_k > 0 {
        all.truncate(options.top_k);
    }
    let total: f64 = all.iter().map(|(_, weight)| weight).sum();
    let mut sum = 0.0;
    let nucleus = all.iter().position(|(_, weight)| {
        sum += weight;
        sum >= f64::from(options.top_p) * total
    });
    all.truncate(nucleus.map_or(all.len(), |last| last + 1));
    let total: f64 = all.iter().map(|(_, weight)| weight).sum();
    all.into_iter().map(|(token, weight)| (token, weight / total)).collect()
}

#[test]
fn draws_follow_the_distribution() {
    let logits = logits(5000);
    for (temperature, top_k, top_p) in
        [(1.0, 0, 1.0), (0.7, 0, 0.95), (1.0, 3, 1.0), (1.5, 100, 0.8), (2.0, 0, 0.999), (0.2, 0, 0.5), (1.0, 1, 1.0)]
    {
        let options = Sampling { temperature, top_k, top_p, seed: 5 };
        let expected = by_the_book(&logits, options);
        let mut sampler = Sampler::new(options).unwrap();
        let draws = 20_000;
        let mut seen: HashMap<i32, u32> = HashMap::new();
        for _ in 0..draws {
            *seen.entry(sampler.sample(&logits).unwrap().token).or_default() += 1;
        }
        for (token, count) in &seen {
            assert!(expected.contains_key(token), "{token} was drawn {count} times with {options:?}");
        }
        for (token, probability) in expected {
            let seen = f64::from(seen.get(&token).copied().unwrap_or(0)) / f64::from(draws);
            // Five standard deviations; the seed is fixed, so this either always holds or never.
            let tolerance = 5.0 * (probability * (1.0 - probability) / f64::from(draws)).sqrt() + 5e-4;
            assert!((seen - probability).abs() < tolerance, "{token}: {seen} for {probability} with {options:?}");
        }
    }
}

#[test]
fn seeds_reproduce_and_differ() {
    let logits = logits(51_200);
    let draw = |seed| {
        let mut sampler = Sampler::new(Sampling { temperature: 1.0, top_k: 0, top_p: 0.95, seed }).unwrap();
        (0..12).map(|_| sampler.sample(&logits).unwrap().token).collect::<Vec<_>>()
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    // Written down, so that a platform or a release that draws differently shows.
    insta::assert_debug_snapshot!(draw(1).iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
}

#[test]
fn greedy_takes_the_first_of_the_best() {
    let mut sampler = Sampler::new(Sampling::GREEDY).unwrap();
    let sampled = sampler.sample(&[0.0, 2.0, 2.0, f32::NAN, f32::NEG_INFINITY]).unwrap();
    assert_eq!(sampled.token, 1);
    let expected = 2.0 - (2.0 * 2.0_f32.exp() + 1.0).ln();
    assert!((sampled.logprob - expected).abs() < 1e-6, "{} is not {expected}", sampled.logprob);
}

#[test]
fn what_is_no_number_is_never_picked() {
    for temperature in [0.0, 0.8] {
        let mut sampler = Sampler::new(Sampling { temperature, top_k: 2, top_p: 0.9, seed: 1 }).unwrap();
        assert_eq!(sampler.sample(&[]), None);
        assert_eq!(sampler.sample(&[f32::NAN; 40]), None);
        assert_eq!(sampler.sample(&[f32::NEG_INFINITY; 40]), None);
        let mut row = vec![f32::NAN; 40];
        row[33] = -1e30;
        let sampled = sampler.sample(&row).unwrap();
        assert_eq!((sampled.token, sampled.logprob), (33, 0.0));
        row[34] = f32::INFINITY;
        assert_eq!(sampler.sample(&row).unwrap().token, 34);
    }
}

#[test]
fn options_that_mean_nothing_are_refused() {
    for (temperature, top_p, option) in [
        (-0.1, 1.0, "temperature"),
        (f32::NAN, 1.0, "temperature"),
        (f32::INFINITY, 1.0, "temperature"),
        (1.0, 0.0, "top_p"),
        (1.0, 1.1, "top_p"),
        (1.0, f32::NAN, "top_p"),
    ] {
        let error = Sampler::new(Sampling { temperature, top_k: 0, top_p, seed: 0 }).unwrap_err();
        assert!(matches!(&error, EngineError::BadOption { option: named, .. } if *named == option), "{error}");
    }
}

#[test]
fn the_exponential_is_close() {
    for step in 0..80_000 {
        let x = -(step as f32) / 1000.0;
        let expected = f64::from(x).exp();
        assert!((f64::from(exp(x)) - expected).abs() <= 3e-7 * expected, "exp({x})");
    }
    assert_eq!(exp(0.0), 1.0);
    for nothing in [-1e30, f32::NEG_INFINITY, f32::NAN] {
        assert!((0.0..1e-30).contains(&exp(nothing)), "{nothing}");
    }
}

proptest! {
    #[test]
    fn log_probabilities_sum_to_one(mut row in prop::collection::vec(-30.0_f32..30.0, 1..100), seed in any::<u64>()) {
        let mut sampler = Sampler::new(Sampling { temperature: 1.0, top_k: 0, top_p: 1.0, seed }).unwrap();
        let sampled = sampler.sample(&row).unwrap();
        let total: f64 = row.iter().map(|&logit| f64::from(logit).exp()).sum();
        let expected = f64::from(row[sampled.token as usize]) - total.ln();
        prop_assert!((f64::from(sampled.logprob) - expected).abs() < 1e-4);
        let best = max(&row);
        prop_assert!((f64::from(sum_exp(&row, best)).ln() + f64::from(best) - total.ln()).abs() < 1e-4);
        // Greedy agrees with a plain search.
        row.push(best + 1.0);
        prop_assert_eq!(Sampler::new(Sampling::GREEDY).unwrap().sample(&row).unwrap().token as usize, row.len() - 1);
    }
}

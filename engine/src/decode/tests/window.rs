use proptest::prelude::*;

use crate::decode::window::{Window, fit, reserve};

#[test]
fn what_fits_is_left_alone() {
    assert_eq!(fit(1948, 10, 100, 2048), Window { keep: 10, start: 10 });
    assert_eq!(fit(3, 10, 0, 2048), Window { keep: 3, start: 3 });
    assert_eq!(fit(1948, 10, 100, 2048).dropped(), 0);
}

#[test]
fn the_start_moves_rarely_and_far() {
    let starts: Vec<usize> = (1948..=3000).map(|length| fit(length, 0, 100, 2048).start).collect();
    let mut distinct = starts.clone();
    distinct.dedup();
    assert_eq!(distinct, [0, 512, 1024, 1536]);
    // A prompt that grows by a step of 512 tokens is cut at the same place all along.
    assert_eq!(starts.iter().filter(|&&start| start == 512).count(), 512);
}

#[test]
fn the_window_keeps_the_start() {
    let mut tokens: Vec<usize> = (0..30).collect();
    let window = fit(tokens.len(), 2, 4, 24);
    window.apply(&mut tokens);
    assert_eq!(window, Window { keep: 2, start: 14 });
    assert_eq!(tokens, [&[0, 1][..], &(14..30).collect::<Vec<_>>()].concat());
}

#[test]
fn at_most_half_the_context_is_reserved() {
    assert_eq!(reserve(64, 2048), 64);
    assert_eq!(reserve(1_000_000, 2048), 1024);
    assert_eq!(reserve(usize::MAX, 1), 0);
}

proptest! {
    #[test]
    fn the_result_fits_and_is_not_empty(length in 1_usize..10_000, keep in 0_usize..10_000, reserve in 0_usize..10_000, context in 1_usize..3000) {
        let window = fit(length, keep, reserve, context);
        prop_assert!(window.keep <= keep && window.keep <= window.start && window.start <= length);
        let left = length - window.dropped();
        prop_assert!(left >= 1 && left + reserve.min(context / 2) <= context, "{window:?}");
        if length + reserve <= context {
            prop_assert_eq!(window.dropped(), 0);
        }
        if keep + reserve <= context / 2 {
            prop_assert_eq!(window.keep, keep.min(length));
        }
    }

    #[test]
    fn a_growing_prompt_keeps_its_start_for_a_quarter_of_the_context(keep in 0_usize..400, reserve in 0_usize..400, grown in 0_usize..5000) {
        // With these, `keep` and `reserve` leave enough for whole steps.
        let context = 2048;
        let first = context - reserve + 1 + grown;
        let start = fit(first, keep, reserve, context).start;
        let until = (first..).find(|&length| fit(length, keep, reserve, context).start != start).unwrap_or(first);
        let next = fit(until, keep, reserve, context).start;
        prop_assert_eq!(next - start, context / 4);
        let since = (context - reserve + 1..=first).rev().find(|&length| fit(length, keep, reserve, context).start != start);
        prop_assert_eq!(until - since.map_or(context - reserve + 1, |length| length + 1), context / 4);
    }
}

use codegen_core::TokenId;

use crate::decode::lookup::{Pace, SIZES, guess};

#[test]
fn guesses_are_what_followed_the_longest_earlier_match() {
    // The sequence, what else was said, and the guess.
    let cases: &[(&[TokenId], &[TokenId], &[TokenId])] = &[
        (&[], &[], &[]),
        (&[1], &[1, 2, 3], &[]),
        (&[1, 2, 3, 4], &[], &[]),
        // Two tokens in a row are too few.
        (&[1, 2, 9, 9, 1, 2], &[], &[]),
        (&[1, 2, 3, 4, 5, 6, 7, 1, 2, 3], &[], &[4, 5, 6, 7]),
        // The latest of two.
        (&[1, 2, 3, 4, 1, 2, 3, 5, 6, 7, 8, 1, 2, 3], &[], &[5, 6, 7, 8]),
        // But rather the longer one.
        (&[0, 1, 2, 3, 4, 9, 9, 9, 7, 1, 2, 3, 5, 6, 7, 8, 0, 1, 2, 3], &[], &[4, 9, 9, 9]),
        // What repeats goes on repeating.
        (&[5, 6, 5, 6, 5, 6], &[], &[5, 6, 5, 6]),
        (&[4, 4, 4, 4], &[], &[4, 4, 4, 4]),
        // What was said elsewhere, where it fits better.
        (&[1, 2, 3], &[1, 2, 3, 4, 5, 6, 7, 8], &[4, 5, 6, 7]),
        (&[1, 2, 3], &[1, 2, 3, 4], &[4]),
        (&[1, 2, 3], &[1, 2, 3], &[]),
        (&[1, 2, 3, 7, 7, 7, 1, 2, 3], &[1, 2, 3, 4, 5, 6, 7, 8], &[7, 7, 7, 1]),
        (&[2, 3, 4, 7, 7, 7, 1, 2, 3, 4], &[1, 2, 3, 4, 5, 6, 7, 8], &[5, 6, 7, 8]),
    ];
    for (sequence, other, expected) in cases {
        assert_eq!(guess(sequence, other, 4), *expected, "{sequence:?} {other:?}");
        assert!(guess(sequence, other, 0).is_empty());
    }
}

#[test]
fn more_is_guessed_where_guesses_are_right() {
    let mut pace = Pace::default();
    assert_eq!(pace.allowed(), SIZES[0]);
    pace.learn(SIZES[0], SIZES[0]);
    assert_eq!(pace.allowed(), SIZES[1]);
    pace.learn(SIZES[1], SIZES[1]);
    pace.learn(SIZES[2], SIZES[2]);
    assert_eq!(pace.allowed(), SIZES[2]);
    // Half of it right changes nothing, less makes it fewer.
    pace.learn(SIZES[2], 8);
    assert_eq!(pace.allowed(), SIZES[2]);
    pace.learn(SIZES[2], 1);
    assert_eq!(pace.allowed(), SIZES[1]);
    // A short guess, for want of more to say, is learnt from as well; none is not.
    pace.learn(0, 0);
    assert_eq!(pace.allowed(), SIZES[1]);
}

#[test]
fn wrong_guesses_become_rare() {
    let mut pace = Pace::default();
    let mut guesses = 0;
    for _ in 0..256 {
        let size = pace.allowed();
        guesses += usize::from(size > 0);
        pace.learn(size, 0);
    }
    assert!((8..=12).contains(&guesses), "{guesses}");
    pace.learn(SIZES[0], 1);
    pace.learn(SIZES[0], 0);
    let paused = std::iter::repeat_with(|| pace.allowed()).take_while(|size| *size == 0).count();
    assert_eq!(paused, 2, "one that is right makes up for all that were wrong");
}

//! When nothing that is still to be generated can be shown: the model has become so unsure that no longer part of its text can
//! pass the threshold, however sure it is of the rest. What passes is then known, and can be answered.

use super::{Features, Place, TokenScore, solid};

/// Tokens that may follow, all of them certain, and their letters each, in the best of cases.
const MORE: usize = 64;
const LETTERS: usize = 8;

/// What a part's probability depends on beside the tokens: what is known of the place before anything is generated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ceiling {
    /// The place.
    pub place: Place,
    /// Letters of the word at the cursor that have been typed.
    pub typed: usize,
    /// Bytes of the text above the cursor.
    pub above: usize,
}

impl Ceiling {
    /// Whether every part that has all of the text, which has these tokens, is less probable than `least`, whatever follows
    /// them.
    #[must_use]
    pub fn is_below(&self, least: f32, text: &str, tokens: &[TokenScore]) -> bool {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return false };
        let &Self { place, typed, above } = self;
        let now = Features {
            place,
            sum: tokens.iter().map(|token| token.logprob).sum(),
            least: tokens.iter().map(|token| token.logprob).fold(0.0, f32::min),
            first: first.logprob,
            last: last.logprob,
            tokens: tokens.len(),
            letters: solid(text),
            lines: 1,
            whole: false,
            ends_line: false,
            strange: 0,
            repeats: false,
            typed,
            above,
        };
        let after = |more: usize| Features {
            last: 0.0,
            tokens: now.tokens + more,
            letters: now.letters + more * LETTERS,
            ..now
        };
        std::iter::once(now).chain((1..=MORE).map(after)).all(|features| features.probability() < least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(logprobs: &[f32]) -> (String, Vec<TokenScore>) {
        let tokens = logprobs.iter().zip(1..).map(|(&logprob, count)| TokenScore { solid: 4 * count, logprob });
        ("abcd".repeat(logprobs.len()), tokens.collect())
    }

    const SPACE: Ceiling = Ceiling { place: Place::Space, typed: 0, above: 1000 };

    #[test]
    fn a_sure_text_may_go_on_and_an_unsure_one_may_not() {
        for (logprobs, below) in [
            (&[][..], false),
            (&[-0.1], false),
            (&[-0.5, -0.1, -0.1], false),
            (&[-3.0], true),
            (&[-0.1, -0.1, -3.0], true),
            (&[-1.2, -1.2, -1.2], true),
        ] {
            let (text, tokens) = scores(logprobs);
            assert_eq!(SPACE.is_below(0.25, &text, &tokens), below, "{logprobs:?}");
            // Everything is shown, and nothing.
            assert!(!SPACE.is_below(0.0, &text, &tokens));
            assert_eq!(SPACE.is_below(1.0, &text, &tokens), !tokens.is_empty());
        }
    }

    #[test]
    fn nothing_that_follows_is_shown_after_all() {
        let mut random = 1u64;
        let mut draw = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 40) as f32 / (1u64 << 24) as f32
        };
        let mut reached = 0;
        for _ in 0..2_000 {
            // The most likely of all tokens is not much less likely than that.
            let logprobs: Vec<f32> = (0..24).map(|_| -4.0 * draw().powi(6)).collect();
            let (text, tokens) = scores(&logprobs);
            let place = [Place::Word, Place::Dot, Place::Opener, Place::Space, Place::Line, Place::Body, Place::String]
                [(draw() * 7.0) as usize];
            let ceiling = Ceiling { place, typed: (draw() * 5.0) as usize, above: (draw() * 9000.0) as usize };
            let below = |count: usize| ceiling.is_below(0.25, &text[..4 * count], &tokens[..count]);
            let Some(count) = (1..=24).find(|&count| below(count)) else { continue };
            reached += 1;
            for longer in count..=24 {
                assert!(below(longer), "{logprobs:?} {count} {longer}");
            }
        }
        assert!(reached > 500, "{reached}");
    }
}

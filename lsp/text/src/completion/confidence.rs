//! How likely a suggestion is exactly what the user is about to type: a logistic model of a few numbers.
//!
//! The weights are learned from files of packages that the built-in model has not seen (`engine/train/gate`). What is
//! judged is a part of a suggestion, from its start to one of its [`super::cuts`]: a right first line is worth more than a
//! wrong block.

mod ceiling;
mod weights;

pub use ceiling::Ceiling;
use codegen_core::ScoredToken;

use weights::WEIGHTS;

/// A generated token, found again in a text whose white space has been changed since.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TokenScore {
    /// Bytes of the text up to the token's end, without white space.
    pub solid: usize,
    /// Its natural-log probability.
    pub logprob: f32,
}

/// The bytes of a text that are no white space.
#[must_use]
pub(super) fn solid(text: &str) -> usize {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count()
}

/// The tokens of a generated text, without the first `held` bytes of it.
#[must_use]
pub fn token_scores(text: &str, held: usize, tokens: &[ScoredToken]) -> Vec<TokenScore> {
    let rest = |end: usize| text.get(held..end.min(text.len())).map_or(0, solid);
    let behind = tokens.iter().filter(|token| token.end > held);
    behind.map(|token| TokenScore { solid: rest(token.end), logprob: token.logprob }).collect()
}

/// The kind of place that a suggestion is for, seen from what is left of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Inside a word, or at its end.
    Word,
    /// Behind a dot.
    Dot,
    /// Behind an opening bracket or a comma.
    Opener,
    /// Behind a space.
    Space,
    /// On a line without text, where a statement begins.
    Line,
    /// The body of a header or of a docstring.
    Body,
    /// Inside a string.
    String,
    /// Anywhere else.
    Other,
}

/// The names of the numbers, in the order of [`Features::numbers`].
pub const NAMES: [&str; 26] = [
    "one",
    "sum",
    "mean",
    "least",
    "first",
    "last",
    "tokens",
    "letters",
    "lines",
    "whole",
    "ends_line",
    "strange",
    "repeats",
    "typed",
    "above",
    "word",
    "dot",
    "opener",
    "space",
    "line",
    "body",
    "string",
    "sum_squared",
    "mean_squared",
    "least_squared",
    "first_squared",
];

/// What is known of a part of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Features {
    /// The place.
    pub place: Place,
    /// Sum of the tokens' log-probabilities.
    pub sum: f32,
    /// The least of them.
    pub least: f32,
    /// The first of them.
    pub first: f32,
    /// The last of them.
    pub last: f32,
    /// How many tokens.
    pub tokens: usize,
    /// Bytes of the text without white space.
    pub letters: usize,
    /// Its lines.
    pub lines: usize,
    /// Whether it is all that the model has written.
    pub whole: bool,
    /// Whether it goes to the end of a line.
    pub ends_line: bool,
    /// Names that it reads and nothing defines.
    pub strange: usize,
    /// Whether its first line stands just above already.
    pub repeats: bool,
    /// Letters of the word at the cursor that have been typed.
    pub typed: usize,
    /// Bytes of the text above the cursor.
    pub above: usize,
}

impl Features {
    /// The numbers that are weighed.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn numbers(&self) -> [f32; NAMES.len()] {
        let log = |count: usize| (1.0 + count as f32).ln();
        let flag = |on: bool| f32::from(u8::from(on));
        let at = |place: Place| flag(self.place == place);
        let sum = self.sum.max(-12.0);
        let mean = (self.sum / self.tokens.max(1) as f32).max(-4.0);
        let (least, first) = (self.least.max(-6.0), self.first.max(-6.0));
        [
            1.0,
            sum,
            mean,
            least,
            first,
            self.last.max(-6.0),
            log(self.tokens),
            log(self.letters),
            log(self.lines.saturating_sub(1)),
            flag(self.whole),
            flag(self.ends_line),
            log(self.strange),
            flag(self.repeats),
            log(self.typed),
            log(self.above),
            at(Place::Word),
            at(Place::Dot),
            at(Place::Opener),
            at(Place::Space),
            at(Place::Line),
            at(Place::Body),
            at(Place::String),
            sum * sum,
            mean * mean,
            least * least,
            first * first,
        ]
    }

    /// The probability that this is exactly what the user types next.
    #[must_use]
    pub fn probability(&self) -> f32 {
        let sum: f32 = self.numbers().iter().zip(WEIGHTS).map(|(number, (_, weight))| number * weight).sum();
        1.0 / (1.0 + (-sum).exp())
    }
}

/// The tokens of the first `length` bytes of `text`.
pub(super) fn tokens_of<'t>(text: &str, length: usize, tokens: &'t [TokenScore]) -> &'t [TokenScore] {
    let letters = text.get(..length).map_or(0, solid);
    let before = tokens.partition_point(|token| token.solid < letters);
    tokens.get(..=before).unwrap_or(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_those_of_the_numbers() {
        assert_eq!(WEIGHTS.map(|(name, _)| name), NAMES);
    }

    #[test]
    fn tokens_are_found_again_by_what_is_no_white_space() {
        let tokens: Vec<_> = [(3, -0.5), (7, -0.25), (12, -1.0), (14, -0.125)]
            .map(|(end, logprob)| ScoredToken { end, logprob })
            .to_vec();
        //                0  3   7    12
        let scores = token_scores(" nu = [\n    1]", 1, &tokens);
        assert_eq!(scores.iter().map(|token| token.solid).collect::<Vec<_>>(), [2, 4, 4, 6]);
        // Another indentation, and an end that is cut off.
        assert_eq!(tokens_of("nu = [\n1]", 2, &scores).len(), 1);
        assert_eq!(tokens_of("nu = [\n1]", 6, &scores).len(), 2);
        assert_eq!(tokens_of("nu = [\n1]", 9, &scores).len(), 4);
        assert_eq!(token_scores(" nu = [\n    1]", 3, &tokens).len(), 3);
    }

    #[test]
    fn what_is_likelier_is_more_probable() {
        let sure = Features {
            place: Place::Word,
            sum: -0.1,
            least: -0.1,
            first: -0.1,
            last: -0.1,
            tokens: 1,
            letters: 5,
            lines: 1,
            whole: false,
            ends_line: false,
            strange: 0,
            repeats: false,
            typed: 2,
            above: 500,
        };
        let unsure = Features { sum: -6.0, least: -3.0, first: -2.0, last: -1.0, tokens: 5, letters: 20, ..sure };
        assert!(sure.probability() > unsure.probability() + 0.2);
    }
}

//! Guesses the next tokens from what was said before: where the last tokens have stood earlier, what followed them there may
//! follow again. A guess costs nothing, and a model computes several tokens of a sequence in one batch for less than one
//! after the other, and says of each whether it would have chosen it. ("Prompt lookup decoding", Saxena 2023.)

use codegen_core::TokenId;

/// The fewest tokens in a row that count as the same place. With two, most guesses in Python are wrong: `self .`, `) :`.
const LEAST: usize = 3;

/// Tokens in a row beyond which a longer match says no more.
const ENOUGH: usize = 16;

/// How many tokens are guessed at a time. With the token that is known before them they make batches of 4, 8 and 16: llama.cpp's
/// products for quantized matrices take rows by fours.
pub const SIZES: [usize; 3] = [3, 7, 15];

/// Returns what followed the last tokens of `sequence` where most of them have stood before, in it or in `other`; of equal
/// places, the latest, and in `sequence` rather than in `other`. At most `most` tokens; none if there is no such place.
///
/// What comes close to the end of `sequence` is taken to go on periodically.
#[must_use]
pub fn guess(sequence: &[TokenId], other: &[TokenId], most: usize) -> Vec<TokenId> {
    if most == 0 {
        return Vec::new();
    }
    match (longest(sequence, sequence), longest(other, sequence)) {
        (Some((length, at)), best) if best.is_none_or(|(others, _)| others <= length) => {
            sequence[at..].iter().copied().cycle().take(most).collect()
        }
        (_, Some((_, at))) => other[at..].iter().copied().take(most).collect(),
        _ => Vec::new(),
    }
}

/// The longest match of the end of `sequence` before a token of `text`, the latest of equal ones: its length, and the index
/// of that token.
fn longest(text: &[TokenId], sequence: &[TokenId]) -> Option<(usize, usize)> {
    let last = *sequence.last()?;
    let mut best = None;
    for at in (1..text.len()).rev() {
        if text[at - 1] != last {
            continue;
        }
        let pairs = text[..at].iter().rev().zip(sequence.iter().rev());
        let length = pairs.take(ENOUGH).take_while(|(a, b)| a == b).count();
        if length >= LEAST && best.is_none_or(|(longest, _)| length > longest) {
            best = Some((length, at));
            if length == ENOUGH {
                break;
            }
        }
    }
    best
}

/// Decides how many tokens are guessed: more where guesses are right, and none for a while where they are wrong, since a
/// batch with wrong guesses takes longer than one without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pace {
    /// The index in [`SIZES`].
    size: usize,
    /// Tokens to go before the next guess.
    pause: usize,
    /// Guesses in a row of which nothing was right.
    wrong: u32,
}

/// The longest pause, as a power of two.
const LONGEST_PAUSE: u32 = 5;

impl Pace {
    /// Returns how many tokens may be guessed beside the one that is computed now.
    pub fn allowed(&mut self) -> usize {
        if self.pause > 0 {
            self.pause -= 1;
            return 0;
        }
        SIZES.get(self.size).copied().unwrap_or_default()
    }

    /// Learns how many of the guessed tokens were right.
    pub fn learn(&mut self, guessed: usize, right: usize) {
        if guessed == 0 {
            return;
        }
        if right == 0 {
            self.wrong += 1;
            self.size = 0;
            self.pause = 1 << self.wrong.min(LONGEST_PAUSE);
            return;
        }
        self.wrong = 0;
        if right == guessed {
            self.size = (self.size + 1).min(SIZES.len() - 1);
        } else if right * 2 < guessed {
            self.size = self.size.saturating_sub(1);
        }
    }
}

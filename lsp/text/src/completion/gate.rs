//! How much of a suggestion is shown: as much as is probably what the user is about to type.

use super::confidence::{Ceiling, Features, Place, TokenScore, solid, tokens_of};
use super::cuts::cuts;
use super::raw::RawCompletion;
use super::refusal::{Likely, Refusal, Refused};
use super::strange::strange;
use super::word::word;
use super::{Kind, Plan, Suggestion};
use crate::python::{self, Identifiers};
use crate::turns::{self, shown_text};

/// Lines above the cursor that the first line of a suggestion is compared with.
const ABOVE: usize = 20;
/// Parts of a suggestion that are parsed at most.
const PARSED: usize = 4;
/// The probability from which a longer part is worth more than a more probable one.
const LONGER: f32 = 0.25;

/// A part of a suggestion, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rated {
    /// The text, with `\n` as its line ends.
    pub text: String,
    /// What its probability is worked out of.
    pub features: Features,
}

/// What a suggestion has to be, so that it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// The least probability of being exactly what the user types next.
    pub confidence: f32,
    /// Whether it has to end where a line does.
    pub whole_lines: bool,
}

impl Threshold {
    /// Everything that can be shown is.
    pub const NONE: Self = Self { confidence: 0.0, whole_lines: false };
}

/// A suggestion, and how probably it is exactly what the user types next.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// What is shown.
    pub suggestion: Suggestion,
    /// The probability, from 0 to 1; `None` for code that a prompt above the cursor asks for, of which another wording
    /// is as good.
    pub confidence: Option<f32>,
}

impl Plan<'_> {
    /// The part of the text that is worth most of those that pass the threshold: the longest that is right with a probability of
    /// a quarter or more, and where there is none the most probable. Without a threshold that is all of the text that can be
    /// shown, whatever it is worth. `outside` has the names of the text that the document is only a part of.
    ///
    /// # Errors
    /// There is no such part.
    pub fn judge(&self, raw: &RawCompletion, least: Threshold, outside: &Identifiers) -> Result<Judged, Refused> {
        if matches!(self.kind, Kind::Turn { .. }) || (least.confidence <= 0.0 && !least.whole_lines) {
            let suggestion = self.finish(&raw.text, raw.unfinished)?;
            return Ok(Judged { suggestion, confidence: None });
        }
        let (mut best, mut parsed): (Option<(Refusal, Likely)>, usize) = (None, 0);
        let parts = self.parts(raw, outside)?.into_iter().filter(|part| !least.whole_lines || part.features.ends_line);
        for (probability, Rated { text, features }) in in_order(parts, least.confidence) {
            let why = if probability < least.confidence {
                Refusal::NothingConfident
            } else if features.strange > 0 {
                Refusal::UnknownName
            } else if parsed == PARSED {
                continue;
            } else {
                parsed += 1;
                match self.keeps(&text).and_then(|()| self.inserted(&text)) {
                    Ok(suggestion) => return Ok(Judged { suggestion, confidence: Some(probability) }),
                    Err(why) => why,
                }
            };
            if best.as_ref().is_none_or(|(_, best)| probability > best.probability) {
                best = Some((why, Likely { text, logprob: features.sum, probability }));
            }
        }
        Err(match best {
            Some((why, best)) => Refused { why, best: Some(best) },
            None => Refusal::Endless.into(),
        })
    }

    /// [`Plan::judge`] for a text that begins with `entry`, the rest of an entry of the client's menu. The entry is shown in
    /// any case: it is what the client would insert.
    ///
    /// # Errors
    /// All of the entry has been typed, and nothing can be shown behind it.
    pub fn judge_entry(
        &self,
        raw: &RawCompletion,
        entry: &str,
        least: Threshold,
        outside: &Identifiers,
    ) -> Result<Judged, Refused> {
        let certain = solid(entry);
        let known =
            |token: &TokenScore| if token.solid <= certain { TokenScore { logprob: 0.0, ..*token } } else { *token };
        let raw = RawCompletion { tokens: raw.tokens.iter().map(known).collect(), ..raw.clone() };
        match self.judge(&raw, least, outside) {
            Err(refused) if entry.is_empty() => Err(refused),
            Ok(judged) if judged.suggestion.text.starts_with(entry) => Ok(judged),
            _ => {
                let range = self.cursor.offset..self.cursor.offset;
                let suggestion = Suggestion { range, text: entry.to_owned() };
                Ok(Judged { suggestion, confidence: None })
            }
        }
    }

    /// Checks that the whole text leaves the document no worse than it was.
    ///
    /// # Errors
    /// It does not.
    pub fn keeps(&self, text: &str) -> Result<(), Refusal> {
        if self.closed(text) != text.trim_end() {
            return Err(if turns::says_something(text) { Refusal::Unfinished } else { Refusal::CommentsOnly });
        }
        let whole = self.keep_parsing(text)? == text.trim_end();
        if whole { Ok(()) } else { Err(Refusal::DoesNotParse) }
    }

    /// The parts of the text that could be shown, the longest first, each with what its probability is worked out of.
    ///
    /// # Errors
    /// There is none, whatever it would be worth.
    pub fn parts(&self, raw: &RawCompletion, outside: &Identifiers) -> Result<Vec<Rated>, Refusal> {
        let text = self.filtered(&raw.text, raw.unfinished)?;
        let text = text.trim_end();
        // Where the filters have cut it, the model had gone on behind its end.
        let endless = self.endless(text, raw.unfinished) && raw.text.trim_end().ends_with(text.trim_start());
        let strange = strange(&self.cursor, text, outside);
        let facts = Facts { plan: self, text, tokens: &raw.tokens, strange: &strange };
        let lengths = cuts(&self.cursor.left, text).into_iter().filter(|&length| !endless || length < text.len());
        Ok(lengths.filter_map(|length| facts.rate(length)).collect())
    }

    /// What the probability of a part of the text will depend on beside its tokens; `None` for code that a comment asks for,
    /// which is not weighed.
    #[must_use]
    pub fn ceiling(&self) -> Option<Ceiling> {
        let weighed = !matches!(self.kind, Kind::Turn { .. });
        let (typed, above) = (word(&self.cursor.left).len(), self.cursor.offset);
        weighed.then(|| Ceiling { place: self.place(), typed, above })
    }

    fn place(&self) -> Place {
        let left = &self.cursor.left;
        if matches!(self.kind, Kind::Block { .. } | Kind::Turn { .. }) {
            return Place::Body;
        }
        if python::place(self.cursor.document, self.cursor.offset) != python::Place::Code {
            return Place::String;
        }
        if self.cursor.column.is_some() {
            return Place::Line;
        }
        if !word(left).is_empty() {
            return Place::Word;
        }
        match left.trim_end().chars().next_back() {
            Some('.') => Place::Dot,
            Some('(' | '[' | '{' | ',') => Place::Opener,
            _ if left.ends_with(' ') => Place::Space,
            _ => Place::Other,
        }
    }
}

/// The parts, which come longest first, in the order in which they are worth showing, each with its probability.
fn in_order(parts: impl IntoIterator<Item = Rated>, least: f32) -> Vec<(f32, Rated)> {
    let rated = parts.into_iter().map(|part| (part.features.probability(), part));
    let (mut order, mut rest): (Vec<_>, Vec<_>) = rated.partition(|(probability, _)| *probability >= least.max(LONGER));
    rest.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    order.extend(rest);
    order
}

/// What the parts of one suggestion are rated by.
struct Facts<'f> {
    plan: &'f Plan<'f>,
    text: &'f str,
    tokens: &'f [TokenScore],
    strange: &'f [usize],
}

impl Facts<'_> {
    #[allow(clippy::cast_possible_truncation)]
    fn rate(&self, length: usize) -> Option<Rated> {
        let cursor = &self.plan.cursor;
        let text = self.text[..length].trim_end();
        let tokens = tokens_of(self.text, text.len(), self.tokens);
        let sum: f64 = tokens.iter().map(|token| f64::from(token.logprob)).sum();
        let first_line = format!("{}{}", cursor.left, text.split('\n').next().unwrap_or_default());
        let said = |line: python::Line| shown_text(cursor.document, line.start..line.end).trim() == first_line.trim();
        let features = Features {
            place: self.plan.place(),
            sum: sum as f32,
            least: tokens.iter().map(|token| token.logprob).fold(0.0, f32::min),
            first: tokens.first().map_or(0.0, |token| token.logprob),
            last: tokens.last().map_or(0.0, |token| token.logprob),
            tokens: tokens.len(),
            letters: solid(text),
            lines: text.split('\n').count(),
            whole: text.len() == self.text.len(),
            ends_line: text.len() == self.text.len() || self.text[text.len()..].starts_with('\n'),
            strange: self.strange.iter().filter(|&&at| at < text.len()).count(),
            repeats: cursor.lines_above().take(ABOVE).any(said),
            typed: word(&cursor.left).len(),
            above: cursor.offset,
        };
        (!text.is_empty()).then(|| Rated { text: text.to_owned(), features })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part of one token, which is the more probable the greater the token's log-probability is.
    fn part(text: &str, logprob: f32) -> Rated {
        let features = Features {
            place: Place::Space,
            sum: logprob,
            least: logprob,
            first: logprob,
            last: logprob,
            tokens: 1,
            letters: text.len(),
            lines: 1,
            whole: false,
            ends_line: false,
            strange: 0,
            repeats: false,
            typed: 0,
            above: 1000,
        };
        Rated { text: text.to_owned(), features }
    }

    #[test]
    fn a_longer_part_goes_before_a_more_probable_one_where_both_are_probable() {
        let (sure, fair, doubtful, poor) = (-0.05, -0.4, -1.3, -2.5);
        let probability = |logprob| part("x", logprob).features.probability();
        let (high, middle, low) = (probability(fair), probability(doubtful), probability(poor));
        assert!(high > LONGER && LONGER > middle && middle > low, "{high} {middle} {low}");
        for (logprobs, least, expected) in [
            ([fair, fair, sure], 0.15, "abc"),
            ([doubtful, fair, sure], 0.15, "bca"),
            ([poor, doubtful, fair], 0.15, "cba"),
            // None is probable: the most probable of them.
            ([poor, poor, doubtful], 0.15, "cab"),
            ([doubtful, poor, poor], 0.15, "abc"),
            // Whoever asks for more has the longest that is as much.
            ([fair, sure, sure], high + 0.01, "bca"),
        ] {
            let parts = ["a", "b", "c"].into_iter().zip(logprobs).map(|(text, logprob)| part(text, logprob));
            let order = in_order(parts, least);
            let found: String = order.iter().map(|(_, part)| part.text.as_str()).collect();
            assert_eq!(found, expected, "{logprobs:?} {least}");
        }
    }
}

//! The logits of a text that has to begin with something: which tokens may come next.

use codegen_core::{Beginning, TokenId};

use super::exp::max;
use super::sampling::{Sampled, Sampler};
use super::score::relative;

/// The bytes of all tokens of a vocabulary, so that a constraint can go through them.
#[derive(Debug, Default)]
pub struct TokenTable {
    bytes: Vec<u8>,
    /// Where each token's bytes end.
    ends: Vec<usize>,
    /// The tokens that end a text, which have no bytes.
    last: Vec<usize>,
}

impl TokenTable {
    /// Reads the tokens 0 to `count`; `token_bytes` appends a token's bytes, and `is_end` says of a token whether it ends the
    /// text.
    pub fn new(count: usize, token_bytes: impl Fn(TokenId, &mut Vec<u8>), is_end: impl Fn(TokenId) -> bool) -> Self {
        let mut table = Self::default();
        for (index, token) in (0..count).filter_map(|index| Some((index, TokenId::try_from(index).ok()?))) {
            token_bytes(token, &mut table.bytes);
            table.ends.push(table.bytes.len());
            table.last.extend(is_end(token).then_some(index));
        }
        table
    }

    fn tokens(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| self.bytes.get(start..end).unwrap_or_default())
    }
}

/// The next token of a text that has come to the bytes `text` and has to begin as `begin` says. Its log-probability is that
/// among the tokens that agree with what is given of the beginning. `None` if no token may come, or the logits hold no
/// numbers.
pub fn sample(
    sampler: &mut Sampler,
    begin: &Beginning,
    text: &[u8],
    table: &TokenTable,
    logits: &[f32],
) -> Option<Sampled> {
    let mut allowed = vec![f32::NEG_INFINITY; logits.len()];
    let mut given = allowed.clone();
    let mut next = text.to_vec();
    // What becomes of the text by one byte more decides for most tokens.
    let after = std::array::from_fn::<_, 256, _>(|byte| {
        next.truncate(text.len());
        next.extend(u8::try_from(byte));
        (begin.fits_given(&next), begin.allows(&next), begin.is_met(&next))
    });
    for (index, (token, &logit)) in table.tokens().zip(logits).enumerate() {
        let Some(&first) = token.first() else {
            if table.last.contains(&index) {
                for (row, may) in [(&mut allowed, begin.may_end(text)), (&mut given, begin.has_given(text))] {
                    row[index] = if may { logit } else { f32::NEG_INFINITY };
                }
            }
            continue;
        };
        let (fits, allows, met) = after[usize::from(first)];
        if !fits {
            continue;
        }
        next.truncate(text.len());
        next.extend_from_slice(token);
        if begin.fits_given(&next) {
            given[index] = logit;
        }
        if allows && (met || begin.allows(&next)) {
            allowed[index] = logit;
        }
    }
    let Sampled { token, .. } = sampler.sample(&allowed)?;
    let logit = usize::try_from(token).ok().and_then(|index| logits.get(index))?;
    Some(Sampled { token, logprob: relative(&given, *logit, max(&given)) })
}

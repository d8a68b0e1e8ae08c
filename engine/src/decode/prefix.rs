//! How much of a prompt the KV cache already holds.

use codegen_core::TokenId;

/// Number of tokens that `cached` and `wanted` have in common at their start.
#[must_use]
pub fn common(cached: &[TokenId], wanted: &[TokenId]) -> usize {
    cached.iter().zip(wanted).take_while(|(a, b)| a == b).count()
}

/// Number of cached tokens that a request for `wanted` can keep: the common prefix, but never all of `wanted`, because
/// its last token has to be decoded for its logits.
#[must_use]
pub fn reusable(cached: &[TokenId], wanted: &[TokenId]) -> usize {
    common(cached, wanted).min(wanted.len().saturating_sub(1))
}

//! Shortens a prompt that is longer than the context by dropping the oldest tokens.
//!
//! The cut is made in steps of a quarter of the context, at multiples of the step counted from the prompt's own start.
//! So it needs no memory of earlier requests, and requests on a prompt that grows token by token are cut at the same
//! place, and keep the KV cache, until a whole step has been typed.

/// Which of a prompt's tokens are used: the first `keep`, then those from `start` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Tokens kept at the prompt's start.
    pub keep: usize,
    /// The index at which the rest begins; equal to `keep` if nothing is dropped.
    pub start: usize,
}

impl Window {
    /// How many tokens are dropped.
    #[must_use]
    pub fn dropped(self) -> usize {
        self.start - self.keep
    }

    /// Removes the dropped tokens.
    pub fn apply<T>(self, tokens: &mut Vec<T>) {
        tokens.drain(self.keep..self.start);
    }
}

/// Returns how many tokens of the context are kept free for generation: `max_tokens`, but at most half of the context.
/// A generation that outgrows its reserve slides the window again.
#[must_use]
pub fn reserve(max_tokens: usize, context: usize) -> usize {
    max_tokens.min(context / 2)
}

/// The window for a prompt of `length` tokens of which the first `keep` matter most, with `reserve` tokens to be left
/// free in a context of `context` tokens.
///
/// `keep` gives way if it would leave less than a quarter of the context for what follows it, and `reserve` to half of
/// the context. For a `context` of at least one token, the result fits, and is not empty unless the prompt is.
#[must_use]
pub fn fit(length: usize, keep: usize, reserve: usize, context: usize) -> Window {
    let reserve = reserve.min(context / 2);
    let room = context - reserve;
    let keep = keep.min(room.saturating_sub((context / 4).max(1))).min(length);
    if length <= room {
        return Window { keep, start: keep };
    }
    // At least half of what follows the kept tokens survives a step, so that the window never becomes empty.
    let step = (context / 4).min((room - keep) / 2).max(1);
    let steps = (length - room).div_ceil(step);
    Window { keep, start: keep + steps * step }
}

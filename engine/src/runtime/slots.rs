//! What the KV cache holds: one sequence of tokens per slot, kept after a request has ended for the next one to build on.

use std::cmp::Reverse;

use super::backend::Backend;
use crate::TokenId;
use crate::decode::prefix;

/// A copy between slots must save at least this many tokens of prompt: it moves memory, and a few tokens are decoded
/// sooner than that.
const WORTH_COPYING: usize = 64;

#[derive(Debug, Default)]
struct Slot {
    /// The tokens whose keys and values are in the cache.
    tokens: Vec<TokenId>,
    occupied: bool,
    /// When it was last taken, counted in takings.
    used: u64,
}

/// All slots of a backend.
#[derive(Debug)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    clock: u64,
}

impl Slots {
    pub fn new(count: usize) -> Self {
        Self { slots: (0..count).map(|_| Slot::default()).collect(), clock: 0 }
    }

    /// The free slot that holds the longest part of `sequence`; among equals the one that was used longest ago, because
    /// what it holds is least likely to be asked for again.
    pub fn best_free(&self, sequence: &[TokenId]) -> Option<usize> {
        (0..self.slots.len()).filter(|&slot| !self.slots[slot].occupied).max_by_key(|&slot| {
            let Slot { tokens, used, .. } = &self.slots[slot];
            (prefix::reusable(tokens, sequence), Reverse(*used), Reverse(slot))
        })
    }

    /// Takes a free slot for `sequence`, forgets what does not belong to it, and returns how many of its tokens the cache
    /// holds, which is fewer than all.
    pub fn take(&mut self, slot: usize, sequence: &[TokenId], backend: &mut dyn Backend) -> usize {
        self.clock += 1;
        self.slots[slot].occupied = true;
        self.slots[slot].used = self.clock;
        let own = prefix::reusable(&self.slots[slot].tokens, sequence);
        let (donor, theirs) = (0..self.slots.len())
            .map(|other| (other, prefix::reusable(&self.slots[other].tokens, sequence)))
            .max_by_key(|&(other, length)| (length, Reverse(other)))
            .unwrap_or((slot, own));
        if theirs >= own + WORTH_COPYING {
            backend.copy(donor, slot, theirs);
            self.slots[slot].tokens = sequence[..theirs].to_vec();
            return theirs;
        }
        self.truncate(slot, own, backend)
    }

    /// Keeps a slot's first `length` tokens, or none if the backend cannot do that; returns how many.
    pub fn truncate(&mut self, slot: usize, length: usize, backend: &mut dyn Backend) -> usize {
        let tokens = &mut self.slots[slot].tokens;
        if length < tokens.len() {
            if backend.truncate(slot, length) {
                tokens.truncate(length);
            } else {
                backend.truncate(slot, 0);
                tokens.clear();
            }
        }
        self.slots[slot].tokens.len()
    }

    /// Notes tokens that have been decoded.
    pub fn extend(&mut self, slot: usize, tokens: &[TokenId]) {
        self.slots[slot].tokens.extend_from_slice(tokens);
    }

    /// Forgets everything a slot holds, because a failed batch may have left anything there.
    pub fn clear(&mut self, slot: usize, backend: &mut dyn Backend) {
        backend.truncate(slot, 0);
        self.slots[slot].tokens.clear();
    }

    /// Gives a slot back; what it holds stays for the next request.
    pub fn release(&mut self, slot: usize) {
        self.slots[slot].occupied = false;
    }
}

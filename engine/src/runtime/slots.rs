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

    /// The free slot to take for `sequence`, of which the first `common` tokens must not be decoded again if any slot
    /// holds them: the one that holds most of it, unless it would be copied from another anyway. Among equals the one
    /// that was used longest ago, because what it holds is least likely to be asked for again.
    pub fn best_free(&self, sequence: &[TokenId], common: usize) -> Option<usize> {
        let free = || (0..self.slots.len()).filter(|&slot| !self.slots[slot].occupied);
        let age = |slot: usize| (Reverse(self.slots[slot].used), Reverse(slot));
        let related = |slot: usize| {
            let Slot { tokens, .. } = &self.slots[slot];
            let length = prefix::reusable(tokens, sequence);
            // A few tokens that all files begin with are not worth what a slot holds behind them.
            if length >= tokens.len().min(sequence.len()) / 2 { length } else { 0 }
        };
        let best = free().max_by_key(|&slot| (related(slot), age(slot)))?;
        if self.donor(best, sequence, common).is_some() { free().max_by_key(|&slot| age(slot)) } else { Some(best) }
    }

    /// Takes a free slot for `sequence`, forgets what does not belong to it, and returns how many of its tokens the cache
    /// holds, which is fewer than all. For `common` see `best_free`.
    pub fn take(&mut self, slot: usize, sequence: &[TokenId], common: usize, backend: &mut dyn Backend) -> usize {
        self.clock += 1;
        self.slots[slot].occupied = true;
        self.slots[slot].used = self.clock;
        let Some((donor, theirs)) = self.donor(slot, sequence, common) else {
            let own = prefix::reusable(&self.slots[slot].tokens, sequence);
            return self.truncate(slot, own, backend);
        };
        if backend.copy(donor, slot, theirs) {
            self.slots[slot].tokens = sequence[..theirs].to_vec();
            return theirs;
        }
        self.clear(slot, backend);
        0
    }

    /// The slot from which `slot` should be copied for `sequence`, and how many tokens; none if its own will do.
    fn donor(&self, slot: usize, sequence: &[TokenId], common: usize) -> Option<(usize, usize)> {
        let held = |slot: usize| prefix::reusable(&self.slots[slot].tokens, sequence);
        let own = held(slot);
        let others = (0..self.slots.len()).map(|other| (other, held(other)));
        let (donor, theirs) = others.max_by_key(|&(other, length)| (length, Reverse(other)))?;
        let worth_it = theirs >= own + WORTH_COPYING || (own < common && common <= theirs);
        worth_it.then_some((donor, theirs))
    }

    /// Whether any slot holds all of `tokens` at its start.
    pub fn hold(&self, tokens: &[TokenId]) -> bool {
        self.slots.iter().any(|slot| slot.tokens.starts_with(tokens))
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

    /// Takes back what a failed batch may have left in a slot.
    pub fn rewind(&mut self, slot: usize, backend: &mut dyn Backend) {
        if !backend.truncate(slot, self.slots[slot].tokens.len()) {
            self.clear(slot, backend);
        }
    }

    /// Forgets everything a slot holds.
    pub fn clear(&mut self, slot: usize, backend: &mut dyn Backend) {
        backend.truncate(slot, 0);
        self.slots[slot].tokens.clear();
    }

    /// Gives a slot back; what it holds stays for the next request.
    pub fn release(&mut self, slot: usize) {
        self.slots[slot].occupied = false;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::EngineError;
    use crate::runtime::{BatchToken, Vocabulary};

    /// A cache that copies between slots, or, like a recurrent model's, cannot.
    struct Cache {
        copies: bool,
        cleared: Vec<usize>,
    }

    impl Backend for Cache {
        fn vocabulary(&self) -> Arc<dyn Vocabulary> {
            unreachable!("slots know no vocabulary")
        }

        fn context(&self) -> usize {
            1024
        }

        fn batch(&self) -> usize {
            1024
        }

        fn slots(&self) -> usize {
            2
        }

        fn decode(&mut self, _: &[BatchToken]) -> Result<(), EngineError> {
            Ok(())
        }

        fn logits(&mut self, _: usize) -> &[f32] {
            &[]
        }

        fn truncate(&mut self, slot: usize, from: usize) -> bool {
            if from == 0 {
                self.cleared.push(slot);
            }
            from == 0
        }

        fn copy(&mut self, _: usize, _: usize, _: usize) -> bool {
            self.copies
        }
    }

    #[test]
    fn a_slot_holds_what_was_copied_or_nothing() {
        let prompt: Vec<TokenId> = (0..100).collect();
        for (copies, held) in [(true, 99), (false, 0)] {
            let mut cache = Cache { copies, cleared: Vec::new() };
            let mut slots = Slots::new(2);
            assert_eq!(slots.take(0, &prompt, 0, &mut cache), 0);
            slots.extend(0, &prompt);
            assert_eq!(slots.best_free(&prompt, 0), Some(1));
            assert_eq!(slots.take(1, &prompt, 0, &mut cache), held);
            assert_eq!(slots.slots[1].tokens.len(), held);
            assert_eq!(cache.cleared.contains(&1), !copies, "what a failed copy left is cleared");
        }
    }
}

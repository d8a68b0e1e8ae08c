//! The contents of the KV cache: one sequence of tokens per slot, kept after a request has ended for the next one to
//! reuse.

use std::cmp::Reverse;

use codegen_core::TokenId;

use super::backend::Backend;
use crate::decode::prefix;

/// A copy between slots must save at least this many tokens of prompt: it moves memory, and a few tokens are decoded
/// sooner than that.
const WORTH_COPYING: usize = 64;

/// How many tokens of what was said before are remembered for guesses, and how many in front of them.
const EARLIER: usize = 512;
const CONTEXT: usize = 16;

/// A job's needs of the cache.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The tokens to be held in the end.
    pub sequence: &'a [TokenId],
    /// How many of them, at the start, must not be decoded again if any slot holds them.
    pub common: usize,
    /// How many may be taken from the cache at most, because the logits of the rest are wanted.
    pub most: usize,
    /// The job's group: the same for all candidates of one submission.
    pub group: u64,
    /// Whether only what the group itself has decoded may be taken.
    pub fresh: bool,
}

impl Wanted<'_> {
    /// How many tokens of the sequence a slot holds.
    fn held(&self, slot: &Slot) -> usize {
        let usable = !self.fresh || slot.group == Some(self.group);
        if usable { prefix::reusable(&slot.tokens, self.sequence) } else { 0 }
    }

    /// How many of them can be taken.
    fn reusable(&self, slot: &Slot) -> usize {
        self.held(slot).min(self.most)
    }
}

#[derive(Debug, Default)]
struct Slot {
    /// The tokens whose keys and values are in the cache.
    tokens: Vec<TokenId>,
    occupied: bool,
    /// The group of the job that took it last.
    group: Option<u64>,
    /// When it was last taken, as a count of takings.
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

    /// Returns the free slot to take: the one that holds most of the sequence, unless it would be copied from another
    /// slot anyway. Among equals it is the one used longest ago, because its contents are least likely to be needed
    /// again.
    pub fn best_free(&self, wanted: &Wanted<'_>) -> Option<usize> {
        let free = || (0..self.slots.len()).filter(|&slot| !self.slots[slot].occupied);
        let age = |slot: usize| (Reverse(self.slots[slot].used), Reverse(slot));
        let related = |slot: usize| {
            let length = wanted.held(&self.slots[slot]);
            // A few tokens that all files begin with are worth less than the tokens that the slot holds after them.
            if length >= self.slots[slot].tokens.len().min(wanted.sequence.len()) / 2 { length } else { 0 }
        };
        let best = free().max_by_key(|&slot| (related(slot), age(slot)))?;
        if self.donor(best, wanted).is_some() { free().max_by_key(|&slot| age(slot)) } else { Some(best) }
    }

    /// Returns what was said before behind the tokens that a job takes from the cache, with those in front of it; empty if
    /// nothing was.
    pub fn earlier(&self, slot: usize, wanted: &Wanted<'_>) -> Vec<TokenId> {
        if wanted.fresh {
            return Vec::new();
        }
        let (slot, taken) = self.donor(slot, wanted).unwrap_or((slot, wanted.reusable(&self.slots[slot])));
        let tokens = &self.slots[slot].tokens;
        if taken == tokens.len() {
            return Vec::new();
        }
        tokens.iter().skip(taken.saturating_sub(CONTEXT)).take(CONTEXT + EARLIER).copied().collect()
    }

    /// Takes a free slot, forgets what does not belong to the sequence, and returns how many of its tokens the cache holds,
    /// which is fewer than all.
    pub fn take(&mut self, slot: usize, wanted: &Wanted<'_>, backend: &mut dyn Backend) -> usize {
        let (donor, own) = (self.donor(slot, wanted), wanted.reusable(&self.slots[slot]));
        self.clock += 1;
        self.slots[slot].occupied = true;
        self.slots[slot].used = self.clock;
        self.slots[slot].group = Some(wanted.group);
        let Some((donor, theirs)) = donor else { return self.truncate(slot, own, backend) };
        if backend.copy(donor, slot, theirs) {
            self.slots[slot].tokens = wanted.sequence[..theirs].to_vec();
            return theirs;
        }
        self.clear(slot, backend);
        0
    }

    /// Returns the slot from which `slot` should be copied, and how many tokens; `None` if its own contents suffice.
    fn donor(&self, slot: usize, wanted: &Wanted<'_>) -> Option<(usize, usize)> {
        let held = |slot: usize| wanted.reusable(&self.slots[slot]);
        let own = held(slot);
        let others = (0..self.slots.len()).map(|other| (other, held(other)));
        let (donor, theirs) = others.max_by_key(|&(other, length)| (length, Reverse(other)))?;
        let worth_it = theirs >= own + WORTH_COPYING || (own < wanted.common && wanted.common <= theirs);
        worth_it.then_some((donor, theirs))
    }

    /// Whether any slot holds what the group's candidates have in common, for one whose sequence is longer.
    pub fn hold_common(&self, wanted: &Wanted<'_>) -> bool {
        self.slots.iter().any(|slot| wanted.reusable(slot) >= wanted.common)
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

    /// Takes back what a batch may have left in a slot beyond what was noted, or everything if the backend cannot do that;
    /// returns how many tokens the slot still holds.
    pub fn rewind(&mut self, slot: usize, backend: &mut dyn Backend) -> usize {
        if !backend.truncate(slot, self.slots[slot].tokens.len()) {
            self.clear(slot, backend);
        }
        self.slots[slot].tokens.len()
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

    use codegen_core::EngineError;

    use super::*;
    use crate::runtime::backend::{BatchToken, Vocabulary};

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
        let wanted = Wanted { sequence: &prompt, common: 0, most: usize::MAX, group: 1, fresh: false };
        for (copies, held) in [(true, 99), (false, 0)] {
            let mut cache = Cache { copies, cleared: Vec::new() };
            let mut slots = Slots::new(2);
            assert_eq!(slots.take(0, &wanted, &mut cache), 0);
            slots.extend(0, &prompt);
            assert_eq!(slots.best_free(&wanted), Some(1));
            assert_eq!(slots.take(1, &wanted, &mut cache), held);
            assert_eq!(slots.slots[1].tokens.len(), held);
            assert_eq!(cache.cleared.contains(&1), !copies, "what a failed copy left is cleared");
        }
    }
}

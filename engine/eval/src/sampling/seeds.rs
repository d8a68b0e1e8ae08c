//! The random numbers' seeds. Each is a hash of its purpose, so that it depends neither on the order of sampling nor on
//! what else is sampled.

use sha2::{Digest, Sha256};

/// The seed of a sample. It does not depend on the condition, so that all conditions are sampled with the same seeds.
pub(super) fn of_sample(run: u64, problem: &str, input: usize, sample: usize) -> u64 {
    let hash = Sha256::new_with_prefix(b"sample\0")
        .chain_update(run.to_le_bytes())
        .chain_update((problem.len() as u64).to_le_bytes())
        .chain_update(problem)
        .chain_update((input as u64).to_le_bytes())
        .chain_update((sample as u64).to_le_bytes());
    number(hash)
}

/// The seed of one of its turns, from 0.
pub(super) fn of_turn(sample: u64, turn: usize) -> u64 {
    let hash =
        Sha256::new_with_prefix(b"turn\0").chain_update(sample.to_le_bytes()).chain_update((turn as u64).to_le_bytes());
    number(hash)
}

fn number(hash: Sha256) -> u64 {
    let hash: [u8; 32] = hash.finalize().into();
    hash.iter().rev().skip(24).fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Both values, as another implementation computes them.
    const SAMPLE: u64 = 0x6b21_e25b_2338_316d;
    const TURN: u64 = 0xee87_ffc5_b97b_061f;

    #[test]
    fn every_turn_of_every_sample_has_its_own() {
        let mut seen = HashSet::new();
        for (run, problem) in [(0, "1"), (0, "2"), (1, "1"), (0, ""), (0, "1\0")] {
            for (input, sample) in [(0, 0), (0, 1), (1, 0), (256, 0)] {
                let sample = of_sample(run, problem, input, sample);
                seen.extend([sample, of_turn(sample, 0), of_turn(sample, 1)]);
            }
        }
        assert_eq!(seen.len(), 5 * 4 * 3);
    }

    #[test]
    fn they_are_the_same_in_every_release() {
        assert_eq!(of_sample(7, "HumanEval/0", 0, 3), SAMPLE);
        assert_eq!(of_turn(SAMPLE, 2), TURN);
    }
}

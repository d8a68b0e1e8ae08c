//! What the user has been told, so that nothing is said twice. Pure.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// The largest number of texts that are remembered. Texts quote what the client sends, so there is no end of them.
const MOST: usize = 4096;

/// The texts that the user was shown, or that were written to the client's log.
#[derive(Debug, Default)]
pub struct Said {
    hasher: RandomState,
    /// Hashes, since texts can be as long as what they quote.
    texts: HashSet<u64>,
}

impl Said {
    /// Remembers a text; returns whether it is new. Where too many are known, all are forgotten, and may be told again.
    pub fn insert(&mut self, text: &str) -> bool {
        if self.texts.len() >= MOST {
            self.texts.clear();
        }
        self.texts.insert(self.hasher.hash_one(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_new_once_and_few_enough_are_remembered() {
        let mut said = Said::default();
        assert!(said.insert("a") && said.insert("b") && !said.insert("a"));
        let new = (0..10 * MOST).filter(|number| said.insert(&number.to_string())).count();
        assert_eq!(new, 10 * MOST);
        assert!(said.texts.len() <= MOST && !said.insert(&(10 * MOST - 1).to_string()));
    }
}

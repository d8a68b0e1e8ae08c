//! The turns of one version of a document, found once.

use std::ops::Range;
use std::sync::Arc;

use ropey::Rope;

use super::{Records, TurnText};
use crate::document::Document;
use crate::turns::{self, Turn, TurnOptions};

/// A turn of a [`TurnMap`], in the document's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// The turn.
    pub turn: Turn,
    /// The turn as text.
    pub text: TurnText,
    /// Equal for turns that follow each other in one block.
    pub block: usize,
}

/// All turns of a document with their texts, in the order of their prompts; see [`Records::texts`].
#[derive(Debug, Clone, Default)]
pub struct TurnMap {
    /// The very rope the turns were found in, not just an equal one.
    rope: Rope,
    revision: u64,
    options: TurnOptions,
    all: Vec<Mapped>,
}

impl TurnMap {
    /// Finds the turns of a document. Walks all of it.
    #[must_use]
    pub fn of(document: &Document, records: &Records, options: &TurnOptions) -> Self {
        let all = records.blocks(document, options).into_iter();
        let all = all.map(|(turn, text, block)| Mapped { turn, text, block }).collect();
        Self { rope: document.rope().clone(), revision: records.revision(), options: options.clone(), all }
    }

    /// Whether the turns are those of this version of the document under these records and options, its syntax and
    /// marks aside.
    #[must_use]
    pub fn is_of(&self, document: &Document, records: &Records, options: &TurnOptions) -> bool {
        self.rope.is_instance(document.rope()) && self.revision == records.revision() && self.options == *options
    }

    /// The options that they were found with.
    #[must_use]
    pub fn options(&self) -> &TurnOptions {
        &self.options
    }

    /// All turns, in the order of their prompts.
    pub fn iter(&self) -> impl Iterator<Item = &Mapped> {
        self.all.iter()
    }

    /// The first turn whose prompt shares a byte with `place`, or contains its offset where `place` is empty.
    #[must_use]
    pub fn covering(&self, place: &Range<usize>) -> Option<&Mapped> {
        self.all.iter().find(|mapped| overlap(&mapped.turn.prompt_range, place))
    }

    /// The turn that an offset of the document belongs to; see [`turns::turn_at`].
    #[must_use]
    pub fn at(&self, document: &Document, offset: usize) -> Option<&Mapped> {
        let turns: Vec<Turn> = self.all.iter().map(|mapped| mapped.turn.clone()).collect();
        self.all.get(turns::innermost(document, &turns, offset)?)
    }

    /// The later turns of the turn's block, in order.
    pub fn following<'m>(&'m self, of: &'m Mapped) -> impl Iterator<Item = &'m Mapped> {
        let later = self.all.iter().skip_while(|other| other.turn.prompt_range.start != of.turn.prompt_range.start);
        later.skip(1).filter(|other| other.block == of.block)
    }
}

/// The [`TurnMap`] of a document's present version. A caller that marks a range of the document must call
/// [`TurnCache::forget`].
#[derive(Debug, Default)]
pub struct TurnCache(Option<Arc<TurnMap>>);

impl TurnCache {
    /// The turns of a document that is parsed, if they have been found.
    #[must_use]
    pub fn known(&self, document: &Document, records: &Records, options: &TurnOptions) -> Option<Arc<TurnMap>> {
        self.0.clone().filter(|known| known.is_of(document, records, options))
    }

    /// The turns of a document that is parsed; found again if its version, the records or the options have changed.
    pub fn get(&mut self, document: &Document, records: &Records, options: &TurnOptions) -> Arc<TurnMap> {
        if let Some(known) = self.known(document, records, options) {
            return known;
        }
        let turns = Arc::new(TurnMap::of(document, records, options));
        // Turns found without a tree are valid only until there is one.
        if document.tree().is_some() {
            self.0 = Some(Arc::clone(&turns));
        }
        turns
    }

    /// Keeps the turns of the document's present version that were found by other work.
    pub fn put(&mut self, turns: Arc<TurnMap>) {
        self.0 = Some(turns);
    }

    /// Drops the turns, because the document's marks or its syntax have changed.
    pub fn forget(&mut self) {
        self.0 = None;
    }
}

/// Whether two ranges share a byte; empty ranges share their offset.
#[must_use]
pub fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end.max(other.start + 1) && other.start < one.end.max(one.start + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::Provenance;
    use crate::provenance::testing::made;

    #[test]
    fn the_turns_of_a_version_are_found_once() {
        let (mut cache, mut records, options) = (TurnCache::default(), Records::default(), TurnOptions::default());
        let mut document = Document::new("# one\nx = 1\n\n# two\n", 1);
        let first = cache.get(&document, &records, &options);
        assert_eq!(first.iter().map(|mapped| mapped.turn.prompt.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert!(Arc::ptr_eq(&first, &cache.get(&document, &records, &options)));
        // Another text, other options, other records and other marks: the turns are found again for each.
        document.edit(0..0, "\n");
        let second = cache.get(&document, &records, &options);
        assert!(!Arc::ptr_eq(&first, &second));
        let marked = TurnOptions { marker: Some("#>".to_owned()) };
        assert_eq!(cache.get(&document, &records, &marked).iter().count(), 0);
        let second = cache.get(&document, &records, &options);
        let Some(one) = second.iter().next() else { unreachable!("it has turns") };
        assert_eq!(one.turn.generated, None);
        records.generated(Provenance { turn: one.text.clone(), made: made("m"), raised: None });
        let third = cache.get(&document, &records, &options);
        assert_eq!(third.iter().next().and_then(|mapped| mapped.turn.generated.clone()), Some(7..13));
        cache.forget();
        assert!(!Arc::ptr_eq(&third, &cache.get(&document, &records, &options)));
    }

    #[test]
    fn turns_are_found_by_place_offset_and_block() {
        let document = Document::new("# one\nx = 1\n\n# two\n\nif x:\n    # three\n    y = 1\n\n# four\n", 1);
        let map = TurnMap::of(&document, &Records::default(), &TurnOptions::default());
        let prompt = |mapped: Option<&Mapped>| mapped.map(|mapped| mapped.turn.prompt.clone()).unwrap_or_default();
        let offset = |text: &str| document.text().find(text).unwrap_or_default();
        assert_eq!(prompt(map.covering(&(0..3))), "one");
        assert_eq!(prompt(map.covering(&(0..0))), "one");
        assert_eq!(prompt(map.covering(&(6..7))), "");
        assert_eq!(prompt(map.at(&document, offset("y = 1"))), "three");
        assert_eq!(prompt(map.at(&document, offset("x = 1"))), "one");
        let Some(one) = map.covering(&(0..1)) else { unreachable!("it has turns") };
        assert_eq!(map.following(one).map(|mapped| mapped.turn.prompt.as_str()).collect::<Vec<_>>(), ["two", "four"]);
    }
}

//! What the records remember, found by its texts, up to a limit.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Alternatives, Failure, GenerationInfo, Provenance, TurnText};
use crate::provenance::key::settled;

/// The largest number of entries of a kind.
pub(super) const MOST: usize = 1000;
/// The largest total size of the entries of a kind, roughly, in bytes of text.
pub(super) const BYTES: usize = 16 << 20;

/// An entry about a turn.
pub(super) trait Entry {
    fn turn(&self) -> &TurnText;
    /// The approximate memory that it takes, in bytes.
    fn bytes(&self) -> usize;
}

impl Entry for Provenance {
    fn turn(&self) -> &TurnText {
        &self.turn
    }

    fn bytes(&self) -> usize {
        text(&self.turn) + made(&self.made)
    }
}

impl Entry for Failure {
    fn turn(&self) -> &TurnText {
        &self.turn
    }

    fn bytes(&self) -> usize {
        text(&self.turn) + self.reason.len()
    }
}

impl Entry for Alternatives {
    fn turn(&self) -> &TurnText {
        &self.turn
    }

    fn bytes(&self) -> usize {
        let each = self.each.iter();
        let each = each.map(|each| each.program.len() + each.ranked.completion.text.len() + made(&each.made));
        text(&self.turn) + each.sum::<usize>()
    }
}

fn text(turn: &TurnText) -> usize {
    // Doubled, since the keys by which it is found are copies.
    2 * (turn.prompt.len() + turn.program.len())
}

fn made(made: &GenerationInfo) -> usize {
    let history: usize = made.history.kept.iter().chain(&made.history.dropped).map(String::len).sum();
    made.prompt.len() + made.completion.text.len() + history
}

/// Entries in the order in which they came; the oldest are dropped when there are too many.
#[derive(Debug, Clone)]
pub(super) struct Index<T> {
    /// Entries by a growing number.
    entries: BTreeMap<u64, Arc<T>>,
    next: u64,
    bytes: usize,
    by_prompt: ByText,
    by_program: ByText,
}

/// Numbers of entries by one of their texts, oldest first.
type ByText = HashMap<String, Vec<u64>>;

impl<T> Default for Index<T> {
    fn default() -> Self {
        let (by_prompt, by_program) = (ByText::new(), ByText::new());
        Self { entries: BTreeMap::new(), next: 0, bytes: 0, by_prompt, by_program }
    }
}

impl<T: Entry> Index<T> {
    /// The entries of a prompt, newest first.
    pub fn of_prompt(&self, prompt: &str) -> impl Iterator<Item = &Arc<T>> {
        self.of(self.by_prompt.get(&settled(prompt)))
    }

    /// The entries of a piece of code, newest first.
    pub fn of_program(&self, program: &str) -> impl Iterator<Item = &Arc<T>> {
        self.of(self.by_program.get(&settled(program)))
    }

    fn of(&self, numbers: Option<&Vec<u64>>) -> impl Iterator<Item = &Arc<T>> {
        numbers.into_iter().flatten().rev().filter_map(|number| self.entries.get(number))
    }

    pub fn push(&mut self, entry: T) {
        let number = self.next;
        self.next += 1;
        self.bytes += entry.bytes();
        self.by_prompt.entry(settled(&entry.turn().prompt)).or_default().push(number);
        self.by_program.entry(settled(&entry.turn().program)).or_default().push(number);
        self.entries.insert(number, Arc::new(entry));
        // The newest stays, however large it is.
        while self.entries.len() > MOST || (self.bytes > BYTES && self.entries.len() > 1) {
            let Some((&oldest, _)) = self.entries.first_key_value() else { break };
            self.take(oldest);
        }
    }

    /// Drops the entries of a prompt for which `which` is true.
    pub fn remove(&mut self, which: impl Fn(&T) -> bool, prompt: &str) {
        let numbers = self.by_prompt.get(&settled(prompt)).cloned().unwrap_or_default();
        for number in numbers {
            if self.entries.get(&number).is_some_and(|entry| which(entry)) {
                self.take(number);
            }
        }
    }

    fn take(&mut self, number: u64) {
        let Some(entry) = self.entries.remove(&number) else { return };
        self.bytes -= entry.bytes();
        forget(&mut self.by_prompt, &settled(&entry.turn().prompt), number);
        forget(&mut self.by_program, &settled(&entry.turn().program), number);
    }

    #[cfg(test)]
    pub fn sizes(&self) -> (usize, usize, usize) {
        let of = |index: &ByText| index.values().map(Vec::len).sum();
        (self.entries.len(), of(&self.by_prompt), of(&self.by_program))
    }
}

fn forget(index: &mut ByText, text: &str, number: u64) {
    let Some(numbers) = index.get_mut(text) else { return };
    numbers.retain(|other| *other != number);
    if numbers.is_empty() {
        index.remove(text);
    }
}

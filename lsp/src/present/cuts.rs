//! How much of each turn's history does not fit the model's context, found without counting every turn's tokens on
//! every key. Pure: the caller passes the function that counts.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use codegen_text::document::Document;
use codegen_text::prompt::HistoryCut;
use codegen_text::python;
use codegen_text::turns::TurnOptions;

use crate::present::status::Known;

/// The largest number of turns whose histories are counted for one request, beside those needed to find out which are
/// cut at all. Counts are kept, so a later request gets further.
const COUNTED: usize = 24;

/// The cut of a history that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// The cut, after counting.
    Counted(HistoryCut),
    /// The history does not fit, but how much of it fits has not been counted yet.
    Uncounted,
}

impl Cut {
    /// The text of a code lens; `None` if nothing is cut.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Uncounted => Some("history cut".to_owned()),
            Self::Counted(cut) if !cut.dropped.is_empty() => {
                let all = cut.dropped.len() + cut.kept.len();
                Some(format!("history cut: {} of {all} turns left out", cut.dropped.len()))
            }
            Self::Counted(cut) if cut.preamble_cut => {
                Some("history cut: what stands before the turns was shortened".to_owned())
            }
            Self::Counted(_) => None,
        }
    }
}

/// The conditions under which a count is valid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Basis {
    /// The number of the engine's load that counted.
    pub engine: u64,
    /// The number of tokens to be generated.
    pub max_tokens: usize,
    /// The options that decide what is a prompt.
    pub options: TurnOptions,
}

/// Counts for a document, by the text up to each prompt's end: a change keeps the counts of the turns above it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    basis: Basis,
    cuts: HashMap<u64, HistoryCut>,
}

/// Finds the cuts of the turns that are `wanted`, in the order of all turns. `budget` is the limit on a prompt's
/// tokens; `count` counts one turn's history, which is slow. Also returns the counts, which later requests need not
/// repeat.
#[must_use]
pub fn cuts(
    document: &Document,
    turns: &[Known],
    wanted: &dyn Fn(&Known) -> bool,
    budget: usize,
    (basis, before): (Basis, &Counted),
    count: &mut dyn FnMut(&Known) -> HistoryCut,
) -> (Vec<Option<Cut>>, Counted) {
    let keys = keys(document, turns);
    let known = if before.basis == basis { before.cuts.clone() } else { HashMap::new() };
    let mut counter = Counter { turns, keys: &keys, known, count };
    let mut found: Vec<Option<Cut>> = vec![None; turns.len()];
    let mut blocks: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, known) in turns.iter().enumerate().filter(|(_, known)| wanted(known)) {
        if !surely_fits(document, known, budget) {
            blocks.entry(known.block).or_default().push(index);
        }
    }
    let mut cut: Vec<usize> = Vec::new();
    for block in blocks.values() {
        // The history of a turn contains that of every turn before it in its block.
        let whole = block.partition_point(|&index| Cut::Counted(counter.count(index)).words().is_none());
        cut.extend(block.iter().skip(whole));
    }
    cut.sort_unstable();
    let mut left = COUNTED;
    for index in cut {
        let counted = counter.is_known(index) || left > 0;
        if counted && !counter.is_known(index) {
            left -= 1;
        }
        let cut = if counted { Cut::Counted(counter.count(index)) } else { Cut::Uncounted };
        if let Some(place) = found.get_mut(index) {
            *place = Some(cut);
        }
    }
    let mut known = counter.known;
    known.retain(|key, _| keys.contains(key));
    (found, Counted { basis, cuts: known })
}

struct Counter<'a> {
    turns: &'a [Known],
    keys: &'a [u64],
    known: HashMap<u64, HistoryCut>,
    count: &'a mut dyn FnMut(&Known) -> HistoryCut,
}

impl Counter<'_> {
    fn is_known(&self, index: usize) -> bool {
        self.keys.get(index).is_some_and(|key| self.known.contains_key(key))
    }

    fn count(&mut self, index: usize) -> HistoryCut {
        let (Some(key), Some(turn)) = (self.keys.get(index), self.turns.get(index)) else {
            return HistoryCut::default();
        };
        self.known.entry(*key).or_insert_with(|| (self.count)(turn)).clone()
    }
}

/// A hash for each prompt of the text up to its end: everything that the turn's history is made of.
fn keys(document: &Document, turns: &[Known]) -> Vec<u64> {
    let (mut hasher, mut hashed) = (DefaultHasher::new(), 0);
    let prompts = turns.iter().map(|known| {
        let end = known.turn.prompt_range.end.min(document.len());
        for chunk in document.rope().byte_slice(hashed.min(end)..end).chunks() {
            hasher.write(chunk.as_bytes());
        }
        hashed = hashed.max(end);
        hasher.finish()
    });
    prompts.collect()
}

/// Whether the whole history fits for certain, because no token has less than a byte. The model may be shown a few
/// bytes for a line that the document does not have: a comment sign and spaces, a blank line.
fn surely_fits(document: &Document, known: &Known, budget: usize) -> bool {
    let end = known.turn.prompt_range.end;
    let lines = python::line_at(document, end).number + 1;
    end + 4 * lines <= budget
}

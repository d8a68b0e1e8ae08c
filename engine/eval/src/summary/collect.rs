//! Joins a run's records: every sample with its verdict, by key.

use std::collections::{BTreeMap, HashMap};

use crate::arms::Arm;
use crate::record::{Header, Key, Sample, Status, Verdict};

/// A sample and its verdict.
pub(super) struct Cell<'a> {
    /// The problem's place in the header.
    pub(super) problem: usize,
    pub(super) sample: &'a Sample,
    /// `None` if there is no verdict yet.
    pub(super) status: Option<Status>,
    /// Number of tokens that each of its turns asked for.
    pub(super) asked: usize,
}

impl Cell<'_> {
    /// Whether it passed; `None` if that is not known, or if it was left out.
    pub(super) fn passed(&self) -> Option<bool> {
        let status = self.status.filter(|_| self.sample.left_out.is_none())?;
        Some(status == Status::Passed)
    }
}

/// Problem, input and number of a sample, which are the same in all conditions.
type Place = (usize, usize, usize);

/// All samples of a run, by condition and place.
pub(super) struct Run<'a> {
    conditions: Vec<BTreeMap<Place, Cell<'a>>>,
}

impl<'a> Run<'a> {
    /// Collects the records. A record that does not belong to the header is ignored: a run's file has none.
    pub(super) fn collect(header: &'a Header, samples: &'a [Sample], verdicts: &[Verdict]) -> Self {
        let statuses: HashMap<&Key, Status> = verdicts.iter().map(|verdict| (&verdict.key, verdict.status)).collect();
        let places: HashMap<&str, usize> =
            header.problems.iter().enumerate().map(|(index, problem)| (problem.id.as_str(), index)).collect();
        let names: HashMap<&str, usize> =
            header.conditions.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
        let mut conditions: Vec<BTreeMap<Place, Cell<'a>>> =
            std::iter::repeat_with(BTreeMap::new).take(header.conditions.len()).collect();
        for sample in samples {
            let key = &sample.key;
            let Some(&problem) = places.get(key.problem.as_str()) else { continue };
            let Some(condition) = names.get(key.condition.as_str()).and_then(|&index| conditions.get_mut(index)) else {
                continue;
            };
            let asked = asked(header, &key.condition, problem);
            let cell = Cell { problem, sample, status: statuses.get(key).copied(), asked };
            condition.insert((problem, key.input, key.sample), cell);
        }
        Self { conditions }
    }

    /// A condition's samples, problem after problem.
    pub(super) fn cells(&self, condition: usize) -> impl Iterator<Item = &Cell<'a>> {
        self.conditions.get(condition).into_iter().flat_map(BTreeMap::values)
    }

    /// The sample of another condition that goes with this one.
    pub(super) fn pair(&self, cell: &Cell<'_>, condition: usize) -> Option<&Cell<'a>> {
        let key = &cell.sample.key;
        self.conditions.get(condition)?.get(&(cell.problem, key.input, key.sample))
    }
}

/// Returns the maximum number of tokens of a turn, before it is limited by the context.
fn asked(header: &Header, condition: &str, problem: usize) -> usize {
    let Some(problem) = header.problems.get(problem) else { return 0 };
    let turn = problem.max_gen_length.unwrap_or(header.max_tokens);
    if condition == Arm::SingleMatched.name() { turn.saturating_mul(problem.turns) } else { turn }
}

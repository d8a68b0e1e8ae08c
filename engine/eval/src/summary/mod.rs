//! Computes a run's results from its records.
//!
//! A rate is passed samples over samples that have a verdict. Samples that were left out, and those without a verdict
//! yet, count in no rate, and are counted separately. A value that cannot be computed yet (without samples there is no
//! rate) is absent, and never zero or NaN.

use std::collections::BTreeMap;

use super::estimate::{self, Share, interval, pass_at_k, ratio};
use super::record::{Benchmark, Header, Sample, Status, Verdict};

mod collect;
pub(super) mod table;
#[cfg(test)]
pub(super) mod tests;
mod text;
mod types;

use collect::{Cell, Run};
pub(super) use text::{NOTHING, STATUSES, chance, percent, points, range, title, tokens};
pub use types::{Best, Condition, Cost, Counts, Difference, Group, PassAt, Summary};

/// The condition that the others are compared to.
pub const BASE: &str = "multi";

/// Summarises a run, complete or not. `ks` are those of pass@k, for HumanEval. Samples and verdicts may come in any
/// order; of several with the same key the last counts.
#[must_use]
pub fn summarise(header: &Header, samples: &[Sample], verdicts: &[Verdict], ks: &[usize]) -> Summary {
    let run = Run::collect(header, samples, verdicts);
    let base = header.conditions.iter().position(|name| name == BASE).filter(|_| header.benchmark == Benchmark::Mtpb);
    let ks = if header.benchmark == Benchmark::HumanEval { ks } else { &[] };
    let conditions: Vec<Condition> = (0..header.conditions.len())
        .map(|index| condition(header, &run, index, base.filter(|&base| base != index), ks))
        .collect();
    let inputs: usize = header.problems.iter().map(|problem| problem.inputs).sum();
    Summary {
        benchmark: header.benchmark,
        model: header.model.clone(),
        scoring: header.scoring,
        problems: header.problems.len(),
        left_out: header.left_out.clone(),
        expected: inputs.saturating_mul(header.samples),
        best: ks.iter().filter_map(|&k| best(&conditions, k)).collect(),
        conditions,
    }
}

fn condition(header: &Header, run: &Run<'_>, index: usize, base: Option<usize>, ks: &[usize]) -> Condition {
    let cells: Vec<&Cell<'_>> = run.cells(index).collect();
    let shares = shares(&cells);
    let all: Vec<usize> = (0..header.problems.len()).collect();
    let group = |key: &str, name: &str, problems: &[usize]| group(key, name, &cells, problems);
    let with = |wanted: &dyn Fn(usize) -> bool| all.iter().copied().filter(|&index| wanted(index)).collect::<Vec<_>>();
    let mut condition = Condition {
        name: header.conditions.get(index).cloned().unwrap_or_default(),
        counts: counts(&cells),
        rate: ratio(&shares),
        interval: interval(&shares),
        difference: base.and_then(|base| difference(run, index, base)),
        cost: cost(&cells),
        perplexity: perplexity(cells.iter().copied()),
        pass_at: ks.iter().map(|&k| pass_at(&cells, k)).collect(),
        by_problem: Vec::new(),
        by_category: Vec::new(),
        by_turns: Vec::new(),
    };
    let problems = header.problems.iter().enumerate();
    condition.by_problem = problems.map(|(index, problem)| group(&problem.id, &problem.name, &[index])).collect();
    if header.benchmark == Benchmark::Mtpb {
        let of = |index: usize| header.problems.get(index);
        let mut categories: Vec<&str> = Vec::new();
        for problem in &header.problems {
            if !categories.contains(&problem.category.as_str()) {
                categories.push(&problem.category);
            }
        }
        let category =
            |name: &&str| group(name, name, &with(&|index| of(index).is_some_and(|problem| problem.category == *name)));
        condition.by_category = categories.iter().map(category).collect();
        let numbers: std::collections::BTreeSet<usize> = header.problems.iter().map(|problem| problem.turns).collect();
        let turns = |&number: &usize| {
            let name = number.to_string();
            group(&name, &name, &with(&|index| of(index).is_some_and(|problem| problem.turns == number)))
        };
        condition.by_turns = numbers.iter().map(turns).collect();
    }
    condition
}

/// Returns each problem's contribution to a pass rate, for problems with a verdict.
fn shares(cells: &[&Cell<'_>]) -> Vec<Share> {
    let mut by_problem: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for cell in cells {
        if let Some(passed) = cell.passed() {
            let (count, total) = by_problem.entry(cell.problem).or_default();
            *count += usize::from(passed);
            *total += 1;
        }
    }
    by_problem.into_values().map(|(passed, total)| Share { part: float(passed), whole: float(total) }).collect()
}

fn counts(cells: &[&Cell<'_>]) -> Counts {
    let mut counts = Counts { samples: cells.len(), ..Counts::default() };
    for cell in cells {
        counts.turns += cell.sample.turns.len();
        counts.cut_turns += cell.sample.turns.iter().filter(|turn| turn.limit < cell.asked).count();
        match (cell.status, &cell.sample.left_out) {
            (_, Some(_)) => counts.left_out += 1,
            (None, None) => counts.pending += 1,
            (Some(status), None) => {
                counts.judged += 1;
                counts.passed += usize::from(status == Status::Passed);
                *counts.statuses.entry(status).or_default() += 1;
            }
        }
    }
    counts
}

fn cost(cells: &[&Cell<'_>]) -> Cost {
    let sampled: Vec<&Sample> =
        cells.iter().map(|cell| cell.sample).filter(|sample| sample.left_out.is_none()).collect();
    let each = |tokens: &dyn Fn(&Sample) -> usize| mean(sampled.iter().map(|sample| float(tokens(sample))));
    Cost {
        prompt_tokens: each(&|sample| sample.turns.iter().map(|turn| turn.prompt_tokens).sum()),
        last_prompt_tokens: each(&|sample| sample.turns.last().map_or(0, |turn| turn.prompt_tokens)),
        generated_tokens: each(&|sample| sample.turns.iter().map(|turn| turn.generated_tokens).sum()),
        budget: each(&|sample| sample.turns.iter().map(|turn| turn.limit).sum()),
    }
}

/// The mean over all prompts whose perplexity is known.
fn perplexity<'a>(cells: impl Iterator<Item = &'a Cell<'a>>) -> Option<f64> {
    let turns = cells.flat_map(|cell| &cell.sample.turns);
    mean(turns.filter_map(|turn| turn.perplexity).filter(|perplexity| perplexity.is_finite()))
}

fn group(key: &str, name: &str, cells: &[&Cell<'_>], problems: &[usize]) -> Group {
    let cells: Vec<&Cell<'_>> = cells.iter().copied().filter(|cell| problems.contains(&cell.problem)).collect();
    let shares = shares(&cells);
    let verdicts = || cells.iter().filter_map(|cell| cell.passed());
    Group {
        key: key.to_owned(),
        name: name.to_owned(),
        judged: verdicts().count(),
        passed: verdicts().filter(|&passed| passed).count(),
        rate: ratio(&shares),
        interval: interval(&shares),
        perplexity: perplexity(cells.iter().copied()),
    }
}

fn difference(run: &Run<'_>, index: usize, base: usize) -> Option<Difference> {
    // For every problem, how many more of its pairs pass, and how many pairs there are.
    let mut by_problem: BTreeMap<usize, (i64, usize)> = BTreeMap::new();
    for cell in run.cells(index) {
        let pair = run.pair(cell, base).and_then(Cell::passed);
        if let (Some(passed), Some(base)) = (cell.passed(), pair) {
            let (more, pairs) = by_problem.entry(cell.problem).or_default();
            *more += i64::from(passed) - i64::from(base);
            *pairs += 1;
        }
    }
    #[allow(clippy::cast_precision_loss)]
    let shares: Vec<Share> =
        by_problem.values().map(|&(more, pairs)| Share { part: more as f64, whole: float(pairs) }).collect();
    let more: Vec<i64> = by_problem.values().map(|&(more, _)| more).collect();
    Some(Difference {
        rate: ratio(&shares)?,
        interval: interval(&shares),
        p: estimate::sign_flip_p(&more),
        pairs: by_problem.values().map(|&(_, pairs)| pairs).sum(),
        problems: by_problem.len(),
    })
}

fn pass_at(cells: &[&Cell<'_>], k: usize) -> PassAt {
    let estimates = shares(cells).into_iter().filter_map(|Share { part, whole }| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let estimate = pass_at_k(whole as usize, part as usize, k)?;
        Some(Share { part: estimate, whole: 1.0 })
    });
    let estimates: Vec<Share> = estimates.collect();
    PassAt { k, value: ratio(&estimates), interval: interval(&estimates), problems: estimates.len() }
}

fn best(conditions: &[Condition], k: usize) -> Option<Best> {
    let mut best: Option<Best> = None;
    for condition in conditions {
        let Some(found) = condition.pass_at.iter().find(|pass_at| pass_at.k == k) else { continue };
        let Some(value) = found.value else { continue };
        if best.as_ref().is_none_or(|best| value > best.value) {
            best = Some(Best { k, condition: condition.name.clone(), value, interval: found.interval });
        }
    }
    best
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    ratio(&values.map(|value| Share { part: value, whole: 1.0 }).collect::<Vec<_>>()).filter(|mean| mean.is_finite())
}

#[allow(clippy::cast_precision_loss)]
fn float(count: usize) -> f64 {
    count as f64
}

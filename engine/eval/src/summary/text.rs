//! The summary as text: at most 110 columns wide.

use std::fmt;

use super::table::{layout, name};
use super::{Condition, Counts, Group, Summary};
use crate::estimate::Interval;
use crate::record::{Benchmark, Status};
use crate::scoring::Scoring;

/// The text in place of a value that cannot be computed.
pub(crate) const NOTHING: &str = "\u{2013}";
/// Characters of a category's or condition's name.
const NAME: usize = 24;
/// Sentences on lines that were left out.
const SENTENCES: usize = 20;

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let benchmark = title(self.benchmark);
        let (problems, expected) = (self.problems, self.expected);
        writeln!(f, "{benchmark} with {}: {problems} problems, {expected} samples each\n", name(&self.model, 60))?;
        match self.benchmark {
            Benchmark::Mtpb => self.mtpb(f)?,
            Benchmark::HumanEval => self.humaneval(f)?,
        }
        write!(f, "\n{}", self.counts())?;
        for sentence in self.notes() {
            write!(f, "\n{sentence}")?;
        }
        if !self.notes().is_empty() {
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Summary {
    fn mtpb(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<Vec<String>> = self.conditions.iter().map(mtpb_row).collect();
        let heads =
            ["arm", "passed", "95 % interval", "to multi", "95 % interval", "p", "shown", "made", "of", "perplexity"];
        write!(f, "{}", layout(&heads, &rows))?;
        let shown = "shown, made: tokens for a sample, all of its turns together; of: how many could have been made";
        writeln!(f, "{shown}")?;
        write!(f, "\n{}", self.groups("category", |condition| &condition.by_category))?;
        write!(f, "\n{}", self.groups("turns", |condition| &condition.by_turns))
    }

    fn humaneval(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ks: Vec<usize> =
            self.conditions.first().map(|first| first.pass_at.iter().map(|at| at.k).collect()).unwrap_or_default();
        let mut rows = Vec::new();
        for (index, k) in ks.iter().enumerate() {
            let best = self.best.iter().find(|best| best.k == *k);
            for condition in &self.conditions {
                let Some(at) = condition.pass_at.get(index) else { continue };
                let is_best = best.is_some_and(|best| best.condition == condition.name);
                rows.push(vec![
                    format!("pass@{k}"),
                    name(&condition.name, NAME),
                    percent(at.value),
                    range(at.interval),
                    at.problems.to_string(),
                    if is_best { "best" } else { "" }.to_owned(),
                ]);
            }
        }
        let heads = ["", "temperature", "value", "95 % interval", "problems", " "];
        write!(f, "{}", layout(&heads, &rows))?;
        let rows = self.conditions.iter().map(|condition| {
            let cost = &condition.cost;
            let (shown, written) = (tokens(cost.prompt_tokens), tokens(cost.generated_tokens));
            vec![name(&condition.name, NAME), percent(condition.rate), range(condition.interval), shown, written]
        });
        let heads = ["temperature", "passed", "95 % interval", "shown", "made"];
        write!(f, "\n{}", layout(&heads, &rows.collect::<Vec<_>>()))
    }

    /// A table of pass rates, a row for every group and a column for every condition.
    fn groups(&self, head: &str, groups: impl Fn(&Condition) -> &[Group]) -> String {
        let keys = self.conditions.first().map(&groups).unwrap_or_default();
        let names: Vec<String> = self.conditions.iter().map(|condition| name(&condition.name, NAME)).collect();
        let heads: Vec<&str> = std::iter::once(head).chain(names.iter().map(String::as_str)).collect();
        let row = |(index, group): (usize, &Group)| {
            let rates =
                self.conditions.iter().map(|condition| groups(condition).get(index).and_then(|group| group.rate));
            std::iter::once(name(&group.name, NAME)).chain(rates.map(percent)).collect()
        };
        layout(&heads, &keys.iter().enumerate().map(row).collect::<Vec<_>>())
    }

    /// How many samples there are, and how their programs ended; columns of which there are none are not shown.
    fn counts(&self) -> String {
        let some = |count: usize| if count > 0 { count.to_string() } else { String::new() };
        let row = |condition: &Condition| {
            let counts = &condition.counts;
            let mut row = vec![name(&condition.name, NAME), counts.samples.to_string(), self.expected.to_string()];
            row.extend([counts.left_out, counts.pending, counts.cut_turns].map(some));
            row
        };
        let heads = ["samples", "made", "of", "left out", "without verdict", "turns cut"];
        let made = layout(&heads, &self.conditions.iter().map(row).collect::<Vec<_>>());
        let row = |condition: &Condition| {
            let ended =
                STATUSES.map(|status| some(condition.counts.statuses.get(&status).copied().unwrap_or_default()));
            std::iter::once(name(&condition.name, NAME)).chain(ended).collect()
        };
        let heads: Vec<&str> = std::iter::once("programs").chain(STATUSES.map(Status::words)).collect();
        let ended = layout(&heads, &self.conditions.iter().map(row).collect::<Vec<_>>());
        format!("{made}\n{ended}")
    }

    /// Returns what a reader must know to interpret the rates.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let sum = |count: &dyn Fn(&Counts) -> usize| -> usize {
            self.conditions.iter().map(|condition| count(&condition.counts)).sum()
        };
        if self.scoring == Some(Scoring::Corrected) {
            notes.push("Answers count by the corrected rules, not by those of the paper's code.".to_owned());
        }
        let missing: usize = self.conditions.iter().map(|c| self.expected.saturating_sub(c.counts.samples)).sum();
        if missing > 0 {
            notes.push(format!("The run is not complete: {} still to be made.", are(missing, "sample")));
        }
        let pending = sum(&|counts| counts.pending);
        if pending > 0 {
            notes.push(format!("{} without a verdict yet, and in no rate.", are(pending, "sample")));
        }
        let left_out = sum(&|counts| counts.left_out);
        if left_out > 0 {
            let are = are(left_out, "sample");
            notes.push(format!("{are} left out, because the model's context is too short, and in no rate."));
        }
        let cut = sum(&|counts| counts.cut_turns);
        if cut > 0 {
            let are = are(cut, "turn");
            notes.push(format!("{are} allowed fewer tokens than asked for, because the context ends."));
        }
        let few = self.conditions.iter().flat_map(|condition| &condition.pass_at);
        if let Some(at) = few.filter(|at| at.problems < self.problems).max_by_key(|at| at.k) {
            let (k, with, all) = (at.k, at.problems, self.problems);
            notes.push(format!("pass@{k} takes {k} verdicts for a problem, which {with} of {all} problems have."));
        }
        if !self.left_out.is_empty() {
            notes.push(format!("{} left out of the problems' file:", are(self.left_out.len(), "line")));
            notes.extend(self.left_out.iter().take(SENTENCES).map(|sentence| format!("  {}", name(sentence, 200))));
            if let Some(more) = self.left_out.len().checked_sub(SENTENCES).filter(|&more| more > 0) {
                notes.push(format!("  and {more} more"));
            }
        }
        notes
    }
}

/// `1 turn is`, `2 turns are`.
fn are(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what} is") } else { format!("{count} {what}s are") }
}

fn mtpb_row(condition: &Condition) -> Vec<String> {
    let difference = condition.difference.as_ref();
    let only = |text: Option<String>| text.unwrap_or_default();
    vec![
        name(&condition.name, NAME),
        percent(condition.rate),
        range(condition.interval),
        only(difference.map(|difference| points(difference.rate))),
        only(difference.map(|difference| range(difference.interval))),
        only(difference.map(|difference| chance(difference.p))),
        tokens(condition.cost.prompt_tokens),
        tokens(condition.cost.generated_tokens),
        tokens(condition.cost.budget),
        condition.perplexity.map_or_else(|| NOTHING.to_owned(), |perplexity| format!("{perplexity:.2}")),
    ]
}

/// All statuses, in the order of the tables.
pub(crate) const STATUSES: [Status; 9] = [
    Status::Passed,
    Status::Wrong,
    Status::NoAnswer,
    Status::Raised,
    Status::SyntaxError,
    Status::Exited,
    Status::TimedOut,
    Status::OutOfMemory,
    Status::Killed,
];

/// The benchmark's name.
pub(crate) fn title(benchmark: Benchmark) -> &'static str {
    match benchmark {
        Benchmark::Mtpb => "MTPB",
        Benchmark::HumanEval => "HumanEval",
    }
}

/// A rate as a percentage.
pub(crate) fn percent(rate: Option<f64>) -> String {
    rate.map_or_else(|| NOTHING.to_owned(), |rate| format!("{:.1} %", 100.0 * rate))
}

/// A difference of rates, in percentage points.
pub(crate) fn points(difference: f64) -> String {
    // A difference that rounds to nothing is not below zero: -0.0 + 0.0 is 0.0.
    let rounded = (1000.0 * difference).round() / 10.0 + 0.0;
    format!("{rounded:+.1}")
}

/// An interval of percentages.
pub(crate) fn range(interval: Option<Interval>) -> String {
    let round = |value: f64| (1000.0 * value).round() / 10.0 + 0.0;
    let show = |Interval { low, high }| format!("{:.1} to {:.1}", round(low), round(high));
    interval.map_or_else(|| NOTHING.to_owned(), show)
}

/// A p.
pub(crate) fn chance(p: Option<f64>) -> String {
    match p {
        None => NOTHING.to_owned(),
        Some(p) if p < 0.0001 => "<0.0001".to_owned(),
        Some(p) => format!("{p:.4}"),
    }
}

/// A mean number of tokens.
pub(crate) fn tokens(mean: Option<f64>) -> String {
    match mean {
        None => NOTHING.to_owned(),
        Some(mean) if mean < 1000.0 => format!("{mean:.1}"),
        Some(mean) => format!("{mean:.0}"),
    }
}

//! Chooses the summary's numbers for each picture.

use maud::{Markup, html};

use super::axis::Axis;
use super::plot::{Mark, Series, Words, bars, curves};
use crate::record::Benchmark;
use crate::summary::{BASE, Condition, Group, Summary, percent, range};

/// Every condition's pass rate, with its interval.
pub(super) fn rates(summary: &Summary) -> Markup {
    let title = match summary.benchmark {
        Benchmark::Mtpb => "Pass rate of every arm",
        Benchmark::HumanEval => "Passed samples at every temperature",
    };
    let marks = (0_u32..).map(f64::from).zip(&summary.conditions).filter_map(|(at, condition)| {
        let says = format!("{}: {} ({})", condition.name, percent(condition.rate), range(condition.interval));
        Some(Mark { at, rate: condition.rate?, interval: condition.interval, says })
    });
    let series = Series { name: String::new(), marks: marks.collect() };
    let description = said(&series.marks);
    let words = Words { id: "rates", title, description };
    figure(&bars(&words, &names(summary), &[series]), "Per cent of samples that passed; the lines are 95 % intervals.")
}

/// The pass rates in every category, arm beside arm.
pub(super) fn categories(summary: &Summary) -> Markup {
    let groups = summary.conditions.first().map(|condition| condition.by_category.as_slice()).unwrap_or_default();
    let names: Vec<String> = groups.iter().map(|group| group.name.clone()).collect();
    let series = of_groups(summary, |condition| &condition.by_category);
    let words = Words { id: "categories", title: "Pass rate by category and arm", description: all_said(&series) };
    figure(&bars(&words, &names, &series), "Per cent of samples that passed, by the problems\u{2019} category.")
}

/// The pass rates over the number of turns, a line for every arm.
pub(super) fn turns(summary: &Summary) -> Markup {
    let groups = summary.conditions.first().map(|condition| condition.by_turns.as_slice()).unwrap_or_default();
    let names: Vec<String> = groups.iter().map(|group| group.name.clone()).collect();
    let series = of_groups(summary, |condition| &condition.by_turns);
    let words = Words { id: "turns", title: "Pass rate over the number of turns", description: all_said(&series) };
    let axis = |places| Axis::names(&names, places);
    let picture = curves(&words, "turns of the problem", axis, &series, true);
    figure(&picture, "Per cent of samples that passed, by the number of a problem\u{2019}s turns, with 95 % intervals.")
}

/// Every problem's pass rate over its prompts' perplexity, in the [`main`] condition.
pub(super) fn perplexity(summary: &Summary) -> Markup {
    let Some(condition) = main(summary) else { return html! {} };
    let marks: Vec<Mark> = condition.by_problem.iter().filter_map(problem).collect();
    if marks.is_empty() {
        return html! { p class="soft" { "The prompts\u{2019} perplexity was not measured." } };
    }
    let values: Vec<f64> = marks.iter().map(|mark| mark.at).collect();
    let title = format!("Pass rate over the perplexity of the prompts, arm {}", condition.name);
    let words = Words { id: "perplexity", title: &title, description: said(&marks) };
    let series = Series { name: condition.name.clone(), marks };
    let axis = |places| Axis::factors(&values, None, places);
    let picture = curves(&words, "mean perplexity of the prompts", axis, &[series], false);
    let caption =
        format!("Each point is a problem, in the arm {}. The numbers are in the table of problems.", condition.name);
    figure(&picture, &caption)
}

/// Returns the condition to show where only one is shown: the one with turns, if there is one.
pub(super) fn main(summary: &Summary) -> Option<&Condition> {
    let conditions = &summary.conditions;
    conditions.iter().find(|condition| condition.name == BASE).or(conditions.first())
}

/// pass@k over k, a line for every temperature.
pub(super) fn pass_at(summary: &Summary) -> Markup {
    let series: Vec<Series> = summary.conditions.iter().map(temperature).collect();
    let mut ks: Vec<f64> = series.iter().flat_map(|series| &series.marks).map(|mark| mark.at).collect();
    ks.sort_unstable_by(f64::total_cmp);
    let words = Words { id: "pass-at-k", title: "pass@k at every temperature", description: all_said(&series) };
    let axis = |places| Axis::factors(&ks, Some(ks.clone()).filter(|ks| !ks.is_empty()), places);
    figure(
        &curves(&words, "k", axis, &series, true),
        "pass@k in per cent, a line for each temperature, with 95 % intervals.",
    )
}

fn temperature(condition: &Condition) -> Series {
    let name = format!("temperature {}", condition.name);
    let marks = condition.pass_at.iter().filter_map(|at| {
        let says = format!("pass@{} at {name}: {} ({})", at.k, percent(at.value), range(at.interval));
        #[allow(clippy::cast_precision_loss)]
        Some(Mark { at: at.k as f64, rate: at.value?, interval: at.interval, says })
    });
    let mut marks: Vec<Mark> = marks.collect();
    marks.sort_by(|a, b| a.at.total_cmp(&b.at));
    Series { marks, name }
}

fn problem(group: &Group) -> Option<Mark> {
    let (at, rate) = (group.perplexity?, group.rate?);
    let says = format!("{}: {} at a perplexity of {at:.2}", group.name, percent(Some(rate)));
    Some(Mark { at, rate, interval: None, says })
}

/// A series for each condition, with a mark for each of its groups.
fn of_groups(summary: &Summary, groups: impl Fn(&Condition) -> &[Group]) -> Vec<Series> {
    let series = |condition: &Condition| {
        let marks = (0_u32..).map(f64::from).zip(groups(condition)).filter_map(|(at, group)| {
            let says = format!("{}, {}: {} of {}", condition.name, group.name, percent(group.rate), group.judged);
            Some(Mark { at, rate: group.rate?, interval: group.interval, says })
        });
        Series { name: condition.name.clone(), marks: marks.collect() }
    };
    summary.conditions.iter().map(series).collect()
}

fn names(summary: &Summary) -> Vec<String> {
    summary.conditions.iter().map(|condition| condition.name.clone()).collect()
}

/// Returns a picture's description: its numbers, if they are few.
fn said(marks: &[Mark]) -> String {
    match marks.len() {
        0 => "There is nothing to show yet.".to_owned(),
        1..=12 => marks.iter().map(|mark| mark.says.as_str()).collect::<Vec<_>>().join("; ") + ".",
        count => format!("{count} values; all are in a table of this report."),
    }
}

fn all_said(series: &[Series]) -> String {
    said(&series.iter().flat_map(|series| series.marks.clone()).collect::<Vec<_>>())
}

fn figure(picture: &Markup, caption: &str) -> Markup {
    html! { figure { (picture) figcaption { (caption) } } }
}

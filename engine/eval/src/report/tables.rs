//! The report's tables.

use maud::{Markup, html};

use super::pictures;
use crate::record::{Benchmark, Header};
use crate::summary::{Condition, Group, NOTHING, STATUSES, Summary, chance, percent, points, range, tokens};

/// The settings of the run, a row for each.
pub(super) fn facts(header: &Header) -> Markup {
    let conditions = match header.benchmark {
        Benchmark::Mtpb => "arms",
        Benchmark::HumanEval => "temperatures",
    };
    let mut rows = vec![("model", header.model.clone()), ("SHA-256 of the model", header.model_sha256.clone())];
    rows.extend(header.adapter_sha256.iter().map(|hash| ("SHA-256 of the adapter", hash.clone())));
    rows.extend([
        ("SHA-256 of the problems", header.problems_sha256.clone()),
        ("problems", format!("{}, and {} left out", header.problems.len(), lines(header.left_out.len()))),
        (conditions, header.conditions.join(", ")),
        ("samples", header.samples.to_string()),
    ]);
    rows.extend(header.temperature.map(|temperature| ("temperature", temperature.to_string())));
    rows.extend([
        ("top-p", header.top_p.to_string()),
        ("seed", header.seed.to_string()),
        ("tokens of a turn at most", header.max_tokens.to_string()),
        ("tokens of context", header.context.to_string()),
        ("perplexity", if header.perplexity { "measured" } else { "not measured" }.to_owned()),
    ]);
    rows.extend(header.isolation.iter().map(|held| ("programs kept from", held.clone())));
    html! {
        table class="facts" { tbody { @for (name, value) in rows { tr { th scope="row" { (name) } td { (value) } } } } }
    }
}

/// The arms: the numbers of the first picture, and how they compare.
pub(super) fn arms(summary: &Summary) -> Markup {
    let heads = ["arm", "pass rate", "95 % interval", "to multi", "95 % interval", "p", "pairs"];
    let row = |condition: &Condition| {
        let difference = condition.difference.as_ref();
        let or = |text: Option<String>| text.unwrap_or_default();
        vec![
            condition.name.clone(),
            percent(condition.rate),
            range(condition.interval),
            or(difference.map(|difference| points(difference.rate))),
            or(difference.map(|difference| range(difference.interval))),
            or(difference.map(|difference| chance(difference.p))),
            or(difference.map(|difference| difference.pairs.to_string())),
        ]
    };
    table("Every arm: rates in per cent, differences in percentage points", &heads, summary.conditions.iter().map(row))
}

/// The tokens of a sample in every condition.
pub(super) fn costs(summary: &Summary) -> Markup {
    let heads =
        [kind(summary), "tokens shown", "in the last turn", "tokens made", "at most", "prompts\u{2019} perplexity"];
    let row = |condition: &Condition| {
        let cost = &condition.cost;
        let all = [cost.prompt_tokens, cost.last_prompt_tokens, cost.generated_tokens, cost.budget].map(tokens);
        let perplexity = number(condition.perplexity);
        std::iter::once(condition.name.clone()).chain(all).chain([perplexity]).collect()
    };
    let caption = "Means for a sample: tokens that the model was shown in all turns and in the last one, tokens that it made, and \
                   how many it could have made";
    table(caption, &heads, summary.conditions.iter().map(row))
}

/// The pass rates by category.
pub(super) fn categories(summary: &Summary) -> Markup {
    groups("Pass rate by category", "category", summary, |condition| &condition.by_category)
}

/// The pass rates by number of turns.
pub(super) fn turns(summary: &Summary) -> Markup {
    groups("Pass rate by number of turns", "turns", summary, |condition| &condition.by_turns)
}

fn groups(caption: &str, head: &str, summary: &Summary, groups: impl Fn(&Condition) -> &[Group]) -> Markup {
    let heads = std::iter::once(head).chain(summary.conditions.iter().map(|condition| condition.name.as_str()));
    let keys = summary.conditions.first().map(&groups).unwrap_or_default();
    let row = |(index, group): (usize, &Group)| {
        let rates = summary.conditions.iter().map(|condition| cell(groups(condition).get(index)));
        std::iter::once(group.name.clone()).chain(rates).collect()
    };
    table(caption, &heads.collect::<Vec<_>>(), keys.iter().enumerate().map(row))
}

/// A rate with what it is made of.
fn cell(group: Option<&Group>) -> String {
    match group {
        Some(group) if group.judged > 0 => format!("{} ({}/{})", percent(group.rate), group.passed, group.judged),
        _ => NOTHING.to_owned(),
    }
}

/// Every problem: its pass rate in every condition, and its prompts' perplexity.
pub(super) fn problems(header: &Header, summary: &Summary) -> Markup {
    let mtpb = header.benchmark == Benchmark::Mtpb;
    let mut heads = vec!["problem", "id"];
    heads.extend(if mtpb { &["category", "turns"][..] } else { &[] });
    heads.extend(summary.conditions.iter().map(|condition| condition.name.as_str()));
    heads.push("perplexity");
    let main = pictures::main(summary);
    let rows = header.problems.iter().enumerate().map(|(index, problem)| {
        let mut row = vec![problem.name.clone(), problem.id.clone()];
        if mtpb {
            row.extend([problem.category.clone(), problem.turns.to_string()]);
        }
        row.extend(summary.conditions.iter().map(|condition| cell(condition.by_problem.get(index))));
        let group = main.and_then(|condition| condition.by_problem.get(index));
        row.push(number(group.and_then(|group| group.perplexity)));
        row
    });
    let name = main.map_or("", |condition| condition.name.as_str());
    table(&format!("Every problem; perplexity is that of the {} {name}", kind(summary)), &heads, rows)
}

fn lines(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

/// How many samples there are, and how their programs ended.
pub(super) fn counts(summary: &Summary) -> Markup {
    let used = |status| summary.conditions.iter().any(|condition| condition.counts.statuses.contains_key(&status));
    let statuses: Vec<_> = STATUSES.into_iter().filter(|&status| used(status)).collect();
    let mut heads = vec![kind(summary), "samples", "of", "left out", "without verdict", "turns cut"];
    heads.extend(statuses.iter().map(|status| status.words()));
    let row = |condition: &Condition| {
        let counts = &condition.counts;
        let mut row = vec![condition.name.clone()];
        let all = [counts.samples, summary.expected, counts.left_out, counts.pending, counts.cut_turns];
        let ended = statuses.iter().map(|status| counts.statuses.get(status).copied().unwrap_or_default());
        row.extend(all.into_iter().chain(ended).map(|count| count.to_string()));
        row
    };
    table("Samples made, and how their programs ended", &heads, summary.conditions.iter().map(row))
}

/// pass@k of every temperature, the best marked.
pub(super) fn pass_at(summary: &Summary) -> Markup {
    let heads: Vec<String> =
        summary.conditions.iter().map(|condition| format!("temperature {}", condition.name)).collect();
    let heads: Vec<&str> = std::iter::once("k").chain(heads.iter().map(String::as_str)).chain(["best at"]).collect();
    let ks = summary.conditions.first().map(|condition| condition.pass_at.as_slice()).unwrap_or_default();
    let rows = ks.iter().enumerate().map(|(index, at)| {
        let mut row = vec![format!("pass@{}", at.k)];
        row.extend(summary.conditions.iter().map(|condition| match condition.pass_at.get(index) {
            Some(at) if at.value.is_some() => format!("{} ({})", percent(at.value), range(at.interval)),
            _ => NOTHING.to_owned(),
        }));
        let best = summary.best.iter().find(|best| best.k == at.k);
        row.push(best.map_or_else(|| NOTHING.to_owned(), |best| best.condition.clone()));
        row
    });
    table("pass@k with its 95 % interval, in per cent", &heads, rows)
}

/// The samples that passed at every temperature.
pub(super) fn temperatures(summary: &Summary) -> Markup {
    let row = |condition: &Condition| vec![condition.name.clone(), percent(condition.rate), range(condition.interval)];
    table("Every temperature", &["temperature", "passed", "95 % interval"], summary.conditions.iter().map(row))
}

/// The name of the kind of condition.
fn kind(summary: &Summary) -> &'static str {
    match summary.benchmark {
        Benchmark::Mtpb => "arm",
        Benchmark::HumanEval => "temperature",
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| NOTHING.to_owned(), |value| format!("{value:.2}"))
}

fn table(caption: &str, heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Markup {
    html! {
        div class="wide" {
            table {
                caption { (caption) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (index, cell) in row.iter().enumerate() {
                                @if index == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

//! A run as one HTML file that needs nothing else: no network, no script. A pure function of the header and the summary.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::record::{Benchmark, Header};
use super::summary::Summary;

mod axis;
mod pictures;
mod plot;
mod tables;
#[cfg(test)]
mod tests;
mod written;

const STYLE: PreEscaped<&str> = PreEscaped(include_str!("style.css"));
/// Written by hand, because a page that is also read as XML must close these elements. If a name ever became markup,
/// the second element would still prevent it from loading or running anything.
const META: PreEscaped<&str> = PreEscaped(concat!(
    r#"<meta charset="utf-8"/>"#,
    r#"<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>"#,
    r#"<meta name="viewport" content="width=device-width, initial-scale=1"/>"#,
));

/// The report: what was run, the results, and pictures of them, each with its numbers in a table.
#[must_use]
pub fn html(header: &Header, summary: &Summary) -> String {
    let title = heading(header);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { (META) title { (title) } style { (STYLE) } }
            body {
                main {
                    header { h1 { (title) } p class="soft" { (extent(header, summary)) } }
                    (notes(summary))
                    @match header.benchmark {
                        Benchmark::Mtpb => (mtpb(header, summary)),
                        Benchmark::HumanEval => (humaneval(header, summary)),
                    }
                    (section("What was run", &tables::facts(header)))
                }
            }
        }
    };
    written::page(&page)
}

fn heading(header: &Header) -> String {
    format!("{} with {}", super::summary::title(header.benchmark), header.model)
}

fn extent(header: &Header, summary: &Summary) -> String {
    let (problems, samples) = (summary.problems, header.samples);
    match header.benchmark {
        Benchmark::Mtpb => format!("{problems} problems, {samples} samples for each of their inputs, in each arm."),
        Benchmark::HumanEval => format!("{problems} problems, {samples} samples for each, at each temperature."),
    }
}

/// Returns what a reader must know before the numbers.
fn notes(summary: &Summary) -> Markup {
    let notes = summary.notes();
    html! {
        @if !notes.is_empty() {
            div class="note" role="note" { ul { @for note in &notes { li { (note.trim()) } } } }
        }
    }
}

fn mtpb(header: &Header, summary: &Summary) -> Markup {
    let explained = "Passed samples over all samples with a verdict, and the 95 % interval by the bootstrap over problems. \
                     Differences to multi are between the same problems, inputs and samples; p is that of a two-sided \
                     permutation test over problems.";
    let rates = html! { (pictures::rates(summary)) (tables::arms(summary)) p class="soft" { (explained) } };
    html! {
        (section("Pass rates", &rates))
        (section("What samples take", &tables::costs(summary)))
        (section("By category", &html! { (pictures::categories(summary)) (tables::categories(summary)) }))
        (section("By number of turns", &html! { (pictures::turns(summary)) (tables::turns(summary)) }))
        (section("By the prompts\u{2019} perplexity", &pictures::perplexity(summary)))
        (section("How programs ended", &tables::counts(summary)))
        (section("Problems", &tables::problems(header, summary)))
    }
}

fn humaneval(header: &Header, summary: &Summary) -> Markup {
    let explained = "pass@k is the chance that at least one of k samples passes, estimated without bias and averaged over \
                     problems, with the 95 % interval by the bootstrap over problems. The best temperature is chosen for each k.";
    let pass_at = html! { (pictures::pass_at(summary)) (tables::pass_at(summary)) p class="soft" { (explained) } };
    let samples = [tables::temperatures(summary), tables::costs(summary), tables::counts(summary)];
    html! {
        (section("pass@k", &pass_at))
        (section("Samples", &html! { (pictures::rates(summary)) @for table in &samples { (table) } }))
        (section("Problems", &tables::problems(header, summary)))
    }
}

fn section(title: &str, content: &Markup) -> Markup {
    html! { section { h2 { (title) } (content) } }
}

//! A run as one HTML file that needs nothing else: no network, no script. A pure function of the header and the summary.

use super::record::{Benchmark, Header};
use super::summary::Summary;

mod axis;
mod node;
mod pictures;
mod plot;
mod tables;
#[cfg(test)]
mod tests;

use node::{Node, element, text};

const STYLE: &str = include_str!("style.css");
/// Should a name ever become markup, it still could not load or run anything.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The report: what was run, the results, and pictures of them, each with its numbers in a table.
#[must_use]
pub fn html(header: &Header, summary: &Summary) -> String {
    let title = heading(header);
    let head = element("head")
        .child(element("meta").with("charset", "utf-8"))
        .child(element("meta").with("http-equiv", "Content-Security-Policy").with("content", POLICY))
        .child(element("meta").with("name", "viewport").with("content", "width=device-width, initial-scale=1"))
        .child(text("title", title.as_str()))
        .child(element("style").child(Node::Raw(STYLE)));
    let main = element("main")
        .child(opening(header, summary, &title))
        .children(notes(summary))
        .children(match header.benchmark {
            Benchmark::Mtpb => mtpb(header, summary),
            Benchmark::HumanEval => humaneval(header, summary),
        })
        .child(section("What was run", vec![tables::facts(header)]));
    let page = element("html").with("lang", "en").child(head).child(element("body").child(main));
    format!("<!DOCTYPE html>{page}\n")
}

fn heading(header: &Header) -> String {
    format!("{} with {}", super::summary::title(header.benchmark), header.model)
}

fn opening(header: &Header, summary: &Summary, title: &str) -> Node {
    let (problems, samples) = (summary.problems, header.samples);
    let what = match header.benchmark {
        Benchmark::Mtpb => format!("{problems} problems, {samples} samples for each of their inputs, in each arm."),
        Benchmark::HumanEval => format!("{problems} problems, {samples} samples for each, at each temperature."),
    };
    element("header").child(text("h1", title)).child(text("p", what).with("class", "soft"))
}

/// What a reader of the numbers has to know, before them.
fn notes(summary: &Summary) -> Option<Node> {
    let notes = summary.notes();
    let list = element("ul").children(notes.iter().map(|note| text("li", note.trim())));
    (!notes.is_empty()).then(|| element("div").with("class", "note").with("role", "note").child(list))
}

fn mtpb(header: &Header, summary: &Summary) -> Vec<Node> {
    let explained = "Passed samples over all samples with a verdict, and the 95 % interval by the bootstrap over problems. \
                     Differences to multi are between the same problems, inputs and samples; p is that of a two-sided \
                     permutation test over problems.";
    vec![
        section(
            "Pass rates",
            vec![pictures::rates(summary), tables::arms(summary), text("p", explained).with("class", "soft")],
        ),
        section("What samples take", vec![tables::costs(summary)]),
        section("By category", vec![pictures::categories(summary), tables::categories(summary)]),
        section("By number of turns", vec![pictures::turns(summary), tables::turns(summary)]),
        section("By the prompts\u{2019} perplexity", pictures::perplexity(summary).into_iter().collect()),
        section("How programs ended", vec![tables::counts(summary)]),
        section("Problems", vec![tables::problems(header, summary)]),
    ]
}

fn humaneval(header: &Header, summary: &Summary) -> Vec<Node> {
    let explained = "pass@k is the chance that at least one of k samples passes, estimated without bias and averaged over \
                     problems, with the 95 % interval by the bootstrap over problems. The best temperature is chosen for each k.";
    vec![
        section(
            "pass@k",
            vec![pictures::pass_at(summary), tables::pass_at(summary), text("p", explained).with("class", "soft")],
        ),
        section(
            "Samples",
            vec![
                pictures::rates(summary),
                tables::temperatures(summary),
                tables::costs(summary),
                tables::counts(summary),
            ],
        ),
        section("Problems", vec![tables::problems(header, summary)]),
    ]
}

/// A section, without what there is nothing of.
fn section(title: &str, children: Vec<Node>) -> Node {
    element("section").child(text("h2", title)).children(children)
}

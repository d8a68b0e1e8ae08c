use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use maud::Markup;

use super::{html, pictures};
use crate::summary::summarise;
use crate::summary::tests::{Records, humaneval, mtpb};

fn report(records: &Records) -> String {
    html(&records.header, &records.summary(&[1, 2]))
}

/// What Python's own XML parser and HTML parser see: the elements' names, and all text outside the style sheet.
fn parsed(html: &str) -> (BTreeSet<String>, String) {
    let program = r"
import sys, json
from html.parser import HTMLParser
from xml.dom import minidom
source = sys.stdin.buffer.read().decode()
minidom.parseString(source.encode())
names, texts, attributes, style = set(), [], set(), False
class Reader(HTMLParser):
    def handle_starttag(self, name, found):
        names.add(name)
        attributes.update(key for key, _ in found)
        ids.extend(value for key, value in found if key == 'id')
    def handle_data(self, data):
        if self.lasttag != 'style':
            texts.append(data)
ids = []
Reader(convert_charrefs=True).feed(source)
assert len(ids) == len(set(ids)), ids
assert not any(key.startswith('on') or key in ('href', 'src', 'style') for key in attributes), attributes
json.dump([sorted(names), ''.join(texts)], sys.stdout)";
    let mut child = Command::new("python3")
        .args(["-I", "-X", "utf8", "-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    let mut stdin = child.stdin.take().unwrap();
    let input = html.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{html}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_report_of_mtpb() {
    let report = report(&mtpb());
    let (names, text) = parsed(&report);
    for name in ["svg", "table", "figure", "figcaption", "title", "desc", "caption"] {
        assert!(names.contains(name), "{name}");
    }
    assert!(!names.contains("script") && !names.contains("link") && !names.contains("img"));
    for said in
        ["MTPB with codegen-tiny", "56.2 %", "-25.0", "line 9: there is no `inputs`", "single-matched", "Orchard"]
    {
        assert!(text.contains(said), "{said}");
    }
    let body = report.split("</style>").nth(1).unwrap();
    insta::assert_snapshot!("mtpb", body);
}

#[test]
fn the_report_of_humaneval() {
    let report = report(&humaneval());
    let (_, text) = parsed(&report);
    for said in ["HumanEval with codegen-tiny", "pass@2", "66.7 %", "Own/2", "temperature 0.8"] {
        assert!(text.contains(said), "{said}");
    }
    insta::assert_snapshot!("humaneval", report.split("</style>").nth(1).unwrap());
}

/// Runs with nothing in them, or not yet, are reported, too.
#[test]
fn there_is_always_a_report() {
    for mut records in [mtpb(), humaneval()] {
        for stage in 0..3 {
            let report = html(&records.header, &summarise(&records.header, &records.samples, &records.verdicts, &[1]));
            assert!(!report.contains("NaN") && !report.contains("inf\""), "{report}");
            let (_, text) = parsed(&report);
            assert!(text.contains("with codegen-tiny"));
            match stage {
                0 => records.verdicts.clear(),
                1 => records.samples.clear(),
                _ => (records.header.conditions, records.header.problems) = (Vec::new(), Vec::new()),
            }
        }
    }
}

#[test]
fn what_files_say_stays_text() {
    let attack =
        "</title></style></svg>\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;\u{0}\u{1b}]\u{ffff}";
    let mut records = mtpb();
    records.header.model = attack.to_owned();
    records.header.left_out = vec![attack.to_owned()];
    records.header.model_sha256 = attack.to_owned();
    let old = records.header.conditions[1].clone();
    records.header.conditions[1] = attack.to_owned();
    for sample in records.samples.iter_mut().filter(|sample| sample.key.condition == old) {
        sample.key.condition = attack.to_owned();
    }
    for problem in &mut records.header.problems {
        problem.name = attack.to_owned();
        problem.category = attack.to_owned();
    }
    let (names, text) = parsed(&report(&records));
    assert_eq!(names, parsed(&report(&mtpb())).0);
    assert!(text.contains("<script>alert(1)</script>"));
}

/// What an attribute, not the first one, says in every element of this name.
fn numbers(markup: &Markup, element: &str, attribute: &str) -> Vec<f64> {
    let (start, before) = (format!("<{element} "), format!(" {attribute}=\""));
    let number = |rest: &str| {
        let tag = rest.split_once('>').unwrap().0;
        tag.split_once(&before).unwrap().1.split_once('"').unwrap().0.parse().unwrap()
    };
    markup.0.split(&start).skip(1).map(number).collect()
}

/// Bars are as long as the rates are large: measured on the picture, by its own axis.
#[test]
fn the_picture_shows_the_summary_s_numbers() {
    let summary = mtpb().summary(&[]);
    let measure = |picture: &Markup| numbers(picture, "rect", "width");
    let near = |widths: &[f64], rates: &[f64]| {
        assert_eq!(widths.len(), rates.len());
        let scale = widths.iter().zip(rates).find(|(_, rate)| **rate > 0.0).map(|(width, rate)| width / rate).unwrap();
        for (width, rate) in widths.iter().zip(rates) {
            assert!((width / scale - rate).abs() < 1e-3, "{widths:?} {rates:?}");
        }
    };
    let rates: Vec<f64> = summary.conditions.iter().filter_map(|condition| condition.rate).collect();
    near(&measure(&pictures::rates(&summary)), &rates);
    let by_category = summary.conditions.iter().flat_map(|condition| &condition.by_category);
    let rates: Vec<f64> = by_category.filter_map(|group| group.rate).collect();
    near(&measure(&pictures::categories(&summary)), &rates);
    // Points: higher means a greater rate, and further right a greater perplexity, both in the order of the problems.
    let picture = pictures::perplexity(&summary);
    let [rights, downs] = ["cx", "cy"].map(|attribute| numbers(&picture, "circle", attribute));
    let points: Vec<(f64, f64)> = rights.into_iter().zip(downs).map(|(right, down)| (right, -down)).collect();
    let problems: Vec<(f64, f64)> =
        summary.conditions[0].by_problem.iter().map(|group| (group.perplexity.unwrap(), group.rate.unwrap())).collect();
    assert_eq!(points.len(), problems.len());
    for (a, b) in [(0, 1), (1, 2), (2, 3)] {
        let order = |pairs: &[(f64, f64)]| (pairs[a].0.total_cmp(&pairs[b].0), pairs[a].1.total_cmp(&pairs[b].1));
        assert_eq!(order(&points), order(&problems));
    }
}

//! Precision against the share shown, as an SVG of its own.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::row::Row;

/// A labelled curve: (share shown of asked, wholly right of shown).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

const COLOURS: [&str; 6] = ["#1f6feb", "#d1242f", "#1a7f37", "#8250df", "#9a6700", "#57606a"];
/// Fewer suggestions than this give no point.
const FEWEST: usize = 20;

/// The curve of some rows: a point for each set of settings, or, where there is one only, by the confidence that the server
/// reports.
pub(super) fn curve(name: &str, rows: &[Row]) -> Curve {
    let rows: Vec<&Row> = rows.iter().filter(|row| !row.every_key).collect();
    let mut points = Vec::new();
    let mut runs: BTreeMap<&[String], Vec<&Row>> = BTreeMap::new();
    for row in rows {
        runs.entry(&row.settings).or_default().push(row);
    }
    let single = runs.len() == 1;
    for rows in runs.values() {
        let asked = rows.len() as f64;
        let mut shown: Vec<&&Row> = rows.iter().filter(|row| row.shown.is_some()).collect();
        shown.sort_by(|a, b| b.confidence.unwrap_or(0.0).total_cmp(&a.confidence.unwrap_or(0.0)));
        let mut right = 0;
        for (index, row) in shown.iter().enumerate() {
            right += usize::from(row.verdict.whole);
            let next = shown.get(index + 1).map(|next| next.confidence);
            let last = index + 1 == shown.len();
            if last || (single && index + 1 >= FEWEST && next != Some(row.confidence)) {
                let count = (index + 1) as f64;
                points.push((count / asked, f64::from(u32::try_from(right).unwrap_or(0)) / count));
            }
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    Curve { name: name.to_owned(), points }
}

/// Draws curves.
pub(super) fn svg(curves: &[Curve]) -> String {
    let (left, top, width, height) = (60.0, 20.0, 640.0, 320.0);
    let place = |(x, y): (f64, f64)| (left + x * width, top + (1.0 - y) * height);
    let mut out = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 400\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Precision against the share shown</title>\n\
         <rect width=\"760\" height=\"400\" fill=\"#fff\"/>\n",
    );
    for tick in 0..=5 {
        let value = f64::from(tick) / 5.0;
        let ((x, bottom), (_, y)) = (place((value, 0.0)), place((0.0, value)));
        let _ = writeln!(out, "<path d=\"M{left} {y}H{}\" stroke=\"#ddd\"/>", left + width);
        let percent = tick * 20;
        let _ = writeln!(out, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{percent} %</text>", left - 8.0, y + 4.0);
        let _ = writeln!(out, "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{percent} %</text>", bottom + 18.0);
    }
    out.push_str("<text x=\"380\" y=\"380\" text-anchor=\"middle\">shown of asked</text>\n");
    out.push_str("<text x=\"66\" y=\"14\">wholly right of shown</text>\n");
    for (index, curve) in curves.iter().enumerate() {
        let colour = COLOURS[index % COLOURS.len()];
        let points: Vec<String> =
            curve.points.iter().map(|&at| place(at)).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(out, "<polyline fill=\"none\" stroke=\"{colour}\" points=\"{}\"/>", points.join(" "));
        if curve.points.len() <= 12 {
            for (x, y) in curve.points.iter().map(|&at| place(at)) {
                let _ = writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
            }
        }
        let y = 40 + index * 18;
        let _ = writeln!(
            out,
            "<text x=\"690\" y=\"{y}\" text-anchor=\"end\" fill=\"{colour}\">{}</text>",
            escaped(&curve.name)
        );
    }
    out.push_str("</svg>\n");
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

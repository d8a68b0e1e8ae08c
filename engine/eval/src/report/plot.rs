//! Pictures as SVG: pure functions from numbers to markup. Colours are the style sheet's (`s0` is the first series).

use maud::{Markup, html};

use super::axis::Axis;
use crate::estimate::Interval;
use crate::summary::table::name;

/// The width of every picture, in its own units.
const WIDTH: f64 = 760.0;
/// The height of the pictures that have two axes of numbers.
const HEIGHT: f64 = 380.0;
/// The width of a character, roughly.
const CHARACTER: f64 = 7.2;
/// Characters of a name in a picture.
const NAME: usize = 28;
/// Colours that the style sheet has.
const COLOURS: usize = 8;

/// A picture's description for readers who do not see it.
pub(super) struct Words<'a> {
    /// Unique in the document.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) description: String,
}

/// One value with its interval.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    /// The position on the other axis: the number of a group, or a value.
    pub(super) at: f64,
    pub(super) rate: f64,
    pub(super) interval: Option<Interval>,
    /// The text shown when the mouse is over the mark.
    pub(super) says: String,
}

/// Marks of one colour.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) marks: Vec<Mark>,
}

/// Draws horizontal bars: for every group one of each series, with its value and, if it has one, its interval. With a
/// single series every group has its own colour, and there is no legend.
pub(super) fn bars(words: &Words<'_>, groups: &[String], series: &[Series]) -> Markup {
    if is_empty(series) {
        return nothing();
    }
    let names: Vec<String> = groups.iter().map(|group| name(group, NAME)).collect();
    let left = 20.0 + CHARACTER * longest(&names);
    let alone = series.len() == 1;
    let thick = if alone { 22.0 } else { 12.0 };
    let each = thick * float(series.len()) + 14.0;
    let (mut marks, key) = if alone { (Vec::new(), 0.0) } else { legend(series, left) };
    let top = 8.0 + key;
    let bottom = top + each * float(groups.len().max(1));
    let rates = Axis::rates(greatest(series), (left, WIDTH - 64.0));
    let mut picture = vec![grid_upright(&rates, top, bottom)];
    for (index, group) in names.iter().enumerate() {
        picture.push(label(left - 8.0, top + each * (float(index) + 0.5) + 4.5, "end", group));
    }
    for (place, series) in series.iter().enumerate() {
        for mark in &series.marks {
            let colour = if alone { mark.at.abs() as usize } else { place };
            let above = top + each * mark.at + 7.0 + thick * float(place);
            picture.push(bar(&rates, mark, above, thick - 2.0, colour));
        }
    }
    picture.append(&mut marks);
    canvas(words, bottom + 28.0, &picture)
}

fn is_empty(series: &[Series]) -> bool {
    series.iter().all(|series| series.marks.is_empty())
}

/// What stands in the place of a picture without values.
fn nothing() -> Markup {
    html! { p class="soft" { "There is nothing to show yet: no sample has been judged." } }
}

fn bar(rates: &Axis, mark: &Mark, above: f64, thick: f64, colour: usize) -> Markup {
    let (start, end) = (rates.place(0.0), rates.place(mark.rate));
    let middle = above + thick / 2.0;
    let whisker = mark.interval.map(|interval| {
        let (low, high) = (rates.place(interval.low), rates.place(interval.high));
        path("whisker", &[&[(low, middle), (high, middle)], &tick(low, middle), &tick(high, middle)])
    });
    let (class, value) = (class(colour), format!("{:.1}", 100.0 * mark.rate));
    html! {
        g {
            title { (mark.says) }
            rect class={ "bar " (class) } x=(short(start)) y=(short(above)) width=(short(end - start)) height=(short(thick)) {}
            @if let Some(whisker) = whisker { (whisker) }
            (text(end + 6.0, middle + 4.5, "start", Some("value"), &value))
        }
    }
}

fn tick(x: f64, y: f64) -> [(f64, f64); 2] {
    [(x, y - 4.0), (x, y + 4.0)]
}

/// Draws rates over an axis of values. If `joined`, a line joins the marks of a series; otherwise those of several
/// series at the same value are side by side.
pub(super) fn curves(
    words: &Words<'_>,
    along: &str,
    axis: impl Fn((f64, f64)) -> Axis,
    series: &[Series],
    joined: bool,
) -> Markup {
    if is_empty(series) {
        return nothing();
    }
    let left = 64.0;
    let (mut picture, key) = if series.len() > 1 { legend(series, left) } else { (Vec::new(), 0.0) };
    let (top, bottom) = (12.0 + key, HEIGHT - 48.0 + key);
    let axis = axis((left, WIDTH - 24.0));
    let rates = Axis::rates(greatest(series), (bottom, top));
    picture.push(grid_level(&rates, axis.ends()));
    let mut ticks = Vec::new();
    for (value, name) in &axis.ticks {
        let x = axis.place(*value);
        ticks.push(path("grid", &[&[(x, bottom), (x, bottom + 5.0)]]));
        ticks.push(label(x, bottom + 20.0, "middle", name));
    }
    ticks.push(label(f64::midpoint(left, WIDTH - 24.0), bottom + 40.0, "middle", along));
    picture.push(group(Some("axis"), &ticks));
    for (place, one) in series.iter().enumerate() {
        // Side by side, so that intervals of the same value can be told apart.
        let aside = if joined { 7.0 * (float(place) - (float(series.len()) - 1.0) / 2.0) } else { 0.0 };
        let at = |mark: &Mark| (axis.place(mark.at) + aside, rates.place(mark.rate));
        let mut all = Vec::new();
        if joined {
            let points: Vec<(f64, f64)> = one.marks.iter().map(at).collect();
            all.push(path(&format!("line {}", class(place)), &[&points]));
        }
        for mark in &one.marks {
            all.push(point(&rates, mark, at(mark), place));
        }
        picture.push(group(None, &all));
    }
    canvas(words, bottom + 52.0, &picture)
}

fn point(rates: &Axis, mark: &Mark, (x, y): (f64, f64), colour: usize) -> Markup {
    let whisker = mark.interval.map(|interval| {
        let ends = [(x, rates.place(interval.low)), (x, rates.place(interval.high))];
        path(&format!("whisker {}", class(colour)), &[&ends])
    });
    html! {
        g {
            title { (mark.says) }
            @if let Some(whisker) = whisker { (whisker) }
            (sign(x, y, colour))
        }
    }
}

/// Draws a series' mark: shapes differ as well as colours.
fn sign(x: f64, y: f64, colour: usize) -> Markup {
    let corners: &[(f64, f64)] = match colour % 4 {
        0 => {
            return html! { circle class={ "sign " (class(colour)) } cx=(short(x)) cy=(short(y)) r="4.5" {} };
        }
        1 => &[(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0), (-4.0, -4.0)],
        2 => &[(0.0, -5.5), (5.0, 4.0), (-5.0, 4.0), (0.0, -5.5)],
        _ => &[(0.0, -5.5), (5.5, 0.0), (0.0, 5.5), (-5.5, 0.0), (0.0, -5.5)],
    };
    let corners: Vec<(f64, f64)> = corners.iter().map(|&(right, down)| (x + right, y + down)).collect();
    path(&format!("sign {}", class(colour)), &[&corners])
}

/// Draws the series' names beside their signs, in as many rows as needed; returns the height of these, too.
fn legend(series: &[Series], left: f64) -> (Vec<Markup>, f64) {
    let (mut x, mut y) = (left + 6.0, 16.0);
    let mut all = Vec::new();
    for (place, series) in series.iter().enumerate() {
        let name = name(&series.name, NAME);
        let width = 34.0 + CHARACTER * float(name.chars().count());
        if x + width > WIDTH && x > left + 6.0 {
            (x, y) = (left + 6.0, y + 20.0);
        }
        all.push(sign(x, y, place));
        all.push(label(x + 12.0, y + 4.5, "start", &name));
        x += width;
    }
    (vec![group(Some("legend"), &all)], y + 8.0)
}

fn grid_upright(rates: &Axis, top: f64, bottom: f64) -> Markup {
    let lines = rates.ticks.iter().flat_map(|(value, name)| {
        let x = rates.place(*value);
        [path("grid", &[&[(x, top), (x, bottom)]]), label(x, bottom + 18.0, "middle", name)]
    });
    group(Some("axis"), &lines.collect::<Vec<_>>())
}

fn grid_level(rates: &Axis, (start, end): (f64, f64)) -> Markup {
    let lines = rates.ticks.iter().flat_map(|(value, name)| {
        let y = rates.place(*value);
        [path("grid", &[&[(start, y), (end, y)]]), label(start - 8.0, y + 4.5, "end", name)]
    });
    group(Some("axis"), &lines.collect::<Vec<_>>())
}

fn canvas(words: &Words<'_>, height: f64, content: &[Markup]) -> Markup {
    let (title, description) = (format!("{}-title", words.id), format!("{}-description", words.id));
    html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby={ (title) " " (description) }
            viewBox={ "0 0 " (WIDTH) " " (short(height)) } {
            title id=(title) { (words.title) }
            desc id=(description) { (words.description) }
            @for part in content { (part) }
        }
    }
}

fn group(class: Option<&str>, content: &[Markup]) -> Markup {
    html! { g class=[class] { @for part in content { (part) } } }
}

fn path(class: &str, lines: &[&[(f64, f64)]]) -> Markup {
    let mut steps = String::new();
    for line in lines {
        for (index, (x, y)) in line.iter().enumerate() {
            steps.push_str(if index == 0 { "M" } else { "L" });
            steps.push_str(&format!("{} {}", short(*x), short(*y)));
        }
    }
    html! { path class=(class) d=(steps) {} }
}

fn label(x: f64, y: f64, anchor: &str, words: &str) -> Markup {
    text(x, y, anchor, None, words)
}

fn text(x: f64, y: f64, anchor: &str, class: Option<&str>, words: &str) -> Markup {
    html! { text x=(short(x)) y=(short(y)) text-anchor=(anchor) class=[class] { (words) } }
}

fn class(colour: usize) -> String {
    format!("s{}", colour % COLOURS)
}

/// The greatest value, intervals included.
fn greatest(series: &[Series]) -> f64 {
    let marks = series.iter().flat_map(|series| &series.marks);
    marks.map(|mark| mark.interval.map_or(mark.rate, |interval| interval.high.max(mark.rate))).fold(0.0, f64::max)
}

/// Rounds to a hundredth of a unit, which is less than a reader can see.
fn short(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn longest(names: &[String]) -> f64 {
    float(names.iter().map(|name| name.chars().count()).max().unwrap_or_default())
}

#[allow(clippy::cast_precision_loss)]
fn float(count: usize) -> f64 {
    count as f64
}

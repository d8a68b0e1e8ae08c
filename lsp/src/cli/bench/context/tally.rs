//! What came of the places: which lines are exact, with and without.

use std::fmt::Write;
use std::time::Duration;

use codegen_core::Completion;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::gate::is_next;
use super::WAYS;
use super::place::{self, Cursor};

/// What came of one place.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    package: String,
    file: String,
    line: usize,
    cursor: Cursor,
    expected: String,
    /// In the order of [`WAYS`].
    ways: Vec<Outcome>,
}

impl Row {
    pub(super) fn new(package: &str, place: &place::Place, ways: Vec<Outcome>) -> Self {
        let file = place.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let line = place.text[..place.offset].matches('\n').count() + 1;
        let expected = place.text[place.offset..place.line_end].to_owned();
        Self { package: package.to_owned(), file, line, cursor: place.cursor, expected, ways }
    }
}

/// What came of a place in one way.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Outcome {
    /// The first line of what the model wrote.
    wrote: String,
    /// Whether that is the rest of the file's line.
    exact: bool,
    /// Whether it is that up to the end of the name.
    named: bool,
    /// Characters that the product would show, and whether the file goes on with them.
    shown: usize,
    right: bool,
    /// Lines of other files in the prompt.
    lines: usize,
    /// Tokens of the prompt, and those that were read for it.
    prompt: usize,
    read: usize,
    ms: f64,
}

impl Outcome {
    pub(super) fn new(
        place: &place::Place,
        raw: &str,
        shown: Option<&str>,
        lines: usize,
        done: &Completion,
        took: Duration,
    ) -> Self {
        let wrote = raw.lines().next().unwrap_or_default().trim_end().to_owned();
        let rest = place.text[place.offset..place.line_end].trim_end();
        let name = place.text.get(place.offset..place.name_end).unwrap_or_default();
        let behind = wrote.strip_prefix(name);
        let goes_on = |behind: &str| behind.starts_with(|char: char| char.is_alphanumeric() || char == '_');
        Self {
            exact: wrote == rest,
            named: !name.is_empty() && behind.is_some_and(|behind| !goes_on(behind)),
            shown: shown.map_or(0, |shown| shown.chars().count()),
            right: shown.is_some_and(|shown| is_next(shown, &place.text[place.offset..])),
            lines,
            prompt: done.prompt_tokens,
            read: super::read(done),
            ms: took.as_secs_f64() * 1e3,
            wrote,
        }
    }
}

/// The numbers of one way.
struct Sums {
    exact: usize,
    by_cursor: [(usize, usize); Cursor::ALL.len()],
    /// Places with the cursor before the name, and those where it was written.
    named: (usize, usize),
    shown: usize,
    right: usize,
    with_lines: usize,
    prompt: f64,
    read: f64,
    ms: f64,
}

fn sums(places: &[Row], way: usize) -> Sums {
    let all: Vec<_> = places.iter().filter_map(|place| Some((place.cursor, place.ways.get(way)?))).collect();
    let count = |holds: &dyn Fn(&(Cursor, &Outcome)) -> bool| all.iter().filter(|place| holds(place)).count();
    let mean = |value: &dyn Fn(&Outcome) -> f64| {
        all.iter().map(|(_, asked)| value(asked)).sum::<f64>() / (all.len().max(1)) as f64
    };
    Sums {
        exact: count(&|(_, asked)| asked.exact),
        by_cursor: Cursor::ALL
            .map(|cursor| (count(&|(at, _)| *at == cursor), count(&|(at, asked)| *at == cursor && asked.exact))),
        named: (count(&|(at, _)| *at != Cursor::Call), count(&|(at, asked)| *at != Cursor::Call && asked.named)),
        shown: count(&|(_, asked)| asked.shown > 0),
        right: count(&|(_, asked)| asked.shown > 0 && asked.right),
        with_lines: count(&|(_, asked)| asked.lines > 0),
        prompt: mean(&|asked| asked.prompt as f64),
        read: mean(&|asked| asked.read as f64),
        ms: mean(&|asked| asked.ms),
    }
}

/// The places where a way is exact and "off" is not, and the other way round.
fn changed(places: &[Row], way: usize) -> (usize, usize) {
    let exact = |place: &Row, way: usize| place.ways.get(way).is_some_and(|asked| asked.exact);
    let count = |better: usize, worse: usize| {
        places.iter().filter(|place| exact(place, better) && !exact(place, worse)).count()
    };
    (count(way, 0), count(0, way))
}

/// The probability that as many of so many changes, or more, go one way by chance alone (the exact test of McNemar, both sides).
fn by_chance(gained: usize, lost: usize) -> f64 {
    let all = gained + lost;
    let mut term = 0.5_f64.powi(i32::try_from(all).unwrap_or(i32::MAX));
    let mut tail = 0.0;
    for number in 0..=gained.min(lost) {
        tail += term;
        term *= (all - number) as f64 / (number + 1) as f64;
    }
    (2.0 * tail).min(1.0)
}

/// The numbers as JSON.
pub(super) fn summary(places: &[Row]) -> Value {
    let ways = WAYS.iter().enumerate().map(|(way, name)| {
        let sums = sums(places, way);
        let (gained, lost) = changed(places, way);
        json!({
            "context": name, "places": places.len(), "exact": sums.exact, "gained": gained, "lost": lost,
            "byChance": by_chance(gained, lost), "named": sums.named.1, "ofNames": sums.named.0, "shown": sums.shown,
            "right": sums.right, "withContext": sums.with_lines, "promptTokens": sums.prompt, "readTokens": sums.read, "ms": sums.ms,
        })
    });
    ways.collect()
}

/// The numbers as tables in Markdown.
pub(super) fn report(places: &[Row]) -> String {
    let kinds = Cursor::ALL.map(|cursor| format!("at the {}", cursor.name())).join(" | ");
    let mut out = format!(
        "| context | places | with lines of other files | exact lines | {kinds} | names written | suggestions shown | of these right \
         | tokens of a prompt | tokens read | ms |\n|{}\n",
        " --- |".to_owned() + &" ---: |".repeat(9 + Cursor::ALL.len())
    );
    for (way, name) in WAYS.iter().enumerate() {
        let sums = sums(places, way);
        let by_cursor = sums.by_cursor.map(|(all, exact)| format!("{exact} of {all}")).join(" | ");
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {by_cursor} | {} of {} | {} | {} | {:.0} | {:.0} | {:.0} |",
            places.len(),
            sums.with_lines,
            sums.exact,
            sums.named.1,
            sums.named.0,
            sums.shown,
            sums.right,
            sums.prompt,
            sums.read,
            sums.ms,
        );
    }
    out.push('\n');
    for (way, name) in WAYS.iter().enumerate().skip(1) {
        let (gained, lost) = changed(places, way);
        let chance = by_chance(gained, lost);
        let _ = writeln!(out, "{name} against off: {gained} exact lines gained, {lost} lost (p = {chance:.3})");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances() {
        for (gained, lost, expected) in
            [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (5, 5, 1.0), (10, 2, 0.0386), (2, 10, 0.0386)]
        {
            let chance = by_chance(gained, lost);
            assert!((chance - expected).abs() < 1e-4, "{gained} {lost}: {chance}");
        }
    }
}

//! Repetition: small models get stuck, and what they write again and again is shown once.

use super::Cursor;
use super::refusal::Refusal;
use crate::python::Line;
use crate::turns::shown_text;

/// Times in a row that are too many.
const TIMES: usize = 3;
/// A cycle of more lines than this is a pattern, and not a stuck model.
const CYCLE: usize = 6;
/// Lines above the cursor that count as already said.
const ABOVE: usize = 12;

/// Cuts the text before the first repetition of a line, or of a few, that comes at least three times in a row; what stands
/// above the cursor counts.
pub(super) fn cut(cursor: &Cursor, text: &str) -> Result<String, Refusal> {
    if repeats(text) {
        // The last line has no end of its own to cut at.
        let last = text.rfind('\n').ok_or(Refusal::Repeats)?;
        return cut(cursor, &text[..last]);
    }
    let shown = |line: Line| (None, shown_text(cursor.document, line.start..line.end).trim_end().to_owned());
    let mut lines: Vec<(Option<usize>, String)> = cursor.lines_above().take(ABOVE).map(shown).collect();
    lines.reverse();
    for (number, line) in text.split('\n').enumerate() {
        let line = if number == 0 { format!("{}{line}", cursor.left) } else { line.to_owned() };
        if !line.trim().is_empty() {
            lines.push((Some(number), line));
        }
    }
    let Some(kept) = first_repetition(&lines) else { return Ok(text.to_owned()) };
    let kept = (kept > 0).then(|| text.split('\n').take(kept).collect::<Vec<_>>().join("\n"));
    kept.ok_or(Refusal::Repeats)
}

/// [`cut`] for a piece of code that stands on its own. Empty if nothing is left.
pub(super) fn cut_program(text: &str) -> &str {
    let text = if repeats(text) { text.rfind('\n').map_or("", |last| &text[..last]) } else { text };
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let said: Vec<_> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| (Some(number), line.trim_end().to_owned()))
        .collect();
    let Some(kept) = first_repetition(&said) else { return text };
    let length = lines.iter().take(kept).map(|line| line.len()).sum();
    &text[..length]
}

/// How much of a piece of code in the making [`cut_program`] keeps whatever follows: all before the first line that may turn
/// out to be said again for the third time. `ended`: nothing follows.
pub(super) fn unrepeated(text: &str, ended: bool) -> usize {
    let (whole, open) = if ended { (text, "") } else { text.rsplit_once('\n').unwrap_or(("", text)) };
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut start = 0;
    for line in whole.split('\n') {
        if !line.trim().is_empty() {
            lines.push((start, line.trim_end()));
        }
        start += line.len() + 1;
    }
    let said: Vec<_> = lines.iter().enumerate().map(|(number, (_, line))| (Some(number), (*line).to_owned())).collect();
    let repeated = first_repetition(&said).and_then(|number| lines.get(number)).map(|(start, _)| *start);
    let mut certain = repeated.unwrap_or(text.len());
    for cycle in (1..=CYCLE.min(lines.len())).filter(|_| !ended) {
        let again = lines[lines.len() - cycle].1;
        // A blank line says nothing, again or not.
        if open.trim().is_empty() || again.starts_with(open) || open.trim_end() == again {
            let pairs = lines.iter().rev().zip(lines.iter().rev().skip(cycle));
            let run = pairs.take_while(|((_, one), (_, other))| one == other).count();
            let first = lines.get(lines.len() - run).map_or(text.len() - open.len(), |(start, _)| *start);
            certain = certain.min(first);
        }
    }
    certain
}

/// The number of the suggestion's line with which something begins to be said again that is said three times or more.
fn first_repetition(lines: &[(Option<usize>, String)]) -> Option<usize> {
    let same = |one: usize, other: usize| match (lines.get(one), lines.get(other)) {
        (Some((_, one)), Some((_, other))) => one == other,
        _ => false,
    };
    (1..=CYCLE)
        .flat_map(|cycle| (0..lines.len()).map(move |start| (start, cycle)))
        .filter(|&(start, cycle)| (start..start + cycle * (TIMES - 1)).all(|at| same(at, at + cycle)))
        // If the cycle begins above the cursor, the whole suggestion is repetition.
        .filter_map(|(start, cycle)| lines[start + cycle..start + cycle * TIMES].iter().find_map(|(number, _)| *number))
        .min()
}

/// Whether lines end in a cycle that has come around three times.
pub(super) fn is_stuck(lines: &[String]) -> bool {
    (1..=CYCLE).any(|cycle| {
        let last = lines.len().checked_sub(cycle * TIMES).and_then(|start| lines.get(start..));
        last.is_some_and(|last| last.iter().zip(&last[cycle..]).all(|(one, next)| one == next))
    })
}

/// Whether the text ends in the same few characters over and over: `a, a, a, a, a`.
pub(super) fn repeats(text: &str) -> bool {
    let last = text.rsplit('\n').next().unwrap_or_default();
    let bytes = last.as_bytes();
    (2..=32).any(|period| {
        let repeated =
            bytes.iter().rev().zip(bytes.iter().rev().skip(period)).take_while(|(one, other)| one == other).count();
        // The characters themselves must be more than a ruler, an indentation or a row of zeros.
        let unit = &bytes[bytes.len().saturating_sub(period)..];
        repeated + period >= (period * 4).max(20) && unit.iter().any(u8::is_ascii_alphabetic)
    })
}

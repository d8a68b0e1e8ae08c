//! The end of a suggestion that repeats the text behind the cursor.

use super::Cursor;
use super::nesting::{Nesting, Open};
use super::refusal::Refusal;
use crate::python::{self, Line};
use crate::turns::shown_text;

/// Cuts what is already right of the cursor: `print(x|)` with `, y)` gives `print(x, y)`. Cuts also what closes a bracket or
/// a string that is closed below the cursor's line.
pub(super) fn right(cursor: &Cursor, text: &str) -> Result<String, Refusal> {
    let right = cursor.right.trim();
    // Before other text on the line there is room for one line only.
    let line = if right.is_empty() { text } else { text.split('\n').next().unwrap_or_default() };
    let around = Around::new(cursor);
    let mut kept = &line[..around.end(cursor, line)];
    // A colon, a comma, the rest of a long quote: the longest end of the text that the line goes on with. Brackets that are
    // left at the text's end close what the text itself opened, but in a string, where they are text.
    if !right.starts_with([')', ']', '}']) || matches!(around.open.last(), Some((Open::String { .. }, _))) {
        let lengths = (1..=right.len().min(kept.len())).rev().filter(|&length| right.is_char_boundary(length));
        if let Some(length) = lengths.into_iter().find(|&length| kept.ends_with(&right[..length])) {
            kept = &kept[..kept.len() - length];
        }
    }
    match kept.trim().is_empty() {
        false => Ok(kept.to_owned()),
        true if right.is_empty() => Err(Refusal::RepeatsNextLine),
        true => Err(Refusal::DoesNotFit),
    }
}

/// What is open at a cursor, the innermost last, and whether it is closed behind the cursor.
pub(super) struct Around {
    open: Vec<(Open, bool)>,
}

impl Around {
    pub fn new(cursor: &Cursor) -> Self {
        let mut nesting = Nesting { open: above(cursor) };
        let mut closed = vec![true; nesting.open.len()];
        nesting.read(&cursor.left, 0);
        closed.resize(nesting.open.len(), false);
        let mut around = Self { open: nesting.open.iter().copied().zip(closed).collect() };
        around.close(cursor, nesting);
        around
    }

    /// Marks what is closed right of the cursor.
    fn close(&mut self, cursor: &Cursor, mut nesting: Nesting) {
        let line = format!("{}{}", cursor.left, cursor.right);
        let (mut at, mut least) = (cursor.left.len(), nesting.open.len());
        while at < line.len() {
            let (sign, count, code) = (&line[at..], nesting.open.len(), nesting.in_code_now());
            let closer = sign.chars().next().filter(|char| code && ")]}".contains(*char));
            at = nesting.step(&line, at);
            let Some(closer) = closer.filter(|_| nesting.open.len() == count) else {
                if nesting.open.len() < least {
                    // A quote ends what is open in its string, but does not close it.
                    let last = if sign.starts_with('}') { least } else { nesting.open.len() + 1 };
                    self.open[nesting.open.len()..last].iter_mut().for_each(|(_, closed)| *closed = true);
                    least = nesting.open.len();
                }
                continue;
            };
            // It closes what opened before that which is left open, or on a line above.
            match nesting.open.iter().rposition(|open| open.is_closed_by(closer)) {
                Some(index) => {
                    nesting.open.truncate(index);
                    if index < least {
                        self.open[index].1 = true;
                        least = index;
                    }
                }
                None => {
                    self.open.insert(0, (Open::Bracket(closer), true));
                    nesting.open.clear();
                    least = 0;
                }
            }
        }
    }

    /// The length up to which `text` leaves open what is closed behind the cursor, and a colon behind it to be said.
    fn end(&self, cursor: &Cursor, text: &str) -> usize {
        let mut nesting = Nesting { open: self.open.iter().map(|(open, _)| *open).collect() };
        let whole = format!("{}{text}", cursor.left);
        let start = cursor.left.len();
        let (mut at, mut least, mut lambdas) = (start, nesting.open.len(), 0usize);
        let colon = cursor.right.trim_start().starts_with(':');
        while at < whole.len() {
            let (sign, count, code) = (&whole[at..], nesting.open.len(), nesting.in_code_now());
            if code && count == least && colon && sign.starts_with(':') && !sign.starts_with(":=") {
                if lambdas == 0 {
                    return at - start;
                }
                lambdas -= 1;
            }
            if code && sign.starts_with("lambda") && python::words(sign).next() == Some("lambda") {
                lambdas += 1;
            }
            let next = nesting.step(&whole, at);
            let ended = match nesting.open.len() {
                now if now < least => {
                    let ended = self.open[now..least].iter().any(|(_, closed)| *closed);
                    least = now;
                    ended
                }
                // A bracket of another kind.
                now => {
                    let closer = code && now == count && sign.starts_with([')', ']', '}']);
                    closer && count == least && self.open[..least].iter().any(|(_, closed)| *closed)
                }
            };
            if ended {
                return at - start;
            }
            at = next;
        }
        text.len()
    }
}

/// The brackets and strings around the cursor that have opened above its line and are closed behind it.
fn above(cursor: &Cursor) -> Vec<Open> {
    python::path(cursor.document, cursor.offset.saturating_sub(1))
        .iter()
        .filter(|node| node.start_byte() < cursor.line.start && node.end_byte() > cursor.offset)
        .filter_map(|node| {
            let last = python::children(*node).last().filter(|last| !last.is_missing())?;
            let first = python::children(*node).find(|first| is_opener(first.kind(), last.kind()))?;
            if first.end_byte() > cursor.line.start || last.start_byte() < cursor.offset {
                return None;
            }
            match last.kind() {
                "string_end" => Open::string(&cursor.document.slice(first.byte_range())),
                "}" if node.kind() == "interpolation" => Some(Open::Braces),
                closer => closer.chars().next().map(Open::Bracket),
            }
        })
        .collect()
}

fn is_opener(kind: &str, closer: &str) -> bool {
    matches!((kind, closer), ("(", ")") | ("[", "]") | ("{", "}") | ("string_start", "string_end"))
}

/// Cuts the text before the line from which on it says what the buffer says below the cursor.
pub(super) fn below(cursor: &Cursor, text: &str) -> Result<String, Refusal> {
    let shown = |line: Line| shown_text(cursor.document, line.start..line.end).trim_end().to_owned();
    let following: Vec<_> = cursor.lines_below().take(COMPARED).map(shown).collect();
    let lines = text.split('\n').enumerate().map(|(number, line)| match number {
        0 => (number, format!("{}{line}", cursor.left)),
        _ => (number, line.to_owned()),
    });
    let written: Vec<_> = lines.filter(|(_, line)| !line.trim().is_empty()).collect();
    let same = |from: usize| written[from..].iter().zip(&following).all(|((_, own), below)| own.trim_end() == below);
    let from = (0..written.len()).find(|&from| !following.is_empty() && same(from));
    let Some((number, _)) = from.and_then(|from| written.get(from)) else { return Ok(text.to_owned()) };
    let kept = (*number > 0).then(|| text.split('\n').take(*number).collect::<Vec<_>>().join("\n"));
    kept.ok_or(Refusal::RepeatsNextLine)
}

/// Lines below that must agree, as far as there are so many.
const COMPARED: usize = 3;

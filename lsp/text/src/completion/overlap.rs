//! The end of a suggestion that repeats the text behind the cursor.

use super::Cursor;
use super::around::Around;
use super::refusal::Refusal;
use crate::python::Line;
use crate::turns::shown_text;

/// Cuts what is already right of the cursor: `print(x|)` with `, y)` gives `print(x, y)`. Cuts also what closes a bracket or
/// a string that is closed below the cursor's line.
pub(super) fn right(cursor: &Cursor, text: &str) -> Result<String, Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::NothingWritten);
    }
    let right = cursor.right.trim();
    // Before other text on the line there is room for one line only.
    let line = if right.is_empty() { text } else { text.split('\n').next().unwrap_or_default() };
    let around = Around::new(cursor);
    let mut kept = &line[..around.end(cursor, line)];
    // A colon, a comma, the rest of a long quote: the longest end of the text that the line goes on with. Brackets that are
    // left at the text's end close what the text itself opened, but in a string, where they are text.
    if !right.starts_with([')', ']', '}']) || around.is_text() {
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

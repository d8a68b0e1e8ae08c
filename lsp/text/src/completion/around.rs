//! What is open around a cursor, and where a text closes what is closed behind it already.

use super::cursor::Cursor;
use super::nesting::{Nesting, Open};
use crate::python;

/// What is open at a cursor, the innermost last, and whether it is closed behind the cursor.
pub(super) struct Around {
    open: Vec<(Open, bool)>,
    /// Whether some of it has opened above the cursor's line or is closed below it.
    goes_on: bool,
}

impl Around {
    pub fn new(cursor: &Cursor) -> Self {
        let (start, end) = (cursor.line.start, cursor.line.end);
        let mut nesting = Nesting { open: enclosing(cursor, |opener, _| opener < start) };
        let mut closed = vec![true; nesting.open.len()];
        nesting.read(&cursor.left, 0);
        closed.truncate(nesting.open.len());
        // What has opened on this line and is closed below it; in a broken document the two need not belong together.
        let whole = cursor.document.tree().is_some_and(|tree| !tree.root_node().has_error());
        let below = enclosing(cursor, |opener, closer| whole && opener >= start && closer > end);
        let mut below = below.into_iter().peekable();
        let lines = nesting.open.iter().skip(closed.len()).map(|open| below.next_if_eq(open).is_some());
        closed.extend(lines.collect::<Vec<_>>());
        let goes_on = closed.contains(&true);
        let mut around = Self { open: nesting.open.iter().copied().zip(closed).collect(), goes_on };
        around.close(cursor, nesting);
        around
    }

    /// Whether the cursor is in something that goes on on other lines.
    pub fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// Whether the cursor is in the text of a string.
    pub fn is_text(&self) -> bool {
        matches!(self.open.last(), Some((Open::String { .. }, _)))
    }

    /// What makes a line whole that goes on with `text` up to here: the ends of all that is open and not closed behind the
    /// cursor, and the colon of a header.
    pub fn rest(&self, cursor: &Cursor, text: &str) -> String {
        let mut nesting = Nesting { open: self.open.iter().map(|(open, _)| *open).collect() };
        let whole = format!("{}{text}", cursor.left);
        let (mut at, mut least) = (cursor.left.len(), nesting.open.len());
        while at < whole.len() {
            at = nesting.step(&whole, at);
            least = least.min(nesting.open.len());
        }
        let mut rest = String::new();
        for (index, open) in nesting.open.iter().enumerate().rev() {
            // Before other text on the line, what the text opens it has to close.
            let closed = if index < least { self.open[index].1 } else { !cursor.ends_line() };
            if !closed {
                open.close(&mut rest);
            }
        }
        if !self.goes_on && cursor.ends_line() && !text.contains('\n') && wants_colon(&whole) {
            rest.push(':');
        }
        rest
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
                    self.goes_on = true;
                    self.open.insert(0, (Open::Bracket(closer), true));
                    nesting.open.clear();
                    least = 0;
                }
            }
        }
    }

    /// The length up to which `text` leaves open what is closed behind the cursor, and a colon behind it to be said.
    pub fn end(&self, cursor: &Cursor, text: &str) -> usize {
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
            if code && count == least && sign.starts_with("lambda") && python::words(sign).next() == Some("lambda") {
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

/// Whether a line begins as a header does and has not come to its colon.
fn wants_colon(line: &str) -> bool {
    if !python::is_header(&format!("{}:", line.trim())) {
        return false;
    }
    let (mut nesting, mut at) = (Nesting::default(), 0);
    while at < line.len() {
        if nesting.open.is_empty() && line[at..].starts_with(':') && !line[at..].starts_with(":=") {
            return false;
        }
        at = nesting.step(line, at);
    }
    true
}

/// The brackets and strings around the cursor that are closed behind it and of which `wanted` takes the offsets of the first
/// byte and of the closing sign.
fn enclosing(cursor: &Cursor, wanted: impl Fn(usize, usize) -> bool) -> Vec<Open> {
    let path = python::path(cursor.document, cursor.offset.saturating_sub(1));
    // These have no brackets of their own, and many children.
    let brackets = path.iter().filter(|node| !matches!(node.kind(), "module" | "block" | "ERROR"));
    let opened = brackets.filter_map(|node| {
        let last = python::children(*node).last().filter(|last| !last.is_missing())?;
        let first = python::children(*node).find(|first| is_opener(first.kind(), last.kind()))?;
        let (start, end) = (first.start_byte(), last.start_byte());
        if first.end_byte() > cursor.offset || end < cursor.offset || !wanted(start, end) {
            return None;
        }
        match last.kind() {
            "string_end" => Open::string(&cursor.document.slice(first.byte_range())),
            "}" if node.kind() == "interpolation" => Some(Open::Braces),
            closer => closer.chars().next().map(Open::Bracket),
        }
    });
    opened.collect()
}

fn is_opener(kind: &str, closer: &str) -> bool {
    matches!((kind, closer), ("(", ")") | ("[", "]") | ("{", "}") | ("string_start", "string_end"))
}

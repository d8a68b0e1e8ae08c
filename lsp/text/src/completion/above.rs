//! What the statement above wants next: a decorator its definition, a `try` its handler. The parser forgives the lack of
//! either, Python does not.

use super::cursor::{self, Cursor};
use super::refusal::Refusal;
use super::stop;
use crate::document::scanner::without_comment;
use crate::python::{self, Line};
use crate::turns::shown_text;

/// Lines above the cursor that are looked at.
const FAR: usize = 1000;

/// Whether the first statement of a text, put in where a statement begins, is one that can follow what stands above.
pub(super) fn allows(cursor: &Cursor, text: &str) -> Result<(), Refusal> {
    let Some(own) = cursor.column.filter(|_| cursor.ends_line() && !cursor.continuation) else { return Ok(()) };
    let mut lines =
        text.split('\n').enumerate().filter(|(_, line)| !matches!(line.trim().bytes().next(), None | Some(b'#')));
    let Some((number, line)) = lines.next() else { return Ok(()) };
    let column = cursor::column(line) + if number == 0 { own } else { 0 };
    let words = line.trim();
    let code = |line: &Line| !is_comment(cursor, line) && !python::is_continuation(cursor.document, line.text);
    let mut above = cursor.lines_above().take(FAR).filter(code);
    let Some(nearest) = above.next() else { return Ok(()) };
    if shown(cursor, &nearest).starts_with('@') {
        let defines = ["@", "def ", "class ", "async def "].iter().any(|start| words.starts_with(start));
        return if defines { Ok(()) } else { Err(Refusal::DoesNotParse) };
    }
    // A `try` is open as long as no line below it is as far to the left.
    let mut least = usize::MAX;
    for line in std::iter::once(nearest).chain(above).take_while(|line| line.column >= column) {
        if line.column < least && line.column >= column && without_comment(&shown(cursor, &line)) == "try:" {
            let handled = line.column == column && stop::handles(words);
            return if handled { Ok(()) } else { Err(Refusal::DoesNotParse) };
        }
        least = least.min(line.column);
    }
    Ok(())
}

fn is_comment(cursor: &Cursor, line: &Line) -> bool {
    cursor.document.rope().get_byte(line.text) == Some(b'#')
}

fn shown(cursor: &Cursor, line: &Line) -> String {
    shown_text(cursor.document, line.text..line.end).trim_end().to_owned()
}

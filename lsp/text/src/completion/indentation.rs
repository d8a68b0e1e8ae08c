//! The indentation of a suggestion's first line.

use super::cursor::{Cursor, column};
use crate::python;

/// Removes white space from the text's start where the cursor's line has enough: the model, shown a line that ends in white
/// space, likes to begin with some of its own. What it did to the first line it may have done to all.
pub(super) fn fix(cursor: &Cursor, text: &str) -> String {
    let words = text.trim_start_matches([' ', '\t']);
    let white = &text[..text.len() - words.len()];
    if white.is_empty() || words.starts_with('\n') {
        return text.to_owned();
    }
    let Some(own) = cursor.column else {
        let spaced = cursor.left.ends_with([' ', '\t']);
        return if spaced { words } else { text }.to_owned();
    };
    let Some(above) = &cursor.above else { return words.to_owned() };
    if cursor.continuation {
        return text.to_owned();
    }
    let expected = python::statement_column(cursor.document, above);
    if python::opens_block(cursor.document, above) {
        // Any indentation opens a block; if there is some already, it is the user's.
        return if own > expected { without(&cursor.left, white, text) } else { text.to_owned() };
    }
    // Nothing but a block may be indented more than the statement above it.
    if column(&format!("{}{white}", cursor.left)) <= expected {
        return text.to_owned();
    }
    if own >= expected {
        return without(&cursor.left, white, text);
    }
    let missing = if white.contains('\t') { "" } else { &white[..(expected - own).min(white.len())] };
    format!("{missing}{words}")
}

/// Takes `white` off the text's start, and off every other line if they all have it after the `left` of the first.
fn without(left: &str, white: &str, text: &str) -> String {
    let all = format!("{left}{white}");
    let everywhere = text.lines().skip(1).filter(|line| !line.is_empty()).all(|line| line.starts_with(&all));
    let words = text.strip_prefix(white).unwrap_or(text);
    if everywhere { words.replace(&format!("\n{all}"), &format!("\n{left}")) } else { words.to_owned() }
}

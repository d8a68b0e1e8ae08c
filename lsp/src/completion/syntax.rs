//! A suggestion never breaks a file that was whole.

use crate::document::Document;
use crate::syntax::errors;

/// Errors are counted up to here; a text with more is beyond judging.
const LIMIT: usize = 200;

/// The text, or as many of its first lines as leave the document no worse than it was: whole if it was whole, with no more
/// errors if it was not. `None` if no part of it does. Each part is first shortened by `closed` to what can end there.
pub(super) fn keep_parsing<'t>(
    document: &Document,
    offset: usize,
    text: &'t str,
    closed: impl Fn(&'t str) -> &'t str,
) -> Option<String> {
    let before = errors(document.tree(), LIMIT).unwrap_or(LIMIT);
    let after = |text: &str| {
        let mut changed = document.clone();
        changed.edit(offset..offset, text);
        errors(changed.tree(), LIMIT).unwrap_or(LIMIT)
    };
    let mut shown = closed(text);
    let mut best = None;
    while !shown.trim().is_empty() {
        let found = after(shown);
        if found == 0 {
            return Some(shown.to_owned());
        }
        // Fewer errors are better, and of equals the longest.
        if found <= before && before > 0 && best.is_none_or(|(least, _)| found < least) {
            best = Some((found, shown));
        }
        shown = shown.rfind('\n').map_or("", |end| closed(&shown[..end]));
    }
    best.map(|(_, text)| text.to_owned())
}

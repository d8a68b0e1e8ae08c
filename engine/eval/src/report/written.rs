//! Prepares a page for its file. maud has already escaped all texts and attributes.

use maud::Markup;

/// Elements that begin on a line of their own, so that reports can be compared line by line.
const LINES: [&str; 22] = [
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "header",
    "section",
    "h1",
    "h2",
    "p",
    "ul",
    "li",
    "figure",
    "figcaption",
    "svg",
    "g",
    "table",
    "caption",
    "tr",
    "div",
];

/// Returns the page in lines. Characters that are invalid in markup even when escaped are replaced.
pub(super) fn page(markup: &Markup) -> String {
    let mut page = String::with_capacity(markup.0.len());
    // In a text or an attribute there is no `<`: it is escaped.
    for (index, piece) in markup.0.split('<').enumerate() {
        let name = piece.split([' ', '>']).next().unwrap_or_default();
        page.push_str(if LINES.contains(&name) { "\n" } else { "" });
        page.push_str(if index > 0 { "<" } else { "" });
        page.extend(piece.chars().map(|c| if is_allowed(c) { c } else { '\u{fffd}' }));
    }
    page + "\n"
}

fn is_allowed(c: char) -> bool {
    (!c.is_control() || matches!(c, '\n' | '\t')) && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

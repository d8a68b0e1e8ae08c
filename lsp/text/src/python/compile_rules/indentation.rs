//! Tabs among spaces. Python refuses lines whose order would depend on how wide a tab is; Ruff's lexer takes it for two
//! columns, CPython for eight.

use std::cmp::Ordering;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::Ranged;

use super::Violation;

/// The width of white space with a tab of eight columns, and of one.
type Widths = (usize, usize);

/// Adds the lines whose indentation is inconsistent.
pub(super) fn check(text: &str, tokens: &Tokens, found: &mut Vec<Violation>) {
    if !text.contains('\t') {
        return;
    }
    let mut levels: Vec<Widths> = vec![(0, 0)];
    let mut first = true;
    for token in tokens {
        match token.kind() {
            TokenKind::Newline => first = true,
            // Neither has an indentation of its own.
            TokenKind::NonLogicalNewline | TokenKind::Comment | TokenKind::EndOfFile => {}
            TokenKind::Indent | TokenKind::Dedent => {}
            _ if first => {
                first = false;
                let start = token.start().to_usize();
                let before = &text[..start];
                let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
                if widths(&before[line..]).is_some_and(|widths| !fits(&mut levels, widths)) {
                    found.push(Violation::new(start, "inconsistent use of tabs and spaces in indentation"));
                }
            }
            _ => {}
        }
    }
}

/// The widths of white space; `None` for anything else, as behind a backslash.
fn widths(space: &str) -> Option<Widths> {
    space.trim_start_matches('\u{feff}').chars().try_fold((0, 0), |(eight, one), char| match char {
        ' ' => Some((eight + 1, one + 1)),
        '\t' => Some((eight + 8 - eight % 8, one + 1)),
        '\u{c}' => Some((0, 0)),
        _ => None,
    })
}

/// Whether an indentation continues, opens or closes a level, however wide a tab is.
fn fits(levels: &mut Vec<Widths>, widths: Widths) -> bool {
    let open = levels.len();
    while levels.len() > 1 && levels.last().is_some_and(|level| level.0 > widths.0) {
        levels.pop();
    }
    let level = levels.last().copied().unwrap_or_default();
    match widths.0.cmp(&level.0) {
        Ordering::Equal => widths.1 == level.1,
        Ordering::Greater => {
            let opens = open == levels.len();
            levels.push(widths);
            opens && widths.1 > level.1
        }
        Ordering::Less => true,
    }
}

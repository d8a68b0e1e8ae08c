//! Rules for single tokens.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::Ranged;

use super::Violation;

/// Digits of a decimal number; CPython's `sys.int_info.default_max_str_digits`.
const DIGITS: usize = 4_300;

/// Adds what is wrong with a text's tokens.
pub(super) fn check(text: &str, tokens: &Tokens, found: &mut Vec<Violation>) {
    found.extend(text.find('\0').map(|at| Violation::new(at, "a null character")));
    let long = tokens.iter().filter(|token| token.kind() == TokenKind::Int && token.range().len().to_usize() > DIGITS);
    for token in long {
        let digits = &text[token.range()];
        let decimal =
            !digits.starts_with("0x") && !digits.starts_with("0X") && digits.starts_with(|char: char| char != '0');
        if decimal && digits.chars().filter(char::is_ascii_digit).count() > DIGITS {
            found.push(Violation::new(token.start(), "a decimal number of more than 4300 digits"));
        }
    }
}

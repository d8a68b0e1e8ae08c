//! Rules for single tokens.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::Ranged;

use super::Violation;

/// Digits of a decimal number; CPython's `sys.int_info.default_max_str_digits`.
const DIGITS: usize = 4_300;

/// Adds what is wrong with a text's tokens.
pub(super) fn check(text: &str, tokens: &Tokens, found: &mut Vec<Violation>) {
    found.extend(text.find('\0').map(|at| Violation::new(at, "a null character")));
    let mut before = TokenKind::Newline;
    for token in tokens {
        let kind = token.kind();
        if kind.is_trivia() {
            continue;
        }
        if before == TokenKind::Yield && joins(kind) {
            found.push(Violation::new(token.start(), "an operator behind a bare `yield`"));
        }
        if kind == TokenKind::Int && is_too_long(&text[token.range()]) {
            found.push(Violation::new(token.start(), "a decimal number of more than 4300 digits"));
        }
        before = kind;
    }
}

fn is_too_long(number: &str) -> bool {
    // Those of other bases, which begin with a zero, have no bound.
    number.len() > DIGITS && !number.starts_with('0') && number.chars().filter(char::is_ascii_digit).count() > DIGITS
}

/// Whether a token joins what stands before it to what follows. Ruff's parser takes a `yield` without a value for an operand.
fn joins(kind: TokenKind) -> bool {
    kind.as_binary_operator().is_some_and(|_| kind.as_unary_operator().is_none() && kind != TokenKind::Star)
        || kind.as_bool_operator().is_some()
        || matches!(
            kind,
            TokenKind::EqEqual
                | TokenKind::NotEqual
                | TokenKind::Less
                | TokenKind::LessEqual
                | TokenKind::Greater
                | TokenKind::GreaterEqual
                | TokenKind::In
                | TokenKind::Is
                | TokenKind::If
                | TokenKind::Comma
        )
}

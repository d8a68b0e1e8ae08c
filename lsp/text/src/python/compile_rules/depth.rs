//! Bounds on nesting. What is recursive over a syntax tree, Ruff's visitors and its destructors among it, gets as much stack
//! as the tree at hand needs.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_interpolated_string_element, walk_pattern, walk_stmt};
use ruff_python_ast::{Expr, InterpolatedStringElement, ModModule, Pattern, Stmt};
use ruff_python_parser::lexer::lex;
use ruff_python_parser::{Mode, Parsed};

use super::Violation;

/// Brackets that may be open at once; CPython's `MAXLEVEL`.
const BRACKETS: usize = 200;

/// Levels of indentation; CPython's `MAXINDENT` less the level that it starts with.
const INDENTS: usize = 99;

/// Nodes above one another in the syntax tree. CPython 3.11 refuses 2,990 operators in a row.
const NODES: usize = 3_000;

/// Tokens without a comma and a line's end in between. Twice as many as make [`NODES`] and more, since a chain of `or` is one
/// node however long it is. Ruff's parser takes about 1.5 kB of stack for each token that nests.
const TOKENS: usize = 20_000;

/// Bytes of stack that a level of the tree takes to be checked and dropped, in a build without optimisation.
const LEVEL: usize = 6 << 10;

/// Bytes of stack that a level of the tree takes to be dropped.
const LEVEL_DROPPED: usize = 1 << 10;

/// Bytes of stack that are there in any case.
const LEAST: usize = 128 << 10;

const TOO_DEEP: &str = "nested too deeply";

/// Whether a text can be parsed without much memory, by its tokens.
pub(super) fn check_tokens(text: &str) -> Result<(), Violation> {
    if u32::try_from(text.len()).is_err() {
        return Err(Violation::new(0_usize, "larger than 4 GB"));
    }
    let mut lexer = lex(text, Mode::Module);
    let (mut brackets, mut indents, mut run) = (0_usize, 0_usize, 0_usize);
    loop {
        run += 1;
        match lexer.next_token() {
            TokenKind::EndOfFile => return Ok(()),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => brackets += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => brackets = brackets.saturating_sub(1),
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Comma | TokenKind::Semi | TokenKind::Newline => run = 0,
            _ => {}
        }
        if brackets > BRACKETS || indents > INDENTS || run > TOKENS {
            return Err(Violation::new(0_usize, TOO_DEEP));
        }
    }
}

/// The outcome of `judge` for a tree, which it may walk recursively.
///
/// # Errors
/// The tree is too deep for that.
pub(super) fn with_stack<T>(
    parsed: Parsed<ModModule>,
    judge: impl FnOnce(&Parsed<ModModule>) -> T,
) -> Result<T, Violation> {
    let mut depth = Depth { now: 0, most: 0 };
    depth.visit_body(parsed.suite());
    if depth.most > NODES {
        // Nothing is deeper than there are tokens. Of that much stack only what is used becomes memory.
        let need = LEAST + parsed.tokens().len() * LEVEL_DROPPED;
        stacker::maybe_grow(need, need, || drop(parsed));
        return Err(Violation::new(0_usize, TOO_DEEP));
    }
    let need = LEAST + depth.most * LEVEL;
    stacker::maybe_grow(need, need, || {
        let found = judge(&parsed);
        drop(parsed);
        Ok(found)
    })
}

/// The depth of a syntax tree, up to a little over [`NODES`].
struct Depth {
    now: usize,
    most: usize,
}

impl Depth {
    fn below(&mut self, walk: impl FnOnce(&mut Self)) {
        self.now += 1;
        self.most = self.most.max(self.now);
        if self.now <= NODES {
            stacker::maybe_grow(LEAST, 1 << 20, || walk(self));
        }
        self.now -= 1;
    }
}

impl<'a> Visitor<'a> for Depth {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.below(|depth| walk_stmt(depth, stmt));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.below(|depth| walk_expr(depth, expr));
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        self.below(|depth| walk_pattern(depth, pattern));
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        self.below(|depth| walk_interpolated_string_element(depth, element));
    }
}

//! The blocks of a function that `break`, `continue` and `return` leave.

use super::Violation;

/// A statement whose body is left by way of its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// The body of a loop.
    Loop,
    /// The body of a clause of `except*`, which no control flow may leave.
    Group,
    /// Any other that the compiler keeps count of.
    Other,
}

/// What leaves blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// `return`.
    Function,
    /// `break` or `continue`.
    Loop,
}

/// The blocks of a scope that are open, from the outermost on.
#[derive(Default)]
pub(super) struct Blocks(Vec<Block>);

impl Blocks {
    /// Enters a block `times` times, since some statements count twice.
    pub(super) fn enter(&mut self, block: Block, times: usize) {
        self.0.extend(std::iter::repeat_n(block, times));
    }

    /// Leaves as many blocks.
    pub(super) fn leave(&mut self, times: usize) {
        self.0.truncate(self.0.len().saturating_sub(times));
    }

    /// Whether more are open than the compiler of Python 3.`minor` has room for: its `CO_MAXBLOCKS`.
    pub(super) fn are_too_many(&self, minor: u8) -> bool {
        self.0.len() > if minor < 13 { 20 } else { 21 }
    }

    /// Whether a loop is open.
    pub(super) fn in_loop(&self) -> bool {
        self.0.contains(&Block::Loop)
    }

    /// The violation at `at`, if leaving there would leave a clause of `except*`.
    pub(super) fn leaves_group(&self, leaving: Leaving, at: usize) -> Option<Violation> {
        let inner = self.0.iter().rev().find(|block| match leaving {
            Leaving::Function => **block == Block::Group,
            Leaving::Loop => **block != Block::Other,
        });
        (inner == Some(&Block::Group)).then(|| Violation::new(at, "control flow leaves an `except*` clause"))
    }
}

//! Edits in bytes, and how they move with later typing.
#![allow(missing_docs, clippy::unimplemented, unused_variables)]

use std::ops::Range;

/// Replace `range` by `text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub range: Range<usize>,
    pub text: String,
}

/// Moves `edit`, made for an older text, past a later change; `None` if the change touched what the edit replaces.
pub fn rebase(edit: &Edit, change: &Edit) -> Option<Edit> {
    unimplemented!()
}

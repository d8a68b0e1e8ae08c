//! What the model is shown for a completion at an offset. Pure.
#![allow(missing_docs, clippy::unimplemented, unused_variables)]

use crate::document::Document;

/// A prompt, and where in the document it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The text to continue: what is kept from above the window, then the document from `start` to the cursor.
    pub prompt: String,
    /// Byte offset of the window's start. Hand it back for the next request on this document: it stays put while it can,
    /// because every move throws the KV cache away, and moves far (a quarter of the budget) when it must.
    pub start: usize,
}

/// The context for a completion at `offset` within `budget` tokens, as `count` counts them.
pub fn build(
    document: &Document,
    offset: usize,
    budget: usize,
    previous_start: Option<usize>,
    count: &dyn Fn(&str) -> usize,
) -> Context {
    unimplemented!()
}

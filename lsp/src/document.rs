//! A buffer: text, syntax tree and version, never out of step. Offsets are UTF-8 bytes.
#![allow(missing_docs, clippy::unimplemented, unused_variables)]

use std::ops::Range;

use ropey::Rope;
use tree_sitter::Tree;

/// A Python buffer. Cloning is cheap: a clone is a snapshot.
#[derive(Clone)]
pub struct Document {
    rope: Rope,
    tree: Tree,
    version: i32,
}

impl Document {
    /// Parses `text`; broken Python is input, not an error.
    pub fn new(text: &str, version: i32) -> Self {
        unimplemented!()
    }
    /// Replaces the bytes of `range` (on character boundaries, within the text) and reparses. The only method that changes text.
    pub fn edit(&mut self, range: Range<usize>, text: &str) {
        unimplemented!()
    }
    pub fn set_version(&mut self, version: i32) {
        unimplemented!()
    }
    pub fn version(&self) -> i32 {
        self.version
    }
    pub fn rope(&self) -> &Rope {
        &self.rope
    }
    pub fn tree(&self) -> &Tree {
        &self.tree
    }
    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.rope.len_bytes()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    pub fn text(&self) -> String {
        self.rope.to_string()
    }
    pub fn slice(&self, range: Range<usize>) -> String {
        self.rope.byte_slice(range).to_string()
    }
}

//! The crates' code as data: which module is in which file, what it names, and which paths it mentions.

use std::collections::BTreeMap;

use super::source::Finding;

pub type ModuleId = usize;

/// A path as the code has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    pub segments: Vec<String>,
    /// Whether it starts with `::`.
    pub absolute: bool,
    /// The line, from 1.
    pub line: usize,
}

/// The meaning of a name in a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// A module declared here.
    Module(ModuleId),
    /// Anything else that is defined here: a type, a function, a constant, …
    Item,
    /// What a `use` names.
    Use(Path),
}

#[derive(Debug)]
pub struct Module {
    /// None for the root of a crate.
    pub parent: Option<ModuleId>,
    /// The path of the file that holds its code.
    pub file: String,
    /// The meanings of each name. One name may have several: a module and a function, or one item for each system.
    pub names: BTreeMap<String, Vec<Name>>,
    /// What is imported by `use path::*`.
    pub globs: Vec<Path>,
    /// Every path in its code, those of `use` included.
    pub mentions: Vec<Path>,
}

impl Module {
    pub fn new(parent: Option<ModuleId>, file: &str) -> Self {
        let (names, globs, mentions) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { parent, file: file.to_owned(), names, globs, mentions }
    }
}

/// A crate of the workspace.
#[derive(Debug, Clone, Copy)]
pub struct Crate {
    /// The crate's name in code.
    pub name: &'static str,
    /// The folder of its sources.
    pub folder: &'static str,
}

/// The modules of all crates; tests are left out.
#[derive(Debug, Default)]
pub struct Program {
    pub modules: Vec<Module>,
    /// The library of each crate, by the crate's name.
    pub roots: BTreeMap<String, ModuleId>,
    /// The module that is all of a file, by the file's path.
    pub files: BTreeMap<String, ModuleId>,
    /// Files that do not parse, and files that no module names.
    pub findings: Vec<Finding>,
}

impl Program {
    /// Whether one of the two modules contains the other.
    pub fn are_kin(&self, one: ModuleId, other: ModuleId) -> bool {
        self.contains(one, other) || self.contains(other, one)
    }

    fn contains(&self, outer: ModuleId, inner: ModuleId) -> bool {
        std::iter::successors(Some(inner), |&id| self.modules[id].parent).any(|id| id == outer)
    }
}

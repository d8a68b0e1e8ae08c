//! Builds the graph of imports between files: every path is followed, through `use` and re-exports, to the file that
//! defines its target.
//!
//! An item that is reached only through a value (a field, a method) is not seen, because the code names no type there.
//! A module that is named only on the way to something in it does not count either.

use std::collections::{BTreeMap, BTreeSet};

use super::program::{ModuleId, Name, Path, Program};

/// The names that tie one file to another, each with the line that first mentions it.
pub type Names = BTreeMap<String, usize>;

/// The imports between files, by the paths of the importing and the imported file.
pub type Graph = BTreeMap<(String, String), Names>;

/// The imports between the program's files.
pub fn graph(program: &Program) -> Graph {
    let mut graph = Graph::new();
    for (id, module) in program.modules.iter().enumerate() {
        for path in &module.mentions {
            for target in program.resolve(id, path, &mut Vec::new()) {
                if let Target::Item { file, name } = target
                    && file != module.file
                {
                    let names = graph.entry((module.file.clone(), file)).or_default();
                    let line = names.entry(name).or_insert(path.line);
                    *line = path.line.min(*line);
                }
            }
        }
    }
    graph
}

/// The target of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Module(ModuleId),
    Item { file: String, name: String },
}

/// The imports that are being followed: each by its module, its name, and its index among the meanings of the name.
type Trail = Vec<(ModuleId, String, usize)>;

impl Program {
    /// Returns every target that the path may have, seen from the module; empty for items of other crates.
    fn resolve(&self, from: ModuleId, path: &Path, trail: &mut Trail) -> BTreeSet<Target> {
        let mut segments = path.segments.iter();
        let Some(first) = segments.next() else { return BTreeSet::new() };
        let mut targets = match first.as_str() {
            "crate" => BTreeSet::from([Target::Module(self.root(from))]),
            "self" => BTreeSet::from([Target::Module(from)]),
            "super" => self.modules[from].parent.map(Target::Module).into_iter().collect(),
            name if path.absolute => self.krate(name),
            name => match self.lookup(from, name, trail) {
                none if none.is_empty() => self.krate(name),
                found => found,
            },
        };
        for name in segments {
            targets = targets.into_iter().flat_map(|target| self.step(target, name, trail)).collect();
        }
        targets
    }

    /// Returns the targets of a name below the target.
    fn step(&self, target: Target, name: &str, trail: &mut Trail) -> BTreeSet<Target> {
        match target {
            Target::Module(id) if name == "super" => self.modules[id].parent.map(Target::Module).into_iter().collect(),
            Target::Module(id) => self.lookup(id, name, trail),
            // A variant or an item of an impl is in the same file as its type.
            item @ Target::Item { .. } => BTreeSet::from([item]),
        }
    }

    /// Returns the targets of a name in a module.
    fn lookup(&self, id: ModuleId, name: &str, trail: &mut Trail) -> BTreeSet<Target> {
        let module = &self.modules[id];
        let mut found = BTreeSet::new();
        for (place, stands_for) in module.names.get(name).into_iter().flatten().enumerate() {
            match stands_for {
                Name::Module(inner) => {
                    found.insert(Target::Module(*inner));
                }
                Name::Item => {
                    found.insert(Target::Item { file: module.file.clone(), name: name.to_owned() });
                }
                Name::Use(path) => self.follow((id, name.to_owned(), place), trail, |trail| {
                    found.extend(self.resolve(id, path, trail));
                }),
            }
        }
        if found.is_empty() {
            for (place, path) in module.globs.iter().enumerate() {
                self.follow((id, format!("{name} of *"), place), trail, |trail| {
                    for target in self.resolve(id, path, trail) {
                        if let Target::Module(open) = target {
                            found.extend(self.lookup(open, name, trail));
                        }
                    }
                });
            }
        }
        found
    }

    /// Does the work unless it is already in progress: `use a::a` must not look for itself.
    fn follow(&self, import: (ModuleId, String, usize), trail: &mut Trail, work: impl FnOnce(&mut Trail)) {
        if !trail.contains(&import) {
            trail.push(import);
            work(trail);
            trail.pop();
        }
    }

    fn root(&self, id: ModuleId) -> ModuleId {
        std::iter::successors(Some(id), |&id| self.modules[id].parent).last().unwrap_or(id)
    }

    fn krate(&self, name: &str) -> BTreeSet<Target> {
        self.roots.get(name).copied().map(Target::Module).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::modules::program;
    use crate::tidy::program::Crate;
    use crate::tidy::source::sources;

    /// Returns the imports between the files of two crates, as lines.
    fn imports(files: &[(&str, &str)]) -> Vec<String> {
        let crates = [Crate { name: "a", folder: "a/src" }, Crate { name: "b", folder: "b/src" }];
        let program = program(&sources(files), &crates);
        assert_eq!(program.findings, []);
        let line = |((from, to), names): ((String, String), Names)| {
            format!("{from} > {to}: {}", names.into_keys().collect::<Vec<_>>().join(" "))
        };
        graph(&program).into_iter().map(line).collect()
    }

    #[test]
    fn a_path_leads_to_the_file_that_defines_what_it_names() {
        let library = "mod one; mod two; pub use one::One;";
        for (two, expected) in [
            ("use crate::one::One;", "One"),
            ("use crate::One;", "One"),
            ("use super::one; fn f(_: one::One) {}", "One"),
            ("use super::one as other; fn f() { other::act() }", "act"),
            ("use super::one::{self, One}; fn f() { one::act() }", "One act"),
            ("fn f() { crate::one::act() }", "act"),
            ("fn f() { format!(\"{}\", crate::one::act()) }", "act"),
            ("fn f() { self::inner::g() } mod inner { use super::super::one::*; pub fn g() { act() } }", "act"),
            ("fn f() { use crate::one::Way; let _ = Way::Up; }", "Way"),
            ("fn f() { use crate::one::Way::*; }", ""),
        ] {
            let one = "pub struct One; pub fn act() {} pub enum Way { Up }";
            let found = imports(&[("a/src/lib.rs", library), ("a/src/one.rs", one), ("a/src/two.rs", two)]);
            let mut lines = vec!["a/src/lib.rs > a/src/one.rs: One".to_owned()];
            if !expected.is_empty() {
                lines.push(format!("a/src/two.rs > a/src/one.rs: {expected}"));
            }
            assert_eq!(found, lines, "{two}");
        }
    }

    #[test]
    fn re_exports_are_followed_through_crates_and_namesakes() {
        let found = imports(&[
            ("a/src/lib.rs", "pub mod outer; pub use outer::*;"),
            ("a/src/outer.rs", "mod deed; pub use deed::deed; pub use self::deed::Deed as Did;"),
            ("a/src/outer/deed.rs", "pub fn deed() {} pub struct Deed;"),
            ("b/src/lib.rs", "use a::Did; fn f() { a::outer::deed(); ::a::deed(); other::Did; std::mem::take(); }"),
        ]);
        assert_eq!(
            found,
            ["a/src/outer.rs > a/src/outer/deed.rs: Deed deed", "b/src/lib.rs > a/src/outer/deed.rs: Deed deed"]
        );
    }

    #[test]
    fn a_circle_of_imports_ends() {
        let found = imports(&[
            ("a/src/lib.rs", "mod one; mod two;"),
            ("a/src/one.rs", "pub use crate::two::*; pub use crate::two::Gone;"),
            ("a/src/two.rs", "pub use crate::one::*; pub use crate::one::Gone; fn f(_: Gone) {}"),
        ]);
        assert_eq!(found, [""; 0]);
    }
}

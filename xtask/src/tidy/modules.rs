//! Finds the modules of a crate, starting from its root, where Rust looks for them.

use std::collections::{BTreeMap, BTreeSet};

use super::program::{Crate, Module, ModuleId, Name, Program};
use super::reader::{self, Pending};
use super::source::{Finding, Source, is_test, lies_in};

/// Reads the crates' modules.
pub fn program(sources: &[Source], crates: &[Crate]) -> Program {
    let texts = sources.iter().map(|source| (source.path.as_str(), source.text.as_str())).collect();
    let mut walk = Walk { texts, program: Program::default(), tests: BTreeSet::new() };
    for krate in crates {
        for root in ["lib.rs", "main.rs"] {
            let path = format!("{}/{root}", krate.folder);
            if walk.texts.contains_key(path.as_str()) {
                let id = walk.file(&path, None, krate.folder);
                if root == "lib.rs" {
                    walk.program.roots.insert(krate.name.to_owned(), id);
                }
            }
        }
    }
    walk.find_orphans(crates);
    walk.program
}

struct Walk<'a> {
    texts: BTreeMap<&'a str, &'a str>,
    program: Program,
    /// Files that only a test module names.
    tests: BTreeSet<String>,
}

impl Walk<'_> {
    /// Reads a file and those of the modules that it declares, which lie in `folder`.
    fn file(&mut self, path: &str, parent: Option<ModuleId>, folder: &str) -> ModuleId {
        let id = self.program.modules.len();
        self.program.modules.push(Module::new(parent, path));
        self.program.files.insert(path.to_owned(), id);
        let text = self.texts.get(path).copied().unwrap_or_default();
        match reader::read(text, id, &mut self.program.modules) {
            Ok(pending) => self.declared(path, folder, &pending),
            Err(error) => {
                let line = error.span().start().line;
                self.program.findings.push(Finding::new(path, line, format!("does not parse: {error}")));
            }
        }
        id
    }

    fn declared(&mut self, from: &str, folder: &str, pending: &[Pending]) {
        for module in pending {
            let Some((path, below)) = self.place(from, folder, module) else {
                let what = format!("the module {} has no file", module.name);
                self.program.findings.push(Finding::new(from, module.line, what));
                continue;
            };
            if module.test {
                self.tests.insert(path);
            } else {
                let id = self.file(&path, Some(module.parent), &below);
                let names = &mut self.program.modules[module.parent].names;
                names.entry(module.name.clone()).or_default().push(Name::Module(id));
            }
        }
    }

    /// The file of a declared module, and the folder of the modules that it declares itself.
    fn place(&self, from: &str, folder: &str, module: &Pending) -> Option<(String, String)> {
        let within = module.within.iter().fold(folder.to_owned(), |folder, name| format!("{folder}/{name}"));
        let found = |path: String, below: String| self.texts.contains_key(path.as_str()).then_some((path, below));
        if let Some(told) = &module.path {
            let here = from.rsplit_once('/').map_or("", |(folder, _)| folder);
            let path = format!("{here}/{told}");
            let below = path.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned());
            return found(path, below);
        }
        let below = format!("{within}/{}", module.name);
        found(format!("{below}.rs"), below.clone()).or_else(|| found(format!("{below}/mod.rs"), below.clone()))
    }

    fn find_orphans(&mut self, crates: &[Crate]) {
        for &path in self.texts.keys() {
            let ours = crates.iter().any(|krate| lies_in(path, krate.folder));
            if !ours || !path.ends_with(".rs") || is_test(path) || self.is_below_test(path) {
                continue;
            }
            if !self.program.files.contains_key(path) {
                self.program.findings.push(Finding::new(path, 0, "no module names this file: declare or delete it"));
            }
        }
    }

    /// Whether the file belongs to a test module, or to one that it declares.
    fn is_below_test(&self, path: &str) -> bool {
        self.tests.iter().any(|test| lies_in(path, test.trim_end_matches(".rs").trim_end_matches("/mod")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sources;

    const A: Crate = Crate { name: "a", folder: "a/src" };

    fn read(files: &[(&str, &str)]) -> Program {
        program(&sources(files), &[A])
    }

    #[test]
    fn modules_are_found_where_rust_looks() {
        let program = read(&[
            ("a/src/lib.rs", "mod one; mod two; mod inline { mod three; } #[path = \"other/place.rs\"] mod four;"),
            ("a/src/one.rs", "mod below;"),
            ("a/src/one/below.rs", ""),
            ("a/src/two/mod.rs", "mod below;"),
            ("a/src/two/below.rs", ""),
            ("a/src/inline/three.rs", ""),
            ("a/src/other/place.rs", "mod beside;"),
            ("a/src/other/beside.rs", ""),
        ]);
        assert_eq!(program.findings, []);
        assert_eq!(program.files.len(), 8);
    }

    #[test]
    fn tests_are_left_out() {
        let program = read(&[
            ("a/src/lib.rs", "#[cfg(test)] mod tests; #[cfg(all(test, unix))] mod support; mod one;"),
            ("a/src/tests.rs", "mod cases;"),
            ("a/src/tests/cases.rs", ""),
            ("a/src/support.rs", "mod more;"),
            ("a/src/support/more.rs", ""),
            ("a/src/one.rs", "#[cfg(not(test))] mod two; #[cfg(test)] mod tests { mod three; }"),
            ("a/src/one/two.rs", ""),
        ]);
        assert_eq!(program.findings, []);
        assert_eq!(program.files.keys().collect::<Vec<_>>(), ["a/src/lib.rs", "a/src/one.rs", "a/src/one/two.rs"]);
    }

    #[test]
    fn files_and_modules_that_do_not_meet_are_found() {
        let program = read(&[("a/src/lib.rs", "\nmod gone;"), ("a/src/lost.rs", ""), ("b/src/lost.rs", "")]);
        let found: Vec<_> = program.findings.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "a/src/lib.rs:2: the module gone has no file",
                "a/src/lost.rs: no module names this file: declare or delete it"
            ]
        );
    }

    #[test]
    fn a_file_that_does_not_parse_is_found() {
        let program = read(&[("a/src/lib.rs", "fn one() {}\nfn {")]);
        assert_eq!(program.findings.len(), 1);
        assert_eq!((program.findings[0].line, program.findings[0].what.contains("does not parse")), (2, true));
    }
}

//! What a scope does with its names: the part of CPython's symbol table that can refuse a program.

use std::collections::HashMap;

use super::Violation;

/// The uses of a name in one scope, in the order of the symbol table's pass.
#[derive(Clone, Copy, Default)]
struct Uses {
    read: bool,
    assigned: bool,
    annotated: bool,
    parameter: bool,
    imported: bool,
    global: bool,
    nonlocal: bool,
}

impl Uses {
    fn is_declared(self) -> bool {
        self.global || self.nonlocal
    }

    fn is_bound(self) -> bool {
        self.assigned || self.annotated || self.parameter || self.imported
    }
}

/// How a statement binds a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Binding {
    Assigned,
    Annotated,
    Parameter,
    /// Alone of all bindings this one may stand above a `global`.
    Imported,
}

/// The statements that say where a name is from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Declaration {
    Global,
    Nonlocal,
}

impl Declaration {
    fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Nonlocal => "nonlocal",
        }
    }
}

/// A name that must be bound by a function further out.
pub(super) type Wanted<'a> = (&'a str, usize);

/// The names of a scope.
#[derive(Default)]
pub(super) struct Names<'a> {
    uses: HashMap<&'a str, Uses>,
    /// By this scope's own declarations.
    wanted: Vec<Wanted<'a>>,
    /// By those of scopes within it: settled at its end, since it may bind them below.
    wanted_within: Vec<Wanted<'a>>,
}

impl<'a> Names<'a> {
    pub(super) fn read(&mut self, name: &'a str) {
        self.uses.entry(name).or_default().read = true;
    }

    pub(super) fn bind(&mut self, name: &'a str, binding: Binding) {
        let uses = self.uses.entry(name).or_default();
        match binding {
            Binding::Assigned => uses.assigned = true,
            Binding::Annotated => uses.annotated = true,
            Binding::Parameter => uses.parameter = true,
            Binding::Imported => uses.imported = true,
        }
    }

    /// Whether an annotation of a name would contradict a declaration.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.uses.get(name).is_some_and(|uses| uses.is_declared())
    }

    /// Notes a declaration; the violation if it comes too late.
    pub(super) fn declare(&mut self, name: &'a str, declaration: Declaration, at: usize) -> Option<Violation> {
        let uses = self.uses.entry(name).or_default();
        let word = declaration.word();
        let wrong = match uses {
            Uses { parameter: true, .. } => Some(format!("name '{name}' is parameter and {word}")),
            Uses { annotated: true, .. } => Some(format!("annotated name '{name}' can't be {word}")),
            Uses { assigned: true, .. } => Some(format!("name '{name}' is assigned to before {word} declaration")),
            Uses { read: true, .. } => Some(format!("name '{name}' is used prior to {word} declaration")),
            _ if uses.is_declared() && (declaration == Declaration::Global) != uses.global => {
                Some(format!("name '{name}' is nonlocal and global"))
            }
            _ => None,
        };
        match declaration {
            Declaration::Global => uses.global = true,
            Declaration::Nonlocal => {
                uses.nonlocal = true;
                self.wanted.push((name, at));
            }
        }
        wrong.map(|rule| Violation::new(at, rule))
    }

    /// Notes what the scopes within this one want.
    pub(super) fn want(&mut self, wanted: Vec<Wanted<'a>>) {
        self.wanted_within.extend(wanted);
    }

    /// What a function with these names and the scopes within it want of those around it.
    pub(super) fn wanted_of_function(mut self, found: &mut Vec<Violation>) -> Vec<Wanted<'a>> {
        for (name, at) in self.wanted_within {
            let uses = self.uses.get(name).copied().unwrap_or_default();
            if uses.global {
                found.push(unbound((name, at)));
            } else if !uses.nonlocal && !uses.is_bound() {
                self.wanted.push((name, at));
            }
        }
        self.wanted
    }

    /// What a class with these names, which its functions do not see, wants with all that is in it.
    pub(super) fn wanted_of_class(mut self) -> Vec<Wanted<'a>> {
        // The compiler adds this one for `super()`.
        self.wanted_within.retain(|(name, _)| *name != "__class__");
        self.wanted.append(&mut self.wanted_within);
        self.wanted
    }

    /// What the scopes within a module want, which cannot give it.
    pub(super) fn wanted_of_module(self) -> Vec<Wanted<'a>> {
        self.wanted_within
    }
}

/// The violation of a `nonlocal` that no function answers.
pub(super) fn unbound((name, at): Wanted) -> Violation {
    Violation::new(at, format!("no binding for nonlocal '{name}' found"))
}

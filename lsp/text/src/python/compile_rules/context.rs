//! Where in a program a checker is: the scopes around it.

use std::cell::RefCell;

use ruff_python_ast::{Identifier, PythonVersion};
use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxContext, SemanticSyntaxError, SemanticSyntaxErrorKind,
};
use ruff_text_size::{Ranged, TextRange};

use super::Violation;
use super::blocks::Blocks;
use super::names::Names;

/// The kinds of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Module,
    /// The inside of a part of a program: any of the others.
    Unknown,
    Class,
    Function,
    Coroutine,
    Lambda,
    /// Of a list, a set or a dictionary.
    Comprehension,
    Generator,
    /// An annotation that is never evaluated.
    Annotation,
}

impl Kind {
    pub(super) fn is_comprehension(self) -> bool {
        matches!(self, Self::Comprehension | Self::Generator)
    }
}

/// A scope that is open.
pub(super) struct Scope<'a> {
    pub(super) kind: Kind,
    pub(super) blocks: Blocks,
    pub(super) names: Names<'a>,
    /// Whether it is a generator's.
    pub(super) yields: bool,
    /// Where the last `return` with a value stands.
    pub(super) returns: Option<usize>,
}

impl Scope<'_> {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, blocks: Blocks::default(), names: Names::default(), yields: false, returns: None }
    }
}

/// The scopes around a place, and what has been found.
pub(super) struct Context<'a> {
    pub(super) text: &'a str,
    pub(super) version: PythonVersion,
    /// Whether annotations are not evaluated.
    pub(super) future: bool,
    /// Whether what is at hand is compiled, and not only looked through for names.
    pub(super) evaluated: bool,
    /// From the outermost on; never empty.
    pub(super) scopes: Vec<Scope<'a>>,
    pub(super) found: RefCell<Vec<Violation>>,
}

impl Context<'_> {
    /// The kind of the innermost scope.
    pub(super) fn kind(&self) -> Kind {
        self.scopes.last().map_or(Kind::Unknown, |scope| scope.kind)
    }

    /// The kind of the innermost scope that is no comprehension.
    fn around(&self) -> Kind {
        let kinds = self.scopes.iter().rev().map(|scope| scope.kind);
        kinds.into_iter().find(|kind| !kind.is_comprehension()).unwrap_or(Kind::Unknown)
    }

    /// Refuses a name that is written to.
    pub(super) fn refuse_debug(&self, name: &Identifier) {
        if name.as_str() == "__debug__" {
            self.add(name.start(), "cannot assign to __debug__");
        }
    }

    pub(super) fn add(&self, at: impl Into<usize>, rule: impl Into<String>) {
        self.found.borrow_mut().push(Violation::new(at, rule));
    }
}

impl SemanticSyntaxContext for Context<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        self.future
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        None
    }

    fn python_version(&self) -> PythonVersion {
        self.version
    }

    fn source(&self) -> &str {
        self.text
    }

    // Ruff asks the next two by a name's place in the text; `names` decides as the symbol table does.
    fn global(&self, _: &str) -> Option<TextRange> {
        None
    }

    fn has_nonlocal_binding(&self, _: &str) -> bool {
        true
    }

    fn is_bound_parameter(&self, _: &str) -> bool {
        false
    }

    /// A comprehension is as asynchronous as what is around it, and a generator may be anywhere.
    fn in_async_context(&self) -> bool {
        let scope = self.scopes.iter().rev().find(|scope| scope.kind != Kind::Comprehension);
        scope.is_none_or(|scope| matches!(scope.kind, Kind::Coroutine | Kind::Unknown | Kind::Generator))
    }

    fn in_await_allowed_context(&self) -> bool {
        !matches!(self.kind(), Kind::Module | Kind::Class)
    }

    fn in_yield_allowed_context(&self) -> bool {
        matches!(self.kind(), Kind::Function | Kind::Coroutine | Kind::Lambda | Kind::Unknown)
    }

    /// Matters to Python before 3.11 only.
    fn in_sync_comprehension(&self) -> bool {
        false
    }

    fn in_class_body_comprehension(&self) -> bool {
        self.around() == Kind::Class
    }

    fn in_module_scope(&self) -> bool {
        self.kind() == Kind::Module
    }

    fn in_function_scope(&self) -> bool {
        matches!(self.kind(), Kind::Function | Kind::Coroutine | Kind::Unknown)
    }

    fn in_generator_context(&self) -> bool {
        self.kind() == Kind::Generator
    }

    fn in_notebook(&self) -> bool {
        false
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        use SemanticSyntaxErrorKind::{AwaitOutsideAsyncFunction, NonModuleImportStar, YieldFromInAsyncFunction};
        let allowed = match error.kind {
            NonModuleImportStar(_) => self.kind() == Kind::Unknown,
            YieldFromInAsyncFunction => self.kind() == Kind::Unknown || !self.evaluated,
            AwaitOutsideAsyncFunction(_) => !self.evaluated,
            _ => false,
        };
        if !allowed {
            self.add(error.start(), error.to_string());
        }
    }

    fn in_loop_context(&self) -> bool {
        self.scopes.last().is_none_or(|scope| scope.kind == Kind::Unknown || scope.blocks.in_loop())
    }
}

//! The walk over a syntax tree, in the order of CPython's symbol table.

use std::cell::RefCell;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{
    Alias, Comprehension, ExceptHandler, Expr, ExprContext, Identifier, Keyword, Parameters, Pattern, PythonVersion, Stmt, StmtAnnAssign,
    StmtClassDef, StmtFunctionDef, StmtTry,
};
use ruff_python_parser::semantic_errors::SemanticSyntaxChecker;
use ruff_text_size::Ranged;

use super::Violation;
use super::blocks::{Block, Leaving};
use super::context::{Context, Kind, Scope};
use super::names::{Binding, Declaration, unbound};

/// Expressions that may stand in front of the starred target of an assignment.
const TARGETS: usize = 255;

/// Format specifications in format specifications, before Python 3.12.
const SPECIFICATIONS: usize = 2;

/// The checks of one program.
pub(super) struct Check<'a> {
    checker: SemanticSyntaxChecker,
    context: Context<'a>,
    /// Format specifications around the place.
    specifications: usize,
}

impl<'a> Check<'a> {
    /// A check that adds to what is `found`.
    pub(super) fn new(text: &'a str, version: PythonVersion, found: Vec<Violation>) -> Self {
        let scopes = vec![Scope::new(Kind::Module)];
        let context = Context { text, version, future: false, scopes, found: RefCell::new(found) };
        Self { checker: SemanticSyntaxChecker::new(), context, specifications: 0 }
    }

    /// What has been found.
    pub(super) fn into_found(self) -> Vec<Violation> {
        self.context.found.into_inner()
    }

    /// Checks a whole program.
    pub(super) fn module(&mut self, body: &'a [Stmt]) {
        let future = |stmt: &Stmt| {
            let Stmt::ImportFrom(import) = stmt else { return false };
            let annotations = import.names.iter().any(|alias| alias.name.as_str() == "annotations");
            import.module.as_deref() == Some("__future__") && annotations
        };
        self.context.future = body.iter().any(future);
        let mut rest = body;
        if self.context.text.lines().next() == Some("if True:")
            && let Some((Stmt::If(part), after)) = body.split_first()
        {
            self.within(Kind::Unknown, |check| check.visit_body(&part.body));
            part.elif_else_clauses.iter().for_each(|clause| self.visit_elif_else_clause(clause));
            rest = after;
        }
        self.visit_body(rest);
        if let Some(scope) = self.context.scopes.pop() {
            self.context.found.get_mut().extend(scope.names.wanted_of_module().into_iter().map(unbound));
        }
    }

    fn scope(&mut self) -> Option<&mut Scope<'a>> {
        self.context.scopes.last_mut()
    }

    /// The innermost scope that is no comprehension: assignments in expressions bind there.
    fn around(&mut self) -> Option<&mut Scope<'a>> {
        self.context.scopes.iter_mut().rev().find(|scope| !scope.kind.is_comprehension())
    }

    fn bind(&mut self, name: &'a Identifier, binding: Binding) {
        if let Some(scope) = self.scope() {
            scope.names.bind(name.as_str(), binding);
        }
    }

    /// Checks what is in a scope of its own.
    fn within(&mut self, kind: Kind, check: impl FnOnce(&mut Self)) {
        self.context.scopes.push(Scope::new(kind));
        check(self);
        let Some(Scope { names, .. }) = self.context.scopes.pop() else { return };
        let wanted = match kind {
            Kind::Function | Kind::Coroutine => names.wanted_of_function(self.context.found.get_mut()),
            Kind::Class => names.wanted_of_class(),
            // No declaration stands in any other but an unknown one, which may have everything.
            _ => Vec::new(),
        };
        if let Some(outer) = self.scope() {
            outer.names.want(wanted);
        }
    }

    /// Checks what is in a block of the scope, which counts `times` times.
    fn inside(&mut self, block: Block, times: usize, at: usize, check: impl FnOnce(&mut Self)) {
        let minor = self.context.version.minor;
        let Some(scope) = self.scope() else { return };
        scope.blocks.enter(block, times);
        if scope.blocks.are_too_many(minor) {
            self.context.add(at, "too many statically nested blocks");
        }
        check(self);
        if let Some(scope) = self.scope() {
            scope.blocks.leave(times);
        }
    }

    fn leave(&mut self, leaving: Leaving, stmt: &Stmt) {
        let violation = self.scope().and_then(|scope| scope.blocks.leaves_group(leaving, stmt.start().to_usize()));
        self.context.found.get_mut().extend(violation);
    }

    fn declare(&mut self, names: &'a [Identifier], declaration: Declaration) {
        for name in names {
            let Some(scope) = self.scope() else { return };
            let violation = scope.names.declare(name.as_str(), declaration, name.start().to_usize());
            self.context.found.get_mut().extend(violation);
        }
    }

    /// Binds what an import binds: the first part of a dotted name.
    fn import(&mut self, names: &'a [Alias], dotted: bool) {
        for alias in names {
            let name = alias.name.as_str();
            let bound = match &alias.asname {
                Some(name) => name.as_str(),
                None if dotted => name.split('.').next().unwrap_or(name),
                None => name,
            };
            if let Some(scope) = self.scope() {
                scope.names.bind(bound, Binding::Imported);
            }
        }
    }

    fn function(&mut self, def: &'a StmtFunctionDef) {
        self.bind(&def.name, Binding::Assigned);
        for decorator in &def.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(parameters) = &def.type_params {
            self.visit_type_params(parameters);
        }
        self.visit_parameters(&def.parameters);
        if let Some(returns) = &def.returns {
            self.visit_annotation(returns);
        }
        let kind = if def.is_async { Kind::Coroutine } else { Kind::Function };
        self.within(kind, |check| {
            for parameter in &*def.parameters {
                check.bind(parameter.name(), Binding::Parameter);
            }
            check.visit_body(&def.body);
        });
    }

    fn class(&mut self, def: &'a StmtClassDef) {
        self.bind(&def.name, Binding::Assigned);
        for decorator in &def.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(parameters) = &def.type_params {
            self.visit_type_params(parameters);
        }
        if let Some(arguments) = &def.arguments {
            self.visit_arguments(arguments);
        }
        self.within(Kind::Class, |check| check.visit_body(&def.body));
    }

    fn annotated(&mut self, stmt: &'a StmtAnnAssign) {
        match &*stmt.target {
            Expr::Name(name) => {
                self.checker.visit_expr(&stmt.target, &self.context);
                let kind = self.context.kind();
                let Some(scope) = self.scope() else { return };
                // In a module it says nothing, and may be one in a part.
                let declared = scope.names.is_declared(&name.id) && !matches!(kind, Kind::Module | Kind::Unknown);
                if stmt.simple {
                    scope.names.bind(&name.id, Binding::Annotated);
                } else if stmt.value.is_some() {
                    scope.names.bind(&name.id, Binding::Assigned);
                }
                if stmt.simple && declared {
                    self.context.add(name.start(), format!("annotated name '{}' can't be global or nonlocal", name.id));
                }
            }
            target => self.visit_expr(target),
        }
        self.visit_annotation(&stmt.annotation);
        if let Some(value) = &stmt.value {
            self.visit_expr(value);
        }
    }

    fn attempt(&mut self, stmt: &'a StmtTry) {
        let at = stmt.start().to_usize();
        let finally = usize::from(!stmt.finalbody.is_empty());
        self.inside(Block::Other, finally, at, |check| {
            check.inside(Block::Other, 1, at, |check| check.visit_body(&stmt.body));
            check.visit_body(&stmt.orelse);
            for (index, ExceptHandler::ExceptHandler(handler)) in stmt.handlers.iter().enumerate() {
                if handler.type_.is_none() && index + 1 < stmt.handlers.len() {
                    check.context.add(handler.start(), "default 'except:' must be last");
                }
                if let Some(expr) = &handler.type_ {
                    check.visit_expr(expr);
                }
                if let Some(name) = &handler.name {
                    check.bind(name, Binding::Assigned);
                }
                let block = if stmt.is_star { Block::Group } else { Block::Other };
                check.inside(block, 2, handler.start().to_usize(), |check| check.visit_body(&handler.body));
            }
        });
        self.inside(Block::Other, 1, at, |check| check.visit_body(&stmt.finalbody));
    }

    /// Checks a comprehension: what it goes over first is evaluated outside of it.
    fn comprehension(&mut self, kind: Kind, generators: &'a [Comprehension], results: &[&'a Expr]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.within(kind, |check| {
            for (index, generator) in generators.iter().enumerate() {
                if index > 0 {
                    check.visit_expr(&generator.iter);
                }
                check.visit_expr(&generator.target);
                generator.ifs.iter().for_each(|condition| check.visit_expr(condition));
            }
            results.iter().for_each(|result| check.visit_expr(result));
        });
    }

    fn lambda(&mut self, parameters: Option<&'a Parameters>, body: &'a Expr) {
        if let Some(parameters) = parameters {
            self.visit_parameters(parameters);
        }
        self.within(Kind::Lambda, |check| check.visit_expr(body));
    }

    fn targets(&self, context: ExprContext, targets: &[Expr]) {
        let starred = targets.iter().position(Expr::is_starred_expr);
        if context == ExprContext::Store && starred.is_some_and(|before| before > TARGETS) {
            self.context.add(targets[0].start(), "too many expressions in star-unpacking assignment");
        }
    }

    fn refuse_debug(&self, name: &Identifier) {
        if name.as_str() == "__debug__" {
            self.context.add(name.start(), "cannot assign to __debug__");
        }
    }
}

impl<'a> Visitor<'a> for Check<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.checker.visit_stmt(stmt, &self.context);
        let at = stmt.start().to_usize();
        match stmt {
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(def) => self.class(def),
            Stmt::AnnAssign(stmt) => self.annotated(stmt),
            Stmt::Try(stmt) => self.attempt(stmt),
            Stmt::For(stmt) => {
                self.visit_expr(&stmt.target);
                self.visit_expr(&stmt.iter);
                self.inside(Block::Loop, 1, at, |check| check.visit_body(&stmt.body));
                self.visit_body(&stmt.orelse);
            }
            Stmt::While(stmt) => {
                self.visit_expr(&stmt.test);
                self.inside(Block::Loop, 1, at, |check| check.visit_body(&stmt.body));
                self.visit_body(&stmt.orelse);
            }
            Stmt::With(stmt) => {
                stmt.items.iter().for_each(|item| self.visit_with_item(item));
                self.inside(Block::Other, stmt.items.len(), at, |check| check.visit_body(&stmt.body));
            }
            Stmt::Global(stmt) => self.declare(&stmt.names, Declaration::Global),
            Stmt::Nonlocal(stmt) => self.declare(&stmt.names, Declaration::Nonlocal),
            Stmt::Import(stmt) => self.import(&stmt.names, true),
            Stmt::ImportFrom(stmt) => self.import(&stmt.names, false),
            Stmt::Return(_) => {
                self.leave(Leaving::Function, stmt);
                walk_stmt(self, stmt);
            }
            Stmt::Break(_) | Stmt::Continue(_) => self.leave(Leaving::Loop, stmt),
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_annotation(&mut self, annotation: &'a Expr) {
        if self.context.future {
            self.within(Kind::Annotation, |check| check.visit_expr(annotation));
        } else {
            self.visit_expr(annotation);
        }
    }

    fn visit_keyword(&mut self, keyword: &'a Keyword) {
        if let Some(name) = &keyword.arg {
            self.refuse_debug(name);
        }
        self.visit_expr(&keyword.value);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.checker.visit_expr(expr, &self.context);
        match expr {
            Expr::Name(name) => {
                if let Some(scope) = self.scope() {
                    match name.ctx {
                        ExprContext::Load => scope.names.read(&name.id),
                        _ => scope.names.bind(&name.id, Binding::Assigned),
                    }
                }
            }
            Expr::Attribute(attribute) => {
                if attribute.ctx != ExprContext::Load {
                    self.refuse_debug(&attribute.attr);
                }
                walk_expr(self, expr);
            }
            Expr::Named(named) => {
                if let Expr::Name(name) = &*named.target
                    && let Some(scope) = self.around()
                {
                    scope.names.bind(&name.id, Binding::Assigned);
                }
                walk_expr(self, expr);
            }
            Expr::Lambda(lambda) => self.lambda(lambda.parameters.as_deref(), &lambda.body),
            Expr::ListComp(comp) => self.comprehension(Kind::Comprehension, &comp.generators, &[&comp.elt]),
            Expr::SetComp(comp) => self.comprehension(Kind::Comprehension, &comp.generators, &[&comp.elt]),
            Expr::DictComp(comp) => {
                let results: Vec<&Expr> = comp.key.as_deref().into_iter().chain([&*comp.value]).collect();
                self.comprehension(Kind::Comprehension, &comp.generators, &results);
            }
            Expr::Generator(comp) => self.comprehension(Kind::Generator, &comp.generators, &[&comp.elt]),
            Expr::Tuple(tuple) => {
                self.targets(tuple.ctx, &tuple.elts);
                walk_expr(self, expr);
            }
            Expr::List(list) => {
                self.targets(list.ctx, &list.elts);
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchStar(star) => star.name.as_ref(),
            Pattern::MatchAs(capture) => capture.name.as_ref(),
            Pattern::MatchMapping(mapping) => mapping.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name, Binding::Assigned);
        }
        walk_pattern(self, pattern);
    }
}

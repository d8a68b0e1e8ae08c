//! The walk over a syntax tree, in the order of CPython's symbol table.

use std::cell::RefCell;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{
    Alias, Comprehension, ConversionFlag, ExceptHandler, Expr, ExprContext, Identifier, InterpolatedElement,
    InterpolatedStringElement, Keyword, Parameters, Pattern, PythonVersion, Stmt, StmtAnnAssign, StmtClassDef,
    StmtFunctionDef, StmtTry,
};
use ruff_python_parser::semantic_errors::SemanticSyntaxChecker;
use ruff_text_size::Ranged;

use super::Violation;
use super::blocks::{Block, Leaving};
use super::context::{Context, Kind, Scope};
use super::names::{Binding, Declaration, unbound};
use super::patterns;

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
        let context = Context { text, version, future: false, evaluated: true, scopes, found: RefCell::new(found) };
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
            import.level == 0 && import.module.as_deref() == Some("__future__") && annotations
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
        let Some(Scope { names, yields, returns, .. }) = self.context.scopes.pop() else { return };
        // Ruff does not see a `yield` in what a function within is defined with.
        if let Some(at) = returns.filter(|_| yields && kind == Kind::Coroutine) {
            self.context.add(at, "`return` with value in async generator");
        }
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
        // Python never evaluates those of a function's variables.
        let evaluated = !matches!(self.context.kind(), Kind::Function | Kind::Coroutine);
        let outer = std::mem::replace(&mut self.context.evaluated, evaluated);
        self.visit_annotation(&stmt.annotation);
        self.context.evaluated = outer;
        if let Some(value) = &stmt.value {
            self.visit_expr(value);
        }
    }

    fn attempt(&mut self, stmt: &'a StmtTry) {
        let at = stmt.start().to_usize();
        let finally = usize::from(!stmt.finalbody.is_empty());
        if stmt.handlers.is_empty() && !stmt.orelse.is_empty() {
            self.context.add(at, "`else` without `except`");
        }
        self.inside(Block::Other, finally, at, |check| {
            check.inside(Block::Other, 1, at, |check| check.visit_body(&stmt.body));
            // The order in which the symbol table goes, which decides whether a name is used before its declaration.
            let early = check.context.version < PythonVersion::PY313;
            if early {
                check.visit_body(&stmt.orelse);
            }
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
            if !early {
                check.visit_body(&stmt.orelse);
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

    fn refuse_in_annotation(&self, expr: &Expr) {
        if self.context.kind() == Kind::Annotation {
            self.context.add(expr.start(), "an annotation that is never evaluated");
        }
    }

    fn targets(&self, context: ExprContext, targets: &[Expr]) {
        let starred = targets.iter().position(Expr::is_starred_expr);
        if context == ExprContext::Store && starred.is_some_and(|before| before > TARGETS) {
            self.context.add(targets[0].start(), "too many expressions in star-unpacking assignment");
        }
    }

    fn refuse_starred(&self, expr: &Expr) {
        if expr.is_starred_expr() {
            self.context.add(expr.start(), "starred expression");
        }
    }

    /// A replacement field of an f-string.
    fn field(&mut self, field: &'a InterpolatedElement) {
        let early = self.context.version < PythonVersion::PY312;
        self.refuse_starred(&field.expression);
        self.visit_expr(&field.expression);
        let spec = field.format_spec.as_deref();
        // Past the conversion stands a colon or the closing bracket.
        let end = spec.map_or(field.end(), |spec| spec.range.start()).to_usize().saturating_sub(1);
        let before = self.context.text.get(..end).unwrap_or_default();
        if early && field.conversion != ConversionFlag::None && before.ends_with(char::is_whitespace) {
            self.context.add(field.start(), "white space after a conversion");
        }
        let Some(spec) = spec else { return };
        self.specifications += 1;
        for element in &spec.elements {
            if early && self.specifications >= SPECIFICATIONS && element.is_interpolation() {
                self.context.add(element.start(), "format specifications nested too deeply");
            }
            self.visit_interpolated_string_element(element);
        }
        self.specifications -= 1;
    }
}

/// Whether a statement imports from a package's own module of that name, which Ruff takes for Python's.
fn is_own_future(stmt: &Stmt) -> bool {
    let Stmt::ImportFrom(import) = stmt else { return false };
    import.level > 0 && import.module.as_deref() == Some("__future__")
}

impl<'a> Visitor<'a> for Check<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if !is_own_future(stmt) {
            self.checker.visit_stmt(stmt, &self.context);
        }
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
                for item in &stmt.items {
                    item.optional_vars.iter().for_each(|target| self.refuse_starred(target));
                    self.visit_with_item(item);
                }
                self.inside(Block::Other, stmt.items.len(), at, |check| check.visit_body(&stmt.body));
            }
            Stmt::Global(stmt) => self.declare(&stmt.names, Declaration::Global),
            Stmt::Nonlocal(stmt) => self.declare(&stmt.names, Declaration::Nonlocal),
            Stmt::Import(stmt) => self.import(&stmt.names, true),
            Stmt::ImportFrom(stmt) => self.import(&stmt.names, false),
            Stmt::AugAssign(assign) => {
                self.refuse_starred(&assign.value);
                match &*assign.target {
                    // Python looks at no attribute's name here.
                    Expr::Attribute(target) => self.visit_expr(&target.value),
                    target => self.visit_expr(target),
                }
                self.visit_expr(&assign.value);
            }
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| self.refuse_starred(target));
                walk_stmt(self, stmt);
            }
            Stmt::Expr(statement) => {
                self.refuse_starred(&statement.value);
                walk_stmt(self, stmt);
            }
            Stmt::Return(returned) => {
                self.leave(Leaving::Function, stmt);
                if let Some(scope) = self.scope().filter(|_| returned.value.is_some()) {
                    scope.returns = Some(at);
                }
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
            self.context.refuse_debug(name);
        }
        self.visit_expr(&keyword.value);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.checker.visit_expr(expr, &self.context);
        match expr {
            // A constant, put in before the symbol table is made.
            Expr::Name(name) if name.id == "__debug__" && name.ctx.is_load() => {}
            Expr::Name(name) => {
                if let Some(scope) = self.scope() {
                    match name.ctx {
                        ExprContext::Load => scope.names.read(&name.id),
                        _ => scope.names.bind(&name.id, Binding::Assigned),
                    }
                }
            }
            Expr::Attribute(attribute) => {
                if attribute.ctx == ExprContext::Store {
                    self.context.refuse_debug(&attribute.attr);
                }
                walk_expr(self, expr);
            }
            Expr::Named(named) => {
                self.refuse_in_annotation(expr);
                // Out of a comprehension into a module, the symbol table adds it as a global name.
                if let Expr::Name(name) = &*named.target
                    && let Some(scope) = self.around()
                    && !matches!(scope.kind, Kind::Module | Kind::Unknown)
                {
                    scope.names.bind(&name.id, Binding::Assigned);
                }
                walk_expr(self, expr);
            }
            Expr::Yield(_) | Expr::YieldFrom(_) | Expr::Await(_) => {
                self.refuse_in_annotation(expr);
                if let Some(scope) = self.scope().filter(|_| !expr.is_await_expr()) {
                    scope.yields = true;
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

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        if let InterpolatedStringElement::Interpolation(field) = element {
            self.field(field);
        }
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        patterns::check(pattern, &self.context);
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

//! The names that a piece of Python binds and uses, by Python's rules for scopes.
//!
//! Attributes, keyword arguments and words in strings are no names; names that an f-string interpolates are. A
//! function's parameters and variables, a class's body and a comprehension's variables are scopes of their own; a name
//! that is used in them and bound in none of them counts as used by the scope around them. Nothing is recursive: a
//! model's text may nest to any depth.

use std::collections::HashSet;

use tree_sitter::Node;

/// A name that is bound or used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub name: String,
    /// The byte offset from which on it is bound, or at which it is used.
    pub at: usize,
    /// The way in which it is bound or used.
    pub how: How,
}

/// The way in which a name is bound or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Bound or used when the statement itself runs.
    Plain,
    /// Bound by an import.
    Imported,
    /// Used by a function, and so only when it is called.
    Deferred,
}

/// The names of a piece of a program in the scope that it stands in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Names that it gives a value: assignments of every kind, imports, functions, classes, `for`, `with … as`, `:=`.
    pub bound: Vec<Name>,
    /// Names whose value it needs.
    pub used: Vec<Name>,
    /// Names whose value it changes by assigning to an element or an attribute; each of them is also in `used`.
    pub modified: Vec<Name>,
    /// Names that are bound in scopes within it.
    pub inner: Vec<Name>,
}

/// The names of `node` and everything in it. `text` is the text that the tree was parsed from.
#[must_use]
pub fn names(node: Node, text: &str) -> Names {
    Walk { text, scopes: vec![Scope::new(Own::None)], work: vec![Work::Load(node)] }.run()
}

/// The names of a scope itself, seen from within: a function with its parameters, a class, or otherwise a whole tree. A
/// wildcard import binds `*`.
#[must_use]
pub fn names_within(scope: Node, text: &str) -> Names {
    let own = if scope.kind() == "class_definition" { Own::Class } else { Own::None };
    let body = scope.child_by_field_name("body").unwrap_or(scope);
    let parameters = scope.child_by_field_name("parameters");
    let mut work = vec![Work::Load(body)];
    work.extend(parameters.into_iter().flat_map(named).map(Work::Parameter));
    Walk { text, scopes: vec![Scope::new(own)], work }.run()
}

/// The kind of a scope of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    /// None: the scope that the names are collected for.
    None,
    /// A function's or lambda's scope.
    Function,
    /// A class's scope, which its functions do not see.
    Class,
    /// The scope of a comprehension's variables; `:=` in it binds outside.
    Comprehension,
}

struct Scope {
    own: Own,
    names: Names,
    /// Used by functions of a class, which do not see what the class binds.
    through: Vec<Name>,
    /// Declared `global` or `nonlocal`.
    outer: HashSet<String>,
}

impl Scope {
    fn new(own: Own) -> Self {
        Self { own, names: Names::default(), through: Vec::new(), outer: HashSet::new() }
    }
}

/// The work that is left, the next at the end.
enum Work<'t> {
    Load(Node<'t>),
    /// A name that is bound from that byte on.
    Store(Node<'t>, usize, How),
    Parameter(Node<'t>),
    Enter(Own),
    Leave,
}

struct Walk<'t> {
    text: &'t str,
    scopes: Vec<Scope>,
    work: Vec<Work<'t>>,
}

impl<'t> Walk<'t> {
    fn run(mut self) -> Names {
        while let Some(work) = self.work.pop() {
            match work {
                Work::Load(node) => self.load(node),
                Work::Store(node, from, how) => self.store(node, from, how),
                Work::Parameter(node) => self.parameter(node),
                Work::Enter(own) => self.scopes.push(Scope::new(own)),
                Work::Leave => self.leave(),
            }
        }
        let mut names = self.scopes.pop().map(|scope| scope.names).unwrap_or_default();
        for list in [&mut names.bound, &mut names.used, &mut names.modified, &mut names.inner] {
            list.sort_by_key(|name| name.at);
        }
        names
    }

    fn bind(&mut self, node: Option<Node<'t>>, from: usize) {
        self.work.extend(node.map(|node| Work::Store(node, from, How::Plain)));
    }

    fn load(&mut self, node: Node<'t>) {
        match node.kind() {
            "identifier" => {
                let name = self.name(node);
                if let Some(scope) = self.scopes.last_mut() {
                    scope.names.used.push(name);
                }
            }
            "attribute" => self.fields(node, &["object"]),
            "keyword_argument" => self.fields(node, &["value"]),
            "assignment" => {
                self.fields(node, &["type", "right"]);
                // An annotation without a value binds nothing.
                let left = node.child_by_field_name("left").filter(|_| has(node, "right"));
                self.bind(left, node.end_byte());
            }
            "augmented_assignment" => {
                self.fields(node, &["left", "right"]);
                self.bind(node.child_by_field_name("left"), node.end_byte());
            }
            "named_expression" => {
                self.fields(node, &["value"]);
                if let Some(name) = node.child_by_field_name("name") {
                    let name = self.name(name);
                    // It binds in the scope around the comprehensions that it stands in.
                    if let Some(scope) = self.scopes.iter_mut().rfind(|scope| scope.own != Own::Comprehension) {
                        scope.names.bound.push(name);
                    }
                }
            }
            "for_statement" | "for_in_clause" => {
                let target = node.child_by_field_name("left");
                self.work.extend(named(node).filter(|child| Some(*child) != target).map(Work::Load));
                let from = node.child_by_field_name("right").map_or(node.start_byte(), |right| right.end_byte());
                self.bind(target, from);
            }
            "as_pattern" => {
                let last = named(node).last().filter(|last| last.kind() == "identifier");
                let target = node.child_by_field_name("alias").or(last);
                self.work.extend(named(node).filter(|child| Some(*child) != target).map(Work::Load));
                self.bind(target, node.end_byte());
            }
            "import_statement" | "import_from_statement" | "future_import_statement" => self.import(node),
            "function_definition" | "lambda" => self.function(node),
            "class_definition" => {
                self.bind_field(node, "name");
                self.fields(node, &["superclasses"]);
                self.scoped(Own::Class, node.child_by_field_name("body"));
            }
            "list_comprehension" | "set_comprehension" | "dictionary_comprehension" | "generator_expression" => {
                self.scoped(Own::Comprehension, named(node));
            }
            "global_statement" | "nonlocal_statement" => {
                let names: Vec<_> = named(node).map(|name| self.name(name).name).collect();
                if let Some(scope) = self.scopes.last_mut() {
                    scope.outer.extend(names);
                }
            }
            "class_pattern" => {
                let mut children = named(node);
                let class = children.next().and_then(|class| named(class).next());
                self.work.extend(children.map(Work::Load));
                self.work.extend(class.map(Work::Load));
            }
            "keyword_pattern" => self.work.extend(named(node).skip(1).map(Work::Load)),
            "splat_pattern" => named(node).for_each(|name| self.bind(Some(name), name.start_byte())),
            // Outside of imports it occurs in patterns only: a single name captures, several are a value.
            "dotted_name" => match named(node).next() {
                first if node.named_child_count() == 1 => self.bind(first, node.start_byte()),
                first => self.work.extend(first.map(Work::Load)),
            },
            _ => self.work.extend(named(node).map(Work::Load)),
        }
    }

    fn store(&mut self, node: Node<'t>, from: usize, how: How) {
        match node.kind() {
            "identifier" => {
                let name = Name { at: from, how, ..self.name(node) };
                if let Some(scope) = self.scopes.last_mut() {
                    scope.names.bound.push(name);
                }
            }
            "attribute" | "subscript" => {
                self.work.push(Work::Load(node));
                let inner =
                    |node: &Node<'t>| node.child_by_field_name("object").or_else(|| node.child_by_field_name("value"));
                let base = std::iter::successors(Some(node), inner).last().filter(|base| base.kind() == "identifier");
                if let Some(name) = base.map(|base| self.name(base))
                    && let Some(scope) = self.scopes.last_mut()
                {
                    scope.names.modified.push(name);
                }
            }
            "pattern_list"
            | "tuple_pattern"
            | "list_pattern"
            | "tuple"
            | "list"
            | "list_splat_pattern"
            | "list_splat"
            | "parenthesized_expression"
            | "as_pattern_target"
            | "expression_list" => {
                self.work.extend(named(node).map(|node| Work::Store(node, from, how)));
            }
            _ => self.work.push(Work::Load(node)),
        }
    }

    fn import(&mut self, node: Node<'t>) {
        let from = node.kind() != "import_statement";
        let module = node.child_by_field_name("module_name");
        for child in named(node).filter(|child| Some(*child) != module) {
            if child.kind() == "wildcard_import" {
                let all = Name { name: "*".to_owned(), at: child.start_byte(), how: How::Imported };
                self.scopes.last_mut().into_iter().for_each(|scope| scope.names.bound.push(all.clone()));
            }
            let bound = match child.kind() {
                "aliased_import" => child.child_by_field_name("alias"),
                // `import a.b` binds `a`.
                "dotted_name" if from => named(child).last(),
                "dotted_name" => named(child).next(),
                _ => None,
            };
            self.work.extend(bound.map(|name| Work::Store(name, name.start_byte(), How::Imported)));
        }
    }

    fn function(&mut self, node: Node<'t>) {
        self.bind_field(node, "name");
        self.fields(node, &["return_type"]);
        let parameters = node.child_by_field_name("parameters");
        for parameter in parameters.into_iter().flat_map(named) {
            // These are evaluated around the function.
            self.fields(parameter, &["value", "type"]);
        }
        self.work.push(Work::Leave);
        self.work.extend(node.child_by_field_name("body").map(Work::Load));
        self.work.extend(parameters.into_iter().flat_map(named).map(Work::Parameter));
        self.work.push(Work::Enter(Own::Function));
    }

    fn parameter(&mut self, node: Node<'t>) {
        let name = node.child_by_field_name("name").or_else(|| named(node).next()).unwrap_or(node);
        if name.kind() == "identifier" {
            self.bind(Some(name), name.start_byte());
        } else if name.id() != node.id() {
            // Parameters such as `*args: int`.
            self.work.push(Work::Parameter(name));
        }
    }

    fn scoped(&mut self, own: Own, nodes: impl IntoIterator<Item = Node<'t>>) {
        self.work.push(Work::Leave);
        self.work.extend(nodes.into_iter().map(Work::Load));
        self.work.push(Work::Enter(own));
    }

    /// Passes the names that a scope uses and does not bind to the scope around it.
    fn leave(&mut self) {
        let Some(Scope { own, names, through, outer }) = self.scopes.pop() else { return };
        let Some(around) = self.scopes.last_mut() else { return };
        let bound: HashSet<&str> =
            names.bound.iter().map(|name| name.name.as_str()).filter(|name| !outer.contains(*name)).collect();
        let free = |name: &Name| !bound.contains(name.name.as_str());
        let into =
            if own == Own::Function && around.own == Own::Class { &mut around.through } else { &mut around.names.used };
        let how = |name: &Name| if own == Own::Function { How::Deferred } else { name.how };
        into.extend(names.used.iter().filter(|name| free(name)).map(|name| Name { how: how(name), ..name.clone() }));
        into.extend(through);
        around.names.modified.extend(names.modified.iter().filter(|name| free(name)).cloned());
        around.names.inner.extend(names.inner.iter().chain(&names.bound).cloned());
        around.names.bound.extend(names.bound.iter().filter(|name| outer.contains(&name.name)).cloned());
    }

    fn fields(&mut self, node: Node<'t>, fields: &[&str]) {
        self.work.extend(fields.iter().filter_map(|field| node.child_by_field_name(field)).map(Work::Load));
    }

    fn bind_field(&mut self, node: Node<'t>, field: &str) {
        self.bind(node.child_by_field_name(field), node.start_byte());
    }

    fn name(&self, node: Node) -> Name {
        let name = self.text.get(node.byte_range()).unwrap_or_default().to_owned();
        Name { name, at: node.start_byte(), how: How::Plain }
    }
}

fn has(node: Node, field: &str) -> bool {
    node.child_by_field_name(field).is_some()
}

fn named(node: Node) -> impl Iterator<Item = Node> {
    super::children(node).filter(Node::is_named)
}

#[cfg(test)]
mod tests;

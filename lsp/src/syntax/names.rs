//! Which names a piece of Python binds and which it uses, by Python's rules for scopes.
//!
//! Attributes, keyword arguments and what strings say are no names; what an f-string interpolates is. A function's
//! parameters and variables, a class's body and a comprehension's variables are their own; what is used in them and bound
//! there nowhere counts as used by what is around them. Nothing is recursive: a model's text may nest as deep as it likes.

use std::collections::HashSet;

use tree_sitter::Node;

/// A name, and the byte it starts at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub at: usize,
}

/// The names of a piece of a program, as far as the scope that it stands in is concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Those it gives a value: assignments of every kind, imports, functions, classes, `for`, `with … as`, `:=`.
    pub bound: Vec<Name>,
    /// Those whose value it needs.
    pub used: Vec<Name>,
    /// Those whose value it changes by assigning to an element or an attribute; each of them is also used.
    pub modified: Vec<Name>,
}

/// The names of `node` and everything in it. `text` is what the tree was parsed from.
#[must_use]
pub fn names(node: Node, text: &str) -> Names {
    let mut walk = Walk { text, scopes: vec![Scope::new(Own::None)], work: vec![Work::Load(node)] };
    while let Some(work) = walk.work.pop() {
        match work {
            Work::Load(node) => walk.load(node),
            Work::Store(node) => walk.store(node),
            Work::Parameter(node) => walk.parameter(node),
            Work::Enter(own) => walk.scopes.push(Scope::new(own)),
            Work::Leave => walk.leave(),
        }
    }
    let mut names = walk.scopes.pop().map(|scope| scope.names).unwrap_or_default();
    for list in [&mut names.bound, &mut names.used, &mut names.modified] {
        list.sort_by_key(|name| name.at);
    }
    names
}

/// What is bound in a scope of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    /// Nothing: it is what the answer is about.
    None,
    /// A function's or lambda's.
    Function,
    /// A class's, which its functions do not see.
    Class,
    /// The variables of a comprehension, but not what `:=` binds in it.
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

/// What is left to do, the next at the end.
enum Work<'t> {
    Load(Node<'t>),
    Store(Node<'t>),
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
                // An annotation alone gives no value.
                if let Some(left) = node.child_by_field_name("left").filter(|_| has(node, "right")) {
                    self.work.push(Work::Store(left));
                }
            }
            "augmented_assignment" => {
                self.fields(node, &["left", "right"]);
                self.work.extend(node.child_by_field_name("left").map(Work::Store));
            }
            "named_expression" => {
                self.fields(node, &["value"]);
                if let Some(name) = node.child_by_field_name("name") {
                    let name = self.name(name);
                    // It binds around the comprehensions that it stands in.
                    if let Some(scope) = self.scopes.iter_mut().rfind(|scope| scope.own != Own::Comprehension) {
                        scope.names.bound.push(name);
                    }
                }
            }
            "for_statement" | "for_in_clause" => {
                for child in named(node) {
                    let target = Some(child) == node.child_by_field_name("left");
                    self.work.push(if target { Work::Store(child) } else { Work::Load(child) });
                }
            }
            "as_pattern" => {
                let last = named(node).last().filter(|last| last.kind() == "identifier");
                let target = node.child_by_field_name("alias").or(last);
                for child in named(node) {
                    self.work.push(if Some(child) == target { Work::Store(child) } else { Work::Load(child) });
                }
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
            "splat_pattern" => self.work.extend(named(node).map(Work::Store)),
            // Imports aside, in patterns only: one name captures, several are a value.
            "dotted_name" => {
                let single = node.named_child_count() == 1;
                let first = named(node).next();
                self.work.extend(first.map(|first| if single { Work::Store(first) } else { Work::Load(first) }));
            }
            _ => self.work.extend(named(node).map(Work::Load)),
        }
    }

    fn store(&mut self, node: Node<'t>) {
        match node.kind() {
            "identifier" => {
                let name = self.name(node);
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
                self.work.extend(named(node).map(Work::Store));
            }
            _ => self.work.push(Work::Load(node)),
        }
    }

    fn import(&mut self, node: Node<'t>) {
        let from = node.kind() != "import_statement";
        let module = node.child_by_field_name("module_name");
        for child in named(node).filter(|child| Some(*child) != module) {
            let bound = match child.kind() {
                "aliased_import" => child.child_by_field_name("alias"),
                // `import a.b` binds `a`.
                "dotted_name" if from => named(child).last(),
                "dotted_name" => named(child).next(),
                _ => None,
            };
            self.work.extend(bound.map(Work::Store));
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
            self.work.push(Work::Store(name));
        } else if name.id() != node.id() {
            // `*args: int` and its like.
            self.work.push(Work::Parameter(name));
        }
    }

    fn scoped(&mut self, own: Own, nodes: impl IntoIterator<Item = Node<'t>>) {
        self.work.push(Work::Leave);
        self.work.extend(nodes.into_iter().map(Work::Load));
        self.work.push(Work::Enter(own));
    }

    /// What a scope uses and does not bind is used by the scope around it.
    fn leave(&mut self) {
        let Some(Scope { own, names, through, outer }) = self.scopes.pop() else { return };
        let Some(around) = self.scopes.last_mut() else { return };
        let bound: HashSet<&str> =
            names.bound.iter().map(|name| name.name.as_str()).filter(|name| !outer.contains(*name)).collect();
        let free = |name: &Name| !bound.contains(name.name.as_str());
        let into =
            if own == Own::Function && around.own == Own::Class { &mut around.through } else { &mut around.names.used };
        into.extend(names.used.iter().filter(|name| free(name)).cloned());
        into.extend(through);
        around.names.modified.extend(names.modified.iter().filter(|name| free(name)).cloned());
        around.names.bound.extend(names.bound.iter().filter(|name| outer.contains(&name.name)).cloned());
    }

    fn fields(&mut self, node: Node<'t>, fields: &[&str]) {
        self.work.extend(fields.iter().filter_map(|field| node.child_by_field_name(field)).map(Work::Load));
    }

    fn bind_field(&mut self, node: Node<'t>, field: &str) {
        self.work.extend(node.child_by_field_name(field).map(Work::Store));
    }

    fn name(&self, node: Node) -> Name {
        let name = self.text.get(node.byte_range()).unwrap_or_default().to_owned();
        Name { name, at: node.start_byte() }
    }
}

fn has(node: Node, field: &str) -> bool {
    node.child_by_field_name(field).is_some()
}

fn named(node: Node) -> impl Iterator<Item = Node> {
    super::children(node).filter(Node::is_named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_pieces_of_programs() {
        for (text, bound, used) in [
            ("x = y", "x", "y"),
            ("x, (y, *z) = a", "x y z", "a"),
            ("[x, y] = x", "x y", "x"),
            ("x = y = z", "x y", "z"),
            ("x: int = y", "x", "int y"),
            ("x: int", "", "int"),
            ("x += y", "x", "x y"),
            ("x.a = y; z[i] = 1", "", "x y z i"),
            ("import a, b.c, d.e as f", "a b f", ""),
            ("from a.b import c, d as e", "c e", ""),
            ("from .a import b", "b", ""),
            ("from __future__ import annotations", "annotations", ""),
            ("for i, j in a:\n    k = i\nelse:\n    l", "i j k", "a i l"),
            ("while x: y = 1", "y", "x"),
            ("with open(p) as f, g() as (h, i): f.read()", "f h i", "open p g f"),
            ("try:\n    a\nexcept E as e:\n    b = e", "e b", "a E e"),
            ("if (n := f(x)) > 1: pass", "n", "f x"),
            ("[y for x in xs if (y := x.a) if z]", "y", "y xs z"),
            ("{k: v for k, v in d.items()}", "", "d"),
            ("sum(x for x in x)", "", "sum"),
            ("lambda a, *b, c=d: a + b + c + e", "", "d e"),
            ("def f(a, b: T = c, *d: U, e=1, **g) -> R:\n    h = a\n    return h + i", "f", "T c U R i"),
            ("def f():\n    global x\n    x = y\n    x", "f x", "y x"),
            ("async def f(): await g()", "f", "g"),
            ("@deco(z)\ndef f(): return f", "f", "deco z f"),
            ("class A(B, metaclass=M):\n    x = 1\n    y = x\n    def f(self): return x + y + z", "A", "B M x y z"),
            ("f(x=y)", "", "f y"),
            ("a.b.c", "", "a"),
            ("'x' + f'{y!r:>{w}} z'", "", "y w"),
            ("# x\n", "", ""),
            ("del x", "", "x"),
            (
                "match p:\n    case Point(x=0, y=q): q\n    case [a, *b]: a\n    case C.D: pass",
                "q a b",
                "p Point q a C",
            ),
            ("print x", "", "x"),
            // Broken code is looked at as far as it goes.
            ("x = (y +", "", "x y"),
        ] {
            let tree = crate::document::parse_text(text);
            let names = names(tree.root_node(), text);
            let list = |names: &[Name]| names.iter().map(|name| name.name.clone()).collect::<Vec<_>>().join(" ");
            assert_eq!((list(&names.bound).as_str(), list(&names.used).as_str()), (bound, used), "{text}");
            for name in names.bound.iter().chain(&names.used) {
                assert!(text[name.at..].starts_with(&name.name), "{text}");
            }
        }
    }

    #[test]
    fn what_is_changed_in_place() {
        for (text, modified) in [
            ("x.a.b = 1", "x"),
            ("x[0] += 1", "x"),
            ("f().a = 1", ""),
            ("def f():\n    x[0] = 1\n    y = []\n    y[0] = 1", "x"),
        ] {
            let tree = crate::document::parse_text(text);
            let found: Vec<_> = names(tree.root_node(), text).modified.into_iter().map(|name| name.name).collect();
            assert_eq!(found.join(" "), modified, "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        for text in [
            "(".repeat(20_000),
            "-".repeat(50_000) + "x",
            "lambda: ".repeat(10_000),
            "x".to_owned() + &"+x".repeat(50_000),
        ] {
            let tree = crate::document::parse_text(&text);
            let _ = names(tree.root_node(), &text);
        }
    }
}

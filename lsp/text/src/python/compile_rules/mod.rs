//! The rules that Python's own compiler has beside its grammar, and those of the grammar that tree-sitter's does not have.
//!
//! What is found here, `compile()` refuses; it refuses more than is found here. Nothing is recursive: a model's text may nest
//! to any depth.

mod literals;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use tree_sitter::{Node, Tree};

use super::{KEYWORDS, children};

/// A place that Python's compiler refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The byte offset.
    pub at: usize,
    /// What is wrong.
    pub rule: &'static str,
}

/// The violations of the rules in a text and its tree, at most `limit` of them. A text whose first line is `if True:` may be
/// part of a function or a loop, so that nothing is outside of these.
#[must_use]
pub fn violations(tree: &Tree, text: &str, limit: usize) -> Vec<Violation> {
    let part = text.lines().next() == Some("if True:");
    let outer = Scope { kind: Kind::Module, looped: part, known: !part, depth: 0 };
    let mut check = Check { text, found: Vec::new(), scopes: vec![outer] };
    let mut cursor = tree.walk();
    let mut depth = 0;
    loop {
        let node = cursor.node();
        check.enter(node, cursor.field_name(), depth);
        if check.found.len() >= limit {
            check.found.truncate(limit);
            return check.found;
        }
        if cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        loop {
            if cursor.goto_next_sibling() {
                break;
            }
            if !cursor.goto_parent() {
                return check.found;
            }
            depth -= 1;
            check.leave(depth);
        }
        check.leave(depth);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Class,
    Function,
    Coroutine,
    Lambda,
}

#[derive(Clone, Copy)]
struct Scope {
    kind: Kind,
    /// Whether `break` may stand here.
    looped: bool,
    /// Whether all that is around it is known.
    known: bool,
    /// The depth of its node in the tree.
    depth: usize,
}

struct Check<'t> {
    text: &'t str,
    found: Vec<Violation>,
    scopes: Vec<Scope>,
}

impl<'t> Check<'t> {
    fn text(&self, node: Node) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn add(&mut self, node: Node, rule: &'static str) {
        self.found.push(Violation { at: node.start_byte(), rule });
    }

    fn add_if(&mut self, wrong: bool, node: Node, rule: &'static str) {
        if wrong {
            self.add(node, rule);
        }
    }

    fn scope(&self) -> Scope {
        let outside = Scope { kind: Kind::Module, looped: false, known: false, depth: 0 };
        self.scopes.last().copied().unwrap_or(outside)
    }

    /// Closes the scopes of nodes at least that deep.
    fn leave(&mut self, depth: usize) {
        while self.scopes.len() > 1 && self.scope().depth >= depth {
            self.scopes.pop();
        }
    }

    fn open(&mut self, node: Node, field: Option<&str>, depth: usize) {
        if field != Some("body") {
            return;
        }
        let Some(parent) = node.parent() else { return };
        let asynchronous = parent.child(0).is_some_and(|first| first.kind() == "async");
        let Scope { kind, known, .. } = self.scope();
        let (kind, looped, known) = match parent.kind() {
            "function_definition" if asynchronous => (Kind::Coroutine, false, true),
            "function_definition" => (Kind::Function, false, true),
            "lambda" => (Kind::Lambda, false, true),
            "class_definition" => (Kind::Class, false, true),
            "for_statement" | "while_statement" => (kind, true, known),
            _ => return,
        };
        self.scopes.push(Scope { kind, looped, known, depth });
    }

    fn enter(&mut self, node: Node<'t>, field: Option<&str>, depth: usize) {
        self.open(node, field, depth);
        let Scope { kind, looped, known, .. } = self.scope();
        let function = matches!(kind, Kind::Function | Kind::Coroutine) || !known;
        match node.kind() {
            "return_statement" => self.add_if(!function, node, "return outside a function"),
            "yield" => self.add_if(!function && kind != Kind::Lambda, node, "yield outside a function"),
            "break_statement" | "continue_statement" => self.add_if(!looped, node, "outside a loop"),
            "nonlocal_statement" => self.add_if(kind == Kind::Module && known, node, "nonlocal at module level"),
            "await" => {
                let wrong = kind != Kind::Coroutine && known && !is_in_generator(node);
                self.add_if(wrong, node, "await outside a coroutine");
            }
            "for_statement" | "with_statement" => {
                let asynchronous = node.child(0).is_some_and(|first| first.kind() == "async");
                self.add_if(asynchronous && kind != Kind::Coroutine && known, node, "async outside a coroutine");
            }
            "wildcard_import" => self.add_if(kind != Kind::Module, node, "wildcard import in a function or class"),
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                let last = node.child(node.child_count().saturating_sub(1));
                self.add_if(last.is_some_and(|last| last.kind() == ","), node, "comma after the last import");
            }
            "print_statement" => {
                let chevron = children(node).any(|child| child.kind() == "chevron");
                self.add_if(!chevron, node, "print statement");
            }
            "exec_statement" => self.add(node, "exec statement"),
            "block" => {
                let empty = children(node).all(|child| !child.is_named() || child.kind() == "comment");
                self.add_if(empty, node, "empty block");
            }
            "try_statement" => self.handlers(node),
            "parameters" | "lambda_parameters" => self.parameters(node),
            "argument_list" => self.arguments(node),
            "assignment" | "augmented_assignment" => self.assignment(node),
            "delete_statement" => {
                for target in children(node).filter(Node::is_named) {
                    self.target(target, false);
                }
            }
            "as_pattern_target" => {
                for target in children(node).filter(Node::is_named) {
                    self.target(target, true);
                }
            }
            "named_expression" => {
                let bare = ["expression_statement", "assignment", "augmented_assignment", "keyword_argument"];
                let parent = node.parent().map_or("", |parent| parent.kind());
                self.add_if(bare.contains(&parent), node, "assignment expression without parentheses");
            }
            "identifier" => self.add_if(KEYWORDS.contains(&self.text(node)), node, "keyword as a name"),
            "integer" | "float" => {
                let wrong = !literals::is_number(self.text(node));
                self.add_if(wrong, node, "number");
            }
            "string" => {
                let wrong = !literals::is_string(node, self.text);
                self.add_if(wrong, node, "string");
            }
            "concatenated_string" => {
                let bytes = |string: Node| literals::prefix(string, self.text).contains(['b', 'B']);
                let strings: Vec<bool> = children(node).filter(|child| child.kind() == "string").map(bytes).collect();
                self.add_if(strings.contains(&true) && strings.contains(&false), node, "bytes and text");
            }
            _ => {}
        }
    }

    /// The clauses of a `try`.
    fn handlers(&mut self, node: Node<'t>) {
        let clauses = || children(node).filter(|child| child.kind() == "except_clause");
        let starred = |clause: Node| clause.child(1).is_some_and(|second| self.text(second) == "*");
        let bare = |clause: Node| clause.child_by_field_name("value").is_none();
        let has = |kind: &str| children(node).any(|child| child.kind() == kind);
        let count = clauses().count();
        let stars = clauses().filter(|clause| starred(*clause)).count();
        let wrong = (count == 0 && (!has("finally_clause") || has("else_clause")))
            || (stars != 0 && stars != count)
            || clauses().enumerate().any(|(at, clause)| bare(clause) && (at + 1 != count || starred(clause)));
        self.add_if(wrong, node, "clauses of a try statement");
    }

    /// Order and names of parameters.
    fn parameters(&mut self, node: Node<'t>) {
        let mut names = HashSet::new();
        let (mut default, mut starred, mut wants_name, mut ended, mut slash) = (false, false, false, false, false);
        let parameters = children(node).filter(|child| child.is_named() && !child.is_extra());
        for (at, parameter) in parameters.enumerate() {
            let kind = parameter.kind();
            let named = match kind {
                "typed_parameter" => parameter.child(0),
                "default_parameter" | "typed_default_parameter" => parameter.child_by_field_name("name"),
                _ => Some(parameter),
            };
            let Some(named) = named else { continue };
            let mut wrong = ended;
            match named.kind() {
                "positional_separator" => {
                    wrong |= at == 0 || slash || starred;
                    slash = true;
                    self.add_if(wrong, parameter, "order of parameters");
                    continue;
                }
                "keyword_separator" => {
                    wrong |= starred;
                    (starred, wants_name) = (true, true);
                    self.add_if(wrong, parameter, "order of parameters");
                    continue;
                }
                "list_splat_pattern" => {
                    wrong |= starred;
                    starred = true;
                }
                "dictionary_splat_pattern" => {
                    wrong |= wants_name;
                    ended = true;
                }
                "identifier" => {
                    let own = matches!(kind, "default_parameter" | "typed_default_parameter");
                    wrong |= default && !own && !starred;
                    default |= own;
                    wants_name = false;
                }
                _ => wrong = true,
            }
            wrong |= !names.insert(self.text(named).trim_start_matches('*').trim_start());
            self.add_if(wrong, parameter, "order or names of parameters");
        }
        self.add_if(wants_name, node, "no parameter after *");
    }

    /// Order and names of a call's arguments.
    fn arguments(&mut self, node: Node<'t>) {
        let mut names = HashSet::new();
        let (mut keyword, mut unpacked) = (false, false);
        for argument in children(node).filter(|child| child.is_named() && !child.is_extra()) {
            let wrong = match argument.kind() {
                "keyword_argument" => {
                    keyword = true;
                    let name = argument.child_by_field_name("name");
                    name.is_some_and(|name| !names.insert(self.text(name)))
                }
                "dictionary_splat" => {
                    unpacked = true;
                    false
                }
                "list_splat" => unpacked,
                _ => keyword || unpacked,
            };
            self.add_if(wrong, argument, "order or names of arguments");
        }
    }

    fn assignment(&mut self, node: Node<'t>) {
        let Some(left) = node.child_by_field_name("left") else { return };
        let single = matches!(left.kind(), "identifier" | "attribute" | "subscript");
        let typed = node.child_by_field_name("type").is_some();
        let chained = node.parent().is_some_and(|parent| {
            let typed = parent.child_by_field_name("type").is_some();
            parent.kind() == "augmented_assignment" || (parent.kind() == "assignment" && typed)
        });
        let inner = node.parent().is_some_and(|parent| parent.kind().ends_with("assignment"));
        let augmented = node.kind() == "augmented_assignment";
        let wrong =
            chained || (inner && (typed || augmented)) || (augmented && !single) || left.kind() == "list_splat_pattern";
        // A tuple in parentheses could be an annotated name in them.
        let wrong = wrong || (typed && matches!(left.kind(), "pattern_list" | "list_pattern"));
        self.add_if(wrong, left, "target of an assignment");
        self.target(left, true);
    }

    /// A target of an assignment or a deletion; `starred` if there may be a star within it.
    fn target(&mut self, node: Node<'t>, starred: bool) {
        let mut work = vec![node];
        while let Some(node) = work.pop() {
            let wrong = match node.kind() {
                "identifier" => self.text(node) == "__debug__",
                "attribute" | "subscript" | "ERROR" => false,
                "list_splat" | "list_splat_pattern" => !starred,
                "tuple"
                | "list"
                | "expression_list"
                | "parenthesized_expression"
                | "tuple_pattern"
                | "list_pattern"
                | "pattern_list" => {
                    let inner = children(node).filter(|child| child.is_named() && !child.is_extra());
                    let inner: Vec<Node> = inner.collect();
                    let stars = inner.iter().filter(|child| child.kind().starts_with("list_splat")).count();
                    work.extend(inner);
                    stars > 1
                }
                _ => true,
            };
            self.add_if(wrong, node, "target");
        }
    }
}

/// Whether a node is in a generator expression, which may be asynchronous anywhere.
fn is_in_generator(node: Node) -> bool {
    let mut above = node.parent();
    while let Some(node) = above {
        match node.kind() {
            "generator_expression" => return true,
            "block" | "lambda" => return false,
            _ => above = node.parent(),
        }
    }
    false
}

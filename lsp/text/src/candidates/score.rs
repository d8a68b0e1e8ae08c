//! The score of a piece of code, found from the document that it is to go into.

use std::collections::{HashMap, HashSet};

use tree_sitter::{Node, Tree};

use super::Score;
use crate::candidates::required_names;
use crate::document::{Document, parse_text};
use crate::python::{self, How, Name, Names, library, names_within};
use crate::turns::{self, Turn};

/// Scores `program`, as generated, in the place of the turn's target.
///
/// Scopes are Python's. What follows the turn in the same function, class or module sees what it binds. The turn sees
/// what stands before it there, and anything that the functions around it and the module bind. A function needs the
/// names it uses when it is called, so they may be defined below it. After a wildcard import any name may be defined.
#[must_use]
pub fn score(document: &Document, turn: &Turn, program: &str) -> Score {
    let text = turns::written_text(document, turn, program);
    let own = names_of(&text);
    let place = Place::of(document, turn);
    let old = names_of(&turns::text_of(document, turn, turn.target.clone()));
    let bound: HashSet<&str> = own.bound.iter().map(|name| name.name.as_str()).collect();
    let anywhere = |wanted: &str| own.bound.iter().chain(&own.inner).any(|name| name.name == wanted);
    let binds_old = |wanted: &str| old.bound.iter().any(|name| name.name == wanted);
    let later = place.needed_later();

    let mut missing: Vec<String> = required_names::wanted(&turn.prompt);
    missing.retain(|name| !anywhere(name) && !place.is_defined(name));
    let open = place.has_wildcard() || bound.contains("*");
    let needed = later.iter().filter(|name| !open && !bound.contains(*name) && !place.is_known(name));
    missing.extend(
        needed
            .filter(|name| !missing.iter().any(|other| other == *name))
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>(),
    );

    let mentioned = |name: &str| python::words(&turn.prompt).any(|word| word == name);
    let used_first = |name: &str| own.used.iter().any(|used| used.name == name && used.how == How::Plain);
    let again = |name: &str| {
        // The same import again changes nothing.
        own.bound.iter().filter(|own| own.name == name).all(|own| own.how == How::Imported) && place.is_imported(name)
    };
    let shadows = later.iter().filter(|name| {
        bound.contains(*name)
            && place.is_known(name)
            && !(binds_old(name) || mentioned(name) || used_first(name) || again(name))
    });
    let drops = later.iter().filter(|name| binds_old(name) && !bound.contains(*name));
    Score {
        parses: parses(&text) && place.parses_with(document, turn, program),
        shadows: shadows.map(|name| (*name).to_owned()).collect(),
        drops: drops.map(|name| (*name).to_owned()).collect(),
        missing,
        raised: None,
        run: false,
    }
}

fn names_of(text: &str) -> Names {
    names_within(parse_text(text).root_node(), text)
}

/// Whether a piece of code is Python by itself: statements, none of which is broken or was given up by Python 3. A
/// header without a body, which the parser would forgive, does not count.
fn parses(text: &str) -> bool {
    let tree = parse_text(text);
    let first = text.chars().next();
    !tree.root_node().has_error() && !first.is_some_and(char::is_whitespace) && !has_hollow(&tree)
}

fn has_hollow(tree: &Tree) -> bool {
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let hollow = match node.kind() {
            "print_statement" | "exec_statement" => true,
            "block" => python::children(node).all(|child| !child.is_named() || child.kind() == "comment"),
            "function_definition"
            | "class_definition"
            | "for_statement"
            | "while_statement"
            | "with_statement"
            | "try_statement" => node.child_by_field_name("body").is_none(),
            "if_statement" | "elif_clause" => node.child_by_field_name("consequence").is_none(),
            _ => false,
        };
        if hollow {
            return true;
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return false;
            }
        }
    }
}

/// Whether a document has a syntax tree without errors.
fn is_whole(document: &Document) -> bool {
    document.tree().is_some_and(|tree| !tree.root_node().has_error())
}

/// The number of places that Python's compiler refuses, up to `MOST`.
fn refused(document: &Document) -> usize {
    python::violations(&document.text(), MOST).len()
}

/// Violations are counted up to here.
const MOST: usize = 200;

/// The document around a turn, with an empty statement in place of the turn's code.
struct Place {
    whole: bool,
    /// What Python's compiler refuses in it.
    refused: usize,
    /// The byte offset of the code.
    at: usize,
    /// Names of the scope that the turn is in.
    own: Names,
    /// Names that the scopes around that one bind.
    around: Vec<Name>,
}

impl Place {
    fn of(document: &Document, turn: &Turn) -> Self {
        let mut neutral = document.clone();
        let edit = turns::program_edit(document, turn, "pass");
        let at = edit.range.start + edit.text.find("pass").unwrap_or(0);
        neutral.edit(edit.range, &edit.text);
        let (text, whole) = (neutral.text(), is_whole(&neutral));
        let path = python::path(&neutral, at);
        let is_scope = |node: &&Node| matches!(node.kind(), "module" | "function_definition" | "class_definition");
        let mut scopes: Vec<Node> = path.iter().filter(is_scope).copied().collect();
        let own = scopes.pop();
        // Functions do not see what the classes around them bind.
        let around = scopes.iter().filter(|scope| scope.kind() != "class_definition");
        Self {
            whole,
            refused: if whole { python::violations(&text, MOST).len() } else { 0 },
            at,
            own: own.map(|own| names_within(own, &text)).unwrap_or_default(),
            around: around.flat_map(|scope| names_within(*scope, &text).bound).collect(),
        }
    }

    /// Whether the document parses without errors with the code in its place, and Python's compiler refuses no more of it. True for a document that is broken
    /// elsewhere.
    fn parses_with(&self, document: &Document, turn: &Turn, program: &str) -> bool {
        !self.whole || {
            let mut edited = document.clone();
            let edit = turns::program_edit(document, turn, program);
            edited.edit(edit.range, &edit.text);
            is_whole(&edited) && refused(&edited) <= self.refused
        }
    }

    /// Names that what follows uses before it binds them itself.
    fn needed_later(&self) -> Vec<&str> {
        let mut bound: HashMap<&str, usize> = HashMap::new();
        for name in self.own.bound.iter().filter(|name| name.at >= self.at) {
            // Names are in the order of their places, so that the first one is kept.
            bound.entry(&name.name).or_insert(name.at);
        }
        let mut seen: HashSet<&str> = HashSet::new();
        let needed = self.own.used.iter().filter(|name| {
            name.at >= self.at && {
                let before = if name.how == How::Deferred { usize::MAX } else { name.at };
                bound.get(name.name.as_str()).is_none_or(|bound| *bound > before)
            }
        });
        needed.map(|name| name.name.as_str()).filter(|name| seen.insert(name)).collect()
    }

    fn before(&self) -> impl Iterator<Item = &Name> {
        self.own.bound.iter().filter(|name| name.at < self.at).chain(&self.around)
    }

    fn is_defined(&self, wanted: &str) -> bool {
        self.before().any(|name| name.name == wanted)
    }

    fn is_known(&self, wanted: &str) -> bool {
        self.is_defined(wanted) || library::is_builtin(wanted)
    }

    fn is_imported(&self, wanted: &str) -> bool {
        self.before().any(|name| name.name == wanted && name.how == How::Imported)
    }

    fn has_wildcard(&self) -> bool {
        self.is_defined("*")
    }
}

//! What a module offers to others: the signatures of its functions and classes, and its constants, each as a few short lines.
//!
//! A text that is being edited is broken more often than not: what the parser makes sense of is found, and the rest is left
//! out.

use ruff_python_ast::{Expr, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::compile_rules::in_module;

/// A name that a module defines at its top level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name.
    pub name: String,
    /// What it is, in lines without their ends: `def add(a: int) -> int:`; a class with its fields and methods, indented by
    /// four spaces; `LIMIT = 10`.
    pub lines: Vec<String>,
}

/// The largest text that is read, in bytes.
const LARGEST: usize = 1 << 18;
/// Names of one module, and lines of one class.
const NAMES: usize = 256;
const MEMBERS: usize = 24;
/// Characters of a signature, and of a constant's line.
const LONGEST: usize = 160;
const LONGEST_VALUE: usize = 80;

/// The names that a module's text defines, in its order. Of a name that is defined twice, the first counts, as one under
/// `if TYPE_CHECKING:` usually says more than its counterpart. None for a text that is too large or nested too deeply.
#[must_use]
pub fn signatures(text: &str) -> Vec<Signature> {
    if text.len() > LARGEST {
        return Vec::new();
    }
    let found = in_module(text, |statements| {
        let mut module = Module { text, found: Vec::new() };
        module.body(statements, true);
        module.found
    });
    found.unwrap_or_default()
}

struct Module<'t> {
    text: &'t str,
    found: Vec<Signature>,
}

impl Module<'_> {
    /// Adds what the statements define; `branches`: also in the blocks of an `if` and a `try`.
    fn body(&mut self, statements: &[Stmt], branches: bool) {
        for statement in statements {
            match statement {
                Stmt::FunctionDef(function) => self.add(&function.name, |text| vec![head(text, function)]),
                Stmt::ClassDef(class) => self.add(&class.name, |text| with_members(text, class)),
                Stmt::If(block) if branches => {
                    self.body(&block.body, false);
                    block.elif_else_clauses.iter().for_each(|clause| self.body(&clause.body, false));
                }
                Stmt::Try(block) if branches => {
                    self.body(&block.body, false);
                    self.body(&block.orelse, false);
                }
                other => {
                    if let Some(name) = assigned(other) {
                        self.add(name, |text| vec![value(text, other)]);
                    }
                }
            }
        }
    }

    fn add(&mut self, name: &str, lines: impl FnOnce(&str) -> Vec<String>) {
        let known = self.found.len() >= NAMES || self.found.iter().any(|signature| signature.name == name);
        if !known && !name.is_empty() {
            self.found.push(Signature { name: name.to_owned(), lines: lines(self.text) });
        }
    }
}

/// A class with the fields and methods that others use: those without an underscore, and how it is made.
fn with_members(text: &str, class: &StmtClassDef) -> Vec<String> {
    let bases = class.arguments.as_ref().map_or_else(String::new, |bases| plain(slice(text, bases.range())));
    let mut lines = vec![shortened(format!("class {}{bases}:", class.name), LONGEST)];
    for statement in &class.body {
        let line = match statement {
            Stmt::FunctionDef(method) if !method.name.starts_with('_') || &*method.name == "__init__" => {
                head(text, method)
            }
            other if assigned(other).is_some_and(|name| !name.starts_with('_')) => value(text, other),
            _ => continue,
        };
        if lines.len() > MEMBERS {
            break;
        }
        lines.push(format!("    {line}"));
    }
    lines
}

/// The line that a function begins with, without its decorators.
fn head(text: &str, function: &StmtFunctionDef) -> String {
    let begin = if function.is_async { "async def" } else { "def" };
    let returns = function.returns.as_ref();
    let returns = returns.map_or_else(String::new, |returns| format!(" -> {}", plain(slice(text, returns.range()))));
    let whole = |parameters: &str| format!("{begin} {}{parameters}{returns}:", function.name);
    let parameters = slice(text, function.parameters.range());
    let long = whole(&plain(parameters));
    // A comment between parameters would swallow what follows it on one line.
    if long.len() <= LONGEST && !parameters.contains('#') {
        return long;
    }
    let names: Vec<_> = function.parameters.iter_source_order().map(|parameter| parameter.name().as_str()).collect();
    shortened(whole(&format!("({})", names.join(", "))), LONGEST)
}

/// The name that a statement gives a value to, if it is one name.
fn assigned(statement: &Stmt) -> Option<&str> {
    let target = match statement {
        Stmt::Assign(assign) => match assign.targets.as_slice() {
            [target] => target,
            _ => return None,
        },
        Stmt::AnnAssign(assign) => &*assign.target,
        Stmt::TypeAlias(alias) => &*alias.name,
        _ => return None,
    };
    if let Expr::Name(name) = target { Some(name.id.as_str()) } else { None }
}

/// The first line of a statement that gives a value to a name.
fn value(text: &str, statement: &Stmt) -> String {
    let line = slice(text, statement.range()).lines().next().unwrap_or_default();
    shortened(line.trim_end().to_owned(), LONGEST_VALUE)
}

fn slice(text: &str, range: TextRange) -> &str {
    text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default()
}

/// The text on one line, with single blanks and without the comma that a bracket on several lines ends in.
fn plain(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(", )", ")").replace(",)", ")").replace(" )", ")")
}

fn shortened(mut line: String, longest: usize) -> String {
    if line.len() > longest {
        line.truncate(line.floor_char_boundary(longest));
        line.push('\u{2026}');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        signatures(text).into_iter().flat_map(|signature| signature.lines).collect()
    }

    #[test]
    fn functions_classes_and_constants() {
        let text = r#""""Docs.

def not_this(x):
    pass
"""
import os

LIMIT: int = 10
TABLE = {
    1: 2,
}


@cached
def add(
    a: int,
    b: int = 0,
) -> int:
    def inner(): ...
    return a + b


async def fetch(*urls, timeout=3, **more): ...

class Shape(Base, metaclass=Meta):
    '''A shape.'''
    sides: int = 0
    _hidden = 1

    def __init__(self, sides):
        self.sides = sides

    def _private(self): ...

    def area(self) -> float:
        return 0.0

class Empty: pass
"#;
        assert_eq!(
            lines(text),
            [
                "LIMIT: int = 10",
                "TABLE = {",
                "def add(a: int, b: int = 0) -> int:",
                "async def fetch(*urls, timeout=3, **more):",
                "class Shape(Base, metaclass=Meta):",
                "    sides: int = 0",
                "    def __init__(self, sides):",
                "    def area(self) -> float:",
                "class Empty:",
            ]
        );
        let names: Vec<_> = signatures(text).into_iter().map(|signature| signature.name).collect();
        assert_eq!(names, ["LIMIT", "TABLE", "add", "fetch", "Shape", "Empty"]);
    }

    #[test]
    fn branches_are_looked_into_once_and_a_name_counts_once() {
        let text = "if TYPE_CHECKING:\n    def f(x: int) -> int: ...\nelse:\n    def f(x): ...\n    def g(): ...\n\
            try:\n    A = 1\nexcept E:\n    A = 2\n    B = 3\nfor i in x:\n    C = i\n";
        assert_eq!(lines(text), ["def f(x: int) -> int:", "def g():", "A = 1"]);
    }

    #[test]
    fn what_is_broken_is_left_out() {
        let text = "def f(a):\n    return a\n\ndef g(\n\nclass A:\n    def m(self):\n        x = (\n\ndef h(b): ...\n";
        let found = lines(text);
        assert!(found.contains(&"def f(a):".to_owned()), "{found:?}");
    }

    #[test]
    fn what_is_long_is_shortened() {
        let parameters: Vec<_> = (0..12).map(|n| format!("parameter_{n}: Mapping[str, int] = {{}}")).collect();
        let value = format!("{}1", "1 + ".repeat(100));
        let found = lines(&format!("def f({}):\n    pass\nX = {value}\n", parameters.join(", ")));
        assert!(found[0].starts_with("def f(parameter_0, parameter_1, ") && found[0].len() <= LONGEST + 3, "{found:?}");
        assert!(found[1].starts_with("X = 1 + 1") && found[1].len() <= LONGEST_VALUE + 3, "{found:?}");
        // With a comment in them, only the names of parameters stay.
        assert_eq!(lines("def f(\n    a: int,  # first\n    b,\n): ...\n"), ["def f(a, b):"]);
    }

    #[test]
    fn the_work_is_bounded() {
        assert_eq!(lines(&"def f(): ...\n".repeat(LARGEST)), Vec::<String>::new());
        assert_eq!(lines(&format!("x = {}1{}", "(".repeat(5000), ")".repeat(5000))), Vec::<String>::new());
        let many: String = (0..10_000).map(|n| format!("def f{n}(): ...\n")).collect();
        assert_eq!(signatures(&many).len(), NAMES);
        let methods: String = (0..1000).map(|n| format!("    def f{n}(self): ...\n")).collect();
        assert_eq!(lines(&format!("class A:\n{methods}")).len(), MEMBERS + 1);
    }
}

//! The strings that functions begin with.

use std::ops::Range;

use tree_sitter::Node;

use super::{Line, children, line_at, path};
use crate::document::Document;

/// Whether a string that is the first statement of its block ends on the line.
#[must_use]
pub fn ends_docstring(document: &Document, line: &Line) -> bool {
    let Some(last) = line.end.checked_sub(1).filter(|&last| last >= line.text) else { return false };
    // Most lines do not, and a look at the tree takes longer than this.
    if !matches!(document.rope().get_byte(last), Some(b'"' | b'\'')) {
        return false;
    }
    let path = path(document, last);
    let Some(at) = path.iter().position(|node| node.kind() == "string") else { return false };
    let (Some(statement), Some(block)) = (at.checked_sub(1).map(|at| path[at]), at.checked_sub(2).map(|at| path[at]))
    else {
        return false;
    };
    statement.kind() == "expression_statement"
        && path[at].end_byte() == line.end
        && matches!(block.kind(), "block" | "module")
        && children(block).find(|child| child.kind() != "comment").is_some_and(|first| first.id() == statement.id())
}

/// A function's docstring that has its lines for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Docstring {
    /// The string, quotes and prefix included.
    pub range: Range<usize>,
    /// The text between the quotes.
    pub content: Range<usize>,
    /// The function up to its body: `def`, name, parameters.
    pub header: Range<usize>,
    /// Whether the function needs no body: an abstract method, an overload, or a method of a protocol.
    pub declaration: bool,
}

/// The docstring of a function that starts on the line.
#[must_use]
pub fn docstring(document: &Document, line: &Line) -> Option<Docstring> {
    // Most lines are none, and a look at the tree takes longer than this.
    let quoted = |at: usize| matches!(document.rope().get_byte(at), Some(b'"' | b'\''));
    let prefixed = matches!(document.rope().get_byte(line.text), Some(b'r' | b'R' | b'u' | b'U'));
    if line.is_blank() || !(quoted(line.text) || (prefixed && quoted(line.text + 1))) {
        return None;
    }
    let path = path(document, line.text);
    let at = path.iter().position(|node| node.kind() == "string")?;
    let [.., function, block, statement] = path.get(..at)? else { return None };
    let string = path[at];
    let (range, body) = (string.byte_range(), block.byte_range());
    let first = children(*block).find(|child| child.kind() != "comment")?;
    let alone = line_at(document, range.end);
    let is = range.start == line.text
        && (statement.kind(), block.kind()) == ("expression_statement", "block")
        && function.kind() == "function_definition"
        && first.id() == statement.id()
        && statement.byte_range() == range
        && document.slice(range.end..alone.end).trim().is_empty()
        && !string.has_error();
    let start = children(string).find(|child| child.kind() == "string_start")?;
    let end = children(string).find(|child| child.kind() == "string_end")?;
    is.then(|| Docstring {
        content: start.end_byte()..end.start_byte(),
        header: function.start_byte()..body.start,
        declaration: is_declaration(document, &path[..at]),
        range,
    })
}

/// Whether the innermost function of a path is never called itself: it is abstract, an overload, or of a protocol.
fn is_declaration(document: &Document, path: &[Node]) -> bool {
    let Some(at) = path.iter().rposition(|node| node.kind() == "function_definition") else { return false };
    let has =
        |node: Node, words: &[&str]| super::words(&document.slice(node.byte_range())).any(|word| words.contains(&word));
    let decorated = at.checked_sub(1).map(|at| path[at]).filter(|node| node.kind() == "decorated_definition");
    let class = path[..at].iter().rfind(|node| node.kind().ends_with("_definition") && Some(**node) != decorated);
    decorated.is_some_and(|decorated| {
        let mut decorators = children(decorated).filter(|child| child.kind() == "decorator");
        decorators.any(|decorator| {
            has(
                decorator,
                &["abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod", "overload"],
            )
        })
    }) || class.and_then(|class| class.child_by_field_name("superclasses")).is_some_and(|of| has(of, &["Protocol"]))
}

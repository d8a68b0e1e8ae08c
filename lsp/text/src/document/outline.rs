//! Where comments stand in a text, and which parts are in brackets or strings, found in one walk of the tree for
//! callers that ask at every line. A descent of the tree for each question takes as long as a node has children, and
//! the root of a broken file, or of one with nothing but comments, has all of them as children.

use std::ops::Range;
use std::sync::LazyLock;

use tree_sitter::Tree;

/// Comments and enclosures of a text.
#[derive(Debug, Default)]
pub struct Outline {
    /// Starts of the comments that are in no enclosure, ascending.
    comments: Vec<usize>,
    /// Brackets and strings that are in no other, ascending.
    enclosures: Vec<Range<usize>>,
}

/// The part that a node plays in an outline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Comment,
    Enclosure,
    Other,
}

/// The parts by the numbers of the node kinds, since names are slow to compare.
static PARTS: LazyLock<Vec<Part>> = LazyLock::new(|| {
    let language = tree_sitter::Language::from(tree_sitter_python::LANGUAGE);
    let kinds = (0..language.node_kind_count()).map(|id| u16::try_from(id).unwrap_or(u16::MAX));
    kinds
        .map(|id| match language.node_kind_for_id(id) {
            Some("comment") => Part::Comment,
            Some(kind) if encloses(kind) => Part::Enclosure,
            _ => Part::Other,
        })
        .collect()
});

impl Outline {
    /// The outline of a tree.
    #[must_use]
    pub fn of(tree: &Tree) -> Self {
        let mut outline = Self::default();
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            match PARTS.get(usize::from(node.kind_id())).copied().unwrap_or(Part::Other) {
                Part::Comment => outline.comments.push(node.start_byte()),
                Part::Enclosure => outline.enclosures.push(node.byte_range()),
                Part::Other => {
                    if cursor.goto_first_child() {
                        continue;
                    }
                }
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return outline;
                }
            }
        }
    }

    /// Whether a comment starts at `offset`, outside of brackets.
    #[must_use]
    pub fn starts_comment(&self, offset: usize) -> bool {
        self.comments.binary_search(&offset).is_ok()
    }

    /// Whether `offset` lies inside brackets or a string that opened before it.
    #[must_use]
    pub fn is_continuation(&self, offset: usize) -> bool {
        let opened = self.enclosures.partition_point(|enclosure| enclosure.start < offset);
        opened.checked_sub(1).and_then(|last| self.enclosures.get(last)).is_some_and(|last| offset < last.end)
    }
}

/// Whether indentation has no meaning in nodes of that kind: strings, and brackets.
pub(crate) fn encloses(kind: &str) -> bool {
    matches!(
        kind,
        "string"
            | "concatenated_string"
            | "argument_list"
            | "parameters"
            | "parenthesized_expression"
            | "parenthesized_list_splat"
            | "tuple"
            | "list"
            | "dictionary"
            | "set"
            | "list_comprehension"
            | "dictionary_comprehension"
            | "set_comprehension"
            | "generator_expression"
            | "tuple_pattern"
            | "list_pattern"
            | "dict_pattern"
            | "import_from_statement"
            | "with_clause"
            | "subscript"
            | "type_parameter"
    )
}

/// The largest number of children of broken nodes in a tree that is still used: every question about a place in such a
/// node goes over them.
const BROKEN: usize = 4000;

/// Whether more of a tree is broken than [`BROKEN`] allows.
pub(super) fn is_too_broken(tree: &Tree) -> bool {
    let mut cursor = tree.walk();
    let mut broken = 0;
    loop {
        let node = cursor.node();
        if node.is_error() {
            broken += node.child_count() as usize;
            if broken > BROKEN {
                return true;
            }
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::python;

    #[test]
    fn an_outline_says_what_the_tree_says() {
        let texts = [
            "# a\nx = [ # b\n    1,  # c\n]\n# d\ndef f(a, # e\n  b):\n    '''doc # f\n    '''\n    return (a # g\n)\n",
            "x = f'{a # b\n}'\n# c\nwith (a as b, # d\n  c): # e\n    pass\n",
            "def f(a, b:\n    # a\n    return [a # b\n\n# c\nx = '# d\n# e\n",
            "import (\n# a\nfrom x import (a, # b\n b)\n# c\n",
            "\"\"\"a\n# b\n",
            "",
        ];
        for text in texts {
            let document = Document::new(text, 1);
            let outline = document.outline();
            for offset in 0..=text.len() {
                let inside = python::is_continuation(&document, offset);
                assert_eq!(outline.is_continuation(offset), inside, "{text:?} {offset}");
                let comment = python::starts_comment(&document, offset) && !inside;
                assert_eq!(outline.starts_comment(offset), comment, "{text:?} {offset}");
            }
        }
    }

    #[test]
    fn what_is_too_broken() {
        let broken = |count| "def f(a, b:\n    return [a\n\n".repeat(count);
        assert!(!is_too_broken(&crate::document::parse_text(&broken(20))));
        assert!(is_too_broken(&crate::document::parse_text(&broken(2000))));
        assert!(!is_too_broken(&crate::document::parse_text(&"# a\n".repeat(2 * BROKEN))));
    }
}

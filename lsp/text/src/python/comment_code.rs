//! Whether the words of a comment are code.

use tree_sitter::Node;

use super::{KEYWORDS, children};
use crate::document::parse_text;

/// Whether `text`, a comment's words, is code rather than a sentence: statements that are more than a name.
#[must_use]
pub fn is_code(text: &str) -> bool {
    if is_plain(text) {
        return false;
    }
    says_more(parse_text(text).root_node(), text)
}

/// Whether the statements that `text` is parsed to are more than a name.
fn says_more(root: Node, text: &str) -> bool {
    if root.has_error() {
        return text.starts_with('@') || goes_on(text);
    }
    let words = text.chars().all(|char| char.is_alphabetic() || char.is_whitespace());
    children(root).any(|statement| match statement.kind() {
        // "print the result" and "global state" are sentences here, although Python 2 read them as statements.
        "print_statement"
        | "exec_statement"
        | "global_statement"
        | "nonlocal_statement"
        | "assert_statement"
        | "delete_statement"
        | "type_alias_statement" => !words,
        "comment" => false,
        "expression_statement" => children(statement).any(|expression| match expression.kind() {
            // "TODO: everything" is an annotation of TODO.
            "assignment" => expression.child_by_field_name("right").is_some(),
            kind => matches!(
                kind,
                "augmented_assignment"
                    | "call"
                    | "await"
                    | "yield"
                    | "named_expression"
                    | "attribute"
                    | "subscript"
                    | "integer"
                    | "float"
                    | "string"
                    | "list"
                    | "dictionary"
                    | "set"
            ),
        }),
        _ => true,
    })
}

/// Whether a text only continues a statement: `else:` and the like.
fn goes_on(text: &str) -> bool {
    let after = |head: &str| !parse_text(&format!("{head}:\n    pass\n{text}")).root_node().has_error();
    match text.split(|char: char| !char.is_alphanumeric()).next() {
        Some("else" | "elif") => after("if x"),
        Some("except" | "finally") => after("try"),
        _ => false,
    }
}

/// Whether a text is clearly a sentence: most prompts are, and parsing takes much longer than this check.
fn is_plain(text: &str) -> bool {
    let words = text.strip_suffix('.').unwrap_or(text);
    let first = words.split(' ').next().unwrap_or_default();
    words.contains(' ')
        && first.starts_with(char::is_alphabetic)
        && words.chars().all(|char| char.is_alphanumeric() || char == ' ')
        // Statements begin with a keyword; these two once were.
        && !KEYWORDS.contains(&first)
        && !["print", "exec", "type", "match", "case"].contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_plain_only_if_the_parser_would_say_so() {
        for text in ["Sort numbers.", "Assign 5 to v5", "a is b", "x in y", "sum of a and b"] {
            assert!(is_plain(text), "{text}");
            let tree = parse_text(text);
            assert!(!says_more(tree.root_node(), text), "{text}");
        }
        for text in
            ["x = 1", "print 5", "import os", "return x", "x", "5", "f(x)", "del x", "else:", "a.b c", "yield x"]
        {
            assert!(!is_plain(text), "{text}");
        }
    }
}

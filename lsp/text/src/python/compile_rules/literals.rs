//! Numbers and strings that Python refuses and tree-sitter's grammar takes.

use tree_sitter::Node;

use crate::python::children;

/// Whether a number that the grammar takes is one of Python's.
pub(super) fn is_number(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    if ["0x", "0o", "0b"].iter().any(|base| text.starts_with(base)) {
        return !text.ends_with('l');
    }
    let misplaced = text.ends_with(['_', 'l']) || ["_.", "_e", "_j"].iter().any(|pair| text.contains(pair));
    let octal = text.starts_with('0') && text.chars().all(|char| char.is_ascii_digit() || char == '_');
    let old = octal && text.contains(|char: char| ('1'..='9').contains(&char));
    !(misplaced || old)
}

/// The letters before a string's quote.
pub(super) fn prefix<'t>(string: Node, text: &'t str) -> &'t str {
    let start = string.child(0).and_then(|start| text.get(start.byte_range())).unwrap_or_default();
    start.trim_end_matches(['"', '\''])
}

/// Whether a string's letters, characters and escapes are valid.
pub(super) fn is_string(string: Node, text: &str) -> bool {
    let prefix = prefix(string, text).to_ascii_lowercase();
    if !["", "r", "u", "b", "br", "rb", "f", "fr", "rf", "t", "tr", "rt"].contains(&prefix.as_str()) {
        return false;
    }
    let bytes = prefix.contains('b');
    let contents = children(string).filter(|child| child.kind() == "string_content");
    contents.filter_map(|content| text.get(content.byte_range())).all(|content| {
        let formatted = prefix.contains(['f', 't']);
        (!bytes || content.is_ascii()) && (prefix.contains('r') || has_valid_escapes(content, bytes, formatted))
    })
}

fn has_valid_escapes(content: &str, bytes: bool, formatted: bool) -> bool {
    let mut rest = content;
    while let Some(at) = rest.find('\\') {
        let mut after = rest[at + 1..].chars();
        let kind = after.next();
        rest = after.as_str();
        let digits = match kind {
            Some('x') => 2,
            Some('u') if !bytes => 4,
            Some('U') if !bytes => 8,
            Some('N') if !(bytes || formatted || (rest.starts_with('{') && rest.contains('}'))) => return false,
            _ => continue,
        };
        let code = rest.get(..digits).filter(|code| code.chars().all(|char| char.is_ascii_hexdigit()));
        let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
        if code.is_none_or(|code| code > 0x0010_ffff) {
            return false;
        }
    }
    true
}

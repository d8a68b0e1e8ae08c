//! Checks the project's own names on the wire: those in the server's code against those in the document.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};

use super::source::{Finding, Source};

/// The document.
const PROTOCOL: &str = "lsp/PROTOCOL.md";
/// Commands are called `codegen.name`, requests and notifications `codegen/name`.
const PREFIXES: [&str; 2] = ["codegen.", "codegen/"];

/// The first place of each name.
type Places = BTreeMap<String, (String, usize)>;

/// Finds names that only the code or only the document has.
pub fn check(sources: &[Source]) -> Vec<Finding> {
    let code = in_code(sources);
    let Some(document) = sources.iter().find(|source| source.path == PROTOCOL) else {
        return vec![Finding::new(PROTOCOL, 0, "is gone: it describes the commands")];
    };
    let described = in_document(document);
    let undescribed = code.iter().filter(|(name, _)| !described.contains_key(*name));
    let undescribed = undescribed.map(|(name, (path, line))| {
        Finding::new(path, *line, format!("`{name}` is not in {PROTOCOL}: describe it there"))
    });
    let unknown = described.iter().filter(|(name, _)| !code.contains_key(*name));
    let unknown = unknown.map(|(name, (path, line))| {
        Finding::new(path, *line, format!("`{name}` is nowhere in lsp/src: take it out, or name it as the server does"))
    });
    undescribed.chain(unknown).collect()
}

/// The names among the texts of the server's code, tests aside.
fn in_code(sources: &[Source]) -> Places {
    let mut places = Places::new();
    let server =
        |source: &&Source| source.path.starts_with("lsp/src/") && source.extension() == "rs" && !source.is_test();
    for source in sources.iter().filter(server) {
        if let Ok(tokens) = source.text.parse::<TokenStream>() {
            texts(tokens, &mut |text, line| {
                if is_name(text) {
                    places.entry(text.to_owned()).or_insert_with(|| (source.path.clone(), line));
                }
            });
        }
    }
    places
}

/// Calls `found` with each text of the code and its line, modules of tests aside.
fn texts(tokens: TokenStream, found: &mut impl FnMut(&str, usize)) {
    let mut after_tests = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == "tests" => after_tests = true,
            TokenTree::Group(group) if !std::mem::take(&mut after_tests) => texts(group.stream(), found),
            TokenTree::Literal(literal) => {
                let written = literal.to_string();
                if let Some(text) = written.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
                    found(text, literal.span().start().line);
                }
            }
            _ => after_tests = false,
        }
    }
}

/// The names that the document has between backquotes.
fn in_document(document: &Source) -> Places {
    let mut places = Places::new();
    for (number, line) in document.text.lines().enumerate() {
        // Every second part is between backquotes.
        for name in line.split('`').skip(1).step_by(2).filter(|text| is_name(text)) {
            places.entry(name.to_owned()).or_insert_with(|| (document.path.clone(), number + 1));
        }
    }
    places
}

fn is_name(text: &str) -> bool {
    let name = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix));
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sources;

    fn found(code: &str, document: &str) -> Vec<String> {
        let files = [("lsp/src/protocol/commands.rs", code), (PROTOCOL, document)];
        check(&sources(&files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn names_that_both_have_are_no_finding() {
        let code = "const A: &str = \"codegen.one\"; fn f() { m!(\"codegen/two\", \"codegen.inline.enabled is 1\") }\n\
                    #[cfg(test)] mod tests { const B: &str = \"codegen.three\"; }";
        assert_eq!(found(code, "| `codegen.one` | does |\nand `codegen/two`; the program codegen.four"), [""; 0]);
    }

    #[test]
    fn a_command_that_is_not_described_is() {
        assert_eq!(
            found("\nconst A: &str = \"codegen.one\";", ""),
            ["lsp/src/protocol/commands.rs:2: `codegen.one` is not in lsp/PROTOCOL.md: describe it there"]
        );
    }

    #[test]
    fn a_command_that_is_only_described_is() {
        assert_eq!(
            found("", "\n`codegen.one` `codegen/two`"),
            [
                "lsp/PROTOCOL.md:2: `codegen.one` is nowhere in lsp/src: take it out, or name it as the server does",
                "lsp/PROTOCOL.md:2: `codegen/two` is nowhere in lsp/src: take it out, or name it as the server does",
            ]
        );
    }

    #[test]
    fn a_document_that_is_gone_is() {
        assert_eq!(check(&[]).len(), 1);
    }
}

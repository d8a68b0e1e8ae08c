//! Words of code that only some files may have: `unsafe`, llama.cpp's names, `spawn_blocking`.

use proc_macro2::{TokenStream, TokenTree};

use super::source::{Finding, Source, lies_in};

/// A word, and the places where it may stand.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    pub word: &'static str,
    /// The folder in which it is looked for; "" means everywhere.
    pub within: &'static str,
    /// The files (and the folders of the same names) that may have it, each without its ending. Each of them must have
    /// it.
    pub places: &'static [&'static str],
    pub instead: &'static str,
}

/// Finds words outside their places, and places that no longer have their word.
pub fn check(sources: &[Source], kept: &[Kept]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut used = vec![false; kept.iter().map(|kept| kept.places.len()).sum()];
    for source in sources.iter().filter(|source| source.extension() == "rs") {
        // A file that does not parse is the compiler's to report.
        let Ok(tokens) = source.text.parse::<TokenStream>() else { continue };
        let mut first = 0;
        for kept in kept {
            if let Some(line) = line_of(tokens.clone(), kept.word).filter(|_| source.path.starts_with(kept.within)) {
                match kept.places.iter().position(|place| lies_in(&source.path, place)) {
                    Some(place) => used[first + place] = true,
                    None => {
                        let what =
                            format!("`{}` stands only in {}: {}", kept.word, kept.places.join(", "), kept.instead);
                        findings.push(Finding::new(&source.path, line, what));
                    }
                }
            }
            first += kept.places.len();
        }
    }
    let places = kept.iter().flat_map(|kept| kept.places.iter().map(move |&place| (place, kept.word)));
    for ((place, word), used) in places.zip(used) {
        if !used {
            let what = format!("may have `{word}`, and has none: take it out of xtask/src/tidy/mod.rs");
            findings.push(Finding::new(place, 0, what));
        }
    }
    findings
}

/// The line of the first such word; not in comments and texts.
fn line_of(tokens: TokenStream, word: &str) -> Option<usize> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => (ident == word).then(|| ident.span().start().line),
        TokenTree::Group(group) => line_of(group.stream(), word),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sources;

    const UNSAFE: Kept = Kept { word: "unsafe", within: "", places: &["a/src/native"], instead: "call what is there" };
    const BLOCKING: Kept =
        Kept { word: "spawn_blocking", within: "a/src/", places: &["a/src/run"], instead: "call run" };

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        check(&sources(files), &[UNSAFE, BLOCKING]).iter().map(ToString::to_string).collect()
    }

    const NATIVE: (&str, &str) = ("a/src/native.rs", "fn f() { unsafe { g() } }");
    const RUN: (&str, &str) = ("a/src/run/inner.rs", "use tokio::task::spawn_blocking;");

    #[test]
    fn where_they_may_stand_they_are_no_finding() {
        let other =
            "//! unsafe\n#![deny(unsafe_code)]\n/// unsafe\nconst WORD: &str = \"unsafe\"; /* spawn_blocking */";
        let elsewhere = ("a/tests/it.rs", "fn f() { spawn_blocking(g) }");
        assert_eq!(found(&[NATIVE, RUN, ("a/src/other.rs", other), elsewhere]), [""; 0]);
    }

    #[test]
    fn elsewhere_they_are() {
        let other = "fn f() {\n    m!(unsafe { g() });\n    tokio::task::spawn_blocking(h);\n}";
        assert_eq!(
            found(&[NATIVE, RUN, ("a/src/other.rs", other)]),
            [
                "a/src/other.rs:2: `unsafe` stands only in a/src/native: call what is there",
                "a/src/other.rs:3: `spawn_blocking` stands only in a/src/run: call run",
            ]
        );
    }

    #[test]
    fn a_place_without_the_word_is() {
        assert_eq!(
            found(&[NATIVE]),
            ["a/src/run: may have `spawn_blocking`, and has none: take it out of xtask/src/tidy/mod.rs"]
        );
    }
}

//! The words of a text that are names, told by its characters alone: it holds in broken code, and costs no tree.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::document::Document;
use crate::document::scanner::Scanner;

/// Bytes read above and below the cursor at most.
const REACH: usize = 128 << 10;

/// The names that the text around a cursor has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identifiers {
    /// Words that do not follow a dot: variables, functions, classes, modules, keyword arguments, and keywords.
    pub names: HashSet<String>,
    /// Words that follow a dot.
    pub attributes: HashSet<String>,
    /// The names that stand for modules, and the modules' own names.
    pub modules: HashMap<String, String>,
}

impl Identifiers {
    /// The names within 128 kB of the cursor; not the word that ends there, which is being typed.
    #[must_use]
    pub fn around(document: &Document, cursor: usize) -> Self {
        Self::between(document, cursor, cursor..cursor)
    }

    /// The names within 128 kB of the cursor that are not in `but`.
    #[must_use]
    pub fn outside(document: &Document, cursor: usize, but: &Range<usize>) -> Self {
        Self::between(document, cursor, but.clone())
    }

    /// Adds the names of code that is elsewhere, each as a name and as something that follows a dot.
    pub fn add<'l>(&mut self, lines: impl IntoIterator<Item = &'l str>) {
        let mut other = Self::default();
        lines.into_iter().for_each(|line| other.read(line, None));
        self.attributes.extend(other.attributes);
        self.attributes.extend(other.names.iter().cloned());
        self.names.extend(other.names);
    }

    fn between(document: &Document, cursor: usize, but: Range<usize>) -> Self {
        let line_start = |offset: usize| super::line_at(document, offset).start;
        let start = line_start(cursor.saturating_sub(REACH));
        let end = super::char_boundary(document, cursor.saturating_add(REACH));
        let mut found = Self::default();
        for range in [start..but.start.max(start), but.end.min(end)..end] {
            found.read(&document.slice(range.clone()), cursor.checked_sub(range.start));
        }
        found
    }

    /// Takes in the names of `text`, but for one that ends at `typed`.
    fn read(&mut self, text: &str, typed: Option<usize>) {
        let mut scanner = Scanner::default();
        let mut word: Option<usize> = None;
        let mut dotted = false;
        let mut line = 0;
        let ends = std::iter::once((text.len(), '\n'));
        for (at, char) in text.char_indices().chain(ends) {
            let code = !scanner.in_string() && !scanner.in_comment();
            let letter = code && (char.is_alphanumeric() || char == '_');
            if let (Some(start), false) = (word, letter) {
                let name = &text[start..at];
                if !name.starts_with(|first: char| first.is_ascii_digit()) && typed != Some(at) {
                    let names = if dotted { &mut self.attributes } else { &mut self.names };
                    if !names.contains(name) {
                        names.insert(name.to_owned());
                    }
                }
                (word, dotted) = (None, false);
            } else if word.is_none() && letter {
                word = Some(at);
            }
            if code && !letter && !char.is_whitespace() {
                dotted = char == '.';
            }
            if char == '\n' {
                self.import(&text[line..at]);
                line = at + 1;
            }
            scanner.push(char);
        }
    }

    /// Takes in the modules that a line imports.
    fn import(&mut self, line: &str) {
        let words = line.trim();
        let names = |list: &str| -> Vec<(String, String)> {
            let named = list.split(',').filter_map(|item| {
                let mut words = item.trim().trim_matches(['(', ')']).split_whitespace();
                let name = words.next()?;
                let alias = words.skip_while(|word| *word != "as").nth(1);
                Some((name.to_owned(), alias.unwrap_or(name).to_owned()))
            });
            named.collect()
        };
        if let Some(list) = words.strip_prefix("import ") {
            self.modules.extend(names(list).into_iter().map(|(module, alias)| (alias, module)));
        } else if let Some((package, list)) = words.strip_prefix("from ").and_then(|rest| rest.split_once(" import ")) {
            let modules = names(list).into_iter().map(|(name, alias)| (alias, format!("{}.{name}", package.trim())));
            self.modules.extend(modules.filter(|(_, module)| super::library::members(module).is_some()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::cursor_in;

    #[test]
    fn names_of_elsewhere_are_names_and_attributes() {
        let mut found = Identifiers::default();
        found.add(["class Shape:", "    def area(self, unit='x y') -> a.Number:"]);
        for name in ["Shape", "area", "unit"] {
            assert!(found.names.contains(name) && found.attributes.contains(name), "{name}");
        }
        assert!(found.attributes.contains("Number") && !found.names.contains("Number") && !found.names.contains("y"));
    }

    #[test]
    fn names_attributes_and_modules() {
        let text = "import os, numpy as np\nfrom os import path as p, sep\n# comment words\nx1 = np.zeros(3).shape\n'in a string'\n\
                    def f(a, *, b=1e5):\n    return a . append(self.x)\ntyp$0\nbelow = '''\nlong''' + after\n";
        let (document, cursor) = cursor_in(text, |text| Document::new(text, 1));
        let found = Identifiers::around(&document, cursor);
        let sorted = |set: &HashSet<String>| {
            let mut all: Vec<_> = set.iter().cloned().collect();
            all.sort_unstable();
            all.join(" ")
        };
        assert_eq!(sorted(&found.names), "a after as b below def f from import np numpy os p path return self sep x1");
        assert_eq!(sorted(&found.attributes), "append shape x zeros");
        let module = |name: &str| found.modules.get(name).map(String::as_str);
        assert_eq!(
            (module("np"), module("os"), module("p"), module("sep")),
            (Some("numpy"), Some("os"), Some("os.path"), None)
        );
    }

    #[test]
    fn a_word_that_stands_elsewhere_too_is_known() {
        let (document, cursor) = cursor_in("total = 1\ntotal$0 = 2\n", |text| Document::new(text, 1));
        assert!(Identifiers::around(&document, cursor).names.contains("total"));
        let (document, cursor) = cursor_in("total$0 = 2\n", |text| Document::new(text, 1));
        assert!(Identifiers::around(&document, cursor).names.is_empty());
    }
}

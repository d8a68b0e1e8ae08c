//! The rule that ends a turn's continuation.

use crate::StopRule;

/// The byte offset where the paper's reference cuts a turn's continuation, or `None` if the turn has not ended yet. The
/// cut is at the first line that starts with `#`, `'''` or `"""`, at two blank lines in a row, and before the second
/// top-level `def` or `print` of the same continuation. The engine handles the end-of-text token.
///
/// As in the reference, a continuation that begins with a comment is cut to nothing. Unlike there, `def` and `print`
/// are whole words: `default = 1` does not count.
#[must_use]
pub fn truncate(text: &str) -> Option<usize> {
    Truncation::default().cut(text)
}

/// [`truncate`] as a stop rule. It looks at each line once, when the line has ended, and at the last line as far as it
/// goes. The result does not depend on how the text is split into tokens.
#[derive(Debug, Clone, Default)]
pub struct Truncation {
    indent: String,
    lead: String,
    /// Start of the first line that has not been counted yet.
    line: usize,
    /// The start of the run of line ends before that line; equal to `line` at the text's start.
    ends: usize,
    defs: usize,
    prints: usize,
}

/// The meaning of a line's beginning.
#[derive(PartialEq, Eq)]
enum Start {
    Terminal,
    Def,
    Print,
    Other,
}

impl Truncation {
    /// The rule for turns inside a block. Every line is read relative to `indent`, and the first line with less
    /// indentation ends the text. `lead` is the text already on the line where the continuation begins.
    #[must_use]
    pub fn indented(indent: &str, lead: &str) -> Self {
        Self { indent: indent.to_owned(), lead: lead.to_owned(), ..Self::default() }
    }

    fn start_of(&self, line: &str, first: bool, ended: bool) -> Start {
        let lead = if first { self.lead.as_str() } else { "" };
        // The part of the indentation still to come on this line, and the text that stands before it otherwise.
        let (indent, before) = match self.indent.strip_prefix(lead) {
            Some(rest) => (rest, ""),
            None => ("", lead.strip_prefix(self.indent.as_str()).unwrap_or(lead)),
        };
        if !before.is_empty() || (ended && line.trim_end().is_empty()) {
            return Start::Other;
        }
        let Some(text) = line.strip_prefix(indent) else {
            // Spaces that may still become the indentation or a blank line do not count as a dedent.
            let undecided = !ended && line.chars().all(char::is_whitespace);
            return if undecided { Start::Other } else { Start::Terminal };
        };
        let word = |word| {
            text.strip_prefix(word).is_some_and(|rest: &str| match rest.chars().next() {
                Some(next) => !(next.is_alphanumeric() || next == '_'),
                None => ended,
            })
        };
        if ["#", "'''", "\"\"\""].iter().any(|terminal| text.starts_with(terminal)) {
            Start::Terminal
        } else if word("def") {
            Start::Def
        } else if word("print") {
            Start::Print
        } else {
            Start::Other
        }
    }
}

impl StopRule for Truncation {
    fn cut(&mut self, text: &str) -> Option<usize> {
        while let Some(rest) = text.get(self.line..) {
            let length = rest.find('\n');
            let line = &rest[..length.unwrap_or(rest.len())];
            let start = self.start_of(line, self.line == 0, length.is_some());
            let again = match start {
                Start::Terminal => true,
                Start::Def => self.defs > 0,
                Start::Print => self.prints > 0,
                Start::Other => false,
            };
            if again {
                return Some(self.line);
            }
            let length = length?;
            if length > 0 {
                self.ends = self.line + length;
            } else if self.line - self.ends == 2 {
                return Some(self.ends);
            }
            self.defs += usize::from(start == Start::Def);
            self.prints += usize::from(start == Start::Print);
            self.line += length + 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Cuts at `$0` and checks that the text without the mark is cut there.
    #[track_caller]
    fn check(rule: &Truncation, marked: &str) {
        let text = marked.replace("$0", "");
        assert_eq!(rule.clone().cut(&text), marked.find("$0"), "{marked:?}");
    }

    #[test]
    fn as_the_paper_s_reference() {
        for marked in [
            "",
            "x = 1",
            "x = 1\n",
            "x = 1\n$0# next",
            "x = 1\n\n$0# next\ny",
            "$0# a comment at once",
            "\n$0# after a line end",
            "    # indented comments stay\n",
            "x = 1  # so do those after code\n",
            "$0'''doc'''",
            "x = 1\n$0\"\"\"doc",
            "x = ''\n''\n",
            "''",
            // Two blank lines in a row, cut before the line end of the last line of code.
            "x = 1$0\n\n\ny = 2",
            "x = 1$0\n\n\n",
            "x = 1\n\n",
            "x = 1\n \n\ny = 2",
            "$0\n\n\nx = 1",
            "\n\nx = 1",
            // The second def or print ends the text. Each is counted separately, and only at the top level.
            "def f():\n    pass\n\n$0def g():",
            "def f():\n    def g():\n        pass\n    def h():\n        pass\n",
            "print(1)\n$0print(2)",
            "print 1\n$0print 2",
            "def f():\n    print(1)\n    print(2)\nprint(f())\n",
            "def f(): pass\nprint(f())\n$0def g(): pass",
            "class A:\n    pass\nclass B:\n    pass\n",
            // Whole words, not prefixes; a word has ended only when something follows it.
            "default = 1\ndefined = 2\nprinter = 3\nprint_it = 4\nprintable = 5\n",
            "def f(): pass\nd",
            "def f(): pass\nde",
            "def f(): pass\ndef",
            "def f(): pass\n$0def ",
            "def f(): pass\n$0def\n",
            "print(1)\nprint",
            "print(1)\nprint_",
            "print(1)\n$0print\n",
            "caf\u{e9} = '\u{1F40D}'\n$0#",
        ] {
            check(&Truncation::default(), marked);
        }
    }

    #[test]
    fn relative_to_an_indentation() {
        for marked in [
            "    x = 1\n    y = 2\n$0z = 3",
            "    x = 1\n\n    y = 2\n\n$0z = 3",
            "    x = 1\n$0    # next",
            "    if x:\n        # deeper comments stay\n        y\n",
            "    x = 1\n  ",
            "    x = 1\n  \n    y = 2",
            "    x = 1\n$0  y",
            "    def f():\n        pass\n$0    def g()",
            "    def f():\n        pass\n    def",
            "    print(1)\n$0    print(2)",
            "    x$0\n\n\n    y",
            "$0x = 1",
            "$0    # at once",
        ] {
            check(&Truncation::indented("    ", ""), marked);
        }
    }

    #[test]
    fn with_something_on_the_first_line() {
        for (lead, marked) in [
            ("    ", "x = 1\n    y = 2\n$0z"),
            ("    ", "$0# at once"),
            ("    ", "print(1)\n$0    print(2)"),
            ("  ", "  x = 1\n$0x"),
            ("  ", "$0x = 1\n"),
            ("      ", "deeper\n    y\n$0z"),
            ("    x = ", "1  \n$0    # next"),
            ("    x = ", "\"\"\"text\"\"\"\n    y"),
        ] {
            check(&Truncation::indented("    ", lead), marked);
        }
    }

    /// The reference, position by position, on the whole text.
    fn naive(text: &str) -> Option<usize> {
        let starts = |at: usize, word: &str| (at == 0 || text[..at].ends_with('\n')) && text[at..].starts_with(word);
        let words = |word: &str| -> Vec<usize> {
            let follows = |at: usize| text[at + word.len()..].chars().next();
            (0..text.len())
                .filter(|&at| text.is_char_boundary(at) && starts(at, word))
                .filter(|&at| follows(at).is_some_and(|next| !next.is_alphanumeric() && next != '_'))
                .collect()
        };
        let first = (0..text.len()).filter(|&at| text.is_char_boundary(at)).find(|&at| {
            starts(at, "#") || starts(at, "'''") || starts(at, "\"\"\"") || text[at..].starts_with("\n\n\n")
        });
        [first, words("def").get(1).copied(), words("print").get(1).copied()].into_iter().flatten().min()
    }

    fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
        let piece = prop::sample::select(vec![
            "\n",
            "\n",
            "\n",
            "\n\n",
            "d",
            "e",
            "f",
            "def",
            "def ",
            "ef f(",
            "print",
            "print(",
            "p",
            "#",
            "'",
            "''",
            "\"\"\"",
            " ",
            "    ",
            "x",
            "_",
            "\u{e9}",
            "\u{1F40D}",
            ":",
        ]);
        prop::collection::vec(piece, 0..24)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn agrees_with_the_naive_reference(pieces in pieces()) {
            let text = pieces.concat();
            prop_assert_eq!(truncate(&text), naive(&text), "{:?}", text);
        }

        #[test]
        fn does_not_depend_on_the_tokens(pieces in pieces(), indent in prop::sample::select(vec!["", "    "])) {
            let mut whole = Truncation::indented(indent, "");
            let mut streamed = whole.clone();
            let mut text = String::new();
            let mut cut = None;
            for piece in &pieces {
                text.push_str(piece);
                cut = cut.or_else(|| streamed.cut(&text));
                // Later text does not change a cut once it has been decided.
                prop_assert_eq!(cut, Truncation::indented(indent, "").cut(&text));
            }
            prop_assert_eq!(cut, whole.cut(&text));
        }
    }
}

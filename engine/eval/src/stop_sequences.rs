//! The stop sequences that end a continuation, for both benchmarks.

use codegen_core::{StopRule, Truncation};

use super::dialogue::StopSequences;

/// HumanEval's usual stop sequences: each begins a line that is not part of the requested function. As in other
/// implementations, they match beginnings of lines, not words: `
/// printed = 1` ends a completion, too.
const HUMAN_EVAL: [&str; 5] = ["class", "def", "#", "if", "print"];

impl StopSequences {
    /// The rule that ends a continuation while it is generated.
    #[must_use]
    pub fn rule(self) -> Box<dyn StopRule> {
        match self {
            Self::Turn => Box::new(Truncation::default()),
            Self::HumanEval => Box::new(HumanEvalTruncation::default()),
        }
    }

    /// The part of a whole continuation that is kept.
    #[must_use]
    pub fn truncate(self, text: &str) -> &str {
        let cut = self.rule().cut(text).unwrap_or(text.len());
        text.get(..cut).unwrap_or(text)
    }
}

/// HumanEval's truncation as a stop rule: cuts before the line end that the first terminal follows. The result does not
/// depend on how the text is split into tokens.
#[derive(Debug, Clone, Default)]
pub struct HumanEvalTruncation {
    /// The text before this offset has been searched.
    from: usize,
}

impl StopRule for HumanEvalTruncation {
    fn cut(&mut self, text: &str) -> Option<usize> {
        while let Some(found) = text.get(self.from..)?.find('\n') {
            let end = self.from + found;
            let line = text.get(end + 1..)?;
            if HUMAN_EVAL.iter().any(|terminal| line.starts_with(terminal)) {
                return Some(end);
            }
            if HUMAN_EVAL.iter().any(|terminal| terminal.starts_with(line)) {
                // The line may still become a terminal.
                self.from = end;
                return None;
            }
            self.from = end + 1;
        }
        self.from = text.len();
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn human_eval_is_cut_before_the_first_terminal() {
        for marked in [
            "",
            "    return x",
            "    return x\n",
            "    return x$0\nclass A:\n    pass",
            "    return x$0\ndef g():",
            "    return x$0\n# next",
            "    return x$0\nif __name__ == '__main__':",
            "    return x$0\nprint(f(1))",
            // Beginnings of lines, not words, and only at the start of a line.
            "    return x$0\nprinted = 1",
            "    # a comment\n    if x:\n        print(x)\n    class A: pass\n    def g(): pass\n",
            "def g(): pass  # the first line is a line of the function",
            "    x = 1\n\n    y = 2\n$0\n#",
            "    x\nprin",
            "    x\ni\nprin\n  if",
            "    caf\u{e9}\r$0\n#",
            // The first of several.
            "    x\n$0\ndef f\nclass A",
        ] {
            let text = marked.replace("$0", "");
            let kept = marked.find("$0").unwrap_or(text.len());
            assert_eq!(StopSequences::HumanEval.truncate(&text), &text[..kept], "{marked:?}");
        }
        assert_eq!(StopSequences::Turn.truncate("x = 1\nprint(x)\nprint(x)\n"), "x = 1\nprint(x)\n");
    }

    fn naive(text: &str) -> Option<usize> {
        HUMAN_EVAL.iter().filter_map(|terminal| text.find(&format!("\n{terminal}"))).min()
    }

    fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
        let pieces =
            ["\n", "\n", "\n", "cl", "as", "s", "class", "de", "f", "def", "#", "i", "if", "pr", "int", "print", " "];
        prop::collection::vec(prop::sample::select([&pieces[..], &["x", "\u{e9}", "\r\n"]].concat()), 0..20)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn human_eval_does_not_depend_on_the_tokens(pieces in pieces()) {
            let mut rule = StopSequences::HumanEval.rule();
            let mut text = String::new();
            for piece in pieces {
                text.push_str(piece);
                // A cut does not change once it is decided, because generation ends there.
                let cut = rule.cut(&text);
                prop_assert_eq!(cut, naive(&text), "{:?}", text);
                if cut.is_some() {
                    break;
                }
            }
            prop_assert_eq!(StopSequences::HumanEval.rule().cut(&text), naive(&text), "{:?}", text);
        }
    }
}

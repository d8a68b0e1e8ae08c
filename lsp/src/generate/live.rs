//! The part of a turn's code that may be shown while the model still writes it. Pure.

use codegen_core::StopRule;
use codegen_core::Truncation;
use codegen_text::completion;

/// A piece of code that the model is writing, and how much of it may be shown.
///
/// Shown text is never taken back: it is a prefix of what is shown later, and of the text that the engine ends with.
/// Held back are white space at the end, a line that may turn out to be where the stop rule cuts, and lines that may
/// turn out to repeat those before them.
///
/// The finished code ([`completion::program`]) begins with what was shown, too, with one exception: a statement that
/// the model did not finish is left out, although its beginning has been shown. To hold that back, a function would
/// have to be shown all at once. [`Live::end`] reports this case.
pub struct Live {
    indent: String,
    rule: Box<dyn StopRule>,
    text: String,
    /// The byte offset where the stop rule has cut the text.
    cut: Option<usize>,
    /// The number of bytes of the text that may be shown.
    shown: usize,
}

/// The end of a stream: what is left to show of a finished piece of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// The part of the finished text that has not been shown.
    pub text: String,
    /// Whether more was shown than the finished text has: the beginning of a statement that the model did not finish.
    pub left_out: bool,
}

impl Live {
    /// The state before the first token of a turn with this indentation, which the model's lines come with.
    #[must_use]
    pub fn new(indent: &str) -> Self {
        let rule = completion::program_rule(Truncation::indented(indent, ""));
        Self { indent: indent.to_owned(), rule, text: String::new(), cut: None, shown: 0 }
    }

    /// The state after all of `text`, which the model has written so far.
    #[must_use]
    pub fn of(indent: &str, text: &str) -> Self {
        let mut live = Self::new(indent);
        live.push(text);
        live
    }

    /// Takes the text of a token, which may be empty; returns what may be shown in addition to what was shown before.
    pub fn push(&mut self, text: &str) -> &str {
        let before = self.shown;
        if self.cut.is_none() {
            self.text.push_str(text);
            self.cut = self.rule.cut(&self.text);
            let certain = self.text.get(..self.certain()).unwrap_or_default();
            self.shown = self.shown.max(certain.trim_end().len());
        }
        self.text.get(before..self.shown).unwrap_or_default()
    }

    /// The part that may be shown.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.text.get(..self.shown).unwrap_or_default()
    }

    /// Ends the stream; `text` is the code that is written.
    #[must_use]
    pub fn end(self, text: &str) -> Rest {
        let text = text.trim_end();
        let rest = text.strip_prefix(self.shown());
        Rest { text: rest.unwrap_or_default().to_owned(), left_out: rest.is_none() }
    }

    /// The number of bytes that no rule can cut any more, whatever follows.
    fn certain(&self) -> usize {
        let text = self.text.get(..self.cut.unwrap_or(usize::MAX)).unwrap_or(&self.text);
        let line = text.rfind('\n').map_or(0, |end| end + 1);
        let open = text.get(line..).unwrap_or_default();
        let end = if self.cut.is_none() && self.may_be_cut(open, line == 0) { line } else { text.len() };
        end.min(completion::unrepeated(text, self.cut.is_some()))
    }

    /// Whether the stop rule may cut before a line that begins with `open`: the next prompt, a string, a second `def`
    /// or `print`, or the end of the block.
    fn may_be_cut(&self, open: &str, first: bool) -> bool {
        let Some(words) = open.strip_prefix(self.indent.as_str()) else { return true };
        let begins = |word: &&str| word.starts_with(words);
        ["'''", "\"\"\""].iter().any(begins) || (!first && ["def", "print"].iter().any(begins))
    }
}

#[cfg(test)]
mod tests {
    use codegen_engine::decode::text::TextDecoder;
    use proptest::prelude::*;

    use super::*;

    /// Streams `tokens`; `text` is the finished code.
    #[track_caller]
    fn check(indent: &str, tokens: &[&str], text: &str, expected: &[&str]) {
        let mut live = Live::new(indent);
        let mut shown: Vec<String> = tokens.iter().map(|token| live.push(token).to_owned()).collect();
        shown.push(live.end(text).text);
        assert_eq!(shown, expected, "{tokens:?}");
    }

    #[test]
    fn what_may_be_cut_is_held_back() {
        check("", &["x", " =", " 1", "\n", "y"], "x = 1\ny", &["x", " =", " 1", "", "\ny", ""]);
        check("", &["x", "\n", "\n", "\n"], "x\n", &["x", "", "", "", ""]);
        check("", &["x\n", "#", " next"], "x\n", &["x", "", "", ""]);
        check("", &["p", "rint", "(1)\n", "a"], "print(1)\na", &["p", "rint", "(1)", "\na", ""]);
        check(
            "",
            &["x\n", "p", "rint", "(1)\n", "p", "rint", "("],
            "x\nprint(1)",
            &["x", "", "", "\nprint(1)", "", "", "", ""],
        );
        check(
            "    ",
            &["    if x:\n", "        y", "\n\n    z\n", "end"],
            "    if x:\n        y\n\n    z\n",
            &["    if x:", "\n        y", "\n\n    z", "", ""],
        );
        check("", &[], "", &[""]);
    }

    #[test]
    fn a_line_that_may_be_cut_is_held_back() {
        let table = [
            ("", "x = 1\ny", "x = 1\ny"),
            // White space at the end is cut in any case.
            ("", "x = 1\n", "x = 1"),
            ("", "x = 1  ", "x = 1"),
            ("", "x = 1\n#", "x = 1"),
            ("", "x = 1\n''", "x = 1"),
            ("", "x = 1\n'a", "x = 1\n'a"),
            ("", "x = 1\n\"\"\"", "x = 1"),
            ("", "x = 1\nde", "x = 1"),
            ("", "x = 1\nprint", "x = 1"),
            ("", "x = 1\nprint(", "x = 1\nprint("),
            ("", "print(1)\nprint(", "print(1)"),
            ("", "de", "de"),
            ("", "", ""),
            ("    ", "    x\n  ", "    x"),
            ("    ", "    x\n    #", "    x"),
            ("    ", "    x\n        # why", "    x\n        # why"),
            ("    ", "    x\ny", "    x"),
        ];
        for (indent, text, expected) in table {
            assert_eq!(Live::of(indent, text).shown(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_may_go_round_in_circles_is_held_back() {
        let table = [
            ("a = 1\na = 1", "a = 1"),
            ("a = 1\na = 1\n", "a = 1"),
            ("a = 1\na = 1\nb", "a = 1\na = 1\nb"),
            ("a = 1\na = 1\na = 1\n", "a = 1"),
            ("a\nb\na\nb", "a\nb"),
            ("a\nb\na\nc", "a\nb\na\nc"),
            ("a\nb\nc = 1\nb\nc =", "a\nb\nc = 1"),
            ("a\n\na\n\n", "a"),
            // A line with another indentation is another line.
            ("a\n\n\ta", "a\n\n\ta"),
        ];
        for (text, expected) in table {
            assert_eq!(Live::of("", text).shown(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_the_model_did_not_end_is_left_out() {
        let table = [
            ("x = (1,\n", "", true),
            ("x = 1\nif x:", "x = 1", true),
            ("x = 1\ny", "x = 1\ny", false),
            ("x = 1", "x = 1", false),
        ];
        for (text, finished, left_out) in table {
            assert_eq!(Live::of("", text).end(finished), Rest { text: String::new(), left_out }, "{text:?}");
        }
    }

    /// Lines that mostly continue the code and, being few, often repeat; a few of them may end the text.
    fn words() -> impl Strategy<Value = &'static str> {
        let usual = [
            "x = 1",
            "x = 1  # why",
            "y = 2",
            "y = 2",
            "pass",
            "return x",
            "printer()",
            "default = 1",
            "",
            "caf\u{e9} = '\u{1F40D}'",
            "na, na, ",
            "if x:",
            "else:",
            "x = (1,",
            "2)",
        ];
        let open = [
            "try:",
            "except E:",
            "finally:",
            "@cache",
            "x = [",
            "x = '''",
            "'''",
            "x = \\",
            "def f():",
            "print(x)",
            "'a'",
        ];
        let ends = ["# next", "'''", "\"\"\"", "def", "def g(): pass", "print", "print 1", "#"];
        prop_oneof![
            20 => prop::sample::select(usual.to_vec()),
            4 => prop::sample::select(open.to_vec()),
            1 => prop::sample::select(ends.to_vec()),
        ]
    }

    /// Lines of a block with this indentation, some deeper, few with less.
    fn lines(indent: &'static str) -> impl Strategy<Value = Vec<String>> {
        let white = prop_oneof![16 => Just(""), 4 => Just("    "), 1 => Just("  "), 1 => Just("\t")];
        let end = prop_oneof![12 => Just("\n"), 2 => Just("\n\n"), 1 => Just("  \n"), 1 => Just("\r\n"), 1 => Just("")];
        let own = prop_oneof![40 => Just(indent), 1 => Just("")];
        let line = (own, white, words(), end).prop_map(|(own, white, words, end)| [own, white, words, end].concat());
        prop::collection::vec(line, 0..16)
    }

    fn blocks() -> impl Strategy<Value = (&'static str, Vec<String>)> {
        let indent = prop::sample::select(vec!["", "    "]);
        indent.prop_flat_map(|indent| (Just(indent), lines(indent)))
    }

    /// Cuts the bytes into tokens of these lengths, also inside characters.
    fn tokens<'b>(bytes: &'b [u8], lengths: &[usize]) -> Vec<&'b [u8]> {
        let mut tokens = Vec::new();
        let mut rest = bytes;
        for length in lengths.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (token, left) = rest.split_at((*length).min(rest.len()));
            tokens.push(token);
            rest = left;
        }
        tokens
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        /// Does as the engine does: bytes to characters, the stop rule after every token, no more tokens than allowed.
        #[test]
        fn what_was_shown_is_never_taken_back(
            (indent, lines) in blocks(),
            repeated in 1..4_usize,
            lengths in prop::collection::vec(1..9_usize, 1..8),
            most in prop::sample::select(vec![5_usize, 25, usize::MAX]),
        ) {
            let written = lines.concat().repeat(repeated);
            let mut live = Live::new(indent);
            let mut rule = completion::program_rule(Truncation::indented(indent, ""));
            let (mut decoder, mut text, mut shown) = (TextDecoder::default(), String::new(), String::new());
            let mut shown_so_far = Vec::new();
            let mut cut = None;
            let tokens = tokens(written.as_bytes(), &lengths);
            for token in tokens.iter().take(most) {
                let before = text.len();
                decoder.push(token, &mut text);
                shown.push_str(live.push(&text[before..]));
                prop_assert_eq!(&shown, live.shown());
                let at_once = Live::of(indent, &text);
                prop_assert_eq!(live.shown(), at_once.shown(), "in tokens or at once");
                shown_so_far.push(shown.clone());
                cut = rule.cut(&text);
                if cut.is_some() {
                    break;
                }
            }
            let engine = &text[..cut.unwrap_or(text.len())];
            let unfinished = cut.is_none() && tokens.len() > most;
            let finished = completion::program(engine, unfinished);
            for shown in &shown_so_far {
                prop_assert!(engine.starts_with(shown.as_str()), "{shown:?} of {engine:?}");
                // All finished statements that were shown are in the code.
                let lines = shown.rfind('\n').map_or("", |end| &shown[..end]);
                let ended = completion::program(lines, false);
                prop_assert!(finished.starts_with(ended), "{ended:?} of {shown:?} in {finished:?}");
                // Only the unfinished statement is missing, and nothing in the middle.
                prop_assert!(finished.starts_with(shown.as_str()) || shown.starts_with(finished), "{shown:?} {finished:?}");
            }
            let left_out = !finished.starts_with(shown.as_str());
            let rest = live.end(finished);
            prop_assert_eq!(rest.left_out, left_out);
            if !left_out {
                prop_assert_eq!(shown + &rest.text, finished);
            }
        }
    }
}

//! What of a turn's code is shown while the model writes it, in the form in which it is written into the file.

use codegen_text::document::Document;
use codegen_text::turns::{self, Turn};

use crate::generate::live::Live;

/// A piece of code on its way to the terminal. Line ends are `\n`; all else, the indentation too, is as it will be in the
/// file.
pub(super) struct Stream<'d> {
    document: &'d Document,
    turn: &'d Turn,
    live: Live,
    /// The indentation that the model's lines come with.
    indent: String,
    shown: String,
}

/// The end of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The text that is left to show.
    pub text: String,
    /// Whether more was shown than is written: the beginning of a statement that the model did not finish.
    pub left_out: bool,
}

impl<'d> Stream<'d> {
    pub fn new(document: &'d Document, turn: &'d Turn, indent: &str) -> Self {
        Self { document, turn, live: Live::new(indent), indent: indent.to_owned(), shown: String::new() }
    }

    /// Takes the text of a token; returns what is shown in addition.
    pub fn push(&mut self, text: &str) -> String {
        self.live.push(text);
        let written = self.written(self.live.shown());
        // The indentation of all lines goes by the least indented one, which may still come.
        let first = self.live.shown().trim_start_matches('\n');
        let certain = first.strip_prefix(self.indent.as_str()).unwrap_or(first);
        let rest = if certain.starts_with([' ', '\t']) { None } else { written.strip_prefix(self.shown.as_str()) };
        let rest = rest.unwrap_or_default().to_owned();
        self.shown.push_str(&rest);
        rest
    }

    /// Ends the stream; `text` is the code that is written. If another text was shown than its beginning, all of it is
    /// shown again, on lines of its own.
    pub fn end(self, text: &str) -> End {
        let written = self.written(text);
        match (written.strip_prefix(self.shown.as_str()), self.shown.starts_with(&written)) {
            (Some(rest), _) => End { text: rest.to_owned(), left_out: false },
            (None, true) => End { text: String::new(), left_out: true },
            (None, false) => End { text: format!("\n{written}"), left_out: false },
        }
    }

    fn written(&self, text: &str) -> String {
        turns::written_lines(self.document, self.turn, text)
    }
}

#[cfg(test)]
mod tests {
    use codegen_text::turns::TurnOptions;

    use super::*;

    /// Streams `tokens` below the first prompt of `text`: what is shown in the end is what is written.
    #[track_caller]
    fn check(text: &str, indent: &str, tokens: &[&str], expected: &[&str]) {
        let mut document = Document::new(text, 1);
        let turn = turns::turns(&document, &TurnOptions::default()).remove(0);
        let program = tokens.concat();
        let mut stream = Stream::new(&document, &turn, indent);
        let mut shown: Vec<String> = tokens.iter().map(|token| stream.push(token)).collect();
        let end = stream.end(program.trim_end());
        assert!(!end.left_out, "{tokens:?}");
        shown.push(end.text);
        assert_eq!(shown, expected, "{text:?}");
        let edit = turns::program_edit(&document, &turn, &program);
        document.edit(edit.range, &edit.text);
        let file = document.text().replace("\r\n", "\n");
        assert!(file.contains(&format!("{}\n", shown.concat())), "{shown:?} in {file:?}");
    }

    #[test]
    fn what_is_shown_is_what_is_written() {
        check("# sort x\n", "", &["x", ".sort", "()\n"], &["x", ".sort", "()", ""]);
        // The model begins with eight spaces, of which none is written.
        check("# sort x\n", "", &["        x", ".sort", "()\n"], &["", "", "", "x.sort()"]);
        check("# sort x\r\n", "", &["        x", ".sort()\n", "        y\n"], &["", "", "", "x.sort()\ny"]);
        check("# sort x\r\n\r\n# two\r\n", "", &["x\n", "y = 1\n"], &["x", "\ny = 1", ""]);
        // Tabs, and levels of two.
        check(
            "def f(x):\n\t# sort x\n",
            "    ",
            &["    if x:\n", "        y\n", "    z\n"],
            &["\tif x:", "\n\t\ty", "\n\tz", ""],
        );
        check("if a:\r\n  b\r\n\r\n# how do i sort x?\r\n", "", &["if x:\n", "    y\n"], &["if x:", "\n  y", ""]);
        check("def f(x):\n    # sort x\n", "    ", &["    x = 1\n", "    y\n"], &["    x = 1", "\n    y", ""]);
    }

    #[test]
    fn what_was_shown_and_is_not_written_is_told() {
        let document = Document::new("# one\n", 1);
        let turn = turns::turns(&document, &TurnOptions::default()).remove(0);
        let mut stream = Stream::new(&document, &turn, "");
        assert_eq!(stream.push("x = 1\ny = (1,\n"), "x = 1\ny = (1,");
        assert_eq!(stream.end("x = 1"), End { text: String::new(), left_out: true });
    }
}

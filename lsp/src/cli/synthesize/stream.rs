//! Program text on its way to the terminal, while the model writes it.

/// Holds back of a stream of program text what the truncation may still cut: blank lines, and a line's beginning that
/// may turn into one of the paper's terminals. The text comes with the turn's indentation.
pub(super) struct Stream<'t> {
    indent: &'t str,
    text: String,
    /// Bytes that have been shown.
    pub shown: usize,
}

impl<'t> Stream<'t> {
    pub fn new(indent: &'t str) -> Self {
        Self { indent, text: String::new(), shown: 0 }
    }

    /// Takes in new text; answers what can be shown of all there is.
    pub fn push(&mut self, text: &str) -> String {
        self.text.push_str(text);
        let line = self.text.rfind('\n').map_or(0, |end| end + 1);
        // A line is cut by how it starts: `#`, quotes, a second `def` or `print`, or less indentation than the turn's.
        let decided = self
            .text
            .get(line..)
            .and_then(|open| open.strip_prefix(self.indent))
            .is_some_and(|open| !open.trim().is_empty() && !open.starts_with(['#', '\'', '"', 'd', 'p']));
        let end = if decided { self.text.len() } else { self.text.get(..line).map_or(0, |text| text.trim_end().len()) };
        self.show(end)
    }

    /// The end has come, and `text` is what counts: answers what has not been shown of it, and a line end.
    pub fn end(mut self, text: &str) -> String {
        text.trim_end().clone_into(&mut self.text);
        let mut rest = self.show(self.text.len());
        if !self.text.is_empty() {
            rest.push('\n');
        }
        rest
    }

    fn show(&mut self, end: usize) -> String {
        let new = self.text.get(self.shown..end).unwrap_or_default().to_owned();
        self.shown = end.max(self.shown);
        new
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::synthesize::stream::*;

    /// Streams `tokens`, the model's text being cut to `text` in the end.
    #[track_caller]
    fn check(indent: &str, tokens: &[&str], text: &str, expected: &[&str]) {
        let mut stream = Stream::new(indent);
        let mut shown: Vec<String> = tokens.iter().map(|token| stream.push(token)).collect();
        shown.push(stream.end(text));
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_may_be_cut_is_held_back() {
        check("", &["x", " =", " 1", "\n", "y"], "x = 1\ny", &["x", " =", " 1", "", "\ny", "\n"]);
        check("", &["x", "\n", "\n", "\n"], "x\n", &["x", "", "", "", "\n"]);
        check("", &["x\n", "#", " next"], "x\n", &["x", "", "", "\n"]);
        check("", &["p", "rint", "(1)\n", "a"], "print(1)\na", &["", "", "print(1)", "\na", "\n"]);
        check(
            "    ",
            &["    if x:\n", "        y", "\n\n    z\n", "end"],
            "    if x:\n        y\n\n    z\n",
            &["    if x:", "\n        y", "\n\n    z", "", "\n"],
        );
        check("", &[], "", &[""]);
    }
}

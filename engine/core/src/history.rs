//! Multi-turn synthesis as text: the history that the model is shown, and the rule that cuts its answer (the CodeGen
//! paper, ICLR 2023).

use crate::truncation::Truncation;

/// The turns so far, in the order they were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The text before the first turn, such as imports and definitions. It is empty or ends with a line end.
    pub preamble: String,
    /// Each turn's prompt, without comment signs, and code, without indentation or trailing blank lines.
    pub turns: Vec<(String, String)>,
    /// The white space before every line of the turns and of the next turn. It is not empty if the turns are in a block
    /// that the preamble opens; the model's answer is then indented, too.
    pub indent: String,
    /// The prompt of the next turn if it is not a comment: a function's docstring as it stands in the file.
    pub opening: Option<String>,
}

impl History {
    /// Returns the text that the model continues for the turn `prompt`: the preamble, then `# {prompt}
    /// {program}
    ///
    /// ` for every turn, then `# {prompt}
    /// `. A prompt of several lines becomes as many comment lines; a turn without code leaves one blank line. An
    /// [`opening`](History::opening) replaces the last prompt.
    #[must_use]
    pub fn render(&self, prompt: &str) -> String {
        let mut text = self.preamble.clone();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        for (earlier, program) in &self.turns {
            self.push_prompt(&mut text, earlier);
            for line in program.trim_end().lines() {
                self.push_line(&mut text, line);
            }
            text.push('\n');
        }
        match &self.opening {
            Some(opening) => {
                // No model has been trained to continue after trailing white space.
                text.push_str(opening.trim_end());
                text.push('\n');
            }
            None => self.push_prompt(&mut text, prompt),
        }
        text
    }

    /// Returns the rule that ends the continuation of the text from [`History::render`].
    #[must_use]
    pub fn truncation(&self) -> Truncation {
        Truncation::indented(&self.indent, "")
    }

    fn push_prompt(&self, text: &mut String, prompt: &str) {
        // An empty prompt is still a comment, but `lines` would yield nothing.
        for line in prompt.split('\n') {
            self.push_line(text, format!("# {line}").trim_end());
        }
    }

    fn push_line(&self, text: &mut String, line: &str) {
        if !line.is_empty() {
            text.push_str(&self.indent);
            text.push_str(line);
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(preamble: &str, turns: &[(&str, &str)], indent: &str) -> History {
        let turns = turns.iter().map(|&(prompt, program)| (prompt.to_owned(), program.to_owned())).collect();
        History { preamble: preamble.to_owned(), turns, indent: indent.to_owned(), opening: None }
    }

    #[test]
    fn rendering() {
        let table = [
            (history("", &[], ""), "say hi", "# say hi\n"),
            (history("", &[], ""), "two\nlines", "# two\n# lines\n"),
            (history("", &[], ""), "", "#\n"),
            (history("", &[], ""), "a\n\nb", "# a\n#\n# b\n"),
            (history("import os\n\n", &[], ""), "p", "import os\n\n# p\n"),
            (history("import os", &[], ""), "p", "import os\n# p\n"),
            (
                history("", &[("one", "x = 1"), ("two\nlines", "def f():\n    pass\n\n    return\n")], ""),
                "three",
                "# one\nx = 1\n\n# two\n# lines\ndef f():\n    pass\n\n    return\n\n# three\n",
            ),
            (history("", &[("one", "")], ""), "two", "# one\n\n# two\n"),
            (
                history("def f(x):\n", &[("one", "if x:\n    y = 1\n\nz = 2")], "    "),
                "two",
                "def f(x):\n    # one\n    if x:\n        y = 1\n\n    z = 2\n\n    # two\n",
            ),
        ];
        for (history, prompt, expected) in table {
            assert_eq!(history.render(prompt), expected);
        }
        let opening = Some("    '''Doubles.'''  \n".to_owned());
        let history = History { opening, ..history("def f(x):\n", &[], "    ") };
        assert_eq!(history.render("Doubles."), "def f(x):\n    '''Doubles.'''\n");
    }
}

//! Python's tokens as far as line ends are concerned: brackets, strings and comments, character by character. The text
//! is the model's, unfinished and often wrong, and changes with every token: building a tree each time would be too
//! slow.

/// The state of the scanner at a place in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scanner {
    /// The number of open brackets.
    pub depth: usize,
    string: Option<Quote>,
    comment: bool,
    escaped: bool,
    /// Quotes seen in a row that may become a long string's: one has opened a short string, two were an empty one.
    quotes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Quote {
    sign: char,
    long: bool,
}

impl Scanner {
    pub fn over(text: &str) -> Self {
        let mut scanner = Self::default();
        text.chars().for_each(|char| scanner.push(char));
        scanner
    }

    /// Whether a line end here ends a statement.
    pub fn at_rest(&self) -> bool {
        self.depth == 0 && !self.escaped && !self.in_long_string()
    }

    /// Whether the next character would stand between quotes.
    pub fn in_string(&self) -> bool {
        self.string.is_some()
    }

    /// Whether the next character would be part of a comment.
    pub fn in_comment(&self) -> bool {
        self.comment
    }

    fn in_long_string(&self) -> bool {
        self.string.is_some_and(|quote| quote.long)
    }

    pub fn push(&mut self, char: char) {
        if char == '\n' {
            self.comment = false;
            self.quotes = 0;
            // A short string that was not closed is wrong, but ends with its line.
            if !self.in_long_string() && !self.escaped {
                self.string = None;
            }
            self.escaped = false;
            return;
        }
        if self.comment {
            return;
        }
        if self.escaped {
            self.escaped = false;
            self.quotes = 0;
            return;
        }
        if char == '\\' {
            self.escaped = true;
            self.quotes = 0;
            return;
        }
        match self.string {
            Some(quote) => self.push_in_string(quote, char),
            None => self.push_in_code(char),
        }
    }

    fn push_in_string(&mut self, quote: Quote, char: char) {
        if char != quote.sign {
            self.quotes = 0;
        } else if !quote.long {
            // An empty string so far; a third quote would make it a long one.
            self.string = None;
            self.quotes = if self.quotes == 1 { 2 } else { 0 };
        } else {
            self.quotes += 1;
            if self.quotes == 3 {
                self.string = None;
                self.quotes = 0;
            }
        }
    }

    fn push_in_code(&mut self, char: char) {
        match char {
            '"' | '\'' => {
                let long = self.quotes == 2;
                self.string = Some(Quote { sign: char, long });
                self.quotes = if long { 0 } else { 1 };
                return;
            }
            '(' | '[' | '{' => self.depth += 1,
            ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
            '#' => self.comment = true,
            _ => {}
        }
        self.quotes = 0;
    }
}

/// The text up to the line on which a string, a bracket or a continued line begins that is still open at the end.
pub(crate) fn closed(text: &str) -> &str {
    let mut scanner = Scanner::default();
    let mut rest = 0;
    for (at, char) in text.char_indices() {
        scanner.push(char);
        // Short strings end with their line, so only strings and brackets that cross line ends count.
        if char == '\n' && scanner.at_rest() {
            rest = at;
        }
    }
    if scanner.at_rest() { text } else { &text[..rest] }
}

/// A line that starts outside of strings, without the comment at its end.
pub(crate) fn without_comment(line: &str) -> &str {
    let mut scanner = Scanner::default();
    for (at, char) in line.char_indices() {
        scanner.push(char);
        if scanner.comment {
            return line[..at].trim_end();
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_at_the_end_goes() {
        for (text, expected) in [
            ("", ""),
            ("x = 1\ny = 2", "x = 1\ny = 2"),
            ("x = 1\ny = '''a\nb", "x = 1"),
            ("x = 1\ny = '''a\nb'''", "x = 1\ny = '''a\nb'''"),
            ("def f():\n    \"\"\"\n    One.\n\n    Two", "def f():"),
            ("x = 1\ny = (1,\n    2\nz = 3", "x = 1"),
            ("x = 1\ny = 1 + \\", "x = 1"),
            ("x = [", ""),
            // It ends with its line and does not affect those below.
            ("x = 1\ny = 'a", "x = 1\ny = 'a"),
            ("x = 1  # (", "x = 1  # ("),
        ] {
            assert_eq!(closed(text), expected, "{text:?}");
        }
    }

    #[test]
    fn line_ends() {
        for (text, rests) in [
            ("", true),
            ("f(x)", true),
            ("f(x", false),
            ("f(x[1], {2: 3}", false),
            ("x)", true),
            ("'('", true),
            ("'", true),
            ("'''", false),
            ("''", true),
            ("''''", false),
            ("'''a''", false),
            ("'''a'''", true),
            ("\"\"\"a'''", false),
            ("'a' + ('b'", false),
            ("'\\'('", true),
            ("x = 1 + \\", false),
            ("# it's (", true),
            ("# (\nx", true),
            ("'(\nx", true),
            ("'a''b'", true),
            ("f(''", false),
            ("f('', '')", true),
            ("[\"\"\"\n\"\"\", 1]", true),
        ] {
            assert_eq!(Scanner::over(text).at_rest(), rests, "{text:?}");
        }
    }
}

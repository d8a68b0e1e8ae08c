//! How a program is typed: the buffer after each key, plainly or with an editor that closes brackets and indents.

/// A program that is typed, a part of a file or the whole of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub name: String,
    /// The text above the typed part, there from the start.
    pub above: String,
    /// The text that stands in the file once everything is typed.
    pub typed: String,
    /// The text below, there from the start.
    pub below: String,
    /// Whether the editor closes brackets and indents.
    pub brackets: bool,
}

/// The buffer after a key, the texts above and below aside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct State {
    /// The text before the cursor.
    pub written: String,
    /// What the editor has put behind the cursor and is still to be typed over.
    pub closers: String,
    /// The byte of the typed text that the current line starts at.
    pub line: usize,
    /// The byte of the typed text that has been reached.
    pub reached: usize,
    pub within: Within,
}

/// What the cursor is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Within {
    #[default]
    Code,
    Comment,
    /// A string with this quotation mark, three of it or one.
    Text(char, bool),
}

/// The fewest lines that are typed into an existing file.
const FEWEST: usize = 12;

impl Session {
    /// The session of a file: every second one (`number` from 1) has automatic brackets, and in every third a part in
    /// the middle is typed into the rest.
    pub fn of(name: &str, text: &str, number: usize) -> Self {
        let (start, end) = if number.is_multiple_of(3) { middle(text) } else { (0, text.len()) };
        Self {
            name: name.to_owned(),
            above: text[..start].to_owned(),
            typed: text[start..end].to_owned(),
            below: text[end..].to_owned(),
            brackets: number.is_multiple_of(2),
        }
    }

    /// The whole buffer in a state.
    pub fn buffer(&self, state: &State) -> String {
        [&self.above, &state.written, &state.closers, &self.below].map(String::as_str).concat()
    }

    /// The text of the file once everything is typed.
    pub fn file(&self) -> String {
        [&self.above, &self.typed, &self.below].map(String::as_str).concat()
    }

    /// The cursor in the whole buffer, in bytes.
    pub fn cursor(&self, state: &State) -> usize {
        self.above.len() + state.written.len()
    }

    /// The buffer before the first key and after each one.
    pub fn states(&self) -> Vec<State> {
        let mut typist = Typist { session: self, state: State::default(), states: vec![State::default()] };
        typist.all();
        typist.states
    }
}

/// The bytes of the top-level statements around the middle, with something above and below.
fn middle(text: &str) -> (usize, usize) {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let (mut offset, mut decorated) = (0, false);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let starts_one = ["def ", "class ", "async def ", "@"].iter().any(|word| line.starts_with(word));
        if starts_one && !decorated {
            starts.push((offset, number));
        }
        decorated = line.starts_with('@');
        offset += line.len();
    }
    let lines = text.lines().count();
    let first = starts.iter().rposition(|&(_, line)| line <= lines / 2).unwrap_or(0);
    let Some(&(start, line)) = starts.get(first) else { return (0, text.len()) };
    let end = starts[first + 1..].iter().find(|(_, next)| next - line >= FEWEST);
    (start, end.map_or(text.len(), |&(end, _)| end))
}

struct Typist<'s> {
    session: &'s Session,
    state: State,
    states: Vec<State>,
}

impl Typist<'_> {
    fn all(&mut self) {
        while let Some(key) = self.rest().chars().next() {
            match (key, self.state.within) {
                ('\n', _) => self.enter(),
                (_, Within::Code) => self.code(key),
                ('\\', Within::Text(..)) => {
                    self.put(key);
                    // The escaped character ends no string.
                    match self.rest().chars().next() {
                        Some('\n') => self.enter(),
                        Some(escaped) => self.put(escaped),
                        None => {}
                    }
                }
                (_, Within::Text(quote, triple)) if key == quote && self.ends(quote, triple) => {
                    let count = if triple { 3 } else { 1 };
                    self.state.within = Within::Code;
                    (0..count).for_each(|_| self.over(key));
                }
                _ => self.put(key),
            }
        }
    }

    fn rest(&self) -> &str {
        &self.session.typed[self.state.reached..]
    }

    fn ends(&self, quote: char, triple: bool) -> bool {
        !triple || self.rest().starts_with(&quote.to_string().repeat(3))
    }

    fn done(&mut self) {
        self.states.push(self.state.clone());
    }

    fn put(&mut self, key: char) {
        self.state.written.push(key);
        self.state.reached += key.len_utf8();
        self.done();
    }

    /// Types a closer: over the editor's own, if that stands behind the cursor.
    fn over(&mut self, key: char) {
        if self.state.closers.starts_with(key) {
            self.state.closers.remove(0);
        }
        self.put(key);
    }

    /// Types an opener; the editor adds the closers.
    fn open(&mut self, key: char, closers: &str) {
        if self.session.brackets {
            self.state.closers.insert_str(0, closers);
        }
        self.put(key);
    }

    fn code(&mut self, key: char) {
        match key {
            '(' => self.open(key, ")"),
            '[' => self.open(key, "]"),
            '{' => self.open(key, "}"),
            ')' | ']' | '}' => self.over(key),
            '#' => {
                self.state.within = Within::Comment;
                self.put(key);
            }
            '\'' | '"' => {
                let triple = key.to_string().repeat(3);
                if self.rest().starts_with(&triple) {
                    self.open(key, &key.to_string());
                    self.over(key);
                    self.state.within = Within::Text(key, true);
                    self.open(key, &triple);
                } else {
                    self.state.within = Within::Text(key, false);
                    self.open(key, &key.to_string());
                }
            }
            _ => self.put(key),
        }
    }

    fn enter(&mut self) {
        let escaped = matches!(self.state.within, Within::Text(_, true));
        if !escaped {
            self.state.within = Within::Code;
        }
        if !self.session.brackets {
            self.put('\n');
            self.state.line = self.state.reached;
            return self.again();
        }
        let start = self.state.written.rfind('\n').map_or(0, |at| at + 1);
        let line = self.state.written[start..].to_owned();
        let mut indent = leading(&line).to_owned();
        if line.trim().is_empty() {
            // The editor removes the indentation of a line left blank, and goes on with it.
            self.state.written.truncate(start);
        } else if !escaped && line.trim_end().ends_with([':', '(', '[', '{']) {
            indent.push_str(self.unit());
        }
        self.state.written.push('\n');
        self.state.written.push_str(&indent);
        self.state.reached += 1;
        self.state.line = self.state.reached;
        self.done();
        self.align(indent);
    }

    /// Corrects what was recorded last.
    fn again(&mut self) {
        self.states.pop();
        self.done();
    }

    /// Brings the editor's indentation to the line's own, a level for each key back and a key for each character on.
    fn align(&mut self, mut indent: String) {
        let rest = self.rest();
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        if line.trim().is_empty() {
            return;
        }
        let wanted = leading(line).to_owned();
        while !wanted.starts_with(&indent) {
            let common = indent.bytes().zip(wanted.bytes()).take_while(|(a, b)| a == b).count();
            let kept = indent.len().saturating_sub(self.unit().len()).max(common);
            self.state.written.truncate(self.state.written.len() - (indent.len() - kept));
            indent.truncate(kept);
            self.done();
        }
        self.state.reached += indent.len();
        if !indent.is_empty() {
            self.again();
        }
        for key in wanted[indent.len()..].chars() {
            self.put(key);
        }
    }

    /// The indentation of one level in this file.
    fn unit(&self) -> &str {
        let lines = || self.session.above.lines().chain(self.session.typed.lines());
        lines().map(leading).find(|indent| !indent.is_empty()).unwrap_or("    ")
    }
}

/// The white space that a line begins with.
pub(super) fn leading(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, brackets: bool) -> Vec<String> {
        let name = String::new();
        let session = Session { name, above: String::new(), typed: text.to_owned(), below: String::new(), brackets };
        session.states().iter().map(|state| format!("{}|{}", state.written, state.closers)).collect()
    }

    #[test]
    fn plain_typing_is_one_character_after_the_other() {
        assert_eq!(typed("f(\n)", false), ["|", "f|", "f(|", "f(\n|", "f(\n)|"]);
    }

    #[test]
    fn the_editor_closes_brackets_and_closers_are_typed_over() {
        let table: [(&str, &[&str]); 4] = [
            ("f([])", &["|", "f|", "f(|)", "f([|])", "f([]|)", "f([])|"]),
            ("'\\''", &["|", "'|'", "'\\|'", "'\\'|'", "'\\''|"]),
            ("\"\"\"", &["|", "\"|\"", "\"\"|", "\"\"\"|\"\"\""]),
            ("# (", &["|", "#|", "# |", "# (|"]),
        ];
        for (text, states) in table {
            assert_eq!(typed(text, true), states, "{text}");
        }
    }

    #[test]
    fn enter_indents_and_a_dedent_costs_a_key() {
        let states = typed("if a:\n    b\nc", true);
        assert_eq!(
            &states[5..],
            ["if a:|", "if a:\n    |", "if a:\n    b|", "if a:\n    b\n    |", "if a:\n    b\n|", "if a:\n    b\nc|"]
        );
        let states = typed("if a:\n    b\n\nc", true);
        assert_eq!(
            &states[8..],
            ["if a:\n    b\n    |", "if a:\n    b\n\n    |", "if a:\n    b\n\n|", "if a:\n    b\n\nc|"]
        );
    }

    #[test]
    fn everything_is_typed_in_the_end() {
        let text =
            "def f(a):\n\t\"\"\"Say 'a' \"b\" (c.\n\n\tMore.\n\t\"\"\"\n\treturn {'x': [a]}\n\n\nclass A:\n\tpass\n";
        for brackets in [false, true] {
            let last = typed(text, brackets).pop().unwrap_or_default();
            assert_eq!(last.trim_end_matches(['|', '\t']), text, "{brackets}");
        }
    }

    #[test]
    fn a_middle_has_something_above_and_below() {
        let text: String = (0..6).map(|index| format!("def f{index}():\n{}\n\n", "    pass\n".repeat(8))).collect();
        let session = Session::of("a", &text, 3);
        assert!(
            session.above.contains("f0") && session.typed.starts_with("def ") && session.below.starts_with("def f5")
        );
        assert_eq!(session.file(), text);
        assert!(!session.brackets && Session::of("a", &text, 2).above.is_empty());
    }
}

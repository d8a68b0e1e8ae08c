//! Highlighting of Python on terminals, while the code is still being written.

use clap::ValueEnum;
use std::io::IsTerminal;
use tree_sitter_highlight::{HighlightConfiguration, HighlightEvent, Highlighter};

/// Whether output is coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set or the terminal is a dumb one.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    /// Whether output to `stream` is coloured.
    #[must_use]
    pub fn wanted(self, stream: &impl IsTerminal) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value: std::ffi::OsString| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                stream.is_terminal() && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }
}

/// The coloured captures of tree-sitter, with the parameters of ANSI's SGR sequence.
const COLOURS: [(&str, &str); 8] = [
    ("comment", "90"),
    ("constant", "36"),
    ("constructor", "33"),
    ("function", "34"),
    ("keyword", "35"),
    ("number", "36"),
    ("string", "32"),
    ("type", "33"),
];

/// Colours a text that comes piece by piece. The end of the text is held back while its colour may change (a word that
/// continues, a string that is still open).
pub struct Painter {
    /// `None` without colours: everything passes through.
    highlighting: Option<(HighlightConfiguration, Highlighter)>,
    text: String,
    painted: usize,
}

impl Painter {
    /// A painter, or one that leaves the text unchanged.
    #[must_use]
    pub fn new(colours: bool) -> Self {
        let configuration = || {
            let language = tree_sitter_python::LANGUAGE.into();
            let query = tree_sitter_python::HIGHLIGHTS_QUERY;
            let mut configuration = HighlightConfiguration::new(language, "python", query, "", "").ok()?;
            configuration.configure(&COLOURS.map(|(name, _)| name));
            Some((configuration, Highlighter::new()))
        };
        Self { highlighting: colours.then(configuration).flatten(), text: String::new(), painted: 0 }
    }

    /// Appends text; returns the part of the whole text that can be shown and was not yet shown.
    pub fn push(&mut self, text: &str) -> String {
        if self.highlighting.is_none() {
            return text.to_owned();
        }
        self.text.push_str(text);
        self.paint(decided(&self.text))
    }

    /// Ends the text, and returns the part that was held back. The next text is independent.
    pub fn end(&mut self) -> String {
        let rest = self.paint(self.text.len());
        self.text.clear();
        self.painted = 0;
        rest
    }

    fn paint(&mut self, end: usize) -> String {
        let start = self.painted;
        self.painted = end.max(start);
        let plain = self.text.get(start..end).unwrap_or_default();
        let Some((configuration, highlighter)) = self.highlighting.as_mut().filter(|_| !plain.is_empty()) else {
            return plain.to_owned();
        };
        let Ok(events) = highlighter.highlight(configuration, self.text.as_bytes(), None, None, |_| None) else {
            return plain.to_owned();
        };
        let (mut out, mut open) = (String::new(), Vec::new());
        for event in events {
            match event {
                Ok(HighlightEvent::HighlightStart(kind)) => open.push(kind.0),
                Ok(HighlightEvent::HighlightEnd) => {
                    open.pop();
                }
                Ok(HighlightEvent::Source { start: from, end: to }) => {
                    let Some(part) = self.text.get(from.max(start)..to.min(end)).filter(|part| !part.is_empty()) else {
                        continue;
                    };
                    match open.last().and_then(|&kind| COLOURS.get(kind)) {
                        Some((_, colour)) => push_coloured(&mut out, part, colour),
                        None => out.push_str(part),
                    }
                }
                Err(_) => return plain.to_owned(),
            }
        }
        out
    }
}

/// Every line ends its own colour, so that output that is cut between lines is complete.
fn push_coloured(out: &mut String, part: &str, colour: &str) {
    for line in part.split_inclusive('\n') {
        let text = line.trim_end_matches(['\r', '\n']);
        if !text.is_empty() {
            out.push_str(&format!("\x1b[{colour}m{text}\x1b[0m"));
        }
        out.push_str(&line[text.len()..]);
    }
}

/// The approximate length of the text whose colours can no longer change: not within the last word, nor within an open
/// string of the last line.
fn decided(text: &str) -> usize {
    let line = text.rfind('\n').map_or(0, |end| end + 1);
    let mut quote: Option<(usize, char)> = None;
    let mut escaped = false;
    for (offset, char) in text[line..].char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if char == '\\' => escaped = true,
            Some((_, open)) if char == open => quote = None,
            Some(_) => {}
            None if char == '#' => return text.len(),
            None if matches!(char, '\'' | '"') => quote = Some((line + offset, char)),
            None => {}
        }
    }
    let end = quote.map_or(text.len(), |(start, _)| start);
    text[..end].trim_end_matches(|char: char| char.is_alphanumeric() || char == '_').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_coloured_as_soon_as_it_is_decided() {
        let mut painter = Painter::new(true);
        let pieces = ["d", "ef", " f", "():\n", "    return", " 'a", " b'", " + 12"];
        let mut shown: Vec<String> = pieces.into_iter().map(|piece| painter.push(piece)).collect();
        shown.push(painter.end());
        assert_eq!(
            shown,
            [
                "",
                "",
                "\x1b[35mdef\x1b[0m ",
                "\x1b[34mf\x1b[0m():\n",
                "    ",
                "\x1b[35mreturn\x1b[0m ",
                "\x1b[32m'a b'\x1b[0m",
                " + ",
                "\x1b[36m12\x1b[0m",
            ]
        );
        assert_eq!(painter.push("# a\r\nx"), "\x1b[90m# a\x1b[0m\r\n");
        assert_eq!(painter.end(), "x");
    }

    #[test]
    fn colours_are_all_that_is_added() {
        let text = "# é 🐍\n@d\nclass A(B):\n    '''doc\n    more'''\n    def f(self, x=\"a\\\"b\"):\n        return f'{x!r}' + [1.5,\n";
        for step in [1, 2, 7, 100] {
            let mut painter = Painter::new(true);
            let chars: Vec<char> = text.chars().collect();
            let mut shown: String = chars.chunks(step).map(|piece| painter.push(&String::from_iter(piece))).collect();
            shown.push_str(&painter.end());
            let mut plain = String::new();
            for (index, part) in shown.split("\x1b[").enumerate() {
                plain.push_str(if index == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) });
            }
            assert_eq!(plain, text);
            assert!(shown.len() > text.len());
        }
    }

    #[test]
    fn without_colours_nothing_is_held_back() {
        let mut painter = Painter::new(false);
        assert_eq!(painter.push("de"), "de");
        assert_eq!(painter.end(), "");
    }
}

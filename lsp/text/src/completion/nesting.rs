//! What is open at a place of a text: brackets, strings, and the braces of formatted strings. It reads characters, since the
//! text may be broken or in the making.

/// Something that has begun and has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// A bracket that this sign closes.
    Bracket(char),
    /// A string between quotes.
    String {
        /// The quote.
        sign: char,
        /// Whether there are three of them.
        long: bool,
        /// Whether braces in it have code in them.
        formatted: bool,
    },
    /// The braces of a formatted string, before a colon.
    Braces,
    /// What such braces have behind their colon.
    Format,
}

/// All that is open at a place, the innermost last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Nesting {
    pub open: Vec<Open>,
}

impl Nesting {
    /// Reads the sign of `text` at byte `at`, and returns where the next one begins. A closing bracket that closes nothing
    /// changes nothing.
    pub fn step(&mut self, text: &str, at: usize) -> usize {
        let Some(char) = text.get(at..).and_then(|rest| rest.chars().next()) else { return text.len() };
        let next = at + char.len_utf8();
        match self.open.last() {
            Some(&Open::String { sign, long, formatted }) => {
                self.in_string(text, (at, next), char, Open::String { sign, long, formatted })
            }
            Some(Open::Format) if !is_quote(char) => {
                match char {
                    '{' => self.open.push(Open::Braces),
                    '}' => self.open.truncate(self.open.len().saturating_sub(2)),
                    _ => {}
                }
                next
            }
            _ => self.in_code(text, (at, next), char),
        }
    }

    fn in_string(&mut self, text: &str, (at, next): (usize, usize), char: char, string: Open) -> usize {
        let Open::String { sign, long, formatted } = string else { return next };
        let rest = &text[at..];
        if char == '\\' {
            return text[next..].chars().next().map_or(next, |escaped| next + escaped.len_utf8());
        }
        // A short string that was not closed is wrong, but ends with its line.
        if char == sign && (!long || is_long(rest, sign)) || char == '\n' && !long {
            self.open.pop();
            return if long { at + 3 } else { next };
        }
        if formatted && (rest.starts_with("{{") || rest.starts_with("}}")) {
            return at + 2;
        }
        if formatted && char == '{' {
            self.open.push(Open::Braces);
        }
        next
    }

    fn in_code(&mut self, text: &str, (at, next): (usize, usize), char: char) -> usize {
        let rest = &text[at..];
        match char {
            '"' | '\'' => {
                // Before Python 3.12 the quotes of a formatted string end it wherever they stand.
                let same = |open: &Open| matches!(open, Open::String { sign, long, .. } if *sign == char && (!long || is_long(rest, char)));
                let long = is_long(rest, char);
                match self.open.iter().rposition(same) {
                    Some(outer) => self.open.truncate(outer),
                    None => self.open.push(Open::String { sign: char, long, formatted: is_formatted(&text[..at]) }),
                }
                return if long { at + 3 } else { next };
            }
            '(' => self.open.push(Open::Bracket(')')),
            '[' => self.open.push(Open::Bracket(']')),
            '{' => self.open.push(Open::Bracket('}')),
            ')' | ']' | '}' => {
                self.open.pop_if(|open| open.is_closed_by(char));
            }
            ':' if self.open.last() == Some(&Open::Braces) => self.open.push(Open::Format),
            '#' if !self.open.iter().any(|open| matches!(open, Open::String { .. })) => {
                return rest.find('\n').map_or(text.len(), |end| at + end);
            }
            _ => {}
        }
        next
    }

    /// Reads all of `text` from byte `at` on.
    pub fn read(&mut self, text: &str, mut at: usize) {
        while at < text.len() {
            at = self.step(text, at);
        }
    }

    /// Whether the next sign would be code, rather than the text of a string.
    pub fn in_code_now(&self) -> bool {
        !matches!(self.open.last(), Some(Open::String { .. } | Open::Format))
    }
}

impl Open {
    /// The string that begins with these letters and quotes.
    pub fn string(start: &str) -> Option<Self> {
        let at = start.find(is_quote)?;
        let sign = start[at..].chars().next()?;
        Some(Self::String { sign, long: is_long(&start[at..], sign), formatted: is_formatted(&start[..at]) })
    }

    /// Whether a closing bracket closes it.
    pub fn is_closed_by(self, char: char) -> bool {
        match self {
            Self::Bracket(closer) => closer == char,
            Self::Braces | Self::Format => char == '}',
            Self::String { .. } => false,
        }
    }

    /// Appends what closes it.
    pub fn close(self, text: &mut String) {
        match self {
            Self::Bracket(closer) => text.push(closer),
            Self::Braces => text.push('}'),
            // It is closed with its braces.
            Self::Format => {}
            Self::String { sign, long, .. } => text.extend(std::iter::repeat_n(sign, if long { 3 } else { 1 })),
        }
    }
}

fn is_quote(char: char) -> bool {
    matches!(char, '"' | '\'')
}

fn is_long(text: &str, sign: char) -> bool {
    text.chars().take_while(|char| *char == sign).take(3).count() == 3
}

/// Whether a string behind `before` has a prefix that gives meaning to its braces.
fn is_formatted(before: &str) -> bool {
    let letters = before.len() - before.trim_end_matches(|char: char| char.is_alphanumeric() || char == '_').len();
    let prefix = before[before.len() - letters..].to_ascii_lowercase();
    matches!(prefix.as_str(), "f" | "fr" | "rf" | "t" | "tr" | "rt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open() {
        for (text, closers) in [
            ("", ""),
            ("f(a[", "])"),
            ("f(a[1], {", "})"),
            ("f(')', \"", "\")"),
            ("x)", ""),
            ("x = '''a'", "'''"),
            ("x = ''", ""),
            ("x = '\\'", "'"),
            ("x = 'a\ny(", ")"),
            ("x = 1  # (", ""),
            ("'{", "'"),
            ("f'{", "}'"),
            ("RF\"{a[", "]}\""),
            ("f'{{", "'"),
            ("f'{a}", "'"),
            ("f'{a:", "}'"),
            ("f'{a:>{w", "}}'"),
            ("f'{a:>{w}", "}'"),
            ("f'{a:>{w}}", "'"),
            ("f'{a['", ""),
            ("f'{a[\"", "\"]}'"),
            ("f'{a:'", ""),
            ("f'''{a['", "']}'''"),
            ("f'''{a[''' (", ")"),
            ("f'{a!r:>4} {", "}'"),
            ("f'# {", "}'"),
            ("buff'{", "'"),
        ] {
            let mut nesting = Nesting::default();
            nesting.read(text, 0);
            let mut found = String::new();
            nesting.open.iter().rev().for_each(|open| open.close(&mut found));
            assert_eq!(found, closers, "{text:?}");
        }
    }
}

//! A naive model of a document: a vector of characters, edited by counting.

use codegen_lsp::protocol::positions::Encoding;
use tower_lsp::ls_types::{Position, Range};

/// The text as LSP 3.17 describes it, with none of the server's code.
#[derive(Debug, Clone, Default)]
pub struct Naive(Vec<char>);

impl Naive {
    pub fn new(text: &str) -> Self {
        Self(text.chars().collect())
    }

    pub fn chars(&self) -> &[char] {
        &self.0
    }

    pub fn text(&self) -> String {
        self.0.iter().collect()
    }

    /// Every line as the index of its first character and of its line end.
    pub fn lines(&self) -> Vec<(usize, usize)> {
        let mut lines = Vec::new();
        let (mut start, mut at) = (0, 0);
        while at < self.0.len() {
            let next = match self.0[at] {
                '\r' if self.0.get(at + 1) == Some(&'\n') => at + 2,
                '\r' | '\n' => at + 1,
                _ => {
                    at += 1;
                    continue;
                }
            };
            lines.push((start, at));
            (start, at) = (next, next);
        }
        lines.push((start, at));
        lines
    }

    fn width(char: char, encoding: Encoding) -> u32 {
        match encoding {
            Encoding::Utf8 => u32::try_from(char.len_utf8()).unwrap(),
            Encoding::Utf16 => u32::try_from(char.len_utf16()).unwrap(),
            Encoding::Utf32 => 1,
        }
    }

    /// The index of the character at a position; `None` if there is no such line.
    pub fn find(&self, position: Position, encoding: Encoding) -> Option<usize> {
        let lines = self.lines();
        let line = position.line as usize;
        if line == lines.len() {
            return Some(self.0.len());
        }
        let &(start, end) = lines.get(line)?;
        let mut units = 0;
        for index in start..end {
            units += Self::width(self.0[index], encoding);
            if units > position.character {
                return Some(index);
            }
        }
        Some(end)
    }

    /// The position of a character; that of the line end if it is a line feed after a carriage return.
    pub fn position(&self, index: usize, encoding: Encoding) -> Position {
        let lines = self.lines();
        let (line, &(start, end)) = lines.iter().enumerate().rfind(|(_, (start, _))| *start <= index).unwrap();
        let character = self.0[start..index.min(end)].iter().map(|&char| Self::width(char, encoding)).sum();
        Position::new(u32::try_from(line).unwrap(), character)
    }

    /// Replaces a range, or everything; `false` if the range is not in the text.
    pub fn replace(&mut self, range: Option<Range>, text: &str, encoding: Encoding) -> bool {
        let Some(range) = range else {
            self.0 = text.chars().collect();
            return true;
        };
        match (self.find(range.start, encoding), self.find(range.end, encoding)) {
            (Some(start), Some(end)) if start <= end => {
                self.0.splice(start..end, text.chars());
                true
            }
            _ => false,
        }
    }
}

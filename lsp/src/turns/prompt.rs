//! Runs of comment lines, and which of them are prompts.

use std::ops::Range;

use super::{PromptKind, Turn, TurnOptions};
use crate::document::Document;
use crate::syntax::{self, Line};

/// Whole-line comments of one indentation and one kind, one below the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// Number of the first line.
    pub first: usize,
    /// Number of the last line.
    pub last: usize,
    /// From the first line's start to past the last one's line end.
    pub range: Range<usize>,
    /// The white space before the comments.
    pub indent: String,
    /// Columns of that white space.
    pub column: usize,
    kind: Kind,
    /// What follows the comment signs, line by line.
    words: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// For tools: a shebang, `# type:`, `# noqa`.
    Directive,
    /// Starts with the marker of the options.
    Marked,
    Plain,
}

/// What tools read in comments; matched on the words in lower case.
const DIRECTIVES: [&str; 15] = [
    "type:",
    "noqa",
    "fmt:",
    "pylint:",
    "pragma",
    "isort",
    "mypy:",
    "flake8:",
    "ruff:",
    "yapf:",
    "pyright:",
    "nosec",
    "vim:",
    "region",
    "endregion",
];

/// The comment on a line, if it has nothing else.
fn comment(document: &Document, line: &Line, options: &TurnOptions) -> Option<(Kind, String, String)> {
    if document.rope().get_byte(line.text) != Some(b'#') || line.is_blank() {
        return None;
    }
    // In brackets a comment explains an element; a prompt's program text could not stand there.
    if !syntax::starts_comment(document, line.text) || syntax::is_continuation(document, line.text) {
        return None;
    }
    let text = document.slice(line.text..line.end);
    let indent = document.slice(line.start..line.text);
    let marked =
        options.marker.as_deref().filter(|marker| !marker.is_empty()).and_then(|marker| text.strip_prefix(marker));
    // A row of number signs is a ruler like any other; one or two are how a comment begins.
    let signs = text.len() - text.trim_start_matches('#').len();
    let words = marked.unwrap_or_else(|| &text[if signs > 3 { 0 } else { signs }..]);
    let words = words.strip_prefix(' ').unwrap_or(words).trim_end().to_owned();
    let kind = if marked.is_some() {
        Kind::Marked
    } else if is_directive(line, &text, &words) {
        Kind::Directive
    } else {
        Kind::Plain
    };
    Some((kind, indent, words))
}

fn is_directive(line: &Line, text: &str, words: &str) -> bool {
    let lower = words.trim_start().to_ascii_lowercase();
    (line.start == 0 && text.starts_with("#!"))
        || (line.number < 2 && (lower.contains("coding:") || lower.contains("coding=")))
        || DIRECTIVES.iter().any(|directive| {
            lower.strip_prefix(directive).is_some_and(|rest| {
                directive.ends_with(':') || !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
            })
        })
}

/// A line drawn with punctuation, or the beginning of a notebook's cell.
fn is_ruler(words: &str) -> bool {
    let words = words.trim_start();
    let Some(sign) = words.chars().next() else { return false };
    if !sign.is_ascii_punctuation() {
        return words.starts_with("In[");
    }
    let length = words.chars().take_while(|&char| char == sign).count();
    length >= 3 && !"\"'`.".contains(sign) || words.starts_with("%%")
}

/// The run that starts on `line`.
pub(super) fn run_at(document: &Document, line: &Line, options: &TurnOptions) -> Option<Run> {
    let (kind, indent, words) = comment(document, line, options)?;
    let mut run = Run {
        first: line.number,
        last: line.number,
        range: line.start..line.next,
        indent,
        column: line.column,
        kind,
        words: vec![words],
    };
    while let Some(next) = syntax::line(document, run.last + 1) {
        match comment(document, &next, options) {
            Some((kind, indent, words)) if kind == run.kind && indent == run.indent => run.words.push(words),
            _ => break,
        }
        run.last = next.number;
        run.range.end = next.next;
    }
    Some(run)
}

/// The run that the line of that number is part of.
pub(super) fn run_around(document: &Document, number: usize, options: &TurnOptions) -> Option<Run> {
    let mut first = syntax::line(document, number)?;
    let (kind, indent, _) = comment(document, &first, options)?;
    while let Some(above) = first.number.checked_sub(1).and_then(|number| syntax::line(document, number)) {
        match comment(document, &above, options) {
            Some((other, white, _)) if other == kind && white == indent => first = above,
            _ => break,
        }
    }
    run_at(document, &first, options)
}

impl Run {
    pub(super) fn turn(&self) -> Turn {
        Turn {
            prompt: self.words.join("\n"),
            prompt_range: self.range.clone(),
            program_range: self.range.end..self.range.end,
            indent: self.indent.clone(),
            kind: PromptKind::Comment,
        }
    }

    /// Whether it divides a file into sections rather than asking for something.
    pub(super) fn is_section(&self) -> bool {
        self.kind == Kind::Plain && self.words.iter().any(|words| is_ruler(words))
    }

    /// Whether it asks for program text.
    pub(super) fn is_prompt(&self, document: &Document, options: &TurnOptions) -> bool {
        let says_something = self.words.iter().any(|words| words.chars().any(char::is_alphanumeric));
        if options.marker.as_ref().is_some_and(|marker| !marker.is_empty()) {
            return self.kind == Kind::Marked && says_something;
        }
        self.kind == Kind::Plain
            && says_something
            && !self.is_section()
            && self.begins_something(document, options)
            && !self.is_licence(document)
            && !syntax::is_code(&self.words.join("\n"))
    }

    /// Whether it follows a blank line, or is the first thing in its block: under the colon or under the docstring.
    fn begins_something(&self, document: &Document, options: &TurnOptions) -> bool {
        let Some(above) = self.first.checked_sub(1).and_then(|number| syntax::line(document, number)) else {
            return true;
        };
        if above.is_blank() {
            return true;
        }
        if let Some((kind, indent, _)) = comment(document, &above, options) {
            // What tools read is no part of the text: look past it.
            return kind == Kind::Directive
                && indent == self.indent
                && run_around(document, above.number, options)
                    .is_some_and(|run| run.begins_something(document, options));
        }
        let deeper = above.column < self.column || syntax::is_continuation(document, above.text);
        (deeper && syntax::opens_block(document, &above)) || syntax::ends_docstring(document, &above)
    }

    /// Whether it is the notice that many files begin with.
    fn is_licence(&self, document: &Document) -> bool {
        let text = self.words.join(" ").to_ascii_lowercase();
        let notice = ["copyright", "licensed", "license", "all rights reserved"].iter().any(|word| text.contains(word));
        text.contains("spdx-") || (notice && syntax::is_before_statements(document, self.range.start))
    }
}

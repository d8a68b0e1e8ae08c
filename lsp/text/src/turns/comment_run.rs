//! Runs of comment lines, and which of them are prompts.

use std::ops::Range;

use super::no_prompt::NoPrompt;
use super::{PromptKind, Turn, TurnOptions, offering, shown_text};
use crate::document::Document;
use crate::python::{self, Line, Place};

/// Whole-line comments of one indentation and one kind, one below the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// The number of the first line, from zero.
    pub first: usize,
    /// The number of the last line, from zero.
    pub last: usize,
    /// From the first line's start to past the last one's line end.
    pub range: Range<usize>,
    /// The white space before the comments.
    pub indent: String,
    /// Columns of that white space.
    pub column: usize,
    kind: Kind,
    /// The text after the comment signs, line by line.
    words: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A comment for tools: a shebang, `# type:`, `# noqa`.
    Directive,
    /// A comment that starts with the marker of the options.
    Marked,
    Plain,
    /// The docstring of a function that is more than a declaration.
    Docstring,
}

/// Beginnings of comments that tools read; matched on the words in lower case.
const DIRECTIVES: &[&str] = &[
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
    "vi:",
    "ex:",
    "region",
    "endregion",
    "pytype:",
    "pyre-",
    "black:",
    "autopep8:",
    "lint:",
    "cspell:",
    "codespell:",
    "cython:",
    "distutils:",
    "doctest:",
    "noinspection",
    "nopycln:",
    "-*-",
];

/// The comment on a line that has nothing else.
fn comment(document: &Document, line: &Line, options: &TurnOptions) -> Option<(Kind, String, String)> {
    if document.rope().get_byte(line.text) != Some(b'#') || line.is_blank() {
        return None;
    }
    // A comment in brackets explains an element; a prompt's code could not stand there.
    if !document.outline().starts_comment(line.text) {
        return None;
    }
    let text = document.slice(line.text..line.end);
    let indent = shown_text(document, line.start..line.text);
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
        // A keyword of a version control system.
        || (lower.starts_with('$') && lower.ends_with('$'))
        || DIRECTIVES.iter().any(|directive| {
            lower.strip_prefix(directive).is_some_and(|rest| {
                directive.ends_with([':', '-']) || !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
            })
        })
}

/// A line drawn with punctuation, whether or not there are words in it, or the beginning of a notebook's cell.
fn is_ruler(words: &str) -> bool {
    let words = words.trim();
    let run = |chars: &mut dyn Iterator<Item = char>| {
        let sign = chars.next().filter(|sign| is_drawn(*sign))?;
        Some((sign, 1 + chars.take_while(|char| *char == sign).count()))
    };
    let first = run(&mut words.chars());
    let last = run(&mut words.chars().rev());
    let long = |run: Option<(char, usize)>, least| run.is_some_and(|(_, length)| length >= least);
    let framed = long(first, 2) && first.map(|(sign, _)| sign) == last.map(|(sign, _)| sign) && long(last, 2);
    long(first, 3) || long(last, 4) || framed || ["In[", "%%", "<codecell>"].iter().any(|cell| words.starts_with(cell))
}

/// Signs that lines are drawn with, rather than sentences ended or words quoted.
fn is_drawn(char: char) -> bool {
    (char.is_ascii_punctuation() && !"\"'`.!?()[]{}".contains(char))
        || ('\u{2500}'..='\u{259f}').contains(&char)
        || "\u{2014}\u{2015}\u{2e3a}\u{2e3b}".contains(char)
}

/// The docstring that starts on `line`, if it can be a prompt for its function's body.
pub(super) fn docstring_at(document: &Document, line: &Line) -> Option<Run> {
    let docstring = python::docstring(document, line).filter(|docstring| !docstring.declaration)?;
    let last = python::line_at(document, docstring.range.end);
    Some(Run {
        first: line.number,
        last: last.number,
        range: line.start..last.next,
        indent: shown_text(document, line.start..line.text),
        column: line.column,
        kind: Kind::Docstring,
        words: clean(&shown_text(document, docstring.content)),
    })
}

/// The docstring that ends on the line of that number.
pub(super) fn docstring_above(document: &Document, number: usize) -> Option<Run> {
    let line = python::line(document, number)?;
    let start = python::string_start(document, line.end.checked_sub(1)?)?;
    docstring_at(document, &python::line_at(document, start)).filter(|run| run.last == number)
}

/// A docstring's lines as Python's `inspect.cleandoc` returns them.
fn clean(text: &str) -> Vec<String> {
    let white = |line: &str| line.len() - line.trim_start().len();
    let margin = text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(white).min().unwrap_or(0);
    let lines = text.lines().enumerate().map(|(number, line)| {
        let line = if number == 0 { line.trim_start() } else { line.get(margin..).unwrap_or_default() };
        line.trim_end().to_owned()
    });
    let mut lines: Vec<String> = lines.skip_while(String::is_empty).collect();
    while lines.pop_if(|line| line.is_empty()).is_some() {}
    lines
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
    while let Some(next) = python::line(document, run.last + 1) {
        match comment(document, &next, options) {
            Some((kind, indent, words)) if kind == run.kind && indent == run.indent => run.words.push(words),
            _ => break,
        }
        run.last = next.number;
        run.range.end = next.next;
    }
    Some(run)
}

/// The run that the line of that number is part of, if it can be asked for by name.
///
/// # Errors
/// The line has no comment of its own, or one that can be no prompt.
pub(super) fn asked_at(document: &Document, number: usize, options: &TurnOptions) -> Result<Run, NoPrompt> {
    let Some(line) = python::line(document, number) else { return Err(NoPrompt::NoComment) };
    let Some(run) = run_around(document, number, options) else {
        let comment = |at| python::place(document, at) == Place::Comment;
        return Err(match document.rope().get_byte(line.text) {
            Some(b'#') if !line.is_blank() && comment(line.end) => NoPrompt::InBrackets,
            _ if comment(line.end) && !line.is_blank() => NoPrompt::BehindCode,
            _ => NoPrompt::NoComment,
        });
    };
    run.obstacle(options).map_or(Ok(run), Err)
}

/// The run that the line of that number is part of.
pub(super) fn run_around(document: &Document, number: usize, options: &TurnOptions) -> Option<Run> {
    let mut first = python::line(document, number)?;
    let (kind, indent, _) = comment(document, &first, options)?;
    while let Some(above) = first.number.checked_sub(1).and_then(|number| python::line(document, number)) {
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
            generated: None,
            asked: false,
            target: self.range.end..self.range.end,
            kind: if self.kind == Kind::Docstring { PromptKind::Docstring } else { PromptKind::Comment },
        }
    }

    /// Whether it divides a file into sections rather than asking for code.
    pub(super) fn is_section(&self) -> bool {
        self.kind == Kind::Plain && self.words.iter().any(|words| is_ruler(words))
    }

    /// Whether it is a prompt where it stands: of itself, or since it was asked for by name.
    pub(super) fn is_prompt(&self, document: &Document, options: &TurnOptions) -> bool {
        if self.is_asked(document) {
            return self.obstacle(options).is_none();
        }
        if self.kind == Kind::Docstring {
            return !is_marked(options) && self.words.len() <= LONGEST && self.says_something();
        }
        let begins = || self.begins_something(document, options) && !self.is_reference() && !self.is_notice(document);
        // Whether words are code takes longest to find out.
        self.words.len() <= LONGEST && (is_marked(options) || begins()) && self.obstacle(options).is_none()
    }

    /// Whether it was asked for by name.
    pub(super) fn is_asked(&self, document: &Document) -> bool {
        self.kind != Kind::Docstring && document.marks().is_asked(&self.range)
    }

    /// The reason why it can be no prompt, even asked for by name.
    pub(super) fn obstacle(&self, options: &TurnOptions) -> Option<NoPrompt> {
        if self.words.len() > LONGEST {
            return Some(NoPrompt::TooLong);
        }
        if is_marked(options) && self.kind != Kind::Marked {
            return Some(NoPrompt::Unmarked(options.marker.clone().unwrap_or_default()));
        }
        match self.kind {
            Kind::Directive => Some(NoPrompt::ForTools),
            _ if !self.says_something() => Some(NoPrompt::Wordless),
            Kind::Plain if self.is_section() => Some(NoPrompt::Heading),
            Kind::Plain if python::is_code(&self.words.join("\n")) => Some(NoPrompt::Code),
            Kind::Plain | Kind::Marked | Kind::Docstring => None,
        }
    }

    fn says_something(&self) -> bool {
        self.words.iter().any(|words| words.chars().any(char::is_alphanumeric))
    }

    /// Whether it offers to be answered on the blank line of that number, which is right below it.
    pub(crate) fn offers(&self, document: &Document, blank: usize, options: &TurnOptions) -> bool {
        let below = python::line_below(document, blank).filter(|below| below.column >= self.column);
        let followed = below.is_some_and(|below| document.rope().get_byte(below.text) != Some(b'#'));
        is_marked(options) || self.is_asked(document) || offering::offers_there(&self.words.join("\n"), followed)
    }

    /// Whether it follows a blank line, or is the first thing in its block: below the colon or below the docstring.
    fn begins_something(&self, document: &Document, options: &TurnOptions) -> bool {
        let Some(above) = self.first.checked_sub(1).and_then(|number| python::line(document, number)) else {
            return true;
        };
        if above.is_blank() {
            return true;
        }
        if let Some((kind, indent, _)) = comment(document, &above, options) {
            // Comments for tools are no part of the text and are skipped.
            return kind == Kind::Directive
                && indent == self.indent
                && run_around(document, above.number, options)
                    .is_some_and(|run| run.begins_something(document, options));
        }
        let deeper = above.column < self.column || document.outline().is_continuation(above.text);
        (deeper && python::opens_block(document, &above)) || python::ends_docstring(document, &above)
    }

    /// Whether it only refers to another text.
    fn is_reference(&self) -> bool {
        let refers = |line: &str| {
            let lower = line.to_lowercase();
            let mut words = lower.split_whitespace();
            words.next_back().is_some_and(|last| last.contains("://"))
                && words.all(|word| ["see", "see:", "also", "also:", "cf.", "source:"].contains(&word))
        };
        self.words.iter().filter(|words| !words.trim().is_empty()).all(|words| refers(words))
    }

    /// Whether it is a notice at the beginning of a file, or one at its end.
    fn is_notice(&self, document: &Document) -> bool {
        let text = self.words.join(" ").to_ascii_lowercase();
        let text = text.trim_start();
        let certain =
            ["copyright (c)", "copyright \u{a9}", "(c) ", "\u{a9}"].iter().any(|start| text.starts_with(start));
        let notice = NOTICES.iter().any(|notice| text.contains(notice));
        // Emacs' local variables at a file's end take several lines.
        let tail = text.starts_with("local variables:");
        tail || text.contains("spdx-")
            || certain
            || (notice && self.first < HEAD && python::is_before_statements(document, self.range.start))
    }
}

fn is_marked(options: &TurnOptions) -> bool {
    options.marker.as_ref().is_some_and(|marker| !marker.is_empty())
}

/// The largest number of lines of a prompt. Longer runs are no prompts in practice, and checking whether they are
/// commented code takes minutes.
const LONGEST: usize = 1000;

/// The number of lines from the top in which a file's notices stand.
const HEAD: usize = 400;

/// Beginnings of comments that ask for nothing.
const NOTICES: [&str; 13] = [
    "copyright",
    "all rights reserved",
    "licensed under",
    "licensed to",
    "license:",
    "licence:",
    "public license",
    "mit license",
    "apache license",
    "bsd license",
    "license agreement",
    "license file",
    "author:",
];

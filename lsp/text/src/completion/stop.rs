//! Stop rules: the place where a generation ends. Every rule goes over each character once, however the text is split into tokens.

use codegen_core::StopRule;
use codegen_core::Truncation;

use super::cursor::{self, Cursor};
use super::repetition;
use crate::document::scanner::{self, Scanner};
use crate::python;

/// A statement that goes on in brackets for more lines than this has run away.
const STATEMENT_LINES: usize = 12;
/// Lines of a suggestion at most: ghost text of more is not read.
const BLOCK_LINES: usize = 24;

/// The rest of the cursor's line; of its statement, where that goes on in brackets opened on this line. Where the statement
/// is a header that has no body yet, the first statement of its body as well: half a statement is no suggestion.
pub(super) struct LineRule {
    scanner: Scanner,
    at: usize,
    lines: usize,
    /// Start of the statement that is being looked at; the first one starts left of the cursor.
    statement: usize,
    /// White space left of the cursor's statement, if headers are to have bodies.
    lead: Option<String>,
    /// The statement that the last header or decorator requires next.
    wanted: Option<Wanted>,
    /// Column of a `try` whose first handler has not come yet.
    attempt: Option<usize>,
}

/// The column at which a required statement has to begin.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    /// Behind this column: the first of a header's body.
    Behind(usize),
    /// Exactly this column, for the definition below a decorator.
    At(usize),
}

impl Wanted {
    fn allows(self, column: usize) -> bool {
        match self {
            Self::Behind(header) => column > header,
            Self::At(decorator) => column == decorator,
        }
    }
}

impl LineRule {
    pub fn new(cursor: &Cursor) -> Self {
        let mut scanner = Scanner::over(&cursor.left);
        // Brackets that are closed right of the cursor are not the model's to close.
        let closed = cursor.right.chars().filter(|right| ")]}".contains(*right)).count();
        scanner.depth = scanner.depth.saturating_sub(closed);
        let lead = cursor.wants_bodies().then(|| cursor.left.clone());
        Self { scanner, at: 0, lines: 0, statement: 0, lead, wanted: None, attempt: None }
    }

    /// Whether the rule has come to the end of a statement, or to one that does not belong to the last. Called at line ends.
    fn ends(&mut self, text: &str) -> Option<usize> {
        let (Some(lead), Some(said)) = (&self.lead, text.get(self.statement..self.at)) else { return Some(self.at) };
        let words = said.trim();
        // Before the first statement a blank line is what the model says in place of one.
        if words.is_empty() || words.starts_with('#') {
            return (self.wanted.is_none() && self.attempt.is_none()).then_some(self.at);
        }
        let indented = if self.statement == 0 { format!("{lead}{said}") } else { said.to_owned() };
        let column = cursor::column(&indented);
        if self.wanted.is_some_and(|wanted| !wanted.allows(column)) {
            return Some(self.statement);
        }
        if let (Some(attempt), None) = (self.attempt, self.wanted) {
            if column < attempt || (column == attempt && !handles(words)) {
                return Some(self.statement);
            }
            self.attempt = self.attempt.filter(|_| column > attempt);
        }
        let words = scanner::without_comment(words);
        self.wanted = match words {
            _ if words.starts_with('@') => Some(Wanted::At(column)),
            _ if python::is_header(words) => Some(Wanted::Behind(column)),
            _ => None,
        };
        if words == "try:" {
            self.attempt = self.attempt.or(Some(column));
        }
        (self.wanted.is_none() && self.attempt.is_none()).then_some(self.at)
    }
}

/// Whether a statement belongs to the `try` at its column.
pub(super) fn handles(words: &str) -> bool {
    ["except", "finally"].iter().any(|word| words.starts_with(word))
}

impl StopRule for LineRule {
    fn cut(&mut self, text: &str) -> Option<usize> {
        while let Some(char) = text.get(self.at..).and_then(|rest| rest.chars().next()) {
            if char == '\n' {
                self.lines += 1;
                if self.lines >= STATEMENT_LINES {
                    return Some(self.at);
                }
                if self.scanner.at_rest() {
                    if let Some(cut) = self.ends(text) {
                        return Some(cut);
                    }
                    self.scanner.push(char);
                    self.at += 1;
                    self.statement = self.at;
                    continue;
                }
            }
            self.scanner.push(char);
            self.at += char.len_utf8();
        }
        None
    }
}

/// `text` if its brackets were closed, or else its first line: a statement that goes on is shown whole or not.
pub(super) fn one_statement(cursor: &Cursor, text: String) -> String {
    let Some(first) = text.find('\n') else { return text };
    let mut rule = LineRule::new(cursor);
    rule.cut(&text);
    if rule.scanner.at_rest() { text } else { text[..first].to_owned() }
}

/// A block: ended by the first line with less indentation, a comment, a string or a second definition at its own level, two
/// blank lines in a row, or too many lines.
pub(super) struct BlockRule {
    indent: usize,
    /// Columns left of the cursor; `None` if a header is, whose line then comes to its end first.
    lead: Option<usize>,
    scanner: Scanner,
    /// Start of the line that is being looked at.
    line: usize,
    /// Bytes of that line that the scanner has read.
    scanned: usize,
    lines: usize,
    blank: usize,
    /// Past the line end of the last line that is not blank.
    end: usize,
    statements: usize,
    definitions: usize,
    /// Whether the line being looked at starts inside brackets or a string.
    inside: bool,
}

impl BlockRule {
    pub fn new(left: &str, indent: usize) -> Self {
        let lead = left.trim().is_empty().then(|| cursor::column(left));
        Self {
            indent,
            lead,
            scanner: Scanner::default(),
            line: 0,
            scanned: 0,
            lines: 0,
            blank: 0,
            end: 0,
            statements: 0,
            definitions: 0,
            inside: false,
        }
    }

    /// Whether the block ends before a line that begins like this. Undecided lines do not end it yet.
    fn ends_before(&self, line: &str, ended: bool) -> bool {
        let lead = if self.line == 0 { self.lead } else { Some(0) };
        let Some(lead) = lead else { return false };
        let words = line.trim_start();
        if self.inside || words.is_empty() {
            return false;
        }
        let column = lead + cursor::column(&line[..line.len() - words.len()]);
        if column < self.indent {
            return true;
        }
        if column > self.indent || self.statements == 0 {
            return false;
        }
        let starts = |start: &str| words.starts_with(start);
        starts("#")
            || starts("'''")
            || starts("\"\"\"")
            || (self.definitions > 0 && (starts("@") || is_definition(words, ended)))
    }
}

/// Whether a statement defines a function or class; `ended` says that nothing can follow the words.
fn is_definition(words: &str, ended: bool) -> bool {
    let word =
        |word: &str| words.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ') || (rest.is_empty() && ended));
    word("def") || word("class") || words.starts_with("async def ")
}

impl StopRule for BlockRule {
    fn cut(&mut self, text: &str) -> Option<usize> {
        loop {
            let rest = text.get(self.line..)?;
            let length = rest.find('\n');
            let line = &rest[..length.unwrap_or(rest.len())];
            if self.ends_before(line, length.is_some()) {
                return Some(self.line);
            }
            for char in line.get(self.scanned..)?.chars() {
                self.scanner.push(char);
            }
            self.scanned = line.len();
            let length = length?;
            let next = self.line + length + 1;
            let header = self.line == 0 && self.lead.is_none();
            if line.trim().is_empty() {
                self.blank += usize::from(!self.inside && !header && self.lines > 0);
                if self.blank >= 2 {
                    return Some(self.end);
                }
            } else {
                // A body on the header's own line is all the body there is.
                if header && !line.trim_start().starts_with('#') {
                    return Some(next);
                }
                self.blank = 0;
                self.end = next;
                self.lines += 1;
                let column = cursor::column(line) + if self.line == 0 { self.lead.unwrap_or(0) } else { 0 };
                if !self.inside && !header && column == self.indent {
                    let words = line.trim_start();
                    let text = ["#", "'''", "\"\"\"", "@"].iter().any(|start| words.starts_with(start));
                    self.statements += usize::from(!text);
                    self.definitions += usize::from(is_definition(words, true));
                }
                if self.lines >= BLOCK_LINES {
                    return Some(next);
                }
            }
            self.scanner.push('\n');
            self.inside = !self.scanner.at_rest();
            self.line = next;
            self.scanned = 0;
        }
    }
}

/// A rule that also ends a text that repeats itself: [`repetition`] would show nothing of it, so the engine spends no more
/// tokens on it.
pub(super) struct Guarded<R> {
    rule: R,
    /// Start of the first line that has not ended yet.
    line: usize,
    /// Bytes of that line that `repeats` has read.
    checked: usize,
    /// The lines that have ended, but for blank ones.
    lines: Vec<String>,
}

/// Bytes that a line grows by before it is looked at for repetition again.
const GROWN: usize = 16;

impl<R: StopRule> Guarded<R> {
    pub fn new(rule: R) -> Self {
        Self { rule, line: 0, checked: 0, lines: Vec::new() }
    }

    /// Looks at the line up to `end`, at places that do not depend on the tokens.
    fn repeated(&mut self, text: &str, end: usize) -> Option<usize> {
        while self.checked + GROWN <= end {
            self.checked += GROWN;
            let Some(seen) = text.get(..self.checked) else { continue };
            if let Some(cut) = self.rule.cut(seen) {
                return Some(cut);
            }
            if repetition::repeats(&seen[self.line..]) {
                return Some(self.checked);
            }
        }
        None
    }
}

impl<R: StopRule> StopRule for Guarded<R> {
    fn cut(&mut self, text: &str) -> Option<usize> {
        while let Some((line, _)) = text.get(self.line..).and_then(|rest| rest.split_once('\n')) {
            let next = self.line + line.len() + 1;
            if let Some(cut) = self.repeated(text, next - 1).or_else(|| self.rule.cut(&text[..next])) {
                return Some(cut);
            }
            if !line.trim().is_empty() {
                self.lines.push(line.to_owned());
                if repetition::is_stuck(&self.lines) {
                    return Some(next);
                }
            }
            (self.line, self.checked) = (next, next);
        }
        self.repeated(text, text.len()).or_else(|| self.rule.cut(text))
    }
}

/// A rule for a text that begins with what stands left of the cursor already.
pub fn behind(held: &str, rule: Box<dyn StopRule>) -> Box<dyn StopRule> {
    if held.is_empty() { rule } else { Box::new(Behind { held: held.to_owned(), rule }) }
}

struct Behind {
    held: String,
    rule: Box<dyn StopRule>,
}

impl StopRule for Behind {
    fn cut(&mut self, text: &str) -> Option<usize> {
        if self.held.starts_with(text) {
            return None;
        }
        // A space need not be said again.
        let rest = text.strip_prefix(self.held.as_str()).unwrap_or(text);
        let held = text.len() - rest.len();
        self.rule.cut(rest).map(|cut| held + cut)
    }
}

/// The paper's truncation, relative to the prompt above.
pub(super) struct TurnRule(Truncation);

impl TurnRule {
    pub fn new(left: &str, indent: &str) -> Self {
        Self(Truncation::indented(indent, left))
    }
}

impl StopRule for TurnRule {
    fn cut(&mut self, text: &str) -> Option<usize> {
        self.0.cut(text)
    }
}

#[cfg(test)]
mod tests;

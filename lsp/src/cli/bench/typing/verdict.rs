//! Compares what a suggestion shows with what is typed next.

use serde::{Deserialize, Serialize};

use super::keys::{Session, State};
use super::place::is_word;
use crate::cli::bench::client::Suggestion;

/// A buffer with a suggestion put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Applied {
    pub before: String,
    pub inserted: String,
    pub after: String,
    /// The text from the start of the cursor's line to the end of the suggestion; none if an earlier line changes.
    pub line: Option<String>,
    /// The part of `line` that stood there, unchanged.
    pub kept: usize,
    /// How many of the editor's closers still stand behind the suggestion.
    pub closers: usize,
}

impl Applied {
    pub fn new(session: &Session, state: &State, suggestion: &Suggestion) -> Option<Self> {
        let buffer = session.buffer(state);
        let cursor = session.cursor(state);
        let Suggestion { start, end, text } = suggestion;
        let (before, after) = (buffer.get(..*start)?, buffer.get(*end..)?);
        let line_start = buffer[..cursor].rfind('\n').map_or(0, |at| at + 1);
        let line = (*start >= line_start && *start <= cursor).then(|| format!("{}{text}", &before[line_start..]));
        let old = &buffer[line_start..cursor];
        let kept = line.as_ref().map_or(0, |line| if line.starts_with(old) { old.len() } else { 0 });
        let closers = state.closers.len().saturating_sub(end.saturating_sub(cursor));
        Some(Self { before: before.to_owned(), inserted: text.clone(), after: after.to_owned(), line, kept, closers })
    }

    /// The text that an editor draws behind the cursor; the whole insertion if what stands before it changes.
    pub fn shown(&self) -> &str {
        self.line
            .as_ref()
            .filter(|_| self.kept > 0 || !self.inserted.is_empty())
            .map_or(&self.inserted, |line| &line[self.kept..])
    }
}

/// What a suggestion is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Match {
    pub whole: bool,
    pub first_line: bool,
    pub first_word: bool,
    pub useful: bool,
}

/// The characters that a first word needs to be useful by itself.
const USEFUL_WORD: usize = 4;

/// Compares a suggestion with what is typed from `states[index]` on.
pub(super) fn compare(session: &Session, states: &[State], index: usize, applied: &Applied) -> Match {
    let (Some(state), Some(line)) = (states.get(index), &applied.line) else { return Match::default() };
    let typed = &session.typed[state.line..];
    let shown = &line[applied.kept..];
    let ahead = |reached: usize| closers_left(&states[index..], state.line + reached);
    let whole = reached(line, typed).is_some_and(|at| applied.closers == ahead(at));
    let (line_end, more) = first_line_end(shown);
    let first = &line[..applied.kept + line_end];
    let first_line = if more {
        reached(first, typed).is_some_and(|at| {
            let rest = &typed[at..];
            rest[..rest.find('\n').unwrap_or(rest.len())].trim().is_empty()
        })
    } else {
        whole
    };
    let word = first_word(shown);
    let first_word = !word.trim().is_empty() && reached(&line[..applied.kept + word.len()], typed).is_some();
    let first_word = first_word || whole;
    let near = || {
        let start = applied.kept.min(typed.len());
        let typed_line = typed.get(start..).map(|rest| &rest[..first_line_end(rest).0]).unwrap_or_default();
        let (shown, typed_line) = (shown[..line_end].trim(), typed_line.trim());
        let longer = shown.chars().count().max(typed_line.chars().count());
        strsim::levenshtein(shown, typed_line) * 3 <= longer
    };
    let useful = whole || first_line || first_word && word.trim().chars().count() >= USEFUL_WORD && near();
    Match { whole, first_line, first_word, useful }
}

/// How many of the closers behind the cursor are still behind it when `reached` has been typed.
fn closers_left(states: &[State], reached: usize) -> usize {
    states.iter().take_while(|state| state.reached <= reached).map(|state| state.closers.len()).min().unwrap_or(0)
}

/// The byte of `typed` that `line` leads to, if it is what is typed: white space at the ends of lines aside, and with
/// no word cut off at its end.
fn reached(line: &str, typed: &str) -> Option<usize> {
    let lines: Vec<&str> = line.trim_end().split('\n').collect();
    let mut at = 0;
    for (number, shown) in lines.iter().enumerate() {
        let rest = typed.get(at..)?;
        let end = rest.find('\n').unwrap_or(rest.len());
        if number + 1 < lines.len() {
            if shown.trim_end() != rest[..end].trim_end() || end == rest.len() {
                return None;
            }
            at += end + 1;
        } else {
            let shown = shown.trim_end();
            let after = rest.strip_prefix(shown)?;
            let cut = shown.ends_with(is_word) && after.starts_with(is_word);
            return (!cut).then_some(at + shown.len());
        }
    }
    None
}

/// The end of the first line that has something, and whether more follows.
fn first_line_end(text: &str) -> (usize, bool) {
    let begin = text.len() - text.trim_start().len();
    let end = text[begin..].find('\n').map_or(text.len(), |at| begin + at);
    (end, !text[end..].trim().is_empty())
}

/// The text up to the end of its first word, or of its first character if that belongs to none.
fn first_word(text: &str) -> &str {
    let begin = text.len() - text.trim_start().len();
    let rest = &text[begin..];
    let length = match rest.chars().next() {
        Some(first) if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        Some(first) => first.len_utf8(),
        None => 0,
    };
    &text[..begin + length]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(typed: &str, brackets: bool, written: &str, shown: &str, over: usize) -> String {
        let name = String::new();
        let session = Session { name, above: "a\n".into(), typed: typed.into(), below: "\nb\n".into(), brackets };
        let states = session.states();
        let index = states.iter().position(|state| state.written == written).unwrap_or_default();
        let cursor = session.cursor(&states[index]);
        let suggestion = Suggestion { start: cursor, end: cursor + over, text: shown.into() };
        let Some(applied) = Applied::new(&session, &states[index], &suggestion) else { return "none".into() };
        let Match { whole, first_line, first_word, useful } = compare(&session, &states, index, &applied);
        let all = [(whole, "whole"), (first_line, "line"), (first_word, "word"), (useful, "useful")];
        all.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn suggestions_against_what_is_typed() {
        let text = "if total:\n    return total + 1\n";
        for (written, shown, expected) in [
            ("if ", "total:", "whole line word useful"),
            ("if ", "total:  \n    return total + 1", "whole line word useful"),
            ("if ", "total:\n    pass", "line word useful"),
            ("if to", "tal", "whole line word useful"),
            ("if to", "ta", ""),
            ("if ", "total > 1:", "word"),
            ("if total:\n    return ", "total + 2", "word useful"),
            ("if ", "other:", ""),
            ("if total:", "\n    return total", "whole line word useful"),
        ] {
            assert_eq!(verdict(text, false, written, shown, 0), expected, "{written:?} {shown:?}");
        }
    }

    #[test]
    fn closers_of_the_editor_must_not_stand_twice() {
        for (shown, over, expected) in
            [("value", 0, "whole line word useful"), ("value)", 1, "whole line word useful"), ("value)", 0, "word")]
        {
            assert_eq!(verdict("f(value) + 1\n", true, "f(", shown, over), expected, "{shown} {over}");
        }
    }
}

//! Whether the words of a comment ask for code. Pure, and without the code around it: see [`super::offering`] for that.

mod words;

use crate::python;
use words::{CLAUSES, EXPLAINING, KINDS, LEADS, NEEDS, QUESTIONS, REASONS, TAGS, TELLING, THINGS, VERBS, WISHES};

/// What a comment says, by its words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    /// It asks: an imperative, a question, a wish, or the name of a thing that can be written.
    Request,
    /// A fragment, which asks where nothing follows it and is a title where something does.
    Fragment,
    /// It tells something: a note, an explanation, a reference, or code that is commented out.
    Statement,
}

/// The number of words in which a finite verb is looked for.
const CLAUSE: usize = 8;

/// The number of words from which on a fragment is prose, and up to which it is brief.
const LONG: usize = 12;
const BRIEF: usize = 8;

/// Classifies the words of a comment, lines joined by `\n`.
pub(super) fn wording(prompt: &str) -> Wording {
    let all: Vec<String> = prompt.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect();
    let Some(first) = all.first().map(String::as_str) else { return Wording::Statement };
    let second = all.get(1).map_or("", String::as_str);
    if is_tagged(prompt, first, second)
        || is_numbered(prompt)
        || is_reference(&all)
        || quotes_code(prompt)
        || second == "not"
        || first == "don't"
    {
        return Wording::Statement;
    }
    let leads = is(VERBS, first) || (is(LEADS, first) && is(VERBS, second));
    let wishes = is(NEEDS, first) || WISHES.contains(&format!("{first} {second}").as_str());
    if !is(EXPLAINING, first) && is_title(prompt, &all) || (first == "make" && second == "sure") {
        return Wording::Fragment;
    }
    let named = if matches!(first, "a" | "an" | "one" | "the") { second } else { first };
    if leads || wishes || is(THINGS, named) || is(QUESTIONS, first) {
        return Wording::Request;
    }
    if is(EXPLAINING, first) {
        return Wording::Statement;
    }
    if prompt.trim_end().ends_with('?') {
        return Wording::Request;
    }
    let tells = all.iter().take(CLAUSE).skip(1).any(|word| is(TELLING, word));
    if tells || all.len() > LONG || prompt.lines().count() > 2 { Wording::Statement } else { Wording::Fragment }
}

/// Whether a fragment stands like one prompt of several, one below the other: a few words, and neither a title of what
/// follows nor an aside.
pub(super) fn is_brief(prompt: &str) -> bool {
    let all: Vec<String> = prompt.split_whitespace().map(plain).collect();
    let aside = prompt.ends_with(':') || !prompt.starts_with(|first: char| first.is_alphanumeric() || first == '`');
    prompt.lines().count() == 1 && all.len() <= BRIEF && !aside && !is_title(prompt, &all)
}

/// Whether a request gives its reason, as people do who explain what the code below does.
pub(super) fn gives_reasons(prompt: &str) -> bool {
    let all: Vec<String> = prompt.split_whitespace().map(plain).collect();
    all.iter().skip(1).any(|word| is(REASONS, word))
        || all.windows(2).any(|pair| CLAUSES.contains(&format!("{} {}", pair[0], pair[1]).as_str()))
}

/// The most words of a title that names the kind of what follows.
const TITLE: usize = 4;

/// Whether it is a title although it begins with a verb: "Capture classes", "Test Of The Reader".
fn is_title(prompt: &str, words: &[String]) -> bool {
    let kinds = words.len() <= TITLE && words.last().is_some_and(|last| is(KINDS, last));
    let long = |word: &&str| word.chars().filter(|char| char.is_alphabetic()).count() > 3;
    let capital = |word: &str| word.starts_with(|char: char| char.is_uppercase());
    let mut later = prompt.split_whitespace().skip(1).filter(long).peekable();
    let capitals =
        later.peek().is_some() && later.all(capital) && capital(prompt) && !prompt.ends_with(['.', '?', '!']);
    words.len() > 1 && (kinds || capitals)
}

/// Whether a table, words with white space between, has a word.
fn is(table: &str, word: &str) -> bool {
    table.split_ascii_whitespace().any(|other| other == word)
}

/// A word in lower case, without the signs around it.
fn plain(word: &str) -> String {
    word.trim_matches(|char: char| !char.is_alphanumeric()).to_lowercase().replace('\u{2019}', "'")
}

/// Whether a comment begins with a word such as `TODO`. "todo list" is the name of a program.
fn is_tagged(prompt: &str, first: &str, second: &str) -> bool {
    // The tag may be joined to a name: `TODO(name)`.
    let tag = first.split(|char: char| !char.is_alphabetic()).next().unwrap_or_default();
    let shouted = prompt.trim_start().starts_with(|char: char| char.is_uppercase());
    let aside = matches!(first, "a" | "another") && is(TAGS, second);
    aside || is(TAGS, tag) && (shouted || !matches!(second, "list" | "app"))
}

/// Whether it is an item of a numbered list, whose other items stand elsewhere.
fn is_numbered(prompt: &str) -> bool {
    let first = prompt.split_whitespace().next().unwrap_or_default();
    let number = first.trim_end_matches(['.', ')']);
    number.len() < first.len() && !number.is_empty() && number.chars().all(|char| char.is_ascii_digit())
}

/// Whether it is hardly more than an address.
fn is_reference(words: &[String]) -> bool {
    words.len() < 5
        && words.iter().any(|word| word.contains("://"))
        && !words.first().is_some_and(|first| is(VERBS, first))
}

/// Whether one of its lines is code, or it is the end of a call.
fn quotes_code(prompt: &str) -> bool {
    let is_code = |line: &str| line.starts_with('#') || python::is_code(line);
    prompt.lines().map(str::trim).filter(|line| !line.is_empty()).any(is_code) || closes_more(prompt)
}

/// Whether it closes a bracket that it did not open, as the last line of a call does.
fn closes_more(prompt: &str) -> bool {
    let count = |sign: char| prompt.matches(sign).count();
    let closes = [('(', ')'), ('[', ']'), ('{', '}')].into_iter().any(|(open, close)| count(close) > count(open));
    closes && prompt.ends_with([')', ']', '}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_what_a_comment_is() {
        use Wording::{Fragment, Request, Statement};
        for (prompt, expected) in [
            // Requests.
            ("Sort x in place.", Request),
            ("sort x", Request),
            ("then sort it", Request),
            ("how do I reverse a string?", Request),
            ("which region is the largest", Request),
            ("is there a word that starts with q?", Request),
            ("I need a function that parses dates", Request),
            ("please print it", Request),
            ("a function that writes it back", Request),
            ("class Stack with push and pop", Request),
            ("Read the numbers.\nPrint their sum.", Request),
            ("should return the median", Request),
            // Fragments.
            ("fibonacci", Fragment),
            ("hello world", Fragment),
            ("Constants", Fragment),
            ("biggest of the numbers", Fragment),
            ("todo list app", Fragment),
            ("Capture classes.", Fragment),
            ("Start JSON Schema Generation", Fragment),
            ("Make sure that it exists", Fragment),
            ("Print Hello World.", Request),
            // Notes.
            ("TODO: fix this later", Statement),
            ("TODO(name): print it", Statement),
            ("todo - add to the list", Statement),
            ("TODO list the files", Statement),
            ("FIXME handle errors", Statement),
            ("NOTE: order matters", Statement),
            ("XXX", Statement),
            // Explanations.
            ("This is needed on Windows.", Statement),
            ("We only compare fields.", Statement),
            ("Do not import main() directly!", Statement),
            ("The value is always positive.", Statement),
            ("If the file exists, it stays.", Statement),
            ("Not a running task. Maybe it ended?", Statement),
            // References and code.
            ("https://example.org/spec", Statement),
            ("Source: https://example.org/spec", Statement),
            ("Read https://example.org/data.csv", Request),
            ("The old way:\nx = f(1)", Statement),
            ("# commented twice", Statement),
            ("stream=name in self.streams)", Statement),
            ("a) first", Fragment),
            ("...", Statement),
            ("", Statement),
        ] {
            assert_eq!(wording(prompt), expected, "{prompt:?}");
        }
    }
}

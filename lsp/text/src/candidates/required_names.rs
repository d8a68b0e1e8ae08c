//! The names that a prompt wants to be defined, found by the words around them. A doubtful name is left out.

use crate::python::is_identifier;

/// A word, a quotation or a sign of a prompt.
#[derive(Debug, PartialEq)]
enum Token<'p> {
    Word(&'p str),
    /// The text between the quotes, and the quote.
    Quoted(&'p str, char),
    Sign(char),
}

use Token::{Quoted, Sign, Word};

/// Words for what is called by a name.
const THINGS: [&str; 22] = [
    "variable",
    "variables",
    "function",
    "functions",
    "method",
    "class",
    "constant",
    "list",
    "dictionary",
    "dict",
    "set",
    "tuple",
    "string",
    "array",
    "number",
    "integer",
    "float",
    "counter",
    "object",
    "dataframe",
    "matrix",
    "generator",
];
/// Those of [`THINGS`] that are never data, so that a quotation behind one is a name.
const NAMED: [&str; 7] = ["variable", "variables", "function", "functions", "method", "class", "constant"];
/// Words that may stand between "to" or "in" and a name, apart from [`THINGS`].
const FILLERS: [&str; 8] = ["a", "an", "the", "new", "named", "called", "global", "local"];
/// Verbs that give a name a value, and the words before the name.
const GIVING: [(&str, &[&str]); 8] = [
    ("assign", &["to"]),
    ("bind", &["to"]),
    ("store", &["in", "into", "as"]),
    ("save", &["in", "into", "as"]),
    ("put", &["in", "into"]),
    ("keep", &["in", "as"]),
    ("collect", &["in", "into"]),
    ("read", &["into"]),
];
/// Verbs behind which a name in backticks is a new one.
const MAKING: [&str; 11] = [
    "define",
    "create",
    "declare",
    "initialize",
    "initialise",
    "implement",
    "write",
    "make",
    "set",
    "introduce",
    "add",
];
/// Words that follow "named" and "called" without being a name.
const NO_NAMES: [&str; 21] = [
    "after", "by", "when", "with", "on", "for", "in", "from", "to", "as", "the", "a", "an", "it", "and", "or", "if",
    "once", "each", "that", "which",
];
/// The largest number of words between a verb and the name that it makes.
const APART: usize = 5;

/// The names that the prompt's code has to define, if nothing else does, in the order of the prompt.
pub(super) fn wanted(prompt: &str) -> Vec<String> {
    let tokens = tokens(prompt);
    let mut found: Vec<&str> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Word(word) = token else { continue };
        let word = word.to_ascii_lowercase();
        let rest = &tokens[at + 1..];
        if word == "named" || word == "called" {
            let bare = at.checked_sub(1).is_some_and(|before| is_word(&tokens[before], &THINGS));
            found.extend(listed(rest, |name| bare && !NO_NAMES.contains(&name.to_ascii_lowercase().as_str())));
        } else if NAMED.contains(&word.as_str()) {
            found.extend(listed(rest, |_| false));
        } else if let Some((_, before)) = GIVING.iter().find(|(verb, _)| *verb == word) {
            found.extend(given(rest, before));
        } else if MAKING.contains(&word.as_str()) {
            let words = rest.iter().take(APART).take_while(|token| matches!(token, Word(_))).count();
            found.extend(rest.get(words).filter(|token| matches!(token, Quoted(_, '`'))).and_then(name));
        }
    }
    let mut names: Vec<String> = Vec::new();
    for name in found {
        if !names.iter().any(|other| other == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The names that tokens begin with: a single one, or several with "and" or commas between them.
fn listed<'p>(tokens: &[Token<'p>], bare: impl Fn(&str) -> bool) -> Vec<&'p str> {
    let mut found = Vec::new();
    let mut tokens = tokens.iter();
    while let Some(token) = tokens.next() {
        match token {
            Word(word) if bare(word) && is_identifier(word) => found.push(*word),
            token => match name(token) {
                Some(name) => found.push(name),
                None => break,
            },
        }
        if !matches!(tokens.next(), Some(Sign(',') | Word("and"))) {
            break;
        }
    }
    found
}

/// The name behind the first of `before` in this sentence that is followed by a name.
fn given<'p>(tokens: &[Token<'p>], before: &[&str]) -> Option<&'p str> {
    let end = tokens.iter().position(|token| matches!(token, Sign('.' | ';'))).unwrap_or(tokens.len());
    let sentence = &tokens[..end];
    (0..sentence.len()).filter(|at| is_word(&sentence[*at], before)).find_map(|at| {
        let fillers = |token: &&Token| is_word(token, &FILLERS) || is_word(token, &THINGS);
        let rest = &sentence[at + 1..];
        let target = rest.get(rest.iter().take_while(fillers).count())?;
        match target {
            // Any other word may be meant as a word.
            Word(word) if is_identifier(word) && is_unlike_words(word) => Some(*word),
            target => name(target),
        }
    })
}

/// Whether no English word is written like this.
fn is_unlike_words(word: &str) -> bool {
    word.contains(|char: char| char == '_' || char.is_ascii_digit())
        || (word.len() == 1 && !["a", "A", "I"].contains(&word))
        || word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase)
}

fn is_word(token: &Token, words: &[&str]) -> bool {
    matches!(token, Word(word) if words.iter().any(|other| word.eq_ignore_ascii_case(other)))
}

/// The name that a quotation is or calls: `f` for "f(x)" and "def f(x):".
fn name<'p>(token: &Token<'p>) -> Option<&'p str> {
    let Quoted(text, _) = token else { return None };
    let text = text.trim().trim_end_matches(':');
    let text = text.strip_prefix("def ").or_else(|| text.strip_prefix("class ")).unwrap_or(text);
    let name = if text.ends_with(')') { text.split_once('(')?.0 } else { text };
    is_identifier(name).then_some(name)
}

fn tokens(prompt: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = prompt;
    let mut last = ' ';
    while let Some(char) = rest.chars().next() {
        let length = match char {
            '`' | '"' | '\'' => {
                let inside = &rest[1..];
                // An apostrophe is within a word, or at its end.
                let closed = inside.match_indices(char).map(|(at, _)| at).find(|at| {
                    let next = inside[at + 1..].chars().next();
                    char != '\'' || !next.is_some_and(char::is_alphanumeric)
                });
                match closed.filter(|_| char != '\'' || !last.is_alphanumeric()) {
                    Some(end) => {
                        tokens.push(Quoted(&inside[..end], char));
                        end + 2
                    }
                    None => 1,
                }
            }
            char if char.is_alphanumeric() || char == '_' => {
                let end = rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len());
                tokens.push(Word(&rest[..end]));
                end
            }
            char => {
                if !char.is_whitespace() {
                    tokens.push(Sign(char));
                }
                char.len_utf8()
            }
        };
        last = rest[..length].chars().next_back().unwrap_or(' ');
        rest = &rest[length..];
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_prompts() {
        for (prompt, expected) in [
            ("Assign the string \"{A}\" to a variable named \"my_string\".", "my_string"),
            ("Lowercase the given string \"my_string\".", ""),
            ("Assign the string 'hello'", ""),
            ("Assign the string 'hello' to a variable", ""),
            ("Assign 'hello' to 'greeting'", "greeting"),
            ("Assign the list of numbers \"{A}\" to a variable named `arr1`.", "arr1"),
            ("assign 5 to x", "x"),
            ("assign 5 to each element", ""),
            ("Assign the sum of a. b to x_1", ""),
            ("Assign the value to it.", ""),
            ("Assign \"a.b; c\" to total_1.", "total_1"),
            ("Store the sum in total", ""),
            ("Store the sum in a list called total", "total"),
            ("store the words in order", ""),
            ("Store the result in the variable 'res'.", "res"),
            ("Save the text as `out`", "out"),
            ("Save the text in 'out.txt'", ""),
            ("Put 'x' into the dictionary \"counts\"", "counts"),
            ("Keep it in maxValue", "maxValue"),
            ("Create a variable named x", "x"),
            ("Create two variables named \"a\", \"b\" and \"c\".", "a b c"),
            ("a variable named `total`", "total"),
            ("a function called when the button is pressed", ""),
            ("a function called fibonacci that returns the n-th number", "fibonacci"),
            ("a file named report", ""),
            ("a file called 'report'", "report"),
            ("a folder named 'my files'", ""),
            ("the variable `x`", "x"),
            ("Define the function \"add(a, b)\"", "add"),
            ("Write a function `def add(a, b):` that adds", "add"),
            ("Create `total` as the sum of `numbers`", "total"),
            ("Define a class `Stack` with a method `push`", "Stack push"),
            ("Create a string 'hello'", ""),
            ("Set `x` to 3", "x"),
            ("Set up the test of `x`", "x"),
            ("Print 'done'", ""),
            ("Replace 'a' by 'b' in the string \"s\"", ""),
            ("Don't assign the users' names to 'names'", "names"),
            ("a variable named `class`", ""),
            ("a variable named \"2x\"", ""),
            ("Assign \"caf\u{e9}\" to a variable named \"\u{e9}t\u{e9}\"", "\u{e9}t\u{e9}"),
            ("", ""),
            ("\"", ""),
        ] {
            assert_eq!(wanted(prompt).join(" "), expected, "{prompt}");
        }
    }
}

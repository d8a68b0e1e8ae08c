//! Which turns offer themselves: get a lens, are written by `synthesizeAll`, are suggested below. Pure.
//!
//! Where a turn is decides what a history shows; whether it offers itself is decided here, by what its comment says
//! and what stands below it. A comment directly above code explains that code, whatever it says. Where nothing
//! follows in its block, or just another prompt, a comment asks unless it is a note, an explanation or a reference.
//! Where code follows behind a blank line, it has to ask in so many words, and for something that this code is not:
//! "sort the names" above `print(names)` does, "Apply the mapping" above `self.apply_mapping()` does not.

use std::collections::HashSet;

use tree_sitter::Node;

use super::asking::{Wording, gives_reasons, is_brief, wording};
use super::{Insertion, PromptKind, Turn, TurnOptions, insertion, is_empty, program, shown_text};
use crate::document::{Document, parse_text};
use crate::python::{self, library};

/// The reason why a turn does not offer itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// Code stands directly below it, generated or not.
    Code,
    /// Its words ask for nothing there.
    Words,
    /// It speaks of the code that follows behind a blank line.
    Explains,
}

/// What stands below a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Below {
    /// No code up to the end of its block or the next prompt.
    Nothing,
    /// The `pass` or `...` of a function that has nothing else.
    Placeholder,
    /// Code, without a blank line between.
    Code,
    /// Code behind a blank line.
    Apart(Speaks),
}

/// How a comment and the code behind a blank line belong together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Speaks {
    /// Whether the code uses a name of the comment that nothing has defined.
    needs: bool,
    /// Whether it uses one that a word of the comment may stand for: `args` for "arguments".
    may_need: bool,
    /// Whether the comment has a word of what the code defines or calls, or says why that is done.
    told: bool,
    /// Whether the code is rather another comment's that stands between and may ask, too.
    owned: bool,
    /// Whether it is, and this comment is as brief as those of a list of prompts are.
    asks: bool,
    /// Whether the comment stands above the imports at the head of its file, and so speaks of the file.
    heads: bool,
}

/// Whether a turn offers itself.
#[must_use]
pub fn offers(document: &Document, turn: &Turn, options: &TurnOptions) -> bool {
    silence(document, turn, options).is_none()
}

/// The reason why a turn does not offer itself; `None` if it does.
#[must_use]
pub fn silence(document: &Document, turn: &Turn, options: &TurnOptions) -> Option<Silence> {
    let wording = match turn.kind {
        PromptKind::Docstring => return (!is_empty(document, turn)).then_some(Silence::Code),
        PromptKind::Comment if options.marker.as_ref().is_some_and(|marker| !marker.is_empty()) => Wording::Request,
        PromptKind::Comment => wording(&turn.prompt),
    };
    decide(wording, &below(document, turn))
}

/// Whether a comment may ask for code by its words, whatever stands below it.
#[must_use]
pub fn may_ask(turn: &Turn, options: &TurnOptions) -> bool {
    turn.kind == PromptKind::Docstring || options.marker.is_some() || wording(&turn.prompt) != Wording::Statement
}

/// Whether a comment prompt offers to be answered on the blank line below it; `followed`: code of its block follows that.
pub(crate) fn offers_there(prompt: &str, followed: bool) -> bool {
    match wording(prompt) {
        Wording::Request => true,
        Wording::Fragment => !followed,
        Wording::Statement => false,
    }
}

/// Says in words why none of these turns offers itself; empty if there are none.
#[must_use]
pub fn silences(document: &Document, turns: &[&Turn], options: &TurnOptions) -> String {
    let count =
        |silence: Silence| turns.iter().filter(|turn| self::silence(document, turn, options) == Some(silence)).count();
    let part = |silence, one: &str, several: &str| match count(silence) {
        0 => None,
        1 => Some(format!("1 comment {one}")),
        count => Some(format!("{count} comments {several}")),
    };
    let parts = [
        part(Silence::Code, "stands above code of its own", "stand above code of their own"),
        part(Silence::Words, "is a note, an explanation or a title", "are notes, explanations or titles"),
        part(Silence::Explains, "speaks of the code that follows", "speak of the code that follows"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn decide(wording: Wording, below: &Below) -> Option<Silence> {
    let speaks = match below {
        Below::Code => return Some(Silence::Code),
        Below::Nothing | Below::Placeholder => return (wording == Wording::Statement).then_some(Silence::Words),
        Below::Apart(speaks) => speaks,
    };
    match wording {
        Wording::Statement => Some(Silence::Words),
        _ if speaks.needs => None,
        _ if speaks.heads => Some(Silence::Words),
        Wording::Fragment => (!speaks.asks).then_some(Silence::Words),
        Wording::Request => (speaks.told && !speaks.may_need && !speaks.owned).then_some(Silence::Explains),
    }
}

fn below(document: &Document, turn: &Turn) -> Below {
    if matches!(insertion(document, turn), Insertion::ReplacePlaceholder { .. }) {
        return Below::Placeholder;
    }
    let first = insertion::first_below(document, turn);
    if first.is_some_and(|first| first.number == python::line_at(document, turn.prompt_range.end).number) {
        return Below::Code;
    }
    let (code, owned) = code(document, turn);
    match (code.is_empty(), owned) {
        (true, _) => Below::Nothing,
        (false, owned) => {
            let asks = owned && is_brief(&turn.prompt);
            Below::Apart(Speaks { owned, asks, ..speaks(document, turn, &code) })
        }
    }
}

/// The number of lines of the code that are read, and of all lines that are looked at for it.
const LINES: usize = 4;
const FAR: usize = 64;

/// The first lines of code that follow in the turn's block, without its indentation, and whether a comment before them may
/// ask for them: then they are that comment's.
fn code(document: &Document, turn: &Turn) -> (String, bool) {
    let column = python::line_at(document, turn.prompt_range.start).column;
    let (mut text, mut left, mut asks) = (String::new(), LINES, false);
    let mut number = python::line_at(document, turn.prompt_range.end).number;
    for line in (0..FAR).map_while(|_| {
        let line = python::line(document, number);
        number += 1;
        line
    }) {
        if left == 0 || (!line.is_blank() && line.column < column && line.start >= turn.program_range.end) {
            break;
        }
        if line.is_blank() || line.start < turn.prompt_range.end {
            continue;
        }
        match document.rope().get_byte(line.text) {
            Some(b'#') => {
                let words = shown_text(document, line.text..line.end);
                asks |= text.is_empty() && wording(words.trim_start_matches(['#', ' '])) != Wording::Statement;
            }
            Some(b'@') => {}
            _ => {
                text.push_str(&shown_text(document, line.start..line.next));
                left -= 1;
            }
        }
    }
    (program::dedent(&text, &turn.indent), asks)
}

fn speaks(document: &Document, turn: &Turn, code: &str) -> Speaks {
    let tree = parse_text(code);
    let names = python::names(tree.root_node(), code);
    let bound: HashSet<&str> = names.bound.iter().chain(&names.inner).map(|name| name.name.as_str()).collect();
    let words: HashSet<String> = python::words(&turn.prompt).map(str::to_lowercase).collect();
    let used = names.used.iter().map(|name| name.name.as_str()).filter(|name| name.len() > 2 && !bound.contains(name));
    let meant = |name: &str| {
        let stem = stem(name);
        stem.len() > 2 && words.iter().any(|word| word.starts_with(&stem))
    };
    // In a function the names of a whole program may be at hand; at the left edge the text above has them all.
    let edge = turn.indent.is_empty();
    let used = used.filter(|_| edge);
    let mut meant: Vec<&str> = used.filter(|name| words.contains(&name.to_lowercase()) || meant(name)).collect();
    if !meant.is_empty() {
        let known = known_above(document, turn.prompt_range.start);
        meant.retain(|name| !known.contains(*name) && !library::is_builtin(name));
    }
    let stems: HashSet<String> = words.iter().flat_map(|word| parts(word)).collect();
    let mut told = bound.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    called(tree.root_node(), code, &mut told);
    Speaks {
        needs: meant.iter().any(|name| words.contains(&name.to_lowercase())),
        may_need: !meant.is_empty(),
        told: gives_reasons(&turn.prompt) || told.iter().flat_map(|name| parts(name)).any(|part| stems.contains(&part)),
        owned: false,
        asks: false,
        heads: ["import ", "from "].iter().any(|word| code.starts_with(word))
            && python::is_before_statements(document, turn.prompt_range.start),
    }
}

/// Bytes above a prompt, and of the beginning of the file, that are searched for names.
const NEAR: usize = 32 << 10;
const HEAD: usize = 8 << 10;

/// All words of the text above a prompt.
fn known_above(document: &Document, start: usize) -> HashSet<String> {
    let from = start.saturating_sub(NEAR);
    let text = [document.slice(0..HEAD.min(from)), document.slice(from..start)].join("\n");
    python::words(&text).map(str::to_owned).collect()
}

/// Collects the attributes of a piece of code and the names that it calls.
fn called(root: Node, code: &str, into: &mut Vec<String>) {
    let mut nodes = vec![root];
    while let Some(node) = nodes.pop() {
        let field = match node.kind() {
            "attribute" => node.child_by_field_name("attribute"),
            "call" => node.child_by_field_name("function").filter(|called| called.kind() == "identifier"),
            _ => None,
        };
        into.extend(field.and_then(|name| code.get(name.byte_range())).map(str::to_owned));
        nodes.extend(python::children(node));
    }
}

/// The stems of the parts of a name or word: `set_facecolors` has "set" and "facecolor". Parts of two letters say too
/// little.
fn parts(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for char in name.chars() {
        if char == '_' || (char.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| char != '_') {
            word.push(char);
        }
        before = char;
    }
    words.iter().filter(|word| word.len() > 2).map(|word| stem(word)).collect()
}

/// A word in lower case without a common ending, if enough of it is left.
fn stem(word: &str) -> String {
    let word = word.to_lowercase();
    let endings = ["ing", "ies", "ed", "es", "s"];
    let short = endings.iter().find_map(|ending| word.strip_suffix(ending).filter(|rest| rest.len() > 2));
    short.unwrap_or(&word).to_owned()
}

//! What Python's compiler takes is not refused, and what it refuses is: compared with the `python3` of this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod differential;
mod library;

use std::collections::BTreeMap;

use codegen_text::document::Document;
use codegen_text::python::{OLDEST, violations_for};
use differential::{Python, Random, Verdict, composed, mutated, snippets, statements};
use library::library;

/// Changed texts that are compared.
const MUTATIONS: usize = 8_000;

/// Differences that remain, known by what the rules here say where Python takes a text.
const KNOWN: &[(&str, &str)] = &[
    ("f-string: expecting `}`", GENERATOR),
    ("Unparenthesized generator expression", GENERATOR),
    ("Expected FStringEnd, found FStringMiddle", GENERATOR),
    ("Expected an expression", RAISE),
    ("Compound statements are not allowed on the same line", SOFT),
    ("newlines are not allowed in format specifiers", NEWLINE),
];

const GENERATOR: &str =
    "`f'{a for a in b}'`: in Python 3.11 a field is in brackets of its own; Ruff knows the later grammar";

const RAISE: &str = "`raise; a`: Ruff's parser wants an expression before the semicolon";

const SOFT: &str = "`a; match = 1`: behind a semicolon Ruff's parser takes the name for the keyword";

const NEWLINE: &str = "a line's end in a format specification of a one-line f-string: 3.12 and 3.13 took it at first";

/// What a comparison came to.
#[derive(Default)]
struct Tally {
    taken: usize,
    refused: usize,
    /// Texts that Python gives up.
    undecided: usize,
    /// Texts that Python takes and tree-sitter does not.
    broken: usize,
    known: BTreeMap<&'static str, usize>,
    /// A text for each kind of difference, and how many there are.
    unknown: BTreeMap<String, (usize, String)>,
}

fn compare(python: &Python, texts: &[String]) -> Tally {
    let mut tally = Tally::default();
    for (text, verdict) in texts.iter().zip(python.verdicts(texts)) {
        let found = violations_for(text, python.version, 1);
        let whole = !Document::new(text, 1).tree().unwrap().root_node().has_error();
        match &verdict {
            Verdict::Unknown => {
                tally.undecided += 1;
                continue;
            }
            Verdict::Refused(_) => tally.refused += 1,
            Verdict::Taken => {
                tally.taken += 1;
                tally.broken += usize::from(!whole);
            }
        }
        let said = match (verdict, found.first()) {
            (Verdict::Refused(said), None) => said,
            (Verdict::Taken, Some(found)) => found.rule.clone(),
            _ => continue,
        };
        let refused = found.is_empty();
        let known = KNOWN.iter().find(|(part, _)| !refused && said.contains(part));
        match known {
            Some((_, reason)) => *tally.known.entry(reason).or_default() += 1,
            None => {
                let kind = format!("{}: {}", if refused { "python refuses" } else { "python takes" }, generic(&said));
                let entry = tally.unknown.entry(kind).or_insert((0, text.clone()));
                entry.0 += 1;
                if text.len() < entry.1.len() {
                    entry.1.clone_from(text);
                }
            }
        }
    }
    tally
}

/// A message without names and places.
fn generic(said: &str) -> String {
    let said = said.replace("can't", "cannot");
    let parts = said.split('\'').enumerate().map(|(index, part)| if index % 2 == 1 { "_" } else { part });
    let text: String = parts.collect();
    text.split(" (text, line").next().unwrap_or_default().chars().filter(|char| !char.is_ascii_digit()).collect()
}

#[track_caller]
fn agree(what: &str, texts: &[String]) -> Tally {
    let python = Python::here();
    let tally = compare(&python, texts);
    let Tally { taken, refused, undecided, broken, known, unknown } = &tally;
    println!(
        "{what}, Python {:?}: {taken} taken, {refused} refused, {undecided} undecided; tree-sitter refuses {broken} of those \
         taken; known differences: {known:?}",
        python.version,
    );
    let few = texts.len() / 100;
    assert!(*undecided <= few && *broken <= few && known.values().sum::<usize>() <= few);
    let list: Vec<String> = unknown.iter().map(|(kind, (count, text))| format!("{count} {kind}\n{text:?}")).collect();
    // A later Python's verdicts differ here and there: names of type parameters have scopes of their own.
    let allowed = if python.version == OLDEST { 0 } else { few / 10 };
    assert!(unknown.values().map(|(count, _)| count).sum::<usize>() <= allowed, "{}", list.join("\n\n"));
    tally
}

#[test]
fn over_the_standard_library() {
    // Python skips a byte order mark where it reads a file.
    let texts: Vec<String> = library().iter().map(|(_, text)| text.trim_start_matches('\u{feff}').to_owned()).collect();
    let tally = agree("library", &texts);
    assert!(tally.taken > 100);
}

#[test]
fn over_single_statements() {
    let tally = agree("statements", &statements());
    assert!(tally.taken > 1_000 && tally.refused > 1_000);
}

#[test]
fn over_changed_texts() {
    let snippets = snippets(library().iter().map(|(_, text)| text.as_str()));
    let mut random = Random::new(1);
    let texts: Vec<String> = (0..MUTATIONS)
        .map(|index| match index % 2 {
            0 => mutated(random.of(&snippets), &mut random),
            _ => mutated(&composed(&mut random), &mut random),
        })
        .collect();
    let tally = agree("changed", &texts);
    assert!(tally.taken > MUTATIONS / 10 && tally.refused > MUTATIONS / 4);
}

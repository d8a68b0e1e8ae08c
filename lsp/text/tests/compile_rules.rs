//! What Python's compiler takes is not refused, and what it refuses is: compared with the `python3` of this machine.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod differential;
mod library;

use std::collections::BTreeMap;

use codegen_text::document::Document;
use codegen_text::python::violations_for;
use differential::{Python, Random, Verdict, composed, mutated, snippets, statements};
use library::library;

/// Changed texts that are compared.
const MUTATIONS: usize = 4_000;

/// Differences that remain: whether it is Python that refuses, a part of what Python or the rules here say, and the reason.
const KNOWN: &[(bool, &str, &str)] =
    &[(false, "f-string: expecting `}`", GENERATOR), (false, "Unparenthesized generator expression", GENERATOR)];

const GENERATOR: &str = "`f'{a for a in b}'`: until Python 3.11 a field of an f-string is in brackets of its own; Ruff knows the later grammar";

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
        let known = KNOWN.iter().find(|(by_python, part, _)| *by_python == refused && said.contains(part));
        match known {
            Some((_, _, reason)) => *tally.known.entry(reason).or_default() += 1,
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
fn agree(python: &Python, what: &str, texts: &[String]) -> Tally {
    let tally = compare(python, texts);
    println!(
        "{what}, Python {:?}: {} taken, {} refused, {} undecided; tree-sitter refuses {} of those taken; known differences: {:?}",
        python.version, tally.taken, tally.refused, tally.undecided, tally.broken, tally.known
    );
    let list: Vec<String> =
        tally.unknown.iter().map(|(kind, (count, text))| format!("{count} {kind}\n{text:?}")).collect();
    assert!(list.is_empty(), "{}", list.join("\n\n"));
    tally
}

#[test]
fn over_the_standard_library() {
    // Python skips a byte order mark where it reads a file.
    let texts: Vec<String> = library().iter().map(|(_, text)| text.trim_start_matches('\u{feff}').to_owned()).collect();
    let tally = agree(&Python::here(), "library", &texts);
    assert!(tally.taken > 100);
}

#[test]
fn over_single_statements() {
    let tally = agree(&Python::here(), "statements", &statements());
    assert!(tally.taken > 1_000 && tally.refused > 1_000);
}

#[test]
fn over_changed_texts() {
    let mutations = std::env::var("M").map_or(MUTATIONS, |m| m.parse().unwrap());
    let seed = std::env::var("S").map_or(1, |m| m.parse().unwrap());
    let snippets = snippets(library().iter().map(|(_, text)| text.as_str()));
    let mut random = Random::new(seed);
    let texts: Vec<String> = (0..mutations)
        .map(|index| match index % 2 {
            0 => mutated(random.of(&snippets), &mut random),
            _ => mutated(&composed(&mut random), &mut random),
        })
        .collect();
    let tally = agree(&Python::here(), "changed", &texts);
    assert!(tally.taken > mutations / 10 && tally.refused > mutations / 10);
}

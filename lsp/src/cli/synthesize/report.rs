//! Reports on a turn after it was written.

use codegen_text::candidates::{self, Ranked};
use codegen_text::document::Document;
use codegen_text::python;
use codegen_text::turns::{self, Silence, Turn};
use serde_json::{Value, json};

use super::writer::Written;
use crate::cli::complete::timing;
use crate::cli::output::{self, counted};
use crate::generate::prepare;
use crate::generate::run;
use crate::present::explain::History;

/// What came of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It has code, and nothing speaks against writing it.
    Good,
    /// The model wrote no code.
    Empty,
    Unparsable,
    /// With its code the program raises this.
    Raises(String),
    /// The program raises this without its code, too; and the turn at which it first does, if it is one.
    RaisesBefore(String, Option<usize>),
}

impl Fate {
    /// Decides on the best candidate. `before` says what the program raises without the turn's code; it is asked only if it raises
    /// with it.
    ///
    /// # Errors
    /// Those of `before`.
    pub fn of(
        written: &Written,
        before: impl FnOnce() -> anyhow::Result<Option<(String, Option<usize>)>>,
    ) -> anyhow::Result<Self> {
        let Some(best) = written.selection.best() else { return Ok(Self::Empty) };
        Ok(match &best.score.raised {
            _ if !best.score.parses => Self::Unparsable,
            Some(raised) => match before()? {
                Some((raised, turn)) => Self::RaisesBefore(raised, turn),
                None => Self::Raises(raised.clone()),
            },
            None => Self::Good,
        })
    }

    /// Whether the program raises.
    pub fn raises(&self) -> bool {
        matches!(self, Self::Raises(_) | Self::RaisesBefore(..))
    }

    /// The reason why a turn is not well, in words.
    fn words(&self, number: usize) -> Option<String> {
        match self {
            Self::Good => None,
            Self::Empty => Some(format!(
                "turn {number}: the model wrote no code; --candidates 8 takes the best of several answers, and it helps to name the \
                 variables and to ask for one step"
            )),
            Self::Unparsable => Some(format!("the code of turn {number} does not parse")),
            Self::Raises(raised) => Some(format!("turn {number} {}", run::predicate(raised))),
            Self::RaisesBefore(raised, turn) => {
                let whose =
                    turn.map_or_else(|| format!("before turn {number} the program"), |turn| format!("turn {turn}"));
                Some(format!("{whose} {}, so turn {number} cannot be checked", run::predicate(raised)))
            }
        }
    }
}

/// Why `count` turns after the turn of this number were not tried, and what helps, in words. `is_written`: that turn was written
/// all the same.
pub(super) fn left(count: usize, number: usize, fate: &Fate, is_written: bool) -> String {
    let (were, them) = if count == 1 { ("was", "it") } else { ("were", "them") };
    let what = format!("{} after turn {number} {were} not written", counted(count, "turn"));
    match fate {
        Fate::RaisesBefore(_, turn) if !is_written => {
            let cause = turn.map_or_else(|| format!("what stands above turn {number}"), |turn| format!("turn {turn}"));
            format!("{what}: no turn can be checked before {cause} is mended")
        }
        _ => format!("{what}; --keep-going writes {them}, too"),
    }
}

/// Tells about a turn: what speaks against it, and, if that is asked for, the cost and the candidates.
pub(super) fn tell(
    name: &str,
    number: usize,
    document: &Document,
    turn: &Turn,
    written: &Written,
    (fate, is_written): (&Fate, bool),
) {
    details(number, written).iter().for_each(|line| output::detail(line));
    let Some(best) = written.selection.best() else {
        return fate.words(number).iter().for_each(|words| output::error(&format!("{name}: {words}")));
    };
    if let Some(words) = fate.words(number) {
        match is_written {
            true => output::warning(&format!("{name}: {words}")),
            false => {
                let end = if *fate == Fate::Unparsable { " and is not written" } else { "; its code is not written" };
                output::error(&format!("{name}: {words}{end} (--force writes it)"));
            }
        }
    }
    if written.left_out {
        output::note(&format!("{name}: turn {number}: the end, which the model did not finish, is left out"));
    }
    let undefined = match best.score.parses {
        true => candidates::undefined(document, turn, &best.completion.text),
        // Its names cannot be told for sure.
        false => Vec::new(),
    };
    let elsewhere = needed_elsewhere(turn, best);
    let mut found = weaknesses(best, &[&undefined[..], &elsewhere].concat());
    if !undefined.is_empty() {
        found.push(format!("uses {}, which nothing defines", undefined.join(", ")));
    }
    if !found.is_empty() {
        output::warning(&format!("{name}: turn {number}: {}", found.join("; ")));
    }
}

/// What a turn cost, and a comparison of its candidates.
fn details(number: usize, written: &Written) -> Vec<String> {
    let ranked = written.ranked();
    let Some(best) = ranked.first() else { return Vec::new() };
    let done = &best.completion;
    let mut first = format!("turn {number}: {}", timing(done));
    if done.reused_tokens > 0 {
        first.push_str(&format!(", {} prompt tokens reused", done.reused_tokens));
    }
    let cut = &written.prepared.cut;
    if !cut.dropped.is_empty() {
        let all = cut.dropped.len() + cut.kept.len();
        first.push_str(&format!("; history cut: {} of {} left out", cut.dropped.len(), counted(all, "turn")));
    }
    let mut lines = vec![first];
    if ranked.iter().map(|ranked| ranked.copies).sum::<usize>() > 1 {
        lines.extend(ranked.iter().map(|ranked| format!("turn {number}, {}", score_line(ranked))));
    }
    lines
}

/// The names that a candidate does not define and nothing else does, although what follows uses them, where the turn's comment says
/// nothing of them: then it is no fault of the turn's.
pub(super) fn needed_elsewhere(turn: &Turn, best: &Ranked) -> Vec<String> {
    let mentioned = |name: &&String| python::words(&turn.prompt).any(|word| word == name.as_str());
    best.score.missing.iter().filter(|name| !mentioned(name)).cloned().collect()
}

/// What speaks against a candidate beside that it does not parse or raises, in words.
///
/// Names in `told` are left out.
fn weaknesses(ranked: &Ranked, told: &[String]) -> Vec<String> {
    let score = &ranked.score;
    let below = ", which the code below uses";
    let all = [
        ("does not define", &score.missing, ""),
        ("gives another value to", &score.shadows, below),
        ("no longer defines", &score.drops, below),
    ];
    let all = all.map(|(what, names, why)| (what, names.iter().filter(|name| !told.contains(name)), why));
    let all = all.map(|(what, names, why)| (what, names.map(String::as_str).collect::<Vec<_>>(), why));
    let all = all.into_iter().filter(|(_, names, _)| !names.is_empty());
    all.map(|(what, names, why)| format!("{what} {}{why}", names.join(", "))).collect()
}

/// The reasons against a candidate, in words.
fn against(ranked: &Ranked) -> Vec<String> {
    let mut findings = Vec::new();
    if ranked.completion.text.is_empty() {
        findings.push("no code".to_owned());
    } else if !ranked.score.parses {
        findings.push("does not parse".to_owned());
    }
    findings.extend(ranked.score.raised.as_deref().map(run::predicate));
    findings.extend(weaknesses(ranked, &[]));
    findings
}

/// A candidate's score in a line.
fn score_line(ranked: &Ranked) -> String {
    let Ranked { index, completion, score, copies } = ranked;
    let mut findings = against(ranked);
    if findings.is_empty() {
        findings.push(if score.run { "runs".to_owned() } else { "parses".to_owned() });
    }
    let copies = if *copies > 1 { format!(", {copies} times") } else { String::new() };
    format!("candidate {}: {:.3} per token{copies}, {}", index + 1, completion.mean_logprob, findings.join("; "))
}

/// The lines of code that are a turn's own: those directly below its prompt, or in its function.
fn own_code(document: &Document, turn: &Turn) -> std::ops::Range<usize> {
    turns::replacement(document, turn).unwrap_or(turn.target.clone())
}

/// A turn in a list, for people: what is written for it, or why nothing is.
pub(super) fn entry(
    name: Option<&str>,
    number: usize,
    document: &Document,
    turn: &Turn,
    silence: Option<Silence>,
) -> String {
    let state = match silence {
        None => "asks for code".to_owned(),
        Some(Silence::Code) => match turns::line_count(document, &own_code(document, turn)) {
            0 => "has code".to_owned(),
            lines => format!("has {} of code", counted(lines, "line")),
        },
        Some(Silence::Words) => "taken for a title of what follows".to_owned(),
        Some(Silence::Explains) => "taken to explain what follows".to_owned(),
    };
    let name = name.map_or_else(String::new, |name| format!("{name}: "));
    format!("{name}turn {number}, line {}, {state}: {}", line(document, turn), first_line(turn))
}

/// The comments of a list that ask for nothing by themselves, by their numbers and lines, in a line for people.
pub(super) fn others(others: &[(usize, usize)]) -> Option<String> {
    const SHOWN: usize = 8;
    let named = others.iter().take(SHOWN).map(|(number, line)| format!("{number} (line {line})"));
    let mut named = named.collect::<Vec<_>>().join(", ");
    if others.len() > SHOWN {
        named.push_str(&format!(" and {} more", others.len() - SHOWN));
    }
    match others.len() {
        0 => None,
        1 => Some(format!("1 comment asks for nothing by itself, and --turn N writes code for it: {named}")),
        count => {
            Some(format!("{count} comments ask for nothing by themselves, and --turn N writes code for them: {named}"))
        }
    }
}

/// A turn in a list, as JSON.
pub(super) fn entry_json(
    name: Option<&str>,
    number: usize,
    document: &Document,
    turn: &Turn,
    silence: Option<Silence>,
) -> Value {
    let code = if silence == Some(Silence::Code) { own_code(document, turn) } else { turn.target.clone() };
    let json = json!({
        "turn": number,
        "line": line(document, turn),
        "prompt": turn.prompt,
        "asks": silence.is_none(),
        "text": turns::text_of(document, turn, code),
    });
    with_file(json, name)
}

/// A turn as JSON with the file's name, which is there if there are several files.
fn with_file(mut json: Value, name: Option<&str>) -> Value {
    if let (Some(object), Some(name)) = (json.as_object_mut(), name) {
        object.insert("file".to_owned(), name.into());
    }
    json
}

/// The first line of a turn's prompt.
pub(super) fn first_line(turn: &Turn) -> &str {
    turn.prompt.trim().lines().next().unwrap_or_default()
}

/// The line of a turn's prompt, counted from 1.
pub(super) fn line(document: &Document, turn: &Turn) -> usize {
    python::line_at(document, turn.prompt_range.start).number + 1
}

/// The result for a turn, as JSON.
pub(super) fn json(
    name: Option<&str>,
    number: usize,
    document: &Document,
    turn: &Turn,
    written: &Written,
    is_written: bool,
) -> Value {
    let candidates: Vec<Value> = written.ranked().into_iter().map(prepare::candidate).collect();
    let json = json!({
        "turn": number,
        "line": line(document, turn),
        "prompt": turn.prompt,
        "text": written.text(),
        "written": is_written,
        "history": History::from(&written.prepared.cut),
        "candidates": candidates,
    });
    with_file(json, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_on_is_recommended_where_it_helps() {
        let raised = || "NameError".to_owned();
        for (count, number, fate, is_written, expected) in [
            (1, 1, Fate::Raises(raised()), false, "1 turn after turn 1 was not written; --keep-going writes it, too"),
            (
                2,
                3,
                Fate::Raises(raised()),
                false,
                "2 turns after turn 3 were not written; --keep-going writes them, too",
            ),
            (
                2,
                3,
                Fate::RaisesBefore(raised(), Some(1)),
                false,
                "2 turns after turn 3 were not written: no turn can be checked before turn 1 is mended",
            ),
            (
                1,
                1,
                Fate::RaisesBefore(raised(), None),
                false,
                "1 turn after turn 1 was not written: no turn can be checked before what stands above turn 1 is mended",
            ),
            // Unchecked turns are written by force.
            (
                2,
                3,
                Fate::RaisesBefore(raised(), Some(1)),
                true,
                "2 turns after turn 3 were not written; --keep-going writes them, too",
            ),
        ] {
            assert_eq!(left(count, number, &fate, is_written), expected);
        }
    }
}

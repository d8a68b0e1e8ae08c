//! `synthesize --check`: whether everything is written, for continuous integration. What a server knows of a turn's past, such as
//! that it is stale, is in no file; what can be seen in one is checked.

use std::process::ExitCode;

use codegen_text::document::Document;
use codegen_text::edit::Edit;
use codegen_text::python;
use codegen_text::turns::{self, TurnOptions};

use super::arguments::Arguments;
use super::choice::{Choice, Chosen};
use super::{FAILED, list, report, writer};
use crate::cli::output::{self, counted};
use crate::cli::source::{Source, Text};
use crate::config::Config;
use crate::generate::run::{self, RunOptions};

/// Prints what is wrong with the texts, a line for each. The exit code is 1 if anything is.
///
/// # Errors
/// Programs are to be run and cannot, or standard output is closed.
pub(super) fn run(
    arguments: &Arguments,
    texts: &[(Source, Text)],
    options: &TurnOptions,
    config: &Config,
) -> anyhow::Result<ExitCode> {
    let run = arguments.verify.then(|| RunOptions::of(&arguments.synthesis(config)));
    if let Some(run) = &run {
        writer::told_isolation(run)?;
    }
    let mut problems = 0;
    for (source, text) in texts {
        for problem in of(&text.text, options, run.as_ref())? {
            problems += 1;
            output::print(&format!("{}{problem}\n", source.name()))?;
        }
        if let Some(passed) = list::passed_over(&Document::new(&text.text, 0), options) {
            output::note(&format!("{}: {passed}", source.name()));
        }
    }
    output::say(&format!("{} checked, {}", counted(texts.len(), "file"), counted(problems, "problem")));
    Ok(if problems > 0 { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

/// The line, from 1, at which a text is no Python, and the rule that it breaks.
pub(super) fn violation(document: &Document, text: &str) -> Option<(usize, String)> {
    let found = python::violations(text, 1);
    let violation = found.first()?;
    // What is missing at the end is missing in the last line that there is.
    let at = violation.at.min(text.trim_end().len());
    Some((python::line_at(document, at).number + 1, violation.rule.to_string()))
}

/// What is wrong with a text: what stands behind its name, such as `:3: turn 2 has no code`.
fn of(text: &str, options: &TurnOptions, run: Option<&RunOptions>) -> anyhow::Result<Vec<String>> {
    let mut document = Document::new(text, 0);
    if let Some((line, rule)) = violation(&document, text) {
        return Ok(vec![format!(":{line}: does not parse: {rule}")]);
    }
    let numbered = Chosen::new(&mut document, Choice::Open, false, options)?.numbered(&document);
    let open = numbered.iter().filter(|(_, turn)| turns::offers(&document, turn, options));
    let mut problems: Vec<String> = open
        .map(|(number, turn)| {
            let line = report::line(&document, turn);
            format!(":{line}: turn {number} has no code: {}", report::first_line(turn))
        })
        .collect();
    if let Some(run) = run {
        let whole = Edit { range: 0..text.len(), text: text.to_owned() };
        if let Some(raised) = writer::complaint(run, &document, &whole)? {
            problems.push(match writer::guilty(run, &document, &numbered)? {
                Some((number, raised)) => format!(": turn {number} {}", run::predicate(&raised)),
                None => format!(": {}", run::predicate(&raised)),
            });
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_by_its_line_and_turn() {
        for (text, expected) in [
            ("", &[][..]),
            ("# Sort x.\nx.sort()\n", &[]),
            ("x = 1\n# TODO: more\n", &[]),
            ("# Sort x.\nx.sort()\n\n# Print x.\n", &[":4: turn 2 has no code: Print x."]),
            ("# Sort x.\n\n# Print x.\n", &[":1: turn 1 has no code: Sort x.", ":3: turn 2 has no code: Print x."]),
            ("# Sort x.\nx = (\n", &[":2: does not parse: unexpected EOF while parsing"]),
        ] {
            assert_eq!(of(text, &TurnOptions::default(), None).unwrap(), expected, "{text:?}");
        }
    }
}

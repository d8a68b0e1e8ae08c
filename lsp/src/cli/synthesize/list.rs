//! The turns of files, listed, and why none of them, or one of them not, asks for code.

use codegen_text::document::Document;
use codegen_text::python;
use codegen_text::turns::{self, Silence, Turn, TurnOptions};

use super::arguments::Arguments;
use super::report;
use crate::cli::output::{self, counted};
use crate::cli::source::{Source, Text};

/// Prints the turns of the texts that may ask for code, and the numbers of the other comments.
pub(super) fn run(arguments: &Arguments, texts: &[(Source, Text)], options: &TurnOptions) -> anyhow::Result<()> {
    let several = texts.len() > 1;
    for (source, text) in texts {
        let document = Document::new(&text.text, 0);
        let all = turns::turns(&document, options);
        let askable = turns::askable(&document, &all, options);
        if askable.is_empty() {
            output::note(&format!("{}: {}", source.name(), no_prompt(options)));
        }
        let name = several.then(|| source.name());
        let mut others = Vec::new();
        for (number, prompt) in (1..).zip(&askable) {
            match all.iter().find(|turn| turn.prompt_range.start == prompt.start) {
                Some(turn) if turns::may_ask(turn, options) => {
                    let name = name.as_deref();
                    let silence = turns::silence(&document, turn, options);
                    match arguments.json {
                        true => output::json(&report::entry_json(name, number, &document, turn, silence).to_string())?,
                        false => {
                            output::print(&format!("{}\n", report::entry(name, number, &document, turn, silence)))?
                        }
                    }
                }
                _ => others.push((number, python::line_at(&document, prompt.start).number + 1)),
            }
        }
        let start = name.map_or_else(String::new, |name| format!("{name}: "));
        report::others(&others).iter().for_each(|line| output::note(&format!("{start}{line}")));
    }
    Ok(())
}

/// Says that no comment can be a prompt, and why, if that is the marker.
fn no_prompt(options: &TurnOptions) -> String {
    match options.marker.as_deref().filter(|marker| !marker.is_empty()) {
        Some(marker) => format!("no comment starts with {marker}, as prompts do here (--marker, prompt.marker)"),
        None => "there is no comment prompt".to_owned(),
    }
}

/// The reason why nothing is written without a turn's number, and what helps.
pub(super) fn nothing_asked(document: &Document, options: &TurnOptions) -> String {
    let all = turns::turns(document, options);
    let askable = turns::askable(document, &all, options);
    if askable.is_empty() {
        return no_prompt(options);
    }
    let is_turn = |start: usize| all.iter().any(|turn| turn.prompt_range.start == start);
    let others: Vec<usize> = askable.iter().map(|prompt| prompt.start).filter(|start| !is_turn(*start)).collect();
    let has_code = |turn| turns::silence(document, turn, options) == Some(Silence::Code);
    if others.is_empty() && all.iter().all(has_code) {
        return "every prompt already has code; --turn N --replace writes one again (see --list)".to_owned();
    }
    let below_code = |start: &&usize| {
        python::line_at(document, **start)
            .number
            .checked_sub(1)
            .is_some_and(|above| python::line(document, above).is_some_and(|above| !above.is_blank()))
    };
    let below = others.iter().filter(below_code).count();
    let (stands, notes) = match (below, others.len() - below) {
        (1, notes) => ("1 comment stands directly below code".to_owned(), notes),
        (below, notes) => (format!("{below} comments stand directly below code"), notes),
    };
    let why = [
        turns::silences(document, &all.iter().collect::<Vec<_>>(), options),
        if below > 0 { stands } else { String::new() },
        if notes > 0 { format!("{} of another kind", counted(notes, "comment")) } else { String::new() },
    ];
    let why: Vec<String> = why.into_iter().filter(|part| !part.is_empty()).collect();
    let cure = if below > 0 { "put a blank line above, or use --turn N" } else { "use --turn N" };
    format!("no comment here asks for code by itself: {}; {cure} (see --list)", why.join(", "))
}

/// The comments of a text that might have asked for code, but are taken to speak of what follows them, in a sentence with what
/// helps; `None` if there are none. Notes and the explanations of the code right below them are not among them: a file may have many.
pub(super) fn passed_over(document: &Document, options: &TurnOptions) -> Option<String> {
    let all = turns::turns(document, options);
    let passed = |turn: &Turn| {
        let silence = turns::silence(document, turn, options);
        turns::may_ask(turn, options) && matches!(silence, Some(Silence::Words | Silence::Explains))
    };
    let askable = turns::askable(document, &all, options);
    let number = |turn: &Turn| askable.partition_point(|prompt| prompt.start < turn.prompt_range.start) + 1;
    let found: Vec<String> = all
        .iter()
        .filter(|turn| passed(turn))
        .map(|turn| format!("{} (line {})", number(turn), report::line(document, turn)))
        .collect();
    match found.as_slice() {
        [] => None,
        [one] => Some(format!(
            "turn {one} is taken to speak of the code that follows, so none is written for it; --turn N writes its code"
        )),
        several => Some(format!(
            "turns {} are taken to speak of the code that follows, so none is written for them; --turn N writes code for one",
            several.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_passed_over_is_named() {
        for (text, expected) in [
            ("# Sort x.\n\n# Print x.\n", None),
            ("# TODO: more\n\nx = 1\n", None),
            ("# Sort x.\nx.sort()\n", None),
            (
                "# inventory: a dictionary\n\ndef f():\n    pass\n",
                Some("turn 1 (line 1) is taken to speak of the code that follows"),
            ),
            ("# Sort x.\n\n# print them\n\nprint('done')\n", Some("turn 2 (line 3) is taken")),
        ] {
            let said = passed_over(&Document::new(text, 0), &TurnOptions::default());
            assert_eq!(said.is_some(), expected.is_some(), "{text}: {said:?}");
            assert!(said.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{text}");
        }
    }

    #[test]
    fn why_nothing_asks_and_what_helps() {
        let marked = TurnOptions { marker: Some("#>".to_owned()) };
        for (text, options, expected) in [
            ("x = 1\n", TurnOptions::default(), "there is no comment prompt"),
            ("# Sort x.\n", marked, "no comment starts with #>, as prompts do here (--marker, prompt.marker)"),
            (
                "x = [3]\n# Sort x in place.\n",
                TurnOptions::default(),
                "no comment here asks for code by itself: 1 comment stands directly below code; put a blank line above, or use --turn N \
                 (see --list)",
            ),
            (
                "# TODO: more\n",
                TurnOptions::default(),
                "no comment here asks for code by itself: 1 comment is a note, an explanation or a title; use --turn N (see --list)",
            ),
        ] {
            assert_eq!(nothing_asked(&Document::new(text, 0), &options), expected, "{text}");
        }
    }
}

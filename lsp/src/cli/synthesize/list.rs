//! The turns of files, listed, and why none of them asks for code.

use codegen_text::document::Document;
use codegen_text::python;
use codegen_text::turns::{self, Silence, TurnOptions};

use super::arguments::Arguments;
use super::report;
use crate::cli::output;
use crate::cli::source::{Source, Text};

/// Prints the turns of the texts that may ask for code, and the numbers of the other comments.
pub(super) fn run(arguments: &Arguments, texts: &[(Source, Text)], options: &TurnOptions) -> anyhow::Result<()> {
    let several = texts.len() > 1;
    for (source, text) in texts {
        let document = Document::new(&text.text, 0);
        let all = turns::turns(&document, options);
        let askable = turns::askable(&document, &all, options);
        if askable.is_empty() {
            output::note(&format!("{} has no comment prompts", source.name()));
        }
        let name = several.then(|| source.name());
        let mut others = Vec::new();
        for (number, prompt) in (1..).zip(&askable) {
            match all.iter().find(|turn| turn.prompt_range.start == prompt.start) {
                Some(turn) if turns::may_ask(turn, options) => {
                    let name = name.as_deref();
                    match arguments.json {
                        true => output::json(&report::entry_json(name, number, &document, turn).to_string())?,
                        false => output::print(&format!("{}\n", report::entry(name, number, &document, turn)))?,
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

/// The reason why nothing is written without a turn's number, and what helps.
pub(super) fn nothing_asked(document: &Document, options: &TurnOptions) -> String {
    let all = turns::turns(document, options);
    let others = turns::askable(document, &all, options).len() - all.len();
    if all.is_empty() && others == 0 {
        return "there is no comment prompt".to_owned();
    }
    let has_code = |turn| turns::silence(document, turn, options) == Some(Silence::Code);
    if others == 0 && all.iter().all(has_code) {
        return "every prompt already has code; --turn N --replace writes one again (see --list)".to_owned();
    }
    let within = match others {
        0 => String::new(),
        1 => "1 comment stands within code".to_owned(),
        others => format!("{others} comments stand within code"),
    };
    let why = turns::silences(document, &all.iter().collect::<Vec<_>>(), options);
    let why: Vec<String> = [why, within].into_iter().filter(|part| !part.is_empty()).collect();
    format!("no comment here asks for code by itself: {}; use --turn N (see --list)", why.join(", "))
}

//! `codegen-lsp complete FILE:LINE:COLUMN`.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, bail};
use clap::Args;
use codegen_core::Completion;
use codegen_text::completion::{Kind, Refusal, Suggestion, Threshold};
use codegen_text::document::Document;
use codegen_text::turns::TurnOptions;
use ropey::Rope;
use serde_json::json;

use super::engine_args::EngineArgs;
use super::number::of_option;
use super::output::{self, counted};
use super::settings::{Settings, marker};
use super::source::Source;
use crate::generate::prepare::{self, At, Generated};

/// Arguments of `complete`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp complete file.py:6:9          the suggestion at line 6, column 9
  codegen-lsp complete -:6:9 < file.py      of standard input
  codegen-lsp complete file.py:6:9 --json   with its place, and what it cost

Exit codes:
  0  there is a suggestion, or a reason why there is none
  2  nothing could be done: flags, the file, the position or the model")]
pub struct Arguments {
    /// The position, line and column counted from 1 in characters; the file - is standard input
    #[arg(value_name = "FILE:LINE:COLUMN", allow_hyphen_values = true)]
    place: Place,
    /// Print JSON, with what it cost
    #[arg(long)]
    json: bool,
    /// Tokens generated at most [default: 128]
    #[arg(long, value_name = "N", value_parser = of_option::<usize>("inline.maxTokens"))]
    max_tokens: Option<usize>,
    /// Only comments that start with this are prompts (say '#>')
    #[arg(long, value_name = "TEXT", value_parser = marker)]
    marker: Option<String>,
    #[command(flatten)]
    engine: EngineArgs,
}

/// A position in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    file: PathBuf,
    line: usize,
    column: usize,
}

impl Arguments {
    /// Whether the command would wait for a person who types the text.
    pub(super) fn waits(&self) -> bool {
        self.place.file.as_os_str() == "-" && std::io::stdin().is_terminal()
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected FILE:LINE:COLUMN, with line and column counted from 1".to_owned();
        // From the right: the file's name may have colons itself.
        let mut parts = text.rsplitn(3, ':');
        let (column, line, file) = (parts.next(), parts.next(), parts.next());
        let number = |part: Option<&str>| part.and_then(|part| part.parse().ok()).filter(|number| *number > 0);
        let file = file.filter(|file| !file.is_empty()).ok_or_else(expected)?;
        let line = number(line).ok_or_else(expected)?;
        let column = number(column).ok_or_else(expected)?;
        Ok(Self { file: PathBuf::from(file), line, column })
    }
}

/// Prints the suggestion.
///
/// # Errors
/// The file, the position or the model is not usable.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Place { file, line, column } = &arguments.place;
    let source = Source::from(file.as_path());
    let Settings { config, .. } = Settings::of(&source).tell();
    let of_input = format!("codegen-lsp complete -:{line}:{column}");
    let document = Document::new(&source.read_python(config.max_file_bytes, &of_input)?.text, 0);
    let offset = offset(document.rope(), *line, *column).with_context(|| source.name())?;
    let engine = arguments.engine.load_over(&config)?;
    let options = TurnOptions { marker: arguments.marker.clone().or_else(|| config.turns.marker.clone()) };
    let max_tokens = arguments.max_tokens.unwrap_or(config.inline.max_tokens);
    let at = At { max_tokens, ..At::cursor(offset, &options) };
    match prepare::generate(&document, &at, &engine)? {
        Ok(Generated { raw, done, view }) => {
            let judged = prepare::suggestion(&document, &view, &raw, None, Threshold::NONE);
            let suggestion = judged.map(|judged| judged.suggestion).map_err(|refused| refused.why);
            report(arguments, suggestion, Some((raw.kind, done)))
        }
        Err(refusal) => report(arguments, Err(refusal), None),
    }
}

fn report(
    arguments: &Arguments,
    suggestion: Result<Suggestion, Refusal>,
    done: Option<(Kind, Completion)>,
) -> anyhow::Result<()> {
    if let Some((_, done)) = &done {
        output::detail(&timing(done));
    }
    if arguments.json {
        let kind = done.as_ref().map(|(kind, _)| match kind {
            Kind::Line => "line",
            Kind::Block { .. } => "block",
            Kind::Turn { .. } => "turn",
        });
        let value = json!({
            "text": suggestion.as_ref().ok().map(|suggestion| &suggestion.text),
            "range": suggestion.as_ref().ok().map(|suggestion| [suggestion.range.start, suggestion.range.end]),
            "refusal": suggestion.as_ref().err().map(|refusal| refusal.name()),
            "kind": kind,
            "stats": done.as_ref().map(|(_, done)| prepare::stats(done)),
        });
        return output::json(&format!("{value:#}"));
    }
    match suggestion {
        Ok(suggestion) if suggestion.text.ends_with('\n') => output::program(&suggestion.text),
        Ok(suggestion) => output::program(&format!("{}\n", suggestion.text)),
        Err(refusal) => {
            output::note(&format!("nothing to suggest here: {}", refusal.words()));
            Ok(())
        }
    }
}

/// The cost of a completion, in a line for people.
pub(super) fn timing(done: &Completion) -> String {
    let speed = |speed: Option<f64>| speed.map_or_else(String::new, |speed| format!(" ({speed:.0} tokens/s)"));
    let (prefill, decode) = prepare::speeds(done);
    format!(
        "prompt {} in {:.2} s{}, answer {} in {:.2} s{}",
        counted(done.prompt_tokens.saturating_sub(done.reused_tokens), "token"),
        done.prefill.as_secs_f64(),
        speed(prefill),
        counted(done.generated_tokens, "token"),
        done.decode.as_secs_f64(),
        speed(decode),
    )
}

/// The byte offset of a line and column counted from 1. The column may be one past the line's last character.
fn offset(rope: &Rope, line: usize, column: usize) -> anyhow::Result<usize> {
    let lines = rope.len_lines();
    let Some(text) = rope.get_line(line - 1) else {
        bail!("there is no line {line}; the last is {lines}");
    };
    let text = text.to_string();
    let text = text.trim_end_matches(['\r', '\n']);
    let columns = text.chars().count() + 1;
    if column > columns {
        bail!("line {line} has no column {column}; its last is {columns}");
    }
    let within: usize = text.chars().take(column - 1).map(char::len_utf8).sum();
    Ok(rope.line_to_byte(line - 1) + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let place = |file: &str, line, column| Ok(Place { file: PathBuf::from(file), line, column });
        assert_eq!("a.py:3:14".parse(), place("a.py", 3, 14));
        assert_eq!(r"C:\x\a.py:3:14".parse(), place(r"C:\x\a.py", 3, 14));
        assert_eq!("a:b:1:1".parse(), place("a:b", 1, 1));
        assert_eq!("-:3:14".parse(), place("-", 3, 14));
        assert_eq!("./-a.py:3:14".parse(), place("./-a.py", 3, 14));
        let expected = "expected FILE:LINE:COLUMN, with line and column counted from 1";
        for wrong in ["", "a.py", "a.py:1", ":1:1", "a.py:0:1", "a.py:1:0", "a.py:x:1", "a.py:1:-1", "a.py:1:", "-:1"] {
            assert_eq!(wrong.parse::<Place>(), Err(expected.to_owned()), "{wrong}");
        }
    }

    #[test]
    fn offsets() {
        let rope = Rope::from_str("é = 1\r\n\nx");
        let at = |line, column| offset(&rope, line, column).map_err(|error| error.to_string());
        assert_eq!(at(1, 1), Ok(0));
        assert_eq!(at(1, 2), Ok(2));
        assert_eq!(at(1, 6), Ok(6));
        assert_eq!(at(2, 1), Ok(8));
        assert_eq!(at(3, 2), Ok(10));
        assert_eq!(at(1, 7), Err("line 1 has no column 7; its last is 6".to_owned()));
        assert_eq!(at(4, 1), Err("there is no line 4; the last is 3".to_owned()));
    }
}

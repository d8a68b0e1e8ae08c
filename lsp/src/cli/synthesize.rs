//! `codegen-lsp synthesize FILE`: every prompt without program text, in order, each with the earlier ones as history.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use codegen_engine::{Completion, Engine, EngineError, Event, Request, Sampling};
use similar::TextDiff;

use super::complete::timing;
use super::engine_args::EngineArgs;
use super::{output, source};
use crate::config::SynthesisConfig;
use crate::document::Document;
use crate::pipeline;
use crate::turns::{self, Turn, TurnOptions};

/// Arguments of `synthesize`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A Python file with comment prompts
    file: PathBuf,
    /// Write the program text into the file
    #[arg(long)]
    in_place: bool,
    /// Print the change as a unified diff instead of the program text
    #[arg(long)]
    diff: bool,
    /// Only comments that start with this are prompts (say '#>')
    #[arg(long, value_name = "TEXT")]
    marker: Option<String>,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Synthesizes, streaming prompts and program text to the terminal as the tokens arrive.
///
/// # Errors
/// The file or the model is not usable, or the engine fails; the file is then as it was.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let path = &arguments.file;
    let text = source::read(path)?;
    if arguments.in_place {
        source::check_writable(path)?;
    }
    let options = TurnOptions { marker: arguments.marker.clone() };
    let mut document = Document::new(&text, 0);
    if next_empty(&document, 0, &options).is_none() {
        output::remark(&format!("{} has no comment prompt without program text", path.display()));
        return Ok(());
    }
    let engine = arguments.engine.load()?;
    // The diff is for programs to read, so the stream must not get into it.
    let stream = |text: &str| {
        if arguments.diff {
            let _ = std::io::stderr().write_all(text.as_bytes());
            return Ok(());
        }
        print(arguments, text)
    };
    // Someone who watches sees the tokens arrive; a program gets just what counts, once it is certain.
    let live = if arguments.diff { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
    let (mut from, mut count) = (0, 0);
    while let Some(turn) = next_empty(&document, from, &options) {
        if count > 0 {
            stream("\n")?;
        }
        let prompt = document.slice(turn.prompt_range.clone());
        stream(&format!("{}\n", prompt.trim_end_matches(['\r', '\n'])))?;
        let max_tokens = SynthesisConfig::default().max_tokens;
        let request = pipeline::prepare_turn(&document, &turn, &options, max_tokens, &engine).request(Sampling::GREEDY);
        let mut held = Stream::new(&turn.indent);
        let mut done = generate(&engine, request, |text| if live { stream(&held.push(text)) } else { Ok(()) })?;
        pipeline::tidy(&mut done);
        let left_out = held.shown > done.text.len();
        stream(&held.end(&done.text))?;
        count += 1;
        let note = match (done.text.is_empty(), left_out) {
            (true, _) => "; the model wrote no program text",
            (false, true) => "; its end, which went round in circles, is left out",
            (false, false) => "",
        };
        output::remark(&format!("# turn {count}: {}{note}", timing(&done)));
        from = turn.prompt_range.end;
        if !done.text.is_empty() {
            let edit = turns::program_edit(&document, &turn, &done.text);
            from = edit.range.start + edit.text.len();
            document.edit(edit.range, &edit.text);
        }
    }
    let result = document.text();
    if arguments.diff {
        let name = path.display().to_string();
        let diff = TextDiff::from_lines(&text, &result);
        print(arguments, &diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string())?;
    }
    if arguments.in_place && result != text {
        source::replace(path, &text, &result)?;
    }
    Ok(())
}

/// Prints. A reader that has seen enough (`… | head`) ends the work, unless that is for the file.
fn print(arguments: &Arguments, text: &str) -> anyhow::Result<()> {
    output::print(text).or_else(|error| {
        let unread = arguments.in_place && output::is_broken_pipe(&error);
        if unread { Ok(()) } else { Err(error) }
    })
}

/// The first turn without program text whose prompt starts at `from` or later. Comments inside what has just been
/// generated are no prompts of the user's, so the search goes on behind it.
fn next_empty(document: &Document, from: usize, options: &TurnOptions) -> Option<Turn> {
    turns::turns(document, options)
        .into_iter()
        .find(|turn| turn.prompt_range.start >= from && turns::program_text(document, turn).is_empty())
}

fn generate(
    engine: &Engine,
    request: Request,
    mut print: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<Completion> {
    let mut generation = engine.submit(request);
    loop {
        match generation.blocking_next() {
            Some(Event::Token { text, .. }) => print(&text)?,
            Some(Event::Done(done)) => return Ok(done),
            Some(Event::Failed(error)) => return Err(error.into()),
            None => {
                let reason = "it ended without a last word".to_owned();
                return Err(EngineError::WorkerDied { reason }.into());
            }
        }
    }
}

/// Holds back of a stream of program text what the truncation may still cut: blank lines, and a line's beginning that
/// may turn into one of the paper's terminals. The text comes with the turn's indentation.
struct Stream<'t> {
    indent: &'t str,
    text: String,
    shown: usize,
}

impl<'t> Stream<'t> {
    fn new(indent: &'t str) -> Self {
        Self { indent, text: String::new(), shown: 0 }
    }

    /// Takes in new text; answers what can be shown of all there is.
    fn push(&mut self, text: &str) -> String {
        self.text.push_str(text);
        let line = self.text.rfind('\n').map_or(0, |end| end + 1);
        // A line is cut by how it starts: `#`, quotes, a second `def` or `print`, or less indentation than the turn's.
        let decided = self
            .text
            .get(line..)
            .and_then(|open| open.strip_prefix(self.indent))
            .is_some_and(|open| !open.trim().is_empty() && !open.starts_with(['#', '\'', '"', 'd', 'p']));
        let end = if decided { self.text.len() } else { self.text.get(..line).map_or(0, |text| text.trim_end().len()) };
        self.show(end)
    }

    /// The end has come, and `text` is what counts: answers what has not been shown of it, and a line end.
    fn end(mut self, text: &str) -> String {
        text.trim_end().clone_into(&mut self.text);
        let mut rest = self.show(self.text.len());
        if !self.text.is_empty() {
            rest.push('\n');
        }
        rest
    }

    fn show(&mut self, end: usize) -> String {
        let new = self.text.get(self.shown..end).unwrap_or_default().to_owned();
        self.shown = end.max(self.shown);
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Streams `tokens`, the model's text being cut to `text` in the end.
    #[track_caller]
    fn check(indent: &str, tokens: &[&str], text: &str, expected: &[&str]) {
        let mut stream = Stream::new(indent);
        let mut shown: Vec<String> = tokens.iter().map(|token| stream.push(token)).collect();
        shown.push(stream.end(text));
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_may_be_cut_is_held_back() {
        check("", &["x", " =", " 1", "\n", "y"], "x = 1\ny", &["x", " =", " 1", "", "\ny", "\n"]);
        check("", &["x", "\n", "\n", "\n"], "x\n", &["x", "", "", "", "\n"]);
        check("", &["x\n", "#", " next"], "x\n", &["x", "", "", "\n"]);
        check("", &["p", "rint", "(1)\n", "a"], "print(1)\na", &["", "", "print(1)", "\na", "\n"]);
        check(
            "    ",
            &["    if x:\n", "        y", "\n\n    z\n", "end"],
            "    if x:\n        y\n\n    z\n",
            &["    if x:", "\n        y", "\n\n    z", "", "\n"],
        );
        check("", &[], "", &[""]);
    }
}

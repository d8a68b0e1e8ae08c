//! Standard output while turns are written: a person on a terminal sees the code as it comes, everything else gets the result.

use std::io::IsTerminal;

use codegen_core::printable;
use serde_json::Value;

use super::arguments::Arguments;
use crate::cli::output;
use crate::cli::paint::Painter;

/// What standard output carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carries {
    /// The turns as they are written, for a person.
    Turns,
    /// The whole text, at the end.
    Whole,
    /// A patch, at the end.
    Patch,
    /// A line of JSON for each turn.
    Json,
    /// Nothing: the result is in the file.
    Nothing,
}

/// The output of the code.
pub(super) struct Terminal<'a> {
    arguments: &'a Arguments,
    painter: Painter,
    carries: Carries,
    /// Whether the text is made printable for a terminal, which interprets control sequences. Other streams get the
    /// text unchanged.
    shown: bool,
    /// Whether a turn has been shown.
    begun: bool,
}

impl<'a> Terminal<'a> {
    pub fn new(arguments: &'a Arguments) -> Self {
        let out = std::io::stdout();
        let carries = match () {
            () if arguments.json => Carries::Json,
            () if arguments.diff => Carries::Patch,
            () if arguments.in_place => Carries::Nothing,
            () if out.is_terminal() => Carries::Turns,
            () => Carries::Whole,
        };
        let colours = arguments.color.wanted(&out);
        // Colours are for a terminal, wherever the text is written first.
        let shown = out.is_terminal() || colours;
        Self { arguments, painter: Painter::new(colours), carries, shown, begun: false }
    }

    /// Whether tokens are shown as they arrive.
    pub fn is_live(&self) -> bool {
        self.carries == Carries::Turns
    }

    /// Whether a closing line is told: a patch, JSON and a file's own line stand alone.
    pub fn closes(&self) -> bool {
        matches!(self.carries, Carries::Turns | Carries::Whole)
    }

    /// Begins to show a turn.
    pub fn begin(&mut self, prompt: &str) -> anyhow::Result<()> {
        let blank = if std::mem::replace(&mut self.begun, true) { "\n" } else { "" };
        self.show(&format!("{blank}{}\n", prompt.trim_end_matches('\n')))
    }

    /// Shows a piece of the code.
    pub fn show(&mut self, text: &str) -> anyhow::Result<()> {
        if !self.is_live() {
            return Ok(());
        }
        let text = self.painter.push(&output::shown(text, self.shown));
        self.print(&text)
    }

    /// Shows the text that the painter held back.
    pub fn end(&mut self) -> anyhow::Result<()> {
        let text = self.painter.end();
        self.print(&text)
    }

    /// Prints the whole text of a file with the code in it, if that is wanted.
    pub fn whole(&self, text: &str) -> anyhow::Result<()> {
        if self.carries != Carries::Whole {
            return Ok(());
        }
        let mut painter = Painter::new(self.arguments.color.wanted(&std::io::stdout()));
        let mut painted = painter.push(&output::shown(text, self.shown));
        painted.push_str(&painter.end());
        self.print(&painted)
    }

    /// Prints a turn as JSON, if that is wanted.
    pub fn json(&self, turn: impl FnOnce() -> Value) -> anyhow::Result<()> {
        if self.carries != Carries::Json {
            return Ok(());
        }
        self.print(&format!("{}\n", printable::json(&turn().to_string())))
    }

    /// Prints a text. A reader that closes the output early (`… | head`) ends the work, unless the code is written to
    /// the file.
    pub fn print(&self, text: &str) -> anyhow::Result<()> {
        output::raw(text).or_else(|error| {
            let unread = self.arguments.in_place && output::is_broken_pipe(&error);
            if unread { Ok(()) } else { Err(error) }
        })
    }
}

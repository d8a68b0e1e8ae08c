//! Has the model write the code of a turn, and chooses among its answers.

use std::sync::Arc;

use codegen_core::{Completion, EngineError, Event, Sampling};
use codegen_engine::{Engine, Generation};
use codegen_text::candidates::Ranked;
use codegen_text::document::Document;
use codegen_text::edit::Edit;
use codegen_text::turns::{self, Turn, TurnOptions};

use super::arguments::Arguments;
use super::choice::Chosen;
use super::stream::Stream;
use super::terminal::Terminal;
use crate::cli::output;
use crate::config::{Config, SynthesisConfig};
use crate::generate::prepare::{self, PreparedTurn};
use crate::generate::run::{self, RunOptions};
use crate::generate::select::{Selection, select};

/// The result for a turn.
pub(super) struct Written {
    /// The exact prompt, and the parts of the history in it.
    pub prepared: PreparedTurn,
    /// The candidates, ranked.
    pub selection: Selection,
    /// Whether more was shown during the generation than was written.
    pub left_out: bool,
}

impl Written {
    /// The code of the best candidate.
    pub fn text(&self) -> &str {
        self.selection.best().map_or("", |best| &best.completion.text)
    }

    /// The candidates that differ, best first; the first is the one that is written.
    pub fn ranked(&self) -> Vec<&Ranked> {
        self.selection.all().collect()
    }
}

/// Has the model write code.
pub(super) struct Writer<'a> {
    engine: Engine,
    options: &'a TurnOptions,
    config: SynthesisConfig,
    seed: Option<u64>,
    /// The Python that runs programs, and their limits.
    run: Option<RunOptions>,
}

impl<'a> Writer<'a> {
    pub fn new(arguments: &Arguments, config: &Config, options: &'a TurnOptions) -> anyhow::Result<Self> {
        let synthesis = arguments.synthesis(config);
        let run = arguments.verify.then(|| RunOptions::of(&synthesis));
        if let Some(options) = &run {
            told_isolation(options)?;
        }
        Ok(Self { engine: arguments.engine.load_over(config)?, options, config: synthesis, seed: arguments.seed, run })
    }

    /// The sampling of a turn's candidates.
    fn samplings(&self) -> Vec<Sampling> {
        match (self.config.candidates, self.seed) {
            (1, Some(seed)) => prepare::samplings(&self.config, 2, seed.wrapping_sub(1)).split_off(1),
            (count, seed) => prepare::samplings(&self.config, count, seed.unwrap_or(0)),
        }
    }

    /// Generates a turn's code, which is shown on a terminal as the tokens arrive. Blocks.
    pub fn write(&self, document: &Document, turn: &Turn, terminal: &mut Terminal<'_>) -> anyhow::Result<Written> {
        let prepared = prepare::prepare_turn(document, turn, self.options, self.config.max_tokens, &self.engine);
        let mut generations = self.engine.submit_candidates(prepared.candidates(self.samplings()));
        let prompt = document.slice(turn.prompt_range.clone());
        // A terminal's lines end with `\n`, whatever the file's do.
        terminal.begin(&prompt.replace("\r\n", "\n").replace('\r', "\n"))?;
        let mut stream = Stream::new(document, turn, &prepared.indent);
        // Among several candidates, the one that is written is not known yet.
        let live = terminal.is_live() && generations.len() == 1;
        let mut completions = Vec::new();
        for generation in &mut generations {
            let done = finish(generation, |text| if live { terminal.show(&stream.push(text)) } else { Ok(()) })?;
            completions.push(done);
        }
        let each = completions.into_iter().enumerate();
        let selection = select(document, turn, each, self.run.as_ref(), &Arc::default());
        if let Err(error) = &selection.run {
            return Err(error.clone().into());
        }
        let mut written = Written { prepared, selection, left_out: false };
        let rest = stream.end(written.text());
        written.left_out = rest.left_out;
        let end = if written.text().is_empty() { "" } else { "\n" };
        terminal.show(&format!("{}{end}", rest.text))?;
        terminal.end()?;
        Ok(written)
    }

    /// What the program raises without the turn's code, and the turn from which on it does: a turn is not to blame for what stands
    /// before it. Blocks.
    pub fn complaint_before(
        &self,
        document: &Document,
        turn: &Turn,
        chosen: &Chosen<'_>,
    ) -> anyhow::Result<Option<(String, Option<usize>)>> {
        let Some(options) = &self.run else { return Ok(None) };
        let edit = turns::program_edit(document, turn, "pass");
        let Some(raised) = complaint(options, document, &edit)? else { return Ok(None) };
        let mut before = chosen.numbered(document);
        before.retain(|(_, other)| other.prompt_range.start < turn.prompt_range.start);
        let guilty = guilty(options, document, &before)?;
        Ok(Some(guilty.map_or((raised, None), |(number, raised)| (raised, Some(number)))))
    }
}

/// The first of these turns up to which the program raises, by its number, and what it raises. Blocks.
pub(super) fn guilty(
    options: &RunOptions,
    document: &Document,
    numbered: &[(usize, Turn)],
) -> anyhow::Result<Option<(usize, String)>> {
    for (number, turn) in numbered {
        // The text as it is, up to the end of the turn's code.
        let at = turn.program_range.end.max(turn.prompt_range.end);
        let edit = Edit { range: turn.prompt_range.start..at, text: document.slice(turn.prompt_range.start..at) };
        if let Some(raised) = complaint(options, document, &edit)? {
            return Ok(Some((*number, raised)));
        }
    }
    Ok(None)
}

/// What the program raises up to the end of an edit that is made in it.
pub(super) fn complaint(options: &RunOptions, document: &Document, edit: &Edit) -> anyhow::Result<Option<String>> {
    let report = options.sandbox()?.run(&run::program(document, edit), &Arc::default())?;
    Ok(run::complaint(&report.outcome, &options.limits))
}

/// Checks, before any other work, that programs can be run, and says how they are isolated.
pub(super) fn told_isolation(options: &RunOptions) -> anyhow::Result<()> {
    let report = options.sandbox()?.run("", &Arc::default())?;
    output::note(&run::isolation(report.isolation));
    Ok(())
}

fn finish(generation: &mut Generation, mut show: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<Completion> {
    loop {
        match generation.blocking_next() {
            Some(Event::Token { text, .. }) => show(&text)?,
            Some(Event::Done(done)) => return Ok(done),
            Some(Event::Failed(error)) => return Err(error.into()),
            None => {
                let reason = "it ended without a last word".to_owned();
                return Err(EngineError::WorkerDied { reason }.into());
            }
        }
    }
}

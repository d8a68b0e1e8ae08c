//! `codegen-lsp synthesize FILE`: turns of a file, in order, each with the earlier ones as history.

mod choice;
mod report;
mod stream;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use codegen_core::{Completion, EngineError, Event, Sampling, printable};
use codegen_engine::{Engine, Generation};
use codegen_sandbox::Level;
use codegen_text::candidates::Ranked;
use codegen_text::document::Document;
use codegen_text::python;
use codegen_text::turns::{self, Turn, TurnOptions};
use similar::TextDiff;

use super::engine_args::EngineArgs;
use super::interrupt::Interrupts;
use super::paint::{Colour, Painter};
use super::{output, source};
use crate::config::SynthesisConfig;
use crate::generate::prepare::{self, PreparedTurn};
use crate::generate::run::{self, RunOptions};
use crate::generate::select::{Selection, select};
use choice::{Choice, Chosen};
use stream::Stream;

/// Arguments of `synthesize`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A Python file with comment prompts
    file: PathBuf,
    /// Write turn N (counted from 1 among all comments that can be prompts), and no other [default: every comment that asks
    /// for code by itself]
    #[arg(long, value_name = "N", group = "which")]
    turn: Option<usize>,
    /// Write turn N and every later one that asks for code by itself; with --replace, every later one
    #[arg(long, value_name = "N", group = "which")]
    from: Option<usize>,
    /// Replace the code directly below a prompt, up to the next blank line between statements, by generated code
    #[arg(long, requires = "which")]
    replace: bool,
    /// List the turns with their numbers, and write nothing. Notes, titles and comments within code are only counted
    #[arg(long, conflicts_with_all = ["turn", "from", "replace", "verify", "diff", "in_place"])]
    list: bool,
    /// Sample N program texts for each turn and take the best
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    candidates: u8,
    /// Run the program up to each turn in a sandbox, so that what raises an exception comes last
    #[arg(long)]
    verify: bool,
    /// The Python for --verify
    #[arg(long, value_name = "PROGRAM", default_value_t = SynthesisConfig::default().python)]
    python: String,
    /// How far the programs of --verify have to be isolated: limits, folder, folder+network or
    /// folder+network+processes. Where this system cannot do that, nothing is run
    #[arg(long, value_name = "LEVEL", default_value_t, value_parser = level)]
    isolation: Level,
    /// Tokens of one program text at most
    #[arg(long, value_name = "N", default_value_t = SynthesisConfig::default().max_tokens)]
    max_tokens: usize,
    /// Temperature of what is sampled; without --candidates and --seed the most likely text is taken
    #[arg(long, value_name = "T", default_value_t = SynthesisConfig::default().temperature, value_parser = temperature)]
    temperature: f32,
    /// Sample from the most likely tokens whose probabilities sum to P
    #[arg(long, value_name = "P", default_value_t = SynthesisConfig::default().top_p, value_parser = top_p)]
    top_p: f32,
    /// Sample with this seed; equal seeds give equal texts
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Write the program text into the file
    #[arg(long)]
    in_place: bool,
    /// Print the change as a unified diff instead of the program text
    #[arg(long)]
    diff: bool,
    /// Print a line of JSON for every turn instead of the program text
    #[arg(long, conflicts_with = "diff")]
    json: bool,
    /// Colour the program text
    #[arg(long, value_enum, value_name = "auto|always|never", default_value_t)]
    color: Colour,
    /// Only comments that start with this are prompts (say '#>')
    #[arg(long, value_name = "TEXT")]
    marker: Option<String>,
    #[command(flatten)]
    engine: EngineArgs,
}

impl Arguments {
    fn choice(&self) -> Choice {
        match (self.turn, self.from) {
            (Some(number), _) => Choice::One(number),
            (None, Some(number)) => Choice::From(number),
            (None, None) => Choice::Open,
        }
    }

    fn turn_options(&self) -> TurnOptions {
        TurnOptions { marker: self.marker.clone() }
    }

    fn synthesis(&self) -> SynthesisConfig {
        SynthesisConfig {
            max_tokens: self.max_tokens.max(1),
            candidates: self.candidates.into(),
            temperature: self.temperature,
            top_p: self.top_p,
            python: self.python.clone(),
            isolation: self.isolation,
            ..SynthesisConfig::default()
        }
    }
}

/// A level of isolation by its name.
pub(in crate::cli) fn level(name: &str) -> Result<Level, String> {
    name.parse()
}

/// Generates code, streaming it with its prompts to the terminal as the tokens arrive.
///
/// # Errors
/// The file or the model is not usable, or the engine fails; the file is then unchanged.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let path = &arguments.file;
    let text = source::read(path)?;
    if arguments.list {
        return list(arguments, &text);
    }
    if arguments.in_place {
        source::check_writable(path)?;
    }
    let options = arguments.turn_options();
    let mut document = Document::new(&text, 0);
    let named = || path.display().to_string();
    let mut chosen = Chosen::new(&mut document, arguments.choice(), arguments.replace, &options).with_context(named)?;
    if chosen.next(&document).is_none() {
        let all = turns::turns(&document, &options);
        let why = turns::silences(&document, &all.iter().collect::<Vec<_>>(), &options);
        let others = turns::askable(&document, &all, &options).len() - all.len();
        output::remark(&format!("{}: {}", path.display(), nothing_asked(&why, others)));
        return Ok(());
    }
    if let Some((number, turn)) = chosen.next(&document).filter(|_| chosen.is_named()) {
        // Checked before the model is loaded.
        resolved(arguments, &document, number, turn).with_context(named)?;
    }
    let left = match arguments.from {
        Some(_) if !arguments.replace => chosen.left_alone(&document),
        _ => 0,
    };
    let interrupts = Interrupts::of(path);
    let writer = Writer::new(arguments, &options)?;
    let mut terminal = Terminal::new(arguments);
    let mut first = true;
    while let Some((number, turn)) = chosen.next(&document) {
        let turn = match resolved(arguments, &document, number, turn.clone()) {
            Ok(turn) => turn,
            Err(refusal) => {
                output::remark(&format!("{}: {refusal}", path.display()));
                chosen.done(&turn, String::new(), turn.prompt_range.end);
                continue;
            }
        };
        if !std::mem::take(&mut first) {
            terminal.show("\n")?;
        }
        let written = writer.write(&document, &turn, &mut terminal)?;
        terminal.report(number, &document, &turn, &written)?;
        let mut end = match arguments.choice() {
            // The code of the turn is kept, prompts inside it included.
            Choice::From(_) => turn.program_range.end.max(turn.prompt_range.end),
            Choice::Open | Choice::One(_) => turn.prompt_range.end,
        };
        let mut program = String::new();
        if !written.text().is_empty() {
            program = turns::written_text(&document, &turn, written.text());
            let edit = turns::program_edit(&document, &turn, written.text());
            end = edit.range.start + edit.text.len();
            document.edit(edit.range, &edit.text);
        }
        chosen.done(&turn, program, end);
    }
    if left > 0 {
        output::remark(&match left {
            1 => "1 later turn has code already and stays as it is; --replace writes it anew".to_owned(),
            _ => format!("{left} later turns have code already and stay as they are; --replace writes them anew"),
        });
    }
    let result = document.text();
    if arguments.diff {
        let diff = TextDiff::from_lines(&text, &result);
        let diff = diff.unified_diff().header(&format!("a/{}", named()), &format!("b/{}", named())).to_string();
        terminal.print(&output::shown(&diff, std::io::stdout().is_terminal()))?;
    }
    if arguments.in_place && result != text {
        interrupts.hold(|| source::replace(path, &text, &result))?;
    }
    Ok(())
}

/// The turn with the place for its code.
///
/// # Errors
/// The code would replace code that was not generated, or would not be Python.
fn resolved(arguments: &Arguments, document: &Document, number: usize, turn: Turn) -> anyhow::Result<Turn> {
    let replace = format!("--turn {number} --replace");
    turns::resolved(document, turn, arguments.replace)
        .map_err(|refusal| anyhow::anyhow!("turn {number}: {}", refusal.message(&replace)))
}

/// The reason why nothing is written without a turn's number, and what helps. `why` is of the turns, `others` the number of
/// further comments.
fn nothing_asked(why: &str, others: usize) -> String {
    let within = match others {
        0 => String::new(),
        1 => "1 comment stands within code".to_owned(),
        others => format!("{others} comments stand within code"),
    };
    let why: Vec<&str> = [why, &within].into_iter().filter(|part| !part.is_empty()).collect();
    if why.is_empty() {
        return "there is no comment prompt".to_owned();
    }
    format!("no comment here asks for code by itself: {}; use --turn N (see --list)", why.join(", "))
}

/// Prints the turns of the text that may ask for code, and the numbers of the other comments.
fn list(arguments: &Arguments, text: &str) -> anyhow::Result<()> {
    let (document, options) = (Document::new(text, 0), arguments.turn_options());
    let all = turns::turns(&document, &options);
    let askable = turns::askable(&document, &all, &options);
    if askable.is_empty() {
        output::remark(&format!("{} has no comment prompts", arguments.file.display()));
    }
    let mut others = Vec::new();
    for (number, prompt) in (1..).zip(&askable) {
        match all.iter().find(|turn| turn.prompt_range.start == prompt.start) {
            Some(turn) if turns::may_ask(turn, &options) => match arguments.json {
                true => output::json(&report::entry_json(number, &document, turn).to_string())?,
                false => output::print(&format!("{}\n", report::entry(number, &document, turn)))?,
            },
            _ => others.push((number, python::line_at(&document, prompt.start).number + 1)),
        }
    }
    report::others(&others).iter().for_each(|line| output::remark(line));
    Ok(())
}

/// The result for a turn.
struct Written {
    /// The exact prompt, and the parts of the history in it.
    prepared: PreparedTurn,
    /// The candidates, ranked.
    selection: Selection,
    /// Whether more was shown during the generation than was written.
    left_out: bool,
}

impl Written {
    fn text(&self) -> &str {
        self.selection.best().map_or("", |best| &best.completion.text)
    }

    /// The candidates that differ, best first; the first is the one that is written.
    fn ranked(&self) -> Vec<&Ranked> {
        self.selection.all().collect()
    }
}

/// Has the model write code.
struct Writer<'a> {
    engine: Engine,
    options: &'a TurnOptions,
    config: SynthesisConfig,
    seed: Option<u64>,
    /// The Python that runs programs, and their limits.
    run: Option<RunOptions>,
}

impl<'a> Writer<'a> {
    fn new(arguments: &Arguments, options: &'a TurnOptions) -> anyhow::Result<Self> {
        let config = arguments.synthesis();
        let run = arguments.verify.then(|| RunOptions::of(&config));
        if let Some(options) = &run {
            // Checked before any other work: an empty program shows whether programs can be run, and how they are
            // isolated.
            let report = options.sandbox()?.run("", &Arc::default())?;
            output::remark(&run::isolation(report.isolation));
        }
        Ok(Self { engine: arguments.engine.load()?, options, config, seed: arguments.seed, run })
    }

    /// The sampling of a turn's candidates.
    fn samplings(&self) -> Vec<Sampling> {
        match (self.config.candidates, self.seed) {
            (1, Some(seed)) => prepare::samplings(&self.config, 2, seed.wrapping_sub(1)).split_off(1),
            (count, seed) => prepare::samplings(&self.config, count, seed.unwrap_or(0)),
        }
    }

    fn write(&self, document: &Document, turn: &Turn, terminal: &mut Terminal<'_>) -> anyhow::Result<Written> {
        let prepared = prepare::prepare_turn(document, turn, self.options, self.config.max_tokens, &self.engine);
        let mut generations = self.engine.submit_candidates(prepared.candidates(self.samplings()));
        let prompt = document.slice(turn.prompt_range.clone());
        // A terminal's lines end with `\n`, whatever the file's do.
        let prompt = prompt.replace("\r\n", "\n").replace('\r', "\n");
        terminal.show(&format!("{}\n", prompt.trim_end_matches('\n')))?;
        let mut stream = Stream::new(document, turn, &prepared.indent);
        // Among several candidates, the one that is written is not known yet.
        let live = terminal.live && generations.len() == 1;
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
}

/// The output of the code and the remarks on it.
struct Terminal<'a> {
    arguments: &'a Arguments,
    painter: Painter,
    /// Whether tokens are shown as they arrive, for a person. A program gets only the final code.
    live: bool,
    /// Whether the text is made printable for a terminal, which interprets control sequences. Other streams get the
    /// text unchanged.
    shown: bool,
}

impl<'a> Terminal<'a> {
    fn new(arguments: &'a Arguments) -> Self {
        let (out, err) = (std::io::stdout(), std::io::stderr());
        // The diff and the JSON are for programs, so the stream is kept out of them.
        let aside = arguments.diff || arguments.json;
        let (live, colours) = if aside {
            (err.is_terminal(), arguments.color.wanted(&err))
        } else {
            (out.is_terminal(), arguments.color.wanted(&out))
        };
        // Colours are for a terminal, wherever the text is written first.
        Self { arguments, painter: Painter::new(colours), live, shown: live || colours }
    }

    /// Shows a piece of the code.
    fn show(&mut self, text: &str) -> anyhow::Result<()> {
        let text = self.painter.push(&output::shown(text, self.shown));
        self.put(&text)
    }

    /// Shows the text that the painter held back.
    fn end(&mut self) -> anyhow::Result<()> {
        let text = self.painter.end();
        self.put(&text)
    }

    fn put(&self, text: &str) -> anyhow::Result<()> {
        if self.arguments.json && !self.live {
            return Ok(());
        }
        if self.arguments.diff || self.arguments.json {
            output::aside(text);
            return Ok(());
        }
        self.print(text)
    }

    /// Prints a text. A reader that closes the output early (`… | head`) ends the work, unless the code is written to
    /// the file.
    fn print(&self, text: &str) -> anyhow::Result<()> {
        output::raw(text).or_else(|error| {
            let unread = self.arguments.in_place && output::is_broken_pipe(&error);
            if unread { Ok(()) } else { Err(error) }
        })
    }

    fn report(&self, number: usize, document: &Document, turn: &Turn, written: &Written) -> anyhow::Result<()> {
        for line in report::remarks(number, written) {
            output::remark(&line);
        }
        if self.arguments.json {
            self.print(&format!("{}\n", printable::json(&report::json(number, document, turn, written).to_string())))?;
        }
        Ok(())
    }
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

fn temperature(text: &str) -> Result<f32, String> {
    fraction(text, 2.0)
}

fn top_p(text: &str) -> Result<f32, String> {
    fraction(text, 1.0)
}

fn fraction(text: &str, most: f32) -> Result<f32, String> {
    let number = text.parse().ok().filter(|number: &f32| *number > 0.0 && *number <= most);
    number.ok_or_else(|| format!("expected a number above 0 and up to {most}"))
}

//! What it is worth that the model sees something of other files: lines of packages that no built-in model was trained on, each of
//! which names something that another file of its package defines, asked for with and without. The search for places is
//! [`place`]'s, the verdict [`tally`]'s.

mod place;
mod tally;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use codegen_core::{Completion, EngineError};
use codegen_engine::Engine;
use codegen_text::completion::raw::RawCompletion;
use codegen_text::completion::{Kind, Threshold};
use codegen_text::document::Document;
use codegen_text::prompt::related::{Part, Shown};
use codegen_text::prompt::view::View;
use codegen_text::turns::TurnOptions;

use self::place::Place;
use self::tally::{Outcome, Row, report};
use crate::cli::engine_args::EngineArgs;
use crate::cli::output;
use crate::config::{Config, Context, InlineConfig};
use crate::generate::prepare::{self, At};
use crate::related::{self, Related};

/// Arguments of this measurement.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp bench context --packages ~/packages --places 100")]
pub struct ContextArguments {
    /// The folder with a folder for each package
    #[arg(long, value_name = "DIR")]
    packages: PathBuf,
    /// Lines that are asked for, spread evenly over the packages
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = crate::cli::number::at_least(1usize))]
    places: usize,
    /// The seed of the choice of lines
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = crate::cli::number::at_least(0u64))]
    seed: u64,
    /// The largest part of the prompt that is of other files, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = InlineConfig::default().context_share, value_parser = crate::cli::number::of_option::<usize>("inline.contextShare"))]
    share: usize,
    /// Write a line of JSON for each place to FILE
    #[arg(long, value_name = "FILE")]
    rows: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Asks at every place in each way, and prints what came of it.
///
/// # Errors
/// A package or the model is not usable, or the engine fails.
pub fn run(arguments: &ContextArguments) -> anyhow::Result<()> {
    let engine = arguments.engine.load()?;
    let packages = packages(&arguments.packages)?;
    let mut rows = Vec::new();
    // What a package lacks the later ones make up for, so that the number of places is what was asked for.
    for (index, package) in packages.iter().enumerate() {
        let wanted = (arguments.places - rows.len()) / (packages.len() - index);
        let name = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
        output::say(&format!("{name}: {wanted} places …"));
        let mut count = 0;
        for place in place::drawn(package, arguments.seed.wrapping_add(index as u64))? {
            if count == wanted {
                break;
            }
            if let Some(outcomes) = ask(&engine, package, &place, arguments.share)? {
                rows.push(Row::new(&name, &place, outcomes));
                count += 1;
            }
        }
    }
    if let Some(file) = &arguments.rows {
        let lines = rows.iter().map(|row| serde_json::to_string(row).map(|row| row + "\n"));
        let lines = lines.collect::<Result<String, _>>()?;
        std::fs::write(file, lines).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if arguments.json {
        output::json(&serde_json::to_string_pretty(&tally::summary(&rows))?)
    } else {
        output::print(&report(&rows))
    }
}

/// The folders of a folder, in the order of their names.
fn packages(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let read = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut folders = read.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    anyhow::ensure!(!folders.is_empty(), "{} has no package's folder", folder.display());
    Ok(folders)
}

/// What the three ways are called, in the order of [`ask`]'s answer.
pub(super) const WAYS: [&str; 3] = ["off", "imports", "all"];

/// Asks at one place: without, with the signatures of what is imported, and with the definition of what the line names as the
/// place that was edited last besides. `None` for a place that nothing is asked at, with or without.
fn ask(engine: &Engine, root: &Path, place: &Place, share: usize) -> anyhow::Result<Option<Vec<Outcome>>> {
    // What the line and the lines below have is not typed yet.
    let document = Document::new(&format!("{}\n", &place.text[..place.offset]), 1);
    let related = Related::default();
    let mut outcomes = Vec::new();
    for context in Context::ALL {
        let mut config = Config::default();
        config.inline.context = context;
        let asked = related::Asked::new(&config, root.to_owned(), place.path.clone());
        let parts = asked.map(|mut asked| {
            let definition = Document::new(&place.defined.text, 1);
            asked.open.insert(place.defined.path.clone(), definition);
            asked.edited.push((place.defined.path.clone(), place.defined.offset));
            related.parts(&document, &asked)
        });
        let parts = parts.unwrap_or_default();
        match at(engine, &document, place, &parts, share)? {
            Some(outcome) => outcomes.push(outcome),
            None => return Ok(None),
        }
    }
    Ok(Some(outcomes))
}

fn at(
    engine: &Engine,
    document: &Document,
    place: &Place,
    parts: &[Part],
    share: usize,
) -> anyhow::Result<Option<Outcome>> {
    let options = TurnOptions::default();
    let at = At {
        offset: place.offset,
        selected: None,
        count: 1,
        options: &options,
        previous_start: None,
        max_tokens: InlineConfig::default().max_tokens,
        plain: false,
        related: (parts, share),
    };
    let Ok(prepared) = prepare::prepare(document, &at, engine) else { return Ok(None) };
    // Code that a comment asks for is another thing than the line that is there.
    let (Some(view), false) = (&prepared.view, matches!(prepared.kind, Kind::Turn { .. })) else { return Ok(None) };
    let began = std::time::Instant::now();
    let done = match engine.submit(prepared.request).blocking_finish() {
        Err(EngineError::EmptyPrompt) => return Ok(None),
        done => done?,
    };
    let took = began.elapsed();
    let mut raw = prepare::raw(done.clone(), prepared.kind);
    raw.forget(&prepared.held);
    let least = InlineConfig::default().threshold();
    let shown = shown(document, view, &raw, least);
    Ok(Some(Outcome::new(place, &raw.text, shown.as_deref(), lines(&prepared.shown), &done, took)))
}

/// What the product would show of it.
fn shown(document: &Document, view: &View, raw: &RawCompletion, least: Threshold) -> Option<String> {
    let judged = prepare::suggestion(document, view, raw, None, least).ok()?;
    let typed = judged.suggestion.range.end - judged.suggestion.range.start;
    judged.suggestion.text.get(typed..).map(str::to_owned)
}

fn lines(shown: &[Shown]) -> usize {
    shown.iter().map(|shown| shown.lines).sum()
}

/// The tokens of a prompt that were read for it.
fn read(done: &Completion) -> usize {
    done.prompt_tokens.saturating_sub(done.reused_tokens)
}

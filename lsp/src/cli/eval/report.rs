//! `codegen-lsp eval report FILE`: summarizes a run, finished or not.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use codegen_eval::record::Benchmark;
use codegen_eval::report;
use codegen_eval::results::{self, Run};
use codegen_eval::summary::summarise;

use super::ks_within;
use crate::cli::output;

/// Arguments of `eval report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp eval report run.jsonl
  codegen-lsp eval report run.jsonl --html run.html")]
pub struct Arguments {
    /// A run's file
    #[arg(value_name = "FILE")]
    run: PathBuf,
    /// Write a report as a single HTML file, too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The k of pass@k [default: those that the run was begun with]
    #[arg(short = 'k', value_name = "K,…", value_delimiter = ',', value_parser = crate::cli::number::at_least(1usize))]
    ks: Option<Vec<usize>>,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

/// Prints the summary.
///
/// # Errors
/// The file is not that of a run, or the report cannot be written.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let run = results::outline(&arguments.run)?;
    let ks = match run.header.benchmark {
        Benchmark::Mtpb => Vec::new(),
        Benchmark::HumanEval => {
            let begun_with = Some(run.header.ks.as_slice()).filter(|ks| !ks.is_empty());
            ks_within(arguments.ks.as_deref().or(begun_with), run.header.samples)?
        }
    };
    publish(&run, &ks, arguments.html.as_deref(), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the summary of a run, after writing the report if one was asked for.
pub(super) fn publish(run: &Run, ks: &[usize], html: Option<&Path>, json: bool) -> anyhow::Result<()> {
    let summary = summarise(&run.header, &run.samples, &run.verdicts, ks);
    if let Some(path) = html {
        let html = report::html(&run.header, &summary);
        let written = codegen_engine::output::write(path, html.as_bytes());
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    match json {
        true => output::json(&serde_json::to_string_pretty(&summary)?),
        false => output::print(&summary.to_string()),
    }
}

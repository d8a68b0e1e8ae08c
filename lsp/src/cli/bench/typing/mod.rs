//! Measures what suggestions are worth: types programs into a server as a user of an editor does, asks for suggestions,
//! and compares them with what is typed next. BENCHMARKS.md states the rules.

mod flips;
mod judge;
mod keys;
mod measure;
mod picture;
mod place;
mod report;
mod row;
mod verdict;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use self::flips::Flips;
use self::judge::Judge;
use self::keys::Session;
use self::report::Run;
use self::row::Row;
use super::client::Client;
use super::settings::setting;
use crate::cli::output;

/// Arguments of this measurement.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp bench typing --limit 1                in the project's folder
  codegen-lsp bench typing --pauses --sweep inline.minConfidence=0.1,0.15,0.25")]
pub struct TypingArguments {
    /// The folder of the programs that are typed
    #[arg(long, value_name = "DIR", default_value = "fixtures/typing/dev")]
    sessions: PathBuf,
    /// Type only the first N programs
    #[arg(long, value_name = "N", value_parser = crate::cli::number::at_least(1usize))]
    limit: Option<usize>,
    /// The places in each program at which a suggestion is asked for after a pause
    #[arg(long, value_name = "N", default_value_t = 45, value_parser = crate::cli::number::at_least(1usize))]
    places: usize,
    /// The seed of the choice of places
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = crate::cli::number::at_least(0u64))]
    seed: u64,
    /// Only ask after pauses
    #[arg(long, conflicts_with = "every_key")]
    pauses: bool,
    /// Only ask after every key
    #[arg(long)]
    every_key: bool,
    /// The server's program [default: this one]
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Set a setting of the server, such as inline.minConfidence=0.3 (repeatable)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Measure once for each value of a setting: inline.minConfidence=0.1,0.3
    #[arg(long, value_name = "KEY=VALUE,…")]
    sweep: Option<String>,
    /// The Python that judges
    #[arg(long, value_name = "FILE", default_value = "python3")]
    python: String,
    /// Write a line of JSON for each place to FILE
    #[arg(long, value_name = "FILE")]
    rows: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Measure nothing: draw precision against the share shown to FILE, from the files of `--from`
    #[arg(long, value_name = "FILE", requires = "from")]
    picture: Option<PathBuf>,
    /// A file of rows for the picture, with its label (repeatable)
    #[arg(long, value_name = "LABEL=FILE")]
    from: Vec<String>,
}

/// Measures and prints.
pub(super) fn run(arguments: &TypingArguments) -> anyhow::Result<()> {
    if let Some(file) = &arguments.picture {
        return draw(file, &arguments.from);
    }
    let sessions = sessions(&arguments.sessions, arguments.limit)?;
    let mut judge = Judge::start(&arguments.python)?;
    let program = match &arguments.server {
        Some(program) => program.clone(),
        None => std::env::current_exe().context("cannot tell which program this is")?,
    };
    let (mut runs, mut lines) = (Vec::new(), String::new());
    for settings in sweep(&arguments.settings, arguments.sweep.as_deref())? {
        let (run, rows) = measure_all(arguments, &program, &settings, &sessions, &mut judge)?;
        for row in rows {
            let _ = writeln!(lines, "{}", serde_json::to_string(&row)?);
        }
        runs.push(run);
        if let Some(file) = &arguments.rows {
            std::fs::write(file, &lines).with_context(|| format!("cannot write {}", file.display()))?;
        }
    }
    if arguments.json { output::json(&report::json(&runs)) } else { output::print(&report::text(&runs)) }
}

fn measure_all(
    arguments: &TypingArguments,
    program: &Path,
    settings: &[String],
    sessions: &[Session],
    judge: &mut Judge,
) -> anyhow::Result<(Run, Vec<Row>)> {
    let parsed = settings.iter().map(|text| setting(text)).collect::<anyhow::Result<Vec<_>>>()?;
    let name = if settings.is_empty() { "default settings".to_owned() } else { settings.join(" ") };
    let mut client = Client::start(program, &parsed)?;
    let mut run = Run { name, ..Run::default() };
    let mut all = Vec::new();
    for (index, session) in sessions.iter().enumerate() {
        output::say(&format!("{}: {} …", run.name, session.name));
        if !arguments.every_key {
            let seed = arguments.seed.wrapping_mul(1_000_003).wrapping_add(index as u64);
            let rows = measure::pauses(session, arguments.places, seed, &mut client, judge)?;
            run.pauses.extend(rows.iter().cloned());
            all.extend(rows);
        }
        if !arguments.pauses {
            let (rows, flips) = measure::keys(session, &mut client)?;
            run.flips.get_or_insert_with(Flips::default).add(&flips);
            all.extend(rows.into_iter().map(|row| Row { every_key: true, ..row }));
        }
    }
    all.iter_mut().for_each(|row| settings.clone_into(&mut row.settings));
    Ok((run, all))
}

/// The programs of a folder, in the order of their names.
fn sessions(folder: &Path, limit: Option<usize>) -> anyhow::Result<Vec<Session>> {
    let read = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = read.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "py"));
    files.sort();
    anyhow::ensure!(!files.is_empty(), "{} has no Python file", folder.display());
    let files = files.iter().zip(1..).take(limit.unwrap_or(usize::MAX));
    let session = |(file, number): (&PathBuf, usize)| {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        Ok(Session::of(&name, &text, number))
    };
    files.map(session).collect()
}

/// The settings of each run.
fn sweep(settings: &[String], sweep: Option<&str>) -> anyhow::Result<Vec<Vec<String>>> {
    let Some(sweep) = sweep else { return Ok(vec![settings.to_vec()]) };
    let (name, values) = sweep.split_once('=').with_context(|| format!("{sweep} must be KEY=VALUE,…"))?;
    let with = |value: &str| settings.iter().cloned().chain([format!("{name}={value}")]).collect();
    Ok(values.split(',').map(with).collect())
}

fn draw(file: &Path, from: &[String]) -> anyhow::Result<()> {
    let mut curves = Vec::new();
    for source in from {
        let (label, path) = source.split_once('=').with_context(|| format!("{source} must be LABEL=FILE"))?;
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
        let rows = text.lines().map(serde_json::from_str).collect::<Result<Vec<Row>, _>>();
        curves.push(picture::curve(label, &rows.with_context(|| format!("{path} has no rows"))?));
    }
    std::fs::write(file, picture::svg(&curves)).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_is_a_run_for_each_value() {
        let fixed = ["b.c=2".to_owned()];
        let runs = sweep(&fixed, Some("a=1,x")).unwrap_or_default();
        assert_eq!(runs, [["b.c=2", "a=1"], ["b.c=2", "a=x"]]);
        assert!(sweep(&fixed, Some("a")).is_err());
    }
}

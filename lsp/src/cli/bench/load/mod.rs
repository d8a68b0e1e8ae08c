//! Measures the speed of tokens while the machine has other work: with threads that the engine chooses, with fixed
//! numbers of them, and from llama.cpp's own server.
//!
//! Each way of running a model is a process of its own, which is idle while another is measured. They alternate within
//! every round, so that other load on the machine affects all of them alike.

mod report;
mod server;
mod subject;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use codegen_engine::model::builtin;

use self::report::{Cell, Report};
use self::server::Server;
use self::subject::{Limits, Ours, Subject};
pub use self::subject::{WorkerArguments, work};
use super::eval::random_model;
use super::llama_server;
use super::noise::Noise;
use crate::cli::output;

/// What the machine does besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Load {
    /// Nothing that this program knows of
    Idle,
    /// A loop that never waits
    #[value(name = "1")]
    One,
    /// Two of them
    #[value(name = "2")]
    Two,
    /// Four of them
    #[value(name = "4")]
    Four,
    /// `cargo build` of a crate, again and again
    Build,
}

impl Load {
    const ALL: [Self; 5] = [Self::Idle, Self::One, Self::Two, Self::Four, Self::Build];

    const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::One => "1 busy loop",
            Self::Two => "2 busy loops",
            Self::Four => "4 busy loops",
            Self::Build => "cargo build",
        }
    }

    fn start(self) -> anyhow::Result<Noise> {
        match self {
            Self::Idle => Noise::loops(0),
            Self::One => Noise::loops(1),
            Self::Two => Noise::loops(2),
            Self::Four => Noise::loops(4),
            Self::Build => Noise::build(),
        }
    }
}

/// Arguments of this measurement.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp bench load --quick --only builtin")]
pub struct LoadArguments {
    /// Measure this often, and report medians
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = crate::cli::number::whole(1..=100u8))]
    rounds: u8,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Measure in about six minutes: three short rounds
    #[arg(long)]
    quick: bool,
    /// Only these loads, separated by commas [default: all]
    #[arg(long, value_name = "LOAD,…", value_delimiter = ',')]
    loads: Vec<Load>,
    /// Only this model, built-in or random weights in the shape of CodeGen-350M [default: both]
    #[arg(long, value_name = "builtin|350m")]
    only: Option<Model>,
    /// Compare with this llama-server, too
    #[arg(long, value_name = "FILE")]
    llama_server: Option<PathBuf>,
    /// Where the model of random weights is kept [default: where the built-in model is unpacked to]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// A model that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Model {
    /// The built-in model
    Builtin,
    /// Random weights in the shape of CodeGen-350M
    #[value(name = "350m")]
    Large,
}

/// Measures and prints.
pub(super) fn run(arguments: &LoadArguments) -> anyhow::Result<()> {
    let loads = if arguments.loads.is_empty() { &Load::ALL[..] } else { &arguments.loads };
    let models = [Model::Builtin, Model::Large].into_iter().filter(|model| arguments.only.is_none_or(|o| o == *model));
    let mut report = Report::default();
    for model in models {
        let (name, path) = match model {
            Model::Builtin => ("built-in", builtin::unpacked()?),
            Model::Large => ("350M", random_model(arguments.folder.as_deref())?),
        };
        let mut subjects = subjects(arguments, &path)?;
        for &load in loads {
            output::say(&format!("{name}, {} …", load.name()));
            report.cells.extend(measure(arguments, model, name, load, &mut subjects)?);
        }
    }
    output::print(&if arguments.json { report.json() } else { report.text() })
}

/// The ways of running a model, each started.
fn subjects(arguments: &LoadArguments, path: &std::path::Path) -> anyhow::Result<Vec<Box<dyn Subject>>> {
    let mut all: Vec<Box<dyn Subject>> = Vec::new();
    for threads in ["auto", "1", "2"] {
        all.push(Box::new(Ours::start(path, threads)?));
    }
    if let Some(program) = &arguments.llama_server {
        for threads in [1, 2] {
            all.push(Box::new(Server::start(program, path, threads)?));
        }
    }
    Ok(all)
}

/// Measures all subjects under one load.
fn measure(
    arguments: &LoadArguments,
    model: Model,
    name: &'static str,
    load: Load,
    subjects: &mut [Box<dyn Subject>],
) -> anyhow::Result<Vec<Cell>> {
    let limits = Limits::of(model, arguments.quick);
    let rounds = if arguments.quick { 3 } else { usize::from(arguments.rounds) };
    let mut cells: Vec<Cell> = subjects.iter().map(|subject| Cell::new(name, load.name(), subject.name())).collect();
    let noise = load.start()?;
    for round in 0..rounds {
        for turn in 0..subjects.len() {
            // The first subject changes from round to round.
            let index = (turn + round) % subjects.len();
            let (subject, cell) = (&mut subjects[index], &mut cells[index]);
            std::thread::sleep(llama_server::REST);
            cell.decode.push(subject.decode(&limits)?);
            cell.prefill.push(subject.prefill(&limits)?);
            cell.keys.extend(subject.keys(&limits)?);
        }
    }
    noise.end()?;
    Ok(cells)
}

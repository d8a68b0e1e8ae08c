//! `codegen-lsp model`: pulls, lists, converts, quantizes and inspects models.

mod here;
mod pull;

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use codegen_core::printable;
use codegen_engine::checkpoint::folder::locate;
use codegen_engine::gguf::{ModelError, TensorType};
use codegen_engine::model::adapter::{has_adapter, is_adapter};
use codegen_engine::model::inspect::size;
use codegen_engine::model::{self, FileReport, FileType, Progress, Recipe};
use indicatif::{ProgressBar, ProgressStyle};

use super::interrupt;
use super::output::{self, print};
use super::progress::{SILENCE, duration};
use crate::models;

pub(super) const EXAMPLES: &str = "\
Examples:
  codegen-lsp model pull codegen-350M-mono
  codegen-lsp model list
  codegen-lsp model convert my-codegen -o my-codegen.gguf
  codegen-lsp model quantize my-codegen.gguf smaller.gguf --type Q4_K_M
  codegen-lsp model inspect smaller.gguf";

/// What to do with a model's files.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Fetch a model by its name; a checkpoint is converted
    Pull(pull::Arguments),
    /// Print the models on this machine, or with --all those that can be pulled, too
    List(here::List),
    /// Remove models that were pulled
    Rm(here::Remove),
    /// Print where a model's file is
    Path(here::PathOf),
    /// Convert a Hugging Face CodeGen folder, or a LoRA adapter that peft has saved, to a GGUF file
    #[command(after_help = "\
Examples:
  codegen-lsp model convert codegen-350M-mono -o codegen-350M-mono.gguf --type Q4_K_M
  codegen-lsp model convert my-codegen/adapter --base codegen-350M-mono.gguf -o my-adapter.gguf")]
    Convert {
        /// The folder that holds config.json, the weights and the tokenizer, or a model's folder in the Hub's cache; or
        /// the one that holds adapter_config.json and the adapter
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The model that an adapter is for: its folder, a GGUF made of it, or builtin [default: the folder that the
        /// adapter names]
        #[arg(long, value_name = "DIR|FILE|NAME")]
        base: Option<String>,
        /// The file to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// How weights are stored: the smaller, the faster and the less precise [default: Q8_0; of an adapter, which is
        /// small, F32]
        #[arg(long = "type", value_name = "TYPE", ignore_case = true, value_parser = file_type())]
        file_type: Option<FileType>,
        /// Tensors that get another type
        #[command(flatten)]
        exceptions: Exceptions,
    },
    /// Write a GGUF file of any architecture again, with its weights in another type
    #[command(after_help = "\
Examples:
  codegen-lsp model quantize codegen-350M-mono-f16.gguf codegen-350M-mono-q4.gguf --type Q4_K_M")]
    Quantize {
        /// The file to read; best one of F16, BF16 or F32
        #[arg(value_name = "IN")]
        input: PathBuf,
        /// The file to write
        #[arg(value_name = "OUT")]
        output: PathBuf,
        /// How weights are stored: the smaller, the faster and the less precise
        #[arg(long = "type", value_name = "TYPE", ignore_case = true, value_parser = file_type())]
        file_type: FileType,
        /// Tensors that get another type
        #[command(flatten)]
        exceptions: Exceptions,
    },
    /// Print what a GGUF file holds
    #[command(after_help = "\
Examples:
  codegen-lsp model inspect builtin
  codegen-lsp model inspect codegen-350M-mono.gguf --json")]
    Inspect {
        /// The file, or a model's name
        #[arg(value_name = "FILE|NAME")]
        file: PathBuf,
        /// Print everything as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Tensors that get another type than the file's type says.
#[derive(Debug, Clone, Copy, Args)]
pub struct Exceptions {
    /// The token embedding's type; of a small model it is a large part, and it bears few bits well
    #[arg(long, value_name = "TYPE", ignore_case = true, value_parser = tensor_type())]
    pub token_embedding_type: Option<TensorType>,
    /// The LM head's type
    #[arg(long, value_name = "TYPE", ignore_case = true, value_parser = tensor_type())]
    pub output_type: Option<TensorType>,
}

impl Exceptions {
    fn recipe(self, file_type: FileType) -> Recipe {
        Recipe { file_type, token_embedding: self.token_embedding_type, output: self.output_type }
    }

    /// Refuses these flags for an adapter, which has one type.
    fn refuse(self) -> anyhow::Result<()> {
        if self.token_embedding_type.is_some() || self.output_type.is_some() {
            anyhow::bail!("--token-embedding-type and --output-type are for models, and this is an adapter");
        }
        Ok(())
    }
}

fn file_type() -> impl TypedValueParser<Value = FileType> {
    PossibleValuesParser::new(FileType::ALL.map(FileType::shown)).try_map(|name| name.parse::<FileType>())
}

fn tensor_type() -> impl TypedValueParser<Value = TensorType> {
    PossibleValuesParser::new(TensorType::ENCODABLE.map(TensorType::shown)).try_map(|name| name.parse::<TensorType>())
}

/// Runs the command.
///
/// # Errors
/// The files are not usable, or the result cannot be written.
pub fn run(command: ModelCommand) -> anyhow::Result<()> {
    match command {
        ModelCommand::Pull(arguments) => pull::run(&arguments),
        ModelCommand::List(arguments) => here::list(&arguments),
        ModelCommand::Rm(arguments) => here::remove(&arguments),
        ModelCommand::Path(arguments) => here::path(&arguments),
        ModelCommand::Convert { folder, base, output, file_type, exceptions } => {
            let base = base.map(located_name).transpose()?;
            let report = if is_adapter(&located(&folder)) || base.is_some() && has_adapter(&located(&folder)) {
                exceptions.refuse()?;
                let file_type = file_type.unwrap_or(FileType::F32);
                watched(|progress| model::convert_adapter(&folder, base.as_deref(), &output, file_type, progress))?
            } else if base.is_some() {
                anyhow::bail!("--base is for adapters, and {} holds no adapter_config.json", folder.display());
            } else {
                let recipe = exceptions.recipe(file_type.unwrap_or(FileType::Q8_0));
                watched(|progress| model::convert(&folder, &output, recipe, progress))?
            };
            print(&summary(&report, None))
        }
        ModelCommand::Quantize { input, output, file_type, exceptions } => {
            let recipe = exceptions.recipe(file_type);
            let report = watched(|progress| model::quantize(&input, &output, recipe, progress))?;
            print(&summary(&report, length(&input)))
        }
        ModelCommand::Inspect { file, json } => {
            let file = match file.to_str() {
                Some(name) => PathBuf::from(located_name(name.to_owned())?),
                None => file,
            };
            let inspection = model::inspect(&file)?;
            match json {
                true => output::json(&serde_json::to_string_pretty(&inspection)?),
                false => print(&inspection.to_string()),
            }
        }
    }
}

/// The path of the model that a text names; a path as it is.
fn located_name(text: String) -> anyhow::Result<String> {
    if Path::new(&text).exists() || models::locate::names()?.find(&text)?.is_none() {
        return Ok(text);
    }
    let path = models::locate(&text)?;
    path.into_os_string().into_string().map_err(|path| anyhow::anyhow!("{} is not in Unicode", path.display()))
}

/// The folder with the files of a folder in the Hub's cache. Problems in it are reported by the code that reads it.
fn located(folder: &Path) -> PathBuf {
    locate(folder).map_or_else(|_| folder.to_owned(), |found| found.folder)
}

fn length(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|about| about.len())
}

/// The payload that unwinds from the progress callback when the user interrupts.
struct Interrupted;

/// Runs a conversion with a progress bar, which is shown on terminals only, and notes on standard error. An interrupt
/// ends it by unwinding, so that the unfinished file is removed as after an error.
fn watched(
    convert: impl FnOnce(&mut dyn FnMut(Progress<'_>)) -> Result<FileReport, ModelError>,
) -> anyhow::Result<FileReport> {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {percent:>3} %  {msg}") {
        bar.set_style(style);
    }
    let interrupted = interrupt::flag();
    let begun = Instant::now();
    let mut said = begun;
    let mut progress = |progress: Progress<'_>| {
        if interrupted.load(Ordering::Relaxed) {
            resume_unwind(Box::new(Interrupted));
        }
        let rate = rate(progress.done, progress.total, begun.elapsed());
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(format!("{rate}  {}", printable::line(progress.tensor)));
        if bar.is_hidden() && said.elapsed() >= SILENCE {
            said = Instant::now();
            let percent = progress.done.saturating_mul(100).checked_div(progress.total).unwrap_or(0);
            output::say(&format!("{percent} %, {rate}"));
        }
    };
    let result = catch_unwind(AssertUnwindSafe(|| convert(&mut progress)));
    bar.finish_and_clear();
    match result {
        Ok(report) => {
            let report = report?;
            for note in &report.notes {
                output::note(note);
            }
            Ok(report)
        }
        Err(cause) if cause.is::<Interrupted>() => anyhow::bail!("interrupted; nothing was written"),
        Err(cause) => resume_unwind(cause),
    }
}

/// How many weights a second are written, and the time that is left.
#[allow(clippy::cast_precision_loss)]
fn rate(done: u64, total: u64, elapsed: Duration) -> String {
    let rate = done as f64 / elapsed.as_secs_f64().max(1e-3);
    if done == 0 {
        return "0 weights/s".to_owned();
    }
    let left = total.saturating_sub(done) as f64 / rate;
    format!("{:.1} million weights/s, {} left", rate / 1e6, duration(left))
}

/// One line with the file, its size, its parts and the time taken.
fn summary(report: &FileReport, before: Option<u64>) -> String {
    let mut line = format!("{}: {}", report.path.display(), size(report.bytes));
    if let Some(before) = before {
        let _ = write!(line, " (from {})", size(before));
    }
    let _ = write!(line, ", {:.1} million parameters", report.parameters as f64 / 1e6);
    for usage in &report.types {
        let _ = write!(line, ", {} {}", size(usage.bytes), usage.kind.shown());
    }
    let _ = writeln!(line, ", in {:.1} s", report.elapsed.as_secs_f64());
    line
}

#[cfg(test)]
mod tests {
    use codegen_engine::model::TypeUsage;

    use super::*;

    #[test]
    fn the_rate_and_the_time_left() {
        for (done, seconds, expected) in [
            (0, 0, "0 weights/s"),
            (50_000_000, 5, "10.0 million weights/s, 10 s left"),
            (150_000_000, 10, "15.0 million weights/s, 0 s left"),
            (1_000_000, 100, "0.0 million weights/s, 4 h left"),
        ] {
            let said = rate(done, 150_000_000, Duration::from_secs(seconds));
            assert_eq!(said.replace("4.1 h", "4 h"), expected);
        }
    }

    #[test]
    fn the_summary_is_one_line() {
        let usage = |kind, bytes| TypeUsage { kind, tensors: 1, bytes };
        let report = FileReport {
            path: "out.gguf".into(),
            bytes: 28_549_216,
            tensors: 77,
            parameters: 32_573_952,
            types: vec![usage(TensorType::F32, 272_384), usage(TensorType::Q6_K, 15_900_000)],
            notes: Vec::new(),
            elapsed: Duration::from_millis(740),
        };
        assert_eq!(
            summary(&report, Some(68_636_704)),
            "out.gguf: 28.5 MB (from 68.6 MB), 32.6 million parameters, 272.4 kB F32, 15.9 MB Q6_K, in 0.7 s\n"
        );
    }
}

//! `codegen-lsp model pull`: fetches a model by its name.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::Args;
use codegen_core::printable;
use codegen_engine::model::inspect::size;
use codegen_engine::model::{self, FileReport, FileType, Recipe};
use codegen_hub::remote::{Client, Environment, Observer, Progress};
use codegen_hub::{HubError, Name, Store};
use indicatif::{ProgressBar, ProgressStyle};

use super::super::interrupt;
use super::super::output::{self, print};
use super::super::progress::{SILENCE, duration};
use super::{file_type, watched};
use crate::models::pull::{Request, Watch, pull};
use crate::models::{locate, memory};

/// Arguments of `model pull`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp model pull codegen-350M-mono
  codegen-lsp model pull codegen-2B-multi --type Q5_K_M
  codegen-lsp model pull hf:OWNER/REPOSITORY:model.Q4_K_M.gguf
  codegen-lsp complete --model codegen-350M-mono file.py:6:9    afterwards, without a network

Models come from the Hugging Face Hub, or the mirror that HF_ENDPOINT names; HF_TOKEN is sent where one is needed. Files are \
checked by their hashes. After an interrupt, the same command goes on. HF_HUB_OFFLINE=1 forbids all of it.")]
pub struct Arguments {
    /// A release (`codegen-lsp model list --all` prints them), hf:OWNER/REPOSITORY[@REVISION][:FILE], or a name of your own
    #[arg(value_name = "NAME")]
    name: String,
    /// How a checkpoint's weights are stored, or which of several GGUFs is taken [default: by size and free memory]
    #[arg(long = "type", value_name = "TYPE", ignore_case = true, value_parser = file_type())]
    file_type: Option<FileType>,
    /// Fetch and convert it although it is here
    #[arg(long)]
    force: bool,
    /// Keep the checkpoint's weights, in the Hub's cache, once they are converted
    #[arg(long)]
    keep: bool,
}

/// Pulls the model, and prints where its file is.
///
/// # Errors
/// It is no name, or does not come.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Some(known) = locate::names()?.find(&arguments.name)? else {
        return Err(HubError::Name(format!(
            "{} is no model's name; `codegen-lsp model list --all` prints the releases, and others on the Hub are written \
             hf:OWNER/REPOSITORY[@REVISION][:FILE]",
            printable::line(&arguments.name)
        ))
        .into());
    };
    let Name::Hub(name) = known else {
        output::say("builtin is inside the program; nothing is fetched");
        return print(&format!("{}\n", model::resolve(model::resolve::BUILTIN)?.display()));
    };
    let (store, client) = (Store::of_user()?, Client::new(Environment::of_process()?)?);
    let request = Request {
        name: &name,
        file_type: arguments.file_type,
        force: arguments.force,
        keep: arguments.keep,
        memory: memory::free(),
    };
    let mut watcher = Watcher::new();
    let pulled = pull(&request, &store, &client, &mut watcher);
    watcher.bar.finish_and_clear();
    let pulled = pulled?;
    let (entry, bytes) = (&pulled.entry, size(pulled.entry.bytes));
    let kind = entry.file_type.as_ref().map_or_else(String::new, |kind| format!(", {kind}"));
    output::say(&match pulled.was_here {
        true => format!("{name} is here already ({bytes}{kind}); nothing was fetched"),
        false => format!("{name} is here ({bytes}{kind}); name it as --model {name}, or as the option `model`"),
    });
    print(&format!("{}\n", entry.file.display()))
}

/// Shows a pull: with a bar on a terminal, else with a line now and then.
struct Watcher {
    bar: ProgressBar,
    interrupted: Arc<AtomicBool>,
    begun: Instant,
    /// Bytes that were there when it began.
    before: Option<u64>,
    said: Instant,
}

impl Watcher {
    fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {percent:>3} %  {msg}") {
            bar.set_style(style);
        }
        let now = Instant::now();
        Self { bar, interrupted: interrupt::flag(), begun: now, before: None, said: now }
    }
}

impl Observer for Watcher {
    fn cancelled(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    fn progress(&mut self, Progress { file, done, total }: Progress<'_>) {
        let before = *self.before.get_or_insert(done);
        let rate = rate(done.saturating_sub(before), total.saturating_sub(done), self.begun.elapsed().as_secs_f64());
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.set_message(format!("{} of {}, {rate}  {}", size(done), size(total), printable::line(file)));
        if self.bar.is_hidden() && self.said.elapsed() >= SILENCE {
            self.said = Instant::now();
            output::say(&format!("{} of {}, {rate}", size(done), size(total)));
        }
    }

    fn note(&mut self, text: &str) {
        self.bar.suspend(|| output::note(text));
    }
}

impl Watch for Watcher {
    fn convert(&mut self, folder: &Path, output: &Path, recipe: Recipe) -> anyhow::Result<FileReport> {
        self.bar.finish_and_clear();
        watched(|progress| model::convert(folder, output, recipe, progress))
    }
}

/// How much comes in a second, and the time that is left.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn rate(come: u64, left: u64, seconds: f64) -> String {
    let rate = come as f64 / seconds.max(1e-3);
    match come {
        0 => "nothing yet".to_owned(),
        _ => format!("{}/s, {} left", size(rate as u64), duration(left as f64 / rate)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_and_the_time_left() {
        for (come, left, seconds, expected) in [
            (0, 10, 1.0, "nothing yet"),
            (10_000_000, 40_000_000, 2.0, "5.0 MB/s, 8 s left"),
            (10_000_000, 0, 2.0, "5.0 MB/s, 0 s left"),
        ] {
            assert_eq!(rate(come, left, seconds), expected);
        }
    }
}

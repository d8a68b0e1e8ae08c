//! The log: to standard error or a file, never to standard output.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context;
use codegen_core::printable;
use tracing_subscriber::EnvFilter;

/// What a server logs.
const SERVING: &str = "warn,codegen_lsp=info,codegen_engine=info";

/// Starts the log. `RUST_LOG` filters it; by default a server logs information, a command only errors.
///
/// # Errors
/// The file cannot be written, or the filter is invalid.
pub fn start(file: Option<&Path>, serving: bool) -> anyhow::Result<()> {
    let default = if serving { SERVING } else { "error" };
    let builder = tracing_subscriber::fmt().with_env_filter(filter(default)?);
    match file {
        None => builder.with_writer(|| Printable(std::io::stderr())).with_ansi(false).init(),
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let file = file.with_context(|| format!("cannot write the log {}", path.display()))?;
            builder.with_writer(Mutex::new(Printable(file))).with_ansi(false).init();
        }
    }
    Ok(())
}

/// Starts the log of a process whose server writes what it says into its own log, with the time.
///
/// # Errors
/// The filter is invalid.
pub fn start_for_server() -> anyhow::Result<()> {
    let builder = tracing_subscriber::fmt().with_env_filter(filter(SERVING)?).without_time();
    builder.with_writer(|| Printable(std::io::stderr())).with_ansi(false).init();
    Ok(())
}

/// What is logged.
fn filter(default: &str) -> anyhow::Result<EnvFilter> {
    match std::env::var("RUST_LOG") {
        Ok(filter) if !filter.is_empty() => {
            EnvFilter::try_new(&filter).with_context(|| format!("RUST_LOG is {filter:?}, which is no log filter"))
        }
        _ => Ok(EnvFilter::new(default)),
    }
}

/// Writes lines with control characters made visible: a log holds names and messages from files, and is read on
/// terminals.
struct Printable<W>(W);

impl<W: Write> Write for Printable<W> {
    /// Takes a whole event, as the subscriber writes it.
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write_all(printable::text(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

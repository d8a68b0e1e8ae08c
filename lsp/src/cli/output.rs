//! Standard output and standard error, written so that a reader that closes them early is no panic, and that nothing a file or
//! a model says commands a terminal.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};

use codegen_core::printable;

/// Writes what people read to standard output at once.
///
/// # Errors
/// Standard output is closed or full.
pub fn print(text: &str) -> anyhow::Result<()> {
    raw(&printable::text(text))
}

/// Writes JSON and a line end to standard output at once.
///
/// # Errors
/// Standard output is closed or full.
pub fn json(text: &str) -> anyhow::Result<()> {
    raw(&format!("{}\n", printable::json(text)))
}

/// Writes program text to standard output at once: exactly, for a file or a program to have; fit to be shown on a terminal.
///
/// # Errors
/// Standard output is closed or full.
pub fn program(text: &str) -> anyhow::Result<()> {
    raw(&shown(text, std::io::stdout().is_terminal()))
}

/// Program text as it is written to a stream.
#[must_use]
pub fn shown(text: &str, terminal: bool) -> Cow<'_, str> {
    if terminal { printable::text(text) } else { Cow::Borrowed(text) }
}

/// Writes `text` to standard output as it is, at once.
///
/// # Errors
/// Standard output is closed or full.
pub fn raw(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Writes a line for people to standard error. Where nobody reads it, it is not missed.
pub fn remark(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", printable::text(text));
}

/// Writes `text` to standard error as it is. Where nobody reads it, it is not missed.
pub fn aside(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Whether an error only says that nobody reads the output any more.
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

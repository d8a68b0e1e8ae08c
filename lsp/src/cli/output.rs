//! Standard output and standard error. A reader that closes them early causes no panic, and texts of a file or a model
//! cannot control a terminal.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};

use codegen_core::printable;

/// Writes text for people to standard output at once.
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

/// Writes code to standard output at once: unchanged to a file or a program, printable to a terminal.
///
/// # Errors
/// Standard output is closed or full.
pub fn program(text: &str) -> anyhow::Result<()> {
    raw(&shown(text, std::io::stdout().is_terminal()))
}

/// Code as it is written to a stream.
#[must_use]
pub fn shown(text: &str, terminal: bool) -> Cow<'_, str> {
    if terminal { printable::text(text) } else { Cow::Borrowed(text) }
}

/// Writes `text` to standard output unchanged, at once.
///
/// # Errors
/// Standard output is closed or full.
pub fn raw(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Writes a line for people to standard error. Errors of writing are ignored.
pub fn remark(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", printable::text(text));
}

/// Writes `text` to standard error unchanged. Errors of writing are ignored.
pub fn aside(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Whether an error only means that the reader has closed the output.
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

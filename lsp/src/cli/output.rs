//! Standard output and standard error. A reader that closes them early causes no panic, and texts of a file or a model
//! cannot control a terminal.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU8, Ordering};

use codegen_core::printable;

/// How much is told on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Loudness {
    /// Errors only.
    Quiet,
    /// Warnings, notes and lines about the work, too.
    Usual,
    /// Also what it cost, and what was weighed.
    Verbose,
}

static LOUDNESS: AtomicU8 = AtomicU8::new(Loudness::Usual as u8);

/// Sets the loudness of the whole program.
pub fn set_loudness(loudness: Loudness) {
    LOUDNESS.store(loudness as u8, Ordering::Relaxed);
}

fn told_at(least: Loudness) -> bool {
    LOUDNESS.load(Ordering::Relaxed) >= least as u8
}

/// Tells why something was not done. It is told always.
pub fn error(text: &str) {
    remark(&format!("error: {text}"));
}

/// Tells what may be wrong with a result, unless `-q` is given.
pub fn warning(text: &str) {
    if told_at(Loudness::Usual) {
        remark(&format!("warning: {text}"));
    }
}

/// Tells what is good to know, unless `-q` is given.
pub fn note(text: &str) {
    if told_at(Loudness::Usual) {
        remark(&format!("note: {text}"));
    }
}

/// Writes a line about the work or its end, unless `-q` is given.
pub fn say(text: &str) {
    if told_at(Loudness::Usual) {
        remark(text);
    }
}

/// Writes a line of statistics if `-v` is given.
pub fn detail(text: &str) {
    if told_at(Loudness::Verbose) {
        remark(text);
    }
}

/// A number of things, in words: `1 turn`, `2 turns`.
#[must_use]
pub fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

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

/// Whether an error only means that the reader has closed the output.
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

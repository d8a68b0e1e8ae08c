//! Runs other programs, and reports on them to the user.
#![allow(clippy::print_stdout, reason = "stdout is where this program talks to its user")]

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

thread_local! {
    /// Where this thread's output is kept, if it is.
    static KEPT: RefCell<Option<File>> = const { RefCell::new(None) };
}

pub fn say(text: &str) {
    let kept = KEPT.with_borrow_mut(|kept| kept.as_mut().map(|file| writeln!(file, "{text}")));
    match kept {
        Some(Ok(())) => {}
        // Rather at the wrong time than nowhere, as on a full disk.
        Some(Err(_)) | None => println!("{text}"),
    }
}

/// Runs the work with what this thread says, and what the programs say that it [shows](shown), kept in a file; then shows
/// all of it at once.
///
/// # Errors
/// If there is no room for such a file; the work's own errors are in the value.
pub fn keeping_output<T>(work: impl FnOnce() -> T) -> Result<T> {
    let mut file = tempfile::tempfile().context("cannot keep a step's output in a temporary file")?;
    KEPT.set(Some(file.try_clone()?));
    let done = work();
    KEPT.set(None);
    let mut text = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut text)?;
    // One write, so that nothing of another thread's stands in between.
    print!("{}", String::from_utf8_lossy(&text));
    std::io::stdout().flush()?;
    Ok(done)
}

/// Runs one step, with a line before it and one after it that says how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(&format!("\n== {name}"));
    let start = Instant::now();
    let done = work();
    let seconds = start.elapsed().as_secs_f64();
    match &done {
        Ok(_) => say(&format!("== {name}: done in {seconds:.1} s")),
        Err(_) => say(&format!("== {name}: FAILED after {seconds:.1} s")),
    }
    done
}

/// The cargo that runs this program, in the repository's root.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Runs the program with its output shown; an error if it fails.
pub fn shown(command: &mut Command) -> Result<()> {
    say(&format!("$ {}", words(command)));
    if let Some(file) = KEPT.with_borrow(|kept| kept.as_ref().map(File::try_clone)) {
        let file = file.context("cannot keep a program's output")?;
        command.stderr(file.try_clone()?).stdout(file);
    }
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("cannot run {}", words(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", words(command));
    }
    Ok(())
}

/// Runs the program and returns what it wrote to stdout; if it fails, what it wrote is in the error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {}", words(command)))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("{} ended with {}:\n{stdout}{stderr}", words(command), output.status);
    }
    Ok(stdout)
}

/// Whether the program can be run and succeeds; nothing is shown.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Returns the path of the program on PATH.
pub fn on_path(program: impl AsRef<OsStr>) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(program.as_ref())).find(|path| path.is_file())
}

/// A browser of Chromium's family.
pub fn browser() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(on_path)
}

/// Returns the command as a user would type it, without shortening long paths.
fn words(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

//! The program, started in different ways, and what it is asked to do.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A file to complete, and the place in it where a line is open.
const FILE: &str = "import json\n\n\ndef load_settings(path):\n    with open(path) as file:\n        ";

/// The program in a folder, or one that is run by another program, such as an emulator.
#[derive(Debug, Clone)]
pub struct Program {
    /// What is started, and with which arguments before the program's own.
    start: Vec<std::ffi::OsString>,
    /// The program's path, as whoever is started sees it.
    pub path: PathBuf,
    /// Its home and its caches, as whoever is started sees them.
    home: PathBuf,
    /// A folder of this system for the working directory.
    work: PathBuf,
    /// A folder in which the system is told to look for libraries.
    libraries: Option<PathBuf>,
}

/// What a run of the program said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub output: String,
    pub log: String,
}

impl Program {
    /// The program of a folder, with a home of its own.
    pub fn new(folder: &Path, home: &Path) -> Self {
        let path = folder.join("codegen-lsp");
        Self { start: Vec::new(), path, home: home.to_owned(), work: home.to_owned(), libraries: None }
    }

    /// The same program, at another path.
    pub fn at(&self, path: &Path) -> Self {
        Self { path: path.to_owned(), ..self.clone() }
    }

    /// The same program, run by another one, which is given these arguments first.
    pub fn through(&self, start: Vec<std::ffi::OsString>) -> Self {
        Self { start, ..self.clone() }
    }

    /// The same program, with another working directory.
    pub fn within(&self, work: &Path) -> Self {
        Self { work: work.to_owned(), ..self.clone() }
    }

    /// The same program, with libraries of this folder preferred by the system.
    pub fn preferring(&self, libraries: &Path) -> Self {
        Self { libraries: Some(libraries.to_owned()), ..self.clone() }
    }

    /// The command that starts the program with nothing of the user's own.
    pub fn command(&self) -> Command {
        let mut words = self.start.iter().cloned().chain([self.path.clone().into_os_string()]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).current_dir(&self.work).env_clear();
        for (variable, folder) in [("HOME", ""), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")] {
            command.env(variable, self.home.join(folder));
        }
        command.env("CODEGEN_LSP_STATISTICS", "off").env("PATH", "/usr/bin:/bin");
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str], input: &str) -> Result<Said> {
        let mut command = self.command();
        command.args(arguments).env("RUST_LOG", "codegen_engine=info");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {}", self.path.display()))?;
        let mut stdin = child.stdin.take().context("the program has no input")?;
        let input = input.to_owned();
        let writer = std::thread::spawn(move || {
            // A program that does not read its input has ended, or needs none.
            let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
        });
        let output = child.wait_with_output().context("the program cannot be waited for")?;
        let _ = writer.join();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Said { code: output.status.code(), output: text(&output.stdout), log: text(&output.stderr) })
    }

    /// Has it complete a line of Python.
    pub fn try_to_complete(&self) -> Result<Said> {
        self.run(&["complete", "-:6:9", "--threads", "1"], FILE)
    }

    /// Completes a line of Python, and returns the variant of the CPU code that did it.
    pub fn complete(&self) -> Result<String> {
        let said = self.try_to_complete()?;
        let variant = variant(&said.log);
        match variant {
            Some(variant) if said.code == Some(0) && !said.output.trim().is_empty() => Ok(variant),
            _ => bail!("{} does not complete a file: {said:?}", self.path.display()),
        }
    }
}

/// Reads from the log which variant of the CPU code was loaded: `llama.cpp's libraries loaded libraries="cpu-x64"`.
fn variant(log: &str) -> Option<String> {
    let (_, names) = log.split_once("libraries loaded libraries=\"")?;
    let names = names.split_once('"')?.0;
    names.split(", ").find_map(|name| name.strip_prefix("cpu-")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::variant;

    #[test]
    fn the_log_names_the_variant() {
        let log =
            "2026-01-01T00:00:00Z  INFO codegen_engine: llama.cpp's libraries loaded libraries=\"vulkan, cpu-zen4\"\n";
        assert_eq!(variant(log).as_deref(), Some("zen4"));
        assert_eq!(variant("model loaded"), None);
    }
}

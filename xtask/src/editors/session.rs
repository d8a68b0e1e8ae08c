//! An editor that is open on a file, and the server that it has started.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::run;
use crate::terminal::{LIMIT, PAUSE, Terminal};
use crate::workspace::{self, Workspace};

/// The file's contents before anything is written: a line to complete, and a prompt.
const FILE: &str = "def add(a, b):\n    return\n\n# Create a list called scores with the values 72, 95 and 58.\n";

/// The line to complete.
const LINE: &str = "    return";

/// What to search for to get to the prompt.
pub const PROMPT: &str = "Create a list";

/// The title of the code action that writes the code of a prompt.
pub const ACTION: &str = "Write code for this prompt";

/// An editor with its own home.
pub struct Session {
    name: String,
    home: PathBuf,
    file: PathBuf,
    pub terminal: Terminal,
}

/// What is prepared before an editor is started.
pub struct Home {
    pub folder: PathBuf,
    /// The file to open.
    pub file: PathBuf,
}

impl Home {
    /// Creates a home for the editor of that name, with the file and with a `codegen-lsp` for `PATH`, as users have it.
    pub fn new(workspace: &Workspace, name: &str) -> Result<Self> {
        let folder = workspace.scratch(&format!("editors-{name}"))?;
        let project = folder.join("project");
        workspace::create(&project)?;
        workspace::create(&folder.join("bin"))?;
        let file = project.join("sum.py");
        write(&file, FILE)?;
        let program = folder.join("bin/codegen-lsp");
        // Records the process, to see whether it ends.
        let script = format!(
            "#!/bin/sh\necho $$ >>'{home}/servers'\nexec '{server}' \"$@\" 2>>'{home}/server.log'\n",
            home = folder.display(),
            server = workspace.server().display()
        );
        write(&program, &script)?;
        #[cfg(unix)]
        fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        Ok(Self { folder, file })
    }

    /// Copies a file of the repository's `editors` to a place in the home.
    pub fn put(&self, workspace: &Workspace, from: &str, to: &str) -> Result<()> {
        let (from, to) = (workspace.root.join("editors").join(from), self.folder.join(to));
        if let Some(folder) = to.parent() {
            workspace::create(folder)?;
        }
        fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display())).map(drop)
    }

    /// Starts the editor in a terminal.
    pub fn open(self, name: &str, mut editor: Command) -> Result<Session> {
        run::say(&format!("\n{name}"));
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::env::join_paths([self.folder.join("bin")].into_iter().chain(std::env::split_paths(&paths)))?;
        editor.env("PATH", paths).env("HOME", &self.folder).current_dir(&self.folder);
        for (variable, folder) in [
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_RUNTIME_DIR", "runtime"),
        ] {
            let folder = self.folder.join(folder);
            workspace::create(&folder)?;
            editor.env(variable, folder);
        }
        let terminal = Terminal::start(name, &editor)?;
        Ok(Session { name: name.to_owned(), home: self.folder, file: self.file, terminal })
    }
}

impl Session {
    /// Waits until the file is on the screen and the server's model is loaded, which is after its client has been
    /// initialized.
    pub fn ready(&self) -> Result<()> {
        self.terminal.wait("the file", |screen| screen.contains(PROMPT))?;
        self.terminal.wait("the server", |_| self.log().contains(" ready: ")).map(drop)
    }

    /// Waits until the line that was to be completed goes on.
    pub fn completed(&self) -> Result<()> {
        self.terminal.wait("a completion in the buffer", |screen| screen.lines().any(is_completed)).map(drop)
    }

    /// Goes to the line to complete, and takes the menu's entry, in an editor with Vim's keys.
    pub fn complete_by_menu(&self) -> Result<()> {
        self.terminal.keys(&["j", "A", "Space"])?;
        self.terminal.wait("a menu", |screen| screen.contains("codegen"))?;
        self.terminal.keys(&["C-n"])?;
        self.completed()
    }

    /// Leaves insert mode, goes to the prompt, and asks for its code actions by an editor's command.
    pub fn ask_for_actions(&self, command: &str) -> Result<()> {
        self.terminal.keys(&["Escape"])?;
        self.terminal.text(&format!("/{PROMPT}\n"))?;
        self.terminal.text(&format!(":{command}\n"))?;
        self.terminal.wait("the code actions", |screen| screen.contains(ACTION)).map(drop)
    }

    /// Waits until there is code below the prompt.
    pub fn written(&self) -> Result<()> {
        self.terminal
            .wait("code below the prompt", |screen| {
                let mut lines = screen.lines().skip_while(|line| !line.contains(PROMPT)).skip(1);
                lines.any(|line| line.contains("scores"))
            })
            .map(drop)
    }

    /// Waits until the editor and its servers have ended. Returns the saved file, after a look at it: something must
    /// have been completed, and code be below the prompt unless `written` is false.
    pub fn close(self, written: bool) -> Result<()> {
        self.terminal.ended()?;
        self.servers_end()?;
        let saved = fs::read_to_string(&self.file)?;
        if !saved.lines().any(is_completed) {
            bail!("{}: in the saved file nothing has been completed:\n{saved}", self.name);
        }
        let below: Vec<&str> = saved.lines().skip_while(|line| !line.contains(PROMPT)).skip(1).collect();
        if written != below.iter().any(|line| line.contains("scores")) {
            bail!("{}: this is not what was to be saved:\n{saved}", self.name);
        }
        run::say(&format!("saved, and its server has ended:\n{saved}"));
        Ok(())
    }

    /// Waits until the servers that the editor has started are gone.
    fn servers_end(&self) -> Result<()> {
        let started = fs::read_to_string(self.home.join("servers")).context("the editor has started no server")?;
        let start = Instant::now();
        for process in started.lines() {
            while is_alive(process) {
                if start.elapsed() > LIMIT {
                    bail!("{} has ended, but its server (process {process}) has not{}", self.name, self.log());
                }
                sleep(PAUSE);
            }
        }
        Ok(())
    }

    /// The end of the server's log, for messages.
    fn log(&self) -> String {
        let log = fs::read_to_string(self.home.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let mut told = String::new();
        for line in lines.iter().skip(lines.len().saturating_sub(20)) {
            let _ = write!(told, "\n  {line}");
        }
        told
    }
}

/// Whether the line, with or without a line number before it, is the one to complete, and goes on.
fn is_completed(line: &str) -> bool {
    line.split_once(LINE).is_some_and(|(_, rest)| rest.trim().len() > 1)
}

/// Whether a process is running: there is one, and it is no zombie.
fn is_alive(process: &str) -> bool {
    let status = Path::new("/proc").join(process).join("stat");
    // The state follows the name, which is in brackets and may hold some itself.
    fs::read_to_string(status).is_ok_and(|stat| stat.rsplit_once(") ").is_none_or(|(_, rest)| !rest.starts_with('Z')))
}

/// Writes a file of the home.
pub fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::is_completed;

    #[test]
    fn a_completed_line_goes_on() {
        assert!(is_completed("    return a + b") && is_completed("    2      return a + b   "));
        assert!(!is_completed("    return ") && !is_completed("def add(a, b):") && !is_completed("return a + b"));
    }
}

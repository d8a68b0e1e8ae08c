//! Terminal programs as a person sees them: in tmux, by keys and by what stands on the screen.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::run;

/// Generous, because a loaded machine loads the model slowly; no wait lasts longer than necessary.
pub const LIMIT: Duration = Duration::from_secs(120);

/// The time between two looks at what is waited for.
pub const PAUSE: Duration = Duration::from_millis(50);

/// A separate tmux server, which ends when this value is dropped.
pub struct Terminal {
    socket: PathBuf,
    /// The program's name, for messages.
    name: String,
}

impl Terminal {
    /// Starts the program, with its arguments and its changes of the environment, in a terminal of 100 columns and 30
    /// lines.
    pub fn start(name: &str, program: &Command) -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // A socket's path may have 107 bytes only, so it cannot lie in the target folder.
        let socket = std::env::temp_dir().join(format!("codegen-xtask-{}-{number}", std::process::id()));
        let terminal = Self { socket, name: name.to_owned() };
        let mut command = terminal.tmux();
        command.args(["-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30"]);
        command.arg(program.get_program()).args(program.get_args());
        command.env("LC_ALL", "C.UTF-8");
        for (variable, value) in program.get_envs() {
            match value {
                Some(value) => command.env(variable, value),
                None => command.env_remove(variable),
            };
        }
        if let Some(folder) = program.get_current_dir() {
            command.current_dir(folder);
        }
        run::output(&mut command)?;
        Ok(terminal)
    }

    fn tmux(&self) -> Command {
        let mut command = Command::new("tmux");
        // Inside another tmux it would refuse to nest.
        command.env_remove("TMUX").arg("-u").arg("-S").arg(&self.socket);
        command
    }

    /// Presses keys, by tmux' names of them: `Space`, `Enter`, `C-x`, `a`.
    pub fn keys(&self, keys: &[&str]) -> Result<()> {
        run::output(self.tmux().arg("send-keys").args(keys)).map(drop)
    }

    /// Types a text.
    pub fn text(&self, text: &str) -> Result<()> {
        run::output(self.tmux().args(["send-keys", "-l"]).arg(text)).map(drop)
    }

    /// Polls the screen until `there` holds for it, and returns it.
    pub fn wait(&self, what: &str, there: impl Fn(&str) -> bool) -> Result<String> {
        let start = Instant::now();
        loop {
            let screen = self.screen()?;
            if there(&screen) {
                return Ok(screen);
            }
            if start.elapsed() > LIMIT {
                bail!("waited {} s in vain for {what}; on the screen stands\n{screen}", LIMIT.as_secs());
            }
            sleep(PAUSE);
        }
    }

    fn screen(&self) -> Result<String> {
        let gone = || format!("{}'s terminal is gone", self.name);
        run::output(self.tmux().args(["capture-pane", "-p"])).with_context(gone)
    }

    /// Waits until the program has ended, and its terminal with it.
    pub fn ended(&self) -> Result<()> {
        let start = Instant::now();
        while let Ok(screen) = self.screen() {
            if start.elapsed() > LIMIT {
                bail!("waited {} s in vain for {} to end; on the screen stands\n{screen}", LIMIT.as_secs(), self.name);
            }
            sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // If its program has ended, there is nothing to kill.
        run::succeeds(self.tmux().arg("kill-server"));
        let _ = std::fs::remove_file(&self.socket);
    }
}

//! Finds the interpreter, and what its programs have to see of the file system.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::SandboxError;
use super::job::Entries;

const PROBE: &str = include_str!("probe.py");
/// How long an interpreter may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(20);
/// The oldest Python that the supervisor is written for.
const OLDEST: (u32, u32) = (3, 8);

/// An interpreter that is known to work.
#[derive(Debug)]
pub(super) struct Python {
    /// The interpreter itself, where a wrapper such as pyenv's was named.
    pub(super) executable: PathBuf,
    /// Its path, and the files and links it needs, as the supervisor wants to have them.
    pub(super) view: Entries,
}

impl Python {
    /// Asks `python`, a path or a name in `PATH`.
    pub(super) fn find(python: &Path) -> Result<Self, SandboxError> {
        let named = look_up(python)?;
        // A wrapper may need the whole environment to find the interpreter; the interpreter itself must do without.
        let script = "import os, sys; sys.stdout.buffer.write(b'python ' + os.fsencode(sys.executable).hex().encode())";
        let mut asked = Command::new(&named);
        asked.args(["-I", "-S", "-c", script]);
        let executable = answers(&ask(asked, &named)?, "python").into_iter().next().and_then(|words| path(&words));
        let Some(executable) = executable else {
            return Err(no_python(&named, "it does not say where it is"));
        };
        let mut asked = Command::new(&executable);
        asked.args(["-s", "-c", PROBE]).env_clear().envs(std::env::var_os("HOME").map(|home| ("HOME", home)));
        asked.env("PYTHONSAFEPATH", "1").current_dir("/");
        let said = ask(asked, &executable)?;
        check_version(&said, &executable)?;
        Ok(Self { view: view(&said), executable })
    }
}

/// Where `python` is: the first of that name in `PATH` that can be run.
fn look_up(python: &Path) -> Result<PathBuf, SandboxError> {
    if python.components().count() > 1 {
        return if is_program(python) {
            std::path::absolute(python).map_err(|e| no_python(python, &e.to_string()))
        } else {
            Err(no_python(python, "there is no such program"))
        };
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(python)).find(|path| is_program(path));
    found.ok_or_else(|| no_python(python, "there is no such program in PATH"))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// Runs a command that answers in few lines, and gives up on it when it takes too long.
fn ask(mut command: Command, name: &Path) -> Result<String, SandboxError> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| no_python(name, &e.to_string()))?;
    let begun = Instant::now();
    // The answer fits into a pipe, so nobody waits for it to be read.
    while child.try_wait().map_err(|e| no_python(name, &e.to_string()))?.is_none() {
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return Err(no_python(name, &format!("it has not answered within {} s", PATIENCE.as_secs())));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().map_err(|e| no_python(name, &e.to_string()))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let last = stderr.lines().last().unwrap_or_default();
        return Err(no_python(name, &format!("it ended with {}: {last}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The words after `key`, of each line that begins with it.
fn answers(said: &str, key: &str) -> Vec<Vec<String>> {
    let lines = said.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
    lines.map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

fn check_version(said: &str, executable: &Path) -> Result<(), SandboxError> {
    let version = answers(said, "version").concat().join(" ");
    let parsed = version.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    match parsed {
        Some(parsed) if parsed >= OLDEST => Ok(()),
        _ => Err(no_python(
            executable,
            &format!("it is Python {version}, and {}.{} is the oldest that will do", OLDEST.0, OLDEST.1),
        )),
    }
}

fn view(said: &str) -> Entries {
    let mut entries = Entries::default();
    for key in ["python", "bind", "link"] {
        for words in answers(said, key) {
            let parts: Vec<Vec<u8>> = words.iter().filter_map(|word| bytes(word)).collect();
            entries.add(key, &parts.join(&0));
        }
    }
    entries
}

/// Paths come in hexadecimal, because they may hold any bytes.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = hex.chars().map(|c| c.to_digit(16)).collect();
    digits?.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + *pair.get(1)?).ok()).collect()
}

fn path(words: &[String]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let path = PathBuf::from(std::ffi::OsString::from_vec(bytes(words.first()?)?));
    path.is_absolute().then_some(path)
}

fn no_python(name: &Path, what: &str) -> SandboxError {
    SandboxError::NoPython { reason: format!("`{}`: {what}", name.display()) }
}

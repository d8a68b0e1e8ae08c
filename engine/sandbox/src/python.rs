//! Finds the interpreter, and the parts of the file system that its programs need to see.
//!
//! The interpreter is trusted, because the supervisor runs on it; the packages installed in it are not. So it is first
//! probed outside the sandbox, with `-I -S` in an empty folder, and then once more inside, where `site` runs the
//! packages' code.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::job::Entries;
use super::{Job, Limits, Outcome, Report, SandboxError};

const PROBE: &str = include_str!("probe.py");
/// How long an interpreter may take to answer the probe.
const PATIENCE: Duration = Duration::from_secs(20);
/// The oldest Python that the supervisor is written for.
const OLDEST: (u32, u32) = (3, 8);
/// Maximum size of its answer, in bytes.
const ANSWER: usize = 4 << 20;
/// Maximum number of interpreters remembered.
const KNOWN: usize = 16;

/// An interpreter that has been found to work.
#[derive(Debug)]
pub(super) struct Python {
    /// The interpreter itself, even if the caller named a wrapper such as pyenv's.
    pub(super) executable: PathBuf,
    /// Its path, and the files and links it needs, in the supervisor's format.
    pub(super) view: Entries,
}

/// An interpreter that has been probed, and the file dates for which its answer is valid.
struct Asked {
    named: PathBuf,
    python: Arc<Python>,
    /// The program and the folders that packages are installed into, with their modification times.
    stamps: Vec<(PathBuf, Option<SystemTime>)>,
}

static ASKED: Mutex<Vec<Asked>> = Mutex::new(Vec::new());

/// Runs a job in the sandbox with an interpreter that has been probed only outside so far.
type Inside<'a> = &'a dyn Fn(Python, &Job, &Limits) -> Result<Report, SandboxError>;

impl Python {
    /// Probes `python`, a path or a name in `PATH`, unless it has been probed since it or its packages last changed.
    /// `inside` runs the probe in the sandbox.
    pub(super) fn find(python: &Path, inside: Inside<'_>) -> Result<Arc<Self>, SandboxError> {
        let named = look_up(python)?;
        let known =
            |asked: &&Asked| asked.named == named && asked.stamps.iter().all(|(path, at)| modified(path) == *at);
        if let Some(asked) = remembered().iter().find(known) {
            return Ok(Arc::clone(&asked.python));
        }
        let executable = executable(&named)?;
        let mut question = Command::new(&executable);
        question.args(["-I", "-S", "-c", PROBE]).env_clear().envs(home().map(|home| ("HOME", home)));
        let outside = ask(question, &executable)?;
        check_version(&outside, &executable)?;
        let inside = ask_inside(&executable, &outside, inside)?;
        let python = Arc::new(Self { view: view(&[&outside, &inside]), executable });
        remember(named, &python, &inside);
        Ok(python)
    }
}

/// Returns the interpreter that a program is or leads to. A wrapper may need the whole environment to find it.
fn executable(named: &Path) -> Result<PathBuf, SandboxError> {
    let script = "import os, sys; sys.stdout.buffer.write(b'python ' + os.fsencode(sys.executable).hex().encode())";
    let mut question = Command::new(named);
    question.args(["-I", "-S", "-c", script]);
    let said = ask(question, named)?;
    let executable = answers(&said, "python").into_iter().next().and_then(|words| path(&words));
    executable.ok_or_else(|| no_python(named, "it does not say where it is"))
}

/// Returns the interpreter's answer inside the sandbox, which shows it the files that it named outside.
fn ask_inside(executable: &Path, outside: &str, inside: Inside<'_>) -> Result<String, SandboxError> {
    use std::os::unix::ffi::OsStringExt;
    let mut view = view(&[outside]);
    view.add("flag", b"-I");
    let bare = Python { executable: executable.to_owned(), view };
    let files = home().map(|home| ("users-home".to_owned(), home.into_vec())).into_iter().collect();
    let limits = Limits { wall: PATIENCE, cpu: PATIENCE, output: ANSWER, ..Limits::default() };
    let job = Job { program: PROBE.to_owned(), files, clock: None };
    let report = inside(bare, &job, &limits)?;
    if report.outcome == Outcome::Passed {
        return Ok(report.stdout);
    }
    let last = report.stderr.lines().last().unwrap_or_default();
    Err(no_python(executable, &format!("it cannot say what it needs: {:?} {last}", report.outcome)))
}

fn home() -> Option<std::ffi::OsString> {
    std::env::var_os("HOME")
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|about| about.modified()).ok()
}

fn remembered() -> std::sync::MutexGuard<'static, Vec<Asked>> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers the answer. A wrapper is probed again each time, because it may lead to another interpreter.
fn remember(named: PathBuf, python: &Arc<Python>, said: &str) {
    let real = |path: &Path| path.canonicalize().ok();
    if real(&named).is_none() || real(&named) != real(&python.executable) {
        return;
    }
    let packages = answers(said, "packages").into_iter().filter_map(|words| path(&words));
    let stamps =
        packages.chain([named.clone()]).map(|path| (modified(&path), path)).map(|(at, path)| (path, at)).collect();
    let mut all = remembered();
    all.retain(|asked| asked.named != named);
    all.truncate(KNOWN - 1);
    all.insert(0, Asked { named, python: Arc::clone(python), stamps });
}

/// Returns the path of `python`: the first file of that name in `PATH` that can be executed.
fn look_up(python: &Path) -> Result<PathBuf, SandboxError> {
    if python.components().count() > 1 {
        return if is_program(python) {
            std::path::absolute(python).map_err(|e| no_python(python, &e.to_string()))
        } else {
            Err(no_python(python, "there is no such program"))
        };
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    // A relative folder would mean a program in whatever folder the server was started in.
    let folders = std::env::split_paths(&folders).filter(|folder| folder.is_absolute());
    let found = folders.map(|folder| folder.join(python)).find(|path| is_program(path));
    found.ok_or_else(|| no_python(python, "there is no such program in PATH"))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// Runs a command that prints a short answer, and gives up when it takes too long.
fn ask(mut command: Command, name: &Path) -> Result<String, SandboxError> {
    // Wrappers look for their settings in the working directory, which may be a workspace.
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| no_python(name, &e.to_string()))?;
    let begun = Instant::now();
    // The answer fits into a pipe, so the command does not block on output that is not read yet.
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

/// Returns the words after `key` in each line that begins with it.
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

/// Returns the paths to show to the program, each once. A path inside a folder that is shown needs no entry.
fn view(said: &[&str]) -> Entries {
    let mut entries = Entries::default();
    let all = |key| -> BTreeSet<Vec<Vec<u8>>> {
        let lines = said.iter().flat_map(|said| answers(said, key));
        lines.map(|words| words.iter().filter_map(|word| bytes(word)).collect()).collect()
    };
    let folders: BTreeSet<PathBuf> =
        said.iter().flat_map(|said| answers(said, "bind")).filter_map(|w| path(&w)).collect();
    let inside = |path: &Path| path.ancestors().skip(1).any(|folder| folders.contains(folder));
    for python in all("python").into_iter().take(1) {
        entries.add("python", &python.concat());
    }
    for folder in folders.iter().filter(|folder| !inside(folder)) {
        entries.add("bind", folder.as_os_str().as_encoded_bytes());
    }
    for link in all("link") {
        entries.add("link", &link.join(&0));
    }
    entries
}

/// Decodes a hexadecimal path; paths may hold any bytes.
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

//! Runs a job in the most isolated mode that the system allows.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::job::{Entries, whole_seconds};
use super::python::Python;
use super::supervisor::{Heard, supervise};
use super::{Isolation, Job, Limits, Means, Outcome, Report, SandboxError, outcome};

/// The supervisor's modes, from the most isolated to the least.
const MODES: [(&str, Means); 4] =
    [("root", Means::All), ("user", Means::UserNamespaces), ("landlock", Means::Landlock), ("limits", Means::Limits)];

/// What [`super::Sandbox`] is on Unix.
#[derive(Debug, Clone)]
pub(super) struct Inner {
    python: Arc<Python>,
    /// The first of `MODES` that has not been refused for good.
    first: Arc<AtomicUsize>,
}

/// What came of an attempt in one mode.
enum Attempt {
    Ran(Box<Report>),
    /// The system does not allow it; whether that will stay so, and why.
    Refused(bool, String),
}

impl Inner {
    pub(super) fn new(python: &Path) -> Result<Self, SandboxError> {
        let python = Arc::new(Python::find(python)?);
        let first = if !cfg!(target_os = "linux") {
            MODES.len() - 1
        } else if rustix::process::geteuid().is_root() {
            0
        } else {
            1
        };
        Ok(Self { python, first: Arc::new(AtomicUsize::new(first)) })
    }

    pub(super) fn at_most(self, means: Means) -> Self {
        let allowed = MODES.iter().position(|(_, needed)| *needed <= means).unwrap_or(MODES.len() - 1);
        let first = allowed.max(self.first.load(Ordering::Relaxed));
        Self { first: Arc::new(AtomicUsize::new(first)), ..self }
    }

    pub(super) fn run(&self, job: &Job, limits: &Limits, cancel: &AtomicBool) -> Result<Report, SandboxError> {
        let mut refusals = Vec::new();
        for (place, (mode, means)) in MODES.iter().enumerate().skip(self.first.load(Ordering::Relaxed)) {
            match self.attempt(mode, *means, job, limits, cancel)? {
                Attempt::Ran(report) => return Ok(*report),
                Attempt::Refused(for_good, why) => {
                    tracing::debug!(mode, why, "the sandbox cannot be had in this mode");
                    refusals.push(format!("{mode}: {why}"));
                    if for_good {
                        self.first.fetch_max((place + 1).min(MODES.len() - 1), Ordering::Relaxed);
                    }
                }
            }
        }
        Err(SandboxError::SetUp { reason: refusals.join("; ") })
    }

    fn attempt(
        &self,
        mode: &str,
        means: Means,
        job: &Job,
        limits: &Limits,
        cancel: &AtomicBool,
    ) -> Result<Attempt, SandboxError> {
        let mut entries = Entries::of(&self.python.view, job, limits);
        entries.add("mode", mode.as_bytes());
        // With namespaces, nothing is written to the disk.
        let folder = if means <= Means::Landlock { Some(folder()?) } else { None };
        if let Some(folder) = &folder {
            entries.add("folder", folder.path().as_os_str().as_encoded_bytes());
        }
        let begun = Instant::now();
        let deadline = begun + limits.wall.min(Duration::from_secs(u32::MAX.into()));
        let heard = supervise(&self.python.executable, &entries.message(), limits, deadline, cancel)?;
        if let Some(folder) = folder {
            remove(folder);
        }
        conclude(&heard, limits, begun.elapsed())
    }
}

fn conclude(heard: &Heard, limits: &Limits, wall: Duration) -> Result<Attempt, SandboxError> {
    let stderr = heard.stderr.text();
    let outcome = match (&heard.ended_for, heard.status()) {
        (Some(reason), _) => reason.clone(),
        (None, Some((status, cpu))) => outcome::judge(status, cpu, Duration::from_secs(whole_seconds(limits)), &stderr),
        (None, None) => return without_status(heard, &stderr, wall),
    };
    let stdout = heard.stdout.text();
    Ok(Attempt::Ran(Box::new(Report { outcome, stdout, stderr, wall, isolation: heard.isolation() })))
}

/// What it means that the supervisor has ended without having seen the program end.
fn without_status(heard: &Heard, stderr: &str, wall: Duration) -> Result<Attempt, SandboxError> {
    if let Some(refused) = heard.line("refused") {
        let (code, why) = refused.split_once(' ').unwrap_or((refused, ""));
        // What the system forbids or lacks, it will forbid or lack next time; anything else may pass.
        let code = code.parse().unwrap_or(0);
        let for_good = [libc::EPERM, libc::EACCES, libc::ENOSYS, libc::EINVAL, libc::EOPNOTSUPP].contains(&code);
        return Ok(Attempt::Refused(for_good, why.to_owned()));
    }
    if let Some(why) = heard.line("failed") {
        return Err(SandboxError::SetUp { reason: why.to_owned() });
    }
    if heard.line("isolated").is_some() {
        // Without namespaces, a program of the same user can do that, and so can a kernel that has run out of memory.
        return Ok(Attempt::Ran(Box::new(Report {
            outcome: Outcome::Killed(libc::SIGKILL),
            stdout: heard.stdout.text(),
            stderr: stderr.to_owned(),
            wall,
            isolation: Isolation::default(),
        })));
    }
    let last = stderr.lines().last().unwrap_or("it said nothing");
    Err(SandboxError::SetUp { reason: format!("the supervisor has ended early: {last}") })
}

fn folder() -> Result<tempfile::TempDir, SandboxError> {
    tempfile::Builder::new()
        .prefix("codegen-sandbox-")
        .tempdir()
        .map_err(|e| SandboxError::SetUp { reason: format!("there is no folder to work in: {e}") })
}

/// Removes what is left where the supervisor could not do so. What a program has made is not touched from here, with the
/// server's rights.
fn remove(folder: tempfile::TempDir) {
    let path = folder.keep();
    let program = path.join("program");
    let _ = std::fs::remove_file(program.join("program.py"));
    for inner in [program, path.join("job")] {
        let _ = std::fs::remove_dir(inner);
    }
    if let Err(error) = std::fs::remove_dir(&path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, path = %path.display(), "a sandbox's folder could not be removed");
    }
}

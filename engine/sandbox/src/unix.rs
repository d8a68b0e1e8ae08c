//! Runs a job in the most isolated mode that the system allows.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::job::{Entries, whole_seconds};
use super::mode::{MODES, Mode};
use super::python::Python;
use super::supervisor::{Heard, Time, supervise};
use super::{Isolation, Job, Level, Limits, Means, Outcome, Report, SandboxError, Support, outcome};

/// The implementation of [`super::Sandbox`] on Unix.
#[derive(Debug, Clone)]
pub(super) struct Inner {
    python: Arc<Python>,
    most: Means,
    /// The modes that have been refused permanently, by their index in [`MODES`], and the reasons.
    refused: Arc<Mutex<BTreeMap<usize, String>>>,
}

/// The result of an attempt in one mode.
enum Attempt {
    Ran(Box<Report>),
    /// The system does not allow it; whether that is permanent, and the reason.
    Refused(bool, String),
}

/// The result of trying the modes that fit.
enum Tried {
    Ran(Box<Report>),
    /// The system refused all of them; what each of them lacks.
    Refused(Vec<String>),
}

impl Inner {
    pub(super) fn new(python: &Path) -> Result<Self, SandboxError> {
        // Required only as far as the system supports it: the user chose which interpreter is probed.
        let inside = |bare, job: &Job, limits: &Limits| {
            Self::of(Arc::new(bare)).run(job, limits, Level::Limits, &AtomicBool::new(false))
        };
        Ok(Self::of(Python::find(python, &inside)?))
    }

    /// Returns the state for an interpreter that has been found.
    fn of(python: Arc<Python>) -> Self {
        Self { python, most: Means::All, refused: Arc::default() }
    }

    pub(super) fn at_most(self, means: Means) -> Self {
        Self { most: means.min(self.most), ..self }
    }

    pub(super) fn run(
        &self,
        job: &Job,
        limits: &Limits,
        required: Level,
        cancel: &AtomicBool,
    ) -> Result<Report, SandboxError> {
        match self.try_modes(job, limits, required, cancel)? {
            Tried::Ran(report) => Ok(*report),
            Tried::Refused(lacking) => {
                let Support { isolation, missing } = self.support()?;
                if isolation.level() >= required {
                    // The refusals concern this job only.
                    return Err(SandboxError::SetUp { reason: lacking.join("; ") });
                }
                Err(SandboxError::NotIsolated { required, holds: isolation.level(), missing: missing.join("; ") })
            }
        }
    }

    pub(super) fn support(&self) -> Result<Support, SandboxError> {
        let mut missing = Vec::new();
        for level in Level::ALL.into_iter().rev() {
            let never = AtomicBool::new(false);
            match self.try_modes(&Job::default(), &Limits::default(), level, &never)? {
                Tried::Ran(report) => {
                    let isolation = report.isolation;
                    if missing.is_empty() && isolation.level() < Level::FolderNetworkAndProcesses {
                        missing =
                            vec!["this system has no namespaces, no Landlock and no filter of system calls".to_owned()];
                    }
                    return Ok(Support { isolation, missing });
                }
                Tried::Refused(lacking) => missing = lacking,
            }
        }
        Err(SandboxError::SetUp { reason: missing.join("; ") })
    }

    /// Runs the job in the first mode that fits and has not been refused.
    fn try_modes(
        &self,
        job: &Job,
        limits: &Limits,
        required: Level,
        cancel: &AtomicBool,
    ) -> Result<Tried, SandboxError> {
        let root = rustix::process::geteuid().is_root();
        let mut lacking = Lacking::default();
        for (place, mode) in MODES.iter().enumerate().filter(|(_, mode)| mode.fits(root, self.most, required)) {
            let known = self.refused().get(&place).cloned();
            let why = match known {
                Some(why) => why,
                None => match self.attempt(mode, job, limits, cancel)? {
                    Attempt::Ran(report) => return Ok(Tried::Ran(report)),
                    Attempt::Refused(for_good, why) => {
                        tracing::debug!(mode = mode.called, why, "the sandbox cannot be had in this mode");
                        if for_good {
                            self.refused().insert(place, why.clone());
                        }
                        why
                    }
                },
            };
            lacking.add(mode, why);
        }
        Ok(Tried::Refused(lacking.clauses()))
    }

    // A poisoned lock is fine: no update of this map can be left half done.
    fn refused(&self) -> std::sync::MutexGuard<'_, BTreeMap<usize, String>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attempt(&self, mode: &Mode, job: &Job, limits: &Limits, cancel: &AtomicBool) -> Result<Attempt, SandboxError> {
        let mut entries = Entries::of(&self.python.view, job, limits);
        entries.add("mode", mode.name.as_bytes());
        if mode.filtered {
            match filters(mode) {
                Ok(filters) => filters.iter().for_each(|filter| entries.add("filter", filter)),
                Err(why) => return Ok(Attempt::Refused(true, why)),
            }
        }
        // With namespaces, nothing is written to disk.
        let folder = if mode.means <= Means::Landlock { Some(folder()?) } else { None };
        if let Some(folder) = &folder {
            entries.add("folder", folder.path().as_os_str().as_encoded_bytes());
        }
        let begun = Instant::now();
        let deadline = begun + limits.wall.min(Duration::from_secs(u32::MAX.into()));
        let time = Time { deadline, clock: job.clock.as_ref() };
        let heard = supervise(&self.python.executable, &entries.message(), limits, &time, cancel)?;
        let wall = begun.elapsed();
        if let Some(folder) = folder {
            remove(&self.python.executable, folder);
        }
        conclude(&heard, limits, wall)
    }
}

/// The reasons why modes were refused, each once, with the isolation that it prevents.
#[derive(Default)]
struct Lacking(Vec<(String, String)>);

impl Lacking {
    fn add(&mut self, mode: &Mode, why: String) {
        match self.0.iter_mut().find(|(_, reason)| *reason == why) {
            Some((called, _)) if mode.filtered => *called = format!("{called} and {}", mode.called),
            // The same mode without a filter adds no information.
            Some(_) => {}
            None => self.0.push((mode.called.to_owned(), why)),
        }
    }

    fn clauses(self) -> Vec<String> {
        self.0.into_iter().map(|(called, why)| format!("{called}: {why}")).collect()
    }
}

#[cfg(target_os = "linux")]
fn filters(mode: &Mode) -> Result<Vec<Vec<u8>>, String> {
    use super::filter::{Around, filters};
    filters(match mode.means {
        Means::All | Means::UserNamespaces => Around::Namespaces,
        Means::Landlock => Around::Landlock { stranger: rustix::process::geteuid().is_root() },
        Means::Limits => Around::Nothing,
    })
}

#[cfg(not(target_os = "linux"))]
fn filters(_: &Mode) -> Result<Vec<Vec<u8>>, String> {
    Err("system calls can be filtered on Linux only".to_owned())
}

fn conclude(heard: &Heard, limits: &Limits, wall: Duration) -> Result<Attempt, SandboxError> {
    let stderr = heard.stderr.text();
    let outcome = match (&heard.ended_for, heard.status()) {
        (Some(reason), _) => reason.clone(),
        (None, Some((status, cpu))) => {
            outcome::classify_exit(status, cpu, Duration::from_secs(whole_seconds(limits)), &stderr)
        }
        (None, None) => return without_status(heard, &stderr, wall),
    };
    let stdout = heard.stdout.text();
    Ok(Attempt::Ran(Box::new(Report { outcome, stdout, stderr, wall, isolation: heard.isolation() })))
}

/// Returns the result when the supervisor has ended without having seen the program end.
fn without_status(heard: &Heard, stderr: &str, wall: Duration) -> Result<Attempt, SandboxError> {
    if let Some(refused) = heard.line("refused") {
        let (code, why) = refused.split_once(' ').unwrap_or((refused, ""));
        // A missing permission or feature will still be missing next time; other errors may be temporary.
        let code = code.parse().unwrap_or(0);
        let for_good = [libc::EPERM, libc::EACCES, libc::ENOSYS, libc::EINVAL, libc::EOPNOTSUPP].contains(&code);
        return Ok(Attempt::Refused(for_good, why.to_owned()));
    }
    if let Some(why) = heard.line("failed") {
        return Err(SandboxError::SetUp { reason: why.to_owned() });
    }
    if heard.line("isolated").is_some() {
        // Without namespaces, a program of the same user can end the supervisor, and so can a kernel that has run out
        // of memory.
        return Ok(Attempt::Ran(Box::new(Report {
            outcome: Outcome::Killed(libc::SIGKILL),
            stdout: heard.stdout.text(),
            stderr: stderr.to_owned(),
            wall,
            isolation: Isolation::default(),
        })));
    }
    Err(SandboxError::SetUp { reason: format!("the supervisor has ended early, {}", heard.last_words()) })
}

fn folder() -> Result<tempfile::TempDir, SandboxError> {
    tempfile::Builder::new()
        .prefix("codegen-sandbox-")
        .tempdir()
        .map_err(|e| SandboxError::SetUp { reason: format!("there is no folder to work in: {e}") })
}

/// Removes what is left where the supervisor could not do so, for example because a program of the same user ended it.
/// Another supervisor does this, not this process, so that the program's files are not touched with the server's
/// rights.
fn remove(python: &Path, folder: tempfile::TempDir) {
    let path = folder.keep();
    if !path.exists() {
        return;
    }
    let limits = Limits { wall: CLEANING, ..Limits::default() };
    let time = Time { deadline: Instant::now() + CLEANING, clock: None };
    let cleaned = supervise(python, &Entries::to_clean(&path).message(), &limits, &time, &AtomicBool::new(false));
    if path.exists() {
        let said = cleaned.ok().and_then(|heard| heard.line("failed").map(str::to_owned)).unwrap_or_default();
        tracing::warn!(path = %path.display(), said, "a sandbox's folder could not be removed");
    }
}

/// How long a supervisor may take to remove what another one has left behind.
const CLEANING: Duration = Duration::from_secs(60);

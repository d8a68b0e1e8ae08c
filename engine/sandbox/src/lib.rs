//! Runs Python programs that nobody has read yet, such as a model's, where they can do no harm.
//!
//! Each program has processes of its own: a supervisor (`bootstrap.py`, run by the same interpreter) that shuts itself in and
//! then executes a fresh interpreter with the program, so that nothing of the supervisor is left in the program's reach.
//!
//! ```
//! # #[cfg(unix)]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use std::sync::atomic::AtomicBool;
//! use std::time::Duration;
//!
//! use codegen_sandbox::{Level, Limits, Outcome, Sandbox};
//!
//! let limits = Limits { wall: Duration::from_secs(60), ..Limits::default() };
//! let sandbox = Sandbox::new("python3", limits)?.requiring(Level::Limits);
//! let cancel = Arc::new(AtomicBool::new(false));
//! let report = sandbox.run("print(6 * 7)", &cancel)?;
//! assert_eq!((report.outcome, report.stdout.as_str()), (Outcome::Passed, "42\n"));
//! # Ok(())
//! # }
//! # #[cfg(not(unix))]
//! # fn main() {}
//! ```
//!
//! # What holds everywhere (Unix)
//! The limits of [`Limits`]; an empty folder to work in, which is gone afterwards; an environment with nothing of ours; no
//! standard input; no file descriptor but the two output pipes; a session of its own, and on Linux a session keyring. All of its
//! processes end with it, with the server, and when the caller no longer wants it. Whatever it does, [`Sandbox::run`] returns
//! soon after the limit on the clock. Hashes are not randomised, so that the same program does the same thing each time; that
//! is why it runs with `-s` in an environment without anything that `-I` would ignore, rather than with `-I`, which would
//! ignore the seed as well.
//!
//! # How far a program is shut in
//! [`Level`] says what each level promises. A program is run at the level that the caller requires, or above, or not at all
//! ([`SandboxError::NotIsolated`]); [`Report::isolation`] is what held, as the supervisor reports it from inside.
//!
//! The ways to get there, each with a filter of system calls (`filter.rs`: no sockets but connected pairs, no `io_uring`, no
//! namespaces, mounts, tracing, keys, kernel modules, no calls by another architecture's numbers):
//! - **namespaces** (root, or user namespaces; all levels). The program has no network interface, not even a loopback one. It
//!   sees `/usr`, the interpreter's prefixes, a few devices and a `/proc` of its own, all read-only. What it can write is one
//!   file system in memory of [`DISK_FILES`] times [`Limits::file_size`] bytes. It sees no processes but its own; when it ends,
//!   the kernel ends all of them. It has no capabilities and can get none.
//! - **Landlock** of version 3 or later, where namespaces are refused, as in most containers (up to
//!   [`Level::FolderAndNetwork`]). Under root the program runs as a user that nobody else is. Otherwise the filter also keeps it
//!   from changing rights, owners and dates by path, its own files' included, because Landlock would let it change the user's.
//!   That files exist, and their attributes, can be seen; the space on disk of the working folder is not guarded; processes may
//!   be signalled where Landlock is older than version 6 and the user an ordinary one. The limit of processes is an estimate,
//!   because the kernel counts all of the user's.
//! - **limits** alone, where there is no Landlock either, and on other systems than Linux ([`Level::Limits`]): under an
//!   ordinary user, the program can do to files and processes whatever that user can, the supervisor's end included.
//!
//! Without the filter (a kernel without it; architectures that it is not known for) the network is not claimed.
//!
//! # What is never guaranteed
//! This guards against accidents and casual malice. A hole in the kernel is a way out. Memory and processor time are limited for
//! each process, not for all of them together; the files in `/usr` can be read; processor caches and the clock are shared.

#![warn(missing_docs)]

#[cfg(target_os = "linux")]
mod filter;
#[cfg(unix)]
mod job;
mod level;
#[cfg(unix)]
mod mode;
#[cfg(unix)]
mod outcome;
#[cfg(unix)]
mod output;
#[cfg(unix)]
mod python;
#[cfg(unix)]
mod supervisor;
#[cfg(unix)]
mod unix;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub use level::{Isolation, Level};

/// How many files of the largest size fit on what a program can write.
pub const DISK_FILES: u64 = 4;
/// How many files and folders a program can make.
pub const DISK_ENTRIES: u64 = 8192;

/// What a program may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Time on the clock.
    pub wall: Duration,
    /// Processor time of one process; rounded up to whole seconds.
    pub cpu: Duration,
    /// Bytes of memory of one process (address space).
    pub memory: u64,
    /// Bytes of one file.
    pub file_size: u64,
    /// Processes and threads at the same time.
    pub processes: u64,
    /// Bytes kept of each of standard output and standard error; a program that writes much more is ended.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(10),
            cpu: Duration::from_secs(10),
            memory: 2 << 30,
            file_size: 16 << 20,
            processes: 32,
            output: 64 << 10,
        }
    }
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran to its end, or exited with status 0.
    Passed,
    /// It raised an exception that nobody caught (a syntax error is one, too); the last line of the traceback.
    Raised(String),
    /// It exited with this status without a traceback.
    Exited(i32),
    /// A signal ended it.
    Killed(i32),
    /// It did not end within the wall-clock limit.
    TimedOut,
    /// It used up its processor time.
    OutOfCpu,
    /// It ran out of memory.
    OutOfMemory,
    /// It wrote more than is allowed.
    TooMuchOutput,
    /// Whoever asked for it has lost interest.
    Cancelled,
}

/// What came of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// What it wrote to standard output, cut at the limit; bytes that are not UTF-8 become U+FFFD.
    pub stdout: String,
    /// What it wrote to standard error, cut at the limit.
    pub stderr: String,
    /// Time on the clock, the interpreter's start included.
    pub wall: Duration,
    /// What it was kept from.
    pub isolation: Isolation,
}

/// Why a program could not be run at all.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SandboxError {
    /// There is no usable Python.
    #[error("no Python to run programs with: {reason}")]
    NoPython {
        /// What was tried, and what came of it.
        reason: String,
    },
    /// This system cannot shut programs in as far as they have to be, so none was run.
    #[error(
        "no program was run: programs have to be isolated to the level `{required}`, and this system gives no more than \
         `{holds}` ({missing}). To run them with less, set synthesis.isolation in your own settings, or --isolation, to `{holds}`"
    )]
    NotIsolated {
        /// What was asked for.
        required: Level,
        /// What there would be.
        holds: Level,
        /// What each better way of isolation lacks.
        missing: String,
    },
    /// Something else the sandbox is made of cannot be had.
    #[error("the sandbox cannot be set up: {reason}")]
    SetUp {
        /// What was tried, and what came of it.
        reason: String,
    },
}

/// A program, and what lies beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Job {
    /// The program: a script, run as `__main__`. Tracebacks call it `program.py`.
    pub program: String,
    /// Files that it finds in its working folder: plain names, and what they hold.
    pub files: Vec<(String, Vec<u8>)>,
    /// When its time begins, if not with its start.
    pub clock: Option<Clock>,
}

/// A second limit on the clock, which begins when the program says so: for programs that have something to do first, and may
/// take longer for it on a busy machine. [`Limits::wall`] holds as well, and from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// What the program writes to standard output, before anything else.
    pub mark: String,
    /// Time on the clock from then on.
    pub wall: Duration,
}

/// What this system gives programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    /// What they are kept from.
    pub isolation: Isolation,
    /// What each better way of isolation lacks here, a clause each.
    pub missing: Vec<String>,
}

/// The most that a sandbox may make use of, for tests of what it does on lesser systems.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// Resource limits only.
    Limits,
    /// Landlock, too.
    Landlock,
    /// Namespaces inside a user namespace.
    UserNamespaces,
    /// Whatever there is.
    All,
}

/// Runs programs, each in processes of its own; any number of them at the same time. Clones share what they have found out.
#[derive(Debug, Clone)]
pub struct Sandbox {
    limits: Limits,
    required: Level,
    #[cfg(unix)]
    inner: unix::Inner,
}

impl Sandbox {
    /// A sandbox that runs `python`: a path, or a name to look up in the absolute folders of `PATH`. Blocks while the
    /// interpreter is asked what it needs, unless it has been asked before.
    ///
    /// # Errors
    /// There is no such program, or it is no Python of version 3.8 or later; or this system has no sandbox (Windows).
    pub fn new(python: impl Into<PathBuf>, limits: Limits) -> Result<Self, SandboxError> {
        let python = python.into();
        #[cfg(unix)]
        return Ok(Self { limits, required: Level::default(), inner: unix::Inner::new(&python)? });
        #[cfg(not(unix))]
        {
            let _ = limits;
            Err(SandboxError::SetUp {
                reason: format!("programs (of {}) can be run on Linux and other Unix systems only", python.display()),
            })
        }
    }

    /// The same with other limits; cheap.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same, running programs only where they are shut in as far as `required` says; [`Level::default`] otherwise. Cheap.
    #[must_use]
    pub fn requiring(self, required: Level) -> Self {
        Self { required, ..self }
    }

    /// The level that programs are run at, or above.
    #[must_use]
    pub fn required(&self) -> Level {
        self.required
    }

    /// What this system gives programs, whether that is enough or not, found out with an empty one. Blocks.
    ///
    /// # Errors
    /// Not even the limits can be had.
    pub fn support(&self) -> Result<Support, SandboxError> {
        #[cfg(unix)]
        return self.inner.support();
        #[cfg(not(unix))]
        Err(SandboxError::SetUp { reason: "programs can be run on Unix systems only".to_owned() })
    }

    /// The same, making use of no more than `means`.
    #[doc(hidden)]
    #[must_use]
    pub fn at_most(self, means: Means) -> Self {
        #[cfg(unix)]
        return Self { inner: self.inner.at_most(means), ..self };
        #[cfg(not(unix))]
        {
            let _ = means;
            self
        }
    }

    /// Runs `program` as a script and waits for its end; blocks. Setting `cancel` ends it at once, with all its children.
    ///
    /// # Errors
    /// The sandbox itself could not be set up. Whatever the program does is no error.
    pub fn run(&self, program: &str, cancel: &Arc<AtomicBool>) -> Result<Report, SandboxError> {
        self.run_job(&Job { program: program.to_owned(), ..Job::default() }, cancel)
    }

    /// Runs a program that needs other files; as [`Sandbox::run`] otherwise.
    ///
    /// # Errors
    /// The sandbox itself could not be set up, or a file's name is not a plain one. Whatever the program does is no error.
    pub fn run_job(&self, job: &Job, cancel: &AtomicBool) -> Result<Report, SandboxError> {
        for (name, _) in &job.files {
            if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
                return Err(SandboxError::SetUp { reason: format!("{name:?} is no plain file name") });
            }
        }
        #[cfg(unix)]
        return self.inner.run(job, &self.limits, self.required, cancel);
        #[cfg(not(unix))]
        {
            let _ = cancel;
            Err(SandboxError::SetUp { reason: "programs can be run on Unix systems only".to_owned() })
        }
    }
}

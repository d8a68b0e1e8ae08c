//! Runs Python programs that nobody has read yet, such as a model's, where they can do no harm.
//!
//! Each program has processes of its own: a supervisor (`bootstrap.py`, run by the same interpreter) that shuts itself in and
//! then executes a fresh interpreter with the program, so that nothing of the supervisor is left in the program's reach.
//!
//! # What holds everywhere (Unix)
//! The limits of [`Limits`]; an empty folder to work in, which is gone afterwards; an environment with nothing of ours; no
//! standard input; no file descriptor but the two output pipes; a session of its own, and on Linux a session keyring. All of its
//! processes end with it, with the server, and when the caller no longer wants it. Whatever it does, [`Sandbox::run`] returns
//! soon after the limit on the clock. Hashes are not randomised, so that the same program does the same thing each time; that
//! is why it runs with `-s` in an environment without anything that `-I` would ignore, rather than with `-I`, which would
//! ignore the seed as well.
//!
//! # What holds on Linux where namespaces can be had (root, or user namespaces)
//! What [`Isolation`] says, as reported by the supervisor from inside before the program starts:
//! - it has no network interface, not even a loopback one;
//! - it sees `/usr`, the interpreter's prefixes, a few devices and a `/proc` of its own, all read-only. What it can write is one
//!   file system in memory of [`DISK_FILES`] times [`Limits::file_size`] bytes;
//! - it sees no processes but its own; when it ends, the kernel ends all of them;
//! - it has no capabilities and can get none: no set-user-id programs, no further user namespaces.
//!
//! # Where namespaces are refused (most containers)
//! The report claims nothing, but what can be had is there: under root the program runs as a user that nobody else is;
//! Landlock keeps it from opening other files, from TCP, and from others' processes, as far as the kernel's version goes. UDP,
//! the existence and attributes of files, and the space on disk of its working folder are not guarded. Under an ordinary user
//! without Landlock, it could do whatever that user can, the supervisor's end included. The limit of processes is then an
//! estimate, because the kernel counts all of the user's.
//!
//! # What is never guaranteed
//! This guards against accidents and casual malice. A hole in the kernel is a way out. Memory and processor time are limited for
//! each process, not for all of them together; the files in `/usr` can be read; processor caches and the clock are shared.

#[cfg(unix)]
mod job;
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

/// What kept a program from the rest of the machine. What cannot be had here is not claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Isolation {
    /// It had no network.
    pub network: bool,
    /// It saw no files but Python's own and its empty working directory.
    pub files: bool,
    /// It saw no processes but its own, and could signal none.
    pub processes: bool,
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
    #[cfg(unix)]
    inner: unix::Inner,
}

impl Sandbox {
    /// A sandbox that runs `python`: a path, or a name to look up in `PATH`. Blocks while the interpreter is asked what it
    /// needs.
    ///
    /// # Errors
    /// There is no such program, or it is no Python of version 3.8 or later; or this system has no sandbox (Windows).
    pub fn new(python: impl Into<PathBuf>, limits: Limits) -> Result<Self, SandboxError> {
        let python = python.into();
        #[cfg(unix)]
        return Ok(Self { limits, inner: unix::Inner::new(&python)? });
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
        return self.inner.run(job, &self.limits, cancel);
        #[cfg(not(unix))]
        {
            let _ = cancel;
            Err(SandboxError::SetUp { reason: "programs can be run on Unix systems only".to_owned() })
        }
    }
}

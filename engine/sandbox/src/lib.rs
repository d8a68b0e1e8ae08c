//! Runs Python programs that no person has reviewed, such as a model's, where they can do no harm.
//!
//! Each program has its own processes: a supervisor (`bootstrap.py`, run by the same interpreter) isolates itself and
//! then executes a fresh interpreter with the program, so that the program can reach nothing of the supervisor.
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
//! Every program runs under the limits of [`Limits`], in an empty folder that is removed afterwards, with an
//! environment that holds nothing of ours. It has no standard input, no file descriptors but the two output pipes, its
//! own session and, on Linux, its own session keyring. All of its processes end with it, with the server, and when the
//! caller cancels. Whatever the program does, [`Sandbox::run`] returns soon after the wall-clock limit. Hashes are not
//! randomised, so that the same program does the same thing each time. For that reason the program runs with `-s`, in
//! an environment without anything that `-I` would ignore: `-I` would ignore the seed as well.
//!
//! # How far a program is isolated
//! [`Level`] says what each level promises. A program runs at the level that the caller requires or above; otherwise it
//! does not run ([`SandboxError::NotIsolated`]). [`Report::isolation`] is the isolation that held, as the supervisor
//! reports it from inside.
//!
//! There are three ways to get there. Each uses a filter of system calls (`filter.rs`): no sockets but connected pairs,
//! no `io_uring`, no namespaces, mounts, tracing, keys or kernel modules, and no calls by another architecture's
//! numbers.
//! - **namespaces** (root, or user namespaces; all levels). The program has no network interface, not even a loopback
//!   one. It sees `/usr`, the interpreter's prefixes, a few devices and its own `/proc`, all read-only. It can write to
//!   one file system in memory of [`DISK_FILES`] times [`Limits::file_size`] bytes. It sees only its own processes;
//!   when it ends, the kernel ends all of them. It has no capabilities and cannot get any.
//! - **Landlock** of version 3 or later, where namespaces are refused, as in most containers (up to
//!   [`Level::FolderAndNetwork`]). Under root the program runs as a user id that no other process has. Otherwise the
//!   filter also keeps it from changing rights, owners and dates by path, including those of its own files, because
//!   Landlock would let it change the user's. The program can see which files exist and what attributes they have. The
//!   working folder's disk space is not limited. The program can signal processes if Landlock is older than version 6
//!   and the user is not root. The process limit is an estimate, because the kernel counts all of the user's processes.
//! - **limits** alone, where there is no Landlock either, and on systems other than Linux ([`Level::Limits`]): under an
//!   ordinary user, the program can do to files and processes whatever that user can, including ending the supervisor.
//!
//! Without the filter (a kernel or an architecture that it does not support), network isolation is not claimed.
//!
//! # What is never guaranteed
//! The sandbox guards against accidents and casual malice. A vulnerability in the kernel is a way out. Memory and
//! processor time are limited per process, not for all of them together. Files in `/usr` can be read; processor caches
//! and the clock are shared.

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

/// Number of files of the largest size that fit on the program's writable file system.
pub const DISK_FILES: u64 = 4;
/// Number of files and folders that a program can create.
pub const DISK_ENTRIES: u64 = 8192;

/// The resources that a program may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Wall-clock time.
    pub wall: Duration,
    /// Processor time of each process; rounded up to whole seconds.
    pub cpu: Duration,
    /// Bytes of memory (address space) of each process.
    pub memory: u64,
    /// Bytes of each file.
    pub file_size: u64,
    /// Number of processes and threads at the same time.
    pub processes: u64,
    /// Bytes kept of standard output and of standard error; a program that writes much more is ended.
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
    /// It raised an exception that it did not catch (including a syntax error); the last line of the traceback.
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
    /// It wrote more than the output limit allows.
    TooMuchOutput,
    /// The caller cancelled it.
    Cancelled,
}

/// The result of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How the program ended.
    pub outcome: Outcome,
    /// The program's standard output, cut at the limit; bytes that are not UTF-8 become U+FFFD.
    pub stdout: String,
    /// The program's standard error, cut at the limit.
    pub stderr: String,
    /// Wall-clock time, including the interpreter's start.
    pub wall: Duration,
    /// The isolation that held while the program ran.
    pub isolation: Isolation,
}

/// The reason why a program could not be run at all.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SandboxError {
    /// There is no usable Python.
    #[error("there is no Python to run programs with ({reason}); --python or synthesis.python names another")]
    NoPython {
        /// The attempts and their errors.
        reason: String,
    },
    /// This system cannot isolate programs to the required level, so the program was not run.
    #[error(
        "no program was run: programs have to be isolated to the level `{required}`, and this system gives no more than \
         `{holds}` ({missing}). To run them with less, set synthesis.isolation in your own settings, or --isolation, to `{holds}`"
    )]
    NotIsolated {
        /// The level that the caller required.
        required: Level,
        /// The level that this system offers.
        holds: Level,
        /// The reason why each better mode of isolation is unavailable.
        missing: String,
    },
    /// Another part of the sandbox could not be set up.
    #[error("the sandbox cannot be set up: {reason}")]
    SetUp {
        /// The attempts and their errors.
        reason: String,
    },
}

/// A program and the files beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Job {
    /// The program: a script, run as `__main__`. Tracebacks call it `program.py`.
    pub program: String,
    /// Files placed in the program's working folder: plain names and contents.
    pub files: Vec<(String, Vec<u8>)>,
    /// When the program's time limit begins, if not at its start.
    pub clock: Option<Clock>,
}

/// A second wall-clock limit, which begins when the program says so. It is for programs that have preparations to do,
/// which may take longer on a busy machine. [`Limits::wall`] holds as well, from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// The text that the program writes to standard output before anything else, to start the clock.
    pub mark: String,
    /// Wall-clock time from then on.
    pub wall: Duration,
}

/// The isolation that this system offers to programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    /// The isolation that holds.
    pub isolation: Isolation,
    /// The reasons why better modes of isolation are unavailable here, one clause each.
    pub missing: Vec<String>,
}

/// The most that a sandbox may use, for tests of its behaviour on systems that offer less.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// Resource limits only.
    Limits,
    /// Landlock and resource limits.
    Landlock,
    /// Namespaces inside a user namespace.
    UserNamespaces,
    /// Everything that the system offers.
    All,
}

/// Runs programs, each in its own processes, any number of them at the same time. Clones share what they have learned
/// about the system.
#[derive(Debug, Clone)]
pub struct Sandbox {
    limits: Limits,
    required: Level,
    #[cfg(unix)]
    inner: unix::Inner,
}

impl Sandbox {
    /// Returns a sandbox that runs `python`: a path, or a name to look up in the absolute folders of `PATH`. Blocks
    /// while the interpreter is probed, unless it has been probed before.
    ///
    /// # Errors
    /// There is no such program, it is not Python 3.8 or later, or this system has no sandbox (Windows).
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

    /// Replaces the limits; cheap.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sets the lowest level at which programs may run; without this, [`Level::default`]. Cheap.
    #[must_use]
    pub fn requiring(self, required: Level) -> Self {
        Self { required, ..self }
    }

    /// The lowest level at which programs may run.
    #[must_use]
    pub fn required(&self) -> Level {
        self.required
    }

    /// Finds out, with an empty program, what isolation this system offers, whether that is enough or not. Blocks.
    ///
    /// # Errors
    /// Not even the limits can be set.
    pub fn support(&self) -> Result<Support, SandboxError> {
        #[cfg(unix)]
        return self.inner.support();
        #[cfg(not(unix))]
        Err(SandboxError::SetUp { reason: "programs can be run on Unix systems only".to_owned() })
    }

    /// Restricts the sandbox to `means` at most.
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

    /// Runs `program` as a script and waits for its end; blocks. Setting `cancel` ends it at once, with all its
    /// children.
    ///
    /// # Errors
    /// The sandbox itself could not be set up. Errors of the program are part of the report.
    pub fn run(&self, program: &str, cancel: &Arc<AtomicBool>) -> Result<Report, SandboxError> {
        self.run_job(&Job { program: program.to_owned(), ..Job::default() }, cancel)
    }

    /// Runs a program that needs other files; otherwise as [`Sandbox::run`].
    ///
    /// # Errors
    /// The sandbox itself could not be set up, or a file's name is not plain. Errors of the program are part of the
    /// report.
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

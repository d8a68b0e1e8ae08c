//! Runs Python programs that nobody has read yet, such as a model's, where they can do no harm.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

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

/// Runs programs, each in a process of its own.
#[derive(Debug, Clone)]
pub struct Sandbox {
    python: PathBuf,
    limits: Limits,
}

impl Sandbox {
    /// A sandbox that runs `python`: a path, or a name to look up in `PATH`.
    ///
    /// # Errors
    /// There is no such program, or it is no Python 3.
    pub fn new(python: impl Into<PathBuf>, limits: Limits) -> Result<Self, SandboxError> {
        Ok(Self { python: python.into(), limits })
    }

    /// Runs `program` as a script and waits for its end; blocks. Setting `cancel` ends it at once, with all its children.
    ///
    /// # Errors
    /// The sandbox itself could not be set up. Whatever the program does is no error.
    pub fn run(&self, program: &str, cancel: &Arc<AtomicBool>) -> Result<Report, SandboxError> {
        let _ = (program, cancel, &self.limits);
        Err(SandboxError::SetUp { reason: format!("{} is not run yet", self.python.display()) })
    }
}

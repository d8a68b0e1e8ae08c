//! Tests the configurations in `editors/` in real editors, by keys in a terminal: Helix, Emacs with Eglot and with
//! lsp-mode, Vim, and Kakoune. Each is opened on a file, takes a completion, has the code of a prompt written, saves,
//! and ends, and then so has its server.

mod emacs;
mod helix;
mod kakoune;
mod session;
mod vim;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use crate::{beside, run};

/// The name of the installation's folder.
const NAME: &str = "editors";

const PACKAGES: [&str; 6] = ["emacs-nox", "elpa-lsp-mode", "hx", "kakoune", "vim", "vim-ale"];

/// Where the editors lie in the installation.
const PROGRAMS: [&str; 4] = [emacs::PROGRAM, helix::PROGRAM, kakoune::PROGRAM, vim::PROGRAM];

/// Whether the editors are installed.
pub fn installed(workspace: &Workspace) -> bool {
    find(workspace).is_ok()
}

/// Installs the editors if they are missing; with `all` also what has to be compiled.
pub fn ensure(workspace: &Workspace, all: bool) -> Result<()> {
    if !installed(workspace) {
        let name = format!("install editors from Debian {}", beside::SUITE);
        run::step(&name, || beside::install(workspace, beside::SUITE, NAME, &PACKAGES, &PROGRAMS))?;
        find(workspace)?;
    }
    if all { kakoune::ensure(workspace) } else { Ok(()) }
}

/// Runs the editors; with `all` also those whose client has to be compiled.
pub fn test(workspace: &Workspace, all: bool) -> Result<()> {
    let tree = find(workspace)?;
    helix::test(workspace, &tree)?;
    emacs::test_eglot(workspace, &tree)?;
    emacs::test_lsp_mode(workspace, &tree)?;
    vim::test_ale(workspace, &tree)?;
    vim::test_yegappan(workspace, &tree)?;
    if all || kakoune::installed(workspace) {
        kakoune::test(workspace, &tree)?;
    }
    Ok(())
}

/// Returns the installation's folder.
fn find(workspace: &Workspace) -> Result<PathBuf> {
    let folder = beside::folder(workspace, beside::SUITE, NAME);
    for program in PROGRAMS {
        version(&folder, program)?;
    }
    Ok(folder.canonicalize()?)
}

/// What the program reports as its version, in one line.
fn version(tree: &Path, program: &str) -> Result<String> {
    let argument = if program == kakoune::PROGRAM { "-version" } else { "--version" };
    let told = run::output(Command::new(tree.join(program)).arg(argument))?;
    let first = told.lines().next().unwrap_or_default();
    if first.is_empty() {
        bail!("{program} reports no version");
    }
    Ok(first.to_owned())
}

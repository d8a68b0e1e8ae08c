//! Emacs with Eglot, which it has built in, and with lsp-mode, which has inline completion.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::session::{ACTION, Home, PROMPT, Session};
use super::version;
use crate::workspace::Workspace;

/// Where it lies in the installation.
pub const PROGRAM: &str = "usr/bin/emacs-nox";

/// Compiling in the background takes what the server needs, and a compiler.
const QUIET: &str = "(setq native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil)";

pub fn test_eglot(workspace: &Workspace, tree: &Path) -> Result<()> {
    let home = Home::new(workspace, "eglot")?;
    let mut command = emacs(tree)?;
    command.arg("--load").arg(workspace.root.join("editors/emacs/codegen-eglot.el")).arg(&home.file);
    let session = home.open(&format!("{}, Eglot", version(tree, PROGRAM)?), command)?;
    let terminal = &session.terminal;

    session.ready()?;
    terminal.wait("the server to be attached", |screen| screen.contains("[eglot:project"))?;
    terminal.keys(&["Down", "C-e", "Space"])?;
    terminal.keys(&["C-M-i"])?;
    session.completed()?;
    to_prompt(&session)?;
    command_by_name(&session, "eglot-code-actions")?;
    terminal.wait("the code actions", |screen| screen.contains(ACTION))?;
    // It is the first.
    terminal.keys(&["Enter"])?;
    session.written()?;
    terminal.keys(&["C-x", "C-s"])?;
    command_by_name(&session, "eglot-shutdown")?;
    terminal.wait("the server to end", |screen| screen.contains("Server exited"))?;
    terminal.keys(&["C-x", "C-c"])?;
    session.close(true)
}

pub fn test_lsp_mode(workspace: &Workspace, tree: &Path) -> Result<()> {
    let home = Home::new(workspace, "lsp-mode")?;
    let mut command = emacs(tree)?;
    for package in packages(tree)? {
        command.arg("--directory").arg(package);
    }
    // It would ask which folder is the project.
    command.args(["--eval", "(setq lsp-auto-guess-root t lsp-guess-root-without-session t)"]);
    command.args(["--load", "lsp-mode-autoloads"]);
    command.arg("--load").arg(workspace.root.join("editors/emacs/codegen-lsp-mode.el")).arg(&home.file);
    let session = home.open(&format!("{}, lsp-mode", version(tree, PROGRAM)?), command)?;
    let terminal = &session.terminal;

    session.ready()?;
    terminal.wait("a lens", |screen| screen.contains("Write code"))?;
    terminal.keys(&["Down", "C-e", "Space"])?;
    session.completed()?;
    terminal.keys(&["Tab"])?;
    to_prompt(&session)?;
    command_by_name(&session, "lsp-execute-code-action")?;
    terminal.wait("the code actions", |screen| screen.contains("Select code action"))?;
    terminal.text(ACTION)?;
    terminal.keys(&["Enter"])?;
    session.written()?;
    terminal.keys(&["C-x", "C-s"])?;
    command_by_name(&session, "lsp-workspace-shutdown")?;
    terminal.wait("the server to end", |screen| screen.contains("LSP[Disconnected]"))?;
    terminal.keys(&["C-x", "C-c"])?;
    session.close(true)
}

/// Emacs without a user's or a site's configuration.
fn emacs(tree: &Path) -> Result<Command> {
    let share = only(&tree.join("usr/share/emacs"), |name| name.starts_with(|first: char| first.is_ascii_digit()))?;
    let version = share.file_name().context("Emacs' folder has no name")?;
    let binaries = only(&tree.join("usr/libexec/emacs").join(version), |_| true)?;
    let dump = only(&binaries, |name| name.ends_with(".pdmp"))?;
    let mut command = Command::new(tree.join(PROGRAM));
    command.env("EMACSLOADPATH", share.join("lisp")).env("EMACSDATA", share.join("etc"));
    command.env("EMACSDOC", share.join("etc")).env("EMACSPATH", &binaries);
    command.arg("--dump-file").arg(dump).args(["--quick", "--no-splash", "--eval", QUIET]);
    Ok(command)
}

/// The folders of lsp-mode and of what it depends on.
fn packages(tree: &Path) -> Result<Vec<PathBuf>> {
    let folder = tree.join("usr/share/emacs/site-lisp/elpa-src");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

/// The entry of a folder whose name fits.
fn only(folder: &Path, fits: impl Fn(&str) -> bool) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut paths = entries.flatten().filter(|entry| fits(&entry.file_name().to_string_lossy())).map(|e| e.path());
    paths.next().with_context(|| format!("{} lacks a part of Emacs", folder.display()))
}

fn to_prompt(session: &Session) -> Result<()> {
    session.terminal.keys(&["C-s"])?;
    session.terminal.text(PROMPT)?;
    session.terminal.keys(&["Enter"])
}

fn command_by_name(session: &Session, name: &str) -> Result<()> {
    session.terminal.keys(&["M-x"])?;
    session.terminal.text(name)?;
    session.terminal.keys(&["Enter"])
}

//! Kakoune with kakoune-lsp, which crates.io has as `kak-lsp`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::session::{Home, write};
use super::version;
use crate::run;
use crate::workspace::{self, Workspace};

/// Where it lies in the installation.
pub const PROGRAM: &str = "usr/bin/kak";

/// The version of kakoune-lsp.
const CLIENT: &str = "22.0.0";

/// Whether kakoune-lsp is installed.
pub fn installed(workspace: &Workspace) -> bool {
    let told = run::output(Command::new(client(workspace)).arg("--version")).unwrap_or_default();
    told.split_whitespace().last() == Some(CLIENT)
}

/// Compiles kakoune-lsp if it is missing, which takes some minutes.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    if installed(workspace) {
        return Ok(());
    }
    let mut install = run::cargo(&workspace.root);
    install.args(["install", "--quiet", "--locked", "--force", "--version", CLIENT, "kak-lsp", "--root"]);
    run::shown(install.arg(folder(workspace)).env_remove("CARGO_TARGET_DIR"))
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.cache.join("kak-lsp")
}

fn client(workspace: &Workspace) -> PathBuf {
    folder(workspace).join("bin/kak-lsp")
}

pub fn test(workspace: &Workspace, tree: &Path) -> Result<()> {
    let home = Home::new(workspace, "kakoune")?;
    let configuration = workspace.root.join("editors/kakoune/codegen.kak");
    let text = format!(
        "evaluate-commands %sh{{ '{}' }}\nsource '{}'\n",
        client(workspace).canonicalize()?.display(),
        configuration.display()
    );
    // Where Kakoune looks for it, since what `-e` runs comes after the file is open and its type known.
    let folder = home.folder.join("config/kak");
    workspace::create(&folder)?;
    write(&folder.join("kakrc"), &text)?;
    let mut command = Command::new(tree.join(PROGRAM));
    command.arg(&home.file);
    let session = home.open(&format!("{}, kakoune-lsp {CLIENT}", version(tree, PROGRAM)?), command)?;
    let terminal = &session.terminal;

    session.ready()?;
    session.complete_by_menu()?;
    session.ask_for_actions("lsp-code-actions")?;
    terminal.keys(&["Enter"])?;
    session.written()?;
    terminal.text(":write-quit\n")?;
    session.close(true)
}

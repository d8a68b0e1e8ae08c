//! Helix: completion items and code actions.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::session::{ACTION, Home, PROMPT};
use super::version;
use crate::workspace::Workspace;

/// Where it lies in the installation.
pub const PROGRAM: &str = "usr/lib/hx/hx";

pub fn test(workspace: &Workspace, tree: &Path) -> Result<()> {
    let home = Home::new(workspace, "helix")?;
    home.put(workspace, "helix/languages.toml", "config/helix/languages.toml")?;
    let mut command = Command::new(tree.join(PROGRAM));
    command.env("HELIX_RUNTIME", tree.join("usr/lib/hx/runtime")).arg(&home.file);
    let session = home.open(&version(tree, PROGRAM)?, command)?;
    let terminal = &session.terminal;

    session.ready()?;
    terminal.keys(&["j", "A", "Space"])?;
    // An entry of that kind.
    terminal.wait("a menu", |screen| screen.lines().any(|line| line.trim_end().ends_with(" text")))?;
    terminal.keys(&["Tab"])?;
    session.completed()?;
    terminal.keys(&["Enter"])?;
    terminal.keys(&["Escape"])?;
    terminal.wait("normal mode", |screen| screen.contains("NOR"))?;
    terminal.keys(&["/"])?;
    terminal.text(PROMPT)?;
    terminal.keys(&["Enter"])?;
    terminal.keys(&["Space", "a"])?;
    terminal.wait("the code actions", |screen| screen.contains(ACTION))?;
    terminal.keys(&["Enter"])?;
    session.written()?;
    terminal.keys(&[":wq", "Enter"])?;
    session.close(true)
}

//! Vim, with ALE from Debian, and with yegappan/lsp where there is a copy of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::session::{Home, Session, write};
use super::version;
use crate::run;
use crate::workspace::Workspace;

/// Where it lies in the installation.
pub const PROGRAM: &str = "usr/bin/vim.basic";

/// Names the folder of a copy of yegappan/lsp, which is in no package registry.
const YEGAPPAN: &str = "CODEGEN_XTASK_VIM_LSP";

/// ALE tells servers that it applies no edits, so a code action has a message for its user and no code.
pub fn test_ale(workspace: &Workspace, tree: &Path) -> Result<()> {
    let home = Home::new(workspace, "vim-ale")?;
    let command = vim(workspace, tree, &home, &tree.join("usr/share/vim-ale"), "codegen-ale.vim")?;
    let session = home.open(&format!("{}, ALE", version(tree, PROGRAM)?), command)?;
    let terminal = &session.terminal;

    session.ready()?;
    terminal.keys(&["j", "A", "Space"])?;
    terminal.keys(&["C-x", "C-o"])?;
    session.completed()?;
    terminal.keys(&["C-y"])?;
    session.ask_for_actions("ALECodeAction")?;
    choose_first(&session)?;
    terminal.wait("the reason why no code is written", |screen| screen.contains("cannot apply edits"))?;
    terminal.keys(&["Enter"])?;
    terminal.text(":wq\n")?;
    session.close(false)
}

pub fn test_yegappan(workspace: &Workspace, tree: &Path) -> Result<()> {
    let Some(plugin) = std::env::var_os(YEGAPPAN).map(PathBuf::from) else {
        run::say(&format!("\nVim with yegappan/lsp: not run; {YEGAPPAN} would name a copy of it"));
        return Ok(());
    };
    let home = Home::new(workspace, "vim-lsp")?;
    let command = vim(workspace, tree, &home, &plugin.canonicalize()?, "codegen-lsp.vim")?;
    let session = home.open(&format!("{}, yegappan/lsp", version(tree, PROGRAM)?), command)?;
    let terminal = &session.terminal;

    session.ready()?;
    session.complete_by_menu()?;
    terminal.keys(&["C-y"])?;
    session.ask_for_actions("LspCodeAction")?;
    choose_first(&session)?;
    session.written()?;
    terminal.text(":wqa\n")?;
    session.close(true)
}

/// Answers the question for a number. What is typed with it in one go may be lost.
fn choose_first(session: &Session) -> Result<()> {
    let asks = |screen: &str, end: &str| {
        let last = screen.trim_end().lines().next_back().unwrap_or_default();
        last.starts_with("Type number") && last.ends_with(end)
    };
    session.terminal.wait("the question", |screen| asks(screen, ""))?;
    session.terminal.keys(&["1"])?;
    session.terminal.wait("the answer", |screen| asks(screen, "1"))?;
    session.terminal.keys(&["Enter"])
}

/// Vim with a plugin, and with the configuration of that name in `editors/vim`.
fn vim(workspace: &Workspace, tree: &Path, home: &Home, plugin: &Path, configuration: &str) -> Result<Command> {
    let share = tree.join("usr/share/vim");
    let runtime = std::fs::read_dir(&share)?
        .flatten()
        .map(|entry| entry.path())
        .find(|folder| folder.join("defaults.vim").exists())
        .context("Vim's packages have no runtime files")?;
    let configuration = workspace.root.join("editors/vim").join(configuration);
    let vimrc = home.folder.join("vimrc");
    let text = format!(
        "set nocompatible noswapfile viminfo= runtimepath+={plugin}\n\
         filetype plugin on\n\
         runtime! plugin/*.vim\n\
         source {configuration}\n",
        plugin = plugin.display(),
        configuration = configuration.display()
    );
    write(&vimrc, &text)?;
    let mut command = Command::new(tree.join(PROGRAM));
    command.env("VIMRUNTIME", runtime).env_remove("VIM").arg("-u").arg(vimrc).arg(&home.file);
    Ok(command)
}

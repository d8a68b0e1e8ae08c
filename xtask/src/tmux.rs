//! Tests Neovim as a user sees it: in a terminal, by keys, comparing the screen with the saved file.

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::neovim::{Neovim, isolate};
use crate::run;
use crate::terminal::{LIMIT, PAUSE, Terminal};
use crate::workspace::Workspace;

/// The file's contents before the user types; the user continues the last line.
const FILE: &str = "def add(a, b):\n    return\n";

pub fn test(workspace: &Workspace, neovim: &Neovim) -> Result<()> {
    let home = workspace.scratch(&format!("tmux-{}", neovim.version))?;
    let file = home.join("sum.py");
    std::fs::write(&file, FILE)?;
    let terminal = launch(workspace, neovim, &home, &file)?;

    terminal.wait("the server to be attached", |screen| screen.contains("server attached"))?;
    terminal.keys(&["G", "A", "Space"])?;
    let shown = terminal.wait("ghost text after `return`", |screen| {
        buffer(screen).get(1).is_some_and(|line| line.len() > "    return".len())
    })?;
    let shown = buffer(&shown);
    if shown.first().is_none_or(|line| line != "def add(a, b):") {
        bail!("this is not the file's first line: {shown:?}");
    }
    terminal.keys(&["Tab"])?;
    // The cursor is on the last line of what was accepted, one past its end.
    terminal.wait("the accepted text", |screen| buffer(screen).len() >= shown.len())?;
    terminal.keys(&["Escape"])?;
    terminal.wait("insert mode to end", |screen| !screen.contains("-- INSERT --"))?;
    terminal.keys(&[":wq", "Enter"])?;

    let start = Instant::now();
    loop {
        let saved = std::fs::read_to_string(&file)?;
        let lines: Vec<&str> = saved.lines().map(str::trim_end).collect();
        if lines == shown {
            run::say(&format!("Neovim {}: shown, accepted and saved:\n{saved}", neovim.version));
            return Ok(());
        }
        if saved != FILE || start.elapsed() > LIMIT {
            bail!("on the screen stood\n{}\nbut in the file stands\n{saved}", shown.join("\n"));
        }
        sleep(PAUSE);
    }
}

/// The lines of the buffer on the screen, ghost text included, without white space at their ends.
fn buffer(screen: &str) -> Vec<String> {
    let lines = screen.lines().map(|line| line.trim_end().to_owned());
    let mut lines: Vec<String> = lines.take_while(|line| !line.starts_with('~')).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Neovim in a terminal, with the plugin.
fn launch(workspace: &Workspace, neovim: &Neovim, home: &Path, file: &Path) -> Result<Terminal> {
    let config = home.join("init.lua");
    let words = |path: &Path| path.to_string_lossy().into_owned();
    // As JSON strings, whose escapes are valid in Lua, too.
    let (plugin, server) = (words(&workspace.root.join("editors/nvim")), words(&workspace.server()));
    let (plugin, server) = (serde_json::to_string(&plugin)?, serde_json::to_string(&server)?);
    std::fs::write(
        &config,
        format!(
            "vim.opt.runtimepath:prepend({plugin})\nvim.o.swapfile = false\n\
             require(\"codegen\").setup({{ cmd = {{ {server} }}, on_attach = function()\n  \
             vim.o.statusline = \"server attached\"\nend }})\n"
        ),
    )?;
    let mut command = Command::new(&neovim.program);
    command.args(["--clean", "-u"]).arg(&config).arg(file);
    isolate(&mut command, home)?;
    Terminal::start("Neovim", &command)
}

#[cfg(test)]
mod tests {
    use super::buffer;

    #[test]
    fn the_screen_ends_where_the_buffer_does() {
        let screen = "def f():   \n    return 1\n\n~       \n~\nserver attached\n";
        assert_eq!(buffer(screen), ["def f():", "    return 1"]);
        assert!(buffer("~\n~\n").is_empty());
    }
}

//! StyLua, which says whether the Neovim plugin's Lua is formatted, from npm into the cache folder.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::installation::{Temporary, put};
use crate::run;
use crate::workspace::{self, Workspace};

/// Another version may format otherwise.
const VERSION: &str = "2.5.2";

/// Whether it is installed.
pub fn installed(workspace: &Workspace) -> bool {
    works(workspace).is_ok()
}

/// Installs it if it is not there.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    if installed(workspace) {
        return Ok(());
    }
    workspace::create(&workspace.cache)?;
    run::step(&format!("install StyLua {VERSION} from npm"), || install(workspace))
}

/// Checks that the plugin's Lua is formatted, with the rules of its `stylua.toml`.
pub fn check(workspace: &Workspace) -> Result<()> {
    let plugin = workspace.root.join("editors/nvim");
    run::shown(Command::new(program(workspace).canonicalize()?).args(["--check", "."]).current_dir(plugin))
}

fn root(workspace: &Workspace) -> PathBuf {
    workspace.cache.join("stylua")
}

/// The script of the package, which runs the program that npm has chosen for this machine.
fn program(workspace: &Workspace) -> PathBuf {
    root(workspace).join("node_modules/.bin/stylua")
}

fn works(workspace: &Workspace) -> Result<()> {
    let told = run::output(Command::new(program(workspace)).arg("--version"))?;
    if told.split_whitespace().last() != Some(VERSION) {
        bail!("{} is not StyLua {VERSION}, but says {told:?}", program(workspace).display());
    }
    Ok(())
}

fn install(workspace: &Workspace) -> Result<()> {
    let work = Temporary::new(workspace, "stylua")?;
    let tree = work.0.join("tree");
    workspace::create(&tree)?;
    // npm installs into the next folder above that has such a file.
    std::fs::write(tree.join("package.json"), "{ \"private\": true }\n")?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error", "--save-exact"]);
    npm.arg("--cache").arg(work.0.join("downloads")).arg(format!("@johnnymorganz/stylua-bin@{VERSION}"));
    run::shown(npm.current_dir(&tree))?;
    put(&tree, &root(workspace))?;
    works(workspace)
}

//! The program as package managers install it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::program::Program;
use super::session;
use crate::dist::{Also, Made, pack_also};
use crate::run;
use crate::setup::{self, Need};
use crate::workspace::{self, Workspace};

/// Returns the requirements of the package managers.
pub fn needs() -> Vec<Need> {
    let mut needs = setup::for_linters();
    needs.extend(setup::for_stylua());
    needs
}

/// Installs the wheel and the packages of npm, and runs the program of each.
pub fn test(workspace: &Workspace, made: &Made, program: &Program) -> Result<()> {
    let wheel = pack_also(workspace, made, Also::Wheel)?;
    let installed = program.at(&pip(workspace, &wheel)?);
    let variant = installed.complete()?;
    run::say(&format!("pip: completes a file with the CPU code for {variant}"));
    let npm_packages = pack_also(workspace, made, Also::Npm)?;
    let installed = program.at(&npm(workspace, &npm_packages)?);
    let variant = installed.complete()?;
    run::say(&format!("npm: completes a file with the CPU code for {variant}"));
    session::serve(&installed.command(), "npm")?;
    let refused = installed.run(&["complete", "nowhere.py"], "")?;
    if refused.code != Some(2) {
        bail!("the exit code is lost on the way through npm: {refused:?}");
    }
    Ok(())
}

/// Installs a wheel into an environment of its own, from nowhere else, and returns the program's path.
fn pip(workspace: &Workspace, wheel: &[PathBuf]) -> Result<PathBuf> {
    let environment = workspace.scratch("dist-pip")?.join("environment");
    run::output(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    let mut pip = Command::new(environment.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]).args(wheel);
    run::shown(&mut pip)?;
    Ok(environment.join("bin/codegen-lsp"))
}

/// Installs packages of npm into a folder, without those of other platforms, and returns the path of what starts the program.
fn npm(workspace: &Workspace, packages: &[PathBuf]) -> Result<PathBuf> {
    let folder = workspace.scratch("dist-npm-installed")?;
    workspace::create(&folder)?;
    std::fs::write(folder.join("package.json"), "{ \"private\": true }\n").context("cannot write package.json")?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--offline", "--omit=optional", "--no-audit", "--no-fund", "--loglevel", "error"]);
    npm.arg("--cache").arg(folder.join("cache")).args(packages).current_dir(&folder);
    run::shown(&mut npm)?;
    Ok(folder.join("node_modules/.bin/codegen-lsp"))
}

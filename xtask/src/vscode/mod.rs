//! The extension for VS Code: checked, packed with the server inside, and tested in real VS Codes.

mod editor;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::{self, Workspace};
use crate::{run, setup};
use editor::{CURRENT, OLD};

/// The pictures of the tests that the extension's README shows.
const PICTURES: &[&str] = &["suggestion", "lenses", "candidates"];

/// Whether everything that comes from npm is installed, but for the extension's own tools.
pub fn installed(workspace: &Workspace) -> bool {
    [CURRENT, OLD].into_iter().all(|editor| editor.installed(workspace))
}

/// Installs the VS Codes and the extension's tools.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    CURRENT.ensure(workspace)?;
    OLD.ensure(workspace)?;
    ensure_tools(workspace)
}

/// `cargo xtask vscode`: builds the server for users, packs the extension with it, and says how to install that.
pub fn vscode(workspace: &Workspace) -> Result<()> {
    run::step("set up", || {
        setup::ensure(&setup::for_build())?;
        set_up(workspace)
    })?;
    run::step("build codegen-lsp (llama.cpp takes minutes the first time)", || workspace.build_release())?;
    let package = workspace.target.join(format!("codegen-{}.vsix", platform()?));
    run::step("pack the extension", || pack(workspace, &[workspace.release_server()], &package))?;
    run::say(&format!("\nInstall it with: code --install-extension {}", package.display()));
    Ok(())
}

/// Packs the extension with a program that is given away, whose files are in `folder`, and returns the package's path.
pub fn pack_program(workspace: &Workspace, folder: &Path, out: &Path) -> Result<PathBuf> {
    run::step("set up VS Code's tools", || set_up(workspace))?;
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let out = out.canonicalize().with_context(|| format!("cannot find {}", out.display()))?;
    let package = out.join(format!("codegen-{}.vsix", platform()?));
    run::step("pack the extension", || pack(workspace, &files, &package))?;
    Ok(package)
}

fn set_up(workspace: &Workspace) -> Result<()> {
    if !CURRENT.installed(workspace) {
        setup::ensure(&setup::for_vscode())?;
    }
    CURRENT.ensure(workspace)?;
    ensure_tools(workspace)
}

/// `cargo xtask vscode --pictures`: copies the README's pictures from those that the last tests took.
pub fn pictures(workspace: &Workspace) -> Result<()> {
    let from = folder(workspace).join("pictures");
    let to = extension(workspace).join("media");
    for name in PICTURES {
        let (from, to) = (from.join(name).with_extension("png"), to.join(name).with_extension("png"));
        std::fs::copy(&from, &to).with_context(|| {
            format!("there is no {}: the tests take it (cargo xtask test --only vscode)", from.display())
        })?;
        run::say(&format!("{} is as the last tests saw it", to.display()));
    }
    Ok(())
}

/// Checks the extension's code, packs it with the tests' server, and tests that in real VS Codes.
pub fn test(workspace: &Workspace) -> Result<()> {
    for script in ["lint", "check", "test"] {
        npm(workspace, &["run", "--silent", script])?;
    }
    let server = workspace.server().canonicalize().context("there is no server to test with")?;
    let server = server.to_str().context("the target folder's path is no Unicode")?;
    npm(workspace, &["run", "--silent", "settings", "--", "--check", server])?;
    let folder = workspace.scratch("vscode")?;
    let package = folder.join("codegen.vsix");
    pack(workspace, &[workspace.server()], &package)?;
    let mut command = Command::new(CURRENT.node(workspace).canonicalize()?);
    command.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(tests(workspace)?);
    command.current_dir(extension(workspace));
    let browser = run::browser().context("there is no browser")?;
    for (variable, path) in [
        ("E2E_NODE", CURRENT.node(workspace).canonicalize()?),
        ("E2E_CODE_SERVER", CURRENT.code_server(workspace).canonicalize()?),
        ("E2E_MINIMUM_NODE", OLD.node(workspace).canonicalize()?),
        ("E2E_MINIMUM_CODE_SERVER", OLD.code_server(workspace).canonicalize()?),
        ("E2E_CHROMIUM", browser),
        ("E2E_VSIX", package),
        ("E2E_OUT", folder.clone()),
        ("CODEGEN_LSP", workspace.server()),
    ] {
        command.env(variable, path);
    }
    run::say(&format!("VS Code {} and {}, pictures and logs in {}", CURRENT.name, OLD.name, folder.display()));
    run::shown(&mut command)
}

/// Packs the extension with the server's files inside, and no others.
fn pack(workspace: &Workspace, server: &[PathBuf], package: &Path) -> Result<()> {
    let place = extension(workspace).join("server");
    if place.exists() {
        std::fs::remove_dir_all(&place).with_context(|| format!("cannot empty {}", place.display()))?;
    }
    workspace::create(&place)?;
    for file in server {
        let name = file.file_name().context("a file of the server has no name")?;
        std::fs::copy(file, place.join(name)).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    let package = package.to_str().context("the target folder's path is no Unicode")?;
    npm(workspace, &["run", "--silent", "package", "--", "--target", platform()?, "--out", package])
}

/// The platform of this machine, as VS Code names it.
fn platform() -> Result<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("linux-x64"),
        ("linux", "aarch64") => Ok("linux-arm64"),
        ("macos", "x86_64") => Ok("darwin-x64"),
        ("macos", "aarch64") => Ok("darwin-arm64"),
        ("windows", "x86_64") => Ok("win32-x64"),
        ("windows", "aarch64") => Ok("win32-arm64"),
        (system, processor) => bail!("VS Code has no extensions for {system} with {processor}"),
    }
}

fn extension(workspace: &Workspace) -> PathBuf {
    workspace.root.join("editors/vscode")
}

/// Where the tests leave what they saw.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("xtask/vscode")
}

/// The files of tests in a real VS Code, each of which starts one.
fn tests(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let folder = extension(workspace).join("test/e2e");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.retain(|path| path.to_string_lossy().ends_with(".test.ts"));
    found.sort();
    if found.is_empty() {
        bail!("{} has no tests", folder.display());
    }
    Ok(found)
}

/// Installs the extension's tools as its lock file has them, unless they are there.
fn ensure_tools(workspace: &Workspace) -> Result<()> {
    let folder = extension(workspace);
    let lock =
        std::fs::read(folder.join("package-lock.json")).context("cannot read the extension's package-lock.json")?;
    // npm empties the folder before it begins, so the mark is there only if it came to the end.
    let mark = folder.join("node_modules/.installed-lock.json");
    if std::fs::read(&mark).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    // esbuild's script only checks its program and makes it start a little faster.
    npm(workspace, &["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"])?;
    std::fs::write(&mark, lock).with_context(|| format!("cannot write {}", mark.display()))
}

/// Runs npm in the extension's folder, with its downloads in the cache folder.
fn npm(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let cache = workspace.cache.canonicalize()?.join("npm");
    let mut command = CURRENT.npm(workspace)?;
    run::shown(command.args(arguments).current_dir(extension(workspace)).env("npm_config_cache", cache))
}

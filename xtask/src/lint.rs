//! Checks everything that is neither Rust nor Lua: spelling, workflows, and the dependencies' licences and sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::python::Environment;
use crate::run;
use crate::workspace::Workspace;

/// The linters that PyPI has as built programs.
pub const TOOLS: Environment = Environment {
    folder: "lint-python",
    what: "typos, ruff, check-jsonschema and zizmor",
    packages: include_str!("lint_python.txt"),
    versions: "",
    options: &["--only-binary", ":all:"],
    probe: "import check_jsonschema",
};

/// The version of cargo-deny to install if there is none.
const CARGO_DENY: &str = "0.20.2";

/// Checks spelling, with the rules of `_typos.toml`.
pub fn typos(workspace: &Workspace) -> Result<()> {
    let mut command = Command::new(TOOLS.program(workspace, "typos"));
    run::shown(command.args(["--config", "_typos.toml", "--color", "never"]).current_dir(&workspace.root))
}

/// Checks the workflows and issue forms: that GitHub can read them, and that they let no outsider run code or read
/// secrets.
pub fn workflows(workspace: &Workspace) -> Result<()> {
    let github = workspace.root.join(".github");
    let forms = github.join("ISSUE_TEMPLATE");
    let (configuration, forms): (Vec<_>, Vec<_>) =
        files(&forms)?.into_iter().partition(|path| path.ends_with("config.yml"));
    check_schema(workspace, "vendor.github-workflows", &files(&github.join("workflows"))?)?;
    check_schema(workspace, "vendor.github-issue-forms", &forms)?;
    check_schema(workspace, "vendor.github-issue-config", &configuration)?;
    check_schema(workspace, "vendor.dependabot", &[github.join("dependabot.yml")])?;
    let mut zizmor = Command::new(TOOLS.program(workspace, "zizmor"));
    zizmor.args(["--offline", "--no-progress", "--color", "never", "--persona", "pedantic", ".github"]);
    run::shown(zizmor.current_dir(&workspace.root))
}

/// Checks licences, sources and versions of all dependencies against `deny.toml`. Known vulnerabilities are not checked
/// here, because their database must be downloaded: `cargo deny check advisories`.
pub fn deny(workspace: &Workspace) -> Result<()> {
    let program = cargo_deny(workspace)?;
    let mut command = Command::new(program);
    command.args(["--offline", "--all-features", "--locked", "check", "--hide-inclusion-graph"]);
    command.args(["licenses", "bans", "sources"]);
    run::shown(command.current_dir(&workspace.root))
}

/// Returns cargo-deny: the one on `PATH`, or one that is built here, which takes some minutes.
fn cargo_deny(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(found) = run::on_path("cargo-deny") {
        return Ok(found);
    }
    let root = workspace.cache.join("cargo-deny");
    let program = root.join("bin/cargo-deny");
    let version = run::output(Command::new(&program).arg("--version")).unwrap_or_default();
    if version.split_whitespace().last() != Some(CARGO_DENY) {
        let mut install = run::cargo(&workspace.root);
        install.args(["install", "--quiet", "--locked", "--force", "--version", CARGO_DENY, "cargo-deny", "--root"]);
        run::shown(install.arg(&root).env_remove("CARGO_TARGET_DIR"))?;
    }
    Ok(program)
}

fn check_schema(workspace: &Workspace, schema: &str, files: &[PathBuf]) -> Result<()> {
    let mut command = Command::new(TOOLS.program(workspace, "check-jsonschema"));
    run::shown(command.args(["--color", "never", "--builtin-schema", schema]).args(files))
}

/// The YAML files of a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "yml"));
    found.sort();
    if found.is_empty() {
        bail!("{} has no .yml files", folder.display());
    }
    Ok(found)
}

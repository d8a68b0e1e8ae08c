//! The places of the repository's files and folders.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run;

pub struct Workspace {
    /// The repository's root.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// Where downloaded tools are kept: `.cache` in the root, or what `CODEGEN_XTASK_CACHE` names (from the root).
    pub cache: PathBuf,
}

impl Workspace {
    pub fn find() -> Result<Self> {
        // Cargo sets the variable for what it runs; the constant serves a binary that is started by hand.
        let own =
            std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = own.parent().context("the xtask crate lies in no folder")?.to_owned();
        let metadata =
            run::output(run::cargo(&root).args(["metadata", "--no-deps", "--offline", "--format-version", "1"]))?;
        let metadata: serde_json::Value = serde_json::from_str(&metadata).context("cargo metadata printed no JSON")?;
        let target = metadata["target_directory"].as_str().context("cargo metadata names no target_directory")?;
        let cache = root.join(std::env::var_os("CODEGEN_XTASK_CACHE").unwrap_or_else(|| ".cache".into()));
        Ok(Self { target: target.into(), cache, root })
    }

    /// The server that [`build`](Self::build) makes.
    pub fn server(&self) -> PathBuf {
        self.target.join("debug/codegen-lsp")
    }

    /// Builds the server, with the profile that the tests use too.
    pub fn build(&self) -> Result<()> {
        run::shown(run::cargo(&self.root).args(["build", "--package", "codegen-lsp"]))
    }

    /// The server that [`build_release`](Self::build_release) makes.
    pub fn release_server(&self) -> PathBuf {
        self.target.join("release").join(format!("codegen-lsp{}", std::env::consts::EXE_SUFFIX))
    }

    /// Builds the server as users get it.
    pub fn build_release(&self) -> Result<()> {
        run::shown(run::cargo(&self.root).args(["build", "--release", "--package", "codegen-lsp"]))
    }

    /// An empty folder under the target folder.
    pub fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        create(&folder)?;
        Ok(folder)
    }
}

/// Creates the folder and those above it.
pub fn create(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}

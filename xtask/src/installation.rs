//! Installations into the cache folder that are there whole or not at all.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace::{self, Workspace};

/// A folder that is removed again when the installation ends, however it ends.
pub struct Temporary(pub PathBuf);

impl Temporary {
    pub fn new(workspace: &Workspace, name: &str) -> Result<Self> {
        let folder = workspace.cache.join(format!("{name}-{}.part", std::process::id()));
        workspace::create(&folder)?;
        // Absolute, since apt, pip and npm get it.
        Ok(Self(folder.canonicalize()?))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // If it cannot be removed, a leftover folder does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Moves a whole installation to its place, so that no partial one is ever there.
pub fn put(tree: &Path, place: &Path) -> Result<()> {
    if place.exists() {
        std::fs::remove_dir_all(place).with_context(|| format!("cannot remove {}", place.display()))?;
    }
    std::fs::rename(tree, place).with_context(|| format!("cannot create {}", place.display()))
}

//! The user's files: read with errors that say what is wrong, and replaced whole or not at all.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};

/// Reads a file of text.
///
/// # Errors
/// It cannot be read, or is not UTF-8.
pub fn read(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            bail!("{} is not UTF-8 text (byte {at} is no part of a character)", path.display())
        }
    }
}

/// Replaces a file's text: written beside, synced, renamed, permissions kept. A link stays a link.
///
/// # Errors
/// The operating system refuses; the file is then as it was.
pub fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let path = path.canonicalize().with_context(failed)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let permissions = std::fs::metadata(&path).with_context(failed)?.permissions();
    let mut file = tempfile::Builder::new().prefix(".codegen-lsp-").tempfile_in(folder).with_context(failed)?;
    file.write_all(text.as_bytes()).with_context(failed)?;
    file.as_file().set_permissions(permissions).with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    file.persist(&path).with_context(failed)?;
    Ok(())
}

//! The user's files: read with errors that say what is wrong, and replaced whole or not at all.

use std::path::Path;

use anyhow::{Context, bail};

/// What some editors put at a file's start to say that it is UTF-8. It is no part of the text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a file of text, without the byte order mark that it may start with.
///
/// # Errors
/// It cannot be read, or is not UTF-8.
pub fn read(path: &Path) -> anyhow::Result<String> {
    let text = read_whole(path)?;
    Ok(text.strip_prefix(BYTE_ORDER_MARK).map_or_else(|| text.clone(), str::to_owned))
}

fn read_whole(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            bail!("{} is not UTF-8 text (byte {at} is no part of a character)", path.display())
        }
    }
}

/// Refuses a file that [`replace`] must not replace: one that its owner has protected. (To replace a file by another, the
/// folder's permission is enough.)
///
/// # Errors
/// The file is read-only, or cannot be looked at.
pub fn check_writable(path: &Path) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    if std::fs::metadata(path).with_context(failed)?.permissions().readonly() {
        bail!("cannot write {}: it is read-only", path.display());
    }
    Ok(())
}

/// Replaces a file's text `old`, as [`read`] had it, by `new`: written beside, synced, renamed, permissions and byte order
/// mark kept. A link stays a link.
///
/// # Errors
/// The file was changed meanwhile, or the operating system refuses; the file is then as it was.
pub fn replace(path: &Path, old: &str, new: &str) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let current = read_whole(path)?;
    let mark = if current.starts_with(BYTE_ORDER_MARK) { &current[..BYTE_ORDER_MARK.len_utf8()] } else { "" };
    if &current[mark.len()..] != old {
        bail!("{} was changed by something else meanwhile, so nothing is written into it", path.display());
    }
    codegen_engine::output::replace(path, [mark, new].concat().as_bytes()).with_context(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_text_but_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        std::fs::write(&path, "\u{feff}x = 1\n").unwrap();
        assert_eq!(read(&path).unwrap(), "x = 1\n");
        replace(&path, "x = 1\n", "y = 2\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "\u{feff}y = 2\n");
    }

    #[test]
    fn what_was_written_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        std::fs::write(&path, "x = 2\n").unwrap();
        let error = replace(&path, "x = 1\n", "y = 2\n").unwrap_err().to_string();
        assert!(error.contains("a.py was changed by something else meanwhile"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "x = 2\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside");
    }
}

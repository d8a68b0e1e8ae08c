//! The user's files: read with errors that describe the problem, and replaced whole or not at all.

use std::path::Path;

use anyhow::{Context, bail};

/// The mark with which some editors label a file as UTF-8. It is no part of the text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a text file, without the byte order mark that it may start with.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
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

/// Refuses a file that its owner has made read-only: [`replace`] must not replace it, although the folder's permission
/// would be enough.
///
/// # Errors
/// The file is read-only, or its metadata cannot be read.
pub fn check_writable(path: &Path) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    if std::fs::metadata(path).with_context(failed)?.permissions().readonly() {
        bail!("cannot write {}: it is read-only", path.display());
    }
    Ok(())
}

/// Replaces a file's text `old`, as [`read`] returned it, by `new`. The new file is written beside it, synced and
/// renamed; permissions and byte order mark are kept, and a link stays a link.
///
/// # Errors
/// The file was changed meanwhile, or the operating system refuses; the file is then unchanged.
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

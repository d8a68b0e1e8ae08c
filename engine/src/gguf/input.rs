//! Opens files for reading: only regular files, and no Git LFS pointers.

use std::fs::File;
use std::path::Path;

use super::ModelError;

/// Opens a regular file for reading. Anything else is refused by its kind before it is opened: opening a pipe waits for its
/// other end, and reading a device may never end.
pub(crate) fn open(path: &Path) -> Result<File, ModelError> {
    let kind = std::fs::metadata(path).map_err(|error| absent(path, error))?.file_type();
    if !kind.is_file() {
        return Err(ModelError::invalid(path, format!("is {}, not a file", special(kind))));
    }
    File::open(path).map_err(ModelError::io(path))
}

/// Returns the error for a missing file. A link whose target is missing is listed in its folder, so "no such file"
/// alone would mislead the user.
fn absent(path: &Path, cause: std::io::Error) -> ModelError {
    match std::fs::read_link(path) {
        Ok(target) if cause.kind() == std::io::ErrorKind::NotFound => {
            ModelError::invalid(path, format!("is a link to {}, which is not there", target.display()))
        }
        _ => ModelError::Io { path: path.to_owned(), cause },
    }
}

/// Returns the name of a kind of file that is not regular.
#[cfg(unix)]
fn special(kind: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(kind: std::fs::FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { "a device or a pipe" }
}

/// The first line of a Git LFS pointer (<https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>).
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// A pointer is shorter than this by its specification, in bytes.
pub(crate) const LARGEST_POINTER: u64 = 1024;

/// Refuses the start of a file that is a Git LFS pointer: what a clone without git-lfs holds in place of a large file.
pub(crate) fn check_pointer(path: &Path, start: &[u8]) -> Result<(), ModelError> {
    if !start.starts_with(POINTER) {
        return Ok(());
    }
    Err(ModelError::invalid(
        path,
        "is a Git LFS pointer, which stands for a file that was not downloaded; fetch it with `git lfs pull` in its folder, \
         or download the model with `hf download`",
    ))
}

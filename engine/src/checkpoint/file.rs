//! Files read at given offsets. Nothing is mapped: a file cut short by somebody else is an error here, not a signal.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::gguf::ModelError;

/// An open file and its length at the time it was opened.
#[derive(Debug)]
pub(super) struct SourceFile {
    pub path: PathBuf,
    pub length: u64,
    file: File,
}

impl SourceFile {
    pub fn open(path: PathBuf) -> Result<Self, ModelError> {
        let file = open(&path)?;
        let metadata = file.metadata().map_err(ModelError::io(&path))?;
        let file = Self { path, length: metadata.len(), file };
        if file.length < LARGEST_POINTER {
            #[allow(clippy::cast_possible_truncation)] // below LARGEST_POINTER
            let bytes = file.read_vec(0, file.length as usize)?;
            check_pointer(&file.path, &bytes)?;
        }
        Ok(file)
    }

    /// Fills `buffer` with the bytes from `offset` on.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ModelError> {
        read_exact_at(&self.file, offset, buffer).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => self.error("became shorter while it was read"),
            _ => ModelError::io(&self.path)(error),
        })
    }

    /// `length` bytes from `offset` on; the caller has checked that the file holds as many.
    pub fn read_vec(&self, offset: u64, length: usize) -> Result<Vec<u8>, ModelError> {
        let mut bytes = vec![0; length];
        self.read_at(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// The file itself, for readers that want one.
    pub fn handle(&self) -> &File {
        &self.file
    }

    pub fn error(&self, problem: impl Into<String>) -> ModelError {
        ModelError::invalid(&self.path, problem)
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, offset: u64, buffer: &mut [u8]) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut offset: u64, mut buffer: &mut [u8]) -> std::io::Result<()> {
    while !buffer.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, buffer, offset)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        buffer = &mut buffer[read..];
        offset += read as u64;
    }
    Ok(())
}

/// The text of a small file; more than `max` bytes are refused rather than read.
pub(in crate::model) fn read_to_string(path: &Path, max: u64) -> Result<String, ModelError> {
    let file = open(path)?;
    let mut bytes = Vec::new();
    file.take(max + 1).read_to_end(&mut bytes).map_err(ModelError::io(path))?;
    if bytes.len() as u64 > max {
        return Err(ModelError::invalid(path, format!("has more than {max} bytes, which such a file never has")));
    }
    check_pointer(path, &bytes)?;
    String::from_utf8(bytes).map_err(|_| ModelError::invalid(path, "is not UTF-8 text"))
}

/// Opens a regular file for reading. Anything else is refused by its kind before it is opened: opening a pipe waits for its
/// other end, and reading a device may never end.
pub(in crate::model) fn open(path: &Path) -> Result<File, ModelError> {
    let kind = std::fs::metadata(path).map_err(|error| absent(path, error))?.file_type();
    if !kind.is_file() {
        return Err(ModelError::invalid(path, format!("is {}, not a file", special(kind))));
    }
    File::open(path).map_err(ModelError::io(path))
}

/// A link whose target is missing exists for whoever lists the folder, so that "no such file" alone would mislead.
fn absent(path: &Path, cause: std::io::Error) -> ModelError {
    match std::fs::read_link(path) {
        Ok(target) if cause.kind() == std::io::ErrorKind::NotFound => {
            ModelError::invalid(path, format!("is a link to {}, which is not there", target.display()))
        }
        _ => ModelError::Io { path: path.to_owned(), cause },
    }
}

/// What a thing that is no regular file is called.
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
const LARGEST_POINTER: u64 = 1024;

/// Refuses the start of a file that is a Git LFS pointer: what a clone without git-lfs holds in place of a large file.
pub(in crate::model) fn check_pointer(path: &Path, start: &[u8]) -> Result<(), ModelError> {
    if !start.starts_with(POINTER) {
        return Ok(());
    }
    Err(ModelError::invalid(
        path,
        "is a Git LFS pointer, which stands for a file that was not downloaded; fetch it with `git lfs pull` in its folder, \
         or download the model with `hf download`",
    ))
}

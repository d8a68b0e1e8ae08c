//! Files read at given offsets. Nothing is mapped: a file that another program cuts short is an error here, not a
//! signal.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::gguf::ModelError;
use crate::gguf::input::{LARGEST_POINTER, check_pointer, open};

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
pub(crate) fn read_to_string(path: &Path, max: u64) -> Result<String, ModelError> {
    let file = open(path)?;
    let mut bytes = Vec::new();
    file.take(max + 1).read_to_end(&mut bytes).map_err(ModelError::io(path))?;
    if bytes.len() as u64 > max {
        return Err(ModelError::invalid(path, format!("has more than {max} bytes, which such a file never has")));
    }
    check_pointer(path, &bytes)?;
    String::from_utf8(bytes).map_err(|_| ModelError::invalid(path, "is not UTF-8 text"))
}

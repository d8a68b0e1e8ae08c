//! Files that one program at a time holds, as the Hub's own tools hold theirs.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use crate::error::HubError;

/// A lock that is held until it is dropped, or the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes a lock; `waiting` is called again and again while another holds it, and waits.
    ///
    /// # Errors
    /// The file cannot be made, or those of `waiting`.
    pub fn take(path: &Path, waiting: &mut dyn FnMut() -> Result<(), HubError>) -> Result<Self, HubError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(HubError::io(folder))?;
        }
        let open = File::options().create(true).truncate(false).write(true).open(path);
        let file = open.map_err(HubError::io(path))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => waiting()?,
                Err(TryLockError::Error(cause)) => return Err(HubError::io(path)(cause)),
            }
        }
    }
}

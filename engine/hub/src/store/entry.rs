//! What is written of a model that was pulled.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::HubError;

/// The largest size of an entry in bytes.
const MOST: u64 = 1 << 16;

/// A model on this machine, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The GGUF file: in the model's folder, or in the Hub's cache.
    pub file: PathBuf,
    /// The type of its weights, as `--type` has it, if it was made here.
    #[serde(rename = "type")]
    pub file_type: Option<String>,
    /// The repository that it is from.
    pub repository: String,
    /// The commit of the repository.
    pub commit: String,
    /// The file of the repository that it is, or was made of.
    pub source: String,
    /// The bytes of the GGUF file.
    pub bytes: u64,
}

impl Entry {
    /// Reads the entry of a model's folder; `None` if there is none.
    ///
    /// # Errors
    /// It cannot be read, or is none.
    pub(super) fn read(folder: &Path, path: &Path) -> Result<Option<Self>, HubError> {
        let text = match fs::metadata(path) {
            Ok(about) if about.is_file() && about.len() <= MOST => {
                fs::read_to_string(path).map_err(HubError::io(path))?
            }
            Ok(_) => return Err(damaged(path, "is no file, or too large")),
            Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(cause) => return Err(HubError::io(path)(cause)),
        };
        let mut entry: Self = serde_json::from_str(&text).map_err(|error| damaged(path, &error.to_string()))?;
        // The folder may have been moved, so that its own files are named without it.
        entry.file = folder.join(&entry.file);
        Ok(Some(entry))
    }

    /// Writes the entry, whole or not at all.
    ///
    /// # Errors
    /// The system refuses.
    pub(super) fn write(&self, folder: &Path, path: &Path) -> Result<(), HubError> {
        let mut entry = self.clone();
        if let Ok(local) = self.file.strip_prefix(folder) {
            entry.file = local.to_owned();
        }
        let text = serde_json::to_string_pretty(&entry).map_err(|error| damaged(path, &error.to_string()))?;
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(HubError::io(folder))?;
        file.write_all(text.as_bytes()).map_err(HubError::io(path))?;
        file.as_file().sync_all().map_err(HubError::io(path))?;
        file.persist(path).map_err(|error| HubError::io(path)(error.error))?;
        Ok(())
    }
}

fn damaged(path: &Path, why: &str) -> HubError {
    HubError::Unusable(format!("{} is damaged ({why}); remove its folder and pull the model again", path.display()))
}

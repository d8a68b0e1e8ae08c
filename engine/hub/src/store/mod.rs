//! The models on this machine: those that were pulled, and the cache that this program shares with the Hub's own tools. Disk only.

pub mod cache;
mod entry;
pub mod lock;
pub mod space;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub use cache::Cache;
pub use entry::Entry;
use lock::Lock;

use crate::error::HubError;
use crate::names::Hub;

/// The environment variable that names another folder for models.
pub const VARIABLE: &str = "CODEGEN_LSP_MODELS";
/// The file in a model's folder that says what it is.
const ENTRY: &str = "model.json";
/// The folder of the locks.
const LOCKS: &str = ".locks";
/// The end of names of files that are not whole.
const PART: &str = ".part";

/// The folder with the models that were pulled: for each a folder with its entry, and its file where that was made here.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// What was found of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there.
    Here(Box<Entry>),
    /// It was, and its file is gone from where it lay.
    Gone(PathBuf),
    /// It was not pulled.
    Nowhere,
}

impl Store {
    /// The store in a folder, which need not be there yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The user's: in `$CODEGEN_LSP_MODELS`, or in the platform's folder for this program's data.
    ///
    /// # Errors
    /// Neither is known.
    pub fn of_user() -> Result<Self, HubError> {
        if let Some(folder) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
            let folder = PathBuf::from(folder);
            return std::path::absolute(&folder).map(Self::new).map_err(HubError::io(&folder));
        }
        let folders = directories::ProjectDirs::from("", "", "codegen-lsp").ok_or(HubError::NoFolder(VARIABLE))?;
        Ok(Self::new(folders.data_dir().join("models")))
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Looks for a model.
    ///
    /// # Errors
    /// Its entry cannot be read, or was not written by this program.
    pub fn find(&self, name: &Hub) -> Result<Found, HubError> {
        self.read(&self.folder.join(name.id()))
    }

    fn read(&self, folder: &Path) -> Result<Found, HubError> {
        let Some(entry) = Entry::read(folder, &folder.join(ENTRY))? else { return Ok(Found::Nowhere) };
        Ok(match entry.file.is_file() {
            true => Found::Here(Box::new(entry)),
            false => Found::Gone(entry.file),
        })
    }

    /// Whether something of a model is here, whole or not.
    #[must_use]
    pub fn has(&self, name: &Hub) -> bool {
        self.folder.join(name.id()).is_dir()
    }

    /// All models, by the alphabet of their names. Entries that cannot be read are told and left out.
    ///
    /// # Errors
    /// The folder is there and cannot be read.
    pub fn list(&self) -> Result<(Vec<Entry>, Vec<String>), HubError> {
        let (mut entries, mut problems) = (Vec::new(), Vec::new());
        let folders = match fs::read_dir(&self.folder) {
            Ok(folders) => folders,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok((entries, problems)),
            Err(cause) => return Err(HubError::io(&self.folder)(cause)),
        };
        for folder in folders {
            let folder = folder.map_err(HubError::io(&self.folder))?.path();
            match self.read(&folder) {
                Ok(Found::Here(entry)) => entries.push(*entry),
                Ok(Found::Gone(file)) => problems.push(format!(
                    "{} is gone, which {} names; pull the model again, or remove that folder",
                    file.display(),
                    folder.join(ENTRY).display()
                )),
                Ok(Found::Nowhere) => {}
                Err(problem) => problems.push(problem.to_string()),
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((entries, problems))
    }

    /// The folder of a model, made if it is not there, for a file that is about to be written.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn place(&self, name: &Hub) -> Result<PathBuf, HubError> {
        let folder = self.folder.join(name.id());
        fs::create_dir_all(&folder).map_err(HubError::io(&folder))?;
        Ok(folder)
    }

    /// Writes a model's entry, whose file has to be there already, and removes other files of its folder: those of another type, and
    /// what a pull that was ended left.
    ///
    /// # Errors
    /// It cannot be written; what was there is then as it was.
    pub fn put(&self, name: &Hub, entry: &Entry) -> Result<(), HubError> {
        let folder = self.place(name)?;
        entry.write(&folder, &folder.join(ENTRY))?;
        let others = fs::read_dir(&folder).map_err(HubError::io(&folder))?;
        for other in others.flatten().map(|other| other.path()) {
            if other != entry.file && other.file_name().is_some_and(|file| file != ENTRY) {
                // A program may run on it, which some systems do not let go; then it stays until the next time.
                let _ = fs::remove_file(other);
            }
        }
        Ok(())
    }

    /// Removes a model with what a pull of it left; of a file in the Hub's cache, the entry alone. Returns the bytes that are free
    /// again, `None` if there was nothing.
    ///
    /// # Errors
    /// The system refuses.
    pub fn remove(&self, name: &Hub) -> Result<Option<u64>, HubError> {
        let folder = self.folder.join(name.id());
        let bytes = match fs::read_dir(&folder) {
            Ok(files) => files.flatten().filter_map(|file| file.metadata().ok()).map(|about| about.len()).sum(),
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(HubError::io(&folder)(cause)),
        };
        // First the entry, so that an end in between leaves no model without its file.
        match fs::remove_file(folder.join(ENTRY)) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(HubError::io(&folder)(cause)),
            _ => {}
        }
        fs::remove_dir_all(&folder).map_err(HubError::io(&folder))?;
        Ok(Some(bytes))
    }

    /// The lock under which a model is pulled or removed; `waiting` is called while another program has it.
    ///
    /// # Errors
    /// It cannot be made, or those of `waiting`.
    pub fn lock(&self, name: &Hub, waiting: &mut dyn FnMut() -> Result<(), HubError>) -> Result<Lock, HubError> {
        Lock::take(&self.folder.join(LOCKS).join(format!("{}.lock", name.id())), waiting)
    }

    /// Whether a file's name is that of one that is not whole.
    #[must_use]
    pub fn is_part(file: &str) -> bool {
        file.ends_with(PART)
    }
}

#[cfg(test)]
mod tests;

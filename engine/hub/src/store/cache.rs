//! The Hub's cache, laid out as Python's `huggingface_hub` does, so that a file that either has fetched serves both:
//! `models--OWNER--NAME/{blobs/ETAG, snapshots/COMMIT/FILE, refs/REVISION}`, where a snapshot's files lead to the blobs.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::lock::Lock;
use crate::error::HubError;
use crate::names::Hub;

/// A cache of the Hub's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The cache in a folder, which need not be there yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of a repository.
    #[must_use]
    pub fn repository(&self, repository: &str) -> PathBuf {
        self.folder.join(folder_name(repository))
    }

    /// The commit that a revision was when something of it was last fetched; of a commit, itself if something of it is there.
    #[must_use]
    pub fn commit(&self, name: &Hub) -> Option<String> {
        let repository = self.repository(&name.repository);
        let revision = name.revision();
        let commit = match is_commit(revision) {
            true => revision.to_owned(),
            false => fs::read_to_string(repository.join("refs").join(revision)).ok()?.trim().to_owned(),
        };
        (is_commit(&commit) && repository.join("snapshots").join(&commit).is_dir()).then_some(commit)
    }

    /// The folder with the files of a commit.
    #[must_use]
    pub fn snapshot(&self, repository: &str, commit: &str) -> PathBuf {
        self.repository(repository).join("snapshots").join(commit)
    }

    /// The place of a file's contents, by their hash.
    #[must_use]
    pub fn blob(&self, repository: &str, hash: &str) -> PathBuf {
        self.repository(repository).join("blobs").join(hash)
    }

    /// The place of contents that are not whole yet, which a later try continues.
    #[must_use]
    pub fn incomplete(&self, repository: &str, hash: &str) -> PathBuf {
        self.repository(repository).join("blobs").join(format!("{hash}.incomplete"))
    }

    /// Notes that a revision is this commit now.
    ///
    /// # Errors
    /// The system refuses.
    pub fn set_commit(&self, name: &Hub, commit: &str) -> Result<(), HubError> {
        if name.revision() == commit {
            return Ok(());
        }
        let path = self.repository(&name.repository).join("refs").join(name.revision());
        let folder = path.parent().unwrap_or(&path);
        fs::create_dir_all(folder).map_err(HubError::io(folder))?;
        fs::write(&path, commit).map_err(HubError::io(&path))
    }

    /// Has a file of a commit lead to the contents with that hash, which have to be there. Where links are not allowed, the contents
    /// themselves are put there, as `huggingface_hub` does.
    ///
    /// # Errors
    /// The system refuses.
    pub fn link(&self, repository: &str, commit: &str, file: &str, hash: &str) -> Result<PathBuf, HubError> {
        let path = self.snapshot(repository, commit).join(file);
        let blob = self.blob(repository, hash);
        if let (Ok(there), Ok(blob)) = (path.canonicalize(), blob.canonicalize())
            && there == blob
        {
            return Ok(path);
        }
        let folder = path.parent().unwrap_or(&path);
        fs::create_dir_all(folder).map_err(HubError::io(folder))?;
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(HubError::io(&path)(cause)),
            _ => {}
        }
        // From snapshots/COMMIT/FILE, one level more for each folder in FILE.
        let up = "../".repeat(2 + file.matches('/').count());
        if symlink(Path::new(&format!("{up}blobs/{hash}")), &path).is_err() {
            fs::rename(&blob, &path).map_err(HubError::io(&path))?;
        }
        Ok(path)
    }

    /// A file of a commit, if it is there.
    #[must_use]
    pub fn file(&self, repository: &str, commit: &str, file: &str) -> Option<PathBuf> {
        Some(self.snapshot(repository, commit).join(file)).filter(|path| path.is_file())
    }

    /// Removes a file of a commit with its contents. What another commit leads to as well is gone for that, too, and is fetched again
    /// when it is asked for.
    ///
    /// # Errors
    /// The system refuses.
    pub fn remove(&self, repository: &str, commit: &str, file: &str, hash: &str) -> Result<(), HubError> {
        for path in [self.snapshot(repository, commit).join(file), self.blob(repository, hash)] {
            match fs::remove_file(&path) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(HubError::io(&path)(cause)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The lock under which contents are fetched: the one that `huggingface_hub` takes. `waiting` is called while another has it.
    ///
    /// # Errors
    /// It cannot be made, or those of `waiting`.
    pub fn lock(
        &self,
        repository: &str,
        hash: &str,
        waiting: &mut dyn FnMut() -> Result<(), HubError>,
    ) -> Result<Lock, HubError> {
        let folder = self.folder.join(".locks").join(folder_name(repository));
        Lock::take(&folder.join(format!("{hash}.lock")), waiting)
    }
}

fn folder_name(repository: &str) -> String {
    format!("models--{}", repository.replace('/', "--"))
}

/// Whether a text is a whole commit's hash.
#[must_use]
pub fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(unix)]
fn symlink(to: &Path, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, path)
}

#[cfg(windows)]
fn symlink(to: &Path, path: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_file(to, path)
}

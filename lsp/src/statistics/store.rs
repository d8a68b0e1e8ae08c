//! The counts on the disk: one file for each day, in a folder of the user's. Nothing else reads them, and nothing sends
//! them anywhere.
//!
//! Several servers may write at once: a file is read, added to and replaced while its writer has the folder's lock.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use codegen_engine::output;
use serde::{Deserialize, Serialize};

use super::counts::Statistics;
use super::day::Day;

/// The environment variable that names another folder than the platform's, or [`OFF`].
pub const VARIABLE: &str = "CODEGEN_LSP_STATISTICS";
/// The value of [`VARIABLE`] with which nothing is kept.
pub const OFF: &str = "off";
/// Days that are kept.
pub const DAYS: u64 = 90;
/// The largest size of a file in bytes; one of ours has a few thousand.
const MOST: u64 = 1 << 20;
/// The form of the files. A file of a later one is left alone.
const VERSION: u32 = 1;
/// The longest wait for other servers that write.
const WAIT: Duration = Duration::from_secs(2);
/// The name of the file that is locked.
const LOCK: &str = "lock";

/// A day's file.
#[derive(Debug, Serialize, Deserialize)]
struct OfDay {
    version: u32,
    counts: Statistics,
}

/// The reason why counts cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}: {problem}", path.display())]
    Io { path: PathBuf, problem: io::Error },
    #[error("{}: another codegen-lsp has held it for too long", path.display())]
    Locked { path: PathBuf },
    #[error("{}: {reason}", path.display())]
    Broken { path: PathBuf, reason: String },
    #[error("{}: it was written by a newer codegen-lsp", path.display())]
    Newer { path: PathBuf },
}

/// What was read.
#[derive(Debug, Default)]
pub struct Stored {
    /// The sum of the counts.
    pub counts: Statistics,
    /// The days that there are files of, the earliest first.
    pub days: Vec<Day>,
    /// The files that cannot be read, each with the reason.
    pub problems: Vec<StoreError>,
}

/// The folder of the counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    folder: PathBuf,
    /// The longest wait for others that write.
    patience: Duration,
}

impl Store {
    /// The user's own: `$CODEGEN_LSP_STATISTICS`, or `statistics` in the platform's folder for the state of this program
    /// (`~/.local/state/codegen-lsp` on Linux). `None` where there is no home folder, or where the variable is `off`.
    #[must_use]
    pub fn own() -> Option<Self> {
        if let Some(folder) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
            if folder == OFF {
                return None;
            }
            return std::path::absolute(folder).ok().map(|folder| Self::at(&folder));
        }
        let folders = directories::ProjectDirs::from("", "", "codegen-lsp")?;
        // Only Linux has a place for state.
        let state = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
        Some(Self::at(&state.join("statistics")))
    }

    /// The counts in that folder, which need not exist yet.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), patience: WAIT }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The counts of that day and of all later ones. What cannot be read is left out and named.
    #[must_use]
    pub fn read(&self, first: &Day) -> Stored {
        let mut stored = Stored::default();
        let mut files = match self.files() {
            Ok(files) => files,
            Err(problem) => {
                stored.problems.push(StoreError::Io { path: self.folder.clone(), problem });
                return stored;
            }
        };
        files.retain(|day| day >= first);
        for day in files {
            match self.read_day(&day) {
                Ok(None) => {}
                Ok(Some(counts)) => {
                    stored.counts.merge(&counts);
                    stored.days.push(day);
                }
                Err(problem) => stored.problems.push(problem),
            }
        }
        stored
    }

    /// Adds to the counts of the day of `now`, and removes days that are too old. A file that cannot be read is set aside under the ending
    /// `.broken`. Blocks for up to two seconds while others write.
    ///
    /// # Errors
    /// The system refuses, others hold the folder too long, or the day's file is that of a newer version. Nothing is then
    /// changed.
    pub fn add(&self, now: SystemTime, counts: &Statistics) -> Result<(), StoreError> {
        let day = &Day::of(now);
        create_private(&self.folder).map_err(at(&self.folder))?;
        let _lock = self.lock()?;
        let path = self.path(day);
        let mut all = match self.read_day(day) {
            Ok(counts) => counts.unwrap_or_default(),
            Err(StoreError::Broken { reason, .. }) => {
                tracing::warn!("{}: {reason}; it is set aside as .broken", path.display());
                fs::rename(&path, path.with_extension("broken")).map_err(at(&path))?;
                Statistics::default()
            }
            Err(problem) => return Err(problem),
        };
        all.merge(counts);
        let written = serde_json::to_string(&OfDay { version: VERSION, counts: all })
            .map_err(|error| StoreError::Broken { path: path.clone(), reason: error.to_string() })?;
        output::write(&path, written.as_bytes()).map_err(at(&path))?;
        self.prune(now);
        Ok(())
    }

    /// Removes all counts; returns the number of days there were.
    ///
    /// # Errors
    /// The system refuses, or others hold the folder too long.
    pub fn reset(&self) -> Result<usize, StoreError> {
        if !self.folder.exists() {
            return Ok(0);
        }
        let _lock = self.lock()?;
        let files = self.files().map_err(at(&self.folder))?;
        for day in &files {
            let path = self.path(day);
            fs::remove_file(&path).map_err(at(&path))?;
        }
        self.remove(|name, _| is_aside(name));
        Ok(files.len())
    }

    /// The days that there are files of, in order.
    fn files(&self) -> io::Result<Vec<Day>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut days: Vec<Day> = entries
            .filter_map(|entry| Day::of_name(entry.ok()?.file_name().to_str()?.strip_suffix(".json")?))
            .collect();
        days.sort();
        Ok(days)
    }

    fn read_day(&self, day: &Day) -> Result<Option<Statistics>, StoreError> {
        let path = self.path(day);
        let broken = |reason: String| StoreError::Broken { path: path.clone(), reason };
        let about = match fs::metadata(&path) {
            Ok(about) => about,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(problem) => return Err(StoreError::Io { path, problem }),
        };
        // Opening a pipe would wait for its other end.
        if !about.is_file() {
            return Err(broken("it is not a file".to_owned()));
        }
        let mut bytes = Vec::new();
        File::open(&path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes)).map_err(at(&path))?;
        if bytes.len() as u64 > MOST {
            return Err(broken(format!("it is larger than {MOST} bytes")));
        }
        let value: serde_json::Value =
            serde_json::from_slice(&bytes).map_err(|error| broken(format!("it is not JSON: {error}")))?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version > u64::from(VERSION) => Err(StoreError::Newer { path }),
            _ => match serde_json::from_value::<OfDay>(value) {
                Ok(of_day) => Ok(Some(of_day.counts)),
                Err(error) => Err(broken(format!("it has no counts: {error}"))),
            },
        }
    }

    /// Removes what is older than [`DAYS`], and what a process that was ended has left of a file.
    fn prune(&self, now: SystemTime) {
        let first = Day::first_of(DAYS, now);
        for day in self.files().unwrap_or_default().iter().filter(|day| **day < first) {
            let _ = fs::remove_file(self.path(day));
        }
        const A_DAY: Duration = Duration::from_secs(86_400);
        self.remove(|name, age| {
            is_aside(name) && age > A_DAY * u32::try_from(DAYS).unwrap_or(u32::MAX) || is_part(name) && age > A_DAY
        });
    }

    /// Removes files by their name and the time since they were written; what cannot be removed stays.
    fn remove(&self, which: impl Fn(&str, Duration) -> bool) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let written = entry.metadata().and_then(|about| about.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
            let age = SystemTime::now().duration_since(written).unwrap_or_default();
            if entry.file_name().to_str().is_some_and(|name| which(name, age)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Waits for the folder's lock, which the returned file holds.
    fn lock(&self) -> Result<File, StoreError> {
        let path = self.folder.join(LOCK);
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(at(&path))?;
        let deadline = Instant::now() + self.patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                // A file system without locks: two servers that write in the same moment may then lose a count.
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => return Ok(file),
                Err(TryLockError::Error(problem)) => return Err(StoreError::Io { path, problem }),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return Err(StoreError::Locked { path }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    fn path(&self, day: &Day) -> PathBuf {
        self.folder.join(format!("{}.json", day.name()))
    }
}

/// Names the file in an error.
fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    |problem| StoreError::Io { path, problem }
}

/// Whether it is the name of a file that was set aside.
fn is_aside(name: &str) -> bool {
    name.strip_suffix(".broken").is_some_and(|day| Day::of_name(day).is_some())
}

/// Whether it is the name of a file that a process was writing.
fn is_part(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".part")
}

/// Creates a folder for its owner alone, with those above it.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests;

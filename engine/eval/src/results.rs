//! A run's file: JSON lines, to which each sample and each verdict is added as soon as it is known.
//!
//! Every line is one write. So when a signal, a full disk or a power failure ends the program, there are whole lines
//! and at most one torn line at the end, which the next run drops. A run holds an exclusive lock while it writes; a
//! reader needs none.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::record::{Header, Line, Sample, Verdict};

mod difference;
mod lines;

pub use difference::{Difference, differences};
use lines::Keep;
pub use lines::Run;

/// The version of the format that is written, and the only one that is read.
pub const FORMAT: u32 = 1;

/// How long data may stay in the system's cache. A power failure loses at most this much time's data.
const SYNC_EVERY: Duration = Duration::from_secs(10);

/// The reason why a run's file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// The operating system reports an error.
    #[error("cannot {action} {}: {cause}", path.display())]
    Io {
        /// The operation: `read`, `write`, `lock`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's message.
        cause: io::Error,
    },
    /// The path is a folder, a device or another special file.
    #[error("{} is no regular file, so no run can be kept there", path.display())]
    Irregular {
        /// The file.
        path: PathBuf,
    },
    /// Another process is writing it.
    #[error("another run is writing {}: wait until it has ended, or give another file", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file is not a run's.
    #[error("{} is not the file of a run: {reason}", path.display())]
    NoRun {
        /// The file.
        path: PathBuf,
        /// The evidence for that.
        reason: String,
    },
    /// A line other than the last is not one that a run writes.
    #[error("{}, line {line}: {reason}", path.display())]
    BadLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The fault that was found.
        reason: String,
    },
    /// The run was begun with other settings.
    #[error(
        "{} was begun with other settings, and samples of both would be mixed; give another file, or the settings it was \
         begun with:\n{}",
        path.display(),
        difference::list(differences)
    )]
    OtherRun {
        /// The file.
        path: PathBuf,
        /// The settings that differ.
        differences: Vec<Difference>,
    },
}

impl ResultsError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Io { action, path: path.to_owned(), cause }
    }
}

/// A run's file that is being written.
#[derive(Debug)]
pub struct Results {
    file: Locked,
    path: PathBuf,
    /// Number of bytes of whole lines in the file.
    length: u64,
    synced: Instant,
}

impl Results {
    /// Creates the file with this header or, if it exists, opens it to be continued, and returns its contents: without
    /// texts, except for the programs that have no verdict yet. A torn last line is cut off.
    ///
    /// # Errors
    /// The file cannot be written or read, another run writes it, it is not the file of a run, it is damaged before its
    /// end, or its header differs from the one given. The file is then unchanged.
    pub fn open(path: &Path, header: &Header) -> Result<(Self, Run), ResultsError> {
        let file = open(path)?;
        let found = lines::parse(BufReader::new(&*file), path, Keep::Programs)?;
        let mut results = Self { file, path: path.to_owned(), length: 0, synced: Instant::now() };
        let Some((run, length)) = found else {
            results.cut(0)?;
            results.append(&Line::Run(header.clone()))?;
            return Ok((results, Run::new(header.clone())));
        };
        let differences = differences(&run.header, header);
        if !differences.is_empty() {
            return Err(ResultsError::OtherRun { path: path.to_owned(), differences });
        }
        results.cut(length)?;
        Ok((results, run))
    }

    /// Adds a sample.
    ///
    /// # Errors
    /// The line cannot be written, for example on a full disk; the lines before it stay as they are.
    pub fn sample(&mut self, sample: &Sample) -> Result<(), ResultsError> {
        self.append(&Tagged { kind: "sample", record: sample })
    }

    /// Adds a verdict.
    ///
    /// # Errors
    /// See [`Self::sample`].
    pub fn verdict(&mut self, verdict: &Verdict) -> Result<(), ResultsError> {
        self.append(&Tagged { kind: "verdict", record: verdict })
    }

    /// Waits until everything written is on the disk.
    ///
    /// # Errors
    /// The system could not write it there.
    pub fn sync(&mut self) -> Result<(), ResultsError> {
        self.synced = Instant::now();
        self.file.sync_data().map_err(ResultsError::io("write", &self.path))
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(), ResultsError> {
        let written = serde_json::to_vec(line).map_err(io::Error::from).and_then(|mut text| {
            text.push(b'\n');
            self.file.write_all(&text).map(|()| text.len() as u64)
        });
        match written {
            Ok(length) => self.length += length,
            Err(error) => {
                // A part of the line may have been written. If it cannot be removed, the next run drops it.
                let _ = self.file.set_len(self.length);
                return Err(ResultsError::io("write", &self.path)(error));
            }
        }
        if self.synced.elapsed() >= SYNC_EVERY { self.sync() } else { Ok(()) }
    }

    /// Cuts the file to its first `length` bytes, and continues there.
    fn cut(&mut self, length: u64) -> Result<(), ResultsError> {
        let cut = |file: &mut File| {
            if file.metadata()?.len() != length {
                file.set_len(length)?;
            }
            file.seek(SeekFrom::Start(length))
        };
        self.length = cut(&mut self.file).map_err(ResultsError::io("write", &self.path))?;
        Ok(())
    }
}

/// A line that borrows its contents.
#[derive(Serialize)]
struct Tagged<'a, T> {
    kind: &'static str,
    #[serde(flatten)]
    record: &'a T,
}

/// A file whose lock is released when this value is dropped. If the file were only closed, it would stay locked as long
/// as a child process that is being started has a copy of the descriptor, until the child executes another program.
#[derive(Debug)]
struct Locked(File);

impl Drop for Locked {
    fn drop(&mut self) {
        // The file is then closed, which also unlocks it in time.
        let _ = self.0.unlock();
    }
}

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.0
    }
}

/// Opens the file for writing and locks it.
fn open(path: &Path) -> Result<Locked, ResultsError> {
    // Something that is not a regular file must not even be opened: opening a pipe would wait for its other end.
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err(ResultsError::Irregular { path: path.to_owned() });
    }
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).to_owned();
    let file = options.open(path).map_err(ResultsError::io("write", path))?;
    match file.try_lock() {
        Ok(()) => Ok(Locked(file)),
        Err(TryLockError::WouldBlock) => Err(ResultsError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(cause)) => Err(ResultsError::io("lock", path)(cause)),
    }
}

/// Reads a run's file, finished or not, or even being written.
///
/// # Errors
/// The file cannot be read, is not the file of a run, or is broken before its end.
pub fn read(path: &Path) -> Result<Run, ResultsError> {
    read_keeping(path, Keep::All)
}

/// Reads the same without programs and texts, which take most of the memory.
///
/// # Errors
/// See [`read`].
pub fn outline(path: &Path) -> Result<Run, ResultsError> {
    read_keeping(path, Keep::Numbers)
}

fn read_keeping(path: &Path, keep: Keep) -> Result<Run, ResultsError> {
    let file = File::open(path).map_err(ResultsError::io("read", path))?;
    let found = lines::parse(BufReader::new(file), path, keep)?;
    let no_run = || ResultsError::NoRun { path: path.to_owned(), reason: "it has no whole line".to_owned() };
    Ok(found.ok_or_else(no_run)?.0)
}

#[cfg(test)]
mod tests;
